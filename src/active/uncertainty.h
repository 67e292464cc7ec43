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

/*
 * The same by entropy, brought to the same range and sense:
 *
 *	mean over the pixels of 0.5 * (1 - H(P) / log 2),  H(P) = -P log P - (1-P) log(1-P)
 *
 * in [0, 0.5]; 0 is the most uncertain.  It is flatter than f near P = 0.5 and steeper
 * at the ends, so that a few undecided pixels count for less than many half-decided
 * ones.
 */
void spt_uncertainty_entropy(const float *probabilities, uint32_t width,
                             const struct spt_grid *grid, float *entropy);

/*
 * Mutual information of answer and weights, as a net with dropout tells it ("BALD",
 * Houlsby et al. 2011; Gal, Islam and Ghahramani 2017), brought to the same range and
 * sense:
 *
 *	mean over the pixels of 0.5 * (1 - I / log 2),  I = H(mean P) - mean H(P)
 *
 * over several predictions: `mean` is that of P at each pixel, `entropy` that of
 * H(P) / log 2, as spt_uncertainty_bits() has it.  In [0, 0.5]; 0 where the nets
 * disagree most.
 */
void spt_uncertainty_bald(const float *mean, const float *entropy, uint32_t width,
                          const struct spt_grid *grid, float *bald);

/* H(P) / log 2 of a pixel, in [0, 1]. */
double spt_uncertainty_bits(double p);

#endif
