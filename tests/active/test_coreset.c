/*
 * test_coreset.c - distances to the nearest centre, against their definition.
 */
#include "active/coreset.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"

static void
squares_the_distance(void **state)
{
    const float a[] = {1, 2, 3}, b[] = {4, 6, 3};

    (void)state;
    assert_true(spt_coreset_distance(a, b, 3) == 25);
    assert_true(spt_coreset_distance(a, a, 3) == 0);
    assert_true(spt_coreset_distance(a, b, 0) == 0);
}

static void
finds_the_nearest_of_all_centres_given_so_far(void **state)
{
    enum {
        POINTS = 37,
        CENTRES = 9,
        DIMENSIONS = 5
    };
    float points[POINTS * DIMENSIONS], centres[CENTRES * DIMENSIONS], gaps[POINTS + 1];
    struct spt_random random;

    (void)state;
    spt_random_init(&random, 1, 2);
    for (size_t i = 0; i < POINTS * DIMENSIONS; i++)
        points[i] = (float)spt_random_normal(&random);
    for (size_t i = 0; i < CENTRES * DIMENSIONS; i++)
        centres[i] = (float)spt_random_normal(&random);
    for (size_t i = 0; i <= POINTS; i++)
        gaps[i] = INFINITY;
    spt_coreset_close(points, POINTS, centres, 0, DIMENSIONS, gaps);
    assert_true(isinf(gaps[0]));
    spt_coreset_close(points, POINTS, centres, 4, DIMENSIONS, gaps);
    spt_coreset_close(points, POINTS, centres + 4 * DIMENSIONS, CENTRES - 4, DIMENSIONS,
                      gaps);
    for (size_t i = 0; i < POINTS; i++) {
        double least = INFINITY;

        for (size_t c = 0; c < CENTRES; c++) {
            double sum = 0;

            for (size_t d = 0; d < DIMENSIONS; d++)
                sum += pow((double)points[i * DIMENSIONS + d] -
                               (double)centres[c * DIMENSIONS + d],
                           2);
            least = fmin(least, sum);
        }
        assert_true(fabs((double)gaps[i] - least) < 1e-5);
    }
    assert_true(isinf(gaps[POINTS]));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(squares_the_distance),
        cmocka_unit_test(finds_the_nearest_of_all_centres_given_so_far),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
