/*
 * novelty.c - see novelty.h.
 */
#include "active/novelty.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void
spt_novelty_answer(const struct spt_candidate *candidate,
                   const struct spt_region *region, uint32_t *answered)
{
    for (size_t i = 0; i < region->count && candidate->cluster != NULL; i++)
        answered[candidate->cluster[region->windows[i]]]++;
}

void
spt_novelty_fade(const float *abundance, const uint32_t *cluster, size_t count,
                 const uint32_t *answered, double fade, float *faded)
{
    for (size_t i = 0; i < count; i++)
        faded[i] = (float)((double)abundance[i] * pow(fade, answered[cluster[i]]));
}

/* The candidates with windows of their own to be asked about. */
struct round {
    struct spt_candidate *candidates;
    uint8_t *askable;
    size_t count;
};

static enum septum_status
begin_round(struct round *round, const struct spt_candidate *candidates, size_t count,
            struct septum_error *err)
{
    size_t total = 0;
    uint8_t *at;

    for (size_t i = 0; i < count; i++)
        total += spt_grid_count(&candidates[i].grid);
    round->count = count;
    round->candidates = spt_alloc_array(count, sizeof *round->candidates);
    round->askable = at = spt_alloc_array(total, 1);
    if (round->candidates == NULL || round->askable == NULL)
        return spt_fail_memory(err, "choosing regions", total);
    for (size_t i = 0; i < count; i++) {
        size_t windows = spt_grid_count(&candidates[i].grid);

        round->candidates[i] = candidates[i];
        round->candidates[i].askable = at;
        if (windows > 0)
            memcpy(at, candidates[i].askable, windows);
        at += windows;
    }
    return SEPTUM_OK;
}

/* Ask no further about windows of that cluster, in any image. */
static void
drop_cluster(struct round *round, uint32_t cluster)
{
    uint8_t *at = round->askable;

    for (size_t i = 0; i < round->count; i++) {
        const struct spt_candidate *candidate = &round->candidates[i];
        size_t windows = spt_grid_count(&candidate->grid);

        for (size_t w = 0; w < windows && candidate->cluster != NULL; w++)
            if (candidate->cluster[w] == cluster)
                at[w] = 0;
        at += windows;
    }
}

static void
drop_region(struct round *round, const struct spt_region *region, bool distinct)
{
    const struct spt_candidate *candidate = &round->candidates[region->image];
    uint8_t *at = round->askable + (candidate->askable - round->askable);

    for (size_t i = 0; i < region->count; i++) {
        at[region->windows[i]] = 0;
        if (distinct && candidate->cluster != NULL)
            drop_cluster(round, candidate->cluster[region->windows[i]]);
    }
}

enum septum_status
spt_novelty_search(const struct spt_candidate *candidates, size_t count,
                   const struct spt_region_options *options, size_t wanted,
                   struct spt_region *out, size_t *found, struct septum_error *err)
{
    struct round round = {0};
    enum septum_status status = begin_round(&round, candidates, count, err);
    size_t regions = 0;

    while (regions < wanted && status == SEPTUM_OK) {
        status =
            spt_region_search(round.candidates, count, options, &out[regions], err);
        if (status != SEPTUM_OK || out[regions].count == 0)
            break;
        drop_region(&round, &out[regions++], options->distinct);
    }
    if (status == SEPTUM_OK)
        *found = regions;
    while (status != SEPTUM_OK && regions > 0)
        spt_region_clear(&out[--regions]);
    free(round.candidates);
    free(round.askable);
    return status;
}
