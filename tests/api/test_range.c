/*
 * test_range.c - positions as a user writes them, and what is said of those that are
 * wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/range.h"

#define IMAGES 12

static void
parses_positions_and_runs_of_them_in_the_order_written(void **state)
{
    static const struct {
        const char *text;
        size_t count, at[IMAGES];
    } ranges[] = {
        {"0", 1, {0}},
        {"11", 1, {11}},
        {"0-4", 5, {0, 1, 2, 3, 4}},
        {"0-4,9", 6, {0, 1, 2, 3, 4, 9}},
        {"9,0-1,5-5,3", 5, {9, 0, 1, 5, 3}},
        {"007,08", 2, {7, 8}},
        {"0-11", IMAGES, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        struct spt_range range = {0};

        assert_int_equal(spt_range_parse(ranges[i].text, "pool", IMAGES, &range, NULL),
                         SEPTUM_OK);
        assert_int_equal(range.count, ranges[i].count);
        assert_memory_equal(range.at, ranges[i].at, range.count * sizeof *range.at);
        spt_range_clear(&range);
        assert_int_equal(range.count, 0);
        assert_null(range.at);
    }
}

static void
assert_refused(const char *text, size_t limit, const char *sentence)
{
    size_t position = 3;
    struct spt_range range = {&position, 1};
    struct septum_error err = {0};

    assert_int_equal(spt_range_parse(text, "pool", limit, &range, &err), SEPTUM_EINVAL);
    assert_string_equal(err.text, sentence);
    assert_ptr_equal(range.at, &position); /* as it was */
    assert_int_equal(range.count, 1);
}

static void
refuses_what_is_not_a_range(void **state)
{
    static const char *const wrong[] = {
        "a",    "-1",   "-",   "4-",  "4-2", "1,",    ",1",
        "1,,2", "1 ",   " 1",  "+1",  "1.5", "1-2-3", "0x1",
        "1;2",  "1, 2", "1–3", "1-a", "1e0", "0-4x",  "18446744073709551616",
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char sentence[120];

        snprintf(sentence, sizeof sentence,
                 "--pool %s: not a range of positions such as 0-4,9", wrong[i]);
        assert_refused(wrong[i], IMAGES, sentence);
    }
    assert_refused("", IMAGES, "--pool: the range is empty");
}

static void
refuses_positions_that_are_not_there(void **state)
{
    (void)state;
    assert_refused("12", IMAGES,
                   "--pool 12: there is no image 12 among the 12, which count from 0");
    assert_refused("0-3,7-12", IMAGES,
                   "--pool 0-3,7-12: there is no image 12 among the 12, which count "
                   "from 0");
    assert_refused("0-18446744073709551615", IMAGES,
                   "--pool 0-18446744073709551615: there is no image "
                   "18446744073709551615 among the 12, which count from 0");
    assert_refused("0", 0,
                   "--pool 0: there is no image 0 among the 0, which count from 0");
}

static void
refuses_a_position_that_is_named_twice(void **state)
{
    (void)state;
    assert_refused("3,3", IMAGES, "--pool 3,3: image 3 is named twice");
    assert_refused("0-4,7,2-3", IMAGES, "--pool 0-4,7,2-3: image 2 is named twice");
}

static void
an_image_has_one_role_only(void **state)
{
    struct spt_range a = {0}, b = {0}, c = {0}, none = {0};
    struct septum_error err = {0};

    (void)state;
    assert_int_equal(spt_range_parse("0-4", "labelled", IMAGES, &a, NULL), SEPTUM_OK);
    assert_int_equal(spt_range_parse("5-8", "pool", IMAGES, &b, NULL), SEPTUM_OK);
    assert_int_equal(spt_range_parse("9,8,10", "test", IMAGES, &c, NULL), SEPTUM_OK);
    assert_int_equal(spt_range_refuse_overlap(&a, "labelled", &b, "pool", &err),
                     SEPTUM_OK);
    assert_int_equal(spt_range_refuse_overlap(&a, "labelled", &c, "test", &err),
                     SEPTUM_OK);
    assert_int_equal(spt_range_refuse_overlap(&a, "labelled", &none, "test", &err),
                     SEPTUM_OK);
    assert_int_equal(spt_range_refuse_overlap(&b, "pool", &c, "test", &err),
                     SEPTUM_EINVAL);
    assert_string_equal(err.text, "image 8 is in both --pool and --test; an image can "
                                  "have one role only");
    spt_range_clear(&a);
    spt_range_clear(&b);
    spt_range_clear(&c);
    spt_range_clear(&none);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_positions_and_runs_of_them_in_the_order_written),
        cmocka_unit_test(refuses_what_is_not_a_range),
        cmocka_unit_test(refuses_positions_that_are_not_there),
        cmocka_unit_test(refuses_a_position_that_is_named_twice),
        cmocka_unit_test(an_image_has_one_role_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
