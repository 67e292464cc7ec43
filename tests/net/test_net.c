/*
 * test_net.c - a net's parameters and their first values.
 */
#include "net/net.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/material.h"

static struct spt_net *
make_net(const char *text)
{
    struct spt_spec spec;
    struct spt_net *net;

    assert_int_equal(spt_spec_parse(text, &spec, NULL), SEPTUM_OK);
    assert_int_equal(spt_net_create(&spec, &net, NULL), SEPTUM_OK);
    return net;
}

static size_t
parameter_bytes(const struct spt_net *net)
{
    return spt_net_spec(net)->parameter_count * sizeof(float);
}

static void
begins_with_zeros_and_its_specification(void **state)
{
    struct spt_net *net = make_net(MATERIAL_NET);
    struct spt_spec spec;

    (void)state;
    assert_int_equal(spt_spec_parse(MATERIAL_NET, &spec, NULL), SEPTUM_OK);
    assert_memory_equal(spt_net_spec(net), &spec, sizeof spec);
    for (size_t i = 0; i < spec.parameter_count; i++)
        assert_true(spt_net_parameters(net)[i] == 0);
    spt_net_free(net);
    spt_net_free(NULL);
}

/* Mean 0, variance 2 / fan-in, and the fourth moment of a normal distribution, each
 * within five of its standard errors. */
static void
check_layer(const struct spt_layer *layer, const float *parameters)
{
    size_t count = spt_layer_weight_count(layer);
    double n = (double)count;
    double variance = 2.0 / (layer->in_channels * layer->size * layer->size);
    double mean = 0, square = 0, fourth = 0;

    for (size_t i = 0; i < count; i++) {
        double scaled = (double)parameters[layer->weights + i] / sqrt(variance);

        mean += scaled / n;
        square += pow(scaled, 2) / n;
        fourth += pow(scaled, 4) / n;
    }
    assert_true(fabs(mean) < 5 / sqrt(n));
    assert_true(fabs(square - 1) < 5 * sqrt(2 / n));
    assert_true(fabs(fourth - 3) < 5 * sqrt(96 / n));
    for (uint32_t c = 0; c < layer->out_channels; c++)
        assert_true(parameters[layer->biases + c] == 0);
}

static void
draws_each_layer_with_its_own_variance(void **state)
{
    struct spt_net *net = make_net("default");
    const struct spt_spec *spec = spt_net_spec(net);

    (void)state;
    for (size_t i = 0; i < spec->parameter_count; i++)
        spt_net_parameters(net)[i] = 1e6F;
    spt_net_initialise(net, 1, 0);
    for (uint32_t i = 0; i < spec->layer_count; i++)
        if (!spt_layer_has_blocks(&spec->layer[i]))
            check_layer(&spec->layer[i], spt_net_parameters(net));
    spt_net_free(net);
}

static void
equal_seeds_draw_equal_weights_and_others_others(void **state)
{
    struct spt_net *net = make_net(MATERIAL_NET), *other = make_net(MATERIAL_NET);
    const struct spt_layer *layer = &spt_net_spec(net)->layer[2];

    (void)state;
    spt_net_initialise(net, 5, 0);
    spt_net_initialise(other, 5, 0);
    assert_memory_equal(spt_net_parameters(net), spt_net_parameters(other),
                        parameter_bytes(net));
    spt_net_initialise(other, 6, 0);
    for (size_t i = 0; i < spt_layer_weight_count(layer); i++)
        assert_true(spt_net_parameters(net)[layer->weights + i] !=
                    spt_net_parameters(other)[layer->weights + i]);
    spt_net_free(net);
    spt_net_free(other);
}

static void
no_two_layers_draw_the_same_numbers(void **state)
{
    struct spt_net *net = make_net("window8 conv2-4 conv2-4 conv2-4 FC-1");
    const struct spt_layer *layer = spt_net_spec(net)->layer;
    const float *parameters = spt_net_parameters(net);

    (void)state;
    spt_net_initialise(net, 7, 0);
    for (size_t i = 0; i < 64; i++)
        assert_true(parameters[layer[1].weights + i] !=
                    parameters[layer[2].weights + i]);
    spt_net_free(net);
}

/* The layers of MATERIAL_NET with weights are numbers 0, 2, 4 and 5. */
static void
keeps_the_layers_before_the_first(void **state)
{
    static const uint32_t place[] = {0, 2, 4, 5};
    struct spt_net *whole = make_net(MATERIAL_NET), *net = make_net(MATERIAL_NET);
    const struct spt_spec *spec = spt_net_spec(net);
    float *parameters = spt_net_parameters(net);

    (void)state;
    spt_net_initialise(whole, 8, 0);
    for (uint32_t first = 0; first <= 4; first++) {
        size_t kept =
            first < 4 ? spec->layer[place[first]].weights : spec->parameter_count;

        for (size_t i = 0; i < spec->parameter_count; i++)
            parameters[i] = (float)i;
        spt_net_initialise(net, 8, first);
        for (size_t i = 0; i < kept; i++)
            assert_true(parameters[i] == (float)i);
        /* What a layer draws does not depend on whether those before it do. */
        assert_memory_equal(parameters + kept, spt_net_parameters(whole) + kept,
                            (spec->parameter_count - kept) * sizeof *parameters);
    }
    spt_net_free(whole);
    spt_net_free(net);
}

static void
new_weights_reach_a_pass_made_before(void **state)
{
    struct spt_net *net = make_net(MATERIAL_NET);
    struct spt_pass_shape shape = {.form = SPT_FORM_PATCH, .batch = 1};
    struct spt_pass *pass;
    const float *logits;

    (void)state;
    assert_int_equal(spt_pass_create(net, &shape, &pass, NULL), SEPTUM_OK);
    material_fill(spt_pass_input(pass), MATERIAL_WINDOW_PIXELS, 1);
    assert_int_equal(spt_pass_forward(pass, 0, 0, &logits, NULL), SEPTUM_OK);
    assert_true(logits[0] == 0);
    spt_net_initialise(net, 9, 0);
    assert_int_equal(spt_pass_forward(pass, 0, 0, &logits, NULL), SEPTUM_OK);
    assert_true(logits[0] != 0);
    spt_pass_free(pass);
    spt_net_free(net);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_with_zeros_and_its_specification),
        cmocka_unit_test(draws_each_layer_with_its_own_variance),
        cmocka_unit_test(equal_seeds_draw_equal_weights_and_others_others),
        cmocka_unit_test(no_two_layers_draw_the_same_numbers),
        cmocka_unit_test(keeps_the_layers_before_the_first),
        cmocka_unit_test(new_weights_reach_a_pass_made_before),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
