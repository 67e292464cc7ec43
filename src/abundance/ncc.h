/*
 * ncc.h - how alike two windows are: the maximum over relative shifts of the normalised
 * cross-correlation of their overlap (Lewis, "Fast normalized cross-correlation",
 * 1995).
 *
 * For shift (dy, dx) the overlap of window a and window b displaced by it is taken from
 * both, each is brought to zero mean and unit energy *over the overlap*, and their dot
 * product is the NCC.  Distance = 1 - max NCC, in [0, 2].  A flat overlap (no variance)
 * has NCC 0 with everything; two windows that are flat as a whole are at distance 0, a
 * flat and a non-flat one at distance 1.
 *
 * Flat means that the standard deviation is at most 4 FLT_EPSILON of the root mean
 * square: what is left then is the rounding of floats, not a pattern.  Windows with a
 * value that is no finite number count as flat.
 *
 * The numerators at all shifts come from the windows' spectra: see correlate.h, and
 * docs/abundance.md for what that was measured against.
 */
#ifndef SEPTUM_ABUNDANCE_NCC_H
#define SEPTUM_ABUNDANCE_NCC_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/watch.h"

struct spt_ncc_options {
    uint32_t max_shift;   /* pixels in y and in x; at most half a window's side */
    uint32_t shift_step;  /* only multiples of it are tried; >= 1 */
    double least_overlap; /* share of a window's pixels that an overlap must have, in
                             [0, 1]; above 0, max_shift may be any */
    double bandwidth;     /* share of the frequencies that is looked at, (0, 1]; 0 is 1,
                             full resolution */
    float near;           /* pairs less far apart than this, by the bandwidth looked at,
                             are computed again at full resolution */
    struct spt_watch watch; /* of the first pass over the pairs; all of the second is
                               called the end */
};

/* Entries of the condensed distance matrix of n windows: the pairs (i, j), i < j, row
 * by row: (0,1) (0,2) ... (0,n-1) (1,2) ...  as scipy's pdist has it. */
static inline size_t
spt_condensed_count(size_t n)
{
    return n * (n - (n > 0)) / 2;
}

static inline size_t
spt_condensed_index(size_t n, size_t i, size_t j) /* i < j < n */
{
    return n * i - i * (i + 1) / 2 + (j - i - 1);
}

struct spt_shifts;

/* The tables for `options`; see correlate.h.  Fails with SEPTUM_ENOMEM. */
enum septum_status
spt_ncc_shifts(struct spt_shifts *shifts, uint32_t side,
               const struct spt_ncc_options *options, struct septum_error *err);

/* Fail with SEPTUM_EINVAL and the sentence for it, if `options` are out of bounds. */
enum septum_status spt_ncc_check(const struct spt_ncc_options *options, uint32_t side,
                                 struct septum_error *err);

/*
 * Distances of all pairs of `count` windows of side * side values each, stored one
 * after the other, into spt_condensed_count(count) floats.  Beside those it takes
 * spt_ncc_memory() bytes.  Fails with SEPTUM_EINVAL (options), SEPTUM_ENOMEM or
 * SEPTUM_ESTOPPED.
 */
enum septum_status spt_ncc_distances(const float *windows, size_t count, uint32_t side,
                                     const struct spt_ncc_options *options,
                                     float *distances, struct septum_error *err);

/* Bytes that the comparison of `count` windows takes, the distances included; 0 for
 * options out of bounds. */
double
spt_ncc_memory(size_t count, uint32_t side, const struct spt_ncc_options *options);

#endif
