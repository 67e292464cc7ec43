/*
 * subset.h - abundance of more windows than a distance matrix can hold.
 *
 * A subset, drawn at random, is clustered exactly, and the rest streamed past it: each
 * window joins the cluster that is the least far away on average, unless that is
 * further than the cut; then it is a cluster of its own.  Beside its cluster each
 * window gets its density (density.h), by the windows of the subset.  Clusters of a
 * subset are not those of the whole; densities are, up to the noise of sampling.
 * Beyond the size of the matrix, the density is the one to use.
 */
#ifndef SEPTUM_ABUNDANCE_SUBSET_H
#define SEPTUM_ABUNDANCE_SUBSET_H

#include "abundance/cluster.h"
#include "abundance/ncc.h"

/* Where windows come from, one at a time and in any order. */
struct spt_window_source {
    enum septum_status (*read)(void *self, size_t window, float *out,
                               struct septum_error *err); /* side * side values */
    void *self;
    size_t count; /* >= 1 */
    uint32_t side;
};

struct spt_subset_options {
    struct spt_ncc_options ncc; /* `near` is for pairs within the subset */
    float cut;
    size_t most; /* windows in the subset; >= 1 */
    uint64_t seed;
};

/* One array each of source->count, of the caller. */
struct spt_subset_scores {
    uint32_t *cluster_of; /* numbers without gaps, in no particular order */
    size_t clusters;
    float *density;
};

/* Fails with SEPTUM_EINVAL (options), SEPTUM_ENOMEM, SEPTUM_ESTOPPED, or as
 * source->read() does; what the scores hold then is of no use. */
enum septum_status
spt_subset_abundance(const struct spt_window_source *source,
                     const struct spt_subset_options *options,
                     struct spt_subset_scores *scores, struct septum_error *err);

#endif
