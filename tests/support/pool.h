/*
 * pool.h - small pools of images to choose regions from, for tests of active/.
 */
#ifndef SEPTUM_TESTS_POOL_H
#define SEPTUM_TESTS_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "active/region.h"

#define POOL_IMAGES 4
#define POOL_WINDOWS 64

struct pool {
    struct spt_candidate candidates[POOL_IMAGES]; /* over the arrays below */
    float f[POOL_IMAGES][POOL_WINDOWS];           /* also all other measures */
    float abundance[POOL_IMAGES][POOL_WINDOWS];
    uint8_t askable[POOL_IMAGES][POOL_WINDOWS];
    uint32_t cluster[POOL_IMAGES][POOL_WINDOWS]; /* not pointed to */
};

/* All f 0.5, all S 0, all askable; `rows` x `columns` windows in each image. */
void pool_init(struct pool *pool, uint32_t rows, uint32_t columns);

/*
 * Grids of random shape (some of them empty), f in [0, 0.5], S in (0, `most`], and some
 * windows not askable.  `steps` > 0 leaves only so many different values, so that many
 * regions tie.
 */
void pool_init_random(struct pool *pool, uint32_t steps, double most, uint64_t seed);

/* Mark the windows of a region. */
void pool_mark(const struct spt_region *region, uint8_t in[POOL_WINDOWS]);

#endif
