/*
 * pool.c - see pool.h.
 *
 * The loops over channels are what is compiled into vectors; for blocks of 2 x 2, which
 * every preset has, the taps are known to the compiler and need no loop of their own.
 */
#include "net/pool.h"

#include <stdbool.h>

/* Most taps of a block, by the bound on its size. */
#define TAPS 225

/* A line of results: its first tap, and the distances from there. */
struct line {
    const void *in;
    void *out;
    uint8_t *winner; /* or NULL */
    uint32_t count;  /* results */
    size_t row, column;
};

static SPT_INLINE uint8_t
pool_f32(const struct line *line, size_t at, size_t to, uint32_t size)
{
    const float *in = line->in;
    float *out = line->out, most = in[at];
    uint32_t won = 0;

    for (uint32_t tap = 1; tap < size * size; tap++) {
        float value = in[at + tap / size * line->row + tap % size * line->column];

        won = value > most ? tap : won;
        most = value > most ? value : most;
    }
    out[to] = most;
    return (uint8_t)won;
}

/* A number of 16 bits whose order is that of the bf16 values. */
static SPT_INLINE int16_t
find_rank(uint16_t value)
{
    uint16_t sign = (uint16_t)((int16_t)value >> 15);

    return (int16_t)(value ^ (sign & 0x7fff));
}

/* The same on bits as they are: widened ones would take twice the vectors. */
static SPT_INLINE uint8_t
pool_bf16(const struct line *line, size_t at, size_t to, uint32_t size)
{
    const uint16_t *in = line->in;
    uint16_t *out = line->out, most = in[at];
    uint8_t won = 0;

    for (uint32_t tap = 1; tap < size * size; tap++) {
        uint16_t value = in[at + tap / size * line->row + tap % size * line->column];
        bool larger = find_rank(value) > find_rank(most);

        won = larger ? (uint8_t)tap : won;
        most = larger ? value : most;
    }
    out[to] = most;
    return won;
}

/* Result number x of a line; its winners only if they are to be kept. */
static SPT_INLINE void
pool_pixel(const struct line *line, uint32_t x, uint32_t channels, uint32_t size,
           enum spt_precision precision, bool keep)
{
    const struct line at = *line;
    size_t in = (size_t)x * size * at.column, out = (size_t)x * channels;

#pragma omp simd
    for (uint32_t c = 0; c < channels; c++) {
        uint8_t winner = precision == SPT_PRECISION_BF16
                             ? pool_bf16(&at, in + c, out + c, size)
                             : pool_f32(&at, in + c, out + c, size);

        if (keep)
            at.winner[out + c] = winner;
    }
}

static SPT_INLINE void
pool_line(const struct line *line, uint32_t channels, uint32_t size,
          enum spt_precision precision)
{
    for (uint32_t x = 0; x < line->count; x++)
        if (line->winner == NULL)
            pool_pixel(line, x, channels, size, precision, false);
        else
            pool_pixel(line, x, channels, size, precision, true);
}

SPT_CLONES static void
pool_line_f32(const struct line *line, uint32_t channels, uint32_t size)
{
    if (size == 2)
        pool_line(line, channels, 2, SPT_PRECISION_F32);
    else
        pool_line(line, channels, size, SPT_PRECISION_F32);
}

SPT_CLONES static void
pool_line_bf16(const struct line *line, uint32_t channels, uint32_t size)
{
    if (size == 2)
        pool_line(line, channels, 2, SPT_PRECISION_BF16);
    else
        pool_line(line, channels, size, SPT_PRECISION_BF16);
}

/* Where the first tap of line number `number` of the results lies in the input: lines
 * of one fragment, then those of the next. */
static size_t
line_start(const struct spt_pool *pool, size_t number)
{
    size_t offsets = pool->offsets, out_height = spt_pool_out(pool, pool->height);
    size_t image = number / out_height, y = number % out_height;
    size_t n = image / offsets / offsets;
    size_t oy = image / offsets % offsets, ox = image % offsets;

    return ((n * pool->height + y * pool->size + oy) * pool->width + ox) *
           pool->channels;
}

void
spt_pool_forward(const struct spt_pool *pool, const void *in, void *out,
                 uint8_t *winner)
{
    uint32_t size = pool->size, offsets = pool->offsets;
    uint32_t out_height = spt_pool_out(pool, pool->height);
    uint32_t out_width = spt_pool_out(pool, pool->width);
    size_t column = pool->channels, row = pool->width * column;
    size_t images = (size_t)pool->batch * offsets * offsets;
    struct line first = {
        .in = in, .out = out, .count = out_width, .row = row, .column = column};

    first.winner = winner;
#pragma omp parallel for schedule(static)
    for (size_t number = 0; number < images * out_height; number++) {
        size_t to = number * out_width * column;
        struct line line = first;

        line.in = spt_at(first.in, line_start(pool, number), pool->precision);
        line.out = spt_at_mutable(first.out, to, pool->precision);
        if (first.winner != NULL)
            line.winner = first.winner + to;
        if (pool->precision == SPT_PRECISION_BF16)
            pool_line_bf16(&line, pool->channels, size);
        else
            pool_line_f32(&line, pool->channels, size);
    }
}

/* The blocks that hold one input pixel: where the results of each lie, and as which of
 * its taps it holds the pixel. */
struct blocks {
    size_t at[TAPS];
    uint8_t tap[TAPS];
    uint32_t count;
};

/* Images of the backward pass, all at their beginning. */
struct backward {
    const struct spt_pool *pool;
    const void *in, *out_gradient;
    const uint8_t *winner;
    void *in_gradient;
};

/* In reading order of the taps, so that a sum over them has one order. */
static SPT_INLINE void
find_blocks(const struct spt_pool *pool, size_t n, uint32_t y, uint32_t x,
            uint32_t size, struct blocks *out)
{
    uint32_t offsets = pool->offsets;
    uint32_t out_height = spt_pool_out(pool, pool->height);
    uint32_t out_width = spt_pool_out(pool, pool->width);

    out->count = 0;
    for (uint32_t i = 0; i < size && i <= y; i++)
        for (uint32_t j = 0; j < size && j <= x; j++) {
            uint32_t top = y - i, left = x - j;
            size_t oy = top % size, ox = left % size, by = top / size, bx = left / size;

            if (oy >= offsets || ox >= offsets || by >= out_height || bx >= out_width)
                continue;
            out->at[out->count] =
                ((((n * offsets + oy) * offsets + ox) * out_height + by) * out_width +
                 bx) *
                pool->channels;
            out->tap[out->count++] = (uint8_t)(i * size + j);
        }
}

/* A value where the condition holds, else 0. */
static SPT_INLINE float
load_where(bool condition, const void *values, size_t at, enum spt_precision precision)
{
    if (precision == SPT_PRECISION_BF16) {
        uint16_t value = ((const uint16_t *)values)[at];

        return spt_bf16_widen(condition ? value : 0);
    }
    float value = ((const float *)values)[at];

    return condition ? value : 0.0F;
}

/* out = value where in > 0, else 0; a bf16 is positive when its bits are. */
static SPT_INLINE void
store_where_positive(const void *in, size_t at, enum spt_precision precision,
                     float value, void *out)
{
    if (precision == SPT_PRECISION_BF16) {
        int16_t bits = ((const int16_t *)in)[at];
        uint16_t rounded = spt_bf16_round(value);

        ((uint16_t *)out)[at] = bits > 0 ? rounded : 0;
    } else {
        ((float *)out)[at] = ((const float *)in)[at] > 0 ? value : 0.0F;
    }
}

/* Gradient of one input pixel: gathered from the `count` blocks that hold it, so that
 * no two threads write the same place and the sum has one order. */
static SPT_INLINE void
gather_pixel(const struct backward *backward, const struct blocks *blocks,
             uint32_t count, size_t pixel, enum spt_precision precision)
{
    const struct backward with = *backward;
    uint32_t channels = with.pool->channels;

#pragma omp simd
    for (uint32_t c = 0; c < channels; c++) {
        float sum = 0;

        for (uint32_t k = 0; k < count; k++) {
            size_t at = blocks->at[k] + c;

            sum += load_where(with.winner[at] == blocks->tap[k], with.out_gradient, at,
                              precision);
        }
        store_where_positive(with.in, pixel + c, precision, sum, with.in_gradient);
    }
}

static SPT_INLINE void
gather_line(const struct backward *backward, size_t line, uint32_t size,
            enum spt_precision precision)
{
    const struct spt_pool *pool = backward->pool;
    uint32_t y = (uint32_t)(line % pool->height);

    for (uint32_t x = 0; x < pool->width; x++) {
        size_t pixel = (line * pool->width + x) * pool->channels;
        struct blocks blocks;

        find_blocks(pool, line / pool->height, y, x, size, &blocks);
        if (blocks.count == 4)
            gather_pixel(backward, &blocks, 4, pixel, precision);
        else if (blocks.count == 1)
            gather_pixel(backward, &blocks, 1, pixel, precision);
        else
            gather_pixel(backward, &blocks, blocks.count, pixel, precision);
    }
}

SPT_CLONES static void
gather_line_f32(const struct backward *backward, size_t line, uint32_t size)
{
    if (size == 2)
        gather_line(backward, line, 2, SPT_PRECISION_F32);
    else
        gather_line(backward, line, size, SPT_PRECISION_F32);
}

SPT_CLONES static void
gather_line_bf16(const struct backward *backward, size_t line, uint32_t size)
{
    if (size == 2)
        gather_line(backward, line, 2, SPT_PRECISION_BF16);
    else
        gather_line(backward, line, size, SPT_PRECISION_BF16);
}

void
spt_pool_backward(const struct spt_pool *pool, const void *in, const uint8_t *winner,
                  const void *out_gradient, void *in_gradient)
{
    size_t lines = (size_t)pool->batch * pool->height;
    struct backward backward = {pool, in, out_gradient, winner, in_gradient};

#pragma omp parallel for schedule(static)
    for (size_t line = 0; line < lines; line++)
        if (pool->precision == SPT_PRECISION_BF16)
            gather_line_bf16(&backward, line, pool->size);
        else
            gather_line_f32(&backward, line, pool->size);
}

/* One result: the mean of the block that begins at `at`. */
static float
block_mean(const struct spt_pool *pool, const void *in, size_t at)
{
    size_t column = pool->channels, row = pool->width * column;
    float sum = 0;

    for (uint32_t i = 0; i < pool->size; i++)
        for (uint32_t j = 0; j < pool->size; j++)
            sum += spt_load(in, at + i * row + j * column, pool->precision);
    return sum / (float)(pool->size * pool->size);
}

void
spt_pool_mean(const struct spt_pool *pool, const void *in, void *out)
{
    uint32_t out_width = spt_pool_out(pool, pool->width);
    size_t column = pool->channels;
    size_t lines = (size_t)pool->batch * pool->offsets * pool->offsets *
                   spt_pool_out(pool, pool->height);

#pragma omp parallel for schedule(static)
    for (size_t number = 0; number < lines; number++) {
        size_t from = line_start(pool, number);

        for (size_t x = 0; x < out_width; x++)
            for (size_t c = 0; c < column; c++)
                spt_store(out, (number * out_width + x) * column + c, pool->precision,
                          block_mean(pool, in, from + x * pool->size * column + c));
    }
}
