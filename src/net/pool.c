/*
 * pool.c - see pool.h.
 */
#include "net/pool.h"

#include <stddef.h>
#include <string.h>

/* One result for `count` channels: the largest of size x size taps. */
static void
pool_pixel(const float *restrict in, size_t row, size_t column, uint32_t size,
           uint32_t count, float *restrict out, uint8_t *restrict winner)
{
    memcpy(out, in, count * sizeof *out);
    if (winner != NULL)
        memset(winner, 0, count);
    for (uint32_t tap = 1; tap < size * size; tap++) {
        const float *restrict at = in + tap / size * row + tap % size * column;

        if (winner == NULL) {
            for (uint32_t c = 0; c < count; c++)
                out[c] = at[c] > out[c] ? at[c] : out[c];
        } else {
            for (uint32_t c = 0; c < count; c++) {
                winner[c] = at[c] > out[c] ? (uint8_t)tap : winner[c];
                out[c] = at[c] > out[c] ? at[c] : out[c];
            }
        }
    }
}

void
spt_pool_forward(const struct spt_pool *pool, const float *in, float *out,
                 uint8_t *winner)
{
    uint32_t size = pool->size, offsets = pool->offsets;
    uint32_t out_height = spt_pool_out(pool, pool->height);
    uint32_t out_width = spt_pool_out(pool, pool->width);
    size_t column = pool->channels, row = pool->width * column;
    size_t images = (size_t)pool->batch * offsets * offsets;

#pragma omp parallel for schedule(static)
    for (size_t line = 0; line < images * out_height; line++) {
        size_t image = line / out_height, y = line % out_height;
        size_t n = image / offsets / offsets;
        size_t oy = image / offsets % offsets, ox = image % offsets;
        const float *from = in + (n * pool->height + y * size + oy) * row + ox * column;

        for (uint32_t x = 0; x < out_width; x++) {
            size_t to = (line * out_width + x) * pool->channels;

            pool_pixel(from + (size_t)x * size * column, row, column, size,
                       pool->channels, out + to, winner == NULL ? NULL : winner + to);
        }
    }
}

/* Where the result lies that pools the block at (top, left) of image n: its first
 * channel's index, or -1 when there is no such block. */
static ptrdiff_t
find_block(const struct spt_pool *pool, size_t n, int64_t top, int64_t left)
{
    uint32_t size = pool->size, offsets = pool->offsets;
    uint32_t out_height = spt_pool_out(pool, pool->height);
    uint32_t out_width = spt_pool_out(pool, pool->width);
    int64_t oy = top % size, ox = left % size, y = top / size, x = left / size;

    if (top < 0 || left < 0 || oy >= offsets || ox >= offsets || y >= out_height ||
        x >= out_width)
        return -1;
    return (
        ptrdiff_t)(((((n * offsets + (size_t)oy) * offsets + (size_t)ox) * out_height +
                     (size_t)y) *
                        out_width +
                    (size_t)x) *
                   pool->channels);
}

/* sum += gradient where this tap won. */
static void
add_won(const float *restrict gradient, const uint8_t *restrict winner, uint8_t tap,
        uint32_t count, float *restrict sum)
{
    for (uint32_t c = 0; c < count; c++)
        sum[c] += winner[c] == tap ? gradient[c] : 0.0F;
}

/* Gradient of one input pixel: gathered from the at most size^2 blocks that hold it, so
 * that no two threads write the same place and the sum has one order. */
static void
gather_pixel(const struct spt_pool *pool, const float *in, const uint8_t *winner,
             const float *out_gradient, size_t n, uint32_t y, uint32_t x,
             float *in_gradient)
{
    uint32_t size = pool->size, channels = pool->channels;

    memset(in_gradient, 0, channels * sizeof *in_gradient);
    for (uint32_t tap = 0; tap < size * size; tap++) {
        ptrdiff_t block =
            find_block(pool, n, (int64_t)y - tap / size, (int64_t)x - tap % size);

        if (block < 0)
            continue;
        add_won(out_gradient + block, winner + block, (uint8_t)tap, channels,
                in_gradient);
    }
    for (uint32_t c = 0; c < channels; c++)
        in_gradient[c] = in[c] > 0 ? in_gradient[c] : 0.0F;
}

void
spt_pool_backward(const struct spt_pool *pool, const float *in, const uint8_t *winner,
                  const float *out_gradient, float *in_gradient)
{
    size_t lines = (size_t)pool->batch * pool->height;

#pragma omp parallel for schedule(static)
    for (size_t line = 0; line < lines; line++) {
        size_t n = line / pool->height;
        uint32_t y = (uint32_t)(line % pool->height);

        for (uint32_t x = 0; x < pool->width; x++) {
            size_t at = (line * pool->width + x) * pool->channels;

            gather_pixel(pool, in + at, winner, out_gradient, n, y, x,
                         in_gradient + at);
        }
    }
}
