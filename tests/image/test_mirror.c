/*
 * Mirrored borders, against a walk that turns round at each end.
 */
#include "image/mirror.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEIGHT 3
#define WIDTH 5
#define SIDE 17

/* Step from 0 to `at`, turning round at both ends: the definition. */
static uint32_t
walk_to(int64_t at, uint32_t size)
{
    int64_t place = 0, step = 1, count = at < 0 ? -at : at;

    if (size == 1)
        return 0;
    while (count-- > 0) { /* the pattern is symmetric about 0 */
        if (place + step < 0 || place + step >= size)
            step = -step;
        place += step;
    }
    return (uint32_t)place;
}

static void
does_not_repeat_the_border(void **state)
{
    static const uint32_t expected[] = {3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1};

    (void)state;
    for (int i = 0; i < 11; i++)
        assert_int_equal(spt_mirror_index(i - 3, 4), expected[i]);
}

static void
reflects_as_a_walk_does(void **state)
{
    (void)state;
    for (uint32_t size = 1; size <= 9; size++)
        for (int64_t at = -60; at <= 60; at++)
            assert_int_equal(spt_mirror_index(at, size), walk_to(at, size));
}

static void
reflects_far_away_and_in_the_largest_images(void **state)
{
    (void)state;
    assert_int_equal(spt_mirror_index(INT64_C(6000000000000000001), 4), 1);
    assert_int_equal(spt_mirror_index(INT64_C(-6000000000000000001), 4), 1);
    assert_int_equal(spt_mirror_index(-1, UINT32_MAX), 1);
    assert_int_equal(spt_mirror_index(UINT32_MAX, UINT32_MAX), UINT32_MAX - 2);
}

/* From a band of the whole image. */
static void
crop(const float *image, uint32_t height, uint32_t width, int64_t top, int64_t left,
     uint32_t out_height, uint32_t out_width, float *out)
{
    const struct spt_band all = {.pixels = image, .height = height, .width = width};

    spt_mirror_crop_band(&all, top, left, out_height, out_width, out);
}

static void
crops_any_rectangle(void **state)
{
    float image[HEIGHT * WIDTH], out[SIDE * SIDE + 1];

    (void)state;
    for (int i = 0; i < HEIGHT * WIDTH; i++)
        image[i] = (float)i;
    for (int64_t top = -20; top <= 20; top += 4) {
        for (int64_t left = -20; left <= 20; left++) {
            out[SIDE * (SIDE - 1)] = -7;
            crop(image, HEIGHT, WIDTH, top, left, SIDE - 1, SIDE, out);
            for (int y = 0; y < SIDE - 1; y++) {
                for (int x = 0; x < SIDE; x++) {
                    uint32_t from =
                        walk_to(top + y, HEIGHT) * WIDTH + walk_to(left + x, WIDTH);

                    assert_true(out[y * SIDE + x] == image[from]);
                }
            }
            assert_true(out[SIDE * (SIDE - 1)] == -7); /* not written beyond */
        }
    }
}

/* Rows 2 to 5 of the image alone, for every rectangle that shows no others. */
static void
crops_from_a_band_of_rows(void **state)
{
    float image[8 * WIDTH], band_pixels[4 * WIDTH], out[3 * SIDE], wanted[3 * SIDE];
    const struct spt_band band = {
        .pixels = band_pixels, .first = 2, .height = 8, .width = WIDTH};

    (void)state;
    for (int i = 0; i < 8 * WIDTH; i++)
        image[i] = (float)i;
    memcpy(band_pixels, image + 2 * WIDTH, sizeof band_pixels);
    for (int64_t top = 2; top <= 3; top++)
        for (int64_t left = -9; left <= 9; left++) {
            crop(image, 8, WIDTH, top, left, 3, SIDE, wanted);
            spt_mirror_crop_band(&band, top, left, 3, SIDE, out);
            assert_memory_equal(out, wanted, sizeof out);
            /* The same rows, mirrored at the last one. */
            crop(image, 8, WIDTH, 14 - top - 2, left, 3, SIDE, wanted);
            spt_mirror_crop_band(&band, 14 - top - 2, left, 3, SIDE, out);
            assert_memory_equal(out, wanted, sizeof out);
        }
}

static void
extends_a_single_pixel(void **state)
{
    float pixel = 4, out[6] = {0};

    (void)state;
    crop(&pixel, 1, 1, -5, 3, 2, 3, out);
    for (int i = 0; i < 6; i++)
        assert_true(out[i] == 4);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(does_not_repeat_the_border),
        cmocka_unit_test(reflects_as_a_walk_does),
        cmocka_unit_test(reflects_far_away_and_in_the_largest_images),
        cmocka_unit_test(crops_any_rectangle),
        cmocka_unit_test(crops_from_a_band_of_rows),
        cmocka_unit_test(extends_a_single_pixel),
    };

    return cmocka_run_group_tests_name("mirror", tests, NULL, NULL);
}
