/*
 * The window grid: counts, and which pixels a window holds.
 */
#include "image/grid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define HEIGHT 11
#define WIDTH 14
#define SIDE 4

static void
leaves_out_what_fills_no_window(void **state)
{
    struct spt_grid grid = spt_grid_of(130, 191, 64);

    (void)state;
    assert_int_equal(grid.side, 64);
    assert_int_equal(grid.rows, 2);
    assert_int_equal(grid.columns, 2);
    assert_int_equal(spt_grid_count(&grid), 4);
    grid = spt_grid_of(192, 64, 64);
    assert_int_equal(grid.rows, 3);
    assert_int_equal(grid.columns, 1);
}

static void
has_no_windows_when_the_image_is_smaller_than_one(void **state)
{
    struct spt_grid grid = spt_grid_of(63, 1000, 64);

    (void)state;
    assert_int_equal(grid.rows, 0);
    assert_int_equal(grid.columns, 15);
    assert_int_equal(spt_grid_count(&grid), 0);
}

static void
counts_beyond_32_bits(void **state)
{
    struct spt_grid grid = spt_grid_of(UINT32_MAX, UINT32_MAX, 1);

    (void)state;
    assert_true(spt_grid_count(&grid) == (size_t)UINT32_MAX * UINT32_MAX);
}

static void
copies_the_pixels_of_each_window(void **state)
{
    float image[HEIGHT * WIDTH], window[SIDE * SIDE];
    struct spt_grid grid = spt_grid_of(HEIGHT, WIDTH, SIDE);

    (void)state;
    for (int i = 0; i < HEIGHT * WIDTH; i++)
        image[i] = (float)i;
    assert_int_equal(spt_grid_count(&grid), 2 * 3);
    for (size_t w = 0; w < spt_grid_count(&grid); w++) {
        spt_grid_window(&grid, image, WIDTH, w, window);
        for (size_t y = 0; y < SIDE; y++) {
            for (size_t x = 0; x < SIDE; x++) {
                size_t row = w / 3 * SIDE + y, column = w % 3 * SIDE + x;

                assert_true(window[y * SIDE + x] == (float)(row * WIDTH + column));
            }
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_out_what_fills_no_window),
        cmocka_unit_test(has_no_windows_when_the_image_is_smaller_than_one),
        cmocka_unit_test(counts_beyond_32_bits),
        cmocka_unit_test(copies_the_pixels_of_each_window),
    };

    return cmocka_run_group_tests_name("grid", tests, NULL, NULL);
}
