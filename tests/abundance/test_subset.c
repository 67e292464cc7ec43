/*
 * test_subset.c - abundance by way of a subset, on windows that fall into clear groups.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "abundance/subset.h"
#include "base/random.h"
#include "support/naive_ncc.h"

#define SIDE 12
#define AREA ((size_t)SIDE * SIDE)
#define COUNT 700

/* Window i shows pattern i % 10 for i % 10 < 3 (with a little noise), and noise of its
 * own otherwise. */
struct patterns {
    size_t reads, fails_at;
};

static enum septum_status
read_pattern(void *self, size_t window, float *out, struct septum_error *err)
{
    struct patterns *patterns = self;
    size_t pattern = window % 10 < 3 ? window % 10 : 10 + window;

    if (patterns->reads++ == patterns->fails_at)
        return spt_fail(err, SEPTUM_EIO, "window %zu cannot be read", window);
    for (size_t p = 0; p < AREA; p++)
        out[p] = (float)(spt_random_hash(pattern, p) >> 40) / (1 << 24) +
                 (float)(spt_random_hash(1000 + window, p) >> 40) / (1 << 27);
    return SEPTUM_OK;
}

struct desk {
    struct patterns patterns;
    struct spt_window_source source;
    struct spt_subset_options options;
    uint32_t cluster_of[COUNT];
    float density[COUNT];
    struct spt_subset_scores scores;
};

static void
set_desk(struct desk *desk, size_t most)
{
    *desk = (struct desk){.patterns = {.fails_at = SIZE_MAX},
                          .options = {.ncc = {.max_shift = 1, .shift_step = 1},
                                      .cut = 0.4F,
                                      .most = most,
                                      .seed = 1}};
    desk->source =
        (struct spt_window_source){read_pattern, &desk->patterns, COUNT, SIDE};
    desk->scores = (struct spt_subset_scores){desk->cluster_of, 0, desk->density};
}

static enum septum_status
run(struct desk *desk, struct septum_error *err)
{
    return spt_subset_abundance(&desk->source, &desk->options, &desk->scores, err);
}

static void
finds_the_same_clusters_from_a_subset_as_from_all(void **state)
{
    const size_t most[] = {COUNT, COUNT + 1, 600, 150, 40};

    (void)state;
    for (size_t k = 0; k < sizeof most / sizeof *most; k++) {
        static struct desk desk;
        float share[COUNT];

        set_desk(&desk, most[k]);
        assert_int_equal(run(&desk, NULL), SEPTUM_OK);
        assert_int_equal(desk.scores.clusters, 3 + COUNT / 10 * 7);
        assert_int_equal(desk.patterns.reads, COUNT);
        assert_int_equal(spt_cluster_abundance(desk.cluster_of, COUNT,
                                               desk.scores.clusters, share, NULL),
                         SEPTUM_OK);
        for (size_t i = 0; i < COUNT; i++) {
            bool common = i % 10 < 3;

            assert_true(desk.cluster_of[i] < desk.scores.clusters);
            if (common)
                assert_int_equal(desk.cluster_of[i], desk.cluster_of[i % 10]);
            assert_true(fabsf(share[i] - (common ? 0.1F : 1.F / COUNT)) < 1e-6F);
            assert_true(common ? desk.density[i] > 0.03F && desk.density[i] < 0.2F
                               : desk.density[i] <= 1.F / 40 + 1e-6F);
        }
    }
}

static void
counts_the_subset_within_the_cut_as_the_definition_does(void **state)
{
    static struct desk desk;
    static float windows[60][SIDE * SIDE];

    (void)state;
    set_desk(&desk, 60);
    desk.source.count = 60;
    assert_int_equal(run(&desk, NULL), SEPTUM_OK);
    for (size_t i = 0; i < 60; i++)
        read_pattern(&desk.patterns, i, windows[i], NULL);
    for (size_t i = 0; i < 60; i++) {
        size_t near = 0;

        for (size_t j = 0; j < 60; j++)
            near += naive_ncc_distance(windows[i], windows[j], SIDE, 1, 1) <= 0.4;
        assert_true(fabsf(desk.density[i] - (float)near / 60) < 1e-6F);
    }
}

static void
draws_the_same_subset_from_the_same_seed(void **state)
{
    static struct desk one, other;

    (void)state;
    set_desk(&one, 50);
    set_desk(&other, 50);
    assert_int_equal(run(&one, NULL), SEPTUM_OK);
    assert_int_equal(run(&other, NULL), SEPTUM_OK);
    assert_memory_equal(one.density, other.density, sizeof one.density);
    assert_memory_equal(one.cluster_of, other.cluster_of, sizeof one.cluster_of);
    set_desk(&other, 50);
    other.options.seed = 2;
    assert_int_equal(run(&other, NULL), SEPTUM_OK);
    assert_memory_not_equal(one.density, other.density, sizeof one.density);
}

static void
says_what_went_wrong(void **state)
{
    static struct desk desk;
    struct septum_error err = {0};

    (void)state;
    set_desk(&desk, 0);
    assert_int_equal(run(&desk, &err), SEPTUM_EINVAL);
    assert_string_equal(err.text, "comparing windows: a sample of 0 was asked for; it "
                                  "must hold at least 1");
    set_desk(&desk, 10);
    desk.options.ncc.shift_step = 0;
    assert_int_equal(run(&desk, NULL), SEPTUM_EINVAL);
    for (size_t at = 0; at < COUNT; at += 350) { /* in the subset, and after it */
        set_desk(&desk, 10);
        desk.patterns.fails_at = at;
        assert_int_equal(run(&desk, &err), SEPTUM_EIO);
        assert_non_null(strstr(err.text, "cannot be read"));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_same_clusters_from_a_subset_as_from_all),
        cmocka_unit_test(counts_the_subset_within_the_cut_as_the_definition_does),
        cmocka_unit_test(draws_the_same_subset_from_the_same_seed),
        cmocka_unit_test(says_what_went_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
