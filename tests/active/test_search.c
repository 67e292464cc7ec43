/*
 * test_search.c - the better searches against all sets there are, on tiny grids, and
 * the limits that a region may have.
 */
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "active/novelty.h"
#include "base/random.h"
#include "support/naive_region.h"
#include "support/pool.h"

/* ---- the definition -------------------------------------------------------------- */

static bool
hangs_together(const struct spt_grid *grid, unsigned set)
{
    unsigned reached = set & -set, before = 0;

    while (reached != before) {
        before = reached;
        for (unsigned a = 0; a < spt_grid_count(grid); a++)
            for (unsigned b = 0; b < spt_grid_count(grid); b++) {
                int down = abs((int)(a / grid->columns) - (int)(b / grid->columns));
                int across = abs((int)(a % grid->columns) - (int)(b % grid->columns));

                if (reached & 1U << a && set & 1U << b && down + across <= 1)
                    reached |= 1U << b;
            }
    }
    return reached == set;
}

static bool
is_allowed(const struct spt_candidate *candidate,
           const struct spt_region_options *options, unsigned set)
{
    size_t count = 0;

    for (unsigned w = 0; w < spt_grid_count(&candidate->grid); w++) {
        if (!(set & 1U << w))
            continue;
        count++;
        if (!candidate->askable[w])
            return false;
        for (unsigned v = 0; v < w && options->distinct; v++)
            if (set & 1U << v && candidate->cluster[v] == candidate->cluster[w])
                return false;
    }
    return count > 0 && count <= options->most_windows &&
           hangs_together(&candidate->grid, set);
}

struct best {
    size_t count;
    double objective;
};

static struct best
try_all_sets(const struct spt_candidate *candidates, size_t images,
             const struct spt_region_options *options)
{
    struct best best = {0, INFINITY};

    for (size_t i = 0; i < images; i++)
        for (unsigned set = 1; set < 1U << spt_grid_count(&candidates[i].grid); set++) {
            uint8_t in[POOL_WINDOWS] = {0};
            size_t count = 0;
            bool by_size;
            double objective;

            for (unsigned w = 0; w < spt_grid_count(&candidates[i].grid); w++)
                count += in[w] = (set & 1U << w) != 0;
            if (!is_allowed(&candidates[i], options, set))
                continue;
            objective = naive_region_objective(&candidates[i], in, options->lambda);
            by_size = options->fill || count < options->least_windows ||
                      best.count < options->least_windows;
            if (by_size && count != best.count ? count > best.count
                                               : objective < best.objective)
                best = (struct best){count, objective};
        }
    return best;
}

/* Two images of 3 x 4 windows, with clusters. */
static void
make_small(struct pool *pool, uint64_t seed)
{
    struct spt_random random;

    spt_random_init(&random, seed, 1);
    pool_init_random(pool, seed % 3 == 0 ? 3 : 0, 0.1, seed);
    for (size_t i = 0; i < 2; i++) {
        pool->candidates[i].grid = (struct spt_grid){64, 3, i == 0 ? 4 : 3};
        pool->candidates[i].cluster = pool->cluster[i];
        for (size_t w = 0; w < POOL_WINDOWS; w++)
            pool->cluster[i][w] = (uint32_t)spt_random_below(&random, 5);
    }
}

static struct spt_region_options
draw_options(uint64_t seed)
{
    const double lambdas[] = {0.8, 0.5, 0.97, 0, 1};

    return (struct spt_region_options){
        .lambda = lambdas[seed % 5],
        .most_windows = 1 + seed % 7,
        .least_windows = seed % 4 == 1 ? (1 + seed % 7) / 2 + 1 : 0,
        .distinct = seed % 5 == 2,
        .fill = seed % 7 == 3,
    };
}

static void
check_limits(const struct pool *pool, const struct spt_region_options *options,
             const struct spt_region *region)
{
    unsigned set = 0;

    for (size_t i = 0; i < region->count; i++)
        set |= 1U << region->windows[i];
    assert_true(region->count == 0 ||
                is_allowed(&pool->candidates[region->image], options, set));
}

static void
finds_the_best_of_all_sets_exactly(void **state)
{
    static struct pool pool;

    (void)state;
    for (uint64_t seed = 0; seed < 210; seed++) {
        struct spt_region_options options = draw_options(seed);
        struct spt_region region = {0};
        struct best best;

        make_small(&pool, seed);
        best = try_all_sets(pool.candidates, 2, &options);
        options.search = SPT_SEARCH_EXACT;
        assert_int_equal(spt_region_search(pool.candidates, 2, &options, &region, NULL),
                         SEPTUM_OK);
        assert_int_equal(region.count > 0, best.count > 0);
        check_limits(&pool, &options, &region);
        if (best.count > 0) {
            assert_true(region.proved);
            assert_true(fabs(region.objective - best.objective) < 1e-9);
            if (options.fill)
                assert_int_equal(region.count, best.count);
        }
        spt_region_clear(&region);
    }
}

static void
comes_between_the_greedy_and_the_best_with_a_beam(void **state)
{
    static struct pool pool;
    size_t exact = 0, rounds = 210;

    (void)state;
    for (uint64_t seed = 0; seed < rounds; seed++) {
        struct spt_region_options options = draw_options(seed);
        struct spt_region greedy = {0}, beam = {0};
        struct best best;

        make_small(&pool, seed);
        best = try_all_sets(pool.candidates, 2, &options);
        assert_int_equal(spt_region_search(pool.candidates, 2, &options, &greedy, NULL),
                         SEPTUM_OK);
        options.search = SPT_SEARCH_BEAM;
        assert_int_equal(spt_region_search(pool.candidates, 2, &options, &beam, NULL),
                         SEPTUM_OK);
        check_limits(&pool, &options, &greedy);
        check_limits(&pool, &options, &beam);
        assert_false(beam.proved);
        if (best.count > 0 && beam.count == greedy.count)
            assert_true(beam.objective <= greedy.objective + 1e-12);
        exact += best.count == 0 || fabs(beam.objective - best.objective) < 1e-9;
        spt_region_clear(&greedy);
        spt_region_clear(&beam);
    }
    assert_true(exact * 100 >= rounds * 97);
}

/* Wanted are more windows than any image has. */
static void
takes_the_whole_of_an_image_that_is_too_small(void **state)
{
    const struct spt_grid grids[] = {{64, 1, 1}, {64, 1, 2}, {64, 2, 2}};
    const enum spt_region_search kinds[] = {SPT_SEARCH_AUTO, SPT_SEARCH_GREEDY,
                                            SPT_SEARCH_BEAM, SPT_SEARCH_EXACT};
    static struct pool pool;

    (void)state;
    for (size_t g = 0; g < sizeof grids / sizeof *grids; g++)
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            for (size_t least = 5; least <= 20; least += 15) {
                struct spt_region_options options = {.lambda = 0.8,
                                                     .least_windows = least,
                                                     .most_windows = 20,
                                                     .search = kinds[k]};
                struct spt_region region = {0};
                struct best best;

                make_small(&pool, 1);
                memset(pool.askable, 1, sizeof pool.askable);
                pool.candidates[0].grid = pool.candidates[1].grid = grids[g];
                best = try_all_sets(pool.candidates, 2, &options);
                assert_int_equal(
                    spt_region_search(pool.candidates, 2, &options, &region, NULL),
                    SEPTUM_OK);
                assert_int_equal(region.count, spt_grid_count(&grids[g]));
                assert_true(fabs(region.objective - best.objective) < 1e-9);
                spt_region_clear(&region);
            }
}

static void
says_when_the_exact_search_was_cut_short(void **state)
{
    static struct pool pool;
    struct spt_region_options options = {
        .lambda = 0.8, .most_windows = 8, .search = SPT_SEARCH_EXACT, .most_steps = 3};
    struct spt_region region = {0};

    (void)state;
    pool_init_random(&pool, 0, 0.1, 5);
    pool.candidates[0].grid = (struct spt_grid){64, 8, 8};
    assert_int_equal(spt_region_search(pool.candidates, 1, &options, &region, NULL),
                     SEPTUM_OK);
    assert_true(region.count > 0); /* what the greedy search found */
    assert_false(region.proved);
    spt_region_clear(&region);
}

struct watched {
    int calls, most;
    double last;
};

static bool
count_calls(void *user, double fraction)
{
    struct watched *watched = user;

    assert_true(fraction >= watched->last && fraction <= 1);
    watched->last = fraction;
    return ++watched->calls < watched->most;
}

static void
tells_how_far_it_is_and_stops_when_told(void **state)
{
    struct spt_region_options options = {.lambda = 0.8, .most_windows = 4};
    struct pool pool;

    (void)state;
    pool_init_random(&pool, 0, 0.3, 5);
    for (int beam = 0; beam < 2; beam++) {
        struct watched all = {.most = INT_MAX}, some = {.most = 3};
        struct spt_region region = {0};

        options.search = beam ? SPT_SEARCH_BEAM : SPT_SEARCH_EXACT;
        options.watch = (struct spt_watch){count_calls, &all};
        assert_int_equal(
            spt_region_search(pool.candidates, POOL_IMAGES, &options, &region, NULL),
            SEPTUM_OK);
        assert_true(region.count > 0 && all.calls > 3 && all.last > 0.5);
        spt_region_clear(&region);
        options.watch = (struct spt_watch){count_calls, &some};
        assert_int_equal(
            spt_region_search(pool.candidates, POOL_IMAGES, &options, &region, NULL),
            SEPTUM_ESTOPPED);
        assert_int_equal(some.calls, 3);
        assert_null(region.windows);
    }
}

static void
rescales_f_to_its_range_over_the_pool(void **state)
{
    static struct pool pool;
    struct spt_region_options options = {.lambda = 0.8, .most_windows = 1};
    struct spt_region region = {0};

    (void)state;
    /* An overconfident net: f hardly differs, abundance decides; rescaled, f does. */
    pool_init(&pool, 1, 3);
    memcpy(pool.f[0], (float[]){0.45F, 0.46F, 0.44F}, 3 * sizeof(float));
    memcpy(pool.abundance[0], (float[]){0.1F, 0.3F, 0.9F}, 3 * sizeof(float));
    pool.askable[0][2] = 0; /* does not count for the range */
    assert_int_equal(spt_region_search(pool.candidates, 1, &options, &region, NULL),
                     SEPTUM_OK);
    assert_int_equal(region.windows[0], 1);
    spt_region_clear(&region);
    options.rescale = true;
    assert_int_equal(spt_region_search(pool.candidates, 1, &options, &region, NULL),
                     SEPTUM_OK);
    assert_int_equal(region.windows[0], 0);
    assert_true(fabs(region.uncertainty - 0.45) < 1e-6);
    assert_true(fabs(region.objective - 0.2 * 0.9) < 1e-6);
    spt_region_clear(&region);
    pool.f[0][1] = pool.f[0][0]; /* no range at all */
    assert_int_equal(spt_region_search(pool.candidates, 1, &options, &region, NULL),
                     SEPTUM_OK);
    assert_int_equal(region.windows[0], 1);
    spt_region_clear(&region);
}

static void
fades_what_was_answered(void **state)
{
    static struct pool pool;
    const size_t windows[] = {0, 2};
    const uint32_t clusters[] = {0, 1, 1, 2};
    const float abundance[] = {0.8F, 0.4F, 0.4F, 0.2F};
    const float faded_to[] = {0.4F, 0.2F, 0.2F, 0.2F};
    uint32_t answered[3] = {0};
    float faded[4];
    struct spt_region region = {0};

    (void)state;
    pool_init(&pool, 1, 4);
    assert_int_equal(
        spt_region_make(pool.candidates, 0, windows, 2, 0.8, &region, NULL), SEPTUM_OK);
    spt_novelty_answer(&pool.candidates[0], &region, answered); /* no clusters known */
    assert_int_equal(answered[0] + answered[1] + answered[2], 0);
    pool.candidates[0].cluster = clusters;
    spt_novelty_answer(&pool.candidates[0], &region, answered);
    spt_novelty_fade(abundance, clusters, 4, answered, 0.5, faded);
    for (size_t i = 0; i < 4; i++)
        assert_true(fabsf(faded[i] - faded_to[i]) < 1e-7F);
    spt_novelty_fade(abundance, clusters, 4, answered, 0, faded);
    assert_true(faded[0] == 0 && faded[1] == 0 && faded[2] == 0 && faded[3] == 0.2F);
    spt_region_clear(&region);
}

static void
refuses_more_windows_at_least_than_at_most(void **state)
{
    static struct pool pool;
    struct spt_region_options options = {
        .lambda = 0.8, .most_windows = 3, .least_windows = 4};
    struct septum_error err = {0};
    struct spt_region region = {0};

    (void)state;
    pool_init(&pool, 1, 1);
    assert_int_equal(spt_region_search(pool.candidates, 1, &options, &region, &err),
                     SEPTUM_EINVAL);
    assert_string_equal(err.text,
                        "choosing a region: at least 4 windows were asked for "
                        "and at most 3");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_best_of_all_sets_exactly),
        cmocka_unit_test(comes_between_the_greedy_and_the_best_with_a_beam),
        cmocka_unit_test(takes_the_whole_of_an_image_that_is_too_small),
        cmocka_unit_test(says_when_the_exact_search_was_cut_short),
        cmocka_unit_test(tells_how_far_it_is_and_stops_when_told),
        cmocka_unit_test(rescales_f_to_its_range_over_the_pool),
        cmocka_unit_test(fades_what_was_answered),
        cmocka_unit_test(refuses_more_windows_at_least_than_at_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
