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
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define BINS 65536
#define RANKS                                                                          \
    SPT_NORMALISER_RANKS /* two neighbours each for p5, the median and p95             \
                          */

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

enum septum_status
spt_normaliser_init(struct spt_normaliser *normaliser, size_t count,
                    struct septum_error *err)
{
    static const double percents[RANKS / 2] = {5, 50, 95};
    struct spt_normaliser new = {0};

    new.counts = spt_alloc_array((size_t)RANKS * BINS, sizeof *new.counts);
    if (new.counts == NULL)
        return spt_fail_memory(err, "normalisation",
                               (size_t)RANKS * BINS * sizeof *new.counts);
    for (size_t p = 0; p < RANKS / 2; p++) {
        double at = percents[p] / 100 * (double)(count - 1);
        size_t below = (size_t)at;

        new.rank[2 * p].at = below;
        new.rank[2 * p + 1].at = below + (below + 1 < count);
        new.weights[p] = at - (double)below;
    }
    *normaliser = new;
    return SEPTUM_OK;
}

void
spt_normaliser_clear(struct spt_normaliser *normaliser)
{
    free(normaliser->counts);
    *normaliser = (struct spt_normaliser){0};
}

static void
see_upper(size_t *counts, const float *pixels, size_t count)
{
    for (size_t i = 0; i < count; i++)
        counts[key_of(pixels[i]) >> 16]++;
}

static void
see_lower(const struct spt_rank *ranks, const float *pixels, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t key = key_of(pixels[i]);

        for (int r = 0; r < RANKS; r++) {
            if (ranks[r].upper == key >> 16) {
                ranks[r].counts[key & 0xffff]++;
                break; /* those that share the bin share the count */
            }
        }
    }
}

void
spt_normaliser_see(struct spt_normaliser *normaliser, const float *pixels, size_t count)
{
    if (normaliser->passes == 0)
        see_upper(normaliser->counts, pixels, count);
    else
        see_lower(normaliser->rank, pixels, count);
}

/* The bins are known; give each of them counts of its own. */
static void
end_first_pass(struct spt_rank *ranks, size_t *counts)
{
    for (int r = 0; r < RANKS; r++)
        ranks[r].upper = find_bin(counts, &ranks[r].at);
    memset(counts, 0, BINS * sizeof *counts);
    for (int r = 0; r < RANKS; r++) {
        int first = 0; /* rank in that bin */

        while (ranks[first].upper != ranks[r].upper)
            first++;
        ranks[r].counts = counts + (size_t)first * BINS;
    }
}

/* The values are known. */
static void
end_last_pass(struct spt_normaliser *normaliser)
{
    double percentiles[RANKS / 2], range;

    for (int r = 0; r < RANKS; r++) {
        struct spt_rank *rank = &normaliser->rank[r];
        uint32_t lower = find_bin(rank->counts, &rank->at);

        rank->value = value_of(rank->upper << 16 | lower);
    }
    for (size_t p = 0; p < RANKS / 2; p++) {
        double below = normaliser->rank[2 * p].value;
        double above = normaliser->rank[2 * p + 1].value;

        percentiles[p] = below + (above - below) * normaliser->weights[p];
    }
    range = percentiles[2] - percentiles[0];
    normaliser->median = percentiles[1];
    normaliser->scale = 3.29 / (range > 0 ? range : 1);
}

void
spt_normaliser_pass(struct spt_normaliser *normaliser)
{
    if (normaliser->passes++ == 0)
        end_first_pass(normaliser->rank, normaliser->counts);
    else
        end_last_pass(normaliser);
}

void
spt_normaliser_apply(const struct spt_normaliser *normaliser, float *pixels,
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double value = (pixels[i] - normaliser->median) * normaliser->scale;

        /* A range near 0 must not turn the speck outside it into infinity. */
        pixels[i] = (float)fmax(-FLT_MAX, fmin(FLT_MAX, value));
    }
}

enum septum_status
spt_normalise(float *pixels, size_t count, struct septum_error *err)
{
    struct spt_normaliser normaliser = {0};
    enum septum_status status = spt_normaliser_init(&normaliser, count, err);

    if (normaliser.counts == NULL)
        return status;
    for (int pass = 0; pass < SPT_NORMALISER_PASSES; pass++) {
        spt_normaliser_see(&normaliser, pixels, count);
        spt_normaliser_pass(&normaliser);
    }
    spt_normaliser_apply(&normaliser, pixels, count);
    spt_normaliser_clear(&normaliser);
    return SEPTUM_OK;
}
