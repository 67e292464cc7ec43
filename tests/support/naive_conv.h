/*
 * naive_conv.h - the definition of a convolution and its gradients: seven nested loops,
 * summed in double precision.  Layouts are those of net/conv.h.
 */
#ifndef SEPTUM_TESTS_NAIVE_CONV_H
#define SEPTUM_TESTS_NAIVE_CONV_H

#include "net/conv.h"

/* Values of a shape's tensors. */
size_t naive_conv_in_count(const struct spt_conv_shape *shape);
size_t naive_conv_weight_count(const struct spt_conv_shape *shape);
size_t naive_conv_out_count(const struct spt_conv_shape *shape);

void naive_conv_forward(const struct spt_conv_shape *shape, const float *in,
                        const float *weights, const float *biases, double *out);
void naive_conv_backward_weights(const struct spt_conv_shape *shape, const float *in,
                                 const float *out_gradient, double *weight_gradient,
                                 double *bias_gradient);
void naive_conv_backward_data(const struct spt_conv_shape *shape, const float *weights,
                              const float *out_gradient, double *in_gradient);

#endif
