/*
 * abundance.h - how common each window of a set of images is: all pairs compared and
 * clustered, or a sample of them where there are too many.
 */
#ifndef SEPTUM_LOOP_ABUNDANCE_H
#define SEPTUM_LOOP_ABUNDANCE_H

#include <stdbool.h>

#include "abundance/ncc.h"
#include "train/samples.h"

struct spt_abundance_options {
    struct spt_ncc_options ncc;
    float cut;    /* windows further apart than this average distance are different */
    bool density; /* the score is the density, not the share of windows in a cluster */
    /*
     * All pairs are compared as long as that takes no more than this; beyond, or for
     * the densities of more windows than it holds, a sample (abundance/subset.h), whose
     * scores always are densities.  0 is no limit.
     */
    uint64_t most_bytes;
    uint64_t most_pairs;
    size_t sample;           /* windows in it; >= 1 */
    double sample_bandwidth; /* in the place of ncc.bandwidth, for the comparison with a
                                sample; and of all pairs of more windows than that, of
                                which those near the cut are compared again in full */
};

/*
 * For windows of `side` pixels: all shifts of up to an eighth of it (8 of 64), cut at
 * 0.75.  All pairs up to 1.5 GB and 200 million of them (20,000 windows), else a sample
 * of 5,000 windows.  What is more than 5,000 windows is compared at a bandwidth of 0.4.
 * docs/how-it-works.md says how the cut was chosen, docs/abundance.md what a lower
 * bandwidth saves and what it changes.
 */
struct spt_abundance_options spt_abundance_defaults(uint32_t side);

/* What is known of all windows of all images, one image after the other, row-major over
 * each grid.  All zero is a valid, empty value. */
struct spt_abundance {
    size_t count;  /* windows */
    float *scores; /* S_w: the share of the windows in its cluster; of a sampled set, or
                      where asked for, its density (abundance/density.h) */
    uint32_t *cluster_of; /* numbers below `clusters` */
    size_t clusters;
    size_t sampled; /* windows in the sample; 0: all pairs were compared */
};

/*
 * The abundance of the windows of `count` images, clustered together.  Equal input
 * gives an equal answer.  Fails with SEPTUM_EINVAL (options), SEPTUM_ENOMEM or
 * SEPTUM_ESTOPPED; the caller clears *out.
 */
enum septum_status
spt_abundance_find(const struct spt_sample *images, size_t count, uint32_t side,
                   const struct spt_abundance_options *options,
                   struct spt_abundance *out, struct septum_error *err);

void spt_abundance_clear(struct spt_abundance *abundance);

#endif
