/*
 * fscore.h - how well membrane probabilities agree with truth, pixel by pixel.
 *
 * precision = TP / (TP + FP), recall = TP / (TP + FN), F = 2 TP / (2 TP + FP + FN),
 * pixel error = (FP + FN) / n, where a pixel is called membrane when P >= threshold.
 * A quotient of 0 / 0 counts as 0.  Pixels of unknown truth do not count.
 *
 * Probabilities are counted in bins of width 1 / SPT_SCORE_BINS, so that any number of
 * images is scored in one pass and every threshold k / SPT_SCORE_BINS is exact.  The
 * comparison is one of floats: a stored 0.7 reaches the threshold 0.7.
 */
#ifndef SEPTUM_SCORE_FSCORE_H
#define SEPTUM_SCORE_FSCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPT_SCORE_BINS 1000

/* All zero is a valid, empty tally.  Bin k counts k / BINS <= P < (k + 1) / BINS; the
 * last holds P = 1. */
struct spt_tally {
    uint64_t membrane[SPT_SCORE_BINS + 1];
    uint64_t other[SPT_SCORE_BINS + 1];
};

/* Count `count` pixels; labels are enum spt_label.  A probability outside [0, 1] counts
 * as the nearer end, a NaN as 0. */
void spt_tally_add(struct spt_tally *tally, const float *probabilities,
                   const uint8_t *labels, size_t count);

/* Count what `other` counted, too. */
void spt_tally_join(struct spt_tally *tally, const struct spt_tally *other);

/* Pixels counted so far, and those of them that are membrane. */
void spt_tally_count(const struct spt_tally *tally, uint64_t *membrane, uint64_t *all);

/* Is there membrane enough, one pixel in twenty, for an F-score to mean something?  It
 * would be a matter of a few pixels. */
bool spt_tally_has_membrane(const struct spt_tally *tally);

/* Is this enough to find a threshold on: four windows of `side` pixels, with membrane
 * enough?  Less would name any. */
bool spt_tally_is_enough(const struct spt_tally *tally, uint32_t side);

struct spt_score {
    double threshold; /* the multiple of 1 / BINS that was used */
    double precision, recall, f_score, pixel_error;
};

/* Score at the multiple of 1 / BINS nearest to `threshold`, which is clipped to
 * [0, 1]. */
struct spt_score spt_tally_score(const struct spt_tally *tally, double threshold);

/* The threshold of highest F-score; of equals, the one nearest to 0.5, and of two
 * equally near the lower. */
struct spt_score spt_tally_best(const struct spt_tally *tally);

/*
 * The threshold to hand out, found on these few pixels for all others: of those whose
 * F-score is within a standard error of the best, the one nearest to 0.5, the middle of
 * a net that weighs both classes alike (the one-standard-error rule: Breiman, Friedman,
 * Olshen and Stone, "Classification and regression trees", 1984).  The fewer membrane
 * pixels there are, the less is trusted that the best threshold is far out.
 *
 * The error is that of J = TP / (TP + FP + FN), a share of n pixels, F = 2 J / (1 + J);
 * as neighbours err together, SPT_SCORE_DESIGN of them count as one.
 */
#define SPT_SCORE_DESIGN 16
struct spt_score spt_tally_choose(const struct spt_tally *tally);

/* By how much probabilities are off: spt_tenths_error() of calibration.h. */
double spt_tally_calibration_error(const struct spt_tally *tally);

#endif
