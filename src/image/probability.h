/*
 * probability.h - every value of a map is a probability, or as good as one.
 */
#ifndef SEPTUM_IMAGE_PROBABILITY_H
#define SEPTUM_IMAGE_PROBABILITY_H

#include <stdbool.h>
#include <stddef.h>

/* Sharpened or averaged maps leave [0, 1] by rounding; by more, they are no
 * probabilities. */
#define SPT_PROBABILITY_TOLERANCE 1e-3F

/* Are all `count` values from 0 to 1, give or take the tolerance?  If not, *fault is
 * the index of the first that is not, such as a NaN. */
bool spt_probability_check(const float *values, size_t count, size_t *fault);

#endif
