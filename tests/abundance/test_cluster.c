/*
 * test_cluster.c - trees against scipy's, worked examples and the naive definition.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "abundance/cluster.h"
#include "abundance/ncc.h"
#include "base/random.h"
#include "support/naive_linkage.h"

#define NEAR(got, wanted) assert_true(fabs((double)(got) - (double)(wanted)) < 1e-6)

/*
 * Made by:
 *	d = numpy.random.default_rng(7).permutation(1000)[:66] / 1000
 *	z = scipy.cluster.hierarchy.linkage(d, 'average')
 *	scipy.cluster.hierarchy.fcluster(z, 0.4, 'distance'), renumbered
 */
#define TWELVE 12

static const int thousandths[] = {
    816, 923, 151, 900, 213, 100, 851, 503, 643, 172, 205, 533, 669, 991, 372, 381, 492,
    65,  817, 219, 491, 35,  713, 208, 88,  908, 426, 776, 722, 331, 957, 793, 605, 493,
    987, 541, 680, 659, 621, 708, 255, 351, 165, 602, 758, 233, 519, 744, 719, 499, 699,
    192, 229, 71,  563, 452, 731, 843, 994, 39,  608, 664, 49,  739, 382, 93};

static const struct spt_merge scipy_tree[] = {
    {2, 3, 0.03500000F, 2},    {7, 11, 0.03900000F, 2},   {1, 8, 0.06500000F, 2},
    {6, 9, 0.07100000F, 2},    {0, 10, 0.17200000F, 2},   {5, 16, 0.35600000F, 3},
    {4, 15, 0.43650000F, 3},   {13, 14, 0.44075000F, 4},  {18, 19, 0.52158333F, 7},
    {17, 20, 0.56185714F, 10}, {12, 21, 0.60815000F, 12},
};

static const uint32_t scipy_clusters[] = {0, 1, 2, 2, 3, 0, 4, 5, 1, 4, 0, 5};

static void
make_twelve(float *distances)
{
    for (size_t i = 0; i < spt_condensed_count(TWELVE); i++)
        distances[i] = (float)thousandths[i] / 1000;
}

static void
grows_the_tree_that_scipy_grows(void **state)
{
    float distances[TWELVE * (TWELVE - 1) / 2];
    struct spt_merge merges[TWELVE - 1];

    (void)state;
    make_twelve(distances);
    assert_int_equal(spt_cluster_tree(distances, TWELVE, merges, NULL), SEPTUM_OK);
    for (size_t k = 0; k + 1 < TWELVE; k++) {
        assert_int_equal(merges[k].a, scipy_tree[k].a);
        assert_int_equal(merges[k].b, scipy_tree[k].b);
        assert_int_equal(merges[k].size, scipy_tree[k].size);
        NEAR(merges[k].distance, scipy_tree[k].distance);
    }
}

/* Random distances; `levels` > 0 leaves only so many different ones, so that many tie.
 */
static float *
make_distances(size_t count, uint32_t levels, uint64_t seed)
{
    float *distances = calloc(spt_condensed_count(count) + 1, sizeof *distances);
    struct spt_random random;

    assert_non_null(distances);
    spt_random_init(&random, seed, 0);
    for (size_t i = 0; i < spt_condensed_count(count); i++)
        distances[i] = levels > 0 ? (float)spt_random_below(&random, levels) / 8
                                  : (float)spt_random_uniform(&random);
    return distances;
}

static void
cuts_the_tree_as_scipy_does(void **state)
{
    uint32_t cluster_of[TWELVE];
    size_t clusters = 0;

    (void)state;
    assert_int_equal(
        spt_cluster_cut(scipy_tree, TWELVE, 0.4F, cluster_of, &clusters, NULL),
        SEPTUM_OK);
    assert_int_equal(clusters, 6);
    assert_memory_equal(cluster_of, scipy_clusters, sizeof cluster_of);
}

static void
merges_four_points_as_worked_out_by_hand(void **state)
{
    /* On a line at 0, 1, 10 and 14: (0,1) at 1, (2,3) at 4, and those two at the mean
     * of 10, 14, 9 and 13. */
    float distances[] = {1, 10, 14, 9, 13, 4};
    struct spt_merge merges[3];

    (void)state;
    assert_int_equal(spt_cluster_tree(distances, 4, merges, NULL), SEPTUM_OK);
    assert_true(merges[0].a == 0 && merges[0].b == 1 && merges[0].distance == 1);
    assert_true(merges[1].a == 2 && merges[1].b == 3 && merges[1].distance == 4);
    assert_true(merges[2].a == 4 && merges[2].b == 5 && merges[2].distance == 11.5F);
    assert_int_equal(merges[0].size, 2);
    assert_int_equal(merges[1].size, 2);
    assert_int_equal(merges[2].size, 4);
}

static void
agrees_with_the_definition_on_random_distances(void **state)
{
    (void)state;
    for (uint64_t round = 0; round < 60; round++) {
        size_t count = 2 + (size_t)round;
        float *distances = make_distances(count, 0, round);
        struct spt_merge wanted[64], got[64];

        naive_linkage_tree(distances, count, wanted);
        assert_true(naive_linkage_allows(distances, count, wanted, 1e-6));
        assert_int_equal(spt_cluster_tree(distances, count, got, NULL), SEPTUM_OK);
        for (size_t k = 0; k + 1 < count; k++) {
            assert_int_equal(got[k].a, wanted[k].a);
            assert_int_equal(got[k].b, wanted[k].b);
            assert_int_equal(got[k].size, wanted[k].size);
            NEAR(got[k].distance, wanted[k].distance);
        }
        free(distances);
    }
}

static void
grows_a_tree_that_the_definition_allows_where_distances_tie(void **state)
{
    (void)state;
    for (uint64_t round = 0; round < 60; round++) {
        size_t count = 2 + (size_t)round;
        uint32_t levels = 1 + (uint32_t)round % 4;
        float *distances = make_distances(count, levels, 100 + round);
        float *used = make_distances(count, levels, 100 + round);
        struct spt_merge merges[64];

        assert_int_equal(spt_cluster_tree(used, count, merges, NULL), SEPTUM_OK);
        assert_true(naive_linkage_allows(distances, count, merges, 1e-5));
        for (size_t k = 0; k + 2 < count; k++)
            assert_true(merges[k].distance <= merges[k + 1].distance);
        free(distances);
        free(used);
    }
}

static void
never_lets_a_merge_come_before_its_parts(void **state)
{
    (void)state;
    /* Distances that differ in the last bits only: rounding decides everything. */
    for (uint64_t seed = 0; seed < 50; seed++) {
        float *distances = make_distances(50, 3, seed);
        struct spt_merge merges[49];

        for (size_t i = 0; i < spt_condensed_count(50); i++)
            distances[i] = 1 + distances[i] * 0x1p-19F;
        assert_int_equal(spt_cluster_tree(distances, 50, merges, NULL), SEPTUM_OK);
        for (size_t k = 0; k < 49; k++) {
            assert_true(merges[k].a < merges[k].b && merges[k].b < 50 + k);
            assert_true(k == 0 || merges[k - 1].distance <= merges[k].distance);
        }
        assert_int_equal(merges[48].size, 50);
        free(distances);
    }
}

static void
takes_ties_in_order(void **state)
{
    float distances[] = {1, 1, 1, 1, 1, 1};
    struct spt_merge merges[3];

    (void)state;
    assert_int_equal(spt_cluster_tree(distances, 4, merges, NULL), SEPTUM_OK);
    assert_true(merges[0].a == 0 && merges[0].b == 1);
    assert_int_equal(merges[2].size, 4);
}

static void
clusters_one_item_alone(void **state)
{
    struct spt_merge none;
    uint32_t cluster_of[1] = {9};
    size_t clusters = 0;
    float abundance[1];

    (void)state;
    assert_int_equal(spt_cluster_tree(NULL, 1, &none, NULL), SEPTUM_OK);
    assert_int_equal(spt_cluster_cut(&none, 1, 1, cluster_of, &clusters, NULL),
                     SEPTUM_OK);
    assert_int_equal(clusters, 1);
    assert_int_equal(cluster_of[0], 0);
    assert_int_equal(spt_cluster_abundance(cluster_of, 1, 1, abundance, NULL),
                     SEPTUM_OK);
    assert_true(abundance[0] == 1);
}

static void
cuts_at_the_distance_itself_and_numbers_by_first_appearance(void **state)
{
    /* 3 and 4 meet at 0.1, 0 and 2 at 0.5, those two pairs at 0.75, and 1 at 1. */
    const struct spt_merge merges[] = {
        {3, 4, 0.1F, 2}, {0, 2, 0.5F, 2}, {5, 6, 0.75F, 4}, {1, 7, 1, 5}};
    const struct {
        size_t clusters;
        float distance;
        uint32_t of[5];
    } cases[] = {
        {5, -1, {0, 1, 2, 3, 4}},   {5, 0.0999F, {0, 1, 2, 3, 4}},
        {4, 0.1F, {0, 1, 2, 3, 3}}, {4, 0.4999F, {0, 1, 2, 3, 3}},
        {3, 0.5F, {0, 1, 0, 2, 2}}, {2, 0.75F, {0, 1, 0, 0, 0}},
        {1, 1, {0, 0, 0, 0, 0}},    {1, INFINITY, {0, 0, 0, 0, 0}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t cluster_of[5];
        size_t clusters = 0;

        assert_int_equal(
            spt_cluster_cut(merges, 5, cases[i].distance, cluster_of, &clusters, NULL),
            SEPTUM_OK);
        assert_int_equal(clusters, cases[i].clusters);
        assert_memory_equal(cluster_of, cases[i].of, sizeof cluster_of);
    }
}

static void
tells_the_share_of_items_in_each_cluster(void **state)
{
    const uint32_t cluster_of[] = {0, 1, 0, 2, 0, 1, 0, 0};
    float abundance[8];

    (void)state;
    assert_int_equal(spt_cluster_abundance(cluster_of, 8, 3, abundance, NULL),
                     SEPTUM_OK);
    for (size_t i = 0; i < 8; i++)
        assert_true(abundance[i] == (cluster_of[i] == 0   ? 0.625F
                                     : cluster_of[i] == 1 ? 0.25F
                                                          : 0.125F));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_the_tree_that_scipy_grows),
        cmocka_unit_test(cuts_the_tree_as_scipy_does),
        cmocka_unit_test(merges_four_points_as_worked_out_by_hand),
        cmocka_unit_test(agrees_with_the_definition_on_random_distances),
        cmocka_unit_test(grows_a_tree_that_the_definition_allows_where_distances_tie),
        cmocka_unit_test(never_lets_a_merge_come_before_its_parts),
        cmocka_unit_test(takes_ties_in_order),
        cmocka_unit_test(clusters_one_item_alone),
        cmocka_unit_test(cuts_at_the_distance_itself_and_numbers_by_first_appearance),
        cmocka_unit_test(tells_the_share_of_items_in_each_cluster),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
