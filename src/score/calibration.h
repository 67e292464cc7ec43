/*
 * calibration.h - whether probabilities mean what they say, and what makes them.
 *
 * Of all pixels that were called membrane with probability 0.8, eight in ten should be.
 * A net trained on little is surer than that.  Dividing its logits by one number, the
 * temperature, makes up for most of it and changes no decision (Guo et al., "On
 * calibration of modern neural networks", 2017).  Pixels are counted by their logit, so
 * that any number of images is looked at in one pass.
 */
#ifndef SEPTUM_SCORE_CALIBRATION_H
#define SEPTUM_SCORE_CALIBRATION_H

#include <stddef.h>
#include <stdint.h>

/* Logits from -LOGIT_MOST to LOGIT_MOST are told apart by 1 / LOGIT_STEPS; what lies
 * beyond, where a float's probability is 0 or 1, counts as the end. */
#define SPT_LOGIT_MOST 16
#define SPT_LOGIT_STEPS 50
#define SPT_LOGIT_BINS (2 * SPT_LOGIT_MOST * SPT_LOGIT_STEPS + 1)

/* All zero is a valid, empty tally. */
struct spt_logits {
    uint64_t membrane[SPT_LOGIT_BINS], other[SPT_LOGIT_BINS];
};

/* Count `count` pixels; labels are enum spt_label, and unknown ones do not count.  A
 * NaN counts as 0. */
void spt_logits_add(struct spt_logits *logits, const float *probabilities,
                    const uint8_t *labels, size_t count);

/*
 * The temperature in [0.05, 20] of the least mean log loss; 1 where the tally does not
 * hold pixels of both classes.  The loss is convex in 1 / temperature.
 */
double spt_logits_temperature(const struct spt_logits *logits);

/* P with its logit divided by `temperature` > 0; 0 and 1 stay what they are only in as
 * far as a float can tell. */
float spt_calibrate(float probability, double temperature);

#define SPT_RELIABILITY_BINS 10

/* Pixels by P in tenths.  All zero is a valid, empty count. */
struct spt_tenths {
    double said[SPT_RELIABILITY_BINS]; /* sum of P */
    uint64_t membrane[SPT_RELIABILITY_BINS], all[SPT_RELIABILITY_BINS];
};

/* Count `all` pixels of probability `p`, of which `membrane` are membrane. */
void
spt_tenths_add(struct spt_tenths *tenths, double p, uint64_t membrane, uint64_t all);

/* The expected calibration error: the mean over pixels of |mean P - share that is
 * membrane| of their tenth (Naeini, Cooper and Hauskrecht, "Obtaining well calibrated
 * probabilities using Bayesian binning", 2015).  0 where nothing was counted. */
double spt_tenths_error(const struct spt_tenths *tenths);

/* By P in tenths: what was said, and what was so. */
struct spt_reliability {
    double said[SPT_RELIABILITY_BINS];  /* mean P; 0 where none was */
    double found[SPT_RELIABILITY_BINS]; /* share that is membrane; 0 where none was */
    uint64_t count[SPT_RELIABILITY_BINS];
    double error; /* spt_tenths_error() */
    double loss;  /* mean log loss, in nats */
};

struct spt_reliability
spt_logits_reliability(const struct spt_logits *logits, double temperature);

#endif
