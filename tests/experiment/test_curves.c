/*
 * test_curves.c - points gathered into curves, worked out by hand.
 */
#include "experiment/curves.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NEAR(got, wanted) assert_true(fabs((got) - (wanted)) < 1e-12)

/* Out of order on purpose, and seed 2 of "expert" stopped after epoch 1. */
static const struct spt_curve_point points[] = {
    {"expert", 1, 1, 0.6, 0.7, 0.5, 100, 60, 10, 0.8, 0.6, 0},
    {"random", 1, 0, 0.3, 0.3, 0.3, 50, 0, 0, 0, 0, 0},
    {"expert", 2, 0, 0.2, 0.2, 0.2, 50, 0, 0, 0, 0, 0},
    {"expert", 1, 0, 0.4, 0.4, 0.4, 50, 0, 0, 0, 0, 0},
    {"expert", 1, 2, 0.8, 0.9, 0.7, 150, 120, 20, 0, 0, 0},
    {"expert", 2, 1, 0.5, 0.6, 0.4, 110, 70, 12, 0.6, 0.5, 0},
};

static void
gathers_one_curve_a_strategy_in_order_of_appearance(void **state)
{
    struct spt_curves curves = {0};

    (void)state;
    assert_int_equal(spt_curves_gather(points, 6, &curves, NULL), SEPTUM_OK);
    assert_int_equal(curves.count, 2);
    assert_string_equal(curves.at[0].strategy, "expert");
    assert_string_equal(curves.at[1].strategy, "random");
    assert_int_equal(curves.at[0].count, 3);
    assert_int_equal(curves.at[1].count, 1);
    spt_curves_clear(&curves);
    assert_null(curves.at);
}

static void
takes_mean_and_range_over_seeds_at_each_epoch(void **state)
{
    struct spt_curves curves = {0};
    const struct spt_summary *epochs;

    (void)state;
    assert_int_equal(spt_curves_gather(points, 6, &curves, NULL), SEPTUM_OK);
    epochs = curves.at[0].epochs;
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(epochs[i].epoch, i);
    assert_int_equal(epochs[0].seeds, 2);
    NEAR(epochs[0].f_score, 0.3);
    NEAR(epochs[0].lowest, 0.2);
    NEAR(epochs[0].highest, 0.4);
    NEAR(epochs[1].f_score, 0.55);
    NEAR(epochs[1].precision, 0.65);
    NEAR(epochs[1].recall, 0.45);
    NEAR(epochs[1].labelled_pixels, 105);
    NEAR(epochs[1].v_rand, 0.7);
    NEAR(epochs[1].v_info, 0.55);
    NEAR(epochs[1].expert_seconds, 65);
    NEAR(epochs[1].train_seconds, 11);
    assert_int_equal(epochs[2].seeds, 1);
    NEAR(epochs[2].lowest, 0.8);
    NEAR(epochs[2].highest, 0.8);
    spt_curves_clear(&curves);
}

static void
ends_each_seed_where_it_stopped(void **state)
{
    struct spt_curves curves = {0};
    const struct spt_summary *final;

    (void)state;
    assert_int_equal(spt_curves_gather(points, 6, &curves, NULL), SEPTUM_OK);
    final = &curves.at[0].final;
    assert_int_equal(final->seeds, 2);
    assert_int_equal(final->epoch, 2);
    NEAR(final->f_score, 0.65); /* of 0.8 and 0.5 */
    NEAR(final->lowest, 0.5);
    NEAR(final->highest, 0.8);
    NEAR(final->labelled_pixels, 130);
    spt_curves_clear(&curves);
}

static void
gathers_nothing_from_nothing(void **state)
{
    struct spt_curves curves = {0};

    (void)state;
    assert_int_equal(spt_curves_gather(NULL, 0, &curves, NULL), SEPTUM_OK);
    assert_int_equal(curves.count, 0);
    spt_curves_clear(&curves);
    spt_curves_clear(&curves);
}

static void
draws_the_papers_three_as_the_paper_does_and_all_others_unlike(void **state)
{
    static const char *const names[] = {"a", "frozen", "b", "finetune", "expert",
                                        "c", "d",      "e", "f",        "g"};
    struct spt_curve_point many[10] = {{0}};
    struct spt_curves curves = {0};

    (void)state;
    for (size_t i = 0; i < 10; i++)
        many[i].strategy = names[i];
    assert_int_equal(spt_curves_gather(many, 10, &curves, NULL), SEPTUM_OK);
    assert_string_equal(spt_curves_stroke(&curves, 1).colour, "#c4108f");
    assert_string_equal(spt_curves_stroke(&curves, 3).colour, "#d62728");
    assert_string_equal(spt_curves_stroke(&curves, 4).colour, "#1b5fd0");
    assert_string_equal(spt_curves_stroke(&curves, 4).dashes, "none");
    for (size_t i = 0; i < 10; i++)
        for (size_t j = 0; j < i; j++) {
            struct spt_stroke a = spt_curves_stroke(&curves, i);
            struct spt_stroke b = spt_curves_stroke(&curves, j);

            assert_false(strcmp(a.colour, b.colour) == 0 &&
                         strcmp(a.dashes, b.dashes) == 0);
        }
    spt_curves_clear(&curves);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gathers_one_curve_a_strategy_in_order_of_appearance),
        cmocka_unit_test(takes_mean_and_range_over_seeds_at_each_epoch),
        cmocka_unit_test(ends_each_seed_where_it_stopped),
        cmocka_unit_test(gathers_nothing_from_nothing),
        cmocka_unit_test(
            draws_the_papers_three_as_the_paper_does_and_all_others_unlike),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
