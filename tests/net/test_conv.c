/*
 * test_conv.c - oneDNN's convolutions against seven nested loops.
 */
#include "net/conv.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/random.h"
#include "support/guarded.h"
#include "support/material.h"
#include "support/naive_conv.h"

#define RANDOM_SHAPES 10

/* Shapes that random ones might miss: one pixel of output, one of input, one channel,
 * whole and broken vectors, flat images. */
static const struct spt_conv_shape corners[] = {
    {.batch = 1, .height = 1, .width = 1, 1, 1, 1},
    {.batch = 2, .height = 5, .width = 5, 17, 33, 5},
    {.batch = 3, .height = 3, .width = 3, 48, 1, 3},
    {.batch = 1, .height = 7, .width = 7, 1, 48, 5},
    {.batch = 1, .height = 4, .width = 9, 16, 16, 4},
    {.batch = 3, .height = 11, .width = 2, 3, 5, 2},
    {.batch = 2, .height = 6, .width = 5, 200, 7, 1},
    /* Done by Winograd's filtering: tiles whole and broken, one and several blocks of
     * them, a block's end inside an image. */
    {.batch = 1, .height = 8, .width = 8, 16, 16, 5},
    {.batch = 1, .height = 12, .width = 13, 16, 24, 5},
    {.batch = 2, .height = 10, .width = 11, 24, 16, 4},
    {.batch = 3, .height = 8, .width = 14, 16, 16, 3},
    {.batch = 5, .height = 23, .width = 30, 16, 16, 5},
};

#define CORNERS (sizeof corners / sizeof corners[0])

static struct spt_conv_shape
choose_shape(size_t number)
{
    static const uint32_t channels[] = {1, 2, 3, 8, 15, 16, 17, 31, 48};
    struct spt_conv_shape shape = {0};
    struct spt_random random;

    if (number < CORNERS) {
        shape = corners[number];
    } else {
        spt_random_init(&random, number, 0);
        shape.kernel = 1 + (uint32_t)spt_random_below(&random, 5);
        shape.batch = 1 + (uint32_t)spt_random_below(&random, 3);
        shape.height = shape.kernel + (uint32_t)spt_random_below(&random, 7);
        shape.width = shape.kernel + (uint32_t)spt_random_below(&random, 7);
        shape.in_channels = channels[spt_random_below(&random, 9)];
        shape.out_channels = channels[spt_random_below(&random, 9)];
    }
    shape.relu = number % 2;
    shape.weight_gradient = true;
    shape.data_gradient = true;
    return shape;
}

/* A convolution with drawn weights and data, and room for what it computes. */
struct trial {
    struct spt_conv_shape shape;
    struct spt_engine *engine;
    struct spt_conv *conv;
    struct guarded in, out, weights, biases;
    void *scratch;
};

static struct trial
begin(struct spt_conv_shape shape, uint64_t seed)
{
    struct trial trial = {.shape = shape};

    assert_int_equal(spt_engine_create(&trial.engine, NULL), SEPTUM_OK);
    assert_int_equal(spt_conv_create(trial.engine, &shape, &trial.conv, NULL),
                     SEPTUM_OK);
    trial.in = guarded_take(naive_conv_in_count(&shape));
    trial.out = guarded_take(naive_conv_out_count(&shape));
    trial.weights = guarded_take(naive_conv_weight_count(&shape));
    trial.biases = guarded_take(shape.out_channels);
    trial.scratch = spt_alloc_aligned(spt_conv_scratch(trial.conv), 1);
    assert_non_null(trial.scratch);
    material_fill(trial.in.at, trial.in.count, 4 * seed);
    material_fill(trial.out.at, trial.out.count, 4 * seed + 1);
    material_fill(trial.weights.at, trial.weights.count, 4 * seed + 2);
    material_fill(trial.biases.at, trial.biases.count, 4 * seed + 3);
    assert_int_equal(spt_conv_load(trial.conv, trial.weights.at, trial.biases.at, NULL),
                     SEPTUM_OK);
    return trial;
}

static void
end(struct trial *trial)
{
    assert_true(guarded_intact(&trial->in));
    assert_true(guarded_intact(&trial->out));
    assert_true(guarded_intact(&trial->weights));
    assert_true(guarded_intact(&trial->biases));
    guarded_free(&trial->in);
    guarded_free(&trial->out);
    guarded_free(&trial->weights);
    guarded_free(&trial->biases);
    free(trial->scratch);
    spt_conv_free(trial->conv);
    spt_engine_free(trial->engine);
}

/* Sums of up to 2500 products of normal values are up to two hundred large. */
static void
assert_close(const struct guarded *found, const double *wanted)
{
    assert_true(guarded_intact(found));
    for (size_t i = 0; i < found->count; i++)
        assert_true(fabs((double)found->at[i] - wanted[i]) < 1e-3);
}

static double *
take_doubles(size_t count)
{
    double *values = calloc(count, sizeof *values);

    assert_non_null(values);
    return values;
}

static void
forward_equals_plain_loops(void **state)
{
    (void)state;
    for (size_t i = 0; i < CORNERS + RANDOM_SHAPES; i++) {
        struct trial trial = begin(choose_shape(i), i);
        double *wanted = take_doubles(trial.out.count);

        for (size_t at = 0; at < trial.out.count; at++)
            trial.out.at[at] = NAN;
        assert_int_equal(spt_conv_forward(trial.conv, trial.in.at, trial.out.at,
                                          trial.scratch, NULL),
                         SEPTUM_OK);
        naive_conv_forward(&trial.shape, trial.in.at, trial.weights.at, trial.biases.at,
                           wanted);
        assert_close(&trial.out, wanted);
        free(wanted);
        end(&trial);
    }
}

static void
weight_gradient_equals_plain_loops(void **state)
{
    (void)state;
    for (size_t i = 0; i < CORNERS + RANDOM_SHAPES; i++) {
        struct trial trial = begin(choose_shape(i), i);
        struct guarded weights = guarded_take(trial.weights.count);
        struct guarded biases = guarded_take(trial.biases.count);
        double *wanted = take_doubles(weights.count);
        double *wanted_biases = take_doubles(biases.count);

        assert_int_equal(spt_conv_backward_weights(trial.conv, trial.in.at,
                                                   trial.out.at, weights.at, biases.at,
                                                   trial.scratch, NULL),
                         SEPTUM_OK);
        naive_conv_backward_weights(&trial.shape, trial.in.at, trial.out.at, wanted,
                                    wanted_biases);
        assert_close(&weights, wanted);
        assert_close(&biases, wanted_biases);
        guarded_free(&weights);
        guarded_free(&biases);
        free(wanted);
        free(wanted_biases);
        end(&trial);
    }
}

static void
data_gradient_equals_plain_loops(void **state)
{
    (void)state;
    for (size_t i = 0; i < CORNERS + RANDOM_SHAPES; i++) {
        struct trial trial = begin(choose_shape(i), i);
        struct guarded gradient = guarded_take(trial.in.count);
        double *wanted = take_doubles(gradient.count);

        assert_int_equal(spt_conv_backward_data(trial.conv, trial.out.at, gradient.at,
                                                trial.scratch, NULL),
                         SEPTUM_OK);
        naive_conv_backward_data(&trial.shape, trial.weights.at, trial.out.at, wanted);
        assert_close(&gradient, wanted);
        guarded_free(&gradient);
        free(wanted);
        end(&trial);
    }
}

/* The kernel's first row is multiplied with the image's first: nothing is flipped. */
static void
gives_the_values_worked_out_by_hand(void **state)
{
    struct trial trial = begin((struct spt_conv_shape){.batch = 1,
                                                       .height = 2,
                                                       .width = 3,
                                                       .in_channels = 1,
                                                       .out_channels = 1,
                                                       .kernel = 2,
                                                       .relu = true},
                               1);
    static const float in[] = {1, 2, 3, 4, 5, 6};
    static float weights[] = {1, 10, 100, -200};
    static const float bias = 575;

    (void)state;
    for (size_t i = 0; i < 6; i++)
        trial.in.at[i] = in[i];
    assert_int_equal(spt_conv_load(trial.conv, weights, &bias, NULL), SEPTUM_OK);
    assert_int_equal(
        spt_conv_forward(trial.conv, trial.in.at, trial.out.at, trial.scratch, NULL),
        SEPTUM_OK);
    assert_true(trial.out.at[0] == 1 + 20 + 400 - 1000 + 575 + 4);
    assert_true(trial.out.at[1] == 0);
    end(&trial);
}

static void
the_weights_loaded_last_count(void **state)
{
    struct trial trial = begin(choose_shape(1), 5);
    double *wanted = take_doubles(trial.out.count);
    double *wanted_in = take_doubles(trial.in.count);
    struct guarded gradient = guarded_take(trial.in.count);

    (void)state;
    material_fill(trial.weights.at, trial.weights.count, 99);
    material_fill(trial.biases.at, trial.biases.count, 98);
    assert_int_equal(spt_conv_load(trial.conv, trial.weights.at, trial.biases.at, NULL),
                     SEPTUM_OK);
    naive_conv_backward_data(&trial.shape, trial.weights.at, trial.out.at, wanted_in);
    assert_int_equal(spt_conv_backward_data(trial.conv, trial.out.at, gradient.at,
                                            trial.scratch, NULL),
                     SEPTUM_OK);
    assert_close(&gradient, wanted_in);
    naive_conv_forward(&trial.shape, trial.in.at, trial.weights.at, trial.biases.at,
                       wanted);
    assert_int_equal(
        spt_conv_forward(trial.conv, trial.in.at, trial.out.at, trial.scratch, NULL),
        SEPTUM_OK);
    assert_close(&trial.out, wanted);
    free(wanted);
    free(wanted_in);
    guarded_free(&gradient);
    end(&trial);
}

/* Which directions a convolution is made for does not change the forward one. */
static void
serves_prediction_alone_as_well(void **state)
{
    struct spt_conv_shape shape = choose_shape(3);
    struct trial trial;
    double *wanted;

    (void)state;
    shape.weight_gradient = shape.data_gradient = false;
    trial = begin(shape, 6);
    wanted = take_doubles(trial.out.count);
    naive_conv_forward(&shape, trial.in.at, trial.weights.at, trial.biases.at, wanted);
    assert_int_equal(
        spt_conv_forward(trial.conv, trial.in.at, trial.out.at, trial.scratch, NULL),
        SEPTUM_OK);
    assert_close(&trial.out, wanted);
    free(wanted);
    end(&trial);
}

static void
free_takes_null(void **state)
{
    (void)state;
    spt_conv_free(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_equals_plain_loops),
        cmocka_unit_test(weight_gradient_equals_plain_loops),
        cmocka_unit_test(data_gradient_equals_plain_loops),
        cmocka_unit_test(gives_the_values_worked_out_by_hand),
        cmocka_unit_test(the_weights_loaded_last_count),
        cmocka_unit_test(serves_prediction_alone_as_well),
        cmocka_unit_test(free_takes_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
