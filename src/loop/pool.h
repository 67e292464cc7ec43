/*
 * pool.h - the images that an expert may be asked about, and one round of asking.
 *
 * A round: predict the pool, find each window's uncertainty, choose a region, ask, and
 * add the answer to what is learnt from.
 */
#ifndef SEPTUM_LOOP_POOL_H
#define SEPTUM_LOOP_POOL_H

#include "active/strategy.h"
#include "loop/abundance.h"
#include "loop/expert.h"
#include "loop/measure.h"

struct spt_pool_options {
    struct spt_abundance_options abundance;
    struct spt_measure_options measure;
    double fade; /* what each answered window leaves of its cluster's abundance
                    (active/novelty.h); 0 = all, the paper's way */
};

/* The paper's way, for windows of `side` pixels. */
struct spt_pool_options spt_pool_defaults(uint32_t side);

struct spt_pool;

/*
 * The samples from number `first` on are the pool; `side` is the side of a window.  All
 * of the samples, so also those before `first`, take part in the clustering.  Their
 * labels grow with each round.
 */
enum septum_status
spt_pool_create(struct spt_samples *samples, size_t first, uint32_t side,
                const struct spt_pool_options *options, struct spt_pool **out,
                struct septum_error *err);
void spt_pool_free(struct spt_pool *pool);

/* Clusters found among all windows. */
size_t spt_pool_clusters(const struct spt_pool *pool);

/* Measure uncertainty at this temperature from now on. */
void spt_pool_calibrate(struct spt_pool *pool, double temperature);

struct spt_round {
    struct spt_region region; /* empty: nothing was left to ask */
    double seconds;           /* of the expert */
    float *proposal; /* probabilities of the region's whole image, before; owned */
};

void spt_round_clear(struct spt_round *round);

/*
 * One round; the caller clears *out.  Asked about are windows that hold an unknown
 * pixel and that no earlier round asked about: an expert who left pixels open is not
 * asked again.  Abundance, also the region's, is what fading has left of it.  When it
 * fails, the labels are as they were.
 */
enum septum_status
spt_pool_round(struct spt_pool *pool, struct spt_predictor *predictor,
               const struct spt_strategy *strategy,
               const struct spt_region_options *options,
               const struct spt_expert *expert, struct spt_random *random,
               struct spt_round *out, struct septum_error *err);

#endif
