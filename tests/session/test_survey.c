/*
 * test_survey.c - what is asked about, of whom, and what is not asked twice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "session/survey.h"
#include "support/project.h"
#include "support/workspace.h"

#define WINDOWS ((size_t)16) /* of each image */

struct fixture {
    struct spt_workspace workspace;
    struct spt_survey survey;
};

#define IMAGES ((size_t)3)

/* Some images; every window a cluster of its own, as unsure as its number says. */
static void
begin(struct fixture *fixture, const char *name)
{
    struct spt_survey *survey = &fixture->survey;
    struct septum_error err;

    workspace_make(name, IMAGES, 0, &fixture->workspace);
    if (spt_survey_open(&fixture->workspace, survey, &err) != SEPTUM_OK)
        fail_msg("%s", err.text);
    assert_int_equal(survey->windows, IMAGES * WINDOWS);
    survey->clusters = survey->windows;
    for (size_t i = 0; i < IMAGES; i++) {
        survey->measured[i] = true;
        for (size_t w = 0; w < WINDOWS; w++) {
            size_t number = survey->first[i] + w;

            survey->cluster_of[number] = (uint32_t)number;
            survey->f[i][w] = 0.01F * (float)(number + 1);
            survey->abundance[number] = 1.0F / (IMAGES * WINDOWS);
        }
    }
}

static void
end(struct fixture *fixture)
{
    spt_survey_clear(&fixture->survey);
    spt_workspace_clear(&fixture->workspace);
}

static size_t
count_askable(const struct spt_survey *survey)
{
    size_t count = 0;

    for (size_t i = 0; i < IMAGES; i++)
        for (size_t w = 0; w < WINDOWS; w++)
            count += survey->askable[i][w];
    return count;
}

static void
find(struct spt_survey *survey, const char *who, bool again)
{
    struct septum_error err;

    assert_int_equal(spt_survey_find_askable(survey, who, again, &err), SEPTUM_OK);
}

/* Lend window `w` of image `i` to `who`; the lease's number. */
static int64_t
lend(struct fixture *fixture, size_t i, size_t w, const char *who)
{
    size_t windows[] = {w};
    struct spt_region region = {.image = i, .windows = windows, .count = 1};
    struct spt_lease lease;
    struct septum_error err;
    int64_t id;

    assert_int_equal(spt_survey_lease(&fixture->survey, &region, who, &lease, &err),
                     SEPTUM_OK);
    assert_int_equal(lease.windows[0].row, w / 4);
    assert_int_equal(lease.windows[0].column, w % 4);
    lease.until = spt_clock_date() + 60000;
    assert_int_equal(spt_project_lend(fixture->workspace.project, &lease, &id, &err),
                     SEPTUM_OK);
    free(lease.windows);
    return id;
}

static void
asks_about_measured_images_only(void **state)
{
    struct fixture fixture;

    (void)state;
    begin(&fixture, "measured");
    fixture.survey.measured[1] = fixture.survey.measured[2] = false;
    find(&fixture.survey, NULL, false);
    assert_int_equal(count_askable(&fixture.survey), WINDOWS);
    assert_float_equal(spt_survey_mean(&fixture.survey), 0.085, 1e-6);
    end(&fixture);
}

static void
leaves_out_what_is_lent_answered_or_skipped(void **state)
{
    struct fixture fixture;

    (void)state;
    begin(&fixture, "lent");
    lend(&fixture, 0, 3, "ann");
    find(&fixture.survey, NULL, false);
    assert_int_equal(count_askable(&fixture.survey), IMAGES * WINDOWS - 1);
    assert_int_equal(fixture.survey.askable[0][3], 0);
    find(&fixture.survey, "ann", false); /* she may be asked the same again */
    assert_int_equal(count_askable(&fixture.survey), IMAGES * WINDOWS);
    find(&fixture.survey, "bob", false);
    assert_int_equal(count_askable(&fixture.survey), IMAGES * WINDOWS - 1);
    project_sql(spt_project_path(fixture.workspace.project),
                "UPDATE lease SET state = 'skipped'");
    find(&fixture.survey, "ann", false);
    assert_int_equal(fixture.survey.askable[0][3], 0);
    find(&fixture.survey, "ann", true);
    assert_int_equal(fixture.survey.askable[0][3], 1);
    project_sql(spt_project_path(fixture.workspace.project),
                "UPDATE lease SET state = 'answered'");
    find(&fixture.survey, "ann", true);
    assert_int_equal(fixture.survey.askable[0][3], 0);
    end(&fixture);
}

static void
finds_regions_that_share_no_window(void **state)
{
    const struct spt_region_options how = {.lambda = 0.8, .most_windows = 3};
    struct spt_region regions[5] = {0};
    struct fixture fixture;
    struct septum_error err;
    uint8_t taken[IMAGES][WINDOWS] = {{0}};
    size_t found;

    (void)state;
    begin(&fixture, "regions");
    find(&fixture.survey, NULL, false);
    assert_int_equal(spt_survey_search(&fixture.survey, &how, 5, regions, &found, &err),
                     SEPTUM_OK);
    assert_int_equal(found, 5);
    assert_int_equal(regions[0].image, 0);
    assert_int_equal(regions[0].windows[0], 0); /* the most uncertain */
    for (size_t r = 0; r < found; r++) {
        for (size_t w = 0; w < regions[r].count; w++)
            assert_int_equal(taken[regions[r].image][regions[r].windows[w]]++, 0);
        spt_region_clear(&regions[r]);
    }
    end(&fixture);
}

/* Windows 0 of both images show the same; so do the others in pairs that do not matter.
 */
static void
asks_about_twins_last(void **state)
{
    const struct spt_region_options how = {.lambda = 1, .most_windows = 1};
    struct spt_region regions[IMAGES * WINDOWS] = {0};
    struct fixture fixture;
    struct septum_error err;
    size_t found;

    (void)state;
    begin(&fixture, "twins");
    fixture.survey.cluster_of[WINDOWS] = 0; /* twin of the first */
    fixture.survey.f[1][0] = 0.011F;        /* and the second best */
    find(&fixture.survey, NULL, false);
    assert_int_equal(spt_survey_search(&fixture.survey, &how, IMAGES * WINDOWS, regions,
                                       &found, &err),
                     SEPTUM_OK);
    assert_int_equal(found, IMAGES * WINDOWS);
    assert_int_equal(regions[0].image, 0);
    assert_int_equal(regions[0].windows[0], 0);
    assert_int_equal(regions[1].windows[0], 1); /* not the twin */
    assert_int_equal(regions[found - 1].image, 1);
    assert_int_equal(regions[found - 1].windows[0], 0);
    for (size_t r = 0; r < found; r++)
        spt_region_clear(&regions[r]);
    /* Nor while another has the first in hand. */
    lend(&fixture, 0, 0, "bob");
    find(&fixture.survey, "ann", false);
    assert_int_equal(fixture.survey.askable[1][0], 0);
    assert_int_equal(spt_survey_search(&fixture.survey, &how, 1, regions, &found, &err),
                     SEPTUM_OK);
    assert_int_equal(regions[0].windows[0], 1);
    spt_region_clear(&regions[0]);
    /* Nor is it the runner-up, which comes of a second search. */
    assert_int_equal(spt_survey_search(&fixture.survey, &how, 1, regions, &found, &err),
                     SEPTUM_OK);
    assert_int_equal(regions[0].image, 0);
    assert_int_equal(regions[0].windows[0], 2);
    spt_region_clear(&regions[0]);
    end(&fixture);
}

static void
lists_the_clusters_of_a_region_largest_first(void **state)
{
    size_t windows[] = {0, 1, 5};
    const struct spt_region region = {.image = 0, .windows = windows, .count = 3};
    struct fixture fixture;
    struct spt_covered covered;
    struct septum_error err;

    (void)state;
    begin(&fixture, "covered");
    for (size_t w = 5; w < 12; w++)
        fixture.survey.cluster_of[w] = 5;
    fixture.survey.cluster_of[1] = 0;
    assert_int_equal(spt_survey_covered(&fixture.survey, &region, &covered, &err),
                     SEPTUM_OK);
    assert_int_equal(covered.count, 2);
    assert_int_equal(covered.cluster[0], 5);
    assert_int_equal(covered.size[0], 7);
    assert_int_equal(covered.size[1], 2);
    spt_covered_clear(&covered);
    end(&fixture);
}

static void
lets_answered_clusters_fade(void **state)
{
    struct fixture fixture;
    struct septum_error err;

    (void)state;
    begin(&fixture, "fade");
    fixture.survey.cluster_of[WINDOWS + 7] = 0;
    lend(&fixture, 0, 0, "ann");
    project_sql(spt_project_path(fixture.workspace.project),
                "UPDATE lease SET state = 'answered'");
    assert_int_equal(spt_survey_fade(&fixture.survey, 0.5, &err), SEPTUM_OK);
    assert_float_equal(fixture.survey.abundance[WINDOWS + 7], 0.5 / (IMAGES * WINDOWS),
                       1e-9);
    assert_float_equal(fixture.survey.abundance[WINDOWS + 8], 1.0 / (IMAGES * WINDOWS),
                       1e-9);
    end(&fixture);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_about_measured_images_only),
        cmocka_unit_test(leaves_out_what_is_lent_answered_or_skipped),
        cmocka_unit_test(finds_regions_that_share_no_window),
        cmocka_unit_test(asks_about_twins_last),
        cmocka_unit_test(lists_the_clusters_of_a_region_largest_first),
        cmocka_unit_test(lets_answered_clusters_fade),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
