/*
 * normalise.h - bring each image to the same scale of intensities, on its own.
 *
 *	out = (in - median) * 3.29 / (p95 - p5)
 *
 * Percentiles, because a bright speck or a black border must not move the rest; 3.29 is
 * the width of that range for a normal distribution, so that the result has about unit
 * variance.  Percentile p is the linear interpolation of the sorted values at
 * p / 100 * (n - 1), as in numpy.  An image whose p95 equals its p5 is divided by 1.
 */
#ifndef SEPTUM_IMAGE_NORMALISE_H
#define SEPTUM_IMAGE_NORMALISE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* The rule's name, as stored with models. */
#define SPT_NORMALISATION "median-p5-p95"

/* Normalise `count` > 0 finite values in place.  Fails for want of memory only. */
enum septum_status spt_normalise(float *pixels, size_t count, struct septum_error *err);

/* ---- the same for an image that is seen piece by piece --------------------------- */

#define SPT_NORMALISER_PASSES 2
#define SPT_NORMALISER_RANKS 6

/* A value of the sorted image. */
struct spt_rank {
    size_t at;      /* of the sorted values, from 0; later: within its bin */
    size_t *counts; /* of lower halves in the bin; ranks of one bin share them */
    uint32_t upper; /* half of the value's key: the bin */
    float value;
};

/* All zero is a valid, empty value; 3 MiB of memory from init to clear. */
struct spt_normaliser {
    size_t *counts;
    int passes; /* done */
    struct spt_rank rank[SPT_NORMALISER_RANKS];
    double weights[SPT_NORMALISER_RANKS / 2];
    double median, scale;
};

/*
 * Begin with an image of `count` > 0 finite values.  It is then shown as a whole
 * SPT_NORMALISER_PASSES times, in any pieces and any order: see() for each piece, then
 * pass(), which ends the pass.  After the last of them apply() normalises piece after
 * piece in place, with the very result of spt_normalise().
 */
enum septum_status spt_normaliser_init(struct spt_normaliser *normaliser, size_t count,
                                       struct septum_error *err);
void spt_normaliser_clear(struct spt_normaliser *normaliser);
void spt_normaliser_see(struct spt_normaliser *normaliser, const float *pixels,
                        size_t count);
void spt_normaliser_pass(struct spt_normaliser *normaliser);
void spt_normaliser_apply(const struct spt_normaliser *normaliser, float *pixels,
                          size_t count);

#endif
