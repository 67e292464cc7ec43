/*
 * test_optimiser.c - SGD, Adam and the running average against their formulas in
 * double precision.
 */
#include "net/optimiser.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "support/material.h"

enum {
    COUNT = 50,
    FIRST = 7, /* of those that are trained */
    STEPS = 30
};

/* The same, written down once more in double precision. */
struct naive {
    double parameters[COUNT], average[COUNT], first[COUNT], second[COUNT];
};

static void
start_naive(struct naive *naive, const float *parameters)
{
    memset(naive, 0, sizeof *naive);
    for (size_t i = 0; i < COUNT; i++)
        naive->parameters[i] = naive->average[i] = (double)parameters[i];
}

static double
find_norm(const float *gradient)
{
    double sum = 0;

    for (size_t i = FIRST; i < COUNT; i++)
        sum += pow((double)gradient[i], 2);
    return sqrt(sum);
}

static void
step_naive(struct naive *naive, const struct spt_optimiser_settings *settings, int n,
           double rate, const float *gradient)
{
    double momentum = settings->momentum, norm = find_norm(gradient);
    double scale =
        settings->clip > 0 && norm > settings->clip ? settings->clip / norm : 1;
    double newest =
        settings->horizon > 0 ? fmax(1 / settings->horizon, 9.0 / (10 + n)) : 1;

    for (size_t i = FIRST; i < COUNT; i++) {
        double g = scale * (double)gradient[i];

        if (settings->rule == SPT_RULE_SGD) {
            naive->first[i] = momentum * naive->first[i] - rate * g;
            naive->parameters[i] += naive->first[i];
        } else {
            naive->first[i] = momentum * naive->first[i] + (1 - momentum) * g;
            naive->second[i] = 0.999 * naive->second[i] + 0.001 * g * g;
            naive->parameters[i] -=
                rate * (naive->first[i] / (1 - pow(momentum, n))) /
                (sqrt(naive->second[i] / (1 - pow(0.999, n))) + 1e-8);
        }
        naive->average[i] =
            (1 - newest) * naive->average[i] + newest * naive->parameters[i];
    }
}

static void
draw_gradient(int step, float *gradient)
{
    material_fill(gradient, COUNT, 100 + (uint64_t)step);
    gradient[FIRST + 1] = 0; /* Adam divides by its root */
}

static double
rate_of(int step)
{
    return 0.02 / step;
}

static void
check_steps(struct spt_optimiser_settings settings)
{
    float parameters[COUNT], gradient[COUNT], before[COUNT];
    struct spt_optimiser optimiser;
    struct naive naive;

    material_fill(parameters, COUNT, 1);
    memcpy(before, parameters, sizeof before);
    start_naive(&naive, parameters);
    assert_int_equal(
        spt_optimiser_init(&optimiser, &settings, FIRST, COUNT, parameters, NULL),
        SEPTUM_OK);
    for (int n = 1; n <= STEPS; n++) {
        double norm, wanted;

        draw_gradient(n, gradient);
        step_naive(&naive, &settings, n, rate_of(n), gradient);
        wanted = find_norm(gradient);
        norm = spt_optimiser_step(&optimiser, rate_of(n), gradient, parameters);
        assert_true(fabs(norm - wanted) < 1e-9 * wanted);
        assert_int_equal(optimiser.steps, n);
        for (size_t i = 0; i < COUNT; i++) {
            assert_true(fabs((double)parameters[i] - naive.parameters[i]) < 2e-6);
            assert_true(fabs((double)spt_optimiser_average(&optimiser)[i] -
                             naive.average[i]) < 2e-6);
        }
    }
    assert_memory_equal(parameters, before, FIRST * sizeof *parameters);
    assert_memory_equal(spt_optimiser_average(&optimiser), before,
                        FIRST * sizeof *before);
    spt_optimiser_clear(&optimiser);
}

static void
sgd_steps_as_its_formula_says(void **state)
{
    (void)state;
    check_steps((struct spt_optimiser_settings){SPT_RULE_SGD, 0.9, 0, 0});
    check_steps((struct spt_optimiser_settings){SPT_RULE_SGD, 0, 0, 0});
    check_steps((struct spt_optimiser_settings){SPT_RULE_SGD, 0.5, 3, 5});
}

static void
adam_steps_as_its_formula_says(void **state)
{
    (void)state;
    check_steps((struct spt_optimiser_settings){SPT_RULE_ADAM, 0.9, 0, 0});
    check_steps((struct spt_optimiser_settings){SPT_RULE_ADAM, 0.8, 0, 300});
    check_steps((struct spt_optimiser_settings){SPT_RULE_ADAM, 0.9, 0.5, 10});
}

/* g = 2, momentum 0.5, rate 0.25: v = -0.5, then 0.5 * -0.5 - 0.5 = -0.75. */
static void
sgd_gives_the_values_worked_out_by_hand(void **state)
{
    struct spt_optimiser_settings settings = {SPT_RULE_SGD, 0.5, 0, 0};
    struct spt_optimiser optimiser;
    float parameter = 10, gradient = 2;

    (void)state;
    assert_int_equal(spt_optimiser_init(&optimiser, &settings, 0, 1, &parameter, NULL),
                     SEPTUM_OK);
    assert_int_equal(optimiser.steps, 0);
    spt_optimiser_step(&optimiser, 0.25, &gradient, &parameter);
    assert_true(parameter == 9.5F);
    spt_optimiser_step(&optimiser, 0.25, &gradient, &parameter);
    assert_true(parameter == 8.75F);
    spt_optimiser_clear(&optimiser);
}

/* Bias-corrected, Adam's first step is of length `rate` whatever the gradient. */
static void
adam_begins_at_full_length(void **state)
{
    static const float gradients[] = {1e-3F, 5, -700};
    struct spt_optimiser_settings settings = {SPT_RULE_ADAM, 0.9, 0, 0};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct spt_optimiser optimiser;
        float parameter = 0, gradient = gradients[i];

        assert_int_equal(
            spt_optimiser_init(&optimiser, &settings, 0, 1, &parameter, NULL),
            SEPTUM_OK);
        spt_optimiser_step(&optimiser, 0.01, &gradient, &parameter);
        assert_true(fabs((double)parameter + copysign(0.01, gradients[i])) < 1e-6);
        spt_optimiser_clear(&optimiser);
    }
}

static void
clipping_shortens_long_gradients_only(void **state)
{
    struct spt_optimiser_settings settings = {SPT_RULE_SGD, 0, 5, 0};
    struct spt_optimiser optimiser;
    float parameters[] = {0, 0, 0};
    float within[] = {1000, 3, 4}, beyond[] = {1000, 30, 40};

    (void)state;
    assert_int_equal(spt_optimiser_init(&optimiser, &settings, 1, 3, parameters, NULL),
                     SEPTUM_OK);
    assert_true(spt_optimiser_step(&optimiser, 1, within, parameters) == 5);
    assert_true(within[1] == 3 && within[2] == 4);
    assert_true(parameters[1] == -3 && parameters[2] == -4);
    assert_true(spt_optimiser_step(&optimiser, 1, beyond, parameters) == 50);
    assert_true(fabsf(parameters[1] + 6) < 1e-6F && fabsf(parameters[2] + 8) < 1e-6F);
    assert_true(parameters[0] == 0 && within[0] == 1000 && beyond[0] == 1000);
    spt_optimiser_clear(&optimiser);
}

static void
the_average_starts_at_the_first_weights(void **state)
{
    struct spt_optimiser_settings settings = {SPT_RULE_SGD, 0, 0, 2};
    struct spt_optimiser optimiser;
    float parameter = 11, gradient = 11;

    (void)state;
    assert_int_equal(spt_optimiser_init(&optimiser, &settings, 0, 1, &parameter, NULL),
                     SEPTUM_OK);
    assert_true(spt_optimiser_average(&optimiser)[0] == 11);
    /* After the first step the weight is 0 and counts 9 / 11. */
    spt_optimiser_step(&optimiser, 1, &gradient, &parameter);
    assert_true(parameter == 0);
    assert_true(fabsf(spt_optimiser_average(&optimiser)[0] - 2) < 1e-6F);
    spt_optimiser_clear(&optimiser);
}

static void
state_put_into_another_goes_on_the_same(void **state)
{
    struct spt_optimiser_settings settings = {SPT_RULE_ADAM, 0.9, 1, 20};
    struct spt_optimiser one, other;
    float parameters[COUNT], copy[COUNT], gradient[COUNT];

    (void)state;
    material_fill(parameters, COUNT, 2);
    assert_int_equal(
        spt_optimiser_init(&one, &settings, FIRST, COUNT, parameters, NULL), SEPTUM_OK);
    for (int n = 1; n <= STEPS; n++) {
        draw_gradient(n, gradient);
        spt_optimiser_step(&one, rate_of(n), gradient, parameters);
        if (n != 12)
            continue;
        memcpy(copy, parameters, sizeof copy);
        assert_int_equal(
            spt_optimiser_init(&other, &settings, FIRST, COUNT, gradient, NULL),
            SEPTUM_OK);
        memcpy(other.state, one.state, sizeof *one.state * 3 * COUNT);
        other.steps = one.steps;
    }
    for (int n = 13; n <= STEPS; n++) {
        draw_gradient(n, gradient);
        spt_optimiser_step(&other, rate_of(n), gradient, copy);
    }
    assert_memory_equal(parameters, copy, sizeof copy);
    assert_memory_equal(one.state, other.state, sizeof *one.state * 3 * COUNT);
    spt_optimiser_clear(&one);
    spt_optimiser_clear(&other);
}

static void
all_frozen_nothing_moves(void **state)
{
    struct spt_optimiser_settings settings = {SPT_RULE_ADAM, 0.9, 1, 20};
    struct spt_optimiser optimiser;
    float parameters[] = {1, 2}, gradient[] = {3, 4};

    (void)state;
    assert_int_equal(spt_optimiser_init(&optimiser, &settings, 2, 2, parameters, NULL),
                     SEPTUM_OK);
    assert_true(spt_optimiser_step(&optimiser, 1, gradient, parameters) == 0);
    assert_true(parameters[0] == 1 && parameters[1] == 2);
    spt_optimiser_clear(&optimiser);
}

static void
is_empty_after_clear_and_may_be_cleared_again(void **state)
{
    struct spt_optimiser_settings settings = {SPT_RULE_SGD, 0, 0, 0};
    struct spt_optimiser optimiser = {0};
    float parameter = 1;

    (void)state;
    assert_int_equal(spt_optimiser_init(&optimiser, &settings, 0, 1, &parameter, NULL),
                     SEPTUM_OK);
    spt_optimiser_clear(&optimiser);
    assert_null(optimiser.state);
    assert_int_equal(optimiser.count, 0);
    spt_optimiser_clear(&optimiser);
}

static void
refuses_a_state_that_no_memory_holds(void **state)
{
    struct spt_optimiser_settings settings = {SPT_RULE_SGD, 0, 0, 0};
    struct spt_optimiser optimiser = {.steps = 77};
    struct septum_error err = {0};
    float parameter = 1;

    (void)state;
    assert_int_equal(
        spt_optimiser_init(&optimiser, &settings, 0, SIZE_MAX / 4, &parameter, &err),
        SEPTUM_ENOMEM);
    assert_int_equal(err.status, SEPTUM_ENOMEM);
    assert_non_null(strstr(err.text, "optimiser"));
    assert_int_equal(optimiser.steps, 77);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sgd_steps_as_its_formula_says),
        cmocka_unit_test(adam_steps_as_its_formula_says),
        cmocka_unit_test(sgd_gives_the_values_worked_out_by_hand),
        cmocka_unit_test(adam_begins_at_full_length),
        cmocka_unit_test(clipping_shortens_long_gradients_only),
        cmocka_unit_test(the_average_starts_at_the_first_weights),
        cmocka_unit_test(state_put_into_another_goes_on_the_same),
        cmocka_unit_test(all_frozen_nothing_moves),
        cmocka_unit_test(is_empty_after_clear_and_may_be_cleared_again),
        cmocka_unit_test(refuses_a_state_that_no_memory_holds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
