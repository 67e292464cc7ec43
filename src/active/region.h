/*
 * region.h - the region to ask about next: equation 1 of the paper.
 *
 * A region R is a connected set of windows of one image.  It minimises
 *
 *	objective(R) = lambda * mean over R of f(w)
 *	             + (1 - lambda) * (1 - sum over R of S_w)
 *
 * Greedily, as in the paper: from every askable window of every image a region grows by
 * the neighbour that lowers the objective most, until none lowers it or the cap is
 * reached; the best of all regions wins.  Two better searches stand beside that one.
 *
 * Ties go to the window first in order (image, row, column), so that equal input gives
 * an equal answer; objectives that differ by less than SPT_REGION_TIE, which is
 * rounding, are a tie.
 */
#ifndef SEPTUM_ACTIVE_REGION_H
#define SEPTUM_ACTIVE_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/watch.h"
#include "image/grid.h"

#define SPT_REGION_TIE 1e-12

/* What is known of one image of the pool; all arrays are row-major over its grid, and
 * hold finite numbers. */
struct spt_candidate {
    struct spt_grid grid;
    const float *f;         /* uncertainty measure, lower is more uncertain */
    const float *abundance; /* S_w */
    /* For rivals alone; NULL: not known. */
    const float *entropy;  /* as f, by entropy: see uncertainty.h */
    const float *bald;     /* as f, by mutual information: see uncertainty.h */
    const float *features; /* of each window, feature_count values */
    const float *gap;      /* squared distance of each window's features to those of the
                              nearest known one, of any image; see coreset.h */
    size_t feature_count;
    const uint8_t *askable;  /* 0: labelled already or out of bounds */
    const uint32_t *cluster; /* of each window, for `distinct`; NULL: not known */
};

enum spt_region_search {
    SPT_SEARCH_GREEDY,
    /*
     * From every window on, the best few sets of each size are all grown further (a
     * beam), whether that lowers the objective or not; each image's best is then
     * improved by adding, removing and swapping windows.
     */
    SPT_SEARCH_BEAM,
    /*
     * All connected sets, but for those that a bound rules out, up to a number of
     * steps: the best there is, when region->proved says that it came to the end.
     */
    SPT_SEARCH_EXACT,
    /* The exact search up to SPT_SEARCH_EXACT_WINDOWS, and the beam beyond. */
    SPT_SEARCH_AUTO,
};

/* The largest cap at which the exact search takes no longer than the beam. */
#define SPT_SEARCH_EXACT_WINDOWS 10

struct spt_region_options {
    double lambda;       /* in [0, 1]; the paper's is 0.8 */
    size_t most_windows; /* the cap; >= 1 */
    /*
     * Grow on to the cap, by the best neighbour even when it raises the objective, and
     * let larger regions win over smaller ones: for comparisons at an equal number of
     * pixels.
     */
    bool fill;
    size_t least_windows; /* smaller regions only where no such large one fits */
    bool distinct;        /* no two windows of one cluster */
    /*
     * Before anything else stretch f so that it covers 0 to 0.5 over the askable
     * windows of all images.  A net that is sure of everything leaves f a small range,
     * and abundance then decides alone.
     */
    bool rescale;
    enum spt_region_search search;
    size_t beam;       /* sets kept of each size; 0: 8 */
    size_t most_steps; /* of the exact search; 0: 100 million, half a minute or so */
    struct spt_watch watch; /* of all searches but the greedy one */
};

struct spt_region {
    size_t image;    /* index of the candidate */
    size_t *windows; /* row-major indices in its grid, ascending; owned */
    size_t count;
    double objective;   /* of the rescaled f, where that was asked for */
    double uncertainty; /* mean f over the region */
    double abundance;   /* sum of S_w over the region */
    bool capped;        /* the cap stopped it: another window would have joined */
    bool proved; /* the exact search came to its end: there is no better region */
};

static inline double
spt_region_objective(double lambda, double uncertainty, double abundance)
{
    return lambda * uncertainty + (1 - lambda) * (1 - abundance);
}

/*
 * Find the best region of `count` images.  An empty region (count 0) means that nothing
 * is left to ask.  What *out held is not freed; the caller clears it.  Fails with
 * SEPTUM_EINVAL (options), SEPTUM_ENOMEM or SEPTUM_ESTOPPED.
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
