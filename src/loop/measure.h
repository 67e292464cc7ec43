/*
 * measure.h - what the net makes of the windows of an image: how unsure it is of each,
 * by the probabilities of one pass or by those of many, and what it sees in it.
 */
#ifndef SEPTUM_LOOP_MEASURE_H
#define SEPTUM_LOOP_MEASURE_H

#include "score/calibration.h"
#include "train/evaluate.h"

/* Where the probabilities come from that uncertainty is measured on. */
enum spt_measure {
    SPT_MEASURE_ONCE,       /* one pass: as the predictor is set */
    SPT_MEASURE_SYMMETRIES, /* the mean over the symmetries it learnt under */
    SPT_MEASURE_DROPOUT,    /* the mean over passes with dropout */
};

/* On every so many-th pixel of every so many-th row uncertainty is measured unless the
 * user asks for more: a window of 64 x 64 pixels on 256 of them. */
#define SPT_MEASURE_EVERY 4

/* All zero is the paper's way. */
struct spt_measure_options {
    enum spt_measure from;
    uint32_t every;  /* one pass: f and entropy are of every so many-th pixel of every
                        so many-th row, or of the next closer ones that can be had;
                        0 = of all */
    uint32_t passes; /* with dropout; 0 = 8 */
    double dropout;  /* share dropped; 0 = 0.5, the paper's in training */
    uint64_t key;    /* of what is dropped */
    double temperature; /* that logits are divided by (score/calibration.h); 0 = 1 */
};

/* Probabilities of an image, before any temperature.  Fails as spt_predict(). */
enum septum_status spt_measure_probabilities(struct spt_predictor *predictor,
                                             const struct spt_sample *sample,
                                             const struct spt_measure_options *options,
                                             float *membrane, struct septum_error *err);

/* The caller's arrays, a value for each window of the grid; NULL where not wanted. */
struct spt_measured {
    float *f, *entropy, *bald; /* active/uncertainty.h */
    float *features;           /* spt_predict_feature_count() for each window */
};

/*
 * Measure the windows of `grid` over an image.  `bald` is of passes with dropout,
 * wherever f comes from, and of probabilities before any temperature.  With `features`,
 * "one pass" is theirs: without symmetries, whatever the predictor is set to.  Fails as
 * spt_predict() and spt_predict_features(), or with SEPTUM_ENOMEM.
 */
enum septum_status
spt_measure_windows(struct spt_predictor *predictor, const struct spt_sample *sample,
                    const struct spt_grid *grid,
                    const struct spt_measure_options *options,
                    const struct spt_measured *out, struct septum_error *err);

/*
 * Count the known pixels of every `every`-th sample that has any, so that a temperature
 * can be found.  `watch` (NULL = none) is asked before each.
 */
enum septum_status
spt_measure_logits(struct spt_predictor *predictor, const struct spt_samples *samples,
                   size_t every, const struct spt_measure_options *options,
                   const struct spt_watch *watch, struct spt_logits *logits,
                   struct septum_error *err);

/* The temperature of what spt_measure_logits() counts, into *temperature.  Fails as
 * that does, or with SEPTUM_ENOMEM. */
enum septum_status
spt_measure_temperature(struct spt_predictor *predictor,
                        const struct spt_samples *samples, size_t every,
                        const struct spt_measure_options *options,
                        const struct spt_watch *watch, double *temperature,
                        struct septum_error *err);

#endif
