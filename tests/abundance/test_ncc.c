/*
 * test_ncc.c - distances of windows against values worked out by hand and the naive
 * definition.
 */
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "abundance/ncc.h"
#include "base/random.h"
#include "support/naive_ncc.h"

#define NEAR(got, wanted) assert_true(fabs((double)(got) - (double)(wanted)) < 1e-5)

static const struct spt_ncc_options unshifted = {.shift_step = 1};

static void
measure(const float *windows, size_t count, uint32_t side, uint32_t reach,
        uint32_t step, float *distances)
{
    struct spt_ncc_options options = {.max_shift = reach, .shift_step = step};

    assert_int_equal(spt_ncc_distances(windows, count, side, &options, distances, NULL),
                     SEPTUM_OK);
}

/* Windows cut at random places from one smooth pattern, with noise: some alike when
 * shifted, some not. */
static float *
make_windows(size_t count, uint32_t side, uint64_t seed)
{
    size_t pixels = (size_t)side * side;
    float *windows = calloc(count * pixels + 1, sizeof *windows);
    struct spt_random random;

    assert_non_null(windows);
    spt_random_init(&random, seed, 0);
    for (size_t i = 0; i < count; i++) {
        size_t top = spt_random_below(&random, 9);
        size_t left = spt_random_below(&random, 9);

        for (size_t p = 0; p < pixels; p++) {
            size_t y = top + p / side, x = left + p % side;

            windows[i * pixels + p] =
                (float)(sin(0.7 * (double)y) + cos(0.5 * (double)x) +
                        0.3 * spt_random_normal(&random) + (double)(i % 3) * 10);
        }
    }
    return windows;
}

/* Compare every `stride`th pair with the naive definition. */
static void
check_windows(const float *windows, size_t count, uint32_t side, uint32_t reach,
              uint32_t step, size_t stride)
{
    size_t pixels = (size_t)side * side, pairs = spt_condensed_count(count), at = 0;
    float *distances = calloc(pairs + 1, sizeof *distances);

    assert_non_null(distances);
    distances[pairs] = 123;
    measure(windows, count, side, reach, step, distances);
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++, at++)
            if (at % stride == 0)
                NEAR(distances[at],
                     naive_ncc_distance(windows + i * pixels, windows + j * pixels,
                                        (int)side, (int)reach, (int)step));
    assert_int_equal(at, pairs);
    assert_true(distances[pairs] == 123); /* nothing behind the last one */
    free(distances);
}

static void
numbers_pairs_row_by_row(void **state)
{
    size_t at = 0;

    (void)state;
    assert_int_equal(spt_condensed_count(0), 0);
    assert_int_equal(spt_condensed_count(1), 0);
    assert_int_equal(spt_condensed_count(5), 10);
    for (size_t i = 0; i < 5; i++)
        for (size_t j = i + 1; j < 5; j++)
            assert_int_equal(spt_condensed_index(5, i, j), at++);
}

static void
finds_like_opposite_and_unrelated_windows(void **state)
{
    const float windows[] = {
        1,    2,    3,    4,    /* 0 */
        21,   22,   23,   24,   /* 1: as 0, brighter */
        10,   30,   50,   70,   /* 2: as 0, with more contrast */
        4,    3,    2,    1,    /* 3: the opposite of 0 */
        1,    -1,   -1,   1,    /* 4: has nothing to do with 0 */
        0.5F, 0.5F, 0.5F, 0.9F, /* 5: NCC with 0 is 0.6 / (sqrt(5) sqrt(0.12)) */
    };
    float distances[15];

    (void)state;
    measure(windows, 6, 2, 0, 1, distances);
    NEAR(distances[spt_condensed_index(6, 0, 1)], 0);
    NEAR(distances[spt_condensed_index(6, 0, 2)], 0);
    NEAR(distances[spt_condensed_index(6, 0, 3)], 2);
    NEAR(distances[spt_condensed_index(6, 0, 4)], 1);
    NEAR(distances[spt_condensed_index(6, 3, 4)], 1);
    NEAR(distances[spt_condensed_index(6, 0, 5)], 1 - 0.6 / sqrt(5 * 0.12));
}

static void
finds_a_pattern_again_at_a_shift_in_any_direction(void **state)
{
    enum {
        SIDE = 9,
        PIXELS = SIDE * SIDE,
        WINDOWS = 9
    };
    float *big = make_windows(1, 3 * SIDE, 3);
    float windows[WINDOWS * PIXELS];
    float unmoved[36], moved[36];

    (void)state;
    for (size_t i = 0; i < WINDOWS; i++) /* 3 x 3 places, 2 pixels apart */
        for (size_t p = 0; p < PIXELS; p++)
            windows[i * PIXELS + p] =
                big[(p / SIDE + i / 3 * 2) * 3 * SIDE + p % SIDE + i % 3 * 2];
    measure(windows, WINDOWS, SIDE, 0, 1, unmoved);
    measure(windows, WINDOWS, SIDE, 4, 2, moved);
    for (size_t i = 0; i < 36; i++) {
        assert_true(unmoved[i] > 0.05F);
        NEAR(moved[i], 0);
    }
    free(big);
}

static void
agrees_with_the_definition_at_many_sizes_and_shifts(void **state)
{
    const struct {
        size_t count;
        uint32_t side, reach, step;
    } cases[] = {
        {2, 1, 0, 1}, {7, 2, 0, 1},  {9, 3, 1, 1},  {5, 5, 2, 2},   {12, 8, 3, 1},
        {6, 8, 3, 2}, {8, 13, 6, 3}, {4, 16, 7, 5}, {20, 12, 4, 9}, {3, 64, 8, 4},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float *windows = make_windows(cases[i].count, cases[i].side, i);

        check_windows(windows, cases[i].count, cases[i].side, cases[i].reach,
                      cases[i].step, 1);
        free(windows);
    }
}

static void
agrees_with_the_definition_where_windows_fill_several_blocks(void **state)
{
    float *windows = make_windows(1100, 5, 77);

    (void)state;
    check_windows(windows, 1100, 5, 2, 1, 97);
    free(windows);
}

/* Four windows of 64, and a fifth and a sixth that are nearly empty but for a corner,
 * as at the rim of a specimen: most of their overlaps hold next to none of their
 * energy. */
static float *
make_large_windows(void)
{
    enum {
        SIDE = 64,
        COUNT = 6
    };
    float *windows = make_windows(COUNT, SIDE, 21);

    for (size_t i = 4; i < COUNT; i++)
        for (size_t p = 0; p < (size_t)SIDE * SIDE; p++)
            if (p / SIDE > 20 || p % SIDE > 20 + i)
                windows[i * SIDE * SIDE + p] *= 1e-4F;
    return windows;
}

static void
agrees_with_the_definition_at_every_range_of_shifts(void **state)
{
    enum {
        SIDE = 64,
        COUNT = 6,
        AREA = SIDE * SIDE
    };
    const struct spt_ncc_options cases[] = {
        {.max_shift = 0, .shift_step = 1},
        {.max_shift = 8, .shift_step = 1},
        {.max_shift = 16, .shift_step = 1},
        {.max_shift = 32, .shift_step = 2},
        {.max_shift = 32, .shift_step = 1},
        {.max_shift = 63, .shift_step = 1, .least_overlap = 0.5},
        {.max_shift = 20, .shift_step = 4, .least_overlap = 0.6},
    };
    float *windows = make_large_windows();

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        float distances[15];
        size_t at = 0;

        assert_int_equal(
            spt_ncc_distances(windows, COUNT, SIDE, &cases[k], distances, NULL),
            SEPTUM_OK);
        /* All pairs at the small ranges; the definition is slow at the large ones. */
        for (size_t i = 0; i < COUNT; i++)
            for (size_t j = i + 1; j < COUNT; j++, at++)
                if (cases[k].max_shift <= 8 || at == 1 || at == 13 || at == 14)
                    NEAR(distances[at],
                         naive_ncc_distance_overlapping(
                             windows + i * AREA, windows + j * AREA, SIDE,
                             (int)cases[k].max_shift, (int)cases[k].shift_step,
                             cases[k].least_overlap));
    }
    free(windows);
}

static void
tries_no_shift_that_leaves_less_than_the_least_overlap(void **state)
{
    /* Alike at a shift of 2 in x, where the overlap is half of the window. */
    const float windows[] = {
        0, 0, 1, 5, 0, 0, 7, 2, 0, 0, 3, 3, 0, 0, 4, 1, /* a */
        1, 5, 0, 0, 7, 2, 0, 0, 3, 3, 0, 0, 4, 1, 0, 0, /* b */
    };
    struct spt_ncc_options options = {
        .max_shift = 3, .shift_step = 1, .least_overlap = 0.5};
    float distance;

    (void)state;
    assert_int_equal(spt_ncc_distances(windows, 2, 4, &options, &distance, NULL),
                     SEPTUM_OK);
    NEAR(distance, 0);
    options.least_overlap = 0.51;
    assert_int_equal(spt_ncc_distances(windows, 2, 4, &options, &distance, NULL),
                     SEPTUM_OK);
    assert_true(distance > 0.1F);
    options.least_overlap = 1.5;
    assert_int_equal(spt_ncc_distances(windows, 2, 4, &options, &distance, NULL),
                     SEPTUM_EINVAL);
}

static void
computes_near_pairs_at_full_resolution_and_the_others_nearly(void **state)
{
    enum {
        COUNT = 40,
        SIDE = 32,
        PAIRS = COUNT * (COUNT - 1) / 2
    };
    struct spt_ncc_options options = {.max_shift = 4, .shift_step = 1};
    float *windows = make_windows(COUNT, SIDE, 8);
    float full[PAIRS], coarse[PAIRS], mixed[PAIRS];
    size_t near = 0;

    (void)state;
    measure(windows, COUNT, SIDE, 4, 1, full);
    options.bandwidth = 0.5;
    assert_int_equal(spt_ncc_distances(windows, COUNT, SIDE, &options, coarse, NULL),
                     SEPTUM_OK);
    options.near = 0.1F;
    assert_int_equal(spt_ncc_distances(windows, COUNT, SIDE, &options, mixed, NULL),
                     SEPTUM_OK);
    for (size_t i = 0; i < PAIRS; i++) {
        assert_true(fabsf(coarse[i] - full[i]) < 0.05F);
        NEAR(mixed[i], coarse[i] < options.near ? full[i] : coarse[i]);
        near += coarse[i] < options.near;
    }
    assert_true(near > PAIRS / 10 && near < PAIRS - PAIRS / 10);
    options.near = 3;
    assert_int_equal(spt_ncc_distances(windows, COUNT, SIDE, &options, mixed, NULL),
                     SEPTUM_OK);
    for (size_t i = 0; i < PAIRS; i++)
        NEAR(mixed[i], full[i]);
    options.bandwidth = -1;
    assert_int_equal(spt_ncc_distances(windows, COUNT, SIDE, &options, mixed, NULL),
                     SEPTUM_EINVAL);
    assert_true(spt_ncc_memory(COUNT, SIDE, &options) == 0);
    options.bandwidth = 0;
    /* 19 x 19 frequencies of 4 values each, and 2 for each of 81 shifts. */
    assert_true(spt_ncc_memory(COUNT, SIDE, &options) ==
                COUNT * (4 * (4 * 19 * 19 + 2 * 81 + 1) + 1) + 4 * PAIRS);
    free(windows);
}

static void
gives_the_same_distance_in_either_order(void **state)
{
    enum {
        COUNT = 6,
        SIDE = 10,
        PIXELS = SIDE * SIDE
    };
    float *windows = make_windows(COUNT, SIDE, 5);
    float reversed[COUNT * PIXELS], forth[15], back[15];

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        memcpy(reversed + (COUNT - 1 - i) * PIXELS, windows + i * PIXELS,
               PIXELS * sizeof *windows);
    measure(windows, COUNT, SIDE, 3, 1, forth);
    measure(reversed, COUNT, SIDE, 3, 1, back);
    for (size_t i = 0; i < COUNT; i++)
        for (size_t j = i + 1; j < COUNT; j++)
            NEAR(forth[spt_condensed_index(COUNT, i, j)],
                 back[spt_condensed_index(COUNT, COUNT - 1 - j, COUNT - 1 - i)]);
    free(windows);
}

static void
keeps_flat_windows_together_and_apart_from_others(void **state)
{
    enum {
        COUNT = 6,
        SIDE = 8,
        PIXELS = SIDE * SIDE
    };
    float *windows = make_windows(COUNT, SIDE, 9);
    float distances[15];

    (void)state;
    for (size_t p = 0; p < PIXELS; p++) {
        windows[p] = 0;
        windows[(size_t)PIXELS + p] = 7;
        /* The last bit of a float toggling is no pattern, even where it makes one. */
        windows[2 * (size_t)PIXELS + p] = nextafterf(0.1F, p % 2 ? 1.0F : 0.1F);
    }
    measure(windows, COUNT, SIDE, 2, 1, distances);
    for (size_t i = 0; i < COUNT; i++)
        for (size_t j = i + 1; j < COUNT; j++)
            if (i < 3)
                assert_true(distances[spt_condensed_index(COUNT, i, j)] ==
                            (j < 3 ? 0.0F : 1.0F));
    check_windows(windows, COUNT, SIDE, 2, 1, 1);
    free(windows);
}

static void
sees_a_faint_pattern_on_a_bright_ground(void **state)
{
    float windows[2 * 16], distances[1];

    (void)state;
    for (size_t p = 0; p < 16; p++) {
        windows[p] = p % 2 ? 1.0F : 1.0001F;
        windows[16 + p] = p % 2 ? 300.0F : 200.0F;
    }
    measure(windows, 2, 4, 0, 1, distances);
    NEAR(distances[0], 2);
}

static void
counts_a_flat_overlap_as_unrelated(void **state)
{
    /* Only the first column of a and the last of b vary: at dx = 1 both are cut off,
     * at dx = -1 and 0 the patterns are opposite or unrelated. */
    const float windows[] = {
        1, 0, 0, 2, 0, 0, 3, 0, 0, /* a */
        0, 0, 3, 0, 0, 2, 0, 0, 1, /* b */
    };
    float distances[1];

    (void)state;
    check_windows(windows, 2, 3, 1, 1, 1);
    measure(windows, 2, 3, 1, 1, distances);
    assert_true(distances[0] <= 1);
}

static void
takes_windows_with_values_that_are_no_numbers_as_flat(void **state)
{
    enum {
        COUNT = 4,
        SIDE = 4,
        PIXELS = SIDE * SIDE
    };
    float *windows = make_windows(COUNT, SIDE, 4);
    float distances[6];

    (void)state;
    windows[3] = NAN;
    windows[PIXELS + 15] = INFINITY;
    measure(windows, COUNT, SIDE, 1, 1, distances);
    assert_true(distances[0] == 0);
    for (size_t i = 1; i < 5; i++)
        assert_true(distances[i] == 1);
    assert_true(isfinite(distances[5]));
    free(windows);
}

static void
takes_one_window_or_none(void **state)
{
    const float window[] = {1, 2, 3, 4};

    (void)state;
    assert_int_equal(spt_ncc_distances(window, 1, 2, &unshifted, NULL, NULL),
                     SEPTUM_OK);
    assert_int_equal(spt_ncc_distances(NULL, 0, 2, &unshifted, NULL, NULL), SEPTUM_OK);
}

static void
refuses_shifts_that_leave_too_little_overlap(void **state)
{
    const float windows[32] = {0};
    struct spt_ncc_options options = {.max_shift = 3, .shift_step = 1};
    struct septum_error err = {0};
    float distance = 5;

    (void)state;
    assert_int_equal(spt_ncc_distances(windows, 2, 4, &options, &distance, &err),
                     SEPTUM_EINVAL);
    assert_string_equal(err.text,
                        "comparing windows: shifts of up to 3 pixels leave too little "
                        "overlap; they must be at most half of a window's 4 pixels, or "
                        "a least overlap be given");
    options.max_shift = 3; /* of 5: more than half */
    assert_int_equal(spt_ncc_distances(windows, 1, 5, &options, &distance, NULL),
                     SEPTUM_EINVAL);
    options.max_shift = 2;
    assert_int_equal(spt_ncc_distances(windows, 1, 5, &options, &distance, NULL),
                     SEPTUM_OK);
    assert_true(distance == 5);
}

static void
refuses_a_step_of_nothing(void **state)
{
    const float windows[32] = {0};
    struct spt_ncc_options options = {.max_shift = 1};
    struct septum_error err = {0};
    float distance = 5;

    (void)state;
    assert_int_equal(spt_ncc_distances(windows, 2, 4, &options, &distance, &err),
                     SEPTUM_EINVAL);
    assert_string_equal(err.text, "comparing windows: the step between shifts is 0; it "
                                  "must be at least 1");
    assert_true(distance == 5);
}

struct watcher {
    pthread_t thread; /* that is to call */
    int calls, ends;  /* an end: all is done */
    int patience;     /* stops after so many calls */
    int most_ends;    /* or at the end that follows so many */
    double last;
    bool elsewhere;
};

static bool
watch(void *user, double fraction)
{
    struct watcher *watcher = user;

    if (fraction < watcher->last || fraction > 1)
        watcher->patience = -1; /* progress that goes back is none */
    watcher->last = fraction;
    watcher->elsewhere =
        watcher->elsewhere || !pthread_equal(pthread_self(), watcher->thread);
    watcher->ends += fraction == 1;
    return watcher->calls++ != watcher->patience && watcher->ends <= watcher->most_ends;
}

/* A watch that takes its time: other threads have done blocks of their own by then. */
static bool
watch_slowly(void *user, double fraction)
{
    const struct timespec pause = {.tv_nsec = 2000000};

    nanosleep(&pause, NULL);
    return watch(user, fraction);
}

static void
tells_how_far_it_is_and_stops_when_told_to(void **state)
{
    enum {
        COUNT = 300,
        SIDE = 8
    };
    struct spt_ncc_options options = {.max_shift = 1, .shift_step = 1};
    float *windows = make_windows(COUNT, SIDE, 3);
    float *distances = malloc(sizeof(float) * spt_condensed_count(COUNT));
    const struct watcher patient = {
        .thread = pthread_self(), .patience = 1000, .most_ends = 1000};
    struct watcher watcher = patient;
    struct septum_error err = {0};

    (void)state;
    options.watch = (struct spt_watch){watch, &watcher};
    assert_int_equal(spt_ncc_distances(windows, COUNT, SIDE, &options, distances, &err),
                     SEPTUM_OK);
    assert_true(watcher.last == 1);
    assert_int_equal(watcher.ends, 1);
    watcher = patient;
    watcher.patience = 0;
    assert_int_equal(spt_ncc_distances(windows, COUNT, SIDE, &options, distances, &err),
                     SEPTUM_ESTOPPED);
    assert_string_equal(err.text, "stopped");
    assert_int_equal(watcher.calls, 1);
    /* In the second pass, too. */
    options.bandwidth = 0.5;
    options.near = 3;
    watcher = patient;
    watcher.most_ends = 1;
    assert_int_equal(spt_ncc_distances(windows, COUNT, SIDE, &options, distances, &err),
                     SEPTUM_ESTOPPED);
    assert_int_equal(watcher.ends, 2);
    free(windows);
    free(distances);
}

static void
tells_it_in_the_thread_that_called(void **state)
{
    enum {
        COUNT = 300,
        SIDE = 8
    };
    struct watcher watcher = {
        .thread = pthread_self(), .patience = 1000, .most_ends = 1000};
    const struct spt_ncc_options options = {.max_shift = 1,
                                            .shift_step = 1,
                                            .bandwidth = 0.5,
                                            .near = 3,
                                            .watch = {watch_slowly, &watcher}};
    float *windows = make_windows(COUNT, SIDE, 3);
    float *distances = malloc(sizeof(float) * spt_condensed_count(COUNT));

    (void)state;
    assert_int_equal(spt_ncc_distances(windows, COUNT, SIDE, &options, distances, NULL),
                     SEPTUM_OK);
    assert_true(watcher.calls > 1);
    assert_false(watcher.elsewhere);
    free(windows);
    free(distances);
}

static void
says_when_memory_runs_out(void **state)
{
    const float window = 0;
    struct septum_error err = {0};
    float distance = 5;

    (void)state;
    assert_int_equal(
        spt_ncc_distances(&window, SIZE_MAX / 4, 1, &unshifted, &distance, &err),
        SEPTUM_ENOMEM);
    assert_int_equal(err.status, SEPTUM_ENOMEM);
    assert_non_null(strstr(err.text, "comparing windows: "));
    assert_true(distance == 5);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_pairs_row_by_row),
        cmocka_unit_test(finds_like_opposite_and_unrelated_windows),
        cmocka_unit_test(finds_a_pattern_again_at_a_shift_in_any_direction),
        cmocka_unit_test(agrees_with_the_definition_at_many_sizes_and_shifts),
        cmocka_unit_test(agrees_with_the_definition_where_windows_fill_several_blocks),
        cmocka_unit_test(agrees_with_the_definition_at_every_range_of_shifts),
        cmocka_unit_test(tries_no_shift_that_leaves_less_than_the_least_overlap),
        cmocka_unit_test(computes_near_pairs_at_full_resolution_and_the_others_nearly),
        cmocka_unit_test(gives_the_same_distance_in_either_order),
        cmocka_unit_test(keeps_flat_windows_together_and_apart_from_others),
        cmocka_unit_test(sees_a_faint_pattern_on_a_bright_ground),
        cmocka_unit_test(counts_a_flat_overlap_as_unrelated),
        cmocka_unit_test(takes_windows_with_values_that_are_no_numbers_as_flat),
        cmocka_unit_test(takes_one_window_or_none),
        cmocka_unit_test(refuses_shifts_that_leave_too_little_overlap),
        cmocka_unit_test(refuses_a_step_of_nothing),
        cmocka_unit_test(tells_how_far_it_is_and_stops_when_told_to),
        cmocka_unit_test(tells_it_in_the_thread_that_called),
        cmocka_unit_test(says_when_memory_runs_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
