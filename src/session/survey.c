/*
 * survey.c - see survey.h.
 */
#include "session/survey.h"

#include <stdlib.h>
#include <string.h>

#include "active/novelty.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "session/clusters.h"
#include "session/measures.h"

/* A cluster of more than one in so many windows is a kind of tissue: to ask about it
 * twice is not to ask the same twice. */
#define COMMON 20

/* ---- making ---------------------------------------------------------------------- */

static enum septum_status
take_windows(struct spt_survey *survey, size_t i, struct septum_error *err)
{
    const struct spt_sample *sample = &survey->samples.sample[i];
    struct spt_grid grid = spt_grid_of(sample->height, sample->width,
                                       survey->workspace->model.spec.window);
    size_t windows = spt_grid_count(&grid);

    survey->first[i] = survey->windows;
    survey->windows += windows;
    survey->f[i] = spt_alloc_array(windows, sizeof(float));
    survey->askable[i] = spt_alloc_array(windows, 1);
    if (survey->f[i] == NULL || survey->askable[i] == NULL)
        return spt_fail_memory(err, "windows", windows * sizeof(float));
    survey->candidates[i] = (struct spt_candidate){
        .grid = grid,
        .f = survey->f[i],
        .askable = survey->askable[i],
    };
    return SEPTUM_OK;
}

static enum septum_status
take_arrays(struct spt_survey *survey, struct septum_error *err)
{
    size_t count = survey->samples.count;
    enum septum_status status = SEPTUM_OK;

    survey->candidates = spt_alloc_array(count, sizeof *survey->candidates);
    survey->f = spt_alloc_array(count, sizeof *survey->f);
    survey->askable = spt_alloc_array(count, sizeof *survey->askable);
    survey->measured = spt_alloc_array(count, sizeof *survey->measured);
    survey->first = spt_alloc_array(count, sizeof *survey->first);
    if (survey->candidates == NULL || survey->f == NULL || survey->askable == NULL ||
        survey->measured == NULL || survey->first == NULL)
        return spt_fail_memory(err, "windows", count * sizeof *survey->candidates);
    for (size_t i = 0; i < count && status == SEPTUM_OK; i++)
        status = take_windows(survey, i, err);
    if (status != SEPTUM_OK)
        return status;
    survey->abundance = spt_alloc_array(survey->windows, sizeof *survey->abundance);
    survey->cluster_of = spt_alloc_array(survey->windows, sizeof *survey->cluster_of);
    survey->waiting = spt_alloc_array(survey->windows, 1);
    if (survey->abundance == NULL || survey->cluster_of == NULL ||
        survey->waiting == NULL)
        return spt_fail_memory(err, "windows",
                               survey->windows * sizeof *survey->cluster_of);
    for (size_t i = 0; i < count; i++) {
        survey->candidates[i].abundance = survey->abundance + survey->first[i];
        survey->candidates[i].cluster = survey->cluster_of + survey->first[i];
    }
    return SEPTUM_OK;
}

enum septum_status
spt_survey_open(struct spt_workspace *workspace, struct spt_survey *out,
                struct septum_error *err)
{
    const char *path = spt_project_path(workspace->project);
    char left_out[512];
    enum septum_status status;

    *out = (struct spt_survey){.workspace = workspace};
    out->which = spt_alloc_array(workspace->images.count, sizeof *out->which);
    if (out->which == NULL)
        return spt_fail_memory(err, path, workspace->images.count);
    status = spt_workspace_samples(workspace, false, out->which, &out->samples, err);
    if (status == SEPTUM_OK && out->samples.count == 0 &&
        spt_workspace_name_left_out(workspace, left_out, sizeof left_out) > 0)
        status = spt_fail(err, SEPTUM_EINVAL,
                          "%s: has no other images to ask about: %s", path, left_out);
    else if (status == SEPTUM_OK && out->samples.count == 0)
        status =
            spt_fail(err, SEPTUM_EINVAL,
                     "%s: has no images to ask about; add some: septum project add "
                     "%s --images SRC",
                     path, path);
    return status == SEPTUM_OK ? take_arrays(out, err) : status;
}

void
spt_survey_clear(struct spt_survey *survey)
{
    for (size_t i = 0; i < survey->samples.count; i++) {
        if (survey->f != NULL)
            free(survey->f[i]);
        if (survey->askable != NULL)
            free(survey->askable[i]);
    }
    free(survey->candidates);
    free(survey->f);
    free(survey->abundance);
    free(survey->askable);
    free(survey->measured);
    free(survey->first);
    free(survey->cluster_of);
    free(survey->waiting);
    free(survey->which);
    spt_samples_clear(&survey->samples);
    *survey = (struct spt_survey){0};
}

/* ---- measuring ------------------------------------------------------------------- */

enum septum_status
spt_survey_cluster(struct spt_survey *survey, bool density,
                   const struct spt_watch *watch, struct septum_error *err)
{
    struct spt_abundance found = {0};
    enum septum_status status = spt_clusters_find(
        survey->workspace->project, &survey->samples,
        survey->workspace->model.spec.window, density, watch, &found, err);

    if (status == SEPTUM_OK) {
        memcpy(survey->abundance, found.scores, found.count * sizeof *found.scores);
        memcpy(survey->cluster_of, found.cluster_of,
               found.count * sizeof *found.cluster_of);
        survey->clusters = found.clusters;
    }
    spt_abundance_clear(&found);
    return status;
}

/* Count, by cluster, the windows of image `i` that the lease covers. */
static void
count_answered(const struct spt_survey *survey, size_t i, const struct spt_lease *lease,
               uint32_t *answered)
{
    const struct spt_grid *grid = &survey->candidates[i].grid;

    if (survey->workspace->images.image[survey->which[i]].id != lease->image)
        return;
    for (size_t w = 0; w < spt_grid_count(grid); w++)
        if (spt_lease_covers(lease, grid->side, (uint32_t)(w / grid->columns),
                             (uint32_t)(w % grid->columns)))
            answered[survey->cluster_of[survey->first[i] + w]]++;
}

enum septum_status
spt_survey_fade(struct spt_survey *survey, double fade, struct septum_error *err)
{
    struct spt_leases leases = {0};
    uint32_t *answered = spt_alloc_array(survey->clusters, sizeof *answered);
    enum septum_status status;

    if (answered == NULL)
        return spt_fail_memory(err, "clusters", survey->clusters * sizeof *answered);
    status = spt_project_leases(survey->workspace->project, "answered", &leases, err);
    for (size_t i = 0; i < survey->samples.count && status == SEPTUM_OK; i++)
        for (size_t l = 0; l < leases.count; l++)
            count_answered(survey, i, &leases.lease[l], answered);
    if (status == SEPTUM_OK)
        spt_novelty_fade(survey->abundance, survey->cluster_of, survey->windows,
                         answered, fade, survey->abundance);
    spt_leases_clear(&leases);
    free(answered);
    return status;
}

enum septum_status
spt_survey_measure(struct spt_survey *survey, size_t i,
                   const struct spt_measure_options *options, struct septum_error *err)
{
    enum septum_status status = spt_measures_find(
        survey->workspace, survey->which[i], &survey->samples.sample[i],
        &survey->candidates[i].grid, options, survey->f[i], err);

    survey->measured[i] = survey->measured[i] || status == SEPTUM_OK;
    return status;
}

/* ---- what to ask about ----------------------------------------------------------- */

/* Does the window hold a pixel that nobody has said anything of? */
static bool
holds_unknown(const struct spt_sample *sample, const struct spt_grid *grid, size_t w)
{
    uint32_t side = grid->side;
    const uint8_t *at = sample->labels + w / grid->columns * side * sample->width +
                        w % grid->columns * side;

    for (uint32_t y = 0; y < side; y++)
        if (memchr(at + (size_t)y * sample->width, SPT_LABEL_UNKNOWN, side) != NULL)
            return true;
    return false;
}

/* Let the askable windows of a cluster wait, if it is not a common one. */
static void
set_aside(struct spt_survey *survey, uint32_t cluster)
{
    size_t size = 0;

    for (size_t w = 0; w < survey->windows; w++)
        size += survey->cluster_of[w] == cluster;
    if (size * COMMON > survey->windows)
        return;
    for (size_t i = 0; i < survey->samples.count; i++)
        for (size_t w = 0; w < spt_grid_count(&survey->candidates[i].grid); w++) {
            size_t number = survey->first[i] + w;

            if (survey->askable[i][w] && survey->cluster_of[number] == cluster) {
                survey->askable[i][w] = 0;
                survey->waiting[number] = 1;
            }
        }
}

/* Take the windows of a lease, and with `twins` those of their clusters, from the
 * askable ones. */
static void
leave_out(struct spt_survey *survey, const struct spt_lease *lease, bool twins)
{
    for (size_t i = 0; i < survey->samples.count; i++) {
        const struct spt_grid *grid = &survey->candidates[i].grid;

        if (survey->workspace->images.image[survey->which[i]].id != lease->image)
            continue;
        for (size_t w = 0; w < spt_grid_count(grid); w++) {
            if (!spt_lease_covers(lease, grid->side, (uint32_t)(w / grid->columns),
                                  (uint32_t)(w % grid->columns)))
                continue;
            survey->askable[i][w] = 0;
            survey->waiting[survey->first[i] + w] = 0;
            if (twins)
                set_aside(survey, survey->cluster_of[survey->first[i] + w]);
        }
    }
}

static enum septum_status
leave_out_all(struct spt_survey *survey, const char *state, const char *who,
              struct septum_error *err)
{
    struct spt_leases leases = {0};
    int64_t now = spt_clock_date();
    bool open = strcmp(state, "open") == 0;
    enum septum_status status =
        spt_project_leases(survey->workspace->project, state, &leases, err);

    for (size_t l = 0; l < leases.count; l++) {
        const struct spt_lease *lease = &leases.lease[l];

        if (!open ||
            (lease->until > now && (who == NULL || strcmp(lease->who, who) != 0)))
            leave_out(survey, lease, open && survey->clusters > 0);
    }
    spt_leases_clear(&leases);
    return status;
}

enum septum_status
spt_survey_find_askable(struct spt_survey *survey, const char *who, bool again,
                        struct septum_error *err)
{
    enum septum_status status;

    memset(survey->waiting, 0, survey->windows);
    for (size_t i = 0; i < survey->samples.count; i++) {
        const struct spt_grid *grid = &survey->candidates[i].grid;

        for (size_t w = 0; w < spt_grid_count(grid); w++)
            survey->askable[i][w] = survey->measured[i] &&
                                    holds_unknown(&survey->samples.sample[i], grid, w);
    }
    status = leave_out_all(survey, "answered", NULL, err);
    if (status == SEPTUM_OK && !again)
        status = leave_out_all(survey, "skipped", NULL, err);
    return status == SEPTUM_OK ? leave_out_all(survey, "open", who, err) : status;
}

double
spt_survey_mean(const struct spt_survey *survey)
{
    double sum = 0;
    size_t asked = 0;

    for (size_t i = 0; i < survey->samples.count; i++)
        for (size_t w = 0; w < spt_grid_count(&survey->candidates[i].grid); w++)
            if (survey->askable[i][w]) {
                sum += (double)survey->f[i][w];
                asked++;
            }
    return asked > 0 ? sum / (double)asked : 0;
}

/* ---- choosing -------------------------------------------------------------------- */

/* Bring back what waits; false when nothing does. */
static bool
bring_back(struct spt_survey *survey)
{
    bool any = false;

    for (size_t i = 0; i < survey->samples.count; i++)
        for (size_t w = 0; w < spt_grid_count(&survey->candidates[i].grid); w++)
            if (survey->waiting[survey->first[i] + w]) {
                survey->askable[i][w] = 1;
                any = true;
            }
    memset(survey->waiting, 0, survey->windows);
    return any;
}

static void
take_region(struct spt_survey *survey, const struct spt_region *region)
{
    size_t first = survey->first[region->image];

    for (size_t w = 0; w < region->count; w++)
        survey->askable[region->image][region->windows[w]] = 0;
    for (size_t w = 0; w < region->count && survey->clusters > 0; w++)
        set_aside(survey, survey->cluster_of[first + region->windows[w]]);
}

enum septum_status
spt_survey_search(struct spt_survey *survey, const struct spt_region_options *options,
                  size_t most, struct spt_region *out, size_t *found,
                  struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;

    *found = 0;
    while (*found < most && status == SEPTUM_OK) {
        struct spt_region *region = &out[*found];

        status = spt_region_search(survey->candidates, survey->samples.count, options,
                                   region, err);
        if (status != SEPTUM_OK || (region->count == 0 && !bring_back(survey)))
            break;
        if (region->count > 0) {
            take_region(survey, region);
            (*found)++;
        }
    }
    return status;
}

void
spt_covered_clear(struct spt_covered *covered)
{
    free(covered->cluster);
    free(covered->size);
    *covered = (struct spt_covered){0};
}

enum septum_status
spt_survey_covered(const struct spt_survey *survey, const struct spt_region *region,
                   struct spt_covered *out, struct septum_error *err)
{
    struct spt_covered covered = {
        .cluster = spt_alloc_array(region->count, sizeof *covered.cluster),
        .size = spt_alloc_array(region->count, sizeof *covered.size),
    };

    if (covered.cluster == NULL || covered.size == NULL) {
        spt_covered_clear(&covered);
        return spt_fail_memory(err, "region", region->count);
    }
    for (size_t i = 0; i < region->count; i++) {
        uint32_t cluster =
            survey->cluster_of[survey->first[region->image] + region->windows[i]];
        uint64_t size = 0;
        size_t at = covered.count;
        bool known = false;

        for (size_t c = 0; c < covered.count; c++)
            known = known || covered.cluster[c] == cluster;
        if (known)
            continue;
        for (size_t w = 0; w < survey->windows; w++)
            size += survey->cluster_of[w] == cluster;
        for (; at > 0 && covered.size[at - 1] < size; at--) {
            covered.size[at] = covered.size[at - 1];
            covered.cluster[at] = covered.cluster[at - 1];
        }
        covered.size[at] = size;
        covered.cluster[at] = cluster;
        covered.count++;
    }
    *out = covered;
    return SEPTUM_OK;
}

enum septum_status
spt_survey_lease(const struct spt_survey *survey, const struct spt_region *region,
                 const char *who, struct spt_lease *out, struct septum_error *err)
{
    const struct spt_grid *grid = &survey->candidates[region->image].grid;
    struct spt_lease lease = {
        .image = survey->workspace->images.image[survey->which[region->image]].id,
        .model = survey->workspace->model_id,
        .who = (char *)who,
        .side = grid->side,
        .count = region->count,
        .objective = region->objective,
        .uncertainty = region->uncertainty,
        .abundance = region->abundance,
    };

    lease.windows = spt_alloc_array(region->count, sizeof *lease.windows);
    if (lease.windows == NULL)
        return spt_fail_memory(err, "region", region->count * sizeof *lease.windows);
    for (size_t i = 0; i < region->count; i++)
        lease.windows[i] =
            (struct spt_lease_window){(uint32_t)(region->windows[i] / grid->columns),
                                      (uint32_t)(region->windows[i] % grid->columns)};
    *out = lease;
    return SEPTUM_OK;
}
