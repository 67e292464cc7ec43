/*
 * test_region.c - regions of pools made by hand, and of random ones against the naive
 * definition.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "active/region.h"
#include "support/naive_region.h"
#include "support/pool.h"

#define NEAR(got, wanted) assert_true(fabs((got) - (wanted)) < 1e-6)

static struct spt_region
search(const struct pool *pool, size_t images, double lambda, size_t most, bool fill)
{
    struct spt_region_options options = {
        .lambda = lambda, .most_windows = most, .fill = fill};
    struct spt_region region = {0};

    assert_int_equal(
        spt_region_search(pool->candidates, images, &options, &region, NULL),
        SEPTUM_OK);
    return region;
}

static void
check_region(const struct spt_region *region, size_t image, size_t count,
             const size_t *windows)
{
    assert_int_equal(region->image, image);
    assert_int_equal(region->count, count);
    assert_memory_equal(region->windows, windows, count * sizeof *windows);
}

#define REGION(region, image, ...)                                                     \
    check_region(region, image, sizeof((size_t[]){__VA_ARGS__}) / sizeof(size_t),      \
                 (size_t[]){__VA_ARGS__})

static void
takes_a_single_window_where_every_neighbour_makes_it_worse(void **state)
{
    static struct pool pool;
    struct spt_region region;

    (void)state;
    pool_init(&pool, 3, 3);
    pool.f[1][4] = 0.1F;
    pool.abundance[1][4] = 0.25F;
    for (size_t w = 0; w < 9; w++) /* 0.8 * 0.2 lost, 0.2 * 0.01 won */
        pool.abundance[0][w] = 0.01F;
    region = search(&pool, 2, 0.8, 6, false);
    REGION(&region, 1, 4);
    assert_false(region.capped);
    NEAR(region.uncertainty, 0.1);
    NEAR(region.abundance, 0.25);
    NEAR(region.objective, 0.8 * 0.1 + 0.2 * 0.75);
    spt_region_clear(&region);
}

static void
grows_by_abundance_until_the_cap(void **state)
{
    static struct pool pool;
    struct spt_region region;

    (void)state;
    pool_init(&pool, 1, 6); /* equal f: each neighbour pays by its S */
    for (size_t w = 0; w < 6; w++) {
        pool.f[0][w] = 0.25F;
        pool.abundance[0][w] = 0.125F * (float)(w + 1);
    }
    region = search(&pool, 1, 0.8, 3, false);
    REGION(&region, 0, 3, 4, 5);
    assert_true(region.capped);
    NEAR(region.abundance, 0.125 * 15);
    NEAR(region.objective, 0.8 * 0.25 + 0.2 * (1 - 0.125 * 15)); /* below 0, as S may */
    spt_region_clear(&region);

    region = search(&pool, 1, 0.8, 6, false);
    REGION(&region, 0, 0, 1, 2, 3, 4, 5);
    assert_false(region.capped); /* there is no seventh */
    spt_region_clear(&region);
}

static void
is_not_capped_where_no_further_window_would_have_joined(void **state)
{
    static struct pool pool;
    struct spt_region region;

    (void)state;
    pool_init(&pool, 1, 4);
    pool.f[0][0] = 0.1F;
    pool.f[0][1] = 0.05F;
    region = search(&pool, 1, 1, 2, false);
    REGION(&region, 0, 1); /* the mean with any neighbour is higher */
    assert_false(region.capped);
    spt_region_clear(&region);
    region = search(&pool, 1, 1, 1, false);
    REGION(&region, 0, 1);
    assert_false(region.capped);
    spt_region_clear(&region);
    pool.abundance[0][0] = 1; /* now window 0 would lower it, but for the cap */
    pool.abundance[0][1] = 1;
    region = search(&pool, 1, 0.8, 1, false);
    REGION(&region, 0, 1);
    assert_true(region.capped);
    spt_region_clear(&region);
}

static void
follows_the_worked_example_step_by_step(void **state)
{
    static struct pool pool;
    struct spt_region region;

    (void)state;
    /*
     * 2 x 2 windows, lambda 0.5, twice the objective:
     *	f  0.1 0.2   S  0.1 0.2
     *	   0.3 0.5      0.5 0.1
     * From 0: 0.1 + 0.9 = 1.0; with 1: 0.15 + 0.7; with 2: 0.2 + 0.4, taken; then with
     * 1: 0.2 + 0.2, taken; then with 3: 0.275 + 0.1, taken.  All seeds end there.
     */
    pool_init(&pool, 2, 2);
    memcpy(pool.f[0], (float[]){0.1F, 0.2F, 0.3F, 0.5F}, 4 * sizeof(float));
    memcpy(pool.abundance[0], (float[]){0.1F, 0.2F, 0.5F, 0.1F}, 4 * sizeof(float));
    region = search(&pool, 1, 0.5, 2, false);
    REGION(&region, 0, 0, 2);
    assert_true(region.capped);
    NEAR(region.objective, 0.3);
    spt_region_clear(&region);
    region = search(&pool, 1, 0.5, 3, false);
    REGION(&region, 0, 0, 1, 2);
    assert_true(region.capped);
    NEAR(region.objective, 0.2);
    spt_region_clear(&region);
    region = search(&pool, 1, 0.5, 4, false);
    REGION(&region, 0, 0, 1, 2, 3);
    assert_false(region.capped);
    NEAR(region.objective, 0.1875);
    spt_region_clear(&region);
}

static void
stays_on_one_side_of_windows_that_are_labelled(void **state)
{
    static struct pool pool;
    struct spt_region region;

    (void)state;
    pool_init(&pool, 3, 3);
    for (size_t w = 0; w < 9; w++)
        pool.abundance[0][w] = 0.1F;
    for (size_t w = 1; w < 9; w += 3) { /* the middle column, the best by far */
        pool.askable[0][w] = 0;
        pool.f[0][w] = 0;
        pool.abundance[0][w] = 1;
    }
    pool.f[0][5] = 0.49F;
    region = search(&pool, 1, 0.8, 9, false);
    REGION(&region, 0, 2, 5, 8);
    assert_false(region.capped);
    spt_region_clear(&region);
}

static void
gives_ties_to_the_first_in_order(void **state)
{
    static struct pool pool;
    struct spt_region region;

    (void)state;
    pool_init(&pool, 3, 3);
    for (size_t i = 0; i < POOL_IMAGES; i++)
        for (size_t w = 0; w < 9; w++) {
            pool.f[i][w] = 0.3F; /* no exact sums: rounding must not decide */
            pool.abundance[i][w] = 0.1F;
        }
    region = search(&pool, POOL_IMAGES, 0.7, 1, false);
    REGION(&region, 0, 0);
    spt_region_clear(&region);
    region = search(&pool, POOL_IMAGES, 0.7, 4, false);
    REGION(&region, 0, 0, 1, 2, 3);
    assert_true(region.capped);
    spt_region_clear(&region);
    region = search(&pool, POOL_IMAGES, 1, 4, false); /* none lowers the mean */
    REGION(&region, 0, 0);
    assert_false(region.capped);
    spt_region_clear(&region);
}

static void
does_not_let_rounding_settle_a_tie(void **state)
{
    static struct pool pool;
    struct spt_region region;

    (void)state;
    /* Both have 0.8 * 0.5 = 0.8 * 0.25 + 0.2, which in doubles is less on the right. */
    pool_init(&pool, 1, 1);
    pool.abundance[0][0] = 1;
    pool.f[1][0] = 0.25F;
    assert_true(spt_region_objective(0.8, 0.25, 0) < spt_region_objective(0.8, 0.5, 1));
    region = search(&pool, 2, 0.8, 1, false);
    REGION(&region, 0, 0);
    spt_region_clear(&region);

    /* The second window adds 0.8 / 64 and takes away 0.2 / 16: again less in doubles.
     */
    pool_init(&pool, 1, 2);
    pool.f[0][0] = 1 / 64.0F;
    pool.f[0][1] = 3 / 64.0F;
    pool.abundance[0][1] = 1 / 16.0F;
    assert_true(spt_region_objective(0.8, 2 / 64.0, 1 / 16.0) <
                spt_region_objective(0.8, 1 / 64.0, 0));
    region = search(&pool, 1, 0.8, 2, false);
    REGION(&region, 0, 0);
    assert_false(region.capped);
    spt_region_clear(&region);
}

static void
fills_up_to_the_cap_when_told_so(void **state)
{
    static struct pool pool;
    struct spt_region region;

    (void)state;
    pool_init(&pool, 2, 4);
    pool.candidates[1].grid = (struct spt_grid){64, 1, 2};
    pool.f[1][0] = 0; /* the best window, but its image holds only two */
    pool.f[0][3] = 0.1F;
    pool.f[0][7] = 0.2F;
    pool.f[0][6] = 0.3F;
    region = search(&pool, 2, 1, 3, true);
    REGION(&region, 0, 3, 6, 7);
    assert_true(region.capped);
    NEAR(region.objective, 0.2);
    spt_region_clear(&region);
    region = search(&pool, 2, 1, 2, true);
    REGION(&region, 0, 3, 7);
    spt_region_clear(&region);
    region = search(&pool, 2, 1, 100, true);
    REGION(&region, 0, 0, 1, 2, 3, 4, 5, 6, 7);
    assert_false(region.capped);
    spt_region_clear(&region);
}

static void
answers_an_empty_pool_with_an_empty_region(void **state)
{
    static struct pool pool;
    struct spt_region region;

    (void)state;
    pool_init(&pool, 2, 2);
    region = search(&pool, 0, 0.8, 6, false);
    assert_int_equal(region.count, 0);
    assert_null(region.windows);
    memset(pool.askable, 0, sizeof pool.askable);
    region = search(&pool, 4, 0.8, 6, true);
    assert_int_equal(region.count, 0);
    pool_init(&pool, 0, 3);
    region = search(&pool, 4, 0.8, 6, false);
    assert_int_equal(region.count, 0);
    spt_region_clear(&region);
}

/* Compare with the definition, and check what must hold of any region. */
static void
check_against_naive(const struct pool *pool, double lambda, size_t most, bool fill)
{
    struct spt_region_options options = {
        .lambda = lambda, .most_windows = most, .fill = fill};
    struct spt_region region = search(pool, POOL_IMAGES, lambda, most, fill);
    uint8_t wanted[POOL_WINDOWS] = {0}, in[POOL_WINDOWS];
    size_t image = 0;
    bool capped = false;

    pool_mark(&region, in);
    assert_int_equal(region.count,
                     naive_region_search(pool->candidates, POOL_IMAGES, &options,
                                         wanted, &image, &capped));
    if (region.count > 0) {
        const struct spt_candidate *candidate = &pool->candidates[region.image];

        assert_int_equal(region.image, image);
        assert_memory_equal(in, wanted, spt_grid_count(&candidate->grid));
        assert_int_equal(region.capped, capped);
        assert_true(region.count <= most);
        assert_true(naive_region_connected(candidate, in));
        assert_true(fabs(region.objective -
                         naive_region_objective(candidate, in, lambda)) < 1e-12);
        assert_true(region.objective ==
                    spt_region_objective(lambda, region.uncertainty, region.abundance));
        for (size_t i = 1; i < region.count; i++)
            assert_true(region.windows[i - 1] < region.windows[i]);
    }
    spt_region_clear(&region);
}

static void
agrees_with_the_definition_on_random_pools(void **state)
{
    const double lambdas[] = {0.8, 0.5, 0.95, 0, 1};
    const double most_abundance[] = {0.003, 0.05, 0.5};
    static struct pool pool;

    (void)state;
    for (uint64_t seed = 0; seed < 90; seed++) {
        pool_init_random(&pool, 0, most_abundance[seed % 3], seed);
        check_against_naive(&pool, lambdas[seed % 5], 1 + seed % 8, seed % 4 == 0);
    }
}

static void
agrees_with_the_definition_where_regions_tie(void **state)
{
    const double lambdas[] = {0.8, 0.5, 1, 0};
    static struct pool pool;

    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        pool_init_random(&pool, 1 + (uint32_t)seed % 3, 0.3, seed);
        check_against_naive(&pool, lambdas[seed % 4], 1 + seed % 7, seed % 2 == 0);
    }
}

static void
makes_a_region_of_windows_in_any_order(void **state)
{
    const size_t windows[] = {5, 0, 4};
    static struct pool pool;
    struct spt_region region = {0};

    (void)state;
    pool_init(&pool, 2, 4);
    for (size_t w = 0; w < 8; w++) {
        pool.f[2][w] = 0.0625F * (float)w;
        pool.abundance[2][w] = 0.125F;
    }
    assert_int_equal(
        spt_region_make(pool.candidates, 2, windows, 3, 0.5, &region, NULL), SEPTUM_OK);
    REGION(&region, 2, 0, 4, 5);
    assert_false(region.capped);
    NEAR(region.uncertainty, 0.1875);
    NEAR(region.abundance, 0.375);
    NEAR(region.objective, 0.5 * 0.1875 + 0.5 * 0.625);
    spt_region_clear(&region);
    assert_null(region.windows);
    assert_int_equal(region.count, 0);
    spt_region_clear(&region);
}

static void
refuses_options_out_of_bounds(void **state)
{
    const double wrong[] = {-0.1, 1.1, NAN};
    static struct pool pool;
    struct spt_region_options options = {.lambda = 0.8};
    struct spt_region region = {.count = 77};
    struct septum_error err = {0};

    (void)state;
    pool_init(&pool, 1, 1);
    assert_int_equal(spt_region_search(pool.candidates, 1, &options, &region, &err),
                     SEPTUM_EINVAL);
    assert_string_equal(err.text,
                        "choosing a region: at most 0 windows were asked for; "
                        "a region has at least 1");
    options.most_windows = 1;
    for (size_t i = 0; i < 3; i++) {
        options.lambda = wrong[i];
        assert_int_equal(spt_region_search(pool.candidates, 1, &options, &region, &err),
                         SEPTUM_EINVAL);
    }
    options.lambda = 1.5;
    assert_int_equal(spt_region_search(pool.candidates, 1, &options, &region, &err),
                     SEPTUM_EINVAL);
    assert_string_equal(err.text,
                        "choosing a region: lambda is 1.5; it weighs uncertainty "
                        "against abundance and must lie in [0, 1]");
    assert_int_equal(region.count, 77);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_a_single_window_where_every_neighbour_makes_it_worse),
        cmocka_unit_test(grows_by_abundance_until_the_cap),
        cmocka_unit_test(is_not_capped_where_no_further_window_would_have_joined),
        cmocka_unit_test(follows_the_worked_example_step_by_step),
        cmocka_unit_test(stays_on_one_side_of_windows_that_are_labelled),
        cmocka_unit_test(gives_ties_to_the_first_in_order),
        cmocka_unit_test(does_not_let_rounding_settle_a_tie),
        cmocka_unit_test(fills_up_to_the_cap_when_told_so),
        cmocka_unit_test(answers_an_empty_pool_with_an_empty_region),
        cmocka_unit_test(agrees_with_the_definition_on_random_pools),
        cmocka_unit_test(agrees_with_the_definition_where_regions_tie),
        cmocka_unit_test(makes_a_region_of_windows_in_any_order),
        cmocka_unit_test(refuses_options_out_of_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
