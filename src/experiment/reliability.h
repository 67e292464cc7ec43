/*
 * reliability.h - whether a ConvNet's probabilities mean what they say, drawn: before
 * and after division of its logits by a temperature.
 */
#ifndef SEPTUM_EXPERIMENT_RELIABILITY_H
#define SEPTUM_EXPERIMENT_RELIABILITY_H

#include "base/text.h"
#include "experiment/trial.h"
#include "score/calibration.h"

struct spt_reliability_row {
    const char *name;
    double temperature;
    struct spt_reliability before, after;
};

/*
 * Find the temperature of the `model` that a trial of that seed came to, on the labels
 * that were kept from its learning, or where there were none on (at most two of) the
 * labelled images; and how reliable it is on all test images.  Fails as spt_predict(),
 * or with SEPTUM_ENOMEM; the name is the caller's to set.
 */
enum septum_status
spt_reliability_find(const struct spt_trial *trial, const struct spt_model *model,
                     uint64_t seed, struct spt_reliability_row *out,
                     struct septum_error *err);

/* The diagram: what was found over what was said, by tenths of P, a dot the larger the
 * more pixels; hollow before, filled after.  Stand-alone SVG. */
void spt_reliability_svg(const struct spt_reliability_row *row, struct spt_text *out);

#endif
