/*
 * optimiser.h - from gradients to better weights: stochastic gradient descent with
 * momentum (the paper's), or Adam (Kingma and Ba, 2015), and a running average of the
 * weights.
 *
 * All state is one block of floats beside the parameters, so that saving it and going
 * on is exact.  Parameters before `first` are frozen and never touched.
 */
#ifndef SEPTUM_NET_OPTIMISER_H
#define SEPTUM_NET_OPTIMISER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum spt_rule {
    SPT_RULE_SGD,  /* v = momentum * v - rate * g;  w += v */
    SPT_RULE_ADAM, /* beta1 = momentum, beta2 = 0.999, epsilon = 1e-8, bias-corrected */
};

struct spt_optimiser_settings {
    enum spt_rule rule;
    double momentum;
    double clip;    /* largest norm of the gradient; 0 = any */
    double horizon; /* steps that the running average of the weights remembers; 0 = the
                       weights themselves */
};

struct spt_optimiser {
    struct spt_optimiser_settings settings;
    size_t first, count; /* parameters [first, count) are trained */
    uint64_t steps;      /* done so far */
    float *state;        /* 3 * count floats: average, first moment, second moment */
    double *sums;        /* room to work in */
};

/* Begin at `parameters`, which the running average starts from. */
enum septum_status
spt_optimiser_init(struct spt_optimiser *optimiser,
                   const struct spt_optimiser_settings *settings, size_t first,
                   size_t count, const float *parameters, struct septum_error *err);
void spt_optimiser_clear(struct spt_optimiser *optimiser);

/* One step at `rate`.  `gradient` may be scaled in place by the clipping.  Returns the
 * gradient's norm before clipping. */
double spt_optimiser_step(struct spt_optimiser *optimiser, double rate, float *gradient,
                          float *parameters);

/* The running average of the parameters, `count` floats; borrowed.  Its memory starts
 * short, so that the first weights are soon forgotten: after n steps it weighs the
 * newest by max(1 / horizon, 9 / (10 + n)). */
const float *spt_optimiser_average(const struct spt_optimiser *optimiser);

#endif
