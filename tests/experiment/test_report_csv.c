/*
 * test_report_csv.c - curves.csv, byte for byte.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "experiment/report.h"

#define HEADER                                                                         \
    "strategy,seed,epoch,f_score,precision,recall,labelled_pixels,expert_seconds,"     \
    "train_seconds,v_rand,v_info,best_f_score\n"

static void
check_csv(const struct spt_curve_point *points, size_t count, const char *wanted)
{
    struct spt_text csv = {0};

    spt_report_csv(points, count, &csv);
    assert_false(csv.failed);
    assert_int_equal(csv.bytes.count, strlen(wanted));
    assert_memory_equal(csv.bytes.at, wanted, csv.bytes.count);
    spt_text_clear(&csv);
}

static void
writes_a_header_and_a_line_a_point_in_the_order_given(void **state)
{
    const struct spt_curve_point points[] = {
        {"frozen", 0, 0, 0.5, 0.25, 1, 327680, 0, 0, 0.75, 0.5, 0.625},
        {"expert", 18446744073709551615U, 4294967295U, 0.8612345678, 0.9, 0.825,
         18446744073709551615U, 95.25, 41.3004, 1, NAN, 0.87},
    };

    (void)state;
    check_csv(points, 2,
              HEADER "frozen,0,0,0.500000,0.250000,1.000000,327680,0.000,0.000,"
                     "0.750000,0.500000,0.625000\n"
                     "expert,18446744073709551615,4294967295,0.861235,0.900000,"
                     "0.825000,18446744073709551615,95.250,41.300,1.000000,"
                     "nan,0.870000\n");
}

static void
writes_the_header_alone_for_no_points(void **state)
{
    (void)state;
    check_csv(NULL, 0, HEADER);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_a_header_and_a_line_a_point_in_the_order_given),
        cmocka_unit_test(writes_the_header_alone_for_no_points),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
