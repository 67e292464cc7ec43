/*
 * test_strategy.c - what each strategy asks for, and what holds of all.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "active/strategy.h"
#include "support/naive_region.h"
#include "support/pool.h"

static struct spt_region
choose(const char *name, const struct pool *pool, double lambda, size_t most,
       struct spt_random *random)
{
    struct spt_region_options options = {.lambda = lambda, .most_windows = most};
    const struct spt_strategy *strategy = spt_strategy_find(name);
    struct spt_region region = {0};

    assert_non_null(strategy);
    assert_int_equal(strategy->choose(pool->candidates, POOL_IMAGES, &options, random,
                                      &region, NULL),
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

/* Image 0 has the abundant windows, image 1 uncertain ones, image 2 both, but less. */
static void
make_pool(struct pool *pool)
{
    pool_init(pool, 2, 3);
    for (size_t w = 0; w < 6; w++) {
        pool->abundance[0][w] = w > 3 ? 0.4F : 0.3F;
        pool->f[1][w] = 0.02F * (float)(w + 1);
        pool->f[2][w] = 0.1F;
        pool->abundance[2][w] = 0.25F;
        pool->abundance[3][w] = 0.01F;
    }
}

static void
finds_every_strategy_by_its_name_and_no_other(void **state)
{
    const char *names[] = {"equation", "uncertainty", "abundance", "random", "entropy",
                           "margin",   "bald",        "coreset",   "image"};
    size_t rows = 0;

    (void)state;
    for (; spt_strategies[rows].name != NULL; rows++) {
        assert_ptr_equal(spt_strategy_find(spt_strategies[rows].name),
                         &spt_strategies[rows]);
        assert_true(strlen(spt_strategies[rows].summary) > 0);
        assert_true(strlen(spt_strategies[rows].summary) < 72);
        assert_non_null(spt_strategies[rows].choose);
    }
    assert_int_equal(rows, 9);
    for (size_t i = 0; i < rows; i++)
        assert_string_equal(spt_strategy_find(names[i])->name, names[i]);
    assert_null(spt_strategy_find("Random"));
    assert_null(spt_strategy_find("rand"));
    assert_null(spt_strategy_find(""));
}

static void
asks_each_for_what_it_is_after(void **state)
{
    static struct pool pool;
    struct spt_region region;

    (void)state;
    make_pool(&pool);
    region = choose("equation", &pool, 0.8, 2, NULL);
    REGION(&region, 2, 0, 1);
    assert_true(region.capped);
    spt_region_clear(&region);
    region = choose("uncertainty", &pool, 0.8, 2, NULL);
    REGION(&region, 1, 0, 1); /* 1 is worse than 0 alone, but the cap is 2 */
    assert_true(region.capped);
    spt_region_clear(&region);
    region = choose("abundance", &pool, 0.8, 2, NULL);
    REGION(&region, 0, 4, 5);
    assert_true(region.capped);
    spt_region_clear(&region);
}

static void
asks_by_entropy_margin_and_image(void **state)
{
    static struct pool pool;
    struct spt_region_options options = {.lambda = 0.8, .most_windows = 2};
    struct septum_error err = {0};
    struct spt_region region;
    float entropy[POOL_WINDOWS];

    (void)state;
    make_pool(&pool);
    for (size_t w = 0; w < POOL_WINDOWS; w++)
        entropy[w] = w == 4 ? 0 : w == 5 ? 0.01F : 0.5F;
    pool.candidates[3].entropy = entropy;
    region = choose("entropy", &pool, 0.8, 2, NULL);
    REGION(&region, 3, 4, 5);
    assert_true(fabs(region.uncertainty - 0.5) < 1e-6); /* f, not entropy */
    assert_true(region.capped);
    spt_region_clear(&region);
    region = choose("margin", &pool, 0.8, 2, NULL);
    REGION(&region, 1, 0, 1);
    spt_region_clear(&region);

    /* Image 1 has mean f 0.07, image 2 0.1: it wins until its windows are asked. */
    region = choose("image", &pool, 0.8, 2, NULL);
    REGION(&region, 1, 0, 1);
    spt_region_clear(&region);
    pool.askable[1][0] = pool.askable[1][1] = pool.askable[1][2] = 0; /* 0.1 now */
    pool.f[2][5] = 0.09F;
    region = choose("image", &pool, 0.8, 2, NULL);
    REGION(&region, 2, 2, 5);
    spt_region_clear(&region);

    pool.candidates[2].entropy = NULL;
    region = (struct spt_region){.count = 77};
    assert_int_equal(spt_strategy_find("entropy")->choose(
                         pool.candidates, POOL_IMAGES, &options, NULL, &region, &err),
                     SEPTUM_EINVAL);
    assert_string_equal(err.text,
                        "choosing a region: the entropy of image 2 of the pool "
                        "is not known");
    assert_int_equal(region.count, 77);
}

static void
asks_by_mutual_information_where_it_is_known(void **state)
{
    static struct pool pool;
    struct spt_region_options options = {.lambda = 0.8, .most_windows = 2};
    struct septum_error err = {0};
    struct spt_region region;
    float bald[POOL_WINDOWS];

    (void)state;
    make_pool(&pool);
    for (size_t w = 0; w < POOL_WINDOWS; w++)
        bald[w] = w == 1 ? 0.1F : w == 2 ? 0.2F : 0.5F;
    for (size_t i = 0; i < POOL_IMAGES; i++)
        pool.candidates[i].bald = i == 0 ? bald : pool.f[3];
    region = choose("bald", &pool, 0.8, 2, NULL);
    REGION(&region, 0, 1, 2);
    assert_true(fabs(region.uncertainty - 0.5) < 1e-6); /* f, not that */
    spt_region_clear(&region);
    assert_true(spt_strategy_find("bald")->needs_bald);
    assert_false(spt_strategy_find("entropy")->needs_bald);
    pool.candidates[1].bald = NULL;
    region = (struct spt_region){.count = 77};
    assert_int_equal(spt_strategy_find("bald")->choose(pool.candidates, POOL_IMAGES,
                                                       &options, NULL, &region, &err),
                     SEPTUM_EINVAL);
    assert_string_equal(err.text,
                        "choosing a region: the mutual information of image 1 "
                        "of the pool is not known");
    assert_int_equal(region.count, 77);
}

/* What core-set asks by its definition: the furthest window, then the neighbour whose
 * nearest of all centres, the region's windows among them, is the furthest. */
static void
choose_naively_by_coreset(const struct pool *pool, size_t most, size_t *image,
                          uint8_t in[POOL_WINDOWS])
{
    double largest = -1;
    size_t count = 1, first = 0;

    memset(in, 0, POOL_WINDOWS);
    for (size_t i = 0; i < POOL_IMAGES; i++)
        for (size_t w = 0; w < spt_grid_count(&pool->candidates[i].grid); w++)
            if (pool->askable[i][w] && (double)pool->candidates[i].gap[w] > largest) {
                largest = (double)pool->candidates[i].gap[w];
                *image = i;
                first = w;
            }
    in[first] = 1;
    for (; count < most; count++) {
        const struct spt_candidate *candidate = &pool->candidates[*image];
        size_t columns = candidate->grid.columns, best = POOL_WINDOWS;

        largest = -1;
        for (size_t w = 0; w < spt_grid_count(&candidate->grid); w++) {
            size_t row = w / columns, column = w % columns;
            bool beside = (row > 0 && in[w - columns]) ||
                          (row + 1 < candidate->grid.rows && in[w + columns]) ||
                          (column > 0 && in[w - 1]) ||
                          (column + 1 < columns && in[w + 1]);
            double gap = (double)candidate->gap[w];

            if (!beside || in[w] || !candidate->askable[w])
                continue;
            for (size_t k = 0; k < spt_grid_count(&candidate->grid); k++) {
                double x = (double)candidate->features[2 * k] -
                           (double)candidate->features[2 * w];
                double y = (double)candidate->features[2 * k + 1] -
                           (double)candidate->features[2 * w + 1];

                if (in[k])
                    gap = fmin(gap, x * x + y * y);
            }
            if (gap > largest) {
                largest = gap;
                best = w;
            }
        }
        if (best == POOL_WINDOWS)
            return;
        in[best] = 1;
    }
}

static void
asks_for_the_windows_furthest_from_all_known_ones(void **state)
{
    static struct pool pool;
    static float features[POOL_IMAGES][2 * POOL_WINDOWS],
        gap[POOL_IMAGES][POOL_WINDOWS];
    struct spt_region_options options = {.lambda = 0.8, .most_windows = 2};
    struct septum_error err = {0};
    struct spt_region region;
    struct spt_random random;

    (void)state;
    spt_random_init(&random, 11, 12);
    for (uint64_t seed = 0; seed < 100; seed++) {
        uint8_t wanted[POOL_WINDOWS], found[POOL_WINDOWS];
        size_t image = 0;

        pool_init_random(&pool, 0, 0.1, seed);
        for (size_t i = 0; i < POOL_IMAGES; i++) {
            for (size_t w = 0; w < POOL_WINDOWS; w++) {
                features[i][2 * w] = (float)spt_random_normal(&random);
                features[i][2 * w + 1] = (float)spt_random_normal(&random);
                gap[i][w] = (float)spt_random_uniform(&random);
            }
            pool.candidates[i].features = features[i];
            pool.candidates[i].feature_count = 2;
            pool.candidates[i].gap = gap[i];
        }
        region = choose("coreset", &pool, 0.8, 1 + seed % 7, NULL);
        if (region.count == 0)
            continue;
        choose_naively_by_coreset(&pool, 1 + seed % 7, &image, wanted);
        pool_mark(&region, found);
        assert_int_equal(region.image, image);
        assert_memory_equal(found, wanted, sizeof found);
        spt_region_clear(&region);
    }
    assert_true(spt_strategy_find("coreset")->needs_features);
    pool.candidates[2].gap = NULL;
    assert_int_equal(spt_strategy_find("coreset")->choose(
                         pool.candidates, POOL_IMAGES, &options, NULL, &region, &err),
                     SEPTUM_EINVAL);
    assert_string_equal(err.text, "choosing a region: the features of image 2 of the "
                                  "pool are not known");
}

static void
tells_the_objective_at_the_lambda_of_the_options(void **state)
{
    static struct pool pool;
    struct spt_random random;

    (void)state;
    spt_random_init(&random, 1, 2);
    make_pool(&pool);
    for (size_t i = 0; spt_strategies[i].name != NULL; i++) {
        struct spt_region region =
            choose(spt_strategies[i].name, &pool, 0.6, 3, &random);
        uint8_t in[POOL_WINDOWS];

        pool_mark(&region, in);
        assert_true(fabs(region.objective -
                         naive_region_objective(&pool.candidates[region.image], in,
                                                0.6)) < 1e-12);
        spt_region_clear(&region);
    }
}

static void
asks_for_connected_askable_windows_up_to_the_cap(void **state)
{
    static struct pool pool;
    struct spt_random random;

    (void)state;
    spt_random_init(&random, 3, 4);
    for (uint64_t seed = 0; seed < 60; seed++) {
        pool_init_random(&pool, 0, 0.01, seed);
        for (size_t i = 0; spt_strategies[i].name != NULL; i++) {
            size_t most = 1 + seed % 9;
            struct spt_region region =
                choose(spt_strategies[i].name, &pool, 0.8, most, &random);
            uint8_t in[POOL_WINDOWS];

            if (region.count == 0) /* every grid is empty */
                continue;
            pool_mark(&region, in);
            assert_true(region.count <= most);
            assert_true(naive_region_connected(&pool.candidates[region.image], in));
            spt_region_clear(&region);
        }
    }
}

static void
fills_the_cap_with_every_rival(void **state)
{
    const char *rivals[] = {"uncertainty", "abundance", "random",
                            "entropy",     "bald",      "coreset"};
    static struct pool pool;
    struct spt_random random;

    (void)state;
    spt_random_init(&random, 5, 6);
    for (uint64_t seed = 0; seed < 20; seed++) {
        pool_init_random(&pool, 0, 0.01, seed);
        memset(pool.askable, 1, sizeof pool.askable);
        for (size_t i = 0; i < POOL_IMAGES; i++)
            pool.candidates[i].grid = (struct spt_grid){64, 3, 4};
        for (size_t i = 0; i < 6; i++) {
            struct spt_region region = choose(rivals[i], &pool, 0.8, 6, &random);

            assert_int_equal(region.count, 6);
            assert_true(region.capped);
            spt_region_clear(&region);
            region = choose(rivals[i], &pool, 0.8, 12, &random);
            assert_int_equal(region.count, 12);
            assert_false(region.capped);
            spt_region_clear(&region);
        }
    }
}

static void
draws_every_askable_window_equally_often(void **state)
{
    enum {
        DRAWS = 6000
    };
    static struct pool pool;
    struct spt_random random;
    size_t drawn[POOL_IMAGES][POOL_WINDOWS] = {{0}};

    (void)state;
    spt_random_init(&random, 7, 8);
    pool_init(&pool, 2, 2);
    pool.candidates[1].grid = (struct spt_grid){64, 0, 0};
    memset(pool.askable[2], 0, POOL_WINDOWS);
    pool.askable[0][0] = pool.askable[3][3] = 0; /* 6 are left: 0: 1 2 3, 3: 0 1 2 */
    for (size_t i = 0; i < DRAWS; i++) {
        struct spt_region region = choose("random", &pool, 0.8, 1, &random);

        assert_int_equal(region.count, 1);
        drawn[region.image][region.windows[0]]++;
        spt_region_clear(&region);
    }
    for (size_t w = 0; w < 4; w++) {
        /* 1000 expected, with a standard deviation of 29 */
        assert_true(w == 0 ? drawn[0][w] == 0
                           : drawn[0][w] > 850 && drawn[0][w] < 1150);
        assert_true(w == 3 ? drawn[3][w] == 0
                           : drawn[3][w] > 850 && drawn[3][w] < 1150);
    }
}

static void
grows_random_regions_both_ways(void **state)
{
    static struct pool pool;
    struct spt_random random;
    size_t first = 0;

    (void)state;
    spt_random_init(&random, 9, 10);
    pool_init(&pool, 1, 3);
    for (size_t i = 0; i < POOL_IMAGES; i++)
        pool.askable[i][0] = pool.askable[i][2] = i == 0;
    for (size_t i = 1; i < POOL_IMAGES; i++)
        pool.askable[i][1] = 0;
    for (size_t i = 0; i < 1200; i++) {
        struct spt_region region = choose("random", &pool, 0.8, 2, &random);

        assert_int_equal(region.count, 2);
        assert_true(region.capped);
        first += region.windows[0] == 0;
        spt_region_clear(&region);
    }
    assert_true(first > 500 && first < 700); /* 600, deviation 17 */
}

static void
draws_the_same_from_the_same_seed(void **state)
{
    static struct pool pool;

    (void)state;
    pool_init(&pool, 6, 8);
    for (uint64_t seed = 0; seed < 10; seed++) {
        struct spt_random one, other;
        struct spt_region a, b;

        spt_random_init(&one, seed, 0);
        spt_random_init(&other, seed, 0);
        a = choose("random", &pool, 0.8, 6, &one);
        b = choose("random", &pool, 0.8, 6, &other);
        check_region(&a, b.image, b.count, b.windows);
        assert_memory_equal(&one, &other, sizeof one);
        spt_region_clear(&a);
        spt_region_clear(&b);
    }
}

static void
answers_a_pool_that_is_used_up_with_an_empty_region(void **state)
{
    static struct pool pool;
    struct spt_random random;

    (void)state;
    spt_random_init(&random, 0, 0);
    pool_init(&pool, 2, 2);
    memset(pool.askable, 0, sizeof pool.askable);
    for (size_t i = 0; spt_strategies[i].name != NULL; i++) {
        struct spt_region region =
            choose(spt_strategies[i].name, &pool, 0.8, 6, &random);

        assert_int_equal(region.count, 0);
        assert_null(region.windows);
    }
}

static void
refuses_options_out_of_bounds_whichever_is_asked(void **state)
{
    static struct pool pool;
    struct spt_random random;

    (void)state;
    spt_random_init(&random, 0, 0);
    pool_init(&pool, 2, 2);
    for (size_t i = 0; spt_strategies[i].name != NULL; i++) {
        const struct spt_region_options wrong[] = {{.lambda = -1, .most_windows = 6},
                                                   {.lambda = 0.8}};

        for (size_t k = 0; k < 2; k++) {
            struct spt_region region = {.count = 77};
            struct septum_error err = {0};

            assert_int_equal(spt_strategies[i].choose(pool.candidates, POOL_IMAGES,
                                                      &wrong[k], &random, &region,
                                                      &err),
                             SEPTUM_EINVAL);
            assert_non_null(strstr(err.text, k == 0 ? "lambda is -1" : "at most 0 "));
            assert_int_equal(region.count, 77);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_every_strategy_by_its_name_and_no_other),
        cmocka_unit_test(asks_each_for_what_it_is_after),
        cmocka_unit_test(asks_by_entropy_margin_and_image),
        cmocka_unit_test(asks_by_mutual_information_where_it_is_known),
        cmocka_unit_test(asks_for_the_windows_furthest_from_all_known_ones),
        cmocka_unit_test(tells_the_objective_at_the_lambda_of_the_options),
        cmocka_unit_test(asks_for_connected_askable_windows_up_to_the_cap),
        cmocka_unit_test(fills_the_cap_with_every_rival),
        cmocka_unit_test(draws_every_askable_window_equally_often),
        cmocka_unit_test(grows_random_regions_both_ways),
        cmocka_unit_test(draws_the_same_from_the_same_seed),
        cmocka_unit_test(answers_a_pool_that_is_used_up_with_an_empty_region),
        cmocka_unit_test(refuses_options_out_of_bounds_whichever_is_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
