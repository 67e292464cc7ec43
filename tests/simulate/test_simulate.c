/*
 * test_simulate.c - stacks of both microscopes.
 */
#include "simulate/simulate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined _OPENMP && __has_include(<omp.h>)
#    define HAS_THREADS 1
#    include <omp.h>
#else
#    define HAS_THREADS 0
#endif

#include <cmocka.h>

#define SIZE 128
#define PIXELS ((size_t)SIZE * SIZE)

static const char *const names[] = {"spim", "confocal"};

static void
make_slice(const char *name, uint64_t seed, uint32_t slice, uint32_t size,
           uint8_t *image, uint8_t *membrane)
{
    struct septum_error err = {0};

    if (spt_simulate_slice(spt_microscope_find(name), seed, slice, 40, size, image,
                           membrane, &err) != SEPTUM_OK)
        fail_msg("%s", err.text);
}

static double
share_of_membrane(const uint8_t *membrane, size_t count)
{
    size_t on = 0;

    for (size_t i = 0; i < count; i++) {
        assert_true(membrane[i] == 0 || membrane[i] == 255);
        on += membrane[i] == 255;
    }
    return (double)on / (double)count;
}

static void
knows_two_microscopes_by_name(void **state)
{
    (void)state;
    assert_int_equal(spt_microscope_size(spt_microscope_find("spim")), 301);
    assert_int_equal(spt_microscope_size(spt_microscope_find("confocal")), 1024);
    assert_null(spt_microscope_find("SPIM"));
    assert_null(spt_microscope_find(""));
}

static void
makes_the_same_slice_again_however_many_threads_there_are(void **state)
{
    static uint8_t image[2][PIXELS], membrane[2][PIXELS];

    (void)state;
    for (size_t k = 0; k < 2; k++) {
        make_slice(names[k], 9, 20, SIZE, image[0], membrane[0]);
#if HAS_THREADS
        int threads = omp_get_max_threads();

        omp_set_num_threads(threads == 1 ? 3 : 1);
#endif
        make_slice(names[k], 9, 3, SIZE, image[1], membrane[1]); /* another between */
        make_slice(names[k], 9, 20, SIZE, image[1], membrane[1]);
        assert_memory_equal(image[0], image[1], PIXELS);
        assert_memory_equal(membrane[0], membrane[1], PIXELS);
#if HAS_THREADS
        omp_set_num_threads(threads);
#endif
    }
}

static void
makes_another_embryo_of_another_seed(void **state)
{
    static uint8_t image[2][PIXELS], membrane[2][PIXELS];
    size_t unlike = 0;

    (void)state;
    make_slice("spim", 1, 20, SIZE, image[0], membrane[0]);
    make_slice("spim", 2, 20, SIZE, image[1], membrane[1]);
    assert_memory_not_equal(image[0], image[1], PIXELS);
    for (size_t i = 0; i < PIXELS; i++)
        unlike += membrane[0][i] != membrane[1][i];
    assert_true(unlike > PIXELS / 6);
}

/* Intersection over union of two truths. */
static double
overlap(const uint8_t *a, const uint8_t *b)
{
    size_t both = 0, either = 0;

    for (size_t i = 0; i < PIXELS; i++) {
        both += a[i] && b[i];
        either += a[i] || b[i];
    }
    return (double)both / (double)either;
}

static void
makes_neighbouring_slices_alike_but_not_equal(void **state)
{
    static uint8_t image[3][PIXELS], membrane[3][PIXELS];

    (void)state;
    for (size_t k = 0; k < 2; k++) {
        make_slice(names[k], 4, 20, SIZE, image[0], membrane[0]);
        make_slice(names[k], 4, 21, SIZE, image[1], membrane[1]);
        make_slice(names[k], 4, 35, SIZE, image[2], membrane[2]);
        assert_true(overlap(membrane[0], membrane[1]) < 0.95);
        assert_true(overlap(membrane[0], membrane[1]) >
                    1.3 * overlap(membrane[0], membrane[2]));
        assert_memory_not_equal(image[0], image[1], PIXELS);
    }
}

static void
has_the_share_of_membrane_that_such_images_have(void **state)
{
    static uint8_t image[301 * 301], membrane[301 * 301];
    double share = 0;

    (void)state;
    for (uint32_t slice = 0; slice < 40; slice += 13) {
        make_slice("spim", 6, slice, 301, image, membrane);
        share += share_of_membrane(membrane, sizeof membrane) / 4;
    }
    assert_true(share > 0.12 && share < 0.25);
    make_slice("confocal", 6, 20, SIZE, image, membrane);
    share = share_of_membrane(membrane, PIXELS);
    assert_true(share > 0.15 && share < 0.35);
}

static void
shows_membranes_brighter_than_the_rest(void **state)
{
    static uint8_t image[PIXELS], membrane[PIXELS];

    (void)state;
    for (size_t k = 0; k < 2; k++) {
        double sum[2] = {0}, square[2] = {0}, count[2] = {0}, spread;

        make_slice(names[k], 11, 22, SIZE, image, membrane);
        for (size_t i = 0; i < PIXELS; i++) {
            sum[membrane[i] > 0] += image[i];
            square[membrane[i] > 0] += (double)image[i] * image[i];
            count[membrane[i] > 0]++;
        }
        for (size_t on = 0; on < 2; on++) {
            sum[on] /= count[on];
            square[on] = square[on] / count[on] - sum[on] * sum[on];
        }
        spread = sqrt((square[0] + square[1]) / 2);
        assert_true(sum[1] - sum[0] > 0.8 * spread);
        assert_true(sum[1] - sum[0] > 20);
    }
}

static void
crops_the_field_of_view_around_the_centre(void **state)
{
    static uint8_t image[PIXELS], large[PIXELS], small[100 * 100];
    size_t unlike = 0;

    (void)state;
    make_slice("spim", 3, 20, SIZE, image, large);
    make_slice("spim", 3, 20, 100, image, small);
    for (size_t y = 0; y < 100; y++)
        for (size_t x = 0; x < 100; x++)
            unlike += small[y * 100 + x] != large[(y + 14) * SIZE + x + 14];
    assert_int_equal(unlike, 0);
}

static void
makes_images_of_any_size_and_writes_no_further(void **state)
{
    static const uint32_t sizes[] = {1, 2, 7, 8, 9, 65};

    (void)state;
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        size_t pixels = (size_t)sizes[k] * sizes[k];
        uint8_t *image = malloc(pixels), *membrane = malloc(pixels);

        assert_non_null(image);
        assert_non_null(membrane);
        memset(membrane, 7, pixels);
        make_slice(names[k % 2], 3, 0, sizes[k], image, membrane);
        share_of_membrane(membrane, pixels);
        free(image);
        free(membrane);
    }
}

static void
makes_a_stack_of_one(void **state)
{
    static uint8_t image[PIXELS], membrane[PIXELS];

    (void)state;
    assert_int_equal(spt_simulate_slice(spt_microscope_find("spim"), 1, 0, 1, SIZE,
                                        image, membrane, NULL),
                     SEPTUM_OK);
    assert_true(share_of_membrane(membrane, PIXELS) > 0.1);
}

static void
refuses_a_slice_outside_the_stack_and_a_size_out_of_bounds(void **state)
{
    const struct spt_microscope *spim = spt_microscope_find("spim");
    uint8_t image = 1, membrane = 1;
    struct septum_error err = {0};

    (void)state;
    assert_int_equal(spt_simulate_slice(spim, 1, 5, 5, 1, &image, &membrane, &err),
                     SEPTUM_EINVAL);
    assert_string_equal(err.text,
                        "slice 5 is not in a stack of 5 slices, counted from 0");
    assert_int_equal(spt_simulate_slice(spim, 1, 0, 5, 0, &image, &membrane, &err),
                     SEPTUM_EINVAL);
    assert_string_equal(err.text,
                        "a simulated slice of 0 pixels a side: 1 to 8192 are possible");
    assert_int_equal(spt_simulate_slice(spim, 1, 0, 5, 8193, &image, &membrane, &err),
                     SEPTUM_EINVAL);
    assert_string_equal(
        err.text, "a simulated slice of 8193 pixels a side: 1 to 8192 are possible");
    assert_int_equal(image, 1);
    assert_int_equal(membrane, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_two_microscopes_by_name),
        cmocka_unit_test(makes_the_same_slice_again_however_many_threads_there_are),
        cmocka_unit_test(makes_another_embryo_of_another_seed),
        cmocka_unit_test(makes_neighbouring_slices_alike_but_not_equal),
        cmocka_unit_test(has_the_share_of_membrane_that_such_images_have),
        cmocka_unit_test(shows_membranes_brighter_than_the_rest),
        cmocka_unit_test(crops_the_field_of_view_around_the_centre),
        cmocka_unit_test(makes_images_of_any_size_and_writes_no_further),
        cmocka_unit_test(makes_a_stack_of_one),
        cmocka_unit_test(refuses_a_slice_outside_the_stack_and_a_size_out_of_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
