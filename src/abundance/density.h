/*
 * density.h - how much of the data a window is like, without clusters: the share of the
 * windows that are no further away than the cut.
 *
 * It means the same as the size of a window's cluster over the number of windows, but
 * does not hang on distances that all but tie, so that a sample tells what it is
 * (docs/abundance.md has figures).
 */
#ifndef SEPTUM_ABUNDANCE_DENSITY_H
#define SEPTUM_ABUNDANCE_DENSITY_H

#include <stddef.h>

/* Of each of `count` windows, itself included, in (0, 1]; `distances` is condensed (see
 * ncc.h). */
void spt_density_find(const float *distances, size_t count, float cut, float *density);

#endif
