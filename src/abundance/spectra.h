/*
 * spectra.h - windows made ready to be compared over many shifts: their spectra, and
 * the mean and the energy of each part of them that a shift leaves to compare.
 *
 * Means and energies come from running sums, once a window; see correlate.h for what is
 * done with all of it.
 */
#ifndef SEPTUM_ABUNDANCE_SPECTRA_H
#define SEPTUM_ABUNDANCE_SPECTRA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

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

/* Floats of a window's spectrum. */
static inline size_t
spt_shifts_waves(const struct spt_shifts *shifts)
{
    return 4 * (size_t)(shifts->kept + 1) * (shifts->kept + 1);
}

/* The NCC of windows `a` and `b`, displaced by (dy, dx) pixels, by its definition and
 * in double precision; 0 where a part of the overlap is flat. */
double spt_shifts_correlate(const struct spt_shifts *shifts, const float *a,
                            const float *b, int32_t dy, int32_t dx);

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

#endif
