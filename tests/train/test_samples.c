/*
 * test_samples.c - images with labels: loading, counting, drawing, cutting.
 */
#include "train/samples.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image/mirror.h"
#include "image/normalise.h"
#include "image/symmetry.h"
#include "image/write.h"
#include "support/guarded.h"
#include "support/material.h"
#include "support/scratch.h"

/* ---- cutting --------------------------------------------------------------------- */

/* An image of numbers, one a pixel, and how it is turned, a step at a time. */
struct picture {
    uint32_t height, width;
    size_t at[64 * 64];
};

static struct picture *
turn(uint32_t height, uint32_t width, int symmetry)
{
    struct picture *from = calloc(3, sizeof *from);
    struct picture *flipped = from + 1, *to = from + 2;

    assert_non_null(from);
    *from = (struct picture){.height = height, .width = width};
    for (size_t i = 0; i < (size_t)height * width; i++)
        from->at[i] = i;
    *flipped = *from;
    if (symmetry & 4) {
        flipped->height = width;
        flipped->width = height;
        for (size_t y = 0; y < width; y++)
            for (size_t x = 0; x < height; x++)
                flipped->at[y * height + x] = from->at[x * width + y];
    }
    *to = *flipped;
    for (size_t y = 0; y < to->height; y++)
        for (size_t x = 0; x < to->width; x++) {
            size_t row = symmetry & 2 ? to->height - 1 - y : y;
            size_t column = symmetry & 1 ? to->width - 1 - x : x;

            to->at[y * to->width + x] = flipped->at[row * to->width + column];
        }
    *from = *to;
    return from;
}

/* The index of the pixel that lies at (y, x) of the picture's mirrored plane. */
static size_t
look_up(const struct picture *picture, int64_t y, int64_t x)
{
    return picture->at[(size_t)spt_mirror_index(y, picture->height) * picture->width +
                       spt_mirror_index(x, picture->width)];
}

static bool
is_inside(const struct picture *picture, int64_t y, int64_t x)
{
    return y >= 0 && y < picture->height && x >= 0 && x < picture->width;
}

static void
check_cut(const struct spt_samples *samples, size_t i, struct spt_cut cut)
{
    const struct spt_sample *sample = &samples->sample[i];
    struct picture *picture = turn(sample->height, sample->width, cut.symmetry);
    struct guarded pixels = guarded_take((size_t)cut.side * cut.side);
    size_t label_count = (size_t)cut.label_side * cut.label_side;
    uint8_t *labels = malloc(label_count + 1);

    assert_non_null(labels);
    labels[label_count] = 77;
    spt_samples_cut(samples, i, &cut, pixels.at, labels);
    for (uint32_t y = 0; y < cut.side; y++)
        for (uint32_t x = 0; x < cut.side; x++)
            assert_true(pixels.at[y * cut.side + x] ==
                        sample->pixels[look_up(picture, cut.top + y, cut.left + x)]);
    for (uint32_t y = 0; y < cut.label_side; y++)
        for (uint32_t x = 0; x < cut.label_side; x++) {
            int64_t row = cut.top + cut.margin + y, column = cut.left + cut.margin + x;
            uint8_t wanted = SPT_LABEL_UNKNOWN;

            if (is_inside(picture, row, column))
                wanted = sample->labels[look_up(picture, row, column)];
            assert_int_equal(labels[y * cut.label_side + x], wanted);
        }
    assert_int_equal(labels[label_count], 77);
    memset(pixels.at, 0, pixels.count * sizeof *pixels.at);
    spt_samples_cut(samples, i, &cut, pixels.at, NULL);
    assert_true(pixels.at[0] == sample->pixels[look_up(picture, cut.top, cut.left)]);
    assert_true(guarded_intact(&pixels));
    free(labels);
    free(picture);
    guarded_free(&pixels);
}

static void
a_cut_equals_the_turned_and_mirrored_image(void **state)
{
    static const int64_t corners[][2] = {{0, 0},   {2, 3},   {-5, -4}, {9, 12},
                                         {-40, 7}, {6, 300}, {-13, 20}};
    struct spt_samples samples;

    (void)state;
    material_samples(&samples, 2, 13, 19, 1);
    for (int s = 0; s < SPT_SYMMETRIES; s++)
        for (size_t i = 0; i < 7; i++) {
            check_cut(&samples, 1,
                      (struct spt_cut){corners[i][0], corners[i][1], 10, s, 3, 4});
            check_cut(&samples, 0,
                      (struct spt_cut){corners[i][0], corners[i][1], 7, s, 0, 7});
            check_cut(&samples, 1,
                      (struct spt_cut){corners[i][0], corners[i][1], 21, s, 20, 1});
        }
    spt_samples_clear(&samples);
}

static void
a_cut_of_unknown_pixels_says_so(void **state)
{
    struct spt_samples samples;
    struct spt_cut cut = {.side = 6, .label_side = 6};
    float pixels[36];
    uint8_t labels[36];

    (void)state;
    material_samples(&samples, 1, 16, 16, 2);
    spt_samples_set_label(&samples, 0, 16 + 2, SPT_LABEL_UNKNOWN);
    spt_samples_cut(&samples, 0, &cut, pixels, labels);
    for (size_t i = 0; i < 36; i++)
        assert_int_equal(labels[i] == SPT_LABEL_UNKNOWN, i == 6 + 2);
    spt_samples_clear(&samples);
}

/* ---- labels and draws ------------------------------------------------------------ */

static void
check_counts(const struct spt_samples *samples)
{
    uint64_t known = 0, membrane = 0;

    for (size_t i = 0; i < samples->count; i++) {
        const struct spt_sample *sample = &samples->sample[i];
        uint64_t here = 0, membrane_here = 0;

        for (size_t at = 0; at < (size_t)sample->height * sample->width; at++) {
            here += sample->labels[at] != SPT_LABEL_UNKNOWN;
            membrane_here += sample->labels[at] == SPT_LABEL_MEMBRANE;
        }
        assert_int_equal(sample->known, here);
        assert_int_equal(sample->membrane, membrane_here);
        known += here;
        membrane += membrane_here;
    }
    assert_int_equal(samples->known, known);
    assert_int_equal(samples->membrane, membrane);
}

static void
changed_labels_keep_the_counts(void **state)
{
    struct spt_samples samples;
    struct spt_random random;

    (void)state;
    spt_random_init(&random, 3, 0);
    material_samples(&samples, 3, 6, 5, 3);
    check_counts(&samples);
    for (int change = 0; change < 300; change++) {
        size_t i = spt_random_below(&random, 3), at = spt_random_below(&random, 30);
        uint8_t label = (uint8_t)spt_random_below(&random, 3);

        spt_samples_set_label(&samples, i, at, label);
        assert_int_equal(samples.sample[i].labels[at], label);
        check_counts(&samples);
    }
    spt_samples_clear(&samples);
}

/* Three images of 4 x 5; the second knows nothing, the others some. */
static struct spt_samples
make_sparse(void)
{
    struct spt_samples samples;

    material_samples(&samples, 3, 4, 5, 4);
    for (size_t i = 0; i < 3; i++)
        for (size_t at = 0; at < 20; at++)
            spt_samples_set_label(&samples, i, at, SPT_LABEL_UNKNOWN);
    spt_samples_set_label(&samples, 0, 0, SPT_LABEL_MEMBRANE);
    spt_samples_set_label(&samples, 0, 7, SPT_LABEL_OTHER);
    spt_samples_set_label(&samples, 2, 3, SPT_LABEL_OTHER);
    spt_samples_set_label(&samples, 2, 11, SPT_LABEL_OTHER);
    spt_samples_set_label(&samples, 2, 12, SPT_LABEL_MEMBRANE);
    spt_samples_set_label(&samples, 2, 19, SPT_LABEL_MEMBRANE);
    spt_samples_set_label(&samples, 2, 15, SPT_LABEL_MEMBRANE);
    return samples;
}

static void
check_draws(const struct spt_samples *samples, int label, uint64_t seed)
{
    enum {
        DRAWS = 20000
    };
    unsigned drawn[3][20] = {{0}};
    struct spt_random random;
    double chance = 0, error;

    spt_random_init(&random, seed, 0);
    for (int i = 0; i < DRAWS; i++) {
        struct spt_place place =
            label < 0 ? spt_samples_draw_known(samples, &random)
                      : spt_samples_draw_label(samples, (uint8_t)label, &random);

        assert_true(place.sample < 3 && place.y < 4 && place.x < 5);
        drawn[place.sample][place.y * 5 + place.x]++;
    }
    for (size_t at = 0; at < 60; at++) {
        int found = samples->sample[at / 20].labels[at % 20];

        chance += label < 0 ? found != SPT_LABEL_UNKNOWN : found == label;
    }
    chance = 1 / chance;
    error = sqrt(DRAWS * chance * (1 - chance));
    for (size_t at = 0; at < 60; at++) {
        int found = samples->sample[at / 20].labels[at % 20];
        bool wanted = label < 0 ? found != SPT_LABEL_UNKNOWN : found == label;
        unsigned hits = drawn[at / 20][at % 20];

        if (wanted)
            assert_true(fabs(hits - DRAWS * chance) < 5 * error);
        else
            assert_int_equal(hits, 0);
    }
}

static void
draws_hit_what_they_should_and_all_of_it_alike(void **state)
{
    struct spt_samples samples = make_sparse();

    (void)state;
    check_draws(&samples, -1, 5);
    check_draws(&samples, SPT_LABEL_MEMBRANE, 6);
    check_draws(&samples, SPT_LABEL_OTHER, 7);
    spt_samples_clear(&samples);
}

static void
equal_streams_draw_equal_places(void **state)
{
    struct spt_samples samples = make_sparse();
    struct spt_random one, other;

    (void)state;
    spt_random_init(&one, 8, 1);
    spt_random_init(&other, 8, 1);
    for (int i = 0; i < 100; i++) {
        struct spt_place a = spt_samples_draw_known(&samples, &one);
        struct spt_place b = spt_samples_draw_known(&samples, &other);

        assert_true(a.sample == b.sample && a.y == b.y && a.x == b.x);
    }
    spt_samples_clear(&samples);
}

/* ---- loading --------------------------------------------------------------------- */

#define HEIGHT 9
#define WIDTH 11
#define PIXELS ((size_t)HEIGHT * WIDTH)

/* Write a picture of the scratch directory: value at i = base + step * i % 256. */
static const char *
write_picture(const char *name, unsigned base, unsigned step)
{
    uint8_t pixels[PIXELS];
    const char *path = scratch_path(name);

    for (size_t i = 0; i < PIXELS; i++)
        pixels[i] = (uint8_t)(base + step * i);
    assert_int_equal(spt_write_png(path, pixels, HEIGHT, WIDTH, 1, true, NULL),
                     SEPTUM_OK);
    return path;
}

/* A mask of which every `every`-th pixel is membrane; 0: none. */
static const char *
write_mask(const char *name, size_t every)
{
    uint8_t pixels[PIXELS];
    const char *path = scratch_path(name);

    for (size_t i = 0; i < PIXELS; i++)
        pixels[i] = every > 0 && i % every == 0 ? 255 : 0;
    assert_int_equal(spt_write_png(path, pixels, HEIGHT, WIDTH, 1, true, NULL),
                     SEPTUM_OK);
    return path;
}

static enum septum_status
load_paired(const char *const *images, const char *const *masks, size_t count,
            const size_t *mask_of, const struct spt_mask_rule *rule, uint32_t window,
            struct spt_samples *out, struct septum_error *err)
{
    struct spt_set image_set = {0}, mask_set = {0};
    enum septum_status status;

    assert_int_equal(spt_set_open(images, count, &image_set, NULL), SEPTUM_OK);
    if (masks != NULL)
        assert_int_equal(spt_set_open(masks, count, &mask_set, NULL), SEPTUM_OK);
    status = spt_samples_load(&image_set, masks != NULL ? &mask_set : NULL, mask_of,
                              rule, window, out, err);
    spt_set_clear(&image_set);
    spt_set_clear(&mask_set);
    return status;
}

static enum septum_status
load(const char *const *images, const char *const *masks, size_t count,
     const struct spt_mask_rule *rule, uint32_t window, struct spt_samples *out,
     struct septum_error *err)
{
    static const size_t in_order[] = {0, 1};

    return load_paired(images, masks, count, in_order, rule, window, out, err);
}

static const struct spt_mask_rule plain_rule;

static void
loads_normalised_images_and_their_labels(void **state)
{
    const char *images[] = {write_picture("a.png", 3, 7), write_picture("b.png", 0, 2)};
    const char *masks[] = {write_mask("b-mask.png", 3), write_mask("a-mask.png", 5)};
    static const size_t crosswise[] = {1, 0};
    struct spt_samples samples = {0};
    float wanted[PIXELS];

    (void)state;
    assert_int_equal(
        load_paired(images, masks, 2, crosswise, &plain_rule, 9, &samples, NULL),
        SEPTUM_OK);
    assert_int_equal(samples.count, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct spt_sample *sample = &samples.sample[i];

        assert_int_equal(sample->height, HEIGHT);
        assert_int_equal(sample->width, WIDTH);
        for (size_t at = 0; at < PIXELS; at++) {
            wanted[at] = i == 0 ? (float)((3 + 7 * at) % 256) : (float)(2 * at);
            assert_int_equal(sample->labels[at], at % (i == 0 ? 5 : 3) == 0);
        }
        assert_int_equal(spt_normalise(wanted, PIXELS, NULL), SEPTUM_OK);
        assert_memory_equal(sample->pixels, wanted, sizeof wanted);
    }
    assert_int_equal(samples.membrane, 20 + 33);
    check_counts(&samples);
    spt_samples_clear(&samples);
    assert_int_equal(samples.count, 0);
    spt_samples_clear(&samples);
}

static void
without_masks_all_is_unknown(void **state)
{
    const char *images[] = {write_picture("c.png", 3, 7)};
    struct spt_samples samples = {0};

    (void)state;
    assert_int_equal(load(images, NULL, 1, &plain_rule, 9, &samples, NULL), SEPTUM_OK);
    for (size_t at = 0; at < PIXELS; at++)
        assert_int_equal(samples.sample[0].labels[at], SPT_LABEL_UNKNOWN);
    assert_int_equal(samples.known, 0);
    assert_int_equal(samples.membrane, 0);
    spt_samples_clear(&samples);
}

static void
the_rule_of_the_masks_is_kept(void **state)
{
    const char *images[] = {write_picture("d.png", 3, 7)};
    const char *masks[] = {write_picture("d-mask.png", 0, 1)};
    struct spt_mask_rule rule = {.has_membrane_value = true,
                                 .membrane_value = 17,
                                 .has_unlabelled_value = true,
                                 .unlabelled_value = 30};
    struct spt_samples samples = {0};

    (void)state;
    assert_int_equal(load(images, masks, 1, &rule, 9, &samples, NULL), SEPTUM_OK);
    assert_int_equal(samples.known, PIXELS - 1);
    assert_int_equal(samples.membrane, 1);
    assert_int_equal(samples.sample[0].labels[17], SPT_LABEL_MEMBRANE);
    assert_int_equal(samples.sample[0].labels[30], SPT_LABEL_UNKNOWN);
    spt_samples_clear(&samples);
}

/* Loading fails with this sentence after the path, and leaves *out alone. */
static void
check_refusal(const char *const *images, const char *const *masks, size_t count,
              const struct spt_mask_rule *rule, uint32_t window, const char *path,
              const char *sentence)
{
    struct spt_samples samples = {.known = 1234};
    struct septum_error err = {0};
    char wanted[1024];

    assert_int_equal(load(images, masks, count, rule, window, &samples, &err),
                     SEPTUM_EINVAL);
    assert_int_equal(err.status, SEPTUM_EINVAL);
    snprintf(wanted, sizeof wanted, "%s: %s", path, sentence);
    assert_string_equal(err.text, wanted);
    assert_int_equal(samples.known, 1234);
    assert_null(samples.sample);
}

static void
refuses_masks_without_membrane(void **state)
{
    const char *images[] = {write_picture("e.png", 3, 7), write_picture("f.png", 3, 7)};
    const char *masks[] = {write_mask("e-mask.png", 0), write_mask("f-mask.png", 0)};
    struct spt_mask_rule rule = {.has_unlabelled_value = true};

    (void)state;
    check_refusal(images, masks, 1, &plain_rule, 9, masks[0],
                  "no pixel of this mask is membrane, so there is nothing to learn; "
                  "--membrane-value names the value that is");
    check_refusal(images, masks, 2, &plain_rule, 9, masks[0],
                  "no pixel of this mask or of the others is membrane, so there is "
                  "nothing to learn; --membrane-value names the value that is");
    check_refusal(images, masks, 1, &rule, 9, masks[0],
                  "no pixel of this mask is membrane, so there is nothing to learn; "
                  "--membrane-value names the value that is");
}

/* Masks need not lie as the images do. */
static void
names_the_mask_of_the_first_image(void **state)
{
    const char *images[] = {write_picture("e.png", 3, 7), write_picture("f.png", 3, 7)};
    const char *masks[] = {write_mask("f-mask.png", 0), write_mask("e-mask.png", 0)};
    static const size_t crosswise[] = {1, 0};
    struct spt_samples samples = {0};
    struct septum_error err = {0};

    (void)state;
    assert_int_equal(
        load_paired(images, masks, 2, crosswise, &plain_rule, 9, &samples, &err),
        SEPTUM_EINVAL);
    assert_memory_equal(err.text, masks[1], strlen(masks[1]));
}

static void
refuses_masks_that_are_all_membrane(void **state)
{
    const char *images[] = {write_picture("g.png", 3, 7), write_picture("h.png", 3, 7)};
    const char *masks[] = {write_mask("g-mask.png", 1), write_mask("h-mask.png", 1)};

    (void)state;
    check_refusal(images, masks, 1, &plain_rule, 9, masks[0],
                  "every known pixel of this mask is membrane, so there is nothing to "
                  "tell it from; --membrane-value names the value that is");
    check_refusal(images, masks, 2, &plain_rule, 9, masks[0],
                  "every known pixel of this mask and of the others is membrane, so "
                  "there is nothing to tell it from; --membrane-value names the value "
                  "that is");
}

static void
one_pixel_of_the_other_class_anywhere_is_enough(void **state)
{
    const char *images[] = {write_picture("i.png", 3, 7), write_picture("j.png", 3, 7)};
    const char *masks[] = {write_mask("i-mask.png", 0),
                           write_mask("j-mask.png", PIXELS)};
    struct spt_samples samples = {0};

    (void)state;
    assert_int_equal(load(images, masks, 2, &plain_rule, 9, &samples, NULL), SEPTUM_OK);
    assert_int_equal(samples.membrane, 1);
    spt_samples_clear(&samples);
}

static void
refuses_images_smaller_than_the_window(void **state)
{
    const char *images[] = {write_picture("k.png", 3, 7)};
    const char *masks[] = {write_mask("k-mask.png", 4)};

    (void)state;
    check_refusal(images, masks, 1, &plain_rule, 10, images[0],
                  "11 x 9 pixels, smaller than the net's window of 10 x 10");
    check_refusal(images, NULL, 1, &plain_rule, 10, images[0],
                  "11 x 9 pixels, smaller than the net's window of 10 x 10");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_equals_the_turned_and_mirrored_image),
        cmocka_unit_test(a_cut_of_unknown_pixels_says_so),
        cmocka_unit_test(changed_labels_keep_the_counts),
        cmocka_unit_test(draws_hit_what_they_should_and_all_of_it_alike),
        cmocka_unit_test(equal_streams_draw_equal_places),
        cmocka_unit_test(loads_normalised_images_and_their_labels),
        cmocka_unit_test(without_masks_all_is_unknown),
        cmocka_unit_test(the_rule_of_the_masks_is_kept),
        cmocka_unit_test(refuses_masks_without_membrane),
        cmocka_unit_test(names_the_mask_of_the_first_image),
        cmocka_unit_test(refuses_masks_that_are_all_membrane),
        cmocka_unit_test(one_pixel_of_the_other_class_anywhere_is_enough),
        cmocka_unit_test(refuses_images_smaller_than_the_window),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
