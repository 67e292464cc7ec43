/*
 * normalise.c - see normalise.h.
 *
 * The sorted values at six ranks are all that is needed of the sorted image.  They are
 * found by counting, not by sorting: a float's bits, put into an order that an unsigned
 * integer has too, are counted by their upper half, which says in which of 65536 bins a
 * rank lies; a second pass counts the lower halves in those bins alone.  Exact, linear
 * in the image, and without a copy of it.
 */
#include "image/normalise.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define BINS 65536
#define RANKS 6 /* two neighbours each for p5, the median and p95 */

struct rank {
    size_t at;      /* of the sorted values, from 0; later: within the bin */
    size_t *counts; /* of lower halves in the bin; ranks of one bin share them */
    uint32_t upper; /* half of the value's key, the bin */
    float value;
};

/* A number that orders as the float does. */
static uint32_t
key_of(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

static float
value_of(uint32_t key)
{
    uint32_t bits = key & 0x80000000u ? key & 0x7fffffffu : ~key;
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The bin that holds rank *at; *at becomes the rank within it. */
static uint32_t
find_bin(const size_t *counts, size_t *at)
{
    uint32_t bin = 0;

    while (*at >= counts[bin])
        *at -= counts[bin++];
    return bin;
}

/* Find the values of all ranks.  `counts` is room for RANKS * BINS zeros. */
static void
find_ranks(const float *pixels, size_t count, struct rank *ranks, size_t *counts)
{
    for (size_t i = 0; i < count; i++)
        counts[key_of(pixels[i]) >> 16]++;
    for (int r = 0; r < RANKS; r++)
        ranks[r].upper = find_bin(counts, &ranks[r].at);
    memset(counts, 0, BINS * sizeof *counts);
    for (int r = 0; r < RANKS; r++) {
        int first = 0; /* rank in that bin */

        while (ranks[first].upper != ranks[r].upper)
            first++;
        ranks[r].counts = counts + (size_t)first * BINS;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t key = key_of(pixels[i]);

        for (int r = 0; r < RANKS; r++) {
            if (ranks[r].upper == key >> 16) {
                ranks[r].counts[key & 0xffff]++;
                break; /* those that share the bin share the count */
            }
        }
    }
    for (int r = 0; r < RANKS; r++) {
        uint32_t lower = find_bin(ranks[r].counts, &ranks[r].at);

        ranks[r].value = value_of(ranks[r].upper << 16 | lower);
    }
}

/* Work out p5, the median and p95.  `counts` as for find_ranks(). */
static void
find_percentiles(const float *pixels, size_t count, size_t *counts, double *percentiles)
{
    static const double percents[RANKS / 2] = {5, 50, 95};
    struct rank ranks[RANKS] = {{0}};
    double weights[RANKS / 2];

    for (size_t p = 0; p < RANKS / 2; p++) {
        double at = percents[p] / 100 * (double)(count - 1);
        size_t below = (size_t)at;

        ranks[2 * p].at = below;
        ranks[2 * p + 1].at = below + (below + 1 < count);
        weights[p] = at - (double)below;
    }
    find_ranks(pixels, count, ranks, counts);
    for (size_t p = 0; p < RANKS / 2; p++) {
        double below = ranks[2 * p].value, above = ranks[2 * p + 1].value;

        percentiles[p] = below + (above - below) * weights[p];
    }
}

enum septum_status
spt_normalise(float *pixels, size_t count, struct septum_error *err)
{
    double percentiles[RANKS / 2], median, range, scale;
    size_t *counts = spt_alloc_array((size_t)RANKS * BINS, sizeof *counts);

    if (counts == NULL)
        return spt_fail_memory(err, "normalisation",
                               (size_t)RANKS * BINS * sizeof *counts);
    find_percentiles(pixels, count, counts, percentiles);
    free(counts);
    median = percentiles[1];
    range = percentiles[2] - percentiles[0];
    scale = 3.29 / (range > 0 ? range : 1);
    for (size_t i = 0; i < count; i++) {
        double value = (pixels[i] - median) * scale;

        /* A range near 0 must not turn the speck outside it into infinity. */
        pixels[i] = (float)fmax(-FLT_MAX, fmin(FLT_MAX, value));
    }
    return SEPTUM_OK;
}
