/*
 * test_zoom.c - samples at half and at double size.
 */
#include "train/zoom.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/material.h"

/* A sample of drawn values whose pixels are all unknown. */
static struct spt_samples
make_sample(uint32_t height, uint32_t width)
{
    struct spt_samples samples;

    material_samples(&samples, 1, height, width, 5);
    material_fill(samples.sample->pixels, (size_t)height * width, 6);
    for (size_t i = 0; i < (size_t)height * width; i++)
        spt_samples_set_label(&samples, 0, i, SPT_LABEL_UNKNOWN);
    return samples;
}

static struct spt_samples
zoom(const struct spt_samples *samples, enum spt_zoom how)
{
    const struct spt_part part = spt_zoom_find(samples->sample);
    struct spt_samples out;

    assert_int_equal(spt_zoom_part(samples->sample, &part, how, &out, NULL), SEPTUM_OK);
    assert_int_equal(out.count, 1);
    assert_int_equal(out.known, out.sample->known);
    assert_int_equal(out.membrane, out.sample->membrane);
    return out;
}

static void
the_same_size_is_a_copy(void **state)
{
    struct spt_samples samples = make_sample(10, 12), out;

    (void)state;
    spt_samples_set_label(&samples, 0, 17, SPT_LABEL_MEMBRANE);
    out = zoom(&samples, SPT_ZOOM_SAME);
    assert_int_equal(out.sample->height, 10);
    assert_int_equal(out.sample->width, 12);
    assert_memory_equal(out.sample->pixels, samples.sample->pixels,
                        120 * sizeof(float));
    assert_memory_equal(out.sample->labels, samples.sample->labels, 120);
    assert_int_equal(out.known, 1);
    assert_int_equal(out.membrane, 1);
    spt_samples_clear(&out);
    spt_samples_clear(&samples);
}

static void
half_the_size_is_means_of_four_and_most_labels(void **state)
{
    /* Of a block's four: two membrane; one; one unknown; none. */
    static const uint8_t labels[2][8] = {
        {SPT_LABEL_MEMBRANE, SPT_LABEL_OTHER, SPT_LABEL_MEMBRANE, SPT_LABEL_OTHER,
         SPT_LABEL_MEMBRANE, SPT_LABEL_UNKNOWN, SPT_LABEL_OTHER, SPT_LABEL_OTHER},
        {SPT_LABEL_OTHER, SPT_LABEL_MEMBRANE, SPT_LABEL_OTHER, SPT_LABEL_OTHER,
         SPT_LABEL_MEMBRANE, SPT_LABEL_MEMBRANE, SPT_LABEL_OTHER, SPT_LABEL_OTHER},
    };
    static const uint8_t expected[4] = {SPT_LABEL_MEMBRANE, SPT_LABEL_OTHER,
                                        SPT_LABEL_UNKNOWN, SPT_LABEL_OTHER};
    struct spt_samples samples = make_sample(2, 8), out;
    const float *in = samples.sample->pixels;

    (void)state;
    for (size_t i = 0; i < 16; i++)
        spt_samples_set_label(&samples, 0, i, labels[i / 8][i % 8]);
    out = zoom(&samples, SPT_ZOOM_HALF);
    assert_int_equal(out.sample->height, 1);
    assert_int_equal(out.sample->width, 4);
    for (size_t x = 0; x < 4; x++)
        assert_float_equal(
            out.sample->pixels[x],
            (in[2 * x] + in[2 * x + 1] + in[8 + 2 * x] + in[8 + 2 * x + 1]) / 4, 1e-6);
    assert_memory_equal(out.sample->labels, expected, 4);
    spt_samples_clear(&out);
    spt_samples_clear(&samples);
}

/* A plane stays a plane, a half pixel's step at a time; a border ends it. */
static void
double_the_size_is_linear_between_pixels(void **state)
{
    struct spt_samples samples = make_sample(6, 8), out;

    (void)state;
    for (int y = 0; y < 6; y++)
        for (int x = 0; x < 8; x++)
            samples.sample->pixels[8 * y + x] = (float)(10 * y + x);
    spt_samples_set_label(&samples, 0, 2 * 8 + 3, SPT_LABEL_MEMBRANE);
    out = zoom(&samples, SPT_ZOOM_DOUBLE);
    assert_int_equal(out.sample->height, 12);
    assert_int_equal(out.sample->width, 16);
    for (int y = 1; y < 11; y++)
        for (int x = 1; x < 15; x++)
            assert_float_equal(out.sample->pixels[16 * y + x],
                               5.0f * (float)y - 2.5f + (float)x / 2 - .25f, 1e-5);
    assert_float_equal(out.sample->pixels[0], 0, 0);
    assert_float_equal(out.sample->pixels[12 * 16 - 1], 57, 0);
    for (int y = 0; y < 12; y++)
        for (int x = 0; x < 16; x++)
            assert_int_equal(out.sample->labels[16 * y + x], y / 2 == 2 && x / 2 == 3
                                                                 ? SPT_LABEL_MEMBRANE
                                                                 : SPT_LABEL_UNKNOWN);
    spt_samples_clear(&out);
    spt_samples_clear(&samples);
}

/* Of a large sample, the part that is known. */
static void
takes_the_part_that_is_known(void **state)
{
    const uint32_t height = SPT_ZOOM_PART + 1, width = 2 * SPT_ZOOM_PART;
    struct spt_samples samples = make_sample(height, width), out;

    (void)state;
    for (uint32_t x = width - 64; x < width; x++)
        for (uint32_t y = 0; y < 64; y++)
            spt_samples_set_label(&samples, 0, (size_t)y * width + x, SPT_LABEL_OTHER);
    out = zoom(&samples, SPT_ZOOM_SAME);
    assert_int_equal(out.sample->height, SPT_ZOOM_PART);
    assert_int_equal(out.sample->width, SPT_ZOOM_PART);
    assert_int_equal(out.known, 64 * 64);
    spt_samples_clear(&out);
    spt_samples_clear(&samples);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_size_is_a_copy),
        cmocka_unit_test(half_the_size_is_means_of_four_and_most_labels),
        cmocka_unit_test(double_the_size_is_linear_between_pixels),
        cmocka_unit_test(takes_the_part_that_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
