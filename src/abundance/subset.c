/*
 * subset.c - see subset.h.
 */
#include "abundance/subset.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "abundance/correlate.h"
#include "abundance/density.h"
#include "base/alloc.h"
#include "base/random.h"

/* Windows that are read and compared at a time, and those of them that one thread runs
 * past eight of the subset. */
#define CHUNK 512
#define ROWS 32

struct work {
    const struct spt_window_source *source;
    const struct spt_subset_options *options;
    struct spt_subset_scores *scores;
    size_t count;      /* of the subset */
    size_t *chosen;    /* its windows, ascending */
    float *windows;    /* theirs */
    uint32_t *cluster; /* of each */
    uint32_t *size;    /* of each cluster, within the subset */
    size_t clusters;   /* of the subset */
    size_t singles;    /* made by windows beyond the cut */
    struct spt_shifts shifts;
    struct spt_spectra spectra; /* of the subset */
    float *chunk;
    size_t streamed[CHUNK]; /* the windows in it */
    size_t streamed_count;
};

static enum septum_status
take_memory(struct work *work, struct septum_error *err)
{
    size_t area = (size_t)work->source->side * work->source->side;

    work->count = work->options->most < work->source->count ? work->options->most
                                                            : work->source->count;
    work->chosen = spt_alloc_array(work->count, sizeof *work->chosen);
    work->windows = spt_alloc_array(work->count, area * sizeof *work->windows);
    work->cluster = spt_alloc_array(work->count, sizeof *work->cluster);
    work->size = spt_alloc_array(work->count, sizeof *work->size);
    work->chunk = spt_alloc_array(CHUNK, area * sizeof *work->chunk);
    if (work->chosen == NULL || work->windows == NULL || work->cluster == NULL ||
        work->size == NULL || work->chunk == NULL)
        return spt_fail_memory(err, "comparing windows",
                               (work->count + CHUNK) * area * sizeof *work->windows);
    return SEPTUM_OK;
}

static void
clear_work(struct work *work)
{
    free(work->chosen);
    free(work->windows);
    free(work->cluster);
    free(work->size);
    free(work->chunk);
    spt_spectra_clear(&work->spectra);
    spt_shifts_clear(&work->shifts);
}

static enum septum_status
read_subset(struct work *work, struct septum_error *err)
{
    size_t area = (size_t)work->source->side * work->source->side, found = 0;
    struct spt_random random;
    enum septum_status status = SEPTUM_OK;

    spt_random_init(&random, work->options->seed, 0);
    for (size_t i = 0; found < work->count; i++)
        if (spt_random_below(&random, work->source->count - i) < work->count - found)
            work->chosen[found++] = i;
    for (size_t i = 0; i < work->count && status == SEPTUM_OK; i++)
        status = work->source->read(work->source->self, work->chosen[i],
                                    work->windows + i * area, err);
    return status;
}

static enum septum_status
cluster_subset(struct work *work, struct septum_error *err)
{
    const struct spt_subset_options *options = work->options;
    size_t pairs = spt_condensed_count(work->count);
    float *distances = spt_alloc_aligned(pairs, sizeof *distances);
    float *density = spt_alloc_array(work->count, sizeof *density);
    struct spt_merge *merges = spt_alloc_array(work->count, sizeof *merges);
    enum septum_status status =
        distances == NULL || density == NULL || merges == NULL
            ? spt_fail_memory(err, "comparing windows", pairs * sizeof *distances)
            : spt_ncc_distances(work->windows, work->count, work->source->side,
                                &options->ncc, distances, err);

    if (status == SEPTUM_OK) {
        spt_density_find(distances, work->count, options->cut, density);
        status = spt_cluster_tree(distances, work->count, merges, err);
    }
    if (status == SEPTUM_OK)
        status = spt_cluster_cut(merges, work->count, options->cut, work->cluster,
                                 &work->clusters, err);
    for (size_t i = 0; i < work->count && status == SEPTUM_OK; i++) {
        work->size[work->cluster[i]]++;
        work->scores->cluster_of[work->chosen[i]] = work->cluster[i];
        work->scores->density[work->chosen[i]] = density[i];
    }
    free(distances);
    free(density);
    free(merges);
    return status;
}

/* Rows [first, end) of the chunk past the whole subset: `sums` takes a row's distances
 * to each cluster. */
static void
stream_rows(struct work *work, struct spt_lanes *lanes,
            const struct spt_spectra *spectra, size_t first, size_t end, double *sums,
            uint32_t *near)
{
    memset(sums, 0, ROWS * work->clusters * sizeof *sums);
    memset(near, 0, ROWS * sizeof *near);
    for (size_t at = 0; at < work->count; at += SPT_LANES) {
        size_t windows[SPT_LANES], count = 0;

        for (; count < SPT_LANES && at + count < work->count; count++)
            windows[count] = at + count;
        spt_lanes_load(lanes, &work->shifts, &work->spectra, windows, count);
        for (size_t i = first; i < end; i++) {
            _Alignas(64) float ncc[SPT_LANES];

            spt_lanes_correlate(lanes, &work->shifts, spectra, i, ncc);
            for (size_t k = 0; k < count; k++) {
                float distance = fmaxf(1 - ncc[k], 0);

                sums[(i - first) * work->clusters + work->cluster[at + k]] +=
                    (double)distance;
                near[i - first] += distance <= work->options->cut;
            }
        }
    }
}

/* Find the nearest cluster of a row; UINT32_MAX when none is near enough. */
static uint32_t
find_nearest(const struct work *work, const double *sums)
{
    double least = (double)work->options->cut;
    uint32_t nearest = UINT32_MAX;

    for (uint32_t k = 0; k < work->clusters; k++) {
        double distance = sums[k] / work->size[k];

        if (distance < least || (distance <= least && nearest == UINT32_MAX)) {
            least = distance;
            nearest = k;
        }
    }
    return nearest;
}

static bool
stream_chunk(struct work *work, const struct spt_spectra *spectra)
{
    bool failed = false;

#pragma omp parallel
    {
        struct spt_lanes lanes = {0};
        double *sums = spt_alloc_array(ROWS, work->clusters * sizeof *sums);
        uint32_t near[ROWS];
        bool ready =
            spt_lanes_init(&lanes, &work->shifts, NULL) == SEPTUM_OK && sums != NULL;

#pragma omp for schedule(dynamic)
        for (size_t first = 0; first < work->streamed_count; first += ROWS) {
            size_t left = work->streamed_count - first;
            size_t rows = left < ROWS ? left : ROWS;

            if (!ready)
                continue;
            stream_rows(work, &lanes, spectra, first, first + rows, sums, near);
            for (size_t i = 0; i < rows; i++) {
                size_t window = work->streamed[first + i];

                work->scores->cluster_of[window] =
                    find_nearest(work, sums + i * work->clusters);
                work->scores->density[window] = (float)near[i] / (float)work->count;
            }
        }
        spt_lanes_clear(&lanes);
        free(sums);
        if (!ready)
#pragma omp atomic write
            failed = true;
    }
    return !failed;
}

static enum septum_status
finish_chunk(struct work *work, struct septum_error *err)
{
    struct spt_spectra spectra = {0};
    enum septum_status status = spt_spectra_init(&spectra, &work->shifts, work->chunk,
                                                 work->streamed_count, err);

    if (status == SEPTUM_OK && !stream_chunk(work, &spectra))
        status = spt_fail_memory(err, "comparing windows",
                                 ROWS * work->clusters * sizeof(double));
    spt_spectra_clear(&spectra);
    for (size_t i = 0; i < work->streamed_count; i++) {
        uint32_t *cluster = &work->scores->cluster_of[work->streamed[i]];

        if (*cluster == UINT32_MAX)
            *cluster = (uint32_t)(work->clusters + work->singles++);
    }
    work->streamed_count = 0;
    return status;
}

static enum septum_status
stream_rest(struct work *work, struct septum_error *err)
{
    size_t area = (size_t)work->source->side * work->source->side, next = 0;
    enum septum_status status = SEPTUM_OK;

    for (size_t i = 0; i < work->source->count && status == SEPTUM_OK; i++) {
        if (next < work->count && work->chosen[next] == i) {
            next++;
            continue;
        }
        status = work->source->read(work->source->self, i,
                                    work->chunk + area * work->streamed_count, err);
        work->streamed[work->streamed_count++] = i;
        if (status == SEPTUM_OK && work->streamed_count == CHUNK) {
            status = spt_watch_alive(&work->options->ncc.watch,
                                     (double)i / (double)work->source->count)
                         ? finish_chunk(work, err)
                         : spt_fail(err, SEPTUM_ESTOPPED, "stopped");
        }
    }
    if (status == SEPTUM_OK && work->streamed_count > 0)
        status = finish_chunk(work, err);
    return status;
}

enum septum_status
spt_subset_abundance(const struct spt_window_source *source,
                     const struct spt_subset_options *options,
                     struct spt_subset_scores *scores, struct septum_error *err)
{
    struct work work = {.source = source, .options = options, .scores = scores};
    enum septum_status status = spt_ncc_check(&options->ncc, source->side, err);

    if (status == SEPTUM_OK && options->most == 0)
        status =
            spt_fail(err, SEPTUM_EINVAL,
                     "comparing windows: a sample of 0 was asked for; it must hold "
                     "at least 1");
    if (status != SEPTUM_OK)
        return status;
    status = take_memory(&work, err);
    if (status == SEPTUM_OK)
        status = read_subset(&work, err);
    if (status == SEPTUM_OK)
        status = cluster_subset(&work, err);
    if (status == SEPTUM_OK)
        status = spt_ncc_shifts(&work.shifts, source->side, &options->ncc, err);
    if (status == SEPTUM_OK)
        status = spt_spectra_init(&work.spectra, &work.shifts, work.windows, work.count,
                                  err);
    if (status == SEPTUM_OK)
        status = stream_rest(&work, err);
    scores->clusters = work.clusters + work.singles;
    clear_work(&work);
    return status;
}
