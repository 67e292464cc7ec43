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
 * The numerators of all pairs at one shift are one matrix product of cropped windows.
 * Shift (dy, dx) of (a, b) is shift (-dy, -dx) of (b, a), so half the shifts suffice.
 */
#ifndef SEPTUM_ABUNDANCE_NCC_H
#define SEPTUM_ABUNDANCE_NCC_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct spt_ncc_options {
    uint32_t max_shift;  /* pixels in y and in x; less than half a window's side */
    uint32_t shift_step; /* only multiples of it are tried; >= 1 */
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

/*
 * Distances of all pairs of `count` windows of side * side values each, stored one
 * after the other, into spt_condensed_count(count) floats.  Working memory is bounded:
 * some 1000 windows, whatever `count`, and 33 bytes a window.  Fails with SEPTUM_EINVAL
 * (options), SEPTUM_ENOMEM or SEPTUM_ENGINE; after the last, what `distances` holds is
 * of no use.
 */
enum septum_status spt_ncc_distances(const float *windows, size_t count, uint32_t side,
                                     const struct spt_ncc_options *options,
                                     float *distances, struct septum_error *err);

#endif
