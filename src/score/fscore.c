/*
 * fscore.c - see fscore.h.
 */
#include "score/fscore.h"

#include <math.h>

#include "image/mask.h"
#include "score/calibration.h"

#define LEAST_MEMBRANE 0.05
#define LEAST_WINDOWS 4

static size_t
find_bin(float probability)
{
    size_t bin;

    if (!(probability > 0)) /* and a NaN */
        return 0;
    if (probability >= 1)
        return SPT_SCORE_BINS;
    bin = (size_t)(SPT_SCORE_BINS * (double)probability);
    /* The float nearest to a threshold may lie just below it. */
    return probability >= (float)((double)(bin + 1) / SPT_SCORE_BINS) ? bin + 1 : bin;
}

void
spt_tally_add(struct spt_tally *tally, const float *probabilities,
              const uint8_t *labels, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (labels[i] == SPT_LABEL_MEMBRANE)
            tally->membrane[find_bin(probabilities[i])]++;
        else if (labels[i] == SPT_LABEL_OTHER)
            tally->other[find_bin(probabilities[i])]++;
}

static uint64_t
sum_from(const uint64_t *bins, size_t first)
{
    uint64_t sum = 0;

    for (size_t i = first; i <= SPT_SCORE_BINS; i++)
        sum += bins[i];
    return sum;
}

static double
divide(uint64_t part, uint64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : 0;
}

static struct spt_score
score_bin(const struct spt_tally *tally, size_t bin)
{
    uint64_t hits = sum_from(tally->membrane, bin);
    uint64_t misses = sum_from(tally->membrane, 0) - hits;
    uint64_t alarms = sum_from(tally->other, bin);
    uint64_t pixels = hits + misses + sum_from(tally->other, 0);

    return (struct spt_score){
        .threshold = (double)bin / SPT_SCORE_BINS,
        .precision = divide(hits, hits + alarms),
        .recall = divide(hits, hits + misses),
        .f_score = divide(2 * hits, 2 * hits + alarms + misses),
        .pixel_error = divide(alarms + misses, pixels),
    };
}

void
spt_tally_count(const struct spt_tally *tally, uint64_t *membrane, uint64_t *all)
{
    *membrane = *all = 0;
    for (size_t bin = 0; bin <= SPT_SCORE_BINS; bin++) {
        *membrane += tally->membrane[bin];
        *all += tally->membrane[bin] + tally->other[bin];
    }
}

bool
spt_tally_has_membrane(const struct spt_tally *tally)
{
    uint64_t membrane, all;

    spt_tally_count(tally, &membrane, &all);
    return (double)membrane >= LEAST_MEMBRANE * (double)all;
}

bool
spt_tally_is_enough(const struct spt_tally *tally, uint32_t side)
{
    uint64_t membrane, all;

    spt_tally_count(tally, &membrane, &all);
    return all >= (uint64_t)LEAST_WINDOWS * side * side &&
           spt_tally_has_membrane(tally);
}

void
spt_tally_join(struct spt_tally *tally, const struct spt_tally *other)
{
    for (size_t k = 0; k <= SPT_SCORE_BINS; k++) {
        tally->membrane[k] += other->membrane[k];
        tally->other[k] += other->other[k];
    }
}

struct spt_score
spt_tally_score(const struct spt_tally *tally, double threshold)
{
    double clipped = fmin(fmax(threshold, 0), 1);

    return score_bin(tally, (size_t)lround(clipped * SPT_SCORE_BINS));
}

/* Of the thresholds that are better than those nearer to 0.5, the first that reaches
 * `enough`, or else the last. */
static struct spt_score
search_outwards(const struct spt_tally *tally, double enough)
{
    struct spt_score best = score_bin(tally, SPT_SCORE_BINS / 2);

    for (size_t step = 1; step <= SPT_SCORE_BINS / 2 && best.f_score < enough; step++) {
        struct spt_score below = score_bin(tally, SPT_SCORE_BINS / 2 - step);
        struct spt_score above = score_bin(tally, SPT_SCORE_BINS / 2 + step);

        if (below.f_score > best.f_score)
            best = below;
        if (above.f_score > best.f_score)
            best = above;
    }
    return best;
}

struct spt_score
spt_tally_best(const struct spt_tally *tally)
{
    return search_outwards(tally, INFINITY);
}

static double
standard_error(const struct spt_tally *tally, const struct spt_score *score)
{
    const double share = score->f_score / (2 - score->f_score); /* J */
    const double hits = score->recall * (double)sum_from(tally->membrane, 0);
    const double pixels = hits / share; /* membrane, or called so */
    const double slope = 2 / ((1 + share) * (1 + share));

    return share > 0 ? slope * sqrt(share * (1 - share) * SPT_SCORE_DESIGN / pixels)
                     : 0;
}

struct spt_score
spt_tally_choose(const struct spt_tally *tally)
{
    struct spt_score best = spt_tally_best(tally);

    return search_outwards(tally, best.f_score - standard_error(tally, &best));
}

double
spt_tally_calibration_error(const struct spt_tally *tally)
{
    struct spt_tenths tenths = {0};

    for (size_t bin = 0; bin <= SPT_SCORE_BINS; bin++)
        spt_tenths_add(&tenths,
                       bin < SPT_SCORE_BINS ? ((double)bin + 0.5) / SPT_SCORE_BINS : 1,
                       tally->membrane[bin], tally->membrane[bin] + tally->other[bin]);
    return spt_tenths_error(&tenths);
}
