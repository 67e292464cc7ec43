/*
 * test_segments.c - cells and the lines between them, drawn and worked out by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "score/segments.h"

#define MOST 256

/* '.' is inside a cell, '#' is not; then what is expected: a digit a pixel. */
static void
check_picture(const char *const *rows, const char *const *numbered,
              const char *const *thinned, uint32_t cells)
{
    uint8_t inside[MOST];
    uint32_t numbers[MOST + 1], queue[MOST + 1];
    uint32_t height = 0, width = (uint32_t)strlen(rows[0]);
    size_t pixels;

    for (; rows[height] != NULL; height++)
        for (uint32_t x = 0; x < width; x++)
            inside[height * width + x] = rows[height][x] == '.';
    pixels = (size_t)height * width;
    numbers[pixels] = queue[pixels] = 77;
    assert_int_equal(spt_segments_label(inside, height, width, numbers, queue), cells);
    for (uint32_t i = 0; i < pixels; i++)
        assert_int_equal(numbers[i] + '0', numbered[i / width][i % width]);
    assert_int_equal(spt_segments_thin(numbers, height, width, cells, queue),
                     cells > 0 ? cells : 1);
    for (uint32_t i = 0; i < pixels; i++)
        assert_int_equal(numbers[i] + '0', thinned[i / width][i % width]);
    assert_int_equal(numbers[pixels], 77);
    assert_int_equal(queue[pixels], 77);
}

static void
numbers_cells_column_by_column(void **state)
{
    const char *const rows[] = {"#.#.", "..##", "##..", NULL};
    const char *const numbered[] = {"0103", "1100", "0022", NULL};
    /* Row 0, column 2 lies between 1 and 3, row 1, column 3 between 3 and 2; row 1,
     * column 2 between 1 and 2, with a line above. */
    const char *const thinned[] = {"1103", "1100", "1022", NULL};

    (void)state;
    check_picture(rows, numbered, thinned, 3);
}

static void
leaves_one_line_in_a_band_of_any_width(void **state)
{
    /* What it looks like, what is numbered, what is left.  Of two pixels the left one
     * is flooded first, and the right one then lies between both cells. */
    const char *const bands[][3] = {
        {".#.", "102", "102"}, {".##.", "1002", "1102"}, {".###.", "10002", "11022"}};

    (void)state;
    for (int i = 0; i < 3; i++)
        check_picture((const char *const[]){bands[i][0], NULL}, &bands[i][1],
                      &bands[i][2], 2);
}

static void
lets_a_cell_run_where_no_other_is(void **state)
{
    const char *const rows[] = {"####", "#.##", "####", NULL};
    const char *const numbered[] = {"0000", "0100", "0000", NULL};
    const char *const thinned[] = {"1111", "1111", "1111", NULL};

    (void)state;
    check_picture(rows, numbered, thinned, 1);
}

static void
keeps_cells_apart_that_touch_at_corners_only(void **state)
{
    const char *const rows[] = {".#", "#.", NULL};
    const char *const numbered[] = {"10", "02", NULL};

    (void)state;
    check_picture(rows, numbered, numbered, 2);
}

static void
makes_one_cell_of_nothing_but_border(void **state)
{
    const char *const rows[] = {"##", "##", NULL};
    const char *const numbered[] = {"00", "00", NULL};
    const char *const thinned[] = {"11", "11", NULL};

    (void)state;
    check_picture(rows, numbered, thinned, 0);
}

static void
draws_a_line_on_between_two_floods(void **state)
{
    const char *const rows[] = {".#.", "###", "###", NULL};
    const char *const numbered[] = {"102", "000", "000", NULL};
    /* Both floods come down their side as fast; the middle is met by both. */
    const char *const thinned[] = {"102", "102", "102", NULL};

    (void)state;
    check_picture(rows, numbered, thinned, 2);
}

static void
prefers_a_cell_to_the_end_of_a_line(void **state)
{
    const char *const rows[] = {".#", "#.", "##", NULL};
    const char *const numbered[] = {"10", "02", "00", NULL};
    /* (2,0) finds a line above it, which alone would make it line, but 2 at its right.
     */
    const char *const thinned[] = {"10", "02", "22", NULL};

    (void)state;
    check_picture(rows, numbered, thinned, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_cells_column_by_column),
        cmocka_unit_test(leaves_one_line_in_a_band_of_any_width),
        cmocka_unit_test(lets_a_cell_run_where_no_other_is),
        cmocka_unit_test(keeps_cells_apart_that_touch_at_corners_only),
        cmocka_unit_test(makes_one_cell_of_nothing_but_border),
        cmocka_unit_test(draws_a_line_on_between_two_floods),
        cmocka_unit_test(prefers_a_cell_to_the_end_of_a_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
