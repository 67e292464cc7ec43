/*
 * test_fscore.c - scores against values worked out by hand and a plain recount.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "image/mask.h"
#include "score/fscore.h"

#define NEAR(got, wanted) assert_true(fabs((got) - (wanted)) < 1e-12)

enum {
    O = SPT_LABEL_OTHER,
    M = SPT_LABEL_MEMBRANE,
    U = SPT_LABEL_UNKNOWN,
};

static void
scores_seven_pixels_as_worked_out_by_hand(void **state)
{
    /* At 0.5: hits 0.9 and 0.5, misses 0.2, alarms 0.7, and three rightly left out. */
    const float p[] = {0.9F, 0.5F, 0.2F, 0.7F, 0.1F, 0.0F, 0.49F};
    const uint8_t labels[] = {M, M, M, O, O, O, O};
    struct spt_tally tally = {0};
    struct spt_score score;

    (void)state;
    spt_tally_add(&tally, p, labels, 7);
    score = spt_tally_score(&tally, 0.5);
    NEAR(score.threshold, 0.5);
    NEAR(score.precision, 2.0 / 3);
    NEAR(score.recall, 2.0 / 3);
    NEAR(score.f_score, 4.0 / 6);
    NEAR(score.pixel_error, 2.0 / 7);

    /* At 0.8 only 0.9 is called: precision 1, recall 1/3, F 2/4, error 2/7. */
    score = spt_tally_score(&tally, 0.8);
    NEAR(score.precision, 1);
    NEAR(score.recall, 1.0 / 3);
    NEAR(score.f_score, 0.5);
    NEAR(score.pixel_error, 2.0 / 7);

    /* From 0.11 to 0.2: hits 3, alarms 0.7 and 0.49: F = 6/8, the best there is. */
    score = spt_tally_best(&tally);
    NEAR(score.f_score, 0.75);
    NEAR(score.threshold, 0.2);
    NEAR(score.pixel_error, 2.0 / 7);
}

static void
calls_everything_membrane_at_threshold_0_and_only_certainty_at_1(void **state)
{
    const float p[] = {0, 1, 0, 1, 0.9999F};
    const uint8_t labels[] = {M, M, O, O, M};
    struct spt_tally tally = {0};
    struct spt_score score;

    (void)state;
    spt_tally_add(&tally, p, labels, 5);
    score = spt_tally_score(&tally, 0);
    NEAR(score.precision, 3.0 / 5);
    NEAR(score.recall, 1);
    NEAR(score.f_score, 6.0 / 8);
    score = spt_tally_score(&tally, 1);
    NEAR(score.precision, 0.5);
    NEAR(score.recall, 1.0 / 3);
    NEAR(score.pixel_error, 3.0 / 5);
}

static void
clips_probabilities_and_thresholds_to_0_and_1(void **state)
{
    const float p[] = {-3, 7, INFINITY, -INFINITY, NAN};
    const uint8_t labels[] = {O, M, M, O, O};
    struct spt_tally tally = {0};

    (void)state;
    spt_tally_add(&tally, p, labels, 5);
    assert_int_equal(tally.other[0], 3);
    assert_int_equal(tally.membrane[SPT_SCORE_BINS], 2);
    NEAR(spt_tally_score(&tally, 0.5).f_score, 1);
    NEAR(spt_tally_score(&tally, -2).threshold, 0);
    NEAR(spt_tally_score(&tally, 2).threshold, 1);
    NEAR(spt_tally_score(&tally, 2).f_score, 1);
}

static void
counts_a_quotient_of_nothing_as_0(void **state)
{
    const float p[] = {0.2F, 0.3F};
    const uint8_t none[] = {O, O}, all[] = {M, M};
    struct spt_tally tally = {0};
    struct spt_score score = spt_tally_score(&tally, 0.5);

    (void)state;
    NEAR(score.precision, 0);
    NEAR(score.recall, 0);
    NEAR(score.f_score, 0);
    NEAR(score.pixel_error, 0);
    NEAR(spt_tally_best(&tally).threshold, 0.5);

    spt_tally_add(&tally, p, none, 2);
    score = spt_tally_score(&tally, 0.25);
    NEAR(score.precision, 0);
    NEAR(score.recall, 0);
    NEAR(score.f_score, 0);
    NEAR(score.pixel_error, 0.5);

    tally = (struct spt_tally){0};
    spt_tally_add(&tally, p, all, 2);
    score = spt_tally_score(&tally, 0.25);
    NEAR(score.precision, 1);
    NEAR(score.recall, 0.5);
    NEAR(score.pixel_error, 0.5);
    NEAR(spt_tally_score(&tally, 0.9).f_score, 0);
}

static void
leaves_pixels_of_unknown_truth_out(void **state)
{
    const float p[] = {0.9F, 0.9F, 0.1F, 0.1F, 0.9F};
    const uint8_t labels[] = {M, U, U, O, 77};
    struct spt_tally tally = {0};
    struct spt_score score;

    (void)state;
    spt_tally_add(&tally, p, labels, 5);
    score = spt_tally_score(&tally, 0.5);
    NEAR(score.f_score, 1);
    NEAR(score.pixel_error, 0);
}

static void
uses_the_nearest_multiple_of_a_thousandth(void **state)
{
    struct spt_tally tally = {0};

    (void)state;
    NEAR(spt_tally_score(&tally, 0.1234).threshold, 0.123);
    NEAR(spt_tally_score(&tally, 0.1236).threshold, 0.124);
}

static void
lets_every_stored_threshold_reach_itself(void **state)
{
    (void)state;
    for (int k = 1; k <= SPT_SCORE_BINS; k++) {
        const float at = (float)(k / 1000.0), p[] = {at, nextafterf(at, 0)};
        const uint8_t labels[] = {M, O};
        struct spt_tally tally = {0};

        spt_tally_add(&tally, p, labels, 2);
        assert_int_equal(tally.membrane[k], 1);
        assert_int_equal(tally.other[k - 1], 1);
    }
}

static void
prefers_the_threshold_nearest_to_one_half_among_equals(void **state)
{
    const float p[] = {0.9F, 0.3F};
    const uint8_t labels[] = {M, O};
    const float q[] = {0.2F, 0.1F};
    struct spt_tally tally = {0};

    (void)state;
    spt_tally_add(&tally, p, labels, 2); /* 0.301 to 0.9 are all perfect */
    NEAR(spt_tally_best(&tally).threshold, 0.5);

    tally = (struct spt_tally){0};
    spt_tally_add(&tally, q, labels, 2); /* 0.101 to 0.2 are */
    NEAR(spt_tally_best(&tally).threshold, 0.2);
    NEAR(spt_tally_best(&tally).f_score, 1);
}

static struct spt_score
recount(const float *p, const uint8_t *labels, size_t count, double threshold)
{
    double hits = 0, alarms = 0, misses = 0, known = 0;

    for (size_t i = 0; i < count; i++) {
        int called = p[i] >= (float)threshold;

        if (labels[i] == U)
            continue;
        known++;
        hits += called && labels[i] == M;
        alarms += called && labels[i] == O;
        misses += !called && labels[i] == M;
    }
    return (struct spt_score){
        .threshold = threshold,
        .precision = hits + alarms > 0 ? hits / (hits + alarms) : 0,
        .recall = hits + misses > 0 ? hits / (hits + misses) : 0,
        .f_score = hits > 0 ? 2 * hits / (2 * hits + alarms + misses) : 0,
        .pixel_error = known > 0 ? (alarms + misses) / known : 0,
    };
}

/* 900 of 1000 membrane pixels are found; 60 others are kept out by a threshold above
 * 0.6 alone.  By hand: F = 1800 / 1900 above it, 1800 / 1960 below; J = 0.9, n = 1000,
 * so a standard error of 2 / 1.9^2 * sqrt(0.09 * 16 / 1000) = 0.021, less than the gain
 * of 0.029.  With a tenth of the pixels it is 0.066, and 0.5 will do. */
static void
chooses_a_threshold_far_out_only_where_enough_pixels_say_so(void **state)
{
    static const struct {
        uint64_t unit;
        double threshold, f_score;
    } rows[] = {{10, 0.601, 1800.0 / 1900}, {1, 0.5, 1800.0 / 1960}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct spt_tally tally = {0};
        struct spt_score chosen;

        tally.membrane[800] = 90 * rows[i].unit;
        tally.membrane[20] = 10 * rows[i].unit;
        tally.other[600] = 6 * rows[i].unit;
        tally.other[50] = 900 * rows[i].unit;
        chosen = spt_tally_choose(&tally);
        NEAR(chosen.threshold, rows[i].threshold);
        NEAR(chosen.f_score, rows[i].f_score);
        NEAR(spt_tally_best(&tally).threshold, 0.601);
    }
}

static void
chooses_the_middle_where_nothing_is_known(void **state)
{
    const struct spt_tally nothing = {0};
    struct spt_tally perfect = {0};

    (void)state;
    NEAR(spt_tally_choose(&nothing).threshold, 0.5);
    perfect.membrane[900] = perfect.other[800] = 3;
    NEAR(spt_tally_choose(&perfect).threshold, 0.801); /* all are right: no error */
}

static void
agrees_with_a_plain_recount_of_random_pixels(void **state)
{
    enum {
        COUNT = 3000
    };
    static float p[COUNT];
    static uint8_t labels[COUNT];
    struct spt_tally tally = {0};
    struct spt_random random;
    double best = 0;

    (void)state;
    spt_random_init(&random, 1, 1);
    for (size_t i = 0; i < COUNT; i++) {
        labels[i] = (uint8_t)spt_random_below(&random, 3);
        p[i] = (float)spt_random_uniform(&random);
        if (labels[i] == M)
            p[i] = sqrtf(p[i]);
        if (i % 7 == 0) /* exactly on a threshold */
            p[i] = (float)((double)spt_random_below(&random, 1001) / 1000);
    }
    spt_tally_add(&tally, p, labels, 1000); /* in parts, as images come */
    spt_tally_add(&tally, p + 1000, labels + 1000, COUNT - 1000);

    for (int k = 0; k <= 1000; k++) {
        struct spt_score wanted = recount(p, labels, COUNT, k / 1000.0);
        struct spt_score got = spt_tally_score(&tally, k / 1000.0);

        NEAR(got.threshold, wanted.threshold);
        NEAR(got.precision, wanted.precision);
        NEAR(got.recall, wanted.recall);
        NEAR(got.f_score, wanted.f_score);
        NEAR(got.pixel_error, wanted.pixel_error);
        best = fmax(best, wanted.f_score);
    }
    NEAR(spt_tally_best(&tally).f_score, best);
    NEAR(recount(p, labels, COUNT, spt_tally_best(&tally).threshold).f_score, best);
}

static void
says_whether_it_counted_enough(void **state)
{
    struct spt_tally tally = {0};

    (void)state;
    assert_false(spt_tally_is_enough(&tally, 1));
    tally.membrane[7] = 5; /* of 100: one in twenty */
    tally.other[3] = 95;
    assert_true(spt_tally_has_membrane(&tally));
    assert_true(spt_tally_is_enough(&tally, 5)); /* 4 windows of 25 pixels */
    assert_false(spt_tally_is_enough(&tally, 6));
    tally.other[3] = 96;
    assert_false(spt_tally_has_membrane(&tally));
    assert_false(spt_tally_is_enough(&tally, 5));
}

static void
joined_tallies_count_what_both_counted(void **state)
{
    const float low[3] = {0.2f, 0.2f, 0.2f}, high[2] = {0.2f, 0.8f};
    const uint8_t membrane[3] = {SPT_LABEL_MEMBRANE, SPT_LABEL_MEMBRANE,
                                 SPT_LABEL_MEMBRANE};
    const uint8_t mixed[2] = {SPT_LABEL_MEMBRANE, SPT_LABEL_OTHER};
    struct spt_tally tally = {0}, other = {0};

    (void)state;
    spt_tally_add(&tally, low, membrane, 3);
    spt_tally_add(&other, high, mixed, 2);
    spt_tally_join(&tally, &other);
    assert_int_equal(tally.membrane[200], 4);
    assert_int_equal(tally.membrane[800], 0);
    assert_int_equal(tally.other[200], 0);
    assert_int_equal(tally.other[800], 1);
}

static void
says_how_much_it_counted(void **state)
{
    const float p[4] = {0, 0.5f, 1, 0.3f};
    const uint8_t labels[4] = {SPT_LABEL_MEMBRANE, SPT_LABEL_OTHER, SPT_LABEL_MEMBRANE,
                               SPT_LABEL_UNKNOWN};
    struct spt_tally tally = {0};
    uint64_t membrane, all;

    (void)state;
    spt_tally_add(&tally, p, labels, 4);
    spt_tally_count(&tally, &membrane, &all);
    assert_int_equal(membrane, 2);
    assert_int_equal(all, 3);
}

/* Four pixels of 0.3, one of them membrane: off by 0.05.  Four of 0.85, all membrane:
 * by 0.15.  P is known to half a thousandth. */
static void
says_by_how_much_probabilities_are_off(void **state)
{
    const float p[9] = {0.3f, 0.3f, 0.3f, 0.3f, 0.85f, 0.85f, 0.85f, 0.85f, 0.5f};
    const uint8_t labels[9] = {
        SPT_LABEL_MEMBRANE, SPT_LABEL_OTHER,    SPT_LABEL_OTHER,
        SPT_LABEL_OTHER,    SPT_LABEL_MEMBRANE, SPT_LABEL_MEMBRANE,
        SPT_LABEL_MEMBRANE, SPT_LABEL_MEMBRANE, SPT_LABEL_UNKNOWN,
    };
    struct spt_tally tally = {0};

    (void)state;
    assert_true(spt_tally_calibration_error(&tally) == 0);
    spt_tally_add(&tally, p, labels, 9);
    assert_float_equal(spt_tally_calibration_error(&tally), 0.1, 0.0006);
}

/* Sure and right is no error. */
static void
certainty_that_is_right_is_not_off(void **state)
{
    const float p[2] = {0, 1};
    const uint8_t labels[2] = {SPT_LABEL_OTHER, SPT_LABEL_MEMBRANE};
    struct spt_tally tally = {0};

    (void)state;
    spt_tally_add(&tally, p, labels, 2);
    assert_float_equal(spt_tally_calibration_error(&tally), 0, 0.0006);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_seven_pixels_as_worked_out_by_hand),
        cmocka_unit_test(
            calls_everything_membrane_at_threshold_0_and_only_certainty_at_1),
        cmocka_unit_test(clips_probabilities_and_thresholds_to_0_and_1),
        cmocka_unit_test(counts_a_quotient_of_nothing_as_0),
        cmocka_unit_test(leaves_pixels_of_unknown_truth_out),
        cmocka_unit_test(uses_the_nearest_multiple_of_a_thousandth),
        cmocka_unit_test(lets_every_stored_threshold_reach_itself),
        cmocka_unit_test(prefers_the_threshold_nearest_to_one_half_among_equals),
        cmocka_unit_test(chooses_a_threshold_far_out_only_where_enough_pixels_say_so),
        cmocka_unit_test(chooses_the_middle_where_nothing_is_known),
        cmocka_unit_test(agrees_with_a_plain_recount_of_random_pixels),
        cmocka_unit_test(says_how_much_it_counted),
        cmocka_unit_test(says_whether_it_counted_enough),
        cmocka_unit_test(says_by_how_much_probabilities_are_off),
        cmocka_unit_test(certainty_that_is_right_is_not_off),
        cmocka_unit_test(joined_tallies_count_what_both_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
