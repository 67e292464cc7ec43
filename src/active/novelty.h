/*
 * novelty.h - regions that are not twins of each other.
 *
 * Neighbouring slices of a stack show the same cells: the best windows of one are twins
 * of the best of the next, and an expert would be asked the same again and again.  Two
 * remedies, both by the clusters of windows: what is abundant counts for less the more
 * of its cluster has been answered, and within a round no cluster is asked twice.
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

/*
 * The regions of a round: up to `wanted`, each the best of what the ones before it
 * leave.  None shares a window with another; with options->distinct, none a cluster.
 * *found becomes their number, less than `wanted` when nothing is left to ask.  The
 * caller clears them.  Fails as spt_region_search().
 */
enum septum_status
spt_novelty_search(const struct spt_candidate *candidates, size_t count,
                   const struct spt_region_options *options, size_t wanted,
                   struct spt_region *out, size_t *found, struct septum_error *err);

#endif
