/*
 * pool.c - see pool.h.
 */
#include "loop/pool.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "active/coreset.h"
#include "active/novelty.h"
#include "base/alloc.h"

struct spt_pool_options
spt_pool_defaults(uint32_t side)
{
    return (struct spt_pool_options){.abundance = spt_abundance_defaults(side)};
}

/* The windows of all samples, one sample after the other, share one array of each
 * measure; the candidates are those of the pool. */
struct spt_pool {
    struct spt_samples *samples;
    size_t first, count; /* samples [first, first + count) */
    struct spt_pool_options options;
    struct spt_abundance abundance;
    struct spt_candidate *candidates;
    struct spt_grid *grids; /* of each sample */
    size_t *begins;         /* number of each sample's first window */
    size_t windows;
    float *faded, *f, *entropy, *bald, *gap, *features;
    uint32_t feature_count; /* that there is room for */
    uint8_t *askable;
    uint32_t *answered; /* windows of each cluster */
};

static enum septum_status
take_arrays(struct spt_pool *pool, uint32_t side, struct septum_error *err)
{
    size_t samples = pool->samples->count;

    pool->candidates = spt_alloc_array(pool->count, sizeof *pool->candidates);
    pool->grids = spt_alloc_array(samples, sizeof *pool->grids);
    pool->begins = spt_alloc_array(samples, sizeof *pool->begins);
    if (pool->candidates == NULL || pool->grids == NULL || pool->begins == NULL)
        return spt_fail_memory(err, "pool", samples * sizeof *pool->grids);
    for (size_t i = 0; i < samples; i++) {
        const struct spt_sample *sample = &pool->samples->sample[i];

        pool->grids[i] = spt_grid_of(sample->height, sample->width, side);
        pool->begins[i] = pool->windows;
        pool->windows += spt_grid_count(&pool->grids[i]);
    }
    pool->faded = spt_alloc_array(pool->windows, sizeof *pool->faded);
    pool->f = spt_alloc_array(pool->windows, sizeof *pool->f);
    pool->entropy = spt_alloc_array(pool->windows, sizeof *pool->entropy);
    pool->bald = spt_alloc_array(pool->windows, sizeof *pool->bald);
    pool->gap = spt_alloc_array(pool->windows, sizeof *pool->gap);
    pool->askable = spt_alloc_array(pool->windows, 1);
    if (pool->faded == NULL || pool->f == NULL || pool->entropy == NULL ||
        pool->bald == NULL || pool->gap == NULL || pool->askable == NULL)
        return spt_fail_memory(err, "pool", pool->windows * sizeof *pool->f);
    memset(pool->askable, 1, pool->windows);
    return SEPTUM_OK;
}

static void
lay_out_candidates(struct spt_pool *pool)
{
    for (size_t i = 0; i < pool->count; i++) {
        size_t begin = pool->begins[pool->first + i];

        pool->candidates[i] = (struct spt_candidate){
            .grid = pool->grids[pool->first + i],
            .f = pool->f + begin,
            .abundance = pool->faded + begin,
            .entropy = pool->entropy + begin,
            .askable = pool->askable + begin,
            .cluster = pool->abundance.cluster_of + begin,
        };
    }
}

enum septum_status
spt_pool_create(struct spt_samples *samples, size_t first, uint32_t side,
                const struct spt_pool_options *options, struct spt_pool **out,
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
    pool->options = *options;
    if (pool->options.fade == 0)
        pool->options.fade = 1;
    status = take_arrays(pool, side, err);
    if (status == SEPTUM_OK)
        status = spt_abundance_find(samples->sample, samples->count, side,
                                    &options->abundance, &pool->abundance, err);
    if (status == SEPTUM_OK) {
        pool->answered =
            spt_alloc_array(pool->abundance.clusters, sizeof *pool->answered);
        if (pool->answered == NULL)
            status = spt_fail_memory(err, "pool",
                                     pool->abundance.clusters * sizeof *pool->answered);
    }
    if (status != SEPTUM_OK) {
        spt_pool_free(pool);
        return status;
    }
    lay_out_candidates(pool);
    *out = pool;
    return SEPTUM_OK;
}

void
spt_pool_free(struct spt_pool *pool)
{
    if (pool == NULL)
        return;
    spt_abundance_clear(&pool->abundance);
    free(pool->candidates);
    free(pool->grids);
    free(pool->begins);
    free(pool->faded);
    free(pool->f);
    free(pool->entropy);
    free(pool->bald);
    free(pool->gap);
    free(pool->features);
    free(pool->askable);
    free(pool->answered);
    free(pool);
}

size_t
spt_pool_clusters(const struct spt_pool *pool)
{
    return pool->abundance.clusters;
}

void
spt_pool_calibrate(struct spt_pool *pool, double temperature)
{
    pool->options.measure.temperature = temperature;
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

/* Make room for what the strategy needs beside the rest, and let candidates know. */
static enum septum_status
take_needed(struct spt_pool *pool, const struct spt_predictor *predictor,
            const struct spt_strategy *strategy, struct septum_error *err)
{
    uint32_t count = spt_predict_feature_count(predictor);

    if (strategy->needs_features && pool->feature_count != count) {
        free(pool->features);
        pool->feature_count = count;
        pool->features = spt_alloc_array(pool->windows, count * sizeof(float));
        if (pool->features == NULL)
            return spt_fail_memory(err, "features",
                                   pool->windows * count * sizeof(float));
    }
    for (size_t i = 0; i < pool->count; i++) {
        struct spt_candidate *candidate = &pool->candidates[i];
        size_t begin = pool->begins[pool->first + i];

        candidate->bald = strategy->needs_bald ? pool->bald + begin : NULL;
        candidate->gap = candidate->features = NULL;
        if (strategy->needs_features) {
            candidate->gap = pool->gap + begin;
            candidate->features = pool->features + begin * count;
            candidate->feature_count = count;
        }
    }
    return SEPTUM_OK;
}

/* What windows are known: of samples before the pool those with any known pixel, of the
 * pool those that are not asked about any more. */
static bool
is_known(const struct spt_pool *pool, size_t sample, size_t window)
{
    const struct spt_grid *grid = &pool->grids[sample];
    const struct spt_sample *image = &pool->samples->sample[sample];
    const uint8_t *at = image->labels +
                        window / grid->columns * grid->side * image->width +
                        window % grid->columns * grid->side;

    if (sample >= pool->first)
        return !pool->askable[pool->begins[sample] + window];
    for (size_t y = 0; y < grid->side; y++)
        for (size_t x = 0; x < grid->side; x++)
            if (at[y * image->width + x] != SPT_LABEL_UNKNOWN)
                return true;
    return false;
}

/* Every window's distance from what is known; infinite where nothing is. */
static void
find_gaps(struct spt_pool *pool)
{
    for (size_t w = 0; w < pool->windows; w++)
        pool->gap[w] = INFINITY;
    for (size_t i = 0; i < pool->samples->count; i++)
        for (size_t w = 0; w < spt_grid_count(&pool->grids[i]); w++)
            if (is_known(pool, i, w))
                spt_coreset_close(pool->features, pool->windows,
                                  pool->features +
                                      (pool->begins[i] + w) * pool->feature_count,
                                  1, pool->feature_count, pool->gap);
}

static enum septum_status
measure_pool(struct spt_pool *pool, struct spt_predictor *predictor,
             const struct spt_strategy *strategy, struct septum_error *err)
{
    enum septum_status status = take_needed(pool, predictor, strategy, err);

    /* Features of what was known from the start are centres, so they are wanted, too.
     */
    for (size_t i = strategy->needs_features ? 0 : pool->first;
         i < pool->samples->count && status == SEPTUM_OK; i++) {
        const struct spt_sample *sample = &pool->samples->sample[i];
        size_t begin = pool->begins[i];
        struct spt_measured measured = {0};

        if (strategy->needs_features)
            measured.features = pool->features + begin * pool->feature_count;
        if (i >= pool->first) {
            measured.f = pool->f + begin;
            measured.entropy = pool->entropy + begin;
            measured.bald = strategy->needs_bald ? pool->bald + begin : NULL;
        }
        status = spt_measure_windows(predictor, sample, &pool->grids[i],
                                     &pool->options.measure, &measured, err);
        if (status == SEPTUM_OK && i >= pool->first)
            drop_known(sample, &pool->grids[i], pool->askable + begin);
    }
    if (status == SEPTUM_OK && strategy->needs_features)
        find_gaps(pool);
    if (status == SEPTUM_OK)
        spt_novelty_fade(pool->abundance.scores, pool->abundance.cluster_of,
                         pool->windows, pool->answered, pool->options.fade,
                         pool->faded);
    return status;
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
        pool->askable[pool->begins[i] + region->windows[w]] = 0;
    if (status == SEPTUM_OK)
        spt_novelty_answer(&pool->candidates[region->image], region, pool->answered);
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
    enum septum_status status = measure_pool(pool, predictor, strategy, err);

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
