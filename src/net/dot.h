/*
 * dot.h - a fully connected layer with one output, and its gradients.
 *
 * The last layer of every net: a product of each row of values with the weights.  The
 * matrix library would do the work of 16 outputs.
 */
#ifndef SEPTUM_NET_DOT_H
#define SEPTUM_NET_DOT_H

#include <stddef.h>

#include "net/precision.h"

/* `count` rows of `columns` values, borrowed. */
struct spt_rows {
    enum spt_precision precision;
    const void *at;
    size_t count, columns;
};

/* out[i] = row i * weights + bias. */
void spt_dot_forward(const struct spt_rows *rows, const float *weights, float bias,
                     float *out);

/* Gradients of the weights and the bias from that of the outputs; they replace what was
 * there. */
void spt_dot_backward_weights(const struct spt_rows *rows, const float *out_gradient,
                              float *weight_gradient, float *bias_gradient);

/* Gradient at the rows from that of the outputs, multiplied by the derivative of the
 * ReLU that made the rows as spt_relu_backward() does; of the rows' precision. */
void spt_dot_backward_data(const struct spt_rows *rows, const float *weights,
                           const float *out_gradient, float scale, void *gradient);

#endif
