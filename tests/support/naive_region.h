/*
 * naive_region.h - the definition of the region search: every set is measured from
 * scratch, every window of the grid is tried.
 */
#ifndef SEPTUM_TESTS_NAIVE_REGION_H
#define SEPTUM_TESTS_NAIVE_REGION_H

#include "active/region.h"

/* Equation 1 of the windows whose `in` is not 0. */
double naive_region_objective(const struct spt_candidate *candidate, const uint8_t *in,
                              double lambda);

/* True when those windows are askable, at least one, and hang together. */
bool naive_region_connected(const struct spt_candidate *candidate, const uint8_t *in);

/*
 * The best region that greedy growth finds: `in` takes its windows (0 or 1, room for
 * the largest grid), *image its image, *capped as in region.h.  Returns its size; 0
 * when nothing is askable.
 */
size_t naive_region_search(const struct spt_candidate *candidates, size_t count,
                           const struct spt_region_options *options, uint8_t *in,
                           size_t *image, bool *capped);

#endif
