/*
 * test_predict.c - whole images, tile by tile, against the naive net at every pixel.
 */
#include "predict/predict.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image/mirror.h"
#include "image/symmetry.h"
#include "support/guarded.h"
#include "support/material.h"
#include "support/naive_net.h"
#include "support/predicting.h"

/* The probability at (y, x): that of the window around it, mirrored at the borders. */
static double
find_naive(struct spt_net *net, const float *image, uint32_t height, uint32_t width,
           uint32_t y, uint32_t x)
{
    const struct spt_spec *spec = spt_net_spec(net);
    int64_t before = spec->window / 2;
    float window[32 * 32];

    assert_true(spec->window <= 32);
    for (uint32_t i = 0; i < spec->window; i++)
        for (uint32_t j = 0; j < spec->window; j++) {
            uint32_t row = spt_mirror_index((int64_t)y - before + i, height);
            uint32_t column = spt_mirror_index((int64_t)x - before + j, width);

            window[i * spec->window + j] = image[(size_t)row * width + column];
        }
    return 1 / (1 + exp(-naive_net_logit(spec, spt_net_parameters(net), window,
                                         spec->window)));
}

static void
check_against_naive(const char *text, uint32_t height, uint32_t width, uint32_t tile)
{
    struct spt_net *net = material_net(text, 1);
    size_t count = (size_t)height * width;
    float *image = calloc(count, sizeof *image), *found = calloc(count, sizeof *found);

    assert_non_null(image);
    assert_non_null(found);
    material_fill(image, count, height);
    predicting_whole(net, (struct spt_predict_options){.tile = tile}, height, width,
                     found);
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++)
            assert_true(fabs((double)found[(size_t)y * width + x] -
                             find_naive(net, image, height, width, y, x)) < 1e-5);
    free(image);
    free(found);
    spt_net_free(net);
}

static void
equals_the_naive_net_at_every_pixel(void **state)
{
    (void)state;
    check_against_naive(MATERIAL_NET, 23, 31, 8);
    check_against_naive(MATERIAL_NET, 17, 14, 0);
    check_against_naive("window15 conv4-3 pool3 conv2-4 FC-5 FC-1", 19, 22, 6);
    check_against_naive("window9 conv3-4 conv2-17 pool2 FC-1", 9, 20, 4);
    check_against_naive("window5 FC-9 FC-3 FC-1", 6, 7, 3);
}

static void
the_size_of_the_tile_does_not_matter(void **state)
{
    enum {
        HEIGHT = 45,
        WIDTH = 37,
        COUNT = HEIGHT * WIDTH
    };
    static const uint32_t tiles[] = {1, 4, 8, 12, 20, 36, 37, 40, 44, 1000};
    struct spt_net *net = material_net(MATERIAL_NET, 2);
    float whole[COUNT], found[COUNT];

    (void)state;
    predicting_whole(net, (struct spt_predict_options){0}, HEIGHT, WIDTH, whole);
    for (size_t i = 0; i < sizeof tiles / sizeof tiles[0]; i++) {
        predicting_whole(net, (struct spt_predict_options){.tile = tiles[i]}, HEIGHT,
                         WIDTH, found);
        for (size_t at = 0; at < COUNT; at++)
            assert_true(fabsf(found[at] - whole[at]) < 1e-5F);
    }
    spt_net_free(net);
}

static void
a_box_is_predicted_as_in_the_whole(void **state)
{
    enum {
        HEIGHT = 37,
        WIDTH = 44,
    };
    static const struct spt_box boxes[] = {
        {0, 0, HEIGHT, WIDTH},
        {0, 0, 1, 1},
        {5, 7, 20, 9},
        {HEIGHT - 3, WIDTH - 30, 3, 30},
        {0, WIDTH - 1, HEIGHT, 1},
    };
    struct spt_net *net = material_net(MATERIAL_NET, 8);
    float image[HEIGHT * WIDTH], whole[HEIGHT * WIDTH];

    (void)state;
    material_fill(image, HEIGHT * WIDTH, 9);
    for (size_t i = 0; i < 2 * sizeof boxes / sizeof boxes[0]; i++) {
        const struct spt_box *box = &boxes[i / 2];
        const struct spt_predict_options options = {.tile = 8, .average = i % 2 == 1};
        struct guarded found = guarded_take((size_t)box->height * box->width);
        struct spt_predictor *predictor;

        assert_int_equal(spt_predictor_create(net, &options, &predictor, NULL),
                         SEPTUM_OK);
        assert_int_equal(spt_predict(predictor, image, HEIGHT, WIDTH, whole, NULL),
                         SEPTUM_OK);
        assert_int_equal(
            spt_predict_box(predictor, image, HEIGHT, WIDTH, box, found.at, NULL),
            SEPTUM_OK);
        for (uint32_t y = 0; y < box->height; y++)
            for (uint32_t x = 0; x < box->width; x++)
                assert_true(fabsf(found.at[y * box->width + x] -
                                  whole[(box->top + y) * WIDTH + box->left + x]) <
                            1e-6F);
        assert_true(guarded_intact(&found));
        guarded_free(&found);
        spt_predictor_free(predictor);
    }
    spt_net_free(net);
}

static void
check_coarse(const char *text, uint32_t every, uint32_t height, uint32_t width,
             uint32_t tile)
{
    struct spt_net *net = material_net(text, 3);
    struct spt_predict_options options = {.tile = tile};
    uint32_t rows = (height + every - 1) / every, columns = (width + every - 1) / every;
    struct guarded image = guarded_take((size_t)height * width);
    struct guarded all = guarded_take((size_t)height * width);
    struct guarded coarse = guarded_take((size_t)rows * columns);
    struct spt_predictor *predictor;

    material_fill(image.at, (size_t)height * width, height);
    assert_int_equal(spt_predictor_create(net, &options, &predictor, NULL), SEPTUM_OK);
    assert_int_equal(spt_predict_every(predictor, every, every * 5), every);
    assert_int_equal(
        spt_predict_coarse(predictor, image.at, height, width, every, coarse.at, NULL),
        SEPTUM_OK);
    assert_int_equal(spt_predict(predictor, image.at, height, width, all.at, NULL),
                     SEPTUM_OK);
    for (uint32_t y = 0; y < rows; y++)
        for (uint32_t x = 0; x < columns; x++)
            assert_true(fabsf(coarse.at[y * columns + x] -
                              all.at[y * every * width + x * every]) < 1e-5F);
    assert_true(guarded_intact(&coarse));
    spt_predictor_free(predictor);
    spt_net_free(net);
    guarded_free(&image);
    guarded_free(&all);
    guarded_free(&coarse);
}

static void
a_coarse_prediction_is_the_fine_one_at_its_pixels(void **state)
{
    static const char three[] = "window15 conv4-3 pool3 conv2-4 FC-5 FC-1";

    (void)state;
    check_coarse(MATERIAL_NET, 2, 23, 31, 8);
    check_coarse(MATERIAL_NET, 4, 23, 31, 8); /* the last tiles hang over */
    check_coarse(MATERIAL_NET, 4, 45, 16, 0);
    check_coarse(MATERIAL_NET, 1, 23, 31, 8);
    check_coarse(three, 3, 19, 22, 6);
    check_coarse(three, 3, 20, 40, 9);
}

static void
the_memory_bound_does_not_matter(void **state)
{
    enum {
        HEIGHT = 33,
        WIDTH = 41,
        COUNT = HEIGHT * WIDTH
    };
    static const uint32_t tiles[] = {4, 8, 24};
    struct spt_net *net = material_net(MATERIAL_NET, 3);
    float whole[COUNT], found[COUNT];

    (void)state;
    predicting_whole(net, (struct spt_predict_options){0}, HEIGHT, WIDTH, whole);
    for (size_t i = 0; i < 3; i++)
        for (size_t spare = 0; spare < 2; spare++) {
            struct spt_predict_options options = {
                .tile = 512, .memory = predicting_memory(net, tiles[i]) + spare};

            predicting_whole(net, options, HEIGHT, WIDTH, found);
            for (size_t at = 0; at < COUNT; at++)
                assert_true(fabsf(found[at] - whole[at]) < 1e-5F);
        }
    spt_net_free(net);
}

static void
refuses_too_little_memory_for_any_tile(void **state)
{
    struct spt_net *net = material_net(MATERIAL_NET, 4);
    struct spt_predict_options options = {.memory = predicting_memory(net, 4) - 1};
    struct spt_predictor *predictor;
    struct septum_error err = {0};
    float image[20 * 20] = {0}, membrane[20 * 20];
    char wanted[200];

    (void)state;
    membrane[0] = -7;
    assert_int_equal(spt_predictor_create(net, &options, &predictor, NULL), SEPTUM_OK);
    assert_int_equal(spt_predict(predictor, image, 20, 20, membrane, &err),
                     SEPTUM_EINVAL);
    assert_int_equal(err.status, SEPTUM_EINVAL);
    snprintf(wanted, sizeof wanted,
             "the smallest tile needs %zu bytes of working memory, more than the %zu "
             "allowed",
             predicting_memory(net, 4), predicting_memory(net, 4) - 1);
    assert_string_equal(err.text, wanted);
    assert_true(membrane[0] == -7);
    spt_predictor_free(predictor);
    spt_net_free(net);
}

static void
refuses_an_image_smaller_than_the_window(void **state)
{
    struct spt_net *net = material_net(MATERIAL_NET, 5);
    struct spt_predict_options options = {0};
    struct spt_predictor *predictor;
    struct septum_error err = {0};
    float image[13 * 20] = {0}, membrane[13 * 20];

    (void)state;
    membrane[0] = -7;
    assert_int_equal(spt_predictor_create(net, &options, &predictor, NULL), SEPTUM_OK);
    assert_int_equal(spt_predict(predictor, image, 13, 20, membrane, &err),
                     SEPTUM_EINVAL);
    assert_string_equal(err.text,
                        "20 x 13 pixels, smaller than the net's window of 14 x 14");
    assert_int_equal(spt_predict(predictor, image, 20, 13, membrane, &err),
                     SEPTUM_EINVAL);
    assert_string_equal(err.text,
                        "13 x 20 pixels, smaller than the net's window of 14 x 14");
    assert_true(membrane[0] == -7);
    assert_int_equal(spt_predict(predictor, image, 14, 14, membrane, &err), SEPTUM_OK);
    spt_predictor_free(predictor);
    spt_net_free(net);
}

static void
the_average_is_that_of_eight_turned_predictions(void **state)
{
    enum {
        HEIGHT = 21,
        WIDTH = 27,
        COUNT = HEIGHT * WIDTH
    };
    struct spt_net *net = material_net(MATERIAL_NET, 6);
    struct spt_predict_options once = {.tile = 12};
    struct spt_predictor *predictor;
    float image[COUNT], turned[COUNT], answer[COUNT], back[COUNT], found[COUNT];
    double sum[COUNT] = {0}, spread;

    (void)state;
    material_fill(image, COUNT, HEIGHT);
    assert_int_equal(spt_predictor_create(net, &once, &predictor, NULL), SEPTUM_OK);
    for (uint32_t s = 0; s < SPT_SYMMETRIES; s++) {
        uint32_t height = spt_symmetry_transposes((int)s) ? WIDTH : HEIGHT;
        uint32_t width = spt_symmetry_transposes((int)s) ? HEIGHT : WIDTH;

        spt_symmetry_floats(image, HEIGHT, WIDTH, (int)s, turned);
        assert_int_equal(spt_predict(predictor, turned, height, width, answer, NULL),
                         SEPTUM_OK);
        spt_symmetry_floats(answer, height, width, spt_symmetry_inverse((int)s), back);
        for (size_t i = 0; i < COUNT; i++)
            sum[i] += (double)back[i];
        if (!spt_symmetries_are_group(s + 1))
            continue;
        predicting_whole(net,
                         (struct spt_predict_options){
                             .tile = 12, .average = true, .symmetries = s + 1},
                         HEIGHT, WIDTH, found);
        spread = 0;
        for (size_t i = 0; i < COUNT; i++) {
            assert_true(fabs((double)found[i] - sum[i] / (s + 1)) < 1e-6);
            spread = fmax(spread, fabs((double)back[i] - sum[i] / (s + 1)));
        }
        assert_true(s == 0 || spread > 0.01); /* else they would say nothing */
    }
    predicting_whole(net, (struct spt_predict_options){.tile = 12, .average = true},
                     HEIGHT, WIDTH, answer);
    assert_memory_equal(answer, found, sizeof found); /* all, when it is not said */
    spt_predictor_free(predictor);
    spt_net_free(net);
}

static void
the_average_turns_with_the_image(void **state)
{
    enum {
        HEIGHT = 20,
        WIDTH = 26,
        COUNT = HEIGHT * WIDTH
    };
    struct spt_net *net = material_net(MATERIAL_NET, 7);
    struct spt_predict_options options = {.average = true};
    struct spt_predictor *predictor;
    float image[COUNT], turned[COUNT], plain[COUNT], found[COUNT], wanted[COUNT];

    (void)state;
    material_fill(image, COUNT, 1);
    spt_symmetry_floats(image, HEIGHT, WIDTH, 5, turned);
    assert_int_equal(spt_predictor_create(net, &options, &predictor, NULL), SEPTUM_OK);
    assert_int_equal(spt_predict(predictor, image, HEIGHT, WIDTH, plain, NULL),
                     SEPTUM_OK);
    assert_int_equal(spt_predict(predictor, turned, WIDTH, HEIGHT, found, NULL),
                     SEPTUM_OK);
    spt_symmetry_floats(plain, HEIGHT, WIDTH, 5, wanted);
    for (size_t i = 0; i < COUNT; i++)
        assert_true(fabsf(found[i] - wanted[i]) < 1e-6F);
    spt_predictor_free(predictor);
    spt_net_free(net);
}

/* A predictor serves images of any size in any order, and sees new weights. */
static void
keeps_nothing_of_the_images_before(void **state)
{
    static const uint32_t sizes[][2] = {
        {30, 20}, {14, 14}, {20, 30}, {31, 47}, {30, 20}};
    struct spt_net *net = material_net(MATERIAL_NET, 8);
    struct spt_predict_options options = {0}; /* tiles of each image's own size */
    struct spt_predictor *predictor;
    float image[31 * 47], found[31 * 47], wanted[31 * 47];

    (void)state;
    assert_int_equal(spt_predictor_create(net, &options, &predictor, NULL), SEPTUM_OK);
    for (size_t i = 0; i < 5; i++) {
        size_t count = (size_t)sizes[i][0] * sizes[i][1];

        spt_net_initialise(net, 20 + i / 2, 0);
        material_fill(image, count, sizes[i][0]);
        assert_int_equal(
            spt_predict(predictor, image, sizes[i][0], sizes[i][1], found, NULL),
            SEPTUM_OK);
        predicting_whole(net, options, sizes[i][0], sizes[i][1], wanted);
        assert_memory_equal(found, wanted, count * sizeof *found);
    }
    spt_predictor_free(predictor);
    spt_predictor_free(NULL);
    spt_net_free(net);
}

static void
bf16_predicts_nearly_the_same(void **state)
{
    enum {
        HEIGHT = 33,
        WIDTH = 41,
        COUNT = HEIGHT * WIDTH
    };
    struct spt_net *net = material_net(MATERIAL_NET, 3);
    struct spt_predict_options options = {.precision = SPT_PRECISION_BF16};
    float wide[COUNT], narrow[COUNT];

    (void)state;
    predicting_whole(net, (struct spt_predict_options){0}, HEIGHT, WIDTH, wide);
    predicting_whole(net, options, HEIGHT, WIDTH, narrow);
    for (size_t at = 0; at < COUNT; at++)
        assert_true(fabsf(narrow[at] - wide[at]) < 0.05F);
    spt_net_free(net);
}

/* ---- dropout, symmetries, features ------------------------------------------------
 */

enum {
    FEW_ROWS = 29,
    FEW_COLUMNS = 33,
    FEW = FEW_ROWS * FEW_COLUMNS
};

static struct spt_predictor *
make_predictor(struct spt_net *net, struct spt_predict_options options)
{
    struct spt_predictor *predictor;

    assert_int_equal(spt_predictor_create(net, &options, &predictor, NULL), SEPTUM_OK);
    return predictor;
}

static void
dropout_draws_by_its_key_alone(void **state)
{
    struct spt_net *net = material_net(MATERIAL_NET, 5);
    struct spt_predictor *predictor =
        make_predictor(net, (struct spt_predict_options){.tile = 16});
    float image[FEW], plain[FEW], none[FEW], one[FEW], again[FEW], other[FEW];

    (void)state;
    material_fill(image, FEW, 3);
    assert_int_equal(spt_predict(predictor, image, FEW_ROWS, FEW_COLUMNS, plain, NULL),
                     SEPTUM_OK);
    assert_int_equal(
        spt_predict_dropout(predictor, image, FEW_ROWS, FEW_COLUMNS, 0, 7, none, NULL),
        SEPTUM_OK);
    assert_memory_equal(plain, none, sizeof plain);
    assert_int_equal(
        spt_predict_dropout(predictor, image, FEW_ROWS, FEW_COLUMNS, 0.5, 7, one, NULL),
        SEPTUM_OK);
    assert_int_equal(spt_predict_dropout(predictor, image, FEW_ROWS, FEW_COLUMNS, 0.5,
                                         7, again, NULL),
                     SEPTUM_OK);
    assert_int_equal(spt_predict_dropout(predictor, image, FEW_ROWS, FEW_COLUMNS, 0.5,
                                         8, other, NULL),
                     SEPTUM_OK);
    assert_memory_equal(one, again, sizeof one);
    assert_memory_not_equal(one, plain, sizeof one);
    assert_memory_not_equal(one, other, sizeof one);
    /* Nothing of it is left behind. */
    assert_int_equal(spt_predict(predictor, image, FEW_ROWS, FEW_COLUMNS, again, NULL),
                     SEPTUM_OK);
    assert_memory_equal(plain, again, sizeof plain);
    spt_predictor_free(predictor);
    spt_net_free(net);
}

static void
symmetries_are_averaged_whatever_the_options(void **state)
{
    struct spt_net *net = material_net(MATERIAL_NET, 6);
    struct spt_predictor *one = make_predictor(net, (struct spt_predict_options){0});
    struct spt_predictor *average =
        make_predictor(net, (struct spt_predict_options){.average = true});
    float image[FEW], wanted[FEW], found[FEW];

    (void)state;
    material_fill(image, FEW, 4);
    assert_int_equal(spt_predict(average, image, FEW_ROWS, FEW_COLUMNS, wanted, NULL),
                     SEPTUM_OK);
    assert_int_equal(
        spt_predict_symmetries(one, image, FEW_ROWS, FEW_COLUMNS, found, NULL),
        SEPTUM_OK);
    assert_memory_equal(found, wanted, sizeof wanted);
    spt_predictor_free(one);
    spt_predictor_free(average);
    spt_net_free(net);
}

/* The last layer is linear: of the mean features it makes the mean logit. */
static void
check_features(uint32_t tile, enum spt_precision precision, double tolerance)
{
    struct spt_net *net = material_net(MATERIAL_NET, 7);
    const struct spt_spec *spec = spt_net_spec(net);
    const struct spt_layer *last = &spec->layer[spec->layer_count - 1];
    const float *parameters = spt_net_parameters(net);
    struct spt_predictor *predictor = make_predictor(
        net, (struct spt_predict_options){.tile = tile, .precision = precision});
    struct spt_grid grid = spt_grid_of(FEW_ROWS, FEW_COLUMNS, 14); /* 2 x 2 */
    float image[FEW], plain[FEW], found[FEW];
    struct guarded features = guarded_take((size_t)4 * 7);

    material_fill(image, FEW, 5);
    assert_int_equal(spt_predict_feature_count(predictor), 7);
    assert_int_equal(spt_predict(predictor, image, FEW_ROWS, FEW_COLUMNS, plain, NULL),
                     SEPTUM_OK);
    assert_int_equal(spt_predict_features(predictor, image, FEW_ROWS, FEW_COLUMNS,
                                          &grid, found, features.at, NULL),
                     SEPTUM_OK);
    assert_memory_equal(plain, found, sizeof plain);
    assert_true(guarded_intact(&features));
    for (size_t w = 0; w < 4; w++) {
        double mean = 0, logit = (double)parameters[last->biases];

        for (size_t i = 0; i < (size_t)14 * 14; i++) {
            size_t at = (w / 2 * 14 + i / 14) * FEW_COLUMNS + w % 2 * 14 + i % 14;
            double p = (double)found[at];

            mean += log(p / (1 - p)) / (14 * 14);
        }
        for (size_t c = 0; c < 7; c++) {
            assert_true(features.at[w * 7 + c] >= 0); /* behind a ReLU */
            logit +=
                (double)features.at[w * 7 + c] * (double)parameters[last->weights + c];
        }
        assert_true(fabs(logit - mean) < tolerance);
    }
    guarded_free(&features);
    spt_predictor_free(predictor);
    spt_net_free(net);
}

static void
features_are_what_the_last_layer_sees_on_average(void **state)
{
    (void)state;
    check_features(0, SPT_PRECISION_F32, 1e-4);
    check_features(4, SPT_PRECISION_F32, 1e-4);
    check_features(12, SPT_PRECISION_F32, 1e-4);
    check_features(20, SPT_PRECISION_F32, 1e-4);
    check_features(20, SPT_PRECISION_BF16, 1e-4);
}

static void
refuses_features_of_a_net_that_has_none_of_a_pixel(void **state)
{
    struct spt_net *net = material_net("window9 conv3-4 conv2-17 pool2 FC-1", 8);
    struct spt_predictor *predictor =
        make_predictor(net, (struct spt_predict_options){0});
    struct spt_grid grid = spt_grid_of(FEW_ROWS, FEW_COLUMNS, 9);
    float image[FEW] = {0}, found[FEW], features[9];
    struct septum_error err = {0};

    (void)state;
    assert_int_equal(spt_predict_feature_count(predictor), 0);
    assert_int_equal(spt_predict_features(predictor, image, FEW_ROWS, FEW_COLUMNS,
                                          &grid, found, features, &err),
                     SEPTUM_EINVAL);
    assert_string_equal(
        err.text,
        "the net's last layer looks at more than one place, so that no features belong "
        "to a pixel; a net that ends in two or more FC layers has them");
    spt_predictor_free(predictor);
    spt_net_free(net);
}

/* Alive for as many passes as are left. */
static bool
is_alive(void *user, double fraction)
{
    int *left = user;

    (void)fraction;
    return (*left)-- > 0;
}

static void
stops_between_passes_when_told_to(void **state)
{
    struct spt_net *net = material_net(MATERIAL_NET, 3);
    int left = 2;
    struct spt_predict_options options = {.tile = 8, .watch = {is_alive, &left}};
    float image[40 * 40], membrane[40 * 40];
    struct spt_predictor *predictor;

    (void)state;
    material_fill(image, 40 * 40, 1);
    assert_int_equal(spt_predictor_create(net, &options, &predictor, NULL), SEPTUM_OK);
    assert_int_equal(spt_predict(predictor, image, 40, 40, membrane, NULL),
                     SEPTUM_ESTOPPED);
    assert_int_equal(left, -1);
    left = 0;
    assert_int_equal(spt_predict_coarse(predictor, image, 40, 40, 4, membrane, NULL),
                     SEPTUM_ESTOPPED);
    left = 1000; /* and is of use afterwards */
    assert_int_equal(spt_predict(predictor, image, 40, 40, membrane, NULL), SEPTUM_OK);
    spt_predictor_free(predictor);
    spt_net_free(net);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_the_naive_net_at_every_pixel),
        cmocka_unit_test(the_size_of_the_tile_does_not_matter),
        cmocka_unit_test(a_box_is_predicted_as_in_the_whole),
        cmocka_unit_test(a_coarse_prediction_is_the_fine_one_at_its_pixels),
        cmocka_unit_test(the_memory_bound_does_not_matter),
        cmocka_unit_test(refuses_too_little_memory_for_any_tile),
        cmocka_unit_test(refuses_an_image_smaller_than_the_window),
        cmocka_unit_test(the_average_is_that_of_eight_turned_predictions),
        cmocka_unit_test(the_average_turns_with_the_image),
        cmocka_unit_test(keeps_nothing_of_the_images_before),
        cmocka_unit_test(stops_between_passes_when_told_to),
        cmocka_unit_test(bf16_predicts_nearly_the_same),
        cmocka_unit_test(dropout_draws_by_its_key_alone),
        cmocka_unit_test(symmetries_are_averaged_whatever_the_options),
        cmocka_unit_test(features_are_what_the_last_layer_sees_on_average),
        cmocka_unit_test(refuses_features_of_a_net_that_has_none_of_a_pixel),
    };

    /* Threads that wait for each other at every tiny layer are slow where other
     * programs hold the cores. */
    spt_engine_threads(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
