/*
 * coreset.h - windows that are unlike all that is known, by the net's own features.
 *
 * The greedy k-centre of a core-set (Sener and Savarese, "Active learning for
 * convolutional neural networks: a core-set approach", 2018): the next centre is the
 * point furthest from all centres so far.  Known windows are the centres to begin with.
 */
#ifndef SEPTUM_ACTIVE_CORESET_H
#define SEPTUM_ACTIVE_CORESET_H

#include <stddef.h>

/* Squared Euclidean distance of two points of `dimensions` values. */
double spt_coreset_distance(const float *a, const float *b, size_t dimensions);

/*
 * Lower gaps[i] to the squared distance of point i to the nearest of `centre_count`
 * centres, where that is less; points and centres lie one after the other.  Start with
 * gaps of INFINITY.
 */
void spt_coreset_close(const float *points, size_t count, const float *centres,
                       size_t centre_count, size_t dimensions, float *gaps);

#endif
