/*
 * naive_linkage.h - the definition of average linkage: over and over, merge the two
 * clusters whose items are the least far apart on average.
 */
#ifndef SEPTUM_TESTS_NAIVE_LINKAGE_H
#define SEPTUM_TESTS_NAIVE_LINKAGE_H

#include <stdbool.h>

#include "abundance/cluster.h"

/* The count - 1 merges of `count` items, in the order in which they are done. */
void naive_linkage_tree(const float *distances, size_t count, struct spt_merge *merges);

/*
 * True when `merges` is a tree that the definition allows: at each step the pair merged
 * is, up to `slack`, the closest one, and the distance and size told of it are right.
 * Where distances tie there are several such trees.
 */
bool naive_linkage_allows(const float *distances, size_t count,
                          const struct spt_merge *merges, double slack);

#endif
