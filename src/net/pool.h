/*
 * pool.h - max-pooling, and means of blocks, in the patch form and in the dense form.
 *
 * Patch form: blocks of size x size side by side, one result a block.  Dense form: the
 * same at every offset (oy, ox) of the blocks; each offset makes a fragment, an image
 * of its own in the batch, number (n * size + oy) * size + ox for image n.  So all
 * results of a stride-1 pooling are kept, sorted so that what follows needs no dilation
 * (max-pooling fragments: Giusti et al., "Fast image scanning with deep max-pooling
 * convolutional neural networks", 2013).
 *
 * Layout: values of `precision`, [batch][height][width][channel].  With `offsets` = 1
 * (patch) or size (dense), the result has batch * offsets^2 images of out_height x
 * out_width,
 *
 *	out(n, oy, ox; y, x, c) = max over i, j < size of
 *	                          in(n; y * size + oy + i, x * size + ox + j, c)
 */
#ifndef SEPTUM_NET_POOL_H
#define SEPTUM_NET_POOL_H

#include <stdint.h>

#include "net/precision.h"

struct spt_pool {
    uint32_t batch, height, width, channels; /* of the input */
    uint32_t size;                           /* of a block; at most 15 */
    uint32_t offsets;                        /* 1: patch form; size: dense form */
    enum spt_precision precision;
};

/* Sides of the result; all fragments are equal because (height - offsets + 1) % size
 * must be 0, and so for the width. */
static inline uint32_t
spt_pool_out(const struct spt_pool *pool, uint32_t side)
{
    return (side - pool->offsets + 1) / pool->size;
}

/*
 * Pool `in` into `out`.  `winner` takes one byte per result, i * size + j of the first
 * largest value in reading order, for the backward pass; NULL means prediction only.
 */
void spt_pool_forward(const struct spt_pool *pool, const void *in, void *out,
                      uint8_t *winner);

/*
 * Gradient at the input from that at the output: each result's goes to its winner.  The
 * input is taken to be the outcome of a ReLU whose derivative is applied at once: where
 * in <= 0, the gradient is 0.  in_gradient is overwritten.
 */
void
spt_pool_backward(const struct spt_pool *pool, const void *in, const uint8_t *winner,
                  const void *out_gradient, void *in_gradient);

/* The mean of each block of `in`, not the maximum, of any size.  It has no gradient,
 * since nothing is learnt before it. */
void spt_pool_mean(const struct spt_pool *pool, const void *in, void *out);

#endif
