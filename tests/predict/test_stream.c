/*
 * test_stream.c - an image that comes and goes some rows at a time, against the same
 * one as a whole.
 */
#include "predict/predict.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/material.h"
#include "support/predicting.h"

struct source {
    const float *image;
    float *found;
    uint32_t width, height;
    uint32_t read, written;         /* rows so far */
    uint32_t largest;               /* rows that were in memory at a time, at most */
    uint32_t fail_read, fail_write; /* at this row; 0 = not */
    uint32_t asked, stop;           /* by the watch so often; when to stop, 0 = not */
    double fraction;                /* that the watch was told last */
};

static enum septum_status
give_rows(void *user, uint32_t top, uint32_t count, float *pixels,
          struct septum_error *err)
{
    struct source *source = user;

    assert_int_equal(top, source->read); /* each once and in order */
    assert_true(count > 0 && count <= source->height - top);
    if (source->fail_read > 0 && top + count > source->fail_read)
        return spt_fail(err, SEPTUM_EIO, "no more rows");
    memcpy(pixels, source->image + (size_t)top * source->width,
           (size_t)count * source->width * sizeof *pixels);
    source->read += count;
    if (source->read - source->written > source->largest)
        source->largest = source->read - source->written;
    return SEPTUM_OK;
}

static enum septum_status
take_rows(void *user, uint32_t count, const float *membrane, struct septum_error *err)
{
    struct source *source = user;

    assert_true(count <= source->height - source->written);
    if (source->fail_write > 0 && source->written + count > source->fail_write)
        return spt_fail(err, SEPTUM_EIO, "no more room");
    memcpy(source->found + (size_t)source->written * source->width, membrane,
           (size_t)count * source->width * sizeof *membrane);
    source->written += count;
    return SEPTUM_OK;
}

static bool
is_alive(void *user, double fraction)
{
    struct source *source = user;

    source->fraction = fraction;
    return ++source->asked != source->stop;
}

static enum septum_status
stream_rows(struct spt_predictor *predictor, struct source *source, uint64_t taken,
            struct septum_error *err)
{
    const struct spt_predict_stream stream = {
        .name = "a.tif",
        .height = source->height,
        .width = source->width,
        .taken = taken,
        .read = give_rows,
        .write = take_rows,
        .user = source,
        .watch = {is_alive, source},
    };

    return spt_predict_stream(predictor, &stream, err);
}

static void
a_stream_gives_the_bits_of_the_whole_image(void **state)
{
    static const uint32_t sizes[][2] = {{60, 33}, {14, 70}, {31, 14}, {56, 16}};
    static const uint32_t tiles[] = {4, 8, 12, 100};
    struct spt_net *net = material_net(MATERIAL_NET, 9);
    float image[60 * 33], whole[60 * 33], found[60 * 33];

    (void)state;
    material_fill(image, 60 * 33, 1);
    for (size_t i = 0; i < 32; i++) {
        const uint32_t *size = sizes[i % 4];
        struct spt_predict_options options = {.tile = tiles[i / 4 % 4],
                                              .average = i >= 16};
        struct source source = {
            .image = image, .found = found, .height = size[0], .width = size[1]};
        struct spt_predictor *predictor;

        assert_int_equal(spt_predictor_create(net, &options, &predictor, NULL),
                         SEPTUM_OK);
        assert_int_equal(spt_predict(predictor, image, size[0], size[1], whole, NULL),
                         SEPTUM_OK);
        assert_int_equal(stream_rows(predictor, &source, 0, NULL), SEPTUM_OK);
        assert_int_equal(source.read, size[0]);
        assert_int_equal(source.written, size[0]);
        assert_memory_equal(found, whole, (size_t)size[0] * size[1] * sizeof *found);
        if (tiles[i / 4 % 4] == 8)
            assert_true(source.largest <= 8 + 14);
        spt_predictor_free(predictor);
    }
    spt_net_free(net);
}

/* The bands count: what is left for the pass makes the tile smaller, in the end too
 * small, and what the caller says that he takes counts as well. */
static void
a_stream_stays_inside_the_memory_bound(void **state)
{
    enum {
        HEIGHT = 90,
        WIDTH = 35,
    };
    struct spt_net *net = material_net(MATERIAL_NET, 10);
    size_t smallest =
        predicting_memory(net, 4) + sizeof(float) * WIDTH * ((4 + 14) + 4);
    float image[HEIGHT * WIDTH], whole[HEIGHT * WIDTH], found[HEIGHT * WIDTH];
    char wanted[200];

    (void)state;
    predicting_whole(net, (struct spt_predict_options){0}, HEIGHT, WIDTH, whole);
    material_fill(image, HEIGHT * WIDTH, HEIGHT);
    for (size_t spare = 0; spare < 3; spare++) {
        struct spt_predict_options options = {.memory = smallest + 77 + spare};
        struct source source = {
            .image = image, .found = found, .height = HEIGHT, .width = WIDTH};
        struct spt_predictor *predictor;
        struct septum_error err = {0};

        assert_int_equal(spt_predictor_create(net, &options, &predictor, NULL),
                         SEPTUM_OK);
        assert_int_equal(stream_rows(predictor, &source, 77, NULL), SEPTUM_OK);
        assert_true(source.largest <= 4 + 14);
        for (size_t i = 0; i < HEIGHT * WIDTH; i++)
            assert_true(fabsf(found[i] - whole[i]) < 1e-5F);
        source.read = source.written = 0;
        assert_int_equal(stream_rows(predictor, &source, 78 + spare, &err),
                         SEPTUM_EINVAL);
        snprintf(wanted, sizeof wanted,
                 "a.tif: the smallest tile needs %zu bytes of working memory, more "
                 "than the %zu allowed",
                 smallest + 78 + spare, smallest + 77 + spare);
        assert_string_equal(err.text, wanted);
        assert_int_equal(source.read, 0);
        spt_predictor_free(predictor);
    }
    spt_net_free(net);
}

static void
a_stream_passes_on_what_goes_wrong(void **state)
{
    struct spt_net *net = material_net(MATERIAL_NET, 11);
    struct spt_predict_options options = {.tile = 8};
    float image[50 * 20] = {0}, found[50 * 20];
    struct source cut = {
        .image = image, .found = found, .height = 50, .width = 20, .fail_read = 30};
    struct source full = {
        .image = image, .found = found, .height = 50, .width = 20, .fail_write = 17};
    struct source small = {.image = image, .found = found, .height = 13, .width = 20};
    struct spt_predictor *predictor;
    struct septum_error err = {0};

    (void)state;
    assert_int_equal(spt_predictor_create(net, &options, &predictor, NULL), SEPTUM_OK);
    assert_int_equal(stream_rows(predictor, &cut, 0, &err), SEPTUM_EIO);
    assert_string_equal(err.text, "no more rows");
    assert_int_equal(cut.written, 16);
    assert_int_equal(stream_rows(predictor, &full, 0, &err), SEPTUM_EIO);
    assert_string_equal(err.text, "no more room");
    assert_int_equal(full.written, 16);
    assert_int_equal(stream_rows(predictor, &small, 0, &err), SEPTUM_EINVAL);
    assert_string_equal(
        err.text, "a.tif: 20 x 13 pixels, smaller than the net's window of 14 x 14");
    spt_predictor_free(predictor);
    spt_net_free(net);
}

/* Of a wide image a row of tiles, eight times each, would be long to wait for. */
static void
a_stream_stops_between_two_passes(void **state)
{
    struct spt_net *net = material_net(MATERIAL_NET, 11);
    struct spt_predict_options options = {.tile = 8, .average = true};
    float image[50 * 20] = {0}, found[50 * 20];
    const uint32_t passes = 7 * 3 * 8; /* tiles down, across, symmetries */
    struct source stopped = {
        .image = image, .found = found, .height = 50, .width = 20, .stop = 30};
    struct source whole = {.image = image, .found = found, .height = 50, .width = 20};
    struct spt_predictor *predictor;
    struct septum_error err = {0};

    (void)state;
    assert_int_equal(spt_predictor_create(net, &options, &predictor, NULL), SEPTUM_OK);
    assert_int_equal(stream_rows(predictor, &stopped, 0, &err), SEPTUM_ESTOPPED);
    assert_int_equal(stopped.asked, 30);
    assert_true(stopped.fraction == 29.0 / passes);
    assert_int_equal(stopped.written, 8); /* the row of tiles that was whole */
    assert_int_equal(stream_rows(predictor, &whole, 0, &err), SEPTUM_OK);
    assert_int_equal(whole.asked, passes);
    assert_true(whole.fraction == (passes - 1.0) / passes);
    spt_predictor_free(predictor);
    spt_net_free(net);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_gives_the_bits_of_the_whole_image),
        cmocka_unit_test(a_stream_stays_inside_the_memory_bound),
        cmocka_unit_test(a_stream_passes_on_what_goes_wrong),
        cmocka_unit_test(a_stream_stops_between_two_passes),
    };

    /* Threads that wait for each other at every tiny layer are slow where other
     * programs hold the cores. */
    spt_engine_threads(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
