/*
 * uncertainty.h - how unsure the net is of a window.
 *
 *	f(w) = mean over the pixels p of w of |0.5 - P(p)|        (paper, equation 2)
 *
 * in [0, 0.5]; 0 is the most uncertain.
 */
#ifndef SEPTUM_ACTIVE_UNCERTAINTY_H
#define SEPTUM_ACTIVE_UNCERTAINTY_H

#include "image/grid.h"

/* f of every window of `grid` over a probability map `width` pixels wide, row-major. */
void spt_uncertainty_windows(const float *probabilities, uint32_t width,
                             const struct spt_grid *grid, float *f);

#endif
