/*
 * test_calibration.c - temperatures and reliability, worked out by hand.
 */
#include "score/calibration.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "image/mask.h"

#define NEAR(got, wanted, by) assert_true(fabs((got) - (wanted)) < (by))

/* `membrane` of `all` pixels, each given probability `p`. */
static void
add(struct spt_logits *logits, float p, size_t membrane, size_t all)
{
    for (size_t i = 0; i < all; i++) {
        uint8_t label = i < membrane ? SPT_LABEL_MEMBRANE : SPT_LABEL_OTHER;

        spt_logits_add(logits, &p, &label, 1);
    }
}

static double
logistic(double logit)
{
    return 1 / (1 + exp(-logit));
}

static void
leaves_probabilities_alone_that_are_right(void **state)
{
    struct spt_logits logits = {0};

    (void)state;
    add(&logits, 0.8F, 80, 100);
    add(&logits, 0.2F, 20, 100);
    NEAR(spt_logits_temperature(&logits), 1, 0.01); /* logits are told apart by 0.02 */
}

static void
finds_the_temperature_that_was_hidden(void **state)
{
    const double hidden[] = {0.4, 1.7, 3};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct spt_logits logits = {0};

        /* True at these logits, but said as if they were `hidden` times larger. */
        for (int k = -2; k <= 2; k++) {
            double share = logistic(k);

            add(&logits, (float)logistic(hidden[i] * k), (size_t)lround(1000 * share),
                1000);
        }
        NEAR(spt_logits_temperature(&logits) / hidden[i], 1, 0.02);
    }
}

static void
stays_inside_its_bounds_where_no_temperature_is_best(void **state)
{
    struct spt_logits right = {0}, wrong = {0}, one_class = {0}, empty = {0};

    (void)state;
    add(&right, 0.9F, 50, 50);
    add(&right, 0.1F, 0, 50);
    NEAR(spt_logits_temperature(&right), 0.05, 1e-6);
    add(&wrong, 0.9F, 0, 50);
    add(&wrong, 0.1F, 50, 50);
    NEAR(spt_logits_temperature(&wrong), 20, 1e-6);
    add(&one_class, 0.9F, 50, 50);
    assert_true(spt_logits_temperature(&one_class) == 1);
    assert_true(spt_logits_temperature(&empty) == 1);
}

static void
divides_the_logit_and_keeps_the_side(void **state)
{
    (void)state;
    NEAR((double)spt_calibrate(0.5F, 3), 0.5, 1e-7);
    NEAR((double)spt_calibrate((float)logistic(2), 2), logistic(1), 1e-6);
    NEAR((double)spt_calibrate((float)logistic(-3), 1.5), logistic(-2), 1e-6);
    NEAR((double)spt_calibrate(0.7F, 1), 0.7, 1e-6);
    /* The ends count as logits of 16. */
    NEAR((double)spt_calibrate(1, 8), logistic(2), 1e-6);
    NEAR((double)spt_calibrate(0, 8), logistic(-2), 1e-6);
    NEAR((double)spt_calibrate(NAN, 8), logistic(-2), 1e-6);
}

static void
tells_what_was_said_and_what_was_so(void **state)
{
    struct spt_logits logits = {0};
    struct spt_reliability found;

    (void)state;
    add(&logits, 0.85F, 60, 100);
    add(&logits, 0.12F, 30, 300);
    found = spt_logits_reliability(&logits, 1);
    assert_int_equal(found.count[8], 100);
    assert_int_equal(found.count[1], 300);
    NEAR(found.said[8], 0.85, 0.002);
    NEAR(found.said[1], 0.12, 0.002);
    NEAR(found.found[8], 0.6, 1e-12);
    NEAR(found.found[1], 0.1, 1e-12);
    assert_int_equal(found.count[0], 0);
    assert_true(found.said[0] == 0 && found.found[0] == 0);
    NEAR(found.error, (100 * 0.25 + 300 * 0.02) / 400, 0.002);
    NEAR(found.loss,
         -(60 * log(0.85) + 40 * log(0.15) + 30 * log(0.12) + 270 * log(0.88)) / 400,
         0.002);
    /* A temperature moves what is said, not what is so. */
    found = spt_logits_reliability(&logits, 2);
    assert_int_equal(found.count[7], 100); /* logistic(1.735 / 2) = 0.704 */
    NEAR(found.said[7], 0.704, 0.002);
    NEAR(found.found[7], 0.6, 1e-12);
}

static void
counts_neither_unknown_pixels_nor_beyond_the_ends(void **state)
{
    const float p[] = {0, 1, NAN, 0.3F, 2, -1};
    const uint8_t labels[] = {SPT_LABEL_OTHER,   SPT_LABEL_MEMBRANE, SPT_LABEL_OTHER,
                              SPT_LABEL_UNKNOWN, SPT_LABEL_MEMBRANE, SPT_LABEL_OTHER};
    struct spt_logits logits = {0};
    struct spt_reliability found;

    (void)state;
    spt_logits_add(&logits, p, labels, 6);
    found = spt_logits_reliability(&logits, 1);
    assert_int_equal(found.count[0], 3);
    assert_int_equal(found.count[9], 2);
    NEAR(found.error, 0, 1e-6);
    assert_true(found.loss > 0 && found.loss < 1e-6);
    memset(&logits, 0, sizeof logits);
    found = spt_logits_reliability(&logits, 1);
    assert_true(found.error == 0 && found.loss == 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_probabilities_alone_that_are_right),
        cmocka_unit_test(finds_the_temperature_that_was_hidden),
        cmocka_unit_test(stays_inside_its_bounds_where_no_temperature_is_best),
        cmocka_unit_test(divides_the_logit_and_keeps_the_side),
        cmocka_unit_test(tells_what_was_said_and_what_was_so),
        cmocka_unit_test(counts_neither_unknown_pixels_nor_beyond_the_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
