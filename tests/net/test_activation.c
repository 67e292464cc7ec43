/*
 * test_activation.c - dropout, ReLU's derivative, the logistic function and its loss.
 */
#include "net/activation.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "net/engine.h"
#include "support/guarded.h"
#include "support/material.h"

#define MANY 100003 /* not a multiple of what one hash decides */

/* ---- dropout --------------------------------------------------------------------- */

static void
dropout_takes_its_share_and_scales_the_rest(void **state)
{
    static const double rates[] = {0.1, 0.25, 0.5, 0.75, 0.9};
    struct guarded values = guarded_take(MANY);
    float *before = calloc(MANY, sizeof *before);

    (void)state;
    assert_non_null(before);
    material_fill(before, MANY, 1);
    for (size_t r = 0; r < 5; r++) {
        double share = round(rates[r] * 256) / 256, zeros = 0;
        float scale;

        memcpy(values.at, before, MANY * sizeof *before);
        scale = spt_dropout(SPT_PRECISION_F32, values.at, MANY, rates[r], 7 + r);
        assert_true(fabs(scale - 1 / (1 - share)) < 1e-6 * scale);
        for (size_t i = 0; i < MANY; i++) {
            assert_true(values.at[i] == 0 || values.at[i] == scale * before[i]);
            zeros += values.at[i] == 0;
        }
        assert_true(fabs(zeros / MANY - share) < 5 * sqrt(share * (1 - share) / MANY));
        assert_true(guarded_intact(&values));
    }
    guarded_free(&values);
    free(before);
}

static void
a_rate_of_nothing_leaves_all_as_it_was(void **state)
{
    float values[100], before[100];

    (void)state;
    material_fill(before, 100, 2);
    memcpy(values, before, sizeof values);
    assert_true(spt_dropout(SPT_PRECISION_F32, values, 100, 0, 3) == 1);
    assert_memory_equal(values, before, sizeof values);
}

/* 255 / 256 is the highest rate there is: something always remains. */
static void
a_rate_close_to_one_stays_below_it(void **state)
{
    float *values = calloc(MANY, sizeof *values);
    size_t kept = 0;

    (void)state;
    assert_non_null(values);
    for (size_t i = 0; i < MANY; i++)
        values[i] = 1;
    assert_true(spt_dropout(SPT_PRECISION_F32, values, MANY, 0.9999, 3) == 256);
    for (size_t i = 0; i < MANY; i++)
        kept += values[i] == 256;
    assert_in_range(kept, MANY / 256 - 100, MANY / 256 + 100);
    free(values);
}

static void
what_dropout_takes_depends_on_key_and_index_alone(void **state)
{
    float *all = calloc(MANY, sizeof *all), *again = calloc(MANY, sizeof *again);

    (void)state;
    assert_non_null(all);
    assert_non_null(again);
    for (uint32_t threads = 1; threads <= 3; threads++) {
        for (size_t i = 0; i < MANY; i++)
            all[i] = again[i] = 1;
        spt_engine_threads(1);
        spt_dropout(SPT_PRECISION_F32, all, MANY, 0.5, 11);
        spt_engine_threads(threads);
        spt_dropout(SPT_PRECISION_F32, again, MANY, 0.5, 11);
        assert_memory_equal(all, again, MANY * sizeof *all);
        for (size_t i = 0; i < MANY; i++)
            again[i] = -5;
        spt_dropout(SPT_PRECISION_F32, again, 1234, 0.5, 11);
        for (size_t i = 0; i < MANY; i++)
            assert_true((again[i] == 0) == (i < 1234 && all[i] == 0));
    }
    spt_engine_threads(0);
    free(all);
    free(again);
}

static void
another_key_takes_others(void **state)
{
    float *all = calloc(MANY, sizeof *all), *other = calloc(MANY, sizeof *other);
    double differ = 0;

    (void)state;
    assert_non_null(all);
    assert_non_null(other);
    for (size_t i = 0; i < MANY; i++)
        all[i] = other[i] = 1;
    spt_dropout(SPT_PRECISION_F32, all, MANY, 0.5, 11);
    spt_dropout(SPT_PRECISION_F32, other, MANY, 0.5, 12);
    for (size_t i = 0; i < MANY; i++)
        differ += all[i] != other[i];
    assert_true(fabs(differ / MANY - 0.5) < 5 * sqrt(0.25 / MANY));
    free(all);
    free(other);
}

/* ---- ReLU ------------------------------------------------------------------------ */

static void
the_derivative_of_relu_is_one_above_zero_only(void **state)
{
    static const float output[] = {0, 1e-30F, 2, -0.0F, -1, 5};
    static const float wanted[] = {0, 20, 30, 0, 0, 60};
    float gradient[] = {10, 10, 15, 20, 25, 30};

    (void)state;
    spt_relu_backward(SPT_PRECISION_F32, output, 6, 2, gradient);
    for (size_t i = 0; i < 6; i++)
        assert_true(gradient[i] == wanted[i]);
}

static void
the_derivative_of_relu_reaches_every_value_and_none_beyond(void **state)
{
    struct guarded output = guarded_take(MANY), gradient = guarded_take(MANY);

    (void)state;
    material_fill(output.at, MANY, 4);
    for (size_t i = 0; i < MANY; i++)
        gradient.at[i] = (float)i;
    spt_relu_backward(SPT_PRECISION_F32, output.at, MANY, 0.5F, gradient.at);
    for (size_t i = 0; i < MANY; i++)
        assert_true(gradient.at[i] == (output.at[i] > 0 ? 0.5F * (float)i : 0));
    assert_true(guarded_intact(&gradient));
    guarded_free(&output);
    guarded_free(&gradient);
}

/* ---- bf16 ------------------------------------------------------------------------ */

/* What fits bf16 and is scaled by a power of two fits it again. */
static void
bf16_values_fare_as_floats_do(void **state)
{
    float *wide = calloc(MANY, sizeof *wide), *output = calloc(MANY, sizeof *output);
    uint16_t *half = calloc(MANY, sizeof *half), *half_output = calloc(MANY, 2);

    (void)state;
    assert_non_null(wide);
    assert_non_null(output);
    assert_non_null(half);
    assert_non_null(half_output);
    material_fill(wide, MANY, 5);
    material_fill(output, MANY, 6);
    spt_convert(SPT_PRECISION_BF16, wide, MANY, half);
    spt_convert(SPT_PRECISION_BF16, output, MANY, half_output);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(half[i], spt_bf16_round(wide[i]));
        assert_true(fabsf(spt_bf16_widen(half[i]) - wide[i]) <= fabsf(wide[i]) / 256);
        wide[i] = spt_bf16_widen(half[i]);
    }
    assert_true(spt_dropout(SPT_PRECISION_BF16, half, MANY, 0.5, 11) == 2);
    spt_dropout(SPT_PRECISION_F32, wide, MANY, 0.5, 11);
    for (size_t i = 0; i < MANY; i++)
        assert_true(spt_bf16_widen(half[i]) == wide[i]);
    spt_relu_backward(SPT_PRECISION_BF16, half_output, MANY, 2, half);
    spt_relu_backward(SPT_PRECISION_F32, output, MANY, 2, wide);
    for (size_t i = 0; i < MANY; i++)
        assert_true(spt_bf16_widen(half[i]) == wide[i]);
    free(wide);
    free(output);
    free(half);
    free(half_output);
}

static void
conversion_to_f32_is_a_copy(void **state)
{
    static const float from[] = {1, -2.7F, 3e30F};
    float to[3];

    (void)state;
    spt_convert(SPT_PRECISION_F32, from, 3, to);
    assert_memory_equal(from, to, sizeof from);
}

static float
make_float(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

static void
bf16_is_the_nearest_and_of_two_the_even_one(void **state)
{
    static const struct {
        uint32_t bits;
        uint16_t wanted;
    } cases[] = {
        {0x3f800000, 0x3f80}, {0x3f807fff, 0x3f80}, {0x3f808000, 0x3f80},
        {0x3f808001, 0x3f81}, {0x3f818000, 0x3f82}, {0xbf818000, 0xbf82},
        {0x00000000, 0x0000}, {0x80000000, 0x8000}, {0x7f7fffff, 0x7f80},
        {0x7f800000, 0x7f80}, {0xff800000, 0xff80},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(spt_bf16_round(make_float(cases[i].bits)), cases[i].wanted);
    assert_true(isnan(spt_bf16_widen(spt_bf16_round(make_float(0x7fffffff)))));
    assert_true(isnan(spt_bf16_widen(spt_bf16_round(make_float(0xff800001)))));
}

/* ---- the logistic function and its loss ------------------------------------------ */

static void
the_logistic_function_is_that_of_doubles(void **state)
{
    static const float logits[] = {0, 1, -1, 5.5F, -5.5F, 20, -20, 100, -100};
    struct guarded probabilities = guarded_take(9);

    (void)state;
    spt_logistic(logits, 9, probabilities.at);
    for (size_t i = 0; i < 9; i++)
        assert_true(fabs(probabilities.at[i] - 1 / (1 + exp(-(double)logits[i]))) <
                    1e-7);
    assert_true(probabilities.at[0] == 0.5F);
    assert_true(probabilities.at[7] == 1);
    assert_true(probabilities.at[8] >= 0);
    assert_true(guarded_intact(&probabilities));
    guarded_free(&probabilities);
}

static void
the_loss_is_that_of_its_formula(void **state)
{
    enum {
        COUNT = 1000
    };
    float logits[COUNT], weights[COUNT], gradient[COUNT];
    uint8_t labels[COUNT];
    double wanted = 0, loss;

    (void)state;
    material_fill(logits, COUNT, 5);
    for (size_t i = 0; i < COUNT; i++) {
        double z = logits[i] *= 3;

        labels[i] = i % 3 == 0;
        weights[i] = 0.25F * (float)(1 + i % 7);
        wanted += weights[i] * (log(1 + exp(z)) - labels[i] * z) / 40;
    }
    loss = spt_logistic_loss(logits, labels, weights, COUNT, 40, gradient);
    assert_true(fabs(loss - wanted) < 1e-9 * wanted);
    for (size_t i = 0; i < COUNT; i++) {
        double slope =
            weights[i] * (1 / (1 + exp(-(double)logits[i])) - labels[i]) / 40;

        assert_true(fabs(gradient[i] - slope) < 1e-7);
    }
}

static void
the_gradient_is_that_of_finite_differences(void **state)
{
    enum {
        COUNT = 20
    };
    float logits[COUNT], weights[COUNT], gradient[COUNT], ignored[COUNT];
    uint8_t labels[COUNT];

    (void)state;
    material_fill(logits, COUNT, 6);
    for (size_t i = 0; i < COUNT; i++) {
        labels[i] = i % 2;
        weights[i] = (float)(i % 4);
    }
    spt_logistic_loss(logits, labels, weights, COUNT, 3, gradient);
    for (size_t i = 0; i < COUNT; i++) {
        float kept = logits[i], above = kept + 0x1p-9F, below = kept - 0x1p-9F;
        double up, down;

        logits[i] = above;
        up = spt_logistic_loss(logits, labels, weights, COUNT, 3, ignored);
        logits[i] = below;
        down = spt_logistic_loss(logits, labels, weights, COUNT, 3, ignored);
        logits[i] = kept;
        assert_true(fabs((up - down) / ((double)above - below) - gradient[i]) < 1e-6);
    }
}

static void
extreme_logits_give_finite_losses(void **state)
{
    static const float logits[] = {100, 100, -100, -100, 1e30F, -1e30F};
    static const uint8_t labels[] = {1, 0, 1, 0, 1, 0};
    static const double losses[] = {0, 100, 100, 0, 0, 0};
    static const float slopes[] = {0, 1, -1, 0, 0, 0};

    (void)state;
    for (size_t i = 0; i < 6; i++) {
        static const float weight = 1;
        float gradient;
        double loss =
            spt_logistic_loss(&logits[i], &labels[i], &weight, 1, 1, &gradient);

        assert_true(fabs(loss - losses[i]) < 1e-12);
        assert_true(fabsf(gradient - slopes[i]) < 1e-12F);
    }
}

/* Not even a logit that is no number counts where the weight is 0. */
static void
where_the_weight_is_zero_nothing_counts(void **state)
{
    static const float logits[] = {1, NAN, 2, INFINITY}, weights[] = {0, 0, 3, 0};
    static const uint8_t labels[] = {2, 255, 1, 0};
    float gradient[] = {9, 9, 9, 9};
    double loss = spt_logistic_loss(logits, labels, weights, 4, 6, gradient);

    (void)state;
    assert_true(fabs(loss - 0.5 * log(1 + exp(-2))) < 1e-12);
    assert_true(gradient[0] == 0 && gradient[1] == 0 && gradient[3] == 0);
    assert_true(fabs(gradient[2] - 0.5 * (1 / (1 + exp(-2)) - 1)) < 1e-7);
}

static void
of_no_logits_the_loss_is_zero(void **state)
{
    (void)state;
    assert_true(spt_logistic_loss(NULL, NULL, NULL, 0, 5, NULL) == 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dropout_takes_its_share_and_scales_the_rest),
        cmocka_unit_test(a_rate_of_nothing_leaves_all_as_it_was),
        cmocka_unit_test(a_rate_close_to_one_stays_below_it),
        cmocka_unit_test(what_dropout_takes_depends_on_key_and_index_alone),
        cmocka_unit_test(another_key_takes_others),
        cmocka_unit_test(the_derivative_of_relu_is_one_above_zero_only),
        cmocka_unit_test(the_derivative_of_relu_reaches_every_value_and_none_beyond),
        cmocka_unit_test(bf16_values_fare_as_floats_do),
        cmocka_unit_test(conversion_to_f32_is_a_copy),
        cmocka_unit_test(bf16_is_the_nearest_and_of_two_the_even_one),
        cmocka_unit_test(the_logistic_function_is_that_of_doubles),
        cmocka_unit_test(the_loss_is_that_of_its_formula),
        cmocka_unit_test(the_gradient_is_that_of_finite_differences),
        cmocka_unit_test(extreme_logits_give_finite_losses),
        cmocka_unit_test(where_the_weight_is_zero_nothing_counts),
        cmocka_unit_test(of_no_logits_the_loss_is_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
