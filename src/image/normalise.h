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

#include "base/error.h"

/* The rule's name, as stored with models. */
#define SPT_NORMALISATION "median-p5-p95"

/* Normalise `count` > 0 finite values in place.  Fails for want of memory only. */
enum septum_status spt_normalise(float *pixels, size_t count, struct septum_error *err);

#endif
