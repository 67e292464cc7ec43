/*
 * test_cells.c - cutting maps into cells: pictures worked out by hand, and noise
 * against the naive version.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "support/naive_cells.h"

#define MOST NAIVE_CELLS_MOST

static const struct spt_cells_rule plain = {.threshold = 0.5, .depth = 0.3, .least = 1};

/* Digits are tenths of P, '#' is 1; expected is a number a pixel. */
static void
check_picture(const struct spt_cells_rule *rule, const char *const *rows,
              const char *const *expected, uint32_t cells)
{
    float membrane[MOST];
    uint32_t numbers[MOST + 1], count = 77;
    uint32_t height = 0, width = (uint32_t)strlen(rows[0]), pixels;

    for (; rows[height] != NULL; height++)
        for (uint32_t x = 0; x < width; x++)
            membrane[height * width + x] =
                rows[height][x] == '#' ? 1 : (float)(rows[height][x] - '0') / 10;
    pixels = height * width;
    numbers[pixels] = 77;
    assert_int_equal(
        spt_cells_cut("map", membrane, height, width, rule, numbers, &count, NULL),
        SEPTUM_OK);
    for (uint32_t i = 0; i < pixels; i++)
        assert_int_equal(numbers[i] + '0', expected[i / width][i % width]);
    assert_int_equal(numbers[pixels], 77);
    assert_int_equal(count, cells);
}

static void
numbers_cells_row_by_row(void **state)
{
    const char *const rows[] = {"##00#", "0####", "0#00#", NULL};
    const char *const expected[] = {"00110", "20000", "20330", NULL};

    (void)state;
    check_picture(&plain, rows, expected, 3);
}

static void
bridges_a_gap_in_a_membrane(void **state)
{
    /* The parts that the threshold leaves are one; the pass between them is .4. */
    const char *const rows[] = {"000#000", "0004000", "000#000", NULL};
    const char *const expected[] = {"1110222", "1110222", "1110222", NULL};

    (void)state;
    check_picture(&plain, rows, expected, 2);
}

static void
leaves_a_wide_open_gap_open(void **state)
{
    const char *const rows[] = {"000#000", "0002000", "000#000", NULL};
    const char *const expected[] = {"1110111", "1111111", "1110111", NULL};

    (void)state;
    check_picture(&plain, rows, expected, 1);
}

static void
divides_more_at_less_depth(void **state)
{
    const struct spt_cells_rule fine = {.threshold = 0.5, .depth = 0.2, .least = 1};
    const char *const rows[] = {"000#000", "0002000", "000#000", NULL};
    const char *const expected[] = {"1110222", "1110222", "1110222", NULL};

    (void)state;
    check_picture(&fine, rows, expected, 2);
}

static void
joins_what_is_too_small_and_drops_what_is_walled_in(void **state)
{
    const struct spt_cells_rule rule = {.threshold = 0.5, .depth = 0.3, .least = 3};
    /* The 0 at the right is divided by .4 only, that in the middle by membrane. */
    const char *const rows[] = {"0000000000", "000###0444", "000#0#0404",
                                "000###0444", "0000000000", NULL};
    const char *const expected[] = {"1111111111", "1110001111", "1110001111",
                                    "1110001111", "1111111111", NULL};

    (void)state;
    check_picture(&rule, rows, expected, 1);
}

static void
draws_the_line_where_the_ridge_is(void **state)
{
    const char *const rows[] = {"0012343210", "0012343210", NULL};
    const char *const expected[] = {"1111102222", "1111102222", NULL};

    (void)state;
    check_picture(&plain, rows, expected, 2);
}

static void
knows_maps_of_one_kind(void **state)
{
    const char *const full[] = {"##", "##", NULL}, *const none[] = {"00", "00", NULL};
    const char *const no_cell[] = {"00", "00", NULL}, *const one[] = {"11", "11", NULL};

    (void)state;
    check_picture(&plain, full, no_cell, 0);
    check_picture(&plain, none, one, 1);
    check_picture(&plain, (const char *const[]){"0", NULL},
                  (const char *const[]){"1", NULL}, 1);
}

/* Noise of a kind: smooth or not, in many levels or few, with a NaN now and then. */
static void
make_noise(struct spt_random *random, float *membrane, uint32_t count, int kind)
{
    float last = 0.5F;

    for (uint32_t i = 0; i < count; i++) {
        float value = (float)spt_random_uniform(random);

        last = kind & 1 ? 0.7F * last + 0.3F * value : value;
        membrane[i] = kind & 2 ? roundf(last * 4) / 4 : last * 1.2F - 0.1F;
        if (kind == 3 && i % 50 == 49)
            membrane[i] = NAN;
    }
}

static void
is_the_same_as_the_naive_version(void **state)
{
    float membrane[MOST];
    uint32_t cells[MOST], expected[MOST], count = 0;
    struct spt_random random;
    uint64_t found = 0;

    (void)state;
    spt_random_init(&random, 5, 1);
    for (int round = 0; round < 60; round++) {
        uint32_t height = 1 + (uint32_t)spt_random_below(&random, 16);
        uint32_t width = 1 + (uint32_t)spt_random_below(&random, 16);
        struct spt_cells_rule rule = {
            .threshold = 0.3 + 0.4 * spt_random_uniform(&random),
            .depth = 0.02 + 0.3 * spt_random_uniform(&random),
            .least = 1 + (uint32_t)spt_random_below(&random, 6),
        };

        make_noise(&random, membrane, height * width, round % 4);
        assert_int_equal(
            spt_cells_cut("map", membrane, height, width, &rule, cells, &count, NULL),
            SEPTUM_OK);
        assert_int_equal(naive_cells(membrane, height, width, &rule, expected), count);
        assert_memory_equal(cells, expected, (size_t)height * width * sizeof *cells);
        found += count;
    }
    assert_true(found > 200);
}

/* Spread from pixel `at` over its cell; returns how many pixels it is. */
static uint32_t
spread(const uint32_t *cells, uint32_t height, uint32_t width, uint32_t at, bool *seen)
{
    uint32_t stack[4 * MOST + 1], depth = 0, size = 0;

    stack[depth++] = at;
    while (depth > 0) {
        uint32_t here = stack[--depth], row = here / width, column = here % width;

        if (seen[here] || cells[here] != cells[at])
            continue;
        seen[here] = true;
        size++;
        if (row > 0)
            stack[depth++] = here - width;
        if (row + 1 < height)
            stack[depth++] = here + width;
        if (column > 0)
            stack[depth++] = here - 1;
        if (column + 1 < width)
            stack[depth++] = here + 1;
    }
    return size;
}

static void
gives_whole_cells_that_touch_no_other(void **state)
{
    const struct spt_cells_rule rule = {.threshold = 0.6, .depth = 0.1, .least = 5};
    const uint32_t side = 32;
    float membrane[MOST];
    uint32_t cells[MOST], count = 0, next = 0;
    bool seen[MOST] = {false};
    struct spt_random random;

    (void)state;
    spt_random_init(&random, 6, 1);
    make_noise(&random, membrane, MOST, 1);
    assert_int_equal(
        spt_cells_cut("map", membrane, side, side, &rule, cells, &count, NULL),
        SEPTUM_OK);
    assert_true(count > 10);
    for (uint32_t i = 0; i < MOST; i++) {
        if (cells[i] == 0)
            continue;
        assert_true(membrane[i] < 0.6F);
        if (i % side + 1 < side)
            assert_true(cells[i + 1] == 0 || cells[i + 1] == cells[i]);
        if (i + side < MOST)
            assert_true(cells[i + side] == 0 || cells[i + side] == cells[i]);
        if (seen[i])
            continue;
        assert_int_equal(cells[i], ++next); /* a second part would be no new number */
        assert_true(spread(cells, side, side, i, seen) >= rule.least);
    }
    assert_int_equal(next, count);
}

static void
refuses_more_pixels_than_it_can_number(void **state)
{
    const float membrane = 0;
    uint32_t cells = 77, count = 77;
    struct septum_error err;

    (void)state;
    assert_int_equal(
        spt_cells_cut("map", &membrane, 65536, 65536, &plain, &cells, &count, &err),
        SEPTUM_EINVAL);
    assert_string_equal(err.text, "map: 65536 x 65536 pixels cannot be cut into cells; "
                                  "1 to 1073741824 pixels can");
    assert_int_equal(
        spt_cells_cut("map", &membrane, 0, 5, &plain, &cells, &count, &err),
        SEPTUM_EINVAL);
    assert_int_equal(cells, 77);
    assert_int_equal(count, 77);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_cells_row_by_row),
        cmocka_unit_test(bridges_a_gap_in_a_membrane),
        cmocka_unit_test(leaves_a_wide_open_gap_open),
        cmocka_unit_test(divides_more_at_less_depth),
        cmocka_unit_test(joins_what_is_too_small_and_drops_what_is_walled_in),
        cmocka_unit_test(draws_the_line_where_the_ridge_is),
        cmocka_unit_test(knows_maps_of_one_kind),
        cmocka_unit_test(is_the_same_as_the_naive_version),
        cmocka_unit_test(gives_whole_cells_that_touch_no_other),
        cmocka_unit_test(refuses_more_pixels_than_it_can_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
