/*
 * pool.c - see pool.h.
 */
#include "support/pool.h"

#include <string.h>

#include "base/random.h"

void
pool_init(struct pool *pool, uint32_t rows, uint32_t columns)
{
    memset(pool, 0, sizeof *pool);
    for (size_t i = 0; i < POOL_IMAGES; i++) {
        pool->candidates[i] = (struct spt_candidate){.grid = {64, rows, columns},
                                                     .f = pool->f[i],
                                                     .entropy = pool->f[i],
                                                     .bald = pool->f[i],
                                                     .gap = pool->f[i],
                                                     .features = pool->f[i],
                                                     .feature_count = 1,
                                                     .abundance = pool->abundance[i],
                                                     .askable = pool->askable[i]};
        for (size_t w = 0; w < (size_t)rows * columns; w++) {
            pool->f[i][w] = 0.5F;
            pool->askable[i][w] = 1;
        }
    }
}

static double
draw(struct spt_random *random, uint32_t steps)
{
    return steps > 0 ? (double)(1 + spt_random_below(random, steps)) / steps
                     : 1 - spt_random_uniform(random);
}

void
pool_init_random(struct pool *pool, uint32_t steps, double most, uint64_t seed)
{
    struct spt_random random;

    spt_random_init(&random, seed, 0);
    pool_init(pool, 0, 0);
    for (size_t i = 0; i < POOL_IMAGES; i++) {
        pool->candidates[i].grid.rows = (uint32_t)spt_random_below(&random, 8);
        pool->candidates[i].grid.columns = (uint32_t)spt_random_below(&random, 9);
        for (size_t w = 0; w < POOL_WINDOWS; w++) {
            pool->f[i][w] = (float)(0.5 * draw(&random, steps));
            pool->abundance[i][w] = (float)(most * draw(&random, steps));
            pool->askable[i][w] = spt_random_below(&random, 4) > 0;
        }
    }
}

void
pool_mark(const struct spt_region *region, uint8_t in[POOL_WINDOWS])
{
    memset(in, 0, POOL_WINDOWS);
    for (size_t i = 0; i < region->count; i++)
        in[region->windows[i]] = 1;
}
