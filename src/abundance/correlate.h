/*
 * correlate.h - the NCC of one window with sixteen others over all shifts at once, by
 * way of their spectra.
 *
 * The numerators at all shifts are the inverse Fourier transform of the product of two
 * spectra (Lewis 1995).  Of that transform only the shifts in range are wanted, a
 * fraction of its size, so that it is not computed by a fast transform but as two small
 * dense products with the cosines and sines of the shifts wanted, the symmetric half of
 * each: as many operations as a full fast transform of each pair at a range of 8 of 64,
 * all of them multiply-adds on whole vectors.  Sixteen pairs run side by side, one a
 * lane.
 *
 * The overlap's mean and energy at each shift come from running sums, once a window.
 */
#ifndef SEPTUM_ABUNDANCE_CORRELATE_H
#define SEPTUM_ABUNDANCE_CORRELATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define SPT_LANES 16

/* Which shifts, and the tables for them.  All zero is a valid, empty value. */
struct spt_shifts {
    uint32_t side, step;
    uint32_t reach;  /* shifts of 0, 1 ... reach steps, either way */
    uint32_t size;   /* of the transform: side + the largest shift, even */
    uint32_t half;   /* size / 2: the highest frequency */
    uint32_t kept;   /* frequencies up to this one are looked at; <= half */
    uint32_t *limit; /* by steps in y: the most steps in x */
    float *turns;    /* [frequency][steps][cosine, sine], divided by size */
    float *unturns;  /* [frequency in x][steps][cosine, sine], 2 for all that stand for
                        two, divided by size */
};

/*
 * Shifts of up to `most` pixels in y and in x that are multiples of `step` and leave an
 * overlap of at least the share `least_overlap` of a window; `bandwidth` is the share
 * of the frequencies, from the lowest, that is looked at.  Fails with SEPTUM_ENOMEM.
 */
enum septum_status
spt_shifts_init(struct spt_shifts *shifts, uint32_t side, uint32_t most, uint32_t step,
                double least_overlap, double bandwidth, struct septum_error *err);
void spt_shifts_clear(struct spt_shifts *shifts);

/* Of all shifts there are, allowed or not: (2 reach + 1)^2. */
static inline size_t
spt_shifts_count(const struct spt_shifts *shifts)
{
    return (size_t)(2 * shifts->reach + 1) * (2 * shifts->reach + 1);
}

/* Windows made ready.  All zero is a valid, empty value. */
struct spt_spectra {
    const float *windows; /* borrowed */
    size_t count;
    float *waves;   /* [window][frequency in x][frequency v in y][of v and of -v][real,
                       imaginary]; v that are their own opposites have 0 there */
    float *norms;   /* [window][shift][scale, mean * scale * sqrt(pixels)]: of its part
                       of the overlap when the other window lies shifted on it */
    float *steeper; /* [window]: the largest scale */
    uint8_t *flat;  /* [window] */
};

/* Bytes that the spectra of `count` windows take. */
size_t spt_spectra_memory(const struct spt_shifts *shifts, size_t count);

/* Fails with SEPTUM_ENOMEM. */
enum septum_status
spt_spectra_init(struct spt_spectra *spectra, const struct spt_shifts *shifts,
                 const float *windows, size_t count, struct septum_error *err);
void spt_spectra_clear(struct spt_spectra *spectra);

/* Sixteen windows side by side, and room to work.  One thread's.  All zero is a valid,
 * empty value. */
struct spt_lanes {
    const struct spt_spectra *spectra; /* borrowed, of the windows loaded */
    size_t window[SPT_LANES];
    size_t count;
    float steeper; /* of all of them */
    float *waves, *norms, *room;
};

/* Fails with SEPTUM_ENOMEM. */
enum septum_status
spt_lanes_init(struct spt_lanes *lanes, const struct spt_shifts *shifts,
               struct septum_error *err);
void spt_lanes_clear(struct spt_lanes *lanes);

/* Load up to sixteen windows. */
void
spt_lanes_load(struct spt_lanes *lanes, const struct spt_shifts *shifts,
               const struct spt_spectra *spectra, const size_t *windows, size_t count);

/*
 * The largest NCC over all shifts of window number `first` of `spectra` with each of
 * the windows loaded.  1 for two flat windows, 0 for a flat one with any other.
 */
void spt_lanes_correlate(struct spt_lanes *lanes, const struct spt_shifts *shifts,
                         const struct spt_spectra *spectra, size_t first,
                         float ncc[SPT_LANES]);

#endif
