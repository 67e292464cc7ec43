/*
 * region.h - the region to ask about next: equation 1 of the paper, solved greedily.
 *
 * A region R is a connected set (4 neighbours) of windows of one image.  It minimises
 *
 *	objective(R) = lambda * mean over R of f(w)
 *	             + (1 - lambda) * (1 - sum over R of S_w)
 *
 * From every askable window of every image a region grows by the neighbour that lowers
 * the objective most, until none lowers it or `most_windows` is reached; the best of
 * all regions wins.  Ties go to the window first in order (image, row, column), so that
 * equal input gives an equal answer; objectives that differ by less than
 * SPT_REGION_TIE, which is rounding, are a tie.
 */
#ifndef SEPTUM_ACTIVE_REGION_H
#define SEPTUM_ACTIVE_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "image/grid.h"

#define SPT_REGION_TIE 1e-12

/* What is known of one image of the pool; all arrays are row-major over its grid, and
 * hold finite numbers. */
struct spt_candidate {
    struct spt_grid grid;
    const float *f;         /* uncertainty measure, lower is more uncertain */
    const float *abundance; /* S_w */
    const uint8_t *askable; /* 0: labelled already or out of bounds */
};

struct spt_region_options {
    double lambda;       /* in [0, 1]; the paper's is 0.8 */
    size_t most_windows; /* the cap; >= 1 */
    /*
     * Grow on to the cap, by the best neighbour even when it raises the objective, and
     * let larger regions win over smaller ones: for comparisons at an equal number of
     * pixels.
     */
    bool fill;
};

struct spt_region {
    size_t image;    /* index of the candidate */
    size_t *windows; /* row-major indices in its grid, ascending; owned */
    size_t count;
    double objective;
    double uncertainty; /* mean f over the region */
    double abundance;   /* sum of S_w over the region */
    bool capped;        /* the cap stopped it: another window would have joined */
};

static inline double
spt_region_objective(double lambda, double uncertainty, double abundance)
{
    return lambda * uncertainty + (1 - lambda) * (1 - abundance);
}

/*
 * Find the best region of `count` images.  An empty region (count 0) means that nothing
 * is left to ask.  What *out held is not freed; the caller clears it.  Fails with
 * SEPTUM_EINVAL (options) or SEPTUM_ENOMEM.
 */
enum septum_status
spt_region_search(const struct spt_candidate *candidates, size_t count,
                  const struct spt_region_options *options, struct spt_region *out,
                  struct septum_error *err);

/* Fail with SEPTUM_EINVAL and the sentence for it, if `options` are out of bounds. */
enum septum_status
spt_region_check(const struct spt_region_options *options, struct septum_error *err);

/*
 * Make *out of `count` >= 1 windows, in any order, of candidate number `image`: a
 * sorted copy with its measures, the objective at `lambda`, and not capped.  Fails with
 * SEPTUM_ENOMEM.
 */
enum septum_status spt_region_make(const struct spt_candidate *candidates, size_t image,
                                   const size_t *windows, size_t count, double lambda,
                                   struct spt_region *out, struct septum_error *err);
void spt_region_clear(struct spt_region *region);

#endif
