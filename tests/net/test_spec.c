/*
 * test_spec.c - nets as text: what is read, what is refused and in which words.
 */
#include "net/spec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define DEFAULT_TEXT "conv5-48 pool2 conv5-48 pool2 conv4-48 pool2 FC-200 FC-200 FC-1"

static struct spt_spec
parse(const char *text)
{
    struct septum_error err = {0};
    struct spt_spec spec = {0};

    if (spt_spec_parse(text, &spec, &err) != SEPTUM_OK)
        fail_msg("%s", err.text);
    return spec;
}

static void
assert_refused(const char *text, const char *sentence)
{
    struct septum_error err = {0};
    struct spt_spec spec = {.window = 77};

    assert_int_equal(spt_spec_parse(text, &spec, &err), SEPTUM_EINVAL);
    assert_string_equal(err.text, sentence);
    assert_int_equal(err.status, SEPTUM_EINVAL);
    assert_int_equal(spec.window, 77); /* as it was */
    assert_int_equal(spt_spec_parse(text, &spec, NULL), SEPTUM_EINVAL);
}

static void
assert_same(const struct spt_spec *a, const struct spt_spec *b)
{
    char text[SPT_SPEC_TEXT], other[SPT_SPEC_TEXT];

    spt_spec_format(a, text);
    spt_spec_format(b, other);
    assert_string_equal(text, other);
    assert_int_equal(a->weighted_count, b->weighted_count);
    assert_int_equal(a->stride, b->stride);
    assert_int_equal(a->parameter_count, b->parameter_count);
}

static void
assert_canonical(const char *text, const char *canonical)
{
    struct spt_spec spec = parse(text), again;
    char written[SPT_SPEC_TEXT];

    spt_spec_format(&spec, written);
    assert_string_equal(written, canonical);
    again = parse(written);
    assert_same(&spec, &again);
}

static void
gives_each_layer_its_place_and_its_parameters(void **state)
{
    /* Worked out by hand: kind, size, sides in and out, channels in and out, dilation,
     * offsets of weights and biases. */
    static const struct spt_layer expected[] = {
        {SPT_LAYER_CONV, 4, 22, 19, 1, 7, 1, 0, 112},
        {SPT_LAYER_CONV, 2, 19, 18, 7, 3, 1, 119, 203},
        {SPT_LAYER_POOL, 3, 18, 6, 3, 3, 1, 0, 0},
        {SPT_LAYER_CONV, 1, 6, 6, 3, 5, 3, 206, 221},
        {SPT_LAYER_POOL, 2, 6, 3, 5, 5, 3, 0, 0},
        {SPT_LAYER_FC, 3, 3, 1, 5, 8, 6, 226, 586},
        {SPT_LAYER_FC, 1, 1, 1, 8, 1, 6, 594, 602},
    };
    struct spt_spec spec =
        parse("window22 conv4-7 conv2-3 pool3 conv1-5 pool2 FC-8 FC-1");

    (void)state;
    assert_int_equal(spec.window, 22);
    assert_int_equal(spec.layer_count, 7);
    assert_int_equal(spec.weighted_count, 5);
    assert_int_equal(spec.stride, 6);
    assert_int_equal(spec.parameter_count, 603);
    for (size_t i = 0; i < 7; i++) {
        const struct spt_layer *layer = &spec.layer[i], *hand = &expected[i];

        assert_int_equal(layer->kind, hand->kind);
        assert_int_equal(layer->size, hand->size);
        assert_int_equal(layer->in_side, hand->in_side);
        assert_int_equal(layer->out_side, hand->out_side);
        assert_int_equal(layer->in_channels, hand->in_channels);
        assert_int_equal(layer->out_channels, hand->out_channels);
        assert_int_equal(layer->dilation, hand->dilation);
        assert_int_equal(layer->weights, hand->weights);
        assert_int_equal(layer->biases, hand->biases);
    }
    assert_int_equal(spt_layer_weight_count(&spec.layer[1]), 3 * 7 * 4);
}

static void
a_mean_comes_first_and_halves_what_follows(void **state)
{
    struct spt_spec spec = parse("window12 mean3 conv2-5 FC-1");

    (void)state;
    assert_int_equal(spec.layer_count, 3);
    assert_int_equal(spec.weighted_count, 2);
    assert_int_equal(spec.stride, 3);
    assert_int_equal(spec.layer[0].kind, SPT_LAYER_MEAN);
    assert_int_equal(spec.layer[0].out_channels, 1);
    assert_int_equal(spec.layer[1].in_side, 4);
    assert_int_equal(spec.layer[1].dilation, 3);
    assert_ptr_equal(spt_spec_weighted(&spec, 0), &spec.layer[1]);
    assert_ptr_equal(spt_spec_weighted(&spec, 1), &spec.layer[2]);
    assert_canonical("WINDOW12 Mean3 CONV2-5 FC-1", "window12 mean3 conv2-5 FC-1");
    assert_refused(
        "window12 conv1-3 mean2 FC-1",
        "layer 2 (mean2) of \"window12 conv1-3 mean2 FC-1\": a mean may only "
        "be the first");
    assert_refused("window9 mean2 FC-1",
                   "layer 1 (mean2) of \"window9 mean2 FC-1\": its input is 9 pixels "
                   "wide, which 2 does not divide; a window of 8 or 10 would fit");
}

static void
coarsens_a_net_and_keeps_its_parameters(void **state)
{
    struct spt_spec spec = parse("default"), half = spec, twice;
    char text[SPT_SPEC_TEXT];

    (void)state;
    assert_int_equal(spt_spec_coarsen(&half, 2, &half, NULL), SEPTUM_OK);
    spt_spec_format(&half, text);
    assert_string_equal(text, "window128 mean2 " DEFAULT_TEXT);
    assert_int_equal(half.parameter_count, spec.parameter_count);
    for (uint32_t n = 0; n < spec.weighted_count; n++)
        assert_int_equal(spt_spec_weighted(&half, n)->weights,
                         spt_spec_weighted(&spec, n)->weights);
    assert_int_equal(spt_spec_common(&spec, &half), spec.weighted_count);
    assert_int_equal(spt_spec_common(&half, &spec), spec.weighted_count);
    assert_int_equal(spt_spec_coarsen(&half, 2, &twice, NULL), SEPTUM_OK);
    spt_spec_format(&twice, text);
    assert_string_equal(text, "window256 mean4 " DEFAULT_TEXT);
    /* A window of 2048 is too wide. */
    assert_int_equal(spt_spec_coarsen(&twice, 8, &half, NULL), SEPTUM_EINVAL);
}

static void
knows_the_presets(void **state)
{
    struct spt_spec spec = parse("default"), paper = parse(" Paper\n");
    char text[SPT_SPEC_TEXT];

    (void)state;
    spt_spec_format(&spec, text);
    assert_string_equal(text, DEFAULT_TEXT);
    assert_same(&spec, &paper);
    assert_int_equal(spec.window, 64);
    assert_int_equal(spec.weighted_count, 6);
    assert_int_equal(spec.stride, 8);
    /* 5x5x1x48, 5x5x48x48, 4x4x48x48, 5x5x48x200, 200x200, 200, and the biases. */
    assert_int_equal(spec.parameter_count, 1200 + 57600 + 36864 + 240000 + 40000 + 200 +
                                               48 + 48 + 48 + 200 + 200 + 1);
}

static void
writes_the_canonical_text(void **state)
{
    (void)state;
    assert_canonical(DEFAULT_TEXT, DEFAULT_TEXT);
    assert_canonical("\tCONV005-048  Pool2 fc-1 \n", "conv5-48 pool2 FC-1");
    assert_canonical("window64 FC-1", "FC-1");
    assert_canonical("WINDOW63 FC-1", "window63 FC-1");
    assert_canonical("window1 conv1-1 FC-4096 FC-1", "window1 conv1-1 FC-4096 FC-1");
}

static void
holds_the_longest_text(void **state)
{
    char text[SPT_SPEC_TEXT], written[SPT_SPEC_TEXT];
    struct spt_spec spec;
    size_t length;

    (void)state;
    length = (size_t)snprintf(text, sizeof text, "window1023");
    for (int i = 0; i < SPT_SPEC_LAYERS - 2; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, " conv0001-4");
    snprintf(text + length, sizeof text - length, " conv1023-1 FC-1");
    spec = parse(text);
    assert_int_equal(spec.layer_count, SPT_SPEC_LAYERS);
    /* Its sizes as long as they can be, were they to fit. */
    for (int i = 0; i < SPT_SPEC_LAYERS - 1; i++) {
        spec.layer[i].size = SPT_SPEC_WINDOW;
        spec.layer[i].out_channels = SPT_SPEC_CHANNELS;
    }
    spt_spec_format(&spec, written);
    assert_int_equal(strlen(written), 10 + 31 * strlen(" conv1024-4096") + 5);
}

static void
refuses_words_that_are_no_layers(void **state)
{
    static const char *const wrong[] = {
        "conv5",  "conv-5",   "conv5-",     "conv5x48", "conv5-48x", "pool",
        "pool-2", "pool2-48", "FC200",      "FC",       "FC-",       "relu",
        "conv",   "window",   "default,",   "conv+5-4", "conv5--4",  "window9",
        "-",      "conv 5-1", "conv5-48,p", "fc-0x1",   "\303\244",
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct septum_error err = {0};
        struct spt_spec spec;
        char text[64];

        snprintf(text, sizeof text, "conv3-4 %s FC-1", wrong[i]);
        assert_int_equal(spt_spec_parse(text, &spec, &err), SEPTUM_EINVAL);
        assert_non_null(strstr(err.text, "neither a layer"));
        assert_non_null(strstr(err.text, text));
    }
    assert_refused("deep", "\"deep\" in \"deep\": neither a layer, such as conv5-48, "
                           "pool2 or FC-200, nor a preset: default, paper");
    assert_refused("conv5\1-4",
                   "\"conv5?-4\" in \"conv5?-4\": neither a layer, such as "
                   "conv5-48, pool2 or FC-200, nor a preset: default, paper");
    assert_refused(
        "default FC-1",
        "\"default\" in \"default FC-1\": neither a layer, such as conv5-48, "
        "pool2 or FC-200, nor a preset: default, paper");
}

static void
refuses_numbers_out_of_range(void **state)
{
    (void)state;
    assert_refused("conv0-4 FC-1",
                   "layer 1 (conv0-4) of \"conv0-4 FC-1\": its size may be 1 to 1024");
    assert_refused("conv1025-4 FC-1", "layer 1 (conv1025-4) of \"conv1025-4 FC-1\": "
                                      "its size may be 1 to 1024");
    assert_refused("conv3-4 pool1 FC-1", "layer 2 (pool1) of \"conv3-4 pool1 FC-1\": "
                                         "its size may be 2 to 1024");
    assert_refused("conv3-0 FC-1", "layer 1 (conv3-0) of \"conv3-0 FC-1\": "
                                   "its channels may be 1 to 4096");
    assert_refused("FC-4097 FC-1", "layer 1 (FC-4097) of \"FC-4097 FC-1\": "
                                   "its channels may be 1 to 4096");
    assert_refused("FC-18446744073709551617 FC-1",
                   "layer 1 (FC-18446744073709551617) of "
                   "\"FC-18446744073709551617 FC-1\": its channels may be 1 to 4096");
    assert_refused("window0 FC-1",
                   "\"window0 FC-1\": the window's side may be 1 to 1024");
    assert_refused("window4294967360 FC-1",
                   "\"window4294967360 FC-1\": the window's side may be 1 to 1024");
}

static void
refuses_a_net_without_an_end(void **state)
{
    static const char *const empty[] = {"", " \t\n", "window48"};

    (void)state;
    for (size_t i = 0; i < 3; i++)
        assert_refused(empty[i], "a net without layers; \"" DEFAULT_TEXT
                                 "\" would do, or a preset: default, paper");
    assert_refused("conv5-48 pool2",
                   "\"conv5-48 pool2\": ends in pool2, where FC-1 must stand");
    assert_refused("conv5-48 FC-2",
                   "\"conv5-48 FC-2\": ends in FC-2, where FC-1 must stand");
    assert_refused("conv5-1", "\"conv5-1\": ends in conv5-1, where FC-1 must stand");
}

static void
refuses_a_layer_that_does_not_fit(void **state)
{
    (void)state;
    /* 60, 30, 27, which is odd: 62 gives 58, 29, 26, and 66 gives 62, 31, 28. */
    assert_refused(
        "conv5-48 pool2 conv4-48 pool2 FC-1",
        "layer 4 (pool2) of \"conv5-48 pool2 conv4-48 pool2 FC-1\": its "
        "input is 27 pixels wide, which 2 does not divide; a window of 62 or "
        "66 would fit");
    assert_refused("window4 conv5-48 FC-1",
                   "layer 1 (conv5-48) of \"window4 conv5-48 FC-1\": its input is 4 "
                   "pixels wide, less than its 5; a window of 5 would fit");
    assert_refused("window1024 pool3 FC-1",
                   "layer 1 (pool3) of \"window1024 pool3 FC-1\": its input is 1024 "
                   "pixels wide, which 3 does not divide; a window of 1023 would fit");
    assert_refused("pool600 pool600 FC-1",
                   "layer 1 (pool600) of \"pool600 pool600 FC-1\": its input is 64 "
                   "pixels wide, which 600 does not divide; no window up to 1024 fits");
    assert_refused("window1 pool2 conv4-3 FC-1",
                   "layer 1 (pool2) of \"window1 pool2 conv4-3 FC-1\": its input is 1 "
                   "pixel wide, which 2 does not divide; a window of 8 would fit");
}

static void
refuses_anything_but_fc_after_fc(void **state)
{
    (void)state;
    assert_refused("FC-5 conv1-4 FC-1", "layer 2 (conv1-4) of \"FC-5 conv1-4 FC-1\": "
                                        "follows an FC layer, as only FC layers may");
    assert_refused("FC-5 pool2 FC-1", "layer 2 (pool2) of \"FC-5 pool2 FC-1\": "
                                      "follows an FC layer, as only FC layers may");
}

static void
refuses_absurd_sizes(void **state)
{
    char text[SPT_SPEC_TEXT] = "FC-4", sentence[SPT_SPEC_TEXT + 32];
    size_t length = 4;

    (void)state;
    /* 4096 x 4096 x 1000 x 1000 weights: beyond 32 bits, far below 64. */
    assert_refused(
        "window1000 conv1-4096 FC-4096 FC-1",
        "layer 2 (FC-4096) of \"window1000 conv1-4096 FC-4096 FC-1\": brings "
        "the net to 16777216012288 parameters, more than the 268435456 "
        "allowed");
    for (int i = 0; i < SPT_SPEC_LAYERS; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, " FC-1");
    snprintf(sentence, sizeof sentence, "\"%s\": more than 32 layers", text);
    assert_refused(text, sentence);
}

static void
cuts_a_long_text_in_its_messages(void **state)
{
    static char text[100000];
    struct septum_error err = {0};
    struct spt_spec spec;

    (void)state;
    memset(text, 'x', sizeof text - 1);
    assert_int_equal(spt_spec_parse(text, &spec, &err), SEPTUM_EINVAL);
    assert_non_null(strstr(err.text, "neither a layer"));
    /* Leading zeros make a layer of any length. */
    memset(text, '0', sizeof text - 1);
    for (size_t i = 0; i < 4; i++)
        text[i] = "pool"[i];
    text[sizeof text - 2] = '1';
    assert_int_equal(spt_spec_parse(text, &spec, &err), SEPTUM_EINVAL);
    assert_int_equal(strncmp(err.text, "layer 1 (pool000", 16), 0);
    assert_non_null(strstr(err.text, ": its size may be 2 to 1024"));
}

static uint32_t
count_common(const char *a, const char *b)
{
    struct spt_spec x = parse(a), y = parse(b);

    assert_int_equal(spt_spec_common(&x, &y), spt_spec_common(&y, &x));
    return spt_spec_common(&x, &y);
}

static void
counts_the_layers_that_two_nets_have_in_common(void **state)
{
    (void)state;
    assert_int_equal(count_common("default", "paper"), 6);
    assert_int_equal(count_common("default", "conv5-48 pool2 conv5-48 pool2 conv4-48 "
                                             "pool2 FC-200 FC-100 FC-1"),
                     4);
    /* Another window leaves the convolutions alike, not the FC that sees all. */
    assert_int_equal(count_common("default", "window72 " DEFAULT_TEXT), 3);
    /* A pooling of another size, or one missing, parts them. */
    assert_int_equal(
        count_common("default", "window72 conv5-48 pool2 conv5-48 pool3 FC-1"), 2);
    assert_int_equal(count_common("default", "conv5-48 conv5-48 FC-1"), 1);
    assert_int_equal(count_common("default", "conv5-47 FC-1"), 0);
    assert_int_equal(count_common("default", "conv3-48 FC-1"), 0);
    /* A convolution as large as its input is not an FC layer. */
    assert_int_equal(count_common("window5 conv5-3 FC-1", "window5 FC-3 FC-1"), 0);
}

static void
finds_how_far_apart_outputs_may_lie(void **state)
{
    const struct spt_spec usual = parse("default");
    const struct spt_spec threes = parse("window30 conv4-3 pool3 conv4-4 pool2 FC-1");

    (void)state;
    assert_int_equal(spt_spec_every(&usual, 0, 64), 1);
    assert_int_equal(spt_spec_every(&usual, 1, 64), 1);
    assert_int_equal(spt_spec_every(&usual, 3, 64), 2);
    assert_int_equal(spt_spec_every(&usual, 4, 64), 4);
    assert_int_equal(spt_spec_every(&usual, 100, 64), 8);
    assert_int_equal(spt_spec_every(&usual, 8, 60), 4);
    assert_int_equal(spt_spec_every(&threes, 4, 30), 3);
    assert_int_equal(spt_spec_every(&threes, 6, 30), 6);
    assert_int_equal(spt_spec_every(&threes, 6, 31), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_each_layer_its_place_and_its_parameters),
        cmocka_unit_test(a_mean_comes_first_and_halves_what_follows),
        cmocka_unit_test(coarsens_a_net_and_keeps_its_parameters),
        cmocka_unit_test(knows_the_presets),
        cmocka_unit_test(writes_the_canonical_text),
        cmocka_unit_test(holds_the_longest_text),
        cmocka_unit_test(refuses_words_that_are_no_layers),
        cmocka_unit_test(refuses_numbers_out_of_range),
        cmocka_unit_test(refuses_a_net_without_an_end),
        cmocka_unit_test(refuses_a_layer_that_does_not_fit),
        cmocka_unit_test(refuses_anything_but_fc_after_fc),
        cmocka_unit_test(refuses_absurd_sizes),
        cmocka_unit_test(cuts_a_long_text_in_its_messages),
        cmocka_unit_test(counts_the_layers_that_two_nets_have_in_common),
        cmocka_unit_test(finds_how_far_apart_outputs_may_lie),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
