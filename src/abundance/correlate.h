/*
 * correlate.h - the NCC of one window with eight others over all shifts at once, by way
 * of their spectra.
 *
 * The numerators at all shifts are the inverse Fourier transform of the product of two
 * spectra (Lewis 1995).  Of that transform only the shifts in range are wanted, a
 * fraction of its size, so that it is not computed by a fast transform but as two small
 * dense products with the cosines and sines of the shifts wanted, the symmetric half of
 * each: as many operations as a full fast transform of each pair at a range of 8 of 64,
 * all of them multiply-adds on whole vectors.  Eight pairs run side by side, one a
 * lane.
 *
 * The overlap's mean and energy at each shift come from running sums, once a window.
 */
#ifndef SEPTUM_ABUNDANCE_CORRELATE_H
#define SEPTUM_ABUNDANCE_CORRELATE_H

#include "abundance/spectra.h"
#include "abundance/vectors.h"

/* Eight windows side by side, and room to work.  One thread's.  All zero is a valid,
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

/* Load up to eight windows. */
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
