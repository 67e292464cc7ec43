/*
 * The side of a tile: one of those tried, remembered for its own case, and taken by
 * segment, whose answers it hardly changes.
 */
#include "predict/tile_choice.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "image/set.h"
#include "septum.h"
#include "support/material.h"
#include "support/scratch.h"
#include "support/whole_tiff.h"
#include "train/model_file.h"

#define SIDE 150
#define PIXELS ((size_t)SIDE * SIDE)

static int
use_own_cache(void **state)
{
    (void)state;
    return setenv("XDG_CACHE_HOME", scratch_path("cache"), 1);
}

static void
finds_one_of_the_sides_rounded_to_the_stride(void **state)
{
    struct spt_net *net = material_net("window14 conv3-2 pool3 FC-3 FC-1", 1);
    uint32_t side = 0;

    (void)state;
    assert_int_equal(
        spt_tile_measure(net, SPT_PRECISION_F32, &(struct spt_watch){0}, &side, NULL),
        SEPTUM_OK);
    assert_true(side == 129 || side == 258 || side == 384 || side == 513 ||
                side == 768);
    spt_net_free(net);
}

static bool
stop_at_once(void *user, double fraction)
{
    (void)user;
    assert_true(fraction == 0);
    return false;
}

static void
stops_when_asked_to(void **state)
{
    const struct spt_watch watch = {stop_at_once, NULL};
    struct spt_net *net = material_net(MATERIAL_NET, 1);
    uint32_t side = 0;

    (void)state;
    assert_int_equal(spt_tile_measure(net, SPT_PRECISION_F32, &watch, &side, NULL),
                     SEPTUM_ESTOPPED);
    spt_net_free(net);
}

static void
is_remembered_for_its_own_case(void **state)
{
    struct spt_net *net = material_net(MATERIAL_NET, 1);
    struct spt_net *other = material_net("window14 conv3-6 pool2 conv3-5 FC-7 FC-1", 1);
    const struct spt_spec *spec = spt_net_spec(net);

    (void)state;
    assert_int_equal(spt_tile_recall(spec, SPT_PRECISION_F32, 1), 0);
    assert_true(spt_tile_keep(spec, SPT_PRECISION_F32, 1, 256));
    assert_int_equal(spt_tile_recall(spec, SPT_PRECISION_F32, 1), 256);
    assert_int_equal(spt_tile_recall(spec, SPT_PRECISION_F32, 2), 0);
    assert_int_equal(spt_tile_recall(spt_net_spec(other), SPT_PRECISION_F32, 1), 0);
    /* Nothing that measuring could have found. */
    assert_true(spt_tile_keep(spec, SPT_PRECISION_F32, 1, 255));
    assert_int_equal(spt_tile_recall(spec, SPT_PRECISION_F32, 1), 0);
    assert_true(spt_tile_keep(spec, SPT_PRECISION_F32, 1, 1U << 20));
    assert_int_equal(spt_tile_recall(spec, SPT_PRECISION_F32, 1), 0);
    spt_net_free(net);
    spt_net_free(other);
}

/* Segment the image with that side, 0 = as segment likes, on one thread. */
static void
segment(uint32_t tile, float *found)
{
    char *image = strdup(scratch_path("image.tif"));
    const char *path = scratch_path("out/image.tif");
    const struct septum_segment_options options = {
        .model = scratch_path("model.onnx"),
        .images = {.paths = (const char *const[]){image}, .count = 1},
        .directory = scratch_path("out"),
        .tile = tile,
        .threads = 1,
        .force = true,
    };
    struct spt_set set = {0};
    struct septum_error err = {0};

    if (septum_segment(&options, &err) != SEPTUM_OK)
        fail_msg("%s", err.text);
    assert_int_equal(spt_set_open(&path, 1, &set, NULL), SEPTUM_OK);
    assert_int_equal(spt_page_read(&set.pages[0], found, NULL), SEPTUM_OK);
    spt_set_clear(&set);
    free(image);
}

/* Winograd's filtering rounds differently in tiles that begin elsewhere, by which a
 * tile's side is seen. */
static void
segment_takes_the_side_that_was_kept(void **state)
{
    static float image[PIXELS], whole[PIXELS], small[PIXELS], kept[PIXELS];
    struct spt_net *net = material_net("window20 conv5-48 pool2 conv5-48 FC-8 FC-1", 1);
    const struct spt_spec *spec = spt_net_spec(net);
    struct spt_model model = {0};

    (void)state;
    material_fill(image, PIXELS, 2);
    assert_int_equal(
        whole_tiff_floats(scratch_path("image.tif"), image, SIDE, SIDE, 0, false, NULL),
        SEPTUM_OK);
    assert_int_equal(spt_model_init(&model, spec, NULL), SEPTUM_OK);
    memcpy(model.parameters, spt_net_parameters(net),
           spec->parameter_count * sizeof(float));
    assert_int_equal(spt_model_write(&model, scratch_path("model.onnx"), false, NULL),
                     SEPTUM_OK);
    segment(0, whole);
    segment(32, small);
    assert_true(memcmp(whole, small, sizeof whole) != 0);
    assert_true(spt_tile_keep(spec, SPT_PRECISION_F32, 1, 32));
    segment(0, kept);
    assert_memory_equal(kept, small, sizeof kept);
    for (size_t i = 0; i < PIXELS; i++)
        assert_true(fabsf(whole[i] - kept[i]) <= 1e-5F);
    spt_model_clear(&model);
    spt_net_free(net);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_one_of_the_sides_rounded_to_the_stride),
        cmocka_unit_test(stops_when_asked_to),
        cmocka_unit_test(is_remembered_for_its_own_case),
        cmocka_unit_test(segment_takes_the_side_that_was_kept),
    };

    return cmocka_run_group_tests(tests, use_own_cache, NULL);
}
