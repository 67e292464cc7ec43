/*
 * test_pool.c - abundance of windows, and rounds of asking until nothing is left.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "loop/pool.h"
#include "support/stripes.h"

#define PIXELS ((size_t)STRIPES_SIDE * STRIPES_SIDE)
#define WINDOWS 9 /* of an image */
#define AREA ((size_t)STRIPES_WINDOW * STRIPES_WINDOW)
#define KNOWN_FROM_THE_START 1 /* images */
#define POOL 3                 /* images */
#define IMAGES (KNOWN_FROM_THE_START + POOL)

/* ---- abundance ------------------------------------------------------------------- */

static void
fill_noise(struct spt_sample *sample, uint64_t seed)
{
    struct spt_random random;

    spt_random_init(&random, seed, 7);
    for (size_t i = 0; i < PIXELS; i++)
        sample->pixels[i] = (float)spt_random_normal(&random);
}

/* Paint a window with a piece, from (`shift`, `shift`) on, of one and the same pattern,
 * in a brightness and a contrast of its own. */
static void
paint(struct spt_sample *sample, size_t window, uint32_t shift, float contrast)
{
    for (uint32_t y = 0; y < STRIPES_WINDOW; y++)
        for (uint32_t x = 0; x < STRIPES_WINDOW; x++) {
            uint64_t place = (y + shift) * 100 + x + shift;
            float value = (float)(spt_random_hash(5, place) >> 40) / (1 << 24);

            sample->pixels[(window / 3 * STRIPES_WINDOW + y) * STRIPES_SIDE +
                           window % 3 * STRIPES_WINDOW + x] = 3 + contrast * value;
        }
}

static void
copies_of_one_pattern_are_one_cluster(void **state)
{
    struct spt_samples samples = stripes_samples(2, 1);
    struct spt_abundance_options options = spt_abundance_defaults(STRIPES_WINDOW);
    struct spt_abundance found = {0};

    (void)state;
    options.cut = 0.7F; /* windows of noise this small are alike by 0.2 at times */
    fill_noise(&samples.sample[0], 1);
    fill_noise(&samples.sample[1], 2);
    paint(&samples.sample[0], 0, 0, 1);
    paint(&samples.sample[0], 5, 0, 20);
    paint(&samples.sample[1], 4, 2, 1); /* a few pixels further: the same pattern */
    paint(&samples.sample[1], 8, 0, 0.5F);
    assert_int_equal(
        spt_abundance_find(samples.sample, 2, STRIPES_WINDOW, &options, &found, NULL),
        SEPTUM_OK);
    assert_int_equal(found.clusters, 1 + 14);
    for (size_t w = 0; w < WINDOWS; w++) {
        const float *second = found.scores + WINDOWS;
        float copies = 4.F / 18, alone = 1.F / 18;

        assert_true(fabsf(found.scores[w] - (w == 0 || w == 5 ? copies : alone)) <
                    1e-6F);
        assert_true(fabsf(second[w] - (w == 4 || w == 8 ? copies : alone)) < 1e-6F);
    }
    spt_abundance_clear(&found);
    spt_samples_clear(&samples);
}

static void
cut_at_the_largest_distance_leaves_one_cluster(void **state)
{
    struct spt_samples samples = stripes_samples(2, 3);
    struct spt_abundance_options options = spt_abundance_defaults(STRIPES_WINDOW);
    struct spt_abundance found = {0};

    (void)state;
    options.cut = 2;
    assert_int_equal(
        spt_abundance_find(samples.sample, 2, STRIPES_WINDOW, &options, &found, NULL),
        SEPTUM_OK);
    assert_int_equal(found.clusters, 1);
    for (size_t w = 0; w < 2 * WINDOWS; w++)
        assert_true(found.scores[w] == 1);
    spt_abundance_clear(&found);
    spt_samples_clear(&samples);
}

/* ---- rounds ---------------------------------------------------------------------- */

/* What is known of the first image, the pool's truth, and who asks and answers. */
struct desk {
    struct spt_samples truth, samples;
    const uint8_t *answers[POOL];
    struct spt_truth known;
    struct spt_expert expert;
    struct spt_model model;
    struct spt_net *net;
    struct spt_predictor *predictor;
    struct spt_random random;
    struct spt_pool *pool;
};

static void
open_desk_with(struct desk *desk, const struct spt_pool_options *options)
{
    *desk = (struct desk){.truth = stripes_samples(IMAGES, 4),
                          .samples = stripes_samples(IMAGES, 4),
                          .model = stripes_model(5)};
    desk->net = stripes_net(&desk->model);
    desk->predictor = stripes_predictor(desk->net);
    spt_random_init(&desk->random, 6, 0);
    for (size_t i = 0; i < POOL; i++) {
        desk->answers[i] = desk->truth.sample[KNOWN_FROM_THE_START + i].labels;
        for (size_t at = 0; at < PIXELS; at++)
            spt_samples_set_label(&desk->samples, KNOWN_FROM_THE_START + i, at,
                                  SPT_LABEL_UNKNOWN);
    }
    desk->known = (struct spt_truth){desk->answers};
    desk->expert = spt_expert_simulated(&desk->known);
    assert_int_equal(spt_pool_create(&desk->samples, KNOWN_FROM_THE_START,
                                     STRIPES_WINDOW, options, &desk->pool, NULL),
                     SEPTUM_OK);
}

static void
open_desk(struct desk *desk)
{
    const struct spt_pool_options options = spt_pool_defaults(STRIPES_WINDOW);

    open_desk_with(desk, &options);
}

static void
close_desk(struct desk *desk)
{
    spt_pool_free(desk->pool);
    spt_predictor_free(desk->predictor);
    spt_net_free(desk->net);
    spt_model_clear(&desk->model);
    spt_samples_clear(&desk->truth);
    spt_samples_clear(&desk->samples);
}

static struct spt_round
run_round(struct desk *desk, const char *strategy)
{
    static const struct spt_region_options options = {.lambda = 0.8, .most_windows = 4};
    struct septum_error err = {0};
    struct spt_round round = {0};

    if (spt_pool_round(desk->pool, desk->predictor, spt_strategy_find(strategy),
                       &options, &desk->expert, &desk->random, &round,
                       &err) != SEPTUM_OK)
        fail_msg("%s", err.text);
    return round;
}

static size_t
pixel_of(size_t window, size_t i)
{
    return (window / 3 * STRIPES_WINDOW + i / STRIPES_WINDOW) * STRIPES_SIDE +
           window % 3 * STRIPES_WINDOW + i % STRIPES_WINDOW;
}

/* Check a round against what had been asked before it, and note what it asked. */
static void
check_round(const struct desk *desk, const struct spt_round *round,
            uint8_t asked[POOL][WINDOWS], uint64_t known_before)
{
    const struct spt_region *region = &round->region;
    size_t in_image = KNOWN_FROM_THE_START + region->image;
    double sides = 0;

    assert_in_range(region->count, 1, 4);
    assert_int_equal(desk->samples.known, known_before + region->count * AREA);
    for (size_t w = 0; w < region->count; w++) {
        uint8_t *before = &asked[region->image][region->windows[w]];

        assert_int_equal(*before, 0);
        *before = 1;
        for (size_t i = 0; i < AREA; i++) {
            size_t at = pixel_of(region->windows[w], i);
            const uint8_t *truth = &desk->truth.sample[in_image].labels[at];

            assert_int_equal(desk->samples.sample[in_image].labels[at], *truth);
            sides += i % STRIPES_WINDOW < STRIPES_WINDOW - 1 && truth[0] != truth[1];
            sides += i / STRIPES_WINDOW < STRIPES_WINDOW - 1 &&
                     truth[0] != truth[STRIPES_SIDE];
        }
    }
    assert_true(fabs(round->seconds - 2.0 * (double)region->count - 0.015 * sides) <
                1e-9);
}

static void
check_rounds_until_nothing_is_left(const char *strategy)
{
    uint8_t asked[POOL][WINDOWS] = {{0}};
    struct desk desk;
    size_t rounds = 0, windows = 0;

    open_desk(&desk);
    for (;;) {
        uint64_t known = desk.samples.known;
        struct spt_round round = run_round(&desk, strategy);

        if (round.region.count == 0) {
            assert_int_equal(desk.samples.known, known);
            assert_true(round.seconds == 0);
            spt_round_clear(&round);
            break;
        }
        check_round(&desk, &round, asked, known);
        windows += round.region.count;
        rounds++;
        spt_round_clear(&round);
    }
    assert_int_equal(windows, POOL * WINDOWS);
    assert_true(rounds >= (size_t)POOL * 3);
    assert_int_equal(desk.samples.known, IMAGES * PIXELS);
    assert_int_equal(desk.samples.membrane, desk.truth.membrane);
    close_desk(&desk);
}

static void
rounds_ask_every_window_once_and_then_nothing(void **state)
{
    (void)state;
    for (const struct spt_strategy *row = spt_strategies; row->name != NULL; row++)
        check_rounds_until_nothing_is_left(row->name);
}

/* f of a window by its definition. */
static float
naive_uncertainty(const float *membrane, size_t window)
{
    double sum = 0;

    for (size_t i = 0; i < AREA; i++)
        sum += fabs(0.5 - membrane[pixel_of(window, i)]);
    return (float)(sum / (double)AREA);
}

static void
a_round_asks_what_equation_1_says_of_the_net_and_the_images(void **state)
{
    static const struct spt_region_options shape = {.lambda = 0.8, .most_windows = 4};
    const struct spt_abundance_options options = spt_abundance_defaults(STRIPES_WINDOW);
    float f[POOL][WINDOWS], membrane[POOL][PIXELS];
    struct spt_abundance found = {0};
    uint8_t askable[WINDOWS];
    struct spt_candidate candidates[POOL];
    struct spt_region wanted = {0};
    struct spt_round round;
    struct desk desk;

    (void)state;
    open_desk(&desk);
    memset(askable, 1, sizeof askable);
    /* The image that is known from the start is counted, too. */
    assert_int_equal(spt_abundance_find(desk.truth.sample, IMAGES, STRIPES_WINDOW,
                                        &options, &found, NULL),
                     SEPTUM_OK);
    assert_int_equal(spt_pool_clusters(desk.pool), found.clusters);
    for (size_t i = 0; i < POOL; i++) {
        assert_int_equal(spt_predict(desk.predictor,
                                     desk.truth.sample[KNOWN_FROM_THE_START + i].pixels,
                                     STRIPES_SIDE, STRIPES_SIDE, membrane[i], NULL),
                         SEPTUM_OK);
        for (size_t w = 0; w < WINDOWS; w++)
            f[i][w] = naive_uncertainty(membrane[i], w);
        candidates[i] = (struct spt_candidate){
            .grid = spt_grid_of(STRIPES_SIDE, STRIPES_SIDE, 16),
            .f = f[i],
            .abundance = found.scores + (KNOWN_FROM_THE_START + i) * WINDOWS,
            .askable = askable,
        };
    }
    assert_int_equal(spt_region_search(candidates, POOL, &shape, &wanted, NULL),
                     SEPTUM_OK);
    round = run_round(&desk, "equation");
    assert_int_equal(round.region.image, wanted.image);
    assert_int_equal(round.region.count, wanted.count);
    assert_memory_equal(round.region.windows, wanted.windows,
                        wanted.count * sizeof *wanted.windows);
    assert_true(fabs(round.region.objective - wanted.objective) < 1e-6);
    assert_memory_equal(round.proposal, membrane[wanted.image],
                        PIXELS * sizeof *round.proposal);
    spt_abundance_clear(&found);
    spt_round_clear(&round);
    spt_region_clear(&wanted);
    close_desk(&desk);
}

static void
asks_about_a_window_while_one_of_its_pixels_is_unknown(void **state)
{
    size_t in_image = KNOWN_FROM_THE_START + 2;
    struct spt_round round;
    struct desk desk;
    uint64_t known;

    (void)state;
    open_desk(&desk);
    for (size_t i = KNOWN_FROM_THE_START; i < IMAGES; i++)
        for (size_t at = 0; at < PIXELS; at++)
            spt_samples_set_label(&desk.samples, i, at, SPT_LABEL_OTHER);
    spt_samples_set_label(&desk.samples, in_image, pixel_of(7, AREA - 1),
                          SPT_LABEL_UNKNOWN);
    known = desk.samples.known;
    round = run_round(&desk, "equation");
    assert_int_equal(round.region.image, 2);
    assert_int_equal(round.region.count, 1);
    assert_int_equal(round.region.windows[0], 7);
    assert_false(round.region.capped);
    assert_int_equal(desk.samples.known, known + 1);
    spt_round_clear(&round);
    round = run_round(&desk, "equation");
    assert_int_equal(round.region.count, 0);
    assert_null(round.proposal);
    spt_round_clear(&round);
    close_desk(&desk);
}

static void
what_the_expert_cannot_tell_is_not_asked_again(void **state)
{
    uint8_t asked[POOL][WINDOWS] = {{0}};
    struct desk desk;
    size_t windows = 0;
    uint64_t known;

    (void)state;
    open_desk(&desk);
    known = desk.samples.known;
    for (size_t i = KNOWN_FROM_THE_START; i < IMAGES; i++)
        memset(desk.truth.sample[i].labels, SPT_LABEL_UNKNOWN, PIXELS);
    for (;;) {
        struct spt_round round = run_round(&desk, "equation");
        size_t count = round.region.count;

        for (size_t w = 0; w < count; w++) {
            assert_int_equal(asked[round.region.image][round.region.windows[w]], 0);
            asked[round.region.image][round.region.windows[w]] = 1;
        }
        windows += count;
        spt_round_clear(&round);
        if (count == 0)
            break;
    }
    assert_int_equal(windows, POOL * WINDOWS);
    assert_int_equal(desk.samples.known, known);
    close_desk(&desk);
}

static enum septum_status
walk_out(const void *self, const struct spt_question *question, uint8_t *labels,
         double *seconds, struct septum_error *err)
{
    (void)self;
    memset(labels, SPT_LABEL_MEMBRANE, (size_t)question->height * question->width);
    *seconds = 3;
    return spt_fail(err, SEPTUM_ESTOPPED, "the expert has gone home");
}

static void
labels_stay_as_they_were_when_the_expert_fails(void **state)
{
    static const struct spt_region_options options = {.lambda = 0.8, .most_windows = 4};
    static const struct spt_expert expert = {walk_out, NULL};
    struct spt_round round = {.seconds = 42};
    struct septum_error err = {0};
    struct desk desk;
    uint64_t known;

    (void)state;
    open_desk(&desk);
    known = desk.samples.known;
    assert_int_equal(spt_pool_round(desk.pool, desk.predictor,
                                    spt_strategy_find("equation"), &options, &expert,
                                    &desk.random, &round, &err),
                     SEPTUM_ESTOPPED);
    assert_string_equal(err.text, "the expert has gone home");
    assert_true(round.seconds == 42 && round.proposal == NULL);
    assert_int_equal(desk.samples.known, known);
    for (size_t i = KNOWN_FROM_THE_START; i < IMAGES; i++)
        for (size_t at = 0; at < PIXELS; at++)
            assert_int_equal(desk.samples.sample[i].labels[at], SPT_LABEL_UNKNOWN);
    close_desk(&desk);
}

/* ---- other ways than the paper's ---------------------------------------------------
 */

/* The numbers of the clusters, as the desk's pool has them. */
static void
find_clusters(const struct desk *desk, uint32_t numbers[IMAGES * WINDOWS])
{
    const struct spt_abundance_options options = spt_abundance_defaults(STRIPES_WINDOW);
    struct spt_abundance found = {0};

    assert_int_equal(spt_abundance_find(desk->truth.sample, IMAGES, STRIPES_WINDOW,
                                        &options, &found, NULL),
                     SEPTUM_OK);
    memcpy(numbers, found.cluster_of, IMAGES * WINDOWS * sizeof *numbers);
    spt_abundance_clear(&found);
}

static void
abundance_fades_with_every_window_answered(void **state)
{
    struct spt_pool_options options = spt_pool_defaults(STRIPES_WINDOW);
    size_t answered[IMAGES * WINDOWS] = {0};
    uint32_t numbers[IMAGES * WINDOWS];
    struct desk desk;

    (void)state;
    options.fade = 0.5;
    open_desk_with(&desk, &options);
    find_clusters(&desk, numbers);
    for (size_t k = 0; k < 5; k++) {
        struct spt_round round = run_round(&desk, "abundance");
        size_t first = (KNOWN_FROM_THE_START + round.region.image) * WINDOWS;
        double sum = 0;

        assert_true(round.region.count > 0);
        for (size_t w = 0; w < round.region.count; w++) {
            uint32_t cluster = numbers[first + round.region.windows[w]];
            double size = 0;

            for (size_t i = 0; i < IMAGES * WINDOWS; i++)
                size += numbers[i] == cluster;
            sum += size / (IMAGES * WINDOWS) * pow(0.5, (double)answered[cluster]);
        }
        assert_true(fabs(round.region.abundance - sum) < 1e-5);
        for (size_t w = 0; w < round.region.count; w++)
            answered[numbers[first + round.region.windows[w]]]++;
        spt_round_clear(&round);
    }
    close_desk(&desk);
}

static void
core_set_asks_first_for_what_is_furthest_from_the_labelled_image(void **state)
{
    struct spt_grid grid = spt_grid_of(STRIPES_SIDE, STRIPES_SIDE, STRIPES_WINDOW);
    static float features[IMAGES][WINDOWS * 6], membrane[PIXELS];
    double largest = -1;
    size_t image = 0, window = 0;
    struct spt_round round;
    struct desk desk;
    bool found = false;

    (void)state;
    open_desk(&desk);
    for (size_t i = 0; i < IMAGES; i++)
        assert_int_equal(spt_predict_features(
                             desk.predictor, desk.truth.sample[i].pixels, STRIPES_SIDE,
                             STRIPES_SIDE, &grid, membrane, features[i], NULL),
                         SEPTUM_OK);
    for (size_t i = KNOWN_FROM_THE_START; i < IMAGES; i++)
        for (size_t w = 0; w < WINDOWS; w++) {
            double least = INFINITY;

            for (size_t k = 0; k < WINDOWS; k++) {
                double sum = 0;

                for (size_t d = 0; d < 6; d++)
                    sum += pow((double)features[i][w * 6 + d] -
                                   (double)features[0][k * 6 + d],
                               2);
                least = fmin(least, sum);
            }
            if (least > largest) {
                largest = least;
                image = i - KNOWN_FROM_THE_START;
                window = w;
            }
        }
    round = run_round(&desk, "coreset");
    assert_int_equal(round.region.image, image);
    assert_int_equal(round.region.count, 4);
    for (size_t w = 0; w < 4; w++)
        found = found || round.region.windows[w] == window;
    assert_true(found);
    spt_round_clear(&round);
    close_desk(&desk);
}

static void
a_temperature_changes_how_unsure_the_net_is(void **state)
{
    struct spt_round round, hot;
    struct desk desk;

    (void)state;
    open_desk(&desk);
    round = run_round(&desk, "uncertainty");
    close_desk(&desk);
    open_desk(&desk);
    spt_pool_calibrate(desk.pool, 100);
    hot = run_round(&desk, "uncertainty");
    assert_true(hot.region.uncertainty < 0.1 * round.region.uncertainty);
    close_desk(&desk);
    spt_round_clear(&round);
    spt_round_clear(&hot);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_of_one_pattern_are_one_cluster),
        cmocka_unit_test(cut_at_the_largest_distance_leaves_one_cluster),
        cmocka_unit_test(rounds_ask_every_window_once_and_then_nothing),
        cmocka_unit_test(a_round_asks_what_equation_1_says_of_the_net_and_the_images),
        cmocka_unit_test(asks_about_a_window_while_one_of_its_pixels_is_unknown),
        cmocka_unit_test(what_the_expert_cannot_tell_is_not_asked_again),
        cmocka_unit_test(labels_stay_as_they_were_when_the_expert_fails),
        cmocka_unit_test(abundance_fades_with_every_window_answered),
        cmocka_unit_test(
            core_set_asks_first_for_what_is_furthest_from_the_labelled_image),
        cmocka_unit_test(a_temperature_changes_how_unsure_the_net_is),
    };

    spt_engine_threads(1); /* so small a net only waits for a second one */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
