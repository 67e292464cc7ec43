/*
 * conv.h - a convolution with bias and, on request, ReLU, and its gradients.
 *
 * Stride 1, no padding.  An FC layer is a convolution as large as its input.  Images
 * are float [batch][height][width][channel], channels fastest; weights are those of the
 * parameter block, [out][in][row][column].  The work is oneDNN's or, where that is
 * less, winograd.h's; either keeps its own copy of the weights in the form that its
 * kernels like, made by spt_conv_load().
 */
#ifndef SEPTUM_NET_CONV_H
#define SEPTUM_NET_CONV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/engine.h"
#include "net/precision.h"

struct spt_conv_shape {
    uint32_t batch, height, width; /* of the input; both sides at least `kernel` */
    uint32_t in_channels, out_channels, kernel;
    bool relu;                    /* forward ends with max(0, x) */
    bool weight_gradient;         /* backward_weights will be asked for */
    bool data_gradient;           /* backward_data will be asked for */
    bool float_out;               /* forward's result is float whatever the precision */
    enum spt_precision precision; /* one that spt_engine_precision() allows */
};

struct spt_conv;

enum septum_status
spt_conv_create(struct spt_engine *engine, const struct spt_conv_shape *shape,
                struct spt_conv **out, struct septum_error *err);
void spt_conv_free(struct spt_conv *conv);

/* Bytes of scratch memory that each call below needs; the caller's, 64-byte aligned. */
size_t spt_conv_scratch(const struct spt_conv *conv);

/* An estimate of both for a convolution of this shape: bytes that it keeps and, if more
 * than was there, *scratch.  oneDNN's own is small and left out. */
size_t spt_conv_memory(const struct spt_conv_shape *shape, size_t *scratch);

/* Take over weights and biases for the calls that follow.  Both are only read;
 * oneDNN's handles do not know const. */
enum septum_status spt_conv_load(struct spt_conv *conv, float *weights,
                                 const float *biases, struct septum_error *err);

/* out = relu(in * weights + biases). */
enum septum_status spt_conv_forward(struct spt_conv *conv, void *in, void *out,
                                    void *scratch, struct septum_error *err);

/* Gradients of weights and biases, in the parameter block's order, from the gradient at
 * the output (before ReLU).  They replace what was there. */
enum septum_status
spt_conv_backward_weights(struct spt_conv *conv, void *in, void *out_gradient,
                          float *weight_gradient, float *bias_gradient, void *scratch,
                          struct septum_error *err);

/* Gradient at the input from the gradient at the output (before ReLU). */
enum septum_status
spt_conv_backward_data(struct spt_conv *conv, void *out_gradient, void *in_gradient,
                       void *scratch, struct septum_error *err);

#endif
