/*
 * test_winograd.c - what is particular to Winograd's filtering; that it equals plain
 * loops is in test_conv.c.
 */
#include "net/winograd.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "support/guarded.h"
#include "support/material.h"
#include "support/naive_conv.h"

static void
is_taken_for_the_large_layers_of_the_default_net_only(void **state)
{
    static const struct {
        struct spt_conv_shape shape;
        bool pays;
    } rows[] = {
        {{.batch = 1, .height = 127, .width = 127, 1, 48, 5}, false}, /* first layer */
        {{.batch = 4, .height = 61, .width = 61, 48, 48, 5}, true},   /* second */
        {{.batch = 16, .height = 28, .width = 28, 48, 48, 4}, true},  /* third */
        {{.batch = 64, .height = 12, .width = 12, 48, 200, 5}, true}, /* dense FC */
        {{.batch = 256, .height = 5, .width = 5, 48, 200, 5},
         false}, /* its patch form */
        {{.batch = 64, .height = 8, .width = 8, 200, 200, 1}, false},
        {{.batch = 4, .height = 60, .width = 60, 48, 48, 3}, true},
        {{.batch = 4, .height = 60, .width = 60, 48, 48, 6}, false},
        {{.batch = 4, .height = 60, .width = 60, 20, 48, 5},
         false}, /* broken vectors */
        {{.batch = 4, .height = 60, .width = 60, 48, 20, 5}, false},
        {{.batch = 4, .height = 60, .width = 60, 8, 48, 5},
         false}, /* hardly a product */
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(spt_winograd_pays(&rows[i].shape), rows[i].pays);
}

static void
says_beforehand_what_memory_it_takes(void **state)
{
    const struct spt_conv_shape shape = {.batch = 3,
                                         .height = 40,
                                         .width = 30,
                                         .in_channels = 16,
                                         .out_channels = 32,
                                         .kernel = 5,
                                         .weight_gradient = true};
    struct spt_winograd *winograd;
    size_t scratch = 0;

    (void)state;
    assert_int_equal(spt_winograd_memory(&shape, &scratch), 2 * 4 * 64 * 16 * 32);
    assert_int_equal(spt_winograd_create(&shape, &winograd, NULL), SEPTUM_OK);
    assert_int_equal(spt_winograd_scratch(winograd), scratch);
    spt_winograd_free(winograd);
    spt_winograd_free(NULL);
}

/* A convolution with drawn weights and data. */
struct trial {
    struct spt_conv_shape shape;
    struct spt_winograd *winograd;
    struct guarded in, out, in_gradient, weights, biases;
    float *scratch;
};

static struct trial
begin(struct spt_conv_shape shape)
{
    struct trial trial = {.shape = shape};
    size_t scratch;

    shape.weight_gradient = shape.data_gradient = true;
    assert_int_equal(spt_winograd_create(&shape, &trial.winograd, NULL), SEPTUM_OK);
    spt_winograd_memory(&shape, &scratch);
    trial.scratch = spt_alloc_aligned(scratch, 1);
    assert_non_null(trial.scratch);
    trial.in = guarded_take(naive_conv_in_count(&shape));
    trial.in_gradient = guarded_take(naive_conv_in_count(&shape));
    trial.out = guarded_take(naive_conv_out_count(&shape));
    trial.weights = guarded_take(naive_conv_weight_count(&shape));
    trial.biases = guarded_take(shape.out_channels);
    material_fill(trial.in.at, trial.in.count, 1);
    material_fill(trial.weights.at, trial.weights.count, 2);
    material_fill(trial.biases.at, trial.biases.count, 3);
    spt_winograd_load(trial.winograd, trial.weights.at, trial.biases.at);
    return trial;
}

static void
end(struct trial *trial)
{
    guarded_free(&trial->in);
    guarded_free(&trial->in_gradient);
    guarded_free(&trial->out);
    guarded_free(&trial->weights);
    guarded_free(&trial->biases);
    free(trial->scratch);
    spt_winograd_free(trial->winograd);
}

/* The root of the mean square of the errors, against that of the values. */
static double
find_error(const struct guarded *found, const double *wanted)
{
    double error = 0, size = 0;

    for (size_t at = 0; at < found->count; at++) {
        error += pow(found->at[at] - wanted[at], 2);
        size += pow(wanted[at], 2);
    }
    return sqrt(error / size);
}

static double *
take_doubles(size_t count)
{
    double *values = calloc(count, sizeof *values);

    assert_non_null(values);
    return values;
}

/* A float holds a value to 6e-8 of it; plain sums of a thousand products lose ten times
 * that. */
static void
rounds_little(void **state)
{
    (void)state;
    for (uint32_t kernel = 3; kernel <= 5; kernel++) {
        struct trial trial = begin((struct spt_conv_shape){.batch = 2,
                                                           .height = 20,
                                                           .width = 20,
                                                           .in_channels = 48,
                                                           .out_channels = 16,
                                                           .kernel = kernel});
        double *out = take_doubles(trial.out.count), *in = take_doubles(trial.in.count);
        double *weights = take_doubles(trial.weights.count);
        double *biases = take_doubles(trial.biases.count);

        naive_conv_forward(&trial.shape, trial.in.at, trial.weights.at, trial.biases.at,
                           out);
        assert_int_equal(spt_winograd_forward(trial.winograd, trial.in.at, trial.out.at,
                                              trial.scratch, NULL),
                         SEPTUM_OK);
        assert_true(find_error(&trial.out, out) < 5e-6);
        material_fill(trial.out.at, trial.out.count, 4);
        naive_conv_backward_data(&trial.shape, trial.weights.at, trial.out.at, in);
        assert_int_equal(spt_winograd_backward_data(trial.winograd, trial.out.at,
                                                    trial.in_gradient.at, trial.scratch,
                                                    NULL),
                         SEPTUM_OK);
        assert_true(find_error(&trial.in_gradient, in) < 5e-6);
        naive_conv_backward_weights(&trial.shape, trial.in.at, trial.out.at, weights,
                                    biases);
        assert_int_equal(spt_winograd_backward_weights(
                             trial.winograd, trial.in.at, trial.out.at,
                             trial.weights.at, trial.biases.at, trial.scratch, NULL),
                         SEPTUM_OK);
        assert_true(find_error(&trial.weights, weights) < 5e-6);
        assert_true(find_error(&trial.biases, biases) < 5e-6);
        free(out);
        free(in);
        free(weights);
        free(biases);
        end(&trial);
    }
}

/* How many threads share the work must not show: the same machine gives the same
 * bytes. */
static void
gives_the_same_bits_on_any_number_of_threads(void **state)
{
    const struct spt_conv_shape shape = {.batch = 3,
                                         .height = 31,
                                         .width = 26,
                                         .in_channels = 16,
                                         .out_channels = 16,
                                         .kernel = 5};
    struct {
        float *out, *in_gradient, *weights, *biases;
    } found[2];

    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        struct trial trial;

        spt_engine_threads(i == 0 ? 1 : 3);
        trial = begin(shape);
        assert_int_equal(spt_winograd_forward(trial.winograd, trial.in.at, trial.out.at,
                                              trial.scratch, NULL),
                         SEPTUM_OK);
        assert_int_equal(spt_winograd_backward_data(trial.winograd, trial.out.at,
                                                    trial.in_gradient.at, trial.scratch,
                                                    NULL),
                         SEPTUM_OK);
        assert_int_equal(spt_winograd_backward_weights(
                             trial.winograd, trial.in.at, trial.out.at,
                             trial.weights.at, trial.biases.at, trial.scratch, NULL),
                         SEPTUM_OK);
        assert_true(guarded_intact(&trial.out) && guarded_intact(&trial.in_gradient) &&
                    guarded_intact(&trial.weights) && guarded_intact(&trial.biases));
        found[i].out = malloc(trial.out.count * sizeof(float));
        found[i].in_gradient = malloc(trial.in.count * sizeof(float));
        found[i].weights = malloc(trial.weights.count * sizeof(float));
        found[i].biases = malloc(trial.biases.count * sizeof(float));
        assert_true(found[i].out != NULL && found[i].in_gradient != NULL &&
                    found[i].weights != NULL && found[i].biases != NULL);
        memcpy(found[i].out, trial.out.at, trial.out.count * sizeof(float));
        memcpy(found[i].in_gradient, trial.in_gradient.at,
               trial.in.count * sizeof(float));
        memcpy(found[i].weights, trial.weights.at, trial.weights.count * sizeof(float));
        memcpy(found[i].biases, trial.biases.at, trial.biases.count * sizeof(float));
        end(&trial);
    }
    spt_engine_threads(1);
    assert_memory_equal(found[0].out, found[1].out,
                        naive_conv_out_count(&shape) * sizeof(float));
    assert_memory_equal(found[0].in_gradient, found[1].in_gradient,
                        naive_conv_in_count(&shape) * sizeof(float));
    assert_memory_equal(found[0].weights, found[1].weights,
                        naive_conv_weight_count(&shape) * sizeof(float));
    assert_memory_equal(found[0].biases, found[1].biases,
                        shape.out_channels * sizeof(float));
    for (int i = 0; i < 2; i++) {
        free(found[i].out);
        free(found[i].in_gradient);
        free(found[i].weights);
        free(found[i].biases);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_taken_for_the_large_layers_of_the_default_net_only),
        cmocka_unit_test(says_beforehand_what_memory_it_takes),
        cmocka_unit_test(rounds_little),
        cmocka_unit_test(gives_the_same_bits_on_any_number_of_threads),
    };

    spt_engine_threads(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
