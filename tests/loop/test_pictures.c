/*
 * test_pictures.c - images as pictures: which part, which colour, which pixel.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "loop/pictures.h"

#define HEIGHT 26
#define WIDTH 35
#define SIDE 8 /* 3 x 4 windows; strips of 2 rows and 3 columns are left over */

static const struct spt_grid grid = {SIDE, 3, 4};

/* An image whose intensities rise to the right and whose labels are a chequerboard. */
struct canvas {
    float pixels[HEIGHT * WIDTH], membrane[HEIGHT * WIDTH];
    uint8_t labels[HEIGHT * WIDTH];
    struct spt_sample sample;
};

static void
init_canvas(struct canvas *canvas)
{
    for (size_t at = 0; at < (size_t)HEIGHT * WIDTH; at++) {
        size_t y = at / WIDTH, x = at % WIDTH;

        canvas->pixels[at] = (float)x / 16 - 1;
        canvas->labels[at] = (uint8_t)((x + y) % 3);
        canvas->membrane[at] = (float)y / 32;
    }
    canvas->sample = (struct spt_sample){
        .height = HEIGHT,
        .width = WIDTH,
        .pixels = canvas->pixels,
        .labels = canvas->labels,
    };
}

static const uint8_t *
pixel_at(const struct spt_figure *picture, size_t y, size_t x)
{
    return picture->pixels + 3 * (y * picture->width + x);
}

static void
assert_colour(const uint8_t *pixel, int red, int green, int blue)
{
    assert_int_equal(pixel[0], red);
    assert_int_equal(pixel[1], green);
    assert_int_equal(pixel[2], blue);
}

static void
assert_view(struct spt_view view, uint32_t top, uint32_t left, uint32_t height,
            uint32_t width)
{
    assert_int_equal(view.top, top);
    assert_int_equal(view.left, left);
    assert_int_equal(view.height, height);
    assert_int_equal(view.width, width);
}

/* ---- views ----------------------------------------------------------------------- */

static void
the_middle_of_an_image_is_as_large_as_it_may_be(void **state)
{
    static struct canvas canvas;

    (void)state;
    init_canvas(&canvas);
    assert_view(spt_view_middle(&canvas.sample, 10), 8, 12, 10, 10);
    assert_view(spt_view_middle(&canvas.sample, 30), 0, 2, 26, 30);
    assert_view(spt_view_middle(&canvas.sample, 500), 0, 0, 26, 35);
    assert_view(spt_view_middle(&canvas.sample, 1), 12, 17, 1, 1);
}

static void
a_region_is_seen_with_half_a_window_around_it_inside_the_image(void **state)
{
    static struct canvas canvas;
    size_t corner[] = {0}, end[] = {11}, middle[] = {5}, bent[] = {2, 5, 6};

    (void)state;
    init_canvas(&canvas);
    assert_view(spt_view_region(&canvas.sample, &grid,
                                &(struct spt_region){.windows = corner, .count = 1}),
                0, 0, 12, 12);
    assert_view(spt_view_region(&canvas.sample, &grid,
                                &(struct spt_region){.windows = end, .count = 1}),
                12, 20, 14, 15);
    assert_view(spt_view_region(&canvas.sample, &grid,
                                &(struct spt_region){.windows = middle, .count = 1}),
                4, 4, 16, 16);
    assert_view(spt_view_region(&canvas.sample, &grid,
                                &(struct spt_region){.windows = bent, .count = 3}),
                0, 4, 20, 24);
}

/* ---- colours --------------------------------------------------------------------- */

static void
an_image_is_grey_from_black_to_white_but_for_outliers(void **state)
{
    static struct canvas canvas;
    const struct spt_view view = {3, 5, 7, 20};
    struct spt_figure picture = {0};

    (void)state;
    init_canvas(&canvas);
    canvas.pixels[4 * WIDTH + 6] = -50;
    canvas.pixels[4 * WIDTH + 7] = 50;
    assert_int_equal(spt_picture_image(&canvas.sample, NULL, view, &picture, NULL),
                     SEPTUM_OK);
    assert_int_equal(picture.height, 7);
    assert_int_equal(picture.width, 20);
    assert_null(picture.caption);
    assert_colour(pixel_at(&picture, 0, 11), 120, 120, 120); /* 255 * 16 / 34 */
    assert_colour(pixel_at(&picture, 6, 0), 38, 38, 38);     /* 255 * 5 / 34 */
    assert_colour(pixel_at(&picture, 6, 19), 180, 180, 180); /* 255 * 24 / 34 */
    assert_colour(pixel_at(&picture, 1, 1), 0, 0, 0);
    assert_colour(pixel_at(&picture, 1, 2), 255, 255, 255);
    free(picture.pixels);
}

static void
labels_known_as_membrane_are_tinted_and_no_others(void **state)
{
    static struct canvas canvas;
    const struct spt_view view = {1, 2, 20, 30};
    struct spt_figure plain = {0}, picture = {0};

    (void)state;
    init_canvas(&canvas);
    assert_int_equal(spt_picture_image(&canvas.sample, NULL, view, &plain, NULL),
                     SEPTUM_OK);
    assert_int_equal(
        spt_picture_image(&canvas.sample, canvas.labels, view, &picture, NULL),
        SEPTUM_OK);
    for (size_t y = 0; y < 20; y++)
        for (size_t x = 0; x < 30; x++) {
            int grey = pixel_at(&plain, y, x)[0];

            if ((y + 1 + x + 2) % 3 == SPT_LABEL_MEMBRANE)
                assert_colour(pixel_at(&picture, y, x), (grey + 230) / 2,
                              (grey + 130) / 2, (grey + 20) / 2);
            else
                assert_colour(pixel_at(&picture, y, x), grey, grey, grey);
        }
    free(plain.pixels);
    free(picture.pixels);
}

static void
membrane_is_black_in_a_picture_of_probabilities(void **state)
{
    static struct canvas canvas;
    const struct spt_view view = {0, 1, HEIGHT, 3};
    struct spt_figure picture = {0};

    (void)state;
    init_canvas(&canvas);
    canvas.membrane[25 * WIDTH + 2] = 1;
    assert_int_equal(
        spt_picture_membrane(&canvas.sample, canvas.membrane, view, &picture, NULL),
        SEPTUM_OK);
    assert_int_equal(picture.height, HEIGHT);
    assert_int_equal(picture.width, 3);
    assert_colour(pixel_at(&picture, 0, 0), 255, 255, 255);
    assert_colour(pixel_at(&picture, 8, 2), 191, 191, 191); /* P = 1/4 */
    assert_colour(pixel_at(&picture, 16, 1), 128, 128, 128);
    assert_colour(pixel_at(&picture, 25, 1), 0, 0, 0);
    free(picture.pixels);
}

static void
tint_begins_at_the_threshold(void **state)
{
    static struct canvas canvas;
    const struct spt_view view = {10, 0, 10, 20};
    struct spt_figure picture = {0};

    (void)state;
    init_canvas(&canvas);
    assert_int_equal(spt_picture_image(&canvas.sample, NULL, view, &picture, NULL),
                     SEPTUM_OK);
    spt_picture_tint(&canvas.sample, canvas.membrane, 0.5F, view, &picture);
    assert_colour(pixel_at(&picture, 5, 16), 120, 120, 120); /* y = 15: 0.47 */
    assert_colour(pixel_at(&picture, 6, 16), 175, 125, 70);  /* y = 16: 0.5 */
    assert_colour(pixel_at(&picture, 9, 16), 175, 125, 70);
    free(picture.pixels);
}

/* ---- the outline ----------------------------------------------------------------- */

/* Compare which pixels are blue with a drawing of the view, '#' for blue. */
static void
check_outline(const size_t *windows, size_t count, struct spt_view view,
              const char *const *drawing)
{
    static struct canvas canvas;
    size_t own[3] = {0};
    const struct spt_region region = {.windows = own, .count = count};
    struct spt_figure picture = {0}, plain = {0};

    memcpy(own, windows, count * sizeof *own);
    init_canvas(&canvas);
    assert_int_equal(spt_picture_image(&canvas.sample, NULL, view, &plain, NULL),
                     SEPTUM_OK);
    assert_int_equal(spt_picture_image(&canvas.sample, NULL, view, &picture, NULL),
                     SEPTUM_OK);
    spt_picture_outline(&grid, &region, view, &picture);
    for (size_t y = 0; y < view.height; y++)
        for (size_t x = 0; x < view.width; x++) {
            const uint8_t *pixel = pixel_at(&picture, y, x);

            if (drawing[y][x] == '#')
                assert_colour(pixel, 40, 120, 220);
            else
                assert_memory_equal(pixel, pixel_at(&plain, y, x), 3);
        }
    free(plain.pixels);
    free(picture.pixels);
}

static void
outline_runs_inside_a_window_two_pixels_wide(void **state)
{
    static const char *const drawing[] = {
        "............", /* y = 6 */
        "............", /**/
        "..########..", /* y = 8, x = 16 */
        "..########..", /**/
        "..##....##..", /**/
        "..##....##..", /**/
        "..##....##..", /**/
        "..##....##..", /**/
        "..########..", /**/
        "..########..", /**/
        "............", /**/
        "............",
    };
    static const size_t window[] = {6};

    (void)state;
    check_outline(window, 1, (struct spt_view){6, 14, 12, 12}, drawing);
}

static void
outline_leaves_out_the_sides_between_windows_of_the_region(void **state)
{
    /* Windows (0, 0) and (0, 1) in the corner of the image, and (1, 1) below. */
    static const char *const drawing[] = {
        "################..", /**/
        "################..", /**/
        "##............##..", /**/
        "##............##..", /**/
        "##............##..", /**/
        "##............##..", /**/
        "########......##..", /**/
        "########......##..", /**/
        "........##....##..", /**/
        "........##....##..", /**/
        "........##....##..", /**/
        "........##....##..", /**/
        "........##....##..", /**/
        "........##....##..", /**/
        "........########..", /**/
        "........########..", /**/
        "..................", /**/
        "..................",
    };
    static const size_t windows[] = {0, 1, 5};

    (void)state;
    check_outline(windows, 3, (struct spt_view){0, 0, 18, 18}, drawing);
}

static void
outline_of_the_last_window_ends_where_the_grid_does(void **state)
{
    static const char *const drawing[] = {
        "....##...", /* y = 20, x = 26 */
        "....##...", /**/
        "######...", /**/
        "######...", /* y = 23 is the last row of windows, x = 31 the last column */
        ".........", /**/
        ".........",
    };
    static const size_t window[] = {11};

    (void)state;
    check_outline(window, 1, (struct spt_view){20, 26, 6, 9}, drawing);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_middle_of_an_image_is_as_large_as_it_may_be),
        cmocka_unit_test(
            a_region_is_seen_with_half_a_window_around_it_inside_the_image),
        cmocka_unit_test(an_image_is_grey_from_black_to_white_but_for_outliers),
        cmocka_unit_test(labels_known_as_membrane_are_tinted_and_no_others),
        cmocka_unit_test(membrane_is_black_in_a_picture_of_probabilities),
        cmocka_unit_test(tint_begins_at_the_threshold),
        cmocka_unit_test(outline_runs_inside_a_window_two_pixels_wide),
        cmocka_unit_test(outline_leaves_out_the_sides_between_windows_of_the_region),
        cmocka_unit_test(outline_of_the_last_window_ends_where_the_grid_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
