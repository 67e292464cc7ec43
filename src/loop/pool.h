/*
 * pool.h - the images that an expert may be asked about, and one round of asking.
 *
 * A round: predict the pool, find each window's uncertainty, choose a region, ask, and
 * add the answer to what is learnt from.
 */
#ifndef SEPTUM_LOOP_POOL_H
#define SEPTUM_LOOP_POOL_H

#include "abundance/ncc.h"
#include "active/strategy.h"
#include "loop/expert.h"
#include "train/evaluate.h"

struct spt_abundance_options {
    struct spt_ncc_options ncc;
    float cut; /* windows further apart than this average distance are different */
};

/* For windows of `side` pixels: shifts of up to an eighth of it in steps of a sixteenth
 * (8 and 4 of 64), cut at 0.8; pairs up to a little above the cut at full resolution,
 * the others at a lower bandwidth.  docs/how-it-works.md says how the cut was chosen,
 * docs/abundance.md what the bandwidth saves and what it changes. */
struct spt_abundance_options spt_abundance_defaults(uint32_t side);

/*
 * The abundance S_w of every window of `count` images, clustered together: those of
 * image i are written to abundance[i], row-major over its grid.  *clusters becomes
 * their number.
 */
enum septum_status
spt_abundance_windows(const struct spt_sample *images, size_t count, uint32_t side,
                      const struct spt_abundance_options *options, float **abundance,
                      size_t *clusters, struct septum_error *err);

/* The same, and which cluster each window is in: `numbers` takes one for every
 * window of every image, one image after the other; it and `abundance` may be NULL. */
enum septum_status
spt_abundance_clusters(const struct spt_sample *images, size_t count, uint32_t side,
                       const struct spt_abundance_options *options, float **abundance,
                       uint32_t *numbers, size_t *clusters, struct septum_error *err);

struct spt_pool;

/*
 * The samples from number `first` on are the pool; `side` is the side of a window.  All
 * of the samples, so also those before `first`, take part in the clustering.  Their
 * labels grow with each round.
 */
enum septum_status
spt_pool_create(struct spt_samples *samples, size_t first, uint32_t side,
                const struct spt_abundance_options *options, struct spt_pool **out,
                struct septum_error *err);
void spt_pool_free(struct spt_pool *pool);

/* Clusters found among all windows. */
size_t spt_pool_clusters(const struct spt_pool *pool);

struct spt_round {
    struct spt_region region; /* empty: nothing was left to ask */
    double seconds;           /* of the expert */
    float *proposal; /* probabilities of the region's whole image, before; owned */
};

void spt_round_clear(struct spt_round *round);

/*
 * One round; the caller clears *out.  Asked about are windows that hold an unknown
 * pixel and that no earlier round asked about: an expert who left pixels open is not
 * asked again.  When it fails, the labels are as they were.
 */
enum septum_status
spt_pool_round(struct spt_pool *pool, struct spt_predictor *predictor,
               const struct spt_strategy *strategy,
               const struct spt_region_options *options,
               const struct spt_expert *expert, struct spt_random *random,
               struct spt_round *out, struct septum_error *err);

#endif
