/*
 * novelty.h - what was answered already is asked less.
 *
 * Neighbouring slices of a stack show the same cells: the best windows of one are twins
 * of the best of the next, and an expert would be asked the same again and again.  So
 * what is abundant counts for less the more of its cluster has been answered.  (Twins
 * within a region are kept apart by `distinct` of region.h.)
 */
#ifndef SEPTUM_ACTIVE_NOVELTY_H
#define SEPTUM_ACTIVE_NOVELTY_H

#include "active/region.h"

/* Six windows, a whole region, leave half of a cluster's abundance. */
#define SPT_NOVELTY_FADE 0.9

/* Add the windows of an answered region to answered[cluster].  Nothing where the
 * candidate has no clusters. */
void spt_novelty_answer(const struct spt_candidate *candidate,
                        const struct spt_region *region, uint32_t *answered);

/* faded = abundance * fade^answered[cluster] for `count` windows; `fade` in [0, 1]: 1
 * leaves all as it is, 0 asks for no cluster twice. */
void spt_novelty_fade(const float *abundance, const uint32_t *cluster, size_t count,
                      const uint32_t *answered, double fade, float *faded);

#endif
