/*
 * abundance.c - see abundance.h.
 */
#include "loop/abundance.h"

#include <stdlib.h>

#include "abundance/cluster.h"
#include "abundance/density.h"
#include "abundance/subset.h"
#include "base/alloc.h"
#include "image/grid.h"

/* Whether windows are in one cluster hangs on pairs less far apart than this beyond the
 * cut: docs/abundance.md. */
#define NEAR_THE_CUT 0.05F

struct spt_abundance_options
spt_abundance_defaults(uint32_t side)
{
    return (struct spt_abundance_options){
        .ncc = {.max_shift = side / 8, .shift_step = 1, .bandwidth = 1},
        .cut = 0.75F,
        .most_bytes = 1500000000,
        .most_pairs = 200000000,
        .sample = 5000,
        .sample_bandwidth = 0.4,
    };
}

/* Windows read from where they lie in the images. */
struct source {
    const struct spt_sample *images;
    const size_t *first; /* number of each image's first window */
    size_t count;
    uint32_t side;
};

static enum septum_status
read_window(void *self, size_t window, float *out, struct septum_error *err)
{
    const struct source *source = self;
    size_t low = 0, high = source->count;
    struct spt_grid grid;

    (void)err;
    /* The last image that begins at or before the window; empty ones share their first
     * with the next, which comes later. */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (source->first[middle] <= window)
            low = middle;
        else
            high = middle;
    }
    grid = spt_grid_of(source->images[low].height, source->images[low].width,
                       source->side);
    spt_grid_window(&grid, source->images[low].pixels, source->images[low].width,
                    window - source->first[low], out);
    return SEPTUM_OK;
}

static enum septum_status
compare_all(struct source *source, const struct spt_abundance_options *options,
            struct spt_abundance *out, struct septum_error *err)
{
    size_t total = out->count, area = (size_t)source->side * source->side;
    struct spt_ncc_options ncc = options->ncc;
    float *windows = spt_alloc_array(total, area * sizeof *windows);
    float *distances = spt_alloc_aligned(spt_condensed_count(total), sizeof *distances);
    struct spt_merge *merges = spt_alloc_array(total, sizeof *merges);
    enum septum_status status = SEPTUM_OK;

    if (windows == NULL || distances == NULL || merges == NULL) {
        status = spt_fail_memory(err, "abundance",
                                 spt_condensed_count(total) * sizeof *distances);
        goto done;
    }
    if (total > options->sample) {
        ncc.bandwidth = options->sample_bandwidth;
        ncc.near = options->cut + NEAR_THE_CUT;
    }
    for (size_t w = 0; w < total && status == SEPTUM_OK; w++)
        status = read_window(source, w, windows + area * w, err);
    if (status == SEPTUM_OK)
        status = spt_ncc_distances(windows, total, source->side, &ncc, distances, err);
    if (status == SEPTUM_OK && options->density)
        spt_density_find(distances, total, options->cut, out->scores);
    if (status == SEPTUM_OK) /* which uses the distances up */
        status = spt_cluster_tree(distances, total, merges, err);
    if (status == SEPTUM_OK)
        status = spt_cluster_cut(merges, total, options->cut, out->cluster_of,
                                 &out->clusters, err);
    if (status == SEPTUM_OK && !options->density)
        status = spt_cluster_abundance(out->cluster_of, total, out->clusters,
                                       out->scores, err);
done:
    free(windows);
    free(distances);
    free(merges);
    return status;
}

static enum septum_status
compare_sample(struct source *source, const struct spt_abundance_options *options,
               struct spt_abundance *out, struct septum_error *err)
{
    struct spt_window_source windows = {
        .read = read_window, .self = source, .count = out->count, .side = source->side};
    struct spt_subset_options how = {
        .ncc = options->ncc, .cut = options->cut, .most = options->sample};
    struct spt_subset_scores scores = {
        .cluster_of = out->cluster_of,
        .density = out->scores,
    };
    enum septum_status status;

    how.ncc.bandwidth = options->sample_bandwidth;
    status = spt_subset_abundance(&windows, &how, &scores, err);
    out->clusters = scores.clusters;
    out->sampled = options->sample < out->count ? options->sample : out->count;
    return status;
}

static bool
is_too_much(const struct spt_abundance_options *options, size_t count, uint32_t side)
{
    double windows = (double)count * side * side * sizeof(float);
    double bytes = spt_ncc_memory(count, side, &options->ncc) + windows;
    double pairs = (double)count * ((double)count - 1) / 2;

    return (options->density && count > options->sample) ||
           (options->most_bytes > 0 && bytes > (double)options->most_bytes) ||
           (options->most_pairs > 0 && pairs > (double)options->most_pairs);
}

enum septum_status
spt_abundance_find(const struct spt_sample *images, size_t count, uint32_t side,
                   const struct spt_abundance_options *options,
                   struct spt_abundance *out, struct septum_error *err)
{
    struct spt_abundance found = {0};
    size_t *first = spt_alloc_array(count, sizeof *first);
    struct source source = {images, first, count, side};
    enum septum_status status = spt_ncc_check(&options->ncc, side, err);

    if (status != SEPTUM_OK)
        goto done;
    for (size_t i = 0; i < count && first != NULL; i++) {
        struct spt_grid grid = spt_grid_of(images[i].height, images[i].width, side);

        first[i] = found.count;
        found.count += spt_grid_count(&grid);
    }
    found.scores = spt_alloc_array(found.count, sizeof *found.scores);
    found.cluster_of = spt_alloc_array(found.count, sizeof *found.cluster_of);
    if (first == NULL || found.scores == NULL || found.cluster_of == NULL)
        status = spt_fail_memory(err, "abundance", found.count * sizeof *found.scores);
    else if (found.count > 0)
        status = is_too_much(options, found.count, side)
                     ? compare_sample(&source, options, &found, err)
                     : compare_all(&source, options, &found, err);
done:
    free(first);
    if (status == SEPTUM_OK)
        *out = found;
    else
        spt_abundance_clear(&found);
    return status;
}

void
spt_abundance_clear(struct spt_abundance *abundance)
{
    free(abundance->scores);
    free(abundance->cluster_of);
    *abundance = (struct spt_abundance){0};
}
