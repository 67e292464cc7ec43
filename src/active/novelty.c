/*
 * novelty.c - see novelty.h.
 */
#include "active/novelty.h"

#include <math.h>

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
