/*
 * test_uncertainty.c - the uncertainty of windows, worked out by hand.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "active/uncertainty.h"

#define NEAR(got, wanted) assert_true(fabs((double)(got) - (double)(wanted)) < 1e-7)

static void
averages_the_distance_from_one_half(void **state)
{
    const float p[] = {0.5F, 0.25F, 1.0F, 0.0F}; /* 0, 0.25, 0.5, 0.5 away */
    struct spt_grid grid = {2, 1, 1};
    float f = -1;

    (void)state;
    spt_uncertainty_windows(p, 2, &grid, &f);
    NEAR(f, 0.3125);
}

static void
takes_windows_in_order_and_leaves_the_strip_beyond(void **state)
{
    enum {
        WIDTH = 7,
        HEIGHT = 5
    }; /* 2 x 3 windows of 2, and a strip on each far side */
    const float wanted[] = {0.0F, 0.1F, 0.2F, 0.3F, 0.4F, 0.5F};
    struct spt_grid grid = {2, 2, 3};
    float p[WIDTH * HEIGHT], f[7] = {0, 0, 0, 0, 0, 0, 99};

    (void)state;
    for (size_t y = 0; y < HEIGHT; y++)
        for (size_t x = 0; x < WIDTH; x++)
            p[y * WIDTH + x] = y >= 4 || x >= 6 ? NAN
                                                : 0.5F + (x % 2 ? -1.0F : 1.0F) *
                                                             wanted[y / 2 * 3 + x / 2];
    spt_uncertainty_windows(p, WIDTH, &grid, f);
    for (size_t i = 0; i < 6; i++)
        NEAR(f[i], wanted[i]);
    assert_true(f[6] == 99);
}

static void
lies_between_zero_and_one_half(void **state)
{
    enum {
        SIDE = 64
    };
    static float p[SIDE * SIDE];
    struct spt_grid grid = {SIDE, 1, 1};
    float f = -1;

    (void)state;
    for (size_t i = 0; i < (size_t)SIDE * SIDE; i++)
        p[i] = (float)(i % 2);
    spt_uncertainty_windows(p, SIDE, &grid, &f);
    assert_true(f == 0.5F);
    for (size_t i = 0; i < (size_t)SIDE * SIDE; i++)
        p[i] = 0.5F;
    spt_uncertainty_windows(p, SIDE, &grid, &f);
    assert_true(f == 0);
}

static void
writes_nothing_for_a_grid_without_windows(void **state)
{
    const float p[] = {0};
    struct spt_grid grid = {2, 0, 3};
    float f = 99;

    (void)state;
    spt_uncertainty_windows(p, 1, &grid, &f);
    assert_true(f == 99);
}

static void
measures_entropy_in_the_same_range_and_sense(void **state)
{
    const float p[] = {0.5F, 0.0F, 1.0F, 0.25F};
    struct spt_grid grid = {1, 1, 4};
    float entropy[4];

    (void)state;
    spt_uncertainty_entropy(p, 4, &grid, entropy);
    NEAR(entropy[0], 0);
    NEAR(entropy[1], 0.5);
    NEAR(entropy[2], 0.5);
    NEAR(entropy[3], 0.5 * (1 - 0.8112781244591328)); /* H(1/4) in bits */
}

static void
measures_by_how_much_draws_disagree(void **state)
{
    /* Two draws each: 0 and 1; 1/4 and 3/4; 1/2 and 1/2; 1/4 and 1/4. */
    const float mean[] = {0.5F, 0.5F, 0.5F, 0.25F};
    const double quarter = 0.8112781244591328; /* H(1/4) in bits */
    float entropy[] = {0, (float)quarter, 1, (float)quarter};
    struct spt_grid grid = {1, 1, 4};
    float bald[4];

    (void)state;
    assert_true(fabs(spt_uncertainty_bits(0.25) - quarter) < 1e-12);
    assert_true(spt_uncertainty_bits(0) == 0 && spt_uncertainty_bits(1) == 0);
    assert_true(spt_uncertainty_bits(0.5) == 1);
    spt_uncertainty_bald(mean, entropy, 4, &grid, bald);
    NEAR(bald[0], 0); /* all is disagreement */
    NEAR(bald[1], 0.5 * quarter);
    NEAR(bald[2], 0.5); /* unsure, but of one mind */
    NEAR(bald[3], 0.5);
    entropy[3] = 0.9F; /* more than that of the mean: rounding */
    spt_uncertainty_bald(mean, entropy, 4, &grid, bald);
    assert_true(bald[3] == 0.5F);
    grid = (struct spt_grid){2, 1, 1};
    spt_uncertainty_bald(mean, entropy, 2, &grid, bald);
    assert_true(bald[0] > 0.34F && bald[0] < 0.37F); /* (0 + 0.406 + 0.5 + 0.5) / 4 */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(averages_the_distance_from_one_half),
        cmocka_unit_test(takes_windows_in_order_and_leaves_the_strip_beyond),
        cmocka_unit_test(lies_between_zero_and_one_half),
        cmocka_unit_test(measures_entropy_in_the_same_range_and_sense),
        cmocka_unit_test(measures_by_how_much_draws_disagree),
        cmocka_unit_test(writes_nothing_for_a_grid_without_windows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
