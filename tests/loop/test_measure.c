/*
 * test_measure.c - what the net makes of windows, against the measures' definitions.
 */
#include "loop/measure.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "support/stripes.h"

#define PIXELS ((size_t)STRIPES_SIDE * STRIPES_SIDE)
#define WINDOWS 9
#define AREA ((size_t)STRIPES_WINDOW * STRIPES_WINDOW)
#define FEATURES 6 /* of STRIPES_NET */

struct scene {
    struct spt_samples samples;
    struct spt_model model;
    struct spt_net *net;
    struct spt_predictor *predictor;
    struct spt_grid grid;
};

static void
open_scene(struct scene *scene)
{
    *scene =
        (struct scene){.samples = stripes_samples(3, 4),
                       .model = stripes_model(5),
                       .grid = spt_grid_of(STRIPES_SIDE, STRIPES_SIDE, STRIPES_WINDOW)};
    scene->net = stripes_net(&scene->model);
    scene->predictor = stripes_predictor(scene->net);
}

static void
close_scene(struct scene *scene)
{
    spt_predictor_free(scene->predictor);
    spt_net_free(scene->net);
    spt_model_clear(&scene->model);
    spt_samples_clear(&scene->samples);
}

static void
measure(struct scene *scene, const struct spt_measure_options *options,
        const struct spt_measured *out)
{
    struct septum_error err = {0};

    if (spt_measure_windows(scene->predictor, &scene->samples.sample[0], &scene->grid,
                            options, out, &err) != SEPTUM_OK)
        fail_msg("%s", err.text);
}

static size_t
pixel_of(size_t window, size_t i)
{
    return (window / 3 * STRIPES_WINDOW + i / STRIPES_WINDOW) * STRIPES_SIDE +
           window % 3 * STRIPES_WINDOW + i % STRIPES_WINDOW;
}

/* The mean of |0.5 - P| over a window. */
static double
naive_f(const double *membrane, size_t window)
{
    double sum = 0;

    for (size_t i = 0; i < AREA; i++)
        sum += fabs(0.5 - membrane[pixel_of(window, i)]);
    return sum / (double)AREA;
}

static double
bits(double p)
{
    return p <= 0 || p >= 1 ? 0 : -p * log2(p) - (1 - p) * log2(1 - p);
}

static void
predict(struct scene *scene, double *membrane)
{
    static float once[PIXELS];

    assert_int_equal(spt_predict(scene->predictor, scene->samples.sample[0].pixels,
                                 STRIPES_SIDE, STRIPES_SIDE, once, NULL),
                     SEPTUM_OK);
    for (size_t i = 0; i < PIXELS; i++)
        membrane[i] = (double)once[i];
}

static void
measures_one_pass_unless_told_otherwise(void **state)
{
    static double membrane[PIXELS];
    const struct spt_measure_options options = {0};
    float f[WINDOWS + 1], entropy[WINDOWS];
    struct scene scene;

    (void)state;
    open_scene(&scene);
    f[WINDOWS] = 99;
    predict(&scene, membrane);
    measure(&scene, &options, &(struct spt_measured){.f = f, .entropy = entropy});
    for (size_t w = 0; w < WINDOWS; w++) {
        double sum = 0;

        for (size_t i = 0; i < AREA; i++)
            sum += 0.5 * (1 - bits(membrane[pixel_of(w, i)]));
        assert_true(fabs((double)f[w] - naive_f(membrane, w)) < 1e-6);
        assert_true(fabs((double)entropy[w] - sum / (double)AREA) < 1e-6);
    }
    assert_true(f[WINDOWS] == 99);
    close_scene(&scene);
}

static void
measures_some_of_the_pixels_when_told_so(void **state)
{
    static double membrane[PIXELS];
    /* The net has a pooling of 2, so that 2 is as far as it goes. */
    const struct spt_measure_options options = {.every = 3, .temperature = 2.5};
    float f[WINDOWS], all[WINDOWS];
    struct scene scene;
    bool differ = false;

    (void)state;
    open_scene(&scene);
    predict(&scene, membrane);
    for (size_t i = 0; i < PIXELS; i++)
        membrane[i] = 1 / (1 + pow((1 - membrane[i]) / membrane[i], 1 / 2.5));
    measure(&scene, &options, &(struct spt_measured){.f = f});
    measure(&scene, &(struct spt_measure_options){.temperature = 2.5},
            &(struct spt_measured){.f = all});
    for (size_t w = 0; w < WINDOWS; w++) {
        double sum = 0;

        for (size_t i = 0; i < AREA; i++)
            if (i % 2 == 0 && i / STRIPES_WINDOW % 2 == 0)
                sum += fabs(0.5 - membrane[pixel_of(w, i)]);
        assert_true(fabs((double)f[w] - sum / (AREA / 4.0)) < 1e-5);
        differ = differ || fabsf(f[w] - all[w]) > 1e-4F;
    }
    assert_true(differ);
    close_scene(&scene);
}

static void
measures_at_the_temperature_given(void **state)
{
    static double membrane[PIXELS];
    const struct spt_measure_options options = {.temperature = 2.5};
    float f[WINDOWS];
    struct scene scene;

    (void)state;
    open_scene(&scene);
    predict(&scene, membrane);
    for (size_t i = 0; i < PIXELS; i++)
        membrane[i] = 1 / (1 + pow((1 - membrane[i]) / membrane[i], 1 / 2.5));
    measure(&scene, &options, &(struct spt_measured){.f = f});
    for (size_t w = 0; w < WINDOWS; w++)
        assert_true(fabs((double)f[w] - naive_f(membrane, w)) < 1e-5);
    close_scene(&scene);
}

static void
measures_the_mean_of_the_symmetries(void **state)
{
    static float average[PIXELS];
    static double membrane[PIXELS];
    const struct spt_measure_options options = {.from = SPT_MEASURE_SYMMETRIES};
    float f[WINDOWS];
    struct scene scene;

    (void)state;
    open_scene(&scene);
    assert_int_equal(spt_predict_symmetries(scene.predictor,
                                            scene.samples.sample[0].pixels,
                                            STRIPES_SIDE, STRIPES_SIDE, average, NULL),
                     SEPTUM_OK);
    for (size_t i = 0; i < PIXELS; i++)
        membrane[i] = (double)average[i];
    measure(&scene, &options, &(struct spt_measured){.f = f});
    for (size_t w = 0; w < WINDOWS; w++)
        assert_true(fabs((double)f[w] - naive_f(membrane, w)) < 1e-6);
    close_scene(&scene);
}

static void
measures_mean_and_disagreement_of_passes_with_dropout(void **state)
{
    static float once[PIXELS];
    static double mean[PIXELS], entropy[PIXELS];
    const struct spt_measure_options options = {
        .from = SPT_MEASURE_DROPOUT, .passes = 3, .dropout = 0.3, .key = 17};
    float f[WINDOWS], bald[WINDOWS];
    struct scene scene;
    bool disagree = false;

    (void)state;
    open_scene(&scene);
    memset(mean, 0, sizeof mean);
    memset(entropy, 0, sizeof entropy);
    for (uint32_t pass = 0; pass < 3; pass++) {
        assert_int_equal(spt_predict_dropout(scene.predictor,
                                             scene.samples.sample[0].pixels,
                                             STRIPES_SIDE, STRIPES_SIDE, 0.3,
                                             spt_random_hash(17, pass), once, NULL),
                         SEPTUM_OK);
        for (size_t i = 0; i < PIXELS; i++) {
            mean[i] += (double)once[i] / 3;
            entropy[i] += bits((double)once[i]) / 3;
        }
    }
    measure(&scene, &options, &(struct spt_measured){.f = f, .bald = bald});
    for (size_t w = 0; w < WINDOWS; w++) {
        double sum = 0;

        for (size_t i = 0; i < AREA; i++) {
            size_t at = pixel_of(w, i);

            sum += 0.5 * (1 - (bits(mean[at]) - entropy[at]));
        }
        assert_true(fabs((double)f[w] - naive_f(mean, w)) < 1e-5);
        assert_true(fabs((double)bald[w] - sum / (double)AREA) < 1e-5);
        disagree = disagree || bald[w] < 0.499F;
    }
    assert_true(disagree);
    close_scene(&scene);
}

static void
disagreement_does_not_hang_on_where_f_comes_from(void **state)
{
    struct spt_measure_options options = {.from = SPT_MEASURE_DROPOUT, .key = 3};
    static double membrane[PIXELS];
    float one[WINDOWS], other[WINDOWS], f[WINDOWS];
    struct scene scene;

    (void)state;
    open_scene(&scene);
    predict(&scene, membrane);
    measure(&scene, &options, &(struct spt_measured){.bald = one});
    options.from = SPT_MEASURE_ONCE;
    options.temperature = 3;
    measure(&scene, &options, &(struct spt_measured){.bald = other});
    assert_memory_equal(one, other, sizeof one);
    options.temperature = 0;
    measure(&scene, &options, &(struct spt_measured){.f = f, .bald = other});
    for (size_t w = 0; w < WINDOWS; w++)
        assert_true(fabs((double)f[w] - naive_f(membrane, w)) < 1e-6);
    close_scene(&scene);
}

static void
gives_features_on_the_way(void **state)
{
    static float features[WINDOWS * FEATURES], wanted[WINDOWS * FEATURES], once[PIXELS];
    struct spt_measure_options options = {0};
    float f[WINDOWS], alone[WINDOWS];
    struct scene scene;

    (void)state;
    open_scene(&scene);
    assert_int_equal(spt_predict_features(
                         scene.predictor, scene.samples.sample[0].pixels, STRIPES_SIDE,
                         STRIPES_SIDE, &scene.grid, once, wanted, NULL),
                     SEPTUM_OK);
    measure(&scene, &options, &(struct spt_measured){.f = alone});
    measure(&scene, &options, &(struct spt_measured){.f = f, .features = features});
    assert_memory_equal(features, wanted, sizeof wanted);
    assert_memory_equal(f, alone, sizeof f);
    options.from = SPT_MEASURE_SYMMETRIES;
    measure(&scene, &options, &(struct spt_measured){.f = alone});
    measure(&scene, &options, &(struct spt_measured){.f = f, .features = features});
    assert_memory_equal(features, wanted, sizeof wanted);
    assert_memory_equal(f, alone, sizeof f);
    close_scene(&scene);
}

static bool
stop(void *user, double fraction)
{
    size_t *left = user;

    assert_true(fraction >= 0 && fraction < 1);
    return (*left)-- > 0;
}

static void
counts_the_known_pixels_of_every_so_manieth_image(void **state)
{
    static struct spt_logits logits, wanted;
    static float once[PIXELS];
    const struct spt_measure_options options = {.temperature = 9}; /* not applied */
    struct septum_error err = {0};
    struct scene scene;
    double temperature = 77;
    size_t left = 1;
    const struct spt_watch watch = {stop, &left};

    (void)state;
    open_scene(&scene);
    for (size_t at = 0; at < PIXELS; at += 2)
        spt_samples_set_label(&scene.samples, 2, at, SPT_LABEL_UNKNOWN);
    for (size_t i = 0; i < 3; i += 2) {
        const struct spt_sample *sample = &scene.samples.sample[i];

        assert_int_equal(spt_predict(scene.predictor, sample->pixels, STRIPES_SIDE,
                                     STRIPES_SIDE, once, NULL),
                         SEPTUM_OK);
        spt_logits_add(&wanted, once, sample->labels, PIXELS);
    }
    assert_int_equal(spt_measure_logits(scene.predictor, &scene.samples, 2, &options,
                                        NULL, &logits, NULL),
                     SEPTUM_OK);
    assert_memory_equal(&logits, &wanted, sizeof wanted);
    assert_int_equal(spt_measure_temperature(scene.predictor, &scene.samples, 1,
                                             &options, &watch, &temperature, &err),
                     SEPTUM_ESTOPPED);
    assert_string_equal(err.text, "stopped");
    assert_true(temperature == 77);
    assert_int_equal(spt_measure_temperature(scene.predictor, &scene.samples, 2,
                                             &options, NULL, &temperature, NULL),
                     SEPTUM_OK);
    assert_true(temperature == spt_logits_temperature(&wanted));
    close_scene(&scene);
}

static void
refuses_an_image_smaller_than_the_window(void **state)
{
    float pixels[64] = {0}, f[1] = {99};
    struct spt_sample small = {.height = 8, .width = 8, .pixels = pixels};
    const struct spt_measure_options options = {.from = SPT_MEASURE_DROPOUT};
    struct septum_error err = {0};
    struct scene scene;

    (void)state;
    open_scene(&scene);
    assert_int_equal(spt_measure_windows(scene.predictor, &small,
                                         &(struct spt_grid){STRIPES_WINDOW, 0, 0},
                                         &options, &(struct spt_measured){.f = f},
                                         &err),
                     SEPTUM_EINVAL);
    assert_string_equal(err.text,
                        "8 x 8 pixels, smaller than the net's window of 16 x 16");
    assert_true(f[0] == 99);
    close_scene(&scene);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measures_one_pass_unless_told_otherwise),
        cmocka_unit_test(measures_some_of_the_pixels_when_told_so),
        cmocka_unit_test(measures_at_the_temperature_given),
        cmocka_unit_test(measures_the_mean_of_the_symmetries),
        cmocka_unit_test(measures_mean_and_disagreement_of_passes_with_dropout),
        cmocka_unit_test(disagreement_does_not_hang_on_where_f_comes_from),
        cmocka_unit_test(gives_features_on_the_way),
        cmocka_unit_test(counts_the_known_pixels_of_every_so_manieth_image),
        cmocka_unit_test(refuses_an_image_smaller_than_the_window),
    };

    spt_engine_threads(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
