/*
 * growth.h - a connected set of windows that grows inside one image, and the windows
 * that may join it next.
 */
#ifndef SEPTUM_ACTIVE_GROWTH_H
#define SEPTUM_ACTIVE_GROWTH_H

#include "active/region.h"

/* All zero is a valid, empty value. */
struct spt_growth {
    const struct spt_candidate *candidate; /* borrowed */
    size_t *members;                       /* in the order in which they joined */
    size_t count;
    size_t *frontier; /* askable neighbours of the members, ascending */
    size_t frontier_count;
    uint8_t *seen; /* by window: it is in one of the two */
};

/* The windows that share a side with `window`, ascending.  Returns their number: 4, or
 * fewer at the edges. */
size_t
spt_grid_neighbours(const struct spt_grid *grid, size_t window, size_t neighbours[4]);

/* Make room for the largest of `count` candidates.  Fails with SEPTUM_ENOMEM. */
enum septum_status
spt_growth_init(struct spt_growth *growth, const struct spt_candidate *candidates,
                size_t count, struct septum_error *err);

/* Forget what there was and start from the window `seed`, which is askable, of one of
 * those candidates. */
void spt_growth_start(struct spt_growth *growth, const struct spt_candidate *candidate,
                      size_t seed);

/* Let the frontier's window number `position` join. */
void spt_growth_join(struct spt_growth *growth, size_t position);

void spt_growth_clear(struct spt_growth *growth);

#endif
