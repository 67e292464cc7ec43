/*
 * test_abundance.c - abundance of the windows of images: all pairs, or a sample.
 */
#include "loop/abundance.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "image/grid.h"
#include "support/naive_ncc.h"

#define SIDE 16
#define IMAGES 4
#define MOST_PIXELS ((size_t)70 * 70)

/* Images of several sizes, one of them too small for a window; 3 * 4 + 0 + 2 * 2 + 1.
 */
#define WINDOWS 17

static const struct {
    uint32_t height, width;
} sizes[IMAGES] = {{50, 70}, {12, 40}, {32, 33}, {17, 16}};

struct images {
    struct spt_sample sample[IMAGES];
    float pixels[IMAGES][MOST_PIXELS];
};

static void
fill(struct images *images)
{
    struct spt_random random;

    spt_random_init(&random, 3, 1);
    memset(images, 0, sizeof *images);
    for (size_t i = 0; i < IMAGES; i++) {
        images->sample[i] = (struct spt_sample){.height = sizes[i].height,
                                                .width = sizes[i].width,
                                                .pixels = images->pixels[i]};
        for (size_t at = 0; at < (size_t)sizes[i].height * sizes[i].width; at++)
            images->pixels[i][at] = (float)sin(0.5 * (double)(at % sizes[i].width)) +
                                    (float)spt_random_normal(&random);
    }
}

/* All windows, one after the other. */
static void
cut(const struct images *images, float *windows)
{
    for (size_t i = 0; i < IMAGES; i++) {
        struct spt_grid grid = spt_grid_of(sizes[i].height, sizes[i].width, SIDE);

        for (size_t w = 0; w < spt_grid_count(&grid); w++) {
            spt_grid_window(&grid, images->pixels[i], sizes[i].width, w, windows);
            windows += (size_t)SIDE * SIDE;
        }
    }
}

static struct spt_abundance
find(const struct images *images, const struct spt_abundance_options *options)
{
    struct spt_abundance found = {0};
    struct septum_error err = {0};

    if (spt_abundance_find(images->sample, IMAGES, SIDE, options, &found, &err) !=
        SEPTUM_OK)
        fail_msg("%s", err.text);
    assert_int_equal(found.count, WINDOWS);
    return found;
}

static void
scores_are_the_sizes_of_the_clusters(void **state)
{
    static struct images images;
    struct spt_abundance_options options = spt_abundance_defaults(SIDE);
    struct spt_abundance found;

    (void)state;
    fill(&images);
    options.cut = 0.6F;
    found = find(&images, &options);
    assert_int_equal(found.sampled, 0);
    assert_in_range(found.clusters, 2, WINDOWS - 1);
    for (size_t w = 0; w < WINDOWS; w++) {
        size_t size = 0;

        for (size_t k = 0; k < WINDOWS; k++)
            size += found.cluster_of[k] == found.cluster_of[w];
        assert_true(fabsf(found.scores[w] - (float)size / WINDOWS) < 1e-6F);
    }
    spt_abundance_clear(&found);
    assert_null(found.scores);
}

static void
assert_densities(const struct images *images, const struct spt_abundance *found,
                 double cut_at)
{
    static float windows[WINDOWS * SIDE * SIDE];

    cut(images, windows);
    for (size_t w = 0; w < WINDOWS; w++) {
        size_t near = 0;

        for (size_t k = 0; k < WINDOWS; k++)
            near += k == w ||
                    naive_ncc_distance(windows + w * SIDE * SIDE,
                                       windows + k * SIDE * SIDE, SIDE, 2, 1) <= cut_at;
        assert_true(fabsf(found->scores[w] - (float)near / WINDOWS) < 1e-6F);
    }
}

static void
on_request_scores_are_densities(void **state)
{
    static struct images images;
    struct spt_abundance_options options = spt_abundance_defaults(SIDE);
    struct spt_abundance found;

    (void)state;
    fill(&images);
    options.cut = 0.6F;
    options.density = true;
    options.sample = WINDOWS;
    found = find(&images, &options);
    assert_int_equal(found.sampled, 0);
    assert_densities(&images, &found, 0.6);
    spt_abundance_clear(&found);
    options.sample = 5;
    found = find(&images, &options);
    assert_int_equal(found.sampled, 5);
    for (size_t w = 0; w < WINDOWS; w++) /* fifths */
        assert_true(fabsf(found.scores[w] * 5 - roundf(found.scores[w] * 5)) < 1e-5F);
    spt_abundance_clear(&found);
}

/* At a lower bandwidth distances move, but for those near the cut. */
static void
all_pairs_of_more_windows_than_a_sample_are_told_apart_as_well(void **state)
{
    static struct images images;
    struct spt_abundance_options options = spt_abundance_defaults(SIDE);
    struct spt_abundance found, quick;

    (void)state;
    fill(&images);
    options.cut = 0.6F;
    found = find(&images, &options);
    options.sample = WINDOWS - 1;
    options.sample_bandwidth = 0.7;
    quick = find(&images, &options);
    assert_int_equal(quick.sampled, 0);
    assert_int_equal(quick.clusters, found.clusters);
    assert_memory_equal(quick.scores, found.scores, WINDOWS * sizeof *found.scores);
    spt_abundance_clear(&found);
    spt_abundance_clear(&quick);
}

static void
too_many_windows_are_scored_by_density(void **state)
{
    static struct images images;
    struct spt_abundance_options options = spt_abundance_defaults(SIDE);
    struct spt_abundance found;

    (void)state;
    fill(&images);
    options.cut = 0.6F;
    options.sample_bandwidth = 1;
    options.most_pairs = WINDOWS * (WINDOWS - 1) / 2 - 1;
    options.sample = WINDOWS; /* all of them, so that densities are exact */
    found = find(&images, &options);
    assert_int_equal(found.sampled, WINDOWS);
    assert_densities(&images, &found, 0.6);
    spt_abundance_clear(&found);
    options.most_pairs++; /* as many as there are: not too many */
    found = find(&images, &options);
    assert_int_equal(found.sampled, 0);
    spt_abundance_clear(&found);
    options.most_bytes = 1000;
    options.sample = 5;
    found = find(&images, &options);
    assert_int_equal(found.sampled, 5);
    spt_abundance_clear(&found);
    options.most_bytes = options.most_pairs = 0; /* no limit */
    found = find(&images, &options);
    assert_int_equal(found.sampled, 0);
    spt_abundance_clear(&found);
}

static void
images_without_a_window_have_no_abundance(void **state)
{
    static struct images images;
    struct spt_abundance_options options = spt_abundance_defaults(SIDE);
    struct spt_abundance found = {0};

    (void)state;
    fill(&images);
    assert_int_equal(
        spt_abundance_find(images.sample + 1, 1, SIDE, &options, &found, NULL),
        SEPTUM_OK);
    assert_int_equal(found.count, 0);
    assert_int_equal(found.clusters, 0);
    spt_abundance_clear(&found);
    assert_int_equal(spt_abundance_find(images.sample, 0, SIDE, &options, &found, NULL),
                     SEPTUM_OK);
    assert_int_equal(found.count, 0);
    spt_abundance_clear(&found);
}

static void
refuses_options_out_of_bounds_and_leaves_the_answer_alone(void **state)
{
    static struct images images;
    struct spt_abundance_options options = spt_abundance_defaults(SIDE);
    struct spt_abundance found = {.count = 77};
    struct septum_error err = {0};

    (void)state;
    fill(&images);
    options.ncc.shift_step = 0;
    assert_int_equal(
        spt_abundance_find(images.sample, IMAGES, SIDE, &options, &found, &err),
        SEPTUM_EINVAL);
    assert_string_equal(err.text, "comparing windows: the step between shifts is 0; it "
                                  "must be at least 1");
    assert_int_equal(found.count, 77);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_are_the_sizes_of_the_clusters),
        cmocka_unit_test(on_request_scores_are_densities),
        cmocka_unit_test(
            all_pairs_of_more_windows_than_a_sample_are_told_apart_as_well),
        cmocka_unit_test(too_many_windows_are_scored_by_density),
        cmocka_unit_test(images_without_a_window_have_no_abundance),
        cmocka_unit_test(refuses_options_out_of_bounds_and_leaves_the_answer_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
