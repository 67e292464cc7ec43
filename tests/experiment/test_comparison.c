/*
 * test_comparison.c - areas under curves and paired differences, worked out by hand.
 */
#include "experiment/comparison.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NEAR(got, wanted) assert_true(fabs((got) - (wanted)) < 1e-9)

/* strategy, seed, epoch, F, precision, recall, pixels, expert, training, cells, best F;
 * out of
 * order. The expert is asked after the first epoch: two points stand at 0 seconds. */
static const struct spt_curve_point points[] = {
    {"random", 0, 2, 0.7, 0, 0, 0, 50, 0, 0, 0, 0.75},
    {"random", 0, 0, 0.2, 0, 0, 0, 0, 0, 0, 0, 0},
    {"random", 0, 1, 0.5, 0, 0, 0, 0, 0, 0, 0, 0},
    {"finetune", 0, 0, 0.2, 0, 0, 0, 0, 0, 0, 0, 0},
    {"finetune", 0, 1, 0.4, 0, 0, 0, 0, 0, 0, 0, 0},
    {"finetune", 0, 2, 0.6, 0, 0, 0, 0, 0, 0, 0, 0.65},
    {"expert", 0, 0, 0.2, 0, 0, 0, 0, 0, 0, 0, 0},
    {"expert", 0, 1, 0.6, 0, 0, 0, 0, 0, 0, 0, 0},
    {"expert", 0, 2, 0.8, 0, 0, 0, 40, 0, 0, 0, 0.85},
    {"expert", 1, 0, 0.3, 0, 0, 0, 0, 0, 0, 0, 0},
    {"expert", 1, 1, 0.5, 0, 0, 0, 0, 0, 0, 0, 0},
    {"expert", 1, 2, 0.9, 0, 0, 0, 80, 0, 0, 0, 0.95},
    {"random", 1, 0, 0.3, 0, 0, 0, 0, 0, 0, 0, 0},
    {"random", 1, 1, 0.5, 0, 0, 0, 0, 0, 0, 0, 0},
    {"random", 1, 2, 0.5, 0, 0, 0, 60, 0, 0, 0, 0.6},
};

#define COUNT (sizeof points / sizeof points[0])

static struct spt_comparison
compare(size_t count)
{
    struct spt_comparison comparison = {0};

    assert_int_equal(spt_comparison_make(points, count, &comparison, NULL), SEPTUM_OK);
    return comparison;
}

static void
takes_the_mean_height_of_each_curve(void **state)
{
    struct spt_comparison comparison = compare(COUNT);

    (void)state;
    assert_int_equal(comparison.count, 3);
    assert_string_equal(comparison.at[0].strategy, "random");
    assert_string_equal(comparison.at[1].strategy, "finetune");
    assert_string_equal(comparison.at[2].strategy, "expert");
    assert_int_equal(comparison.at[0].seeds, 2);
    assert_int_equal(comparison.at[1].seeds, 1);
    /* random: (0.35 + 0.6) / 2 and (0.4 + 0.5) / 2 */
    NEAR(comparison.at[0].epoch_area, (0.475 + 0.45) / 2);
    NEAR(comparison.at[1].epoch_area, 0.4);
    /* expert: (0.4 + 0.7) / 2 and (0.4 + 0.7) / 2 */
    NEAR(comparison.at[2].epoch_area, 0.55);
    spt_comparison_clear(&comparison);
    assert_null(comparison.at);
}

static void
compares_over_the_time_that_all_experts_took(void **state)
{
    struct spt_comparison comparison = compare(COUNT);

    (void)state;
    NEAR(comparison.seconds, 40); /* that of expert, seed 0 */
    assert_true(comparison.at[0].asks);
    assert_false(comparison.at[1].asks);
    /* random, seed 0: from 0.5 to 0.66 at 40 of 50 seconds; seed 1 stays at 0.5 */
    NEAR(comparison.at[0].expert_area, (0.58 + 0.5) / 2);
    assert_true(comparison.at[1].expert_area == 0);
    /* expert: 0.6 to 0.8; 0.5 to 0.7 half way */
    NEAR(comparison.at[2].expert_area, (0.7 + 0.6) / 2);
    spt_comparison_clear(&comparison);
}

static void
pairs_trials_of_one_seed_with_the_reference(void **state)
{
    struct spt_comparison comparison = compare(COUNT);
    const struct spt_paired *paired = &comparison.at[0].final_difference;

    (void)state;
    assert_int_equal(comparison.reference, 2); /* "expert", though not the first */
    assert_int_equal(paired->pairs, 2);
    NEAR(paired->mean, (-0.1 - 0.4) / 2);
    /* deviation 0.15 sqrt(2), error 0.15; t of one degree of freedom is 12.7062 */
    NEAR(paired->low, -0.25 - 12.7062 * 0.15);
    NEAR(paired->high, -0.25 + 12.7062 * 0.15);
    paired = &comparison.at[0].expert_difference;
    assert_int_equal(paired->pairs, 2);
    NEAR(paired->mean, ((0.58 - 0.7) + (0.5 - 0.6)) / 2);
    paired = &comparison.at[0].epoch_difference;
    NEAR(paired->mean, ((0.475 - 0.55) + (0.45 - 0.55)) / 2);
    paired = &comparison.at[0].best_difference;
    NEAR(paired->mean, (-0.1 - 0.35) / 2);
    /* finetune has one seed, and no expert */
    paired = &comparison.at[1].final_difference;
    assert_int_equal(paired->pairs, 1);
    NEAR(paired->mean, -0.2);
    assert_true(paired->low == paired->mean && paired->high == paired->mean);
    assert_int_equal(comparison.at[1].expert_difference.pairs, 0);
    assert_true(comparison.at[2].final_difference.mean == 0);
    spt_comparison_clear(&comparison);
}

static void
refers_to_the_first_that_asks_or_else_to_the_first(void **state)
{
    struct spt_comparison comparison = compare(6);

    (void)state;
    assert_int_equal(comparison.reference, 0);
    spt_comparison_clear(&comparison);
    assert_int_equal(spt_comparison_make(points + 3, 3, &comparison, NULL), SEPTUM_OK);
    assert_int_equal(comparison.count, 1);
    assert_int_equal(comparison.reference, 0);
    assert_true(comparison.seconds == 0);
    spt_comparison_clear(&comparison);
    assert_int_equal(spt_comparison_make(points, 0, &comparison, NULL), SEPTUM_OK);
    assert_int_equal(comparison.count, 0);
    spt_comparison_clear(&comparison);
}

static void
knows_students_quantiles(void **state)
{
    (void)state;
    assert_true(fabs(spt_student_quantile(1) - 12.7062) < 1e-4);
    assert_true(fabs(spt_student_quantile(4) - 2.7764) < 1e-4);
    assert_true(fabs(spt_student_quantile(30) - 2.0423) < 1e-4);
    assert_true(fabs(spt_student_quantile(31) - 2.0395) < 1e-4);
    assert_true(fabs(spt_student_quantile(100) - 1.9840) < 1e-4);
    assert_true(fabs(spt_student_quantile(100000) - 1.95999) < 1e-4);
}

static void
writes_a_line_a_strategy_and_nothing_that_does_not_apply(void **state)
{
    struct spt_comparison comparison = compare(COUNT);
    struct spt_text text = {0};

    (void)state;
    spt_comparison_csv(&comparison, &text);
    spt_text_add(&text, "%c", 0);
    assert_string_equal(
        (const char *)text.bytes.at,
        "strategy,seeds,epoch_area,expert_area,expert_seconds,reference,"
        "epoch_difference,epoch_low,epoch_high,expert_difference,expert_low,"
        "expert_high,final_difference,final_low,final_high,best_difference,best_low,"
        "best_high\n"
        "random,2,0.462500,0.540000,40.000,expert,-0.087500,-0.246327,0.071327,"
        "-0.110000,-0.237062,0.017062,-0.250000,-2.155930,1.655930,"
        "-0.225000,-1.813275,1.363275\n"
        "finetune,1,0.400000,,,expert,-0.150000,,,,,,-0.200000,,,-0.200000,,\n"
        "expert,2,0.550000,0.650000,40.000,expert,0.000000,0.000000,0.000000,"
        "0.000000,0.000000,0.000000,0.000000,0.000000,0.000000,"
        "0.000000,0.000000,0.000000\n");
    spt_text_clear(&text);
    spt_comparison_clear(&comparison);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_mean_height_of_each_curve),
        cmocka_unit_test(compares_over_the_time_that_all_experts_took),
        cmocka_unit_test(pairs_trials_of_one_seed_with_the_reference),
        cmocka_unit_test(refers_to_the_first_that_asks_or_else_to_the_first),
        cmocka_unit_test(knows_students_quantiles),
        cmocka_unit_test(writes_a_line_a_strategy_and_nothing_that_does_not_apply),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
