/*
 * cluster.h - hierarchical clustering by average linkage, and what follows from it: two
 * clusters are as far apart as their windows are, on average over all pairs.
 *
 * The nearest-neighbour chain (Murtagh 1983; Muellner 2011) on the condensed distance
 * matrix: n^2 time, no memory beyond the matrix, and exact, because average linkage is
 * reducible.  The trees are those of scipy.cluster.hierarchy.linkage().
 */
#ifndef SEPTUM_ABUNDANCE_CLUSTER_H
#define SEPTUM_ABUNDANCE_CLUSTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* One merge; clusters 0..n-1 are the single windows, n + k is what merge k made. */
struct spt_merge {
    uint32_t a, b; /* a < b */
    float distance;
    uint32_t size; /* windows in the new cluster */
};

/*
 * The count - 1 merges of `count` >= 1 items in order of distance, into `merges`.
 * `distances` (condensed, see ncc.h; no NaN) is used up as working space.  Equal
 * distances are taken in an order that depends on the input alone.  Fails with
 * SEPTUM_ENOMEM only, before either is touched.
 */
enum septum_status spt_cluster_tree(float *distances, size_t count,
                                    struct spt_merge *merges, struct septum_error *err);

/*
 * Cut the tree of `count` items: all merges at most `distance` apart are done.
 * cluster_of[i] becomes the cluster of item i, numbered from 0 in order of first
 * appearance; *clusters their number.  Fails with SEPTUM_ENOMEM only.
 */
enum septum_status
spt_cluster_cut(const struct spt_merge *merges, size_t count, float distance,
                uint32_t *cluster_of, size_t *clusters, struct septum_error *err);

/* S of each item: the size of its cluster / count, in (0, 1].  `abundance` takes
 * `count` floats (paper, section 3).  Fails with SEPTUM_ENOMEM only. */
enum septum_status
spt_cluster_abundance(const uint32_t *cluster_of, size_t count, size_t clusters,
                      float *abundance, struct septum_error *err);

#endif
