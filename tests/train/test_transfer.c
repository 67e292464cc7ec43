/*
 * test_transfer.c - the first layers of one net become those of another.
 */
#include "train/transfer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/material.h"

/* Layers of MATERIAL_NET with weights: numbers 0, 2, 4 and 5. */
static const uint32_t place[] = {0, 2, 4, 5};

/* A source whose parameter i is i + 1. */
static struct spt_model
make_model(const char *text)
{
    struct spt_spec spec;
    struct spt_model model;

    assert_int_equal(spt_spec_parse(text, &spec, NULL), SEPTUM_OK);
    assert_int_equal(spt_model_init(&model, &spec, NULL), SEPTUM_OK);
    for (size_t i = 0; i < spec.parameter_count; i++)
        model.parameters[i] = (float)(i + 1);
    return model;
}

/* Number of the first parameter after `copied` layers. */
static size_t
find_first_new(const struct spt_spec *spec, uint32_t copied)
{
    return copied < spec->weighted_count ? spec->layer[place[copied]].weights
                                         : spec->parameter_count;
}

/* The first `copied` layers are the source's, the others drawn anew: biases of 0, and
 * no weight that `net` had before (after material_net(MATERIAL_NET, 2)) or that a net
 * which begins with `seed` has. */
static void
check_parameters(struct spt_net *net, uint32_t copied, uint64_t seed)
{
    const struct spt_spec *spec = spt_net_spec(net);
    const float *parameters = spt_net_parameters(net);
    size_t first = find_first_new(spec, copied);
    struct spt_net *before = material_net(MATERIAL_NET, 2),
                   *begun = material_net(MATERIAL_NET, 2);

    spt_net_initialise(begun, seed, 0);
    for (size_t i = 0; i < first; i++)
        assert_true(parameters[i] == (float)(i + 1));
    for (uint32_t layer = copied; layer < spec->weighted_count; layer++) {
        const struct spt_layer *drawn = &spec->layer[place[layer]];

        for (size_t i = drawn->weights; i < drawn->biases; i++) {
            assert_true(parameters[i] != spt_net_parameters(before)[i]);
            assert_true(parameters[i] != spt_net_parameters(begun)[i]);
        }
        for (size_t i = 0; i < drawn->out_channels; i++)
            assert_true(parameters[drawn->biases + i] == 0);
    }
    spt_net_free(before);
    spt_net_free(begun);
}

static void
copies_the_first_layers_and_draws_the_rest(void **state)
{
    struct spt_model from = make_model(MATERIAL_NET);

    (void)state;
    for (uint32_t layers = 0; layers <= 4; layers++) {
        struct spt_net *net = material_net(MATERIAL_NET, 2);
        uint32_t copied = 99;

        assert_int_equal(spt_transfer(&from, layers, 7, net, &copied, NULL), SEPTUM_OK);
        assert_int_equal(copied, layers);
        check_parameters(net, layers, 7);
        spt_net_free(net);
    }
    spt_model_clear(&from);
}

static void
all_layers_are_those_that_there_are(void **state)
{
    struct spt_model from = make_model(MATERIAL_NET);
    struct spt_net *net = material_net(MATERIAL_NET, 2);
    uint32_t copied = 99;

    (void)state;
    assert_int_equal(spt_transfer(&from, SPT_ALL_LAYERS, 7, net, &copied, NULL),
                     SEPTUM_OK);
    assert_int_equal(copied, 4);
    check_parameters(net, 4, 7);
    spt_net_free(net);
    spt_model_clear(&from);
}

static void
the_seed_alone_decides_what_is_drawn(void **state)
{
    struct spt_model from = make_model(MATERIAL_NET);
    const uint64_t seeds[] = {7, 7, 8};
    struct spt_net *net[3];
    size_t first, bytes;
    uint32_t copied;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        net[i] = material_net(MATERIAL_NET, 2 + i);
        assert_int_equal(spt_transfer(&from, 2, seeds[i], net[i], &copied, NULL),
                         SEPTUM_OK);
    }
    first = find_first_new(&from.spec, 2);
    bytes = (from.spec.parameter_count - first) * sizeof(float);
    assert_memory_equal(spt_net_parameters(net[0]) + first,
                        spt_net_parameters(net[1]) + first, bytes);
    assert_memory_not_equal(spt_net_parameters(net[0]) + first,
                            spt_net_parameters(net[2]) + first, bytes);
    for (size_t i = 0; i < 3; i++)
        spt_net_free(net[i]);
    spt_model_clear(&from);
}

static void
nets_need_to_be_alike_only_as_far_as_is_copied(void **state)
{
    struct spt_model from =
        make_model("window18 conv3-6 pool2 conv3-5 pool2 FC-9 FC-1");
    struct spt_net *net = material_net(MATERIAL_NET, 2);
    uint32_t copied;

    (void)state;
    assert_int_equal(spt_transfer(&from, 2, 7, net, &copied, NULL), SEPTUM_OK);
    assert_int_equal(copied, 2);
    check_parameters(net, 2, 7);
    spt_net_free(net);
    spt_model_clear(&from);
}

static void
a_pass_made_before_sees_the_new_weights(void **state)
{
    struct spt_model from = make_model(MATERIAL_NET);
    struct spt_net *net = material_net(MATERIAL_NET, 2);
    struct spt_pass_shape shape = {.form = SPT_FORM_PATCH, .batch = 1};
    struct spt_pass *pass;
    const float *logits;
    float before;
    uint32_t copied;

    (void)state;
    assert_int_equal(spt_pass_create(net, &shape, &pass, NULL), SEPTUM_OK);
    material_fill(spt_pass_input(pass), MATERIAL_WINDOW_PIXELS, 3);
    assert_int_equal(spt_pass_forward(pass, 0, 0, &logits, NULL), SEPTUM_OK);
    before = logits[0];
    assert_int_equal(spt_transfer(&from, SPT_ALL_LAYERS, 7, net, &copied, NULL),
                     SEPTUM_OK);
    assert_int_equal(spt_pass_forward(pass, 0, 0, &logits, NULL), SEPTUM_OK);
    assert_true(logits[0] != before);
    spt_pass_free(pass);
    spt_net_free(net);
    spt_model_clear(&from);
}

/* The transfer fails with this sentence and leaves the net alone. */
static void
check_refusal(const struct spt_model *from, uint32_t layers, const char *sentence)
{
    struct spt_net *net = material_net(MATERIAL_NET, 2);
    struct spt_net *before = material_net(MATERIAL_NET, 2);
    struct septum_error err = {0};
    uint32_t copied = 99;

    assert_int_equal(spt_transfer(from, layers, 7, net, &copied, &err), SEPTUM_EINVAL);
    assert_int_equal(err.status, SEPTUM_EINVAL);
    assert_string_equal(err.text, sentence);
    assert_int_equal(copied, 99);
    assert_memory_equal(spt_net_parameters(net), spt_net_parameters(before),
                        spt_net_spec(net)->parameter_count * sizeof(float));
    spt_net_free(net);
    spt_net_free(before);
}

static void
refuses_more_layers_than_the_source_has(void **state)
{
    struct spt_model from = make_model(MATERIAL_NET);

    (void)state;
    check_refusal(&from, 5,
                  "transfer: 5 layers are wanted, and the source model has 4");
    spt_model_clear(&from);
}

static void
refuses_more_layers_than_are_alike(void **state)
{
    struct spt_model from =
        make_model("window14 conv3-6 pool2 conv3-5 pool2 FC-9 FC-1");
    struct spt_model first = make_model("conv5-6 FC-1");

    (void)state;
    check_refusal(&from, 3,
                  "transfer: 3 layers are wanted, but only the first 2 are alike in "
                  "the source model's net \"window14 conv3-6 pool2 conv3-5 pool2 FC-9 "
                  "FC-1\" and in \"" MATERIAL_NET "\"");
    check_refusal(&from, SPT_ALL_LAYERS,
                  "transfer: 4 layers are wanted, but only the first 2 are alike in "
                  "the source model's net \"window14 conv3-6 pool2 conv3-5 pool2 FC-9 "
                  "FC-1\" and in \"" MATERIAL_NET "\"");
    check_refusal(&first, 1,
                  "transfer: 1 layers are wanted, but only the first 0 are alike in "
                  "the source model's net \"conv5-6 FC-1\" and in \"" MATERIAL_NET
                  "\"");
    spt_model_clear(&from);
    spt_model_clear(&first);
}

static void
refuses_a_model_of_another_normalisation(void **state)
{
    struct spt_model from = make_model(MATERIAL_NET);

    (void)state;
    free(from.normalisation);
    from.normalisation = strdup("mean-deviation");
    check_refusal(&from, 2,
                  "transfer: the source model sees intensities normalised by "
                  "\"mean-deviation\", this version only by \"median-p5-p95\"");
    spt_model_clear(&from);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_the_first_layers_and_draws_the_rest),
        cmocka_unit_test(all_layers_are_those_that_there_are),
        cmocka_unit_test(the_seed_alone_decides_what_is_drawn),
        cmocka_unit_test(nets_need_to_be_alike_only_as_far_as_is_copied),
        cmocka_unit_test(a_pass_made_before_sees_the_new_weights),
        cmocka_unit_test(refuses_more_layers_than_the_source_has),
        cmocka_unit_test(refuses_more_layers_than_are_alike),
        cmocka_unit_test(refuses_a_model_of_another_normalisation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
