/*
 * calibration.c - see calibration.h.
 */
#include "score/calibration.h"

#include <math.h>

#include "image/mask.h"

/* Bisection leaves 1 / temperature known to a part in 2^40. */
#define HALVINGS 40

static double
logistic(double logit)
{
    return 1 / (1 + exp(-logit));
}

/* Cut where floats end, so that no logit is infinite. */
static double
find_logit(float probability)
{
    double p = probability == probability ? (double)probability : 0;
    double logit = p <= 0   ? -SPT_LOGIT_MOST
                   : p >= 1 ? SPT_LOGIT_MOST
                            : log(p / (1 - p));

    return fmin(fmax(logit, -SPT_LOGIT_MOST), SPT_LOGIT_MOST);
}

void
spt_logits_add(struct spt_logits *logits, const float *probabilities,
               const uint8_t *labels, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t bin;

        if (labels[i] == SPT_LABEL_UNKNOWN)
            continue;
        bin = (size_t)lround((find_logit(probabilities[i]) + SPT_LOGIT_MOST) *
                             SPT_LOGIT_STEPS);
        if (labels[i] == SPT_LABEL_MEMBRANE)
            logits->membrane[bin]++;
        else
            logits->other[bin]++;
    }
}

static double
logit_of(size_t bin)
{
    return (double)bin / SPT_LOGIT_STEPS - SPT_LOGIT_MOST;
}

/* Derivative of the log loss by 1 / temperature, which grows with it. */
static double
find_slope(const struct spt_logits *logits, double inverse)
{
    double sum = 0;

    for (size_t bin = 0; bin < SPT_LOGIT_BINS; bin++) {
        double membrane = (double)logits->membrane[bin];
        double all = membrane + (double)logits->other[bin];

        if (all > 0)
            sum += logit_of(bin) * (logistic(inverse * logit_of(bin)) * all - membrane);
    }
    return sum;
}

double
spt_logits_temperature(const struct spt_logits *logits)
{
    double low = 0.05, high = 20, membrane = 0, other = 0;

    for (size_t bin = 0; bin < SPT_LOGIT_BINS; bin++) {
        membrane += (double)logits->membrane[bin];
        other += (double)logits->other[bin];
    }
    if (membrane == 0 || other == 0)
        return 1;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (low + high) / 2;

        if (find_slope(logits, middle) < 0)
            low = middle;
        else
            high = middle;
    }
    return 2 / (low + high);
}

float
spt_calibrate(float probability, double temperature)
{
    return (float)logistic(find_logit(probability) / temperature);
}

void
spt_tenths_add(struct spt_tenths *tenths, double p, uint64_t membrane, uint64_t all)
{
    size_t tenth = (size_t)(p * SPT_RELIABILITY_BINS);

    tenth = tenth < SPT_RELIABILITY_BINS ? tenth : SPT_RELIABILITY_BINS - 1;
    tenths->said[tenth] += p * (double)all;
    tenths->membrane[tenth] += membrane;
    tenths->all[tenth] += all;
}

double
spt_tenths_error(const struct spt_tenths *tenths)
{
    double off = 0, all = 0;

    for (size_t i = 0; i < SPT_RELIABILITY_BINS; i++) {
        off += fabs(tenths->said[i] - (double)tenths->membrane[i]);
        all += (double)tenths->all[i];
    }
    return all > 0 ? off / all : 0;
}

struct spt_reliability
spt_logits_reliability(const struct spt_logits *logits, double temperature)
{
    struct spt_reliability found = {0};
    struct spt_tenths tenths = {0};
    double pixels = 0;

    for (size_t bin = 0; bin < SPT_LOGIT_BINS; bin++) {
        uint64_t membrane = logits->membrane[bin];
        uint64_t all = membrane + logits->other[bin];
        double logit = logit_of(bin) / temperature;

        if (all == 0)
            continue;
        spt_tenths_add(&tenths, logistic(logit), membrane, all);
        /* -log P and -log(1 - P), without a logarithm of 0 */
        found.loss += (double)membrane * log1p(exp(-logit)) +
                      (double)logits->other[bin] * log1p(exp(logit));
        pixels += (double)all;
    }
    for (size_t i = 0; i < SPT_RELIABILITY_BINS; i++) {
        found.count[i] = tenths.all[i];
        if (tenths.all[i] == 0)
            continue;
        found.said[i] = tenths.said[i] / (double)tenths.all[i];
        found.found[i] = (double)tenths.membrane[i] / (double)tenths.all[i];
    }
    found.error = spt_tenths_error(&tenths);
    found.loss = pixels > 0 ? found.loss / pixels : 0;
    return found;
}
