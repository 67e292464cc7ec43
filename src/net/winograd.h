/*
 * winograd.h - a convolution with fewer multiplications, by Winograd's minimal
 * filtering (Winograd, "Arithmetic complexity of computations", 1980; for nets: Lavin
 * and Gray, "Fast algorithms for convolutional neural networks", 2016).
 *
 * The same contract as conv.h, whose calls come here where spt_winograd_pays().  Each
 * tile of m x m outputs takes 64 multiplications for each pair of channels in the place
 * of m * m * kernel * kernel, where m = 9 - kernel: 6.25 times fewer for a 5 x 5 or a
 * 4 x 4 kernel, 5.06 times for 3 x 3.  Sums are of floats whatever the precision of
 * the images.  Rounding costs about 2e-6 of a typical result (root of the mean square;
 * measured for 1200 products).
 */
#ifndef SEPTUM_NET_WINOGRAD_H
#define SEPTUM_NET_WINOGRAD_H

#include "net/conv.h"

struct spt_winograd;

/* Is this the faster way for a convolution of this shape? */
bool spt_winograd_pays(const struct spt_conv_shape *shape);

/* Bytes that such a convolution keeps, and *scratch as of spt_winograd_scratch(). */
size_t spt_winograd_memory(const struct spt_conv_shape *shape, size_t *scratch);

enum septum_status
spt_winograd_create(const struct spt_conv_shape *shape, struct spt_winograd **out,
                    struct septum_error *err);
void spt_winograd_free(struct spt_winograd *winograd);

/* As spt_conv_scratch() and so on. */
size_t spt_winograd_scratch(const struct spt_winograd *winograd);
void spt_winograd_load(struct spt_winograd *winograd, const float *weights,
                       const float *biases);
enum septum_status
spt_winograd_forward(const struct spt_winograd *winograd, const void *in, void *out,
                     float *scratch, struct septum_error *err);
enum septum_status
spt_winograd_backward_weights(const struct spt_winograd *winograd, const void *in,
                              const void *out_gradient, float *weight_gradient,
                              float *bias_gradient, float *scratch,
                              struct septum_error *err);
enum septum_status
spt_winograd_backward_data(const struct spt_winograd *winograd,
                           const void *out_gradient, void *in_gradient, float *scratch,
                           struct septum_error *err);

#endif
