/*
 * test_pass.c - the two forms of a net against the naive net, against each other, and
 * their gradients against finite differences.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "net/activation.h"
#include "net/net.h"
#include "support/naive_net.h"

#define MEAN_FIRST "window18 mean2 conv2-6 pool2 FC-7 FC-1"
#define SMALL "window14 conv3-6 pool2 conv3-5 pool2 FC-7 FC-1"

static struct spt_net *
make_net(const char *text, uint64_t seed)
{
    struct spt_spec spec;
    struct spt_net *net;
    struct spt_random random;

    assert_int_equal(spt_spec_parse(text, &spec, NULL), SEPTUM_OK);
    assert_int_equal(spt_net_create(&spec, &net, NULL), SEPTUM_OK);
    spt_net_initialise(net, seed, 0);
    /* Biases away from 0, so that a lost bias shows. */
    spt_random_init(&random, seed, 1);
    for (uint32_t i = 0; i < spec.layer_count; i++)
        if (!spt_layer_has_blocks(&spec.layer[i]))
            for (uint32_t c = 0; c < spec.layer[i].out_channels; c++)
                spt_net_parameters(net)[spec.layer[i].biases + c] =
                    (float)(0.2 * spt_random_normal(&random));
    spt_net_changed(net);
    return net;
}

static struct spt_pass *
make_pass(struct spt_net *net, enum spt_form form, uint32_t batch, uint32_t tile,
          bool training, uint32_t first_trained)
{
    struct spt_pass_shape shape = {.form = form,
                                   .batch = batch,
                                   .tile = tile,
                                   .training = training,
                                   .first_trained = first_trained};
    struct spt_pass *pass;

    assert_int_equal(spt_pass_create(net, &shape, &pass, NULL), SEPTUM_OK);
    return pass;
}

static void
fill_random(float *values, size_t count, uint64_t seed)
{
    struct spt_random random;

    spt_random_init(&random, seed, 2);
    for (size_t i = 0; i < count; i++)
        values[i] = (float)spt_random_normal(&random);
}

static void
check_dense_against_naive(const char *text, uint32_t batch, uint32_t tile)
{
    struct spt_net *net = make_net(text, 3);
    struct spt_pass *pass = make_pass(net, SPT_FORM_DENSE, batch, tile, false, 0);
    uint32_t side = spt_pass_side(pass);
    size_t image = (size_t)side * side;
    const float *logits;

    assert_int_equal(side, tile + spt_net_spec(net)->window - 1);
    fill_random(spt_pass_input(pass), batch * image, 4);
    assert_int_equal(spt_pass_forward(pass, 0, 0, &logits, NULL), SEPTUM_OK);
    for (uint32_t n = 0; n < batch; n++)
        for (uint32_t y = 0; y < tile; y++)
            for (uint32_t x = 0; x < tile; x++) {
                const float *window = spt_pass_input(pass) + n * image + y * side + x;
                double truth = naive_net_logit(spt_net_spec(net),
                                               spt_net_parameters(net), window, side);

                assert_true(fabs(logits[(n * tile + y) * tile + x] - truth) < 2e-5);
            }
    spt_pass_free(pass);
    spt_net_free(net);
}

static void
dense_form_equals_the_naive_net_at_every_pixel(void **state)
{
    (void)state;
    check_dense_against_naive(SMALL, 1, 8);
    check_dense_against_naive(SMALL, 3, 4);
    check_dense_against_naive("window15 conv4-3 pool3 conv2-4 FC-5 FC-1", 2, 9);
    check_dense_against_naive("window9 conv3-4 conv2-17 pool2 FC-1", 1, 6);
    check_dense_against_naive("window5 FC-9 FC-3 FC-1", 2, 5);
    check_dense_against_naive("window28 mean2 conv3-6 pool2 conv3-5 pool2 FC-7 FC-1", 2,
                              8);
    check_dense_against_naive("window15 mean3 conv2-4 pool2 FC-1", 1, 12);
}

/* Copy every window of the dense pass's input into a batch for the patch pass. */
static void
cut_windows(const float *image, uint32_t side, uint32_t tile, uint32_t window,
            float *out)
{
    for (uint32_t y = 0; y < tile; y++)
        for (uint32_t x = 0; x < tile; x++)
            for (uint32_t i = 0; i < window; i++, out += window)
                memcpy(out, image + (size_t)(y + i) * side + x, window * sizeof *out);
}

static void
patch_form_equals_dense_form_for_the_default_net(void **state)
{
    enum {
        TILE = 8
    };
    struct spt_net *net = make_net("default", 5);
    struct spt_pass *dense = make_pass(net, SPT_FORM_DENSE, 1, TILE, false, 0);
    struct spt_pass *patch = make_pass(net, SPT_FORM_PATCH, TILE * TILE, 0, false, 0);
    const float *a, *b;

    (void)state;
    fill_random(spt_pass_input(dense),
                (size_t)spt_pass_side(dense) * spt_pass_side(dense), 6);
    cut_windows(spt_pass_input(dense), spt_pass_side(dense), TILE, 64,
                spt_pass_input(patch));
    assert_int_equal(spt_pass_forward(dense, 0, 0, &a, NULL), SEPTUM_OK);
    assert_int_equal(spt_pass_forward(patch, 0, 0, &b, NULL), SEPTUM_OK);
    for (size_t i = 0; i < (size_t)TILE * TILE; i++)
        assert_true(fabsf(a[i] - b[i]) < 1e-4F);
    spt_pass_free(dense);
    spt_pass_free(patch);
    spt_net_free(net);
}

/* Loss of a pass's input, and on request its gradient. */
static double
find_loss(struct spt_pass *pass, size_t count, const uint8_t *labels,
          const float *weights, double dropout, float *gradient)
{
    const float *logits;
    float *by_logit = calloc(count, sizeof *by_logit);
    double loss;

    assert_non_null(by_logit);
    assert_int_equal(spt_pass_forward(pass, dropout, 77, &logits, NULL), SEPTUM_OK);
    loss = spt_logistic_loss(logits, labels, weights, count, 10, by_logit);
    if (gradient != NULL)
        assert_int_equal(spt_pass_backward(pass, by_logit, gradient, NULL), SEPTUM_OK);
    free(by_logit);
    return loss;
}

/* A few sampled pixels of a tile, the others weightless. */
static void
sample_pixels(size_t count, uint8_t *labels, float *weights)
{
    struct spt_random random;

    spt_random_init(&random, 8, 3);
    for (size_t i = 0; i < count; i++) {
        labels[i] = (uint8_t)spt_random_below(&random, 2);
        weights[i] = spt_random_below(&random, 3) == 0 ? 0.5F + (float)labels[i] : 0.0F;
    }
}

static void
dense_gradient_equals_the_sum_over_the_same_windows_in_patch_form(void **state)
{
    enum {
        TILE = 8,
        COUNT = TILE * TILE
    };
    struct spt_net *net = make_net(SMALL, 9);
    struct spt_pass *dense = make_pass(net, SPT_FORM_DENSE, 1, TILE, true, 0);
    struct spt_pass *patch = make_pass(net, SPT_FORM_PATCH, COUNT, 0, true, 0);
    size_t parameters = spt_net_spec(net)->parameter_count;
    float *a = calloc(parameters, sizeof *a), *b = calloc(parameters, sizeof *b);
    uint8_t labels[COUNT];
    float weights[COUNT];
    double loss, difference = 0, norm = 0;

    (void)state;
    assert_non_null(a);
    assert_non_null(b);
    sample_pixels(COUNT, labels, weights);
    fill_random(spt_pass_input(dense),
                (size_t)spt_pass_side(dense) * spt_pass_side(dense), 10);
    cut_windows(spt_pass_input(dense), spt_pass_side(dense), TILE,
                spt_net_spec(net)->window, spt_pass_input(patch));
    loss = find_loss(dense, COUNT, labels, weights, 0, a);
    assert_true(fabs(loss - find_loss(patch, COUNT, labels, weights, 0, b)) < 1e-6);
    for (size_t i = 0; i < parameters; i++) {
        difference += pow((double)a[i] - b[i], 2);
        norm += pow(b[i], 2);
    }
    assert_true(norm > 0);
    assert_true(sqrt(difference / norm) < 1e-5);
    free(a);
    free(b);
    spt_pass_free(dense);
    spt_pass_free(patch);
    spt_net_free(net);
}

/* Central differences at some parameters of every layer.  ReLU and max have kinks:
 * where halving the step changes the quotient, a kink lies between, and the point says
 * nothing.
 */
static void
check_gradient(struct spt_net *net, struct spt_pass *pass, size_t count, double dropout)
{
    const struct spt_spec *spec = spt_net_spec(net);
    float *parameters = spt_net_parameters(net);
    float *gradient = calloc(spec->parameter_count, sizeof *gradient);
    uint8_t *labels = calloc(count, 1);
    float *weights = calloc(count, sizeof *weights);
    struct spt_random random;
    int checked = 0;

    assert_non_null(gradient);
    assert_non_null(labels);
    assert_non_null(weights);
    sample_pixels(count, labels, weights);
    find_loss(pass, count, labels, weights, dropout, gradient);
    spt_random_init(&random, 11, 4);
    for (int trial = 0; trial < 120; trial++) {
        size_t i = spt_random_below(&random, spec->parameter_count);
        float kept = parameters[i];
        double quotient[2];

        for (int half = 0; half < 2; half++) {
            float step = half ? 1e-3F : 2e-3F;
            double up, down;

            parameters[i] = kept + step;
            spt_net_changed(net);
            up = find_loss(pass, count, labels, weights, dropout, NULL);
            parameters[i] = kept - step;
            spt_net_changed(net);
            down = find_loss(pass, count, labels, weights, dropout, NULL);
            quotient[half] = (up - down) / (2.0 * step);
        }
        parameters[i] = kept;
        spt_net_changed(net);
        if (fabs(quotient[0] - quotient[1]) > 2e-3)
            continue;
        checked++;
        assert_true(fabs(gradient[i] - quotient[1]) < 3e-3 + 1e-2 * fabs(quotient[1]));
    }
    assert_true(checked > 60);
    free(gradient);
    free(labels);
    free(weights);
}

static void
gradient_equals_finite_differences(void **state)
{
    static const struct {
        const char *net;
        enum spt_form form;
        uint32_t batch, tile;
        double dropout;
    } rows[] = {
        {SMALL, SPT_FORM_DENSE, 2, 4, 0},      {SMALL, SPT_FORM_DENSE, 2, 4, 0.5},
        {SMALL, SPT_FORM_PATCH, 20, 1, 0},     {SMALL, SPT_FORM_PATCH, 20, 1, 0.5},
        {MEAN_FIRST, SPT_FORM_DENSE, 2, 4, 0}, {MEAN_FIRST, SPT_FORM_PATCH, 20, 1, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct spt_net *net = make_net(rows[i].net, 12);
        struct spt_pass *pass =
            make_pass(net, rows[i].form, rows[i].batch, rows[i].tile, true, 0);
        uint32_t side = spt_pass_side(pass);

        fill_random(spt_pass_input(pass), (size_t)rows[i].batch * side * side, 13);
        check_gradient(net, pass, (size_t)rows[i].batch * rows[i].tile * rows[i].tile,
                       rows[i].dropout);
        spt_pass_free(pass);
        spt_net_free(net);
    }
}

static void
frozen_layers_get_no_gradient_and_the_others_get_the_same(void **state)
{
    enum {
        TILE = 4,
        COUNT = 16
    };
    struct spt_net *net = make_net(SMALL, 14);
    const struct spt_spec *spec = spt_net_spec(net);
    struct spt_pass *whole = make_pass(net, SPT_FORM_DENSE, 1, TILE, true, 0);
    struct spt_pass *frozen = make_pass(net, SPT_FORM_DENSE, 1, TILE, true, 2);
    float *a = calloc(spec->parameter_count, sizeof *a);
    float *b = calloc(spec->parameter_count, sizeof *b);
    size_t first = spec->layer[4].weights; /* the first FC */
    uint8_t labels[COUNT];
    float weights[COUNT];

    (void)state;
    assert_non_null(a);
    assert_non_null(b);
    for (size_t i = 0; i < spec->parameter_count; i++)
        b[i] = 123;
    sample_pixels(COUNT, labels, weights);
    fill_random(spt_pass_input(whole),
                (size_t)spt_pass_side(whole) * spt_pass_side(whole), 15);
    fill_random(spt_pass_input(frozen),
                (size_t)spt_pass_side(frozen) * spt_pass_side(frozen), 15);
    find_loss(whole, COUNT, labels, weights, 0, a);
    find_loss(frozen, COUNT, labels, weights, 0, b);
    for (size_t i = 0; i < first; i++)
        assert_true(b[i] == 123);
    for (size_t i = first; i < spec->parameter_count; i++)
        assert_true(fabsf(a[i] - b[i]) < 1e-6F);
    free(a);
    free(b);
    spt_pass_free(whole);
    spt_pass_free(frozen);
    spt_net_free(net);
}

static void
a_change_of_weights_reaches_every_pass(void **state)
{
    struct spt_net *net = make_net(SMALL, 16);
    struct spt_pass *pass = make_pass(net, SPT_FORM_PATCH, 1, 0, false, 0);
    const float *logits;
    float before;

    (void)state;
    fill_random(spt_pass_input(pass), 14 * 14, 17);
    assert_int_equal(spt_pass_forward(pass, 0, 0, &logits, NULL), SEPTUM_OK);
    before = logits[0];
    spt_net_parameters(net)[spt_net_spec(net)->parameter_count - 1] +=
        1; /* last bias */
    spt_net_changed(net);
    assert_int_equal(spt_pass_forward(pass, 0, 0, &logits, NULL), SEPTUM_OK);
    assert_true(fabsf(logits[0] - before - 1) < 1e-5F);
    spt_pass_free(pass);
    spt_net_free(net);
}

static void
counts_the_operations_of_the_default_net(void **state)
{
    struct spt_spec spec;
    struct spt_pass_shape patch = {.form = SPT_FORM_PATCH, .batch = 1};

    (void)state;
    assert_int_equal(spt_spec_parse("default", &spec, NULL), SEPTUM_OK);
    /* 60^2*25*48 + 26^2*25*48*48 + 10^2*16*48*48 + 25*48*200 + 200*200 + 200 */
    assert_true(spt_pass_operations(&spec, &patch) ==
                4320000.0 + 38937600.0 + 3686400.0 + 240000.0 + 40000.0 + 200.0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dense_form_equals_the_naive_net_at_every_pixel),
        cmocka_unit_test(patch_form_equals_dense_form_for_the_default_net),
        cmocka_unit_test(
            dense_gradient_equals_the_sum_over_the_same_windows_in_patch_form),
        cmocka_unit_test(gradient_equals_finite_differences),
        cmocka_unit_test(frozen_layers_get_no_gradient_and_the_others_get_the_same),
        cmocka_unit_test(a_change_of_weights_reaches_every_pass),
        cmocka_unit_test(counts_the_operations_of_the_default_net),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
