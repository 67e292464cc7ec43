/*
 * pool.c - see pool.h.
 */
#include "loop/pool.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "abundance/cluster.h"
#include "active/uncertainty.h"
#include "base/alloc.h"

struct spt_abundance_options
spt_abundance_defaults(uint32_t side)
{
    return (struct spt_abundance_options){
        .ncc = {.max_shift = side / 8,
                .shift_step = side >= 16 ? side / 16 : 1,
                .bandwidth = 0.4,
                .near = 0.85F},
        .cut = 0.8F,
    };
}

struct spt_pool {
    struct spt_samples *samples;
    size_t first, count; /* samples [first, first + count) */
    size_t clusters;
    struct spt_candidate *candidates;
    float **abundance; /* of each sample; those before `first` come along */
    float **f;         /* of each pool image */
    float **entropy;
    uint8_t **askable;
};

/* Cut all windows of all images, one after the other. */
static float *
cut_windows(const struct spt_sample *images, size_t count, uint32_t side, size_t *total)
{
    size_t area = (size_t)side * side, at = 0;
    float *windows;

    *total = 0;
    for (size_t i = 0; i < count; i++) {
        struct spt_grid grid = spt_grid_of(images[i].height, images[i].width, side);

        *total += spt_grid_count(&grid);
    }
    windows = spt_alloc_array(*total, area * sizeof *windows);
    for (size_t i = 0; i < count && windows != NULL; i++) {
        struct spt_grid grid = spt_grid_of(images[i].height, images[i].width, side);

        for (size_t w = 0; w < spt_grid_count(&grid); w++)
            spt_grid_window(&grid, images[i].pixels, images[i].width, w,
                            windows + area * at++);
    }
    return windows;
}

enum septum_status
spt_abundance_windows(const struct spt_sample *images, size_t count, uint32_t side,
                      const struct spt_abundance_options *options, float **abundance,
                      size_t *clusters, struct septum_error *err)
{
    return spt_abundance_clusters(images, count, side, options, abundance, NULL,
                                  clusters, err);
}

enum septum_status
spt_abundance_clusters(const struct spt_sample *images, size_t count, uint32_t side,
                       const struct spt_abundance_options *options, float **abundance,
                       uint32_t *numbers, size_t *clusters, struct septum_error *err)
{
    size_t total = 0, at = 0;
    float *windows = cut_windows(images, count, side, &total);
    float *distances = spt_alloc_array(spt_condensed_count(total), sizeof *distances);
    float *all = spt_alloc_array(total, sizeof *all);
    uint32_t *cluster_of = spt_alloc_array(total, sizeof *cluster_of);
    struct spt_merge *merges = spt_alloc_array(total, sizeof *merges);
    enum septum_status status;

    if (windows == NULL || distances == NULL || all == NULL || cluster_of == NULL ||
        merges == NULL) {
        status = spt_fail_memory(err, "abundance",
                                 spt_condensed_count(total) * sizeof *distances);
        goto done;
    }
    status = spt_ncc_distances(windows, total, side, &options->ncc, distances, err);
    if (status == SEPTUM_OK)
        status = spt_cluster_tree(distances, total, SPT_LINKAGE_AVERAGE, merges, err);
    if (status == SEPTUM_OK)
        status =
            spt_cluster_cut(merges, total, options->cut, cluster_of, clusters, err);
    if (status == SEPTUM_OK)
        status = spt_cluster_abundance(cluster_of, total, *clusters, all, err);
    if (status == SEPTUM_OK && numbers != NULL)
        memcpy(numbers, cluster_of, total * sizeof *cluster_of);
    for (size_t i = 0; i < count && abundance != NULL && status == SEPTUM_OK; i++) {
        struct spt_grid grid = spt_grid_of(images[i].height, images[i].width, side);

        memcpy(abundance[i], all + at, spt_grid_count(&grid) * sizeof *all);
        at += spt_grid_count(&grid);
    }
done:
    free(windows);
    free(distances);
    free(all);
    free(cluster_of);
    free(merges);
    return status;
}

static enum septum_status
take_arrays(struct spt_pool *pool, uint32_t side, struct septum_error *err)
{
    size_t samples = pool->samples->count;

    pool->candidates = spt_alloc_array(pool->count, sizeof *pool->candidates);
    pool->abundance = spt_alloc_array(samples, sizeof *pool->abundance);
    pool->f = spt_alloc_array(pool->count, sizeof *pool->f);
    pool->entropy = spt_alloc_array(pool->count, sizeof *pool->entropy);
    pool->askable = spt_alloc_array(pool->count, sizeof *pool->askable);
    if (pool->candidates == NULL || pool->abundance == NULL || pool->f == NULL ||
        pool->entropy == NULL || pool->askable == NULL)
        return spt_fail_memory(err, "pool", samples * sizeof *pool->abundance);
    for (size_t i = 0; i < samples; i++) {
        const struct spt_sample *sample = &pool->samples->sample[i];
        struct spt_grid grid = spt_grid_of(sample->height, sample->width, side);
        size_t windows = spt_grid_count(&grid);

        pool->abundance[i] = spt_alloc_array(windows, sizeof(float));
        if (pool->abundance[i] == NULL)
            return spt_fail_memory(err, "pool", windows * sizeof(float));
        if (i < pool->first)
            continue;
        pool->f[i - pool->first] = spt_alloc_array(windows, sizeof(float));
        pool->entropy[i - pool->first] = spt_alloc_array(windows, sizeof(float));
        pool->askable[i - pool->first] = spt_alloc_array(windows, 1);
        if (pool->f[i - pool->first] == NULL ||
            pool->entropy[i - pool->first] == NULL ||
            pool->askable[i - pool->first] == NULL)
            return spt_fail_memory(err, "pool", windows * sizeof(float));
        memset(pool->askable[i - pool->first], 1, windows);
        pool->candidates[i - pool->first] =
            (struct spt_candidate){.grid = grid,
                                   .f = pool->f[i - pool->first],
                                   .entropy = pool->entropy[i - pool->first],
                                   .abundance = pool->abundance[i],
                                   .askable = pool->askable[i - pool->first]};
    }
    return SEPTUM_OK;
}

enum septum_status
spt_pool_create(struct spt_samples *samples, size_t first, uint32_t side,
                const struct spt_abundance_options *options, struct spt_pool **out,
                struct septum_error *err)
{
    enum septum_status status;
    struct spt_pool *pool = spt_alloc_array(1, sizeof *pool);

    *out = NULL;
    if (pool == NULL)
        return spt_fail_memory(err, "pool", sizeof *pool);
    pool->samples = samples;
    pool->first = first;
    pool->count = samples->count - first;
    status = take_arrays(pool, side, err);
    if (status == SEPTUM_OK)
        status = spt_abundance_windows(samples->sample, samples->count, side, options,
                                       pool->abundance, &pool->clusters, err);
    if (status != SEPTUM_OK) {
        spt_pool_free(pool);
        return status;
    }
    *out = pool;
    return SEPTUM_OK;
}

void
spt_pool_free(struct spt_pool *pool)
{
    if (pool == NULL)
        return;
    for (size_t i = 0; i < pool->samples->count && pool->abundance != NULL; i++)
        free(pool->abundance[i]);
    for (size_t i = 0; i < pool->count && pool->f != NULL; i++)
        free(pool->f[i]);
    for (size_t i = 0; i < pool->count && pool->entropy != NULL; i++)
        free(pool->entropy[i]);
    for (size_t i = 0; i < pool->count && pool->askable != NULL; i++)
        free(pool->askable[i]);
    free(pool->abundance);
    free(pool->f);
    free(pool->entropy);
    free(pool->askable);
    free(pool->candidates);
    free(pool);
}

size_t
spt_pool_clusters(const struct spt_pool *pool)
{
    return pool->clusters;
}

void
spt_round_clear(struct spt_round *round)
{
    spt_region_clear(&round->region);
    free(round->proposal);
    *round = (struct spt_round){0};
}

/* A window is no longer asked about once every pixel of it is known. */
static void
drop_known(const struct spt_sample *sample, const struct spt_grid *grid,
           uint8_t *askable)
{
    uint32_t side = grid->side;

    for (size_t w = 0; w < spt_grid_count(grid); w++) {
        const uint8_t *at = sample->labels + w / grid->columns * side * sample->width +
                            w % grid->columns * side;
        bool known = true;

        for (uint32_t y = 0; y < side && known; y++)
            known =
                memchr(at + (size_t)y * sample->width, SPT_LABEL_UNKNOWN, side) == NULL;
        if (known)
            askable[w] = 0;
    }
}

static enum septum_status
measure_pool(struct spt_pool *pool, struct spt_predictor *predictor,
             struct septum_error *err)
{
    for (size_t i = 0; i < pool->count; i++) {
        const struct spt_sample *sample = &pool->samples->sample[pool->first + i];
        const struct spt_grid *grid = &pool->candidates[i].grid;
        size_t pixels = (size_t)sample->height * sample->width;
        float *membrane = spt_alloc_array(pixels, sizeof *membrane);
        enum septum_status status =
            membrane != NULL
                ? spt_predict(predictor, sample->pixels, sample->height, sample->width,
                              membrane, err)
                : spt_fail_memory(err, "probabilities", pixels * sizeof *membrane);

        if (status == SEPTUM_OK) {
            spt_uncertainty_windows(membrane, sample->width, grid, pool->f[i]);
            spt_uncertainty_entropy(membrane, sample->width, grid, pool->entropy[i]);
            drop_known(sample, grid, pool->askable[i]);
        }
        free(membrane);
        if (status != SEPTUM_OK)
            return status;
    }
    return SEPTUM_OK;
}

/* Have the expert answer, and take over what was said. */
static enum septum_status
ask(struct spt_pool *pool, const struct spt_expert *expert,
    const struct spt_region *region, double *seconds, struct septum_error *err)
{
    size_t i = pool->first + region->image;
    const struct spt_sample *sample = &pool->samples->sample[i];
    size_t pixels = (size_t)sample->height * sample->width;
    struct spt_question question = {
        .image = region->image,
        .height = sample->height,
        .width = sample->width,
        .grid = pool->candidates[region->image].grid,
        .windows = region->windows,
        .count = region->count,
    };
    uint8_t *answer = spt_alloc_array(pixels, 1);
    enum septum_status status;

    if (answer == NULL)
        return spt_fail_memory(err, "answer", pixels);
    memcpy(answer, sample->labels, pixels);
    status = expert->answer(expert->self, &question, answer, seconds, err);
    for (size_t at = 0; at < pixels && status == SEPTUM_OK; at++)
        spt_samples_set_label(pool->samples, i, at, answer[at]);
    /* What the expert could not tell, asking again would not bring out. */
    for (size_t w = 0; w < region->count && status == SEPTUM_OK; w++)
        pool->askable[region->image][region->windows[w]] = 0;
    free(answer);
    return status;
}

enum septum_status
spt_pool_round(struct spt_pool *pool, struct spt_predictor *predictor,
               const struct spt_strategy *strategy,
               const struct spt_region_options *options,
               const struct spt_expert *expert, struct spt_random *random,
               struct spt_round *out, struct septum_error *err)
{
    struct spt_round round = {0};
    const struct spt_sample *sample;
    size_t pixels;
    enum septum_status status = measure_pool(pool, predictor, err);

    if (status == SEPTUM_OK)
        status = strategy->choose(pool->candidates, pool->count, options, random,
                                  &round.region, err);
    if (status != SEPTUM_OK || round.region.count == 0)
        goto done;
    sample = &pool->samples->sample[pool->first + round.region.image];
    pixels = (size_t)sample->height * sample->width;
    round.proposal = spt_alloc_array(pixels, sizeof *round.proposal);
    status = round.proposal != NULL
                 ? spt_predict(predictor, sample->pixels, sample->height, sample->width,
                               round.proposal, err)
                 : spt_fail_memory(err, "proposal", pixels * sizeof *round.proposal);
    if (status == SEPTUM_OK)
        status = ask(pool, expert, &round.region, &round.seconds, err);
done:
    if (status == SEPTUM_OK)
        *out = round;
    else
        spt_round_clear(&round);
    return status;
}
