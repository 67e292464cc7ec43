/*
 * test_clusters.c - clusters are found once for a set of images, and never come back
 * for another or damaged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "project/kept.h"
#include "project/private.h"
#include "session/clusters.h"
#include "support/project.h"
#include "support/workspace.h"

#define IMAGES ((size_t)3)
#define WINDOWS ((size_t)16 * IMAGES)

struct fixture {
    struct spt_workspace workspace;
    struct spt_samples samples;
};

static void
begin(struct fixture *fixture, const char *name)
{
    size_t which[IMAGES];

    workspace_make(name, IMAGES, 0, &fixture->workspace);
    assert_int_equal(spt_workspace_samples(&fixture->workspace, false, which,
                                           &fixture->samples, NULL),
                     SEPTUM_OK);
}

static void
end(struct fixture *fixture)
{
    spt_samples_clear(&fixture->samples);
    spt_workspace_clear(&fixture->workspace);
}

static bool
refuse(void *user, double fraction)
{
    (void)user;
    (void)fraction;
    return false;
}

/* Is it there without comparing a pair? */
static bool
is_kept(struct fixture *fixture, uint32_t side, bool density, struct spt_abundance *out)
{
    const struct spt_watch never = {refuse, NULL};
    enum septum_status status =
        spt_clusters_find(fixture->workspace.project, &fixture->samples, side, density,
                          &never, out, NULL);

    assert_true(status == SEPTUM_OK || status == SEPTUM_ESTOPPED);
    return status == SEPTUM_OK;
}

static void
find(struct fixture *fixture, bool density, struct spt_abundance *out)
{
    const struct spt_watch watch = {0};

    assert_int_equal(spt_clusters_find(fixture->workspace.project, &fixture->samples,
                                       WORKSPACE_WINDOW, density, &watch, out, NULL),
                     SEPTUM_OK);
}

static void
assert_same(const struct spt_abundance *a, const struct spt_abundance *b)
{
    assert_int_equal(a->count, WINDOWS);
    assert_int_equal(b->count, WINDOWS);
    assert_int_equal(a->clusters, b->clusters);
    assert_int_equal(a->sampled, b->sampled);
    assert_memory_equal(a->scores, b->scores, WINDOWS * sizeof *a->scores);
    assert_memory_equal(a->cluster_of, b->cluster_of, WINDOWS * sizeof *a->cluster_of);
}

static void
are_found_once_and_kept_for_these_images_and_windows(void **state)
{
    struct spt_abundance found = {0}, density = {0}, again = {0};
    struct fixture fixture;

    (void)state;
    begin(&fixture, "clusters-once");
    assert_false(is_kept(&fixture, WORKSPACE_WINDOW, false, &again));
    find(&fixture, false, &found);
    assert_true(is_kept(&fixture, WORKSPACE_WINDOW, false, &again));
    assert_same(&found, &again);
    spt_abundance_clear(&again);
    assert_false(is_kept(&fixture, WORKSPACE_WINDOW - 1, false, &again));
    assert_false(is_kept(&fixture, WORKSPACE_WINDOW, true, &again));
    find(&fixture, true, &density);
    for (int of = 0; of < 2; of++) { /* neither in the place of the other */
        assert_true(is_kept(&fixture, WORKSPACE_WINDOW, of, &again));
        assert_same(of ? &density : &found, &again);
        spt_abundance_clear(&again);
    }
    fixture.samples.sample[IMAGES - 1].pixels[7] += 0.01F;
    assert_false(is_kept(&fixture, WORKSPACE_WINDOW, false, &again));
    spt_abundance_clear(&found);
    spt_abundance_clear(&density);
    end(&fixture);
}

/* Put bytes in the place of kept ones. */
static void
write_over(struct fixture *fixture, size_t at, const void *bytes, size_t count)
{
    struct spt_database *database = &fixture->workspace.project->database;
    sqlite3_blob *blob = NULL;
    int64_t row = 0;

    assert_int_equal(
        spt_database_number(database, 0, &row, NULL, "SELECT rowid FROM kept", ""),
        SEPTUM_OK);
    assert_int_equal(
        sqlite3_blob_open(database->handle, "main", "kept", "content", row, 1, &blob),
        SQLITE_OK);
    assert_int_equal(sqlite3_blob_bytes(blob), 16 + 2 * WINDOWS * sizeof(float));
    assert_int_equal(sqlite3_blob_write(blob, bytes, (int)count, (int)at), SQLITE_OK);
    sqlite3_blob_close(blob);
}

static void
damaged_ones_are_found_anew(void **state)
{
    /* The counts of clusters and of sampled windows, S_w, numbers. */
    static const struct {
        size_t at;
        uint8_t value;
    } damage[] = {
        {7, 0x7f},                                    /* more clusters than windows */
        {0, 0},                                       /* and none */
        {16 + 3, 0x7f},                               /* S_w: NaN or too large */
        {16 + 3, 0xbf},                               /* negative */
        {16 + WINDOWS * sizeof(float) + 3, 0x01},     /* a cluster that is not there */
        {16 + 2 * WINDOWS * sizeof(float) - 1, 0x80}, /* the last, too */
    };
    struct spt_abundance found = {0}, again = {0};
    struct fixture fixture;

    (void)state;
    begin(&fixture, "clusters-damaged");
    find(&fixture, false, &found);
    for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
        write_over(&fixture, damage[i].at, &damage[i].value, 1);
        assert_false(is_kept(&fixture, WORKSPACE_WINDOW, false, &again));
        find(&fixture, false, &again); /* and kept in its place */
        assert_same(&found, &again);
        spt_abundance_clear(&again);
        assert_true(is_kept(&fixture, WORKSPACE_WINDOW, false, &again));
        spt_abundance_clear(&again);
    }
    spt_abundance_clear(&found);
    end(&fixture);
}

/* A rare window may be like none of a sample; among all it is at least like itself. */
static void
a_density_of_nothing_is_one_of_a_sample(void **state)
{
    const float nothing = 0;
    const uint64_t sampled = 5;
    struct spt_abundance found = {0};
    struct fixture fixture;

    (void)state;
    begin(&fixture, "clusters-sampled");
    find(&fixture, false, &found);
    spt_abundance_clear(&found);
    write_over(&fixture, 16, &nothing, sizeof nothing);
    assert_false(is_kept(&fixture, WORKSPACE_WINDOW, false, &found));
    write_over(&fixture, 8, &sampled, sizeof sampled);
    assert_true(is_kept(&fixture, WORKSPACE_WINDOW, false, &found));
    assert_int_equal(found.sampled, 5);
    assert_true(found.scores[0] == 0);
    spt_abundance_clear(&found);
    end(&fixture);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(are_found_once_and_kept_for_these_images_and_windows),
        cmocka_unit_test(damaged_ones_are_found_anew),
        cmocka_unit_test(a_density_of_nothing_is_one_of_a_sample),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
