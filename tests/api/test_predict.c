/*
 * test_predict.c - septum_predict(): an image in memory, and what it refuses of one.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "septum.h"
#include "support/scratch.h"
#include "support/stripes.h"
#include "train/model_file.h"

#define HEIGHT 20
#define WIDTH 24
#define COUNT (HEIGHT * WIDTH)

static struct septum_model *model;

static int
load_model(void **state)
{
    struct spt_model made = stripes_model(1);
    const char *path = scratch_path("model.onnx");
    bool written = spt_model_write(&made, path, false, NULL) == SEPTUM_OK;

    (void)state;
    spt_model_clear(&made);
    return written && septum_model_load(path, &model, NULL) == SEPTUM_OK ? 0 : -1;
}

static int
free_model(void **state)
{
    (void)state;
    septum_model_free(model);
    return 0;
}

static void
fill(float *pixels)
{
    for (int i = 0; i < COUNT; i++)
        pixels[i] = (float)(i * 7 % 64);
}

static void
answers_every_pixel_by_a_probability(void **state)
{
    float pixels[COUNT], membrane[COUNT + 1];

    (void)state;
    fill(pixels);
    for (int i = 0; i <= COUNT; i++)
        membrane[i] = -1;
    assert_int_equal(septum_predict(model, pixels, HEIGHT, WIDTH, 0, membrane, NULL),
                     SEPTUM_OK);
    for (int i = 0; i < COUNT; i++)
        assert_true(membrane[i] >= 0 && membrane[i] <= 1);
    assert_true(membrane[COUNT] == -1);
}

static void
assert_refused(const float *pixels, uint32_t height, uint32_t width,
               const char *sentence)
{
    struct septum_error err = {0};
    float membrane[COUNT];

    for (int i = 0; i < COUNT; i++)
        membrane[i] = -1;
    assert_int_equal(septum_predict(model, pixels, height, width, 0, membrane, &err),
                     SEPTUM_EINVAL);
    assert_int_equal(err.status, SEPTUM_EINVAL);
    assert_string_equal(err.text, sentence);
    for (int i = 0; i < COUNT; i++)
        assert_true(membrane[i] == -1);
}

static void
refuses_a_pixel_that_is_no_number_and_says_where(void **state)
{
    float pixels[COUNT];

    (void)state;
    fill(pixels);
    pixels[3 * WIDTH + 5] = NAN;
    assert_refused(pixels, HEIGHT, WIDTH,
                   "the value at row 3, column 5 is not a number (NaN); Septum needs a "
                   "number for every pixel");
    fill(pixels);
    pixels[COUNT - 1] = -INFINITY;
    assert_refused(pixels, HEIGHT, WIDTH,
                   "the value at row 19, column 23 is infinite; Septum needs a number "
                   "for every pixel");
}

static void
refuses_an_image_smaller_than_the_window_or_of_no_pixel(void **state)
{
    float pixels[COUNT];

    (void)state;
    fill(pixels);
    assert_refused(pixels, STRIPES_WINDOW, STRIPES_WINDOW - 1,
                   "15 x 16 pixels, smaller than the net's window of 16 x 16");
    assert_refused(pixels, 0, 0,
                   "0 x 0 pixels, smaller than the net's window of 16 x 16");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_every_pixel_by_a_probability),
        cmocka_unit_test(refuses_a_pixel_that_is_no_number_and_says_where),
        cmocka_unit_test(refuses_an_image_smaller_than_the_window_or_of_no_pixel),
    };

    return cmocka_run_group_tests(tests, load_model, free_model);
}
