/*
 * test_filters.c - the picture of a first layer, weight by weight.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "image/set.h"
#include "support/scratch.h"
#include "support/stripes.h"
#include "train/model_file.h"

/* Four filters of 3 x 3: at 32 pixels or more, each weight is 11 pixels wide. */
#define ZOOM 11
#define SIDE (2 + 2 * (3 * ZOOM + 2))

static struct septum_model *
make_model(const float weights[9])
{
    struct spt_model model = stripes_model(1);
    const char *path = scratch_path("filters.onnx");
    struct septum_model *loaded;

    for (int i = 0; i < 9; i++)
        model.parameters[9 + i] = weights[i]; /* of the second filter */
    assert_int_equal(spt_model_write(&model, path, true, NULL), SEPTUM_OK);
    spt_model_clear(&model);
    assert_int_equal(septum_model_load(path, &loaded, NULL), SEPTUM_OK);
    return loaded;
}

static void
read_sheet(const char *path, float *pixels)
{
    struct spt_set set = {0};

    assert_int_equal(spt_set_open(&path, 1, &set, NULL), SEPTUM_OK);
    assert_int_equal(set.pages[0].height, SIDE);
    assert_int_equal(set.pages[0].width, SIDE);
    assert_int_equal(spt_page_read(&set.pages[0], pixels, NULL), SEPTUM_OK);
    spt_set_clear(&set);
}

static void
draws_each_weight_on_its_filters_own_scale(void **state)
{
    const float weights[9] = {0, 1, -1, 2, -2, 0.5F, 0, 0, 4};
    const int greys[9] = {128, 160, 96, 192, 65, 144, 128, 128, 255};
    static float pixels[SIDE * SIDE];
    struct septum_model *model = make_model(weights);

    (void)state;
    assert_int_equal(
        septum_model_filters(model, scratch_path("sheet.png"), false, NULL), SEPTUM_OK);
    read_sheet(scratch_path("sheet.png"), pixels);
    for (int y = 0; y < 3 * ZOOM; y++)
        for (int x = 0; x < 3 * ZOOM; x++) {
            int grey = (int)pixels[(2 + y) * SIDE + 2 + 3 * ZOOM + 2 + x];

            assert_in_range(grey, greys[y / ZOOM * 3 + x / ZOOM] - 1,
                            greys[y / ZOOM * 3 + x / ZOOM] + 1);
        }
    for (int i = 0; i < SIDE; i++)
        assert_true(pixels[i] == 255 && pixels[(3 * ZOOM + 3) * SIDE + i] == 255);
    septum_model_free(model);
}

static void
shows_a_filter_of_zeros_as_grey(void **state)
{
    const float weights[9] = {0};
    static float pixels[SIDE * SIDE];
    struct septum_model *model = make_model(weights);

    (void)state;
    assert_int_equal(
        septum_model_filters(model, scratch_path("zeros.png"), false, NULL), SEPTUM_OK);
    read_sheet(scratch_path("zeros.png"), pixels);
    assert_true(pixels[20 * SIDE + 50] == 128);
    septum_model_free(model);
}

static void
replaces_a_file_only_by_force(void **state)
{
    const float weights[9] = {1};
    struct septum_model *model = make_model(weights);
    const char *path = scratch_write("there.png", "x", 1);

    (void)state;
    assert_int_not_equal(septum_model_filters(model, path, false, NULL), SEPTUM_OK);
    assert_int_equal(septum_model_filters(model, path, true, NULL), SEPTUM_OK);
    septum_model_free(model);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_each_weight_on_its_filters_own_scale),
        cmocka_unit_test(shows_a_filter_of_zeros_as_grey),
        cmocka_unit_test(replaces_a_file_only_by_force),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
