/*
 * test_growth.c - a set that grows over a small grid.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "active/growth.h"
#include "support/pool.h"

static void
check_windows(const size_t *windows, size_t count, size_t wanted_count,
              const size_t *wanted)
{
    assert_int_equal(count, wanted_count);
    assert_memory_equal(windows, wanted, count * sizeof *windows);
}

#define FRONTIER(growth, ...)                                                          \
    check_windows((growth)->frontier, (growth)->frontier_count,                        \
                  sizeof((size_t[]){__VA_ARGS__}) / sizeof(size_t),                    \
                  (size_t[]){__VA_ARGS__})

static void
offers_the_neighbours_of_its_members_in_order(void **state)
{
    static struct pool pool;
    struct spt_growth growth = {0};

    (void)state;
    pool_init(&pool, 3, 4); /*  0  1  2  3 /  4  5  6  7 /  8  9 10 11 */
    assert_int_equal(spt_growth_init(&growth, pool.candidates, 1, NULL), SEPTUM_OK);
    spt_growth_start(&growth, pool.candidates, 5);
    FRONTIER(&growth, 1, 4, 6, 9);
    spt_growth_join(&growth, 2);
    FRONTIER(&growth, 1, 2, 4, 7, 9, 10);
    spt_growth_join(&growth, 3);
    FRONTIER(&growth, 1, 2, 3, 4, 9, 10, 11);
    check_windows(growth.members, growth.count, 3, (size_t[]){5, 6, 7});
    spt_growth_clear(&growth);
}

static void
does_not_reach_round_the_edge_of_the_grid(void **state)
{
    static struct pool pool;
    struct spt_growth growth = {0};

    (void)state;
    pool_init(&pool, 3, 4);
    assert_int_equal(spt_growth_init(&growth, pool.candidates, 1, NULL), SEPTUM_OK);
    spt_growth_start(&growth, pool.candidates, 3);
    FRONTIER(&growth, 2, 7);
    spt_growth_start(&growth, pool.candidates, 4);
    FRONTIER(&growth, 0, 5, 8);
    spt_growth_start(&growth, pool.candidates, 11);
    FRONTIER(&growth, 7, 10);
    spt_growth_clear(&growth);
}

static void
leaves_out_what_is_not_askable(void **state)
{
    static struct pool pool;
    struct spt_growth growth = {0};

    (void)state;
    pool_init(&pool, 3, 3);
    pool.askable[0][1] = pool.askable[0][5] = 0;
    assert_int_equal(spt_growth_init(&growth, pool.candidates, 1, NULL), SEPTUM_OK);
    spt_growth_start(&growth, pool.candidates, 4);
    FRONTIER(&growth, 3, 7);
    spt_growth_clear(&growth);
}

static void
starts_anew_in_another_image(void **state)
{
    static struct pool pool;
    struct spt_growth growth = {0};

    (void)state;
    pool_init(&pool, 3, 3);
    pool.candidates[1].grid = (struct spt_grid){64, 1, 5};
    assert_int_equal(spt_growth_init(&growth, pool.candidates, 2, NULL), SEPTUM_OK);
    spt_growth_start(&growth, &pool.candidates[0], 0);
    while (growth.frontier_count > 0)
        spt_growth_join(&growth, growth.frontier_count - 1);
    assert_int_equal(growth.count, 9);
    spt_growth_start(&growth, &pool.candidates[1], 2);
    FRONTIER(&growth, 1, 3);
    spt_growth_start(&growth, &pool.candidates[0], 0);
    FRONTIER(&growth, 1, 3);
    assert_int_equal(growth.count, 1);
    spt_growth_clear(&growth);
}

static void
clears_to_the_empty_value(void **state)
{
    static struct pool pool;
    struct spt_growth growth = {0}, empty = {0};

    (void)state;
    spt_growth_clear(&growth);
    pool_init(&pool, 2, 2);
    assert_int_equal(spt_growth_init(&growth, pool.candidates, 1, NULL), SEPTUM_OK);
    spt_growth_clear(&growth);
    assert_memory_equal(&growth, &empty, sizeof growth);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offers_the_neighbours_of_its_members_in_order),
        cmocka_unit_test(does_not_reach_round_the_edge_of_the_grid),
        cmocka_unit_test(leaves_out_what_is_not_askable),
        cmocka_unit_test(starts_anew_in_another_image),
        cmocka_unit_test(clears_to_the_empty_value),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
