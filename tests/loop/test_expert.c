/*
 * test_expert.c - what the simulated expert says, and how long it takes.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "image/mask.h"
#include "loop/expert.h"

#define HEIGHT 13
#define WIDTH 22
#define SIDE 4 /* 3 x 5 windows, a strip left over below and to the right */
#define UNTOUCHED 0xa5

static double
ask(const uint8_t *const *truth, size_t image, const size_t *windows, size_t count,
    uint8_t *labels)
{
    const struct spt_truth known = {truth};
    const struct spt_expert expert = spt_expert_simulated(&known);
    const struct spt_question question = {
        .image = image,
        .height = HEIGHT,
        .width = WIDTH,
        .grid = spt_grid_of(HEIGHT, WIDTH, SIDE),
        .windows = windows,
        .count = count,
    };
    double seconds = -1;

    memset(labels, UNTOUCHED, (size_t)HEIGHT * WIDTH);
    assert_int_equal(expert.answer(expert.self, &question, labels, &seconds, NULL),
                     SEPTUM_OK);
    return seconds;
}

static void
fill_truth(uint8_t *truth, uint64_t seed)
{
    struct spt_random random;

    spt_random_init(&random, seed, 0);
    for (size_t i = 0; i < (size_t)HEIGHT * WIDTH; i++)
        truth[i] = (uint8_t)spt_random_below(&random, 3); /* unknown ones, too */
}

static void
tells_truth_inside_the_windows_and_touches_nothing_else(void **state)
{
    static const size_t windows[] = {1, 6, 14}; /* (0, 1), (1, 1) and the last */
    uint8_t truth[2][HEIGHT * WIDTH], labels[HEIGHT * WIDTH];
    const uint8_t *const both[] = {truth[0], truth[1]};

    (void)state;
    fill_truth(truth[0], 1);
    fill_truth(truth[1], 2);
    ask(both, 1, windows, 3, labels);
    for (size_t y = 0; y < HEIGHT; y++)
        for (size_t x = 0; x < WIDTH; x++) {
            size_t at = y * WIDTH + x;
            bool asked =
                (y < 8 && x >= 4 && x < 8) || (y >= 8 && y < 12 && x >= 16 && x < 20);

            assert_int_equal(labels[at], asked ? truth[1][at] : UNTOUCHED);
        }
}

/* Seconds for `windows` of a mask drawn by hand: '#' is membrane, '?' unknown. */
static double
time_of(const char *const rows[HEIGHT], const size_t *windows, size_t count)
{
    uint8_t truth[HEIGHT * WIDTH] = {0}, labels[HEIGHT * WIDTH];
    const uint8_t *const one[] = {truth};

    for (size_t y = 0; y < HEIGHT && rows[y] != NULL; y++)
        for (size_t x = 0; rows[y][x] != '\0'; x++)
            truth[y * WIDTH + x] = rows[y][x] == '#'   ? SPT_LABEL_MEMBRANE
                                   : rows[y][x] == '?' ? SPT_LABEL_UNKNOWN
                                                       : SPT_LABEL_OTHER;
    return ask(one, 0, windows, count, labels);
}

static void
assert_seconds(double found, size_t windows, size_t sides)
{
    double wanted = 2.0 * (double)windows + 0.015 * (double)sides;

    assert_true(fabs(found - wanted) < 1e-9);
}

static void
charges_for_each_window_and_each_side_of_a_contour(void **state)
{
    static const size_t windows[] = {0, 1, 2, 3, 4};
    static const char *const rows[HEIGHT] = {
        /* 0    1   2   3   4 */
        ".#..####....#.#.....",
        ".#..####.##..#.#....",
        ".#..####.##.#.#.....",
        ".#..####.....#.#...#",
    };

    (void)state;
    assert_seconds(time_of(rows, &windows[0], 1), 1, 8);  /* a line: both sides of it */
    assert_seconds(time_of(rows, &windows[1], 1), 1, 0);  /* all membrane */
    assert_seconds(time_of(rows, &windows[2], 1), 1, 8);  /* a square of 2 x 2 */
    assert_seconds(time_of(rows, &windows[3], 1), 1, 24); /* each pixel another */
    assert_seconds(time_of(rows, &windows[4], 1), 1, 2);  /* a corner */
    assert_seconds(time_of(rows, windows, 5), 5, 8 + 0 + 8 + 24 + 2);
}

static void
charges_nothing_for_what_lies_outside_or_is_unknown(void **state)
{
    static const size_t windows[] = {6, 8}; /* in the second row of windows */
    static const char *const rows[HEIGHT] = {
        "....####....####....", /**/
        "....####....####....", /**/
        "....####....####....", /**/
        "####....####....####", /* all around windows 6 and 8, but not in them */
        "####....####?#..####", /**/
        "####....####??..####", /**/
        "####....####....####", /**/
        "####....####...?####", /**/
        "....####....####....",
    };

    (void)state;
    assert_seconds(time_of(rows, &windows[0], 1), 1, 0);
    /* Of the membrane pixel's three sides inside, one is to an unknown pixel left of
     * it, one to an unknown pixel below. */
    assert_seconds(time_of(rows, &windows[1], 1), 1, 1);
}

static void
takes_half_a_minute_for_the_papers_region(void **state)
{
    double looking = 5.4 * SPT_EXPERT_SECONDS_PER_WINDOW;
    double tracing = 1300 * SPT_EXPERT_SECONDS_PER_SIDE;

    (void)state;
    assert_true(fabs(looking + tracing - 30) < 0.5);
    assert_true(fabs(looking / (looking + tracing) - 1 / 3.) < 0.05);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_truth_inside_the_windows_and_touches_nothing_else),
        cmocka_unit_test(charges_for_each_window_and_each_side_of_a_contour),
        cmocka_unit_test(charges_nothing_for_what_lies_outside_or_is_unknown),
        cmocka_unit_test(takes_half_a_minute_for_the_papers_region),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
