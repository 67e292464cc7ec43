/*
 * activation.h - what happens to each value by itself: dropout, ReLU's derivative, the
 * logistic function and its loss.
 */
#ifndef SEPTUM_NET_ACTIVATION_H
#define SEPTUM_NET_ACTIVATION_H

#include <stddef.h>
#include <stdint.h>

#include "net/precision.h"

/*
 * Set a share `rate` of the values to 0 and scale the others by 1 / (1 - rate), in
 * place. Which, depends on `key` and the value's index alone; `rate` is rounded to a
 * multiple of 1/256 below 1.  Returns the scale.
 */
float spt_dropout(enum spt_precision precision, void *values, size_t count, double rate,
                  uint64_t key);

/*
 * Multiply the gradient by the derivative of ReLU (and of the dropout after it, whose
 * scale is given): scale where the output is positive, 0 elsewhere.
 */
void spt_relu_backward(enum spt_precision precision, const void *output, size_t count,
                       float scale, void *gradient);

/* Write floats as values of `precision`. */
void
spt_convert(enum spt_precision precision, const float *from, size_t count, void *to);

/* P = 1 / (1 + exp(-logit)). */
void spt_logistic(const float *logits, size_t count, float *probabilities);

/*
 * Binomial logistic loss: sum of weight * (log(1 + exp(z)) - y z) over `count` logits z
 * with labels y in {0, 1}; values of weight 0 may have any label.  Writes its
 * derivative by each logit, weight * (P - y), divided by `divisor`, and returns the sum
 * divided by it.
 */
double
spt_logistic_loss(const float *logits, const uint8_t *labels, const float *weights,
                  size_t count, double divisor, float *gradient);

#endif
