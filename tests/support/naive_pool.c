/*
 * naive_pool.c - see naive_pool.h.
 */
#include "support/naive_pool.h"

#include <string.h>

/* One result: which image, offset, block and channel. */
struct result {
    size_t n, oy, ox, y, x, c;
};

static size_t
out_side(const struct spt_pool *pool, uint32_t side)
{
    return (side - (pool->offsets - 1)) / pool->size;
}

size_t
naive_pool_out_count(const struct spt_pool *pool)
{
    return (size_t)pool->batch * pool->offsets * pool->offsets *
           out_side(pool, pool->height) * out_side(pool, pool->width) * pool->channels;
}

static struct result
find_result(const struct spt_pool *pool, size_t number)
{
    size_t width = out_side(pool, pool->width), height = out_side(pool, pool->height);
    struct result result;

    result.c = number % pool->channels;
    number /= pool->channels;
    result.x = number % width;
    number /= width;
    result.y = number % height;
    number /= height;
    result.ox = number % pool->offsets;
    number /= pool->offsets;
    result.oy = number % pool->offsets;
    result.n = number / pool->offsets;
    return result;
}

/* Where tap (i, j) of a result lies in the input. */
static size_t
find_tap(const struct spt_pool *pool, struct result at, size_t i, size_t j)
{
    size_t y = at.y * pool->size + at.oy + i, x = at.x * pool->size + at.ox + j;

    return ((at.n * pool->height + y) * pool->width + x) * pool->channels + at.c;
}

static uint8_t
find_winner(const struct spt_pool *pool, struct result at, const float *in)
{
    size_t size = pool->size, best = 0;

    for (size_t tap = 0; tap < size * size; tap++)
        if (in[find_tap(pool, at, tap / size, tap % size)] >
            in[find_tap(pool, at, best / size, best % size)])
            best = tap;
    return (uint8_t)best;
}

void
naive_pool_forward(const struct spt_pool *pool, const float *in, float *out,
                   uint8_t *winner)
{
    for (size_t i = 0; i < naive_pool_out_count(pool); i++) {
        struct result at = find_result(pool, i);

        winner[i] = find_winner(pool, at, in);
        out[i] = in[find_tap(pool, at, winner[i] / pool->size, winner[i] % pool->size)];
    }
}

void
naive_pool_mean(const struct spt_pool *pool, const float *in, float *out)
{
    size_t taps = (size_t)pool->size * pool->size;

    for (size_t i = 0; i < naive_pool_out_count(pool); i++) {
        struct result at = find_result(pool, i);
        double sum = 0;

        for (size_t tap = 0; tap < taps; tap++)
            sum += (double)in[find_tap(pool, at, tap / pool->size, tap % pool->size)];
        out[i] = (float)(sum / (double)taps);
    }
}

void
naive_pool_backward(const struct spt_pool *pool, const float *in,
                    const float *out_gradient, float *in_gradient)
{
    memset(in_gradient, 0,
           (size_t)pool->batch * pool->height * pool->width * pool->channels *
               sizeof *in_gradient);
    for (size_t i = 0; i < naive_pool_out_count(pool); i++) {
        struct result at = find_result(pool, i);
        uint8_t winner = find_winner(pool, at, in);
        size_t tap = find_tap(pool, at, winner / pool->size, winner % pool->size);

        if (in[tap] > 0)
            in_gradient[tap] += out_gradient[i];
    }
}
