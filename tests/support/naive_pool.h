/*
 * naive_pool.h - the definition of max-pooling and of means in both forms, by the
 * formula of net/pool.h.
 */
#ifndef SEPTUM_TESTS_NAIVE_POOL_H
#define SEPTUM_TESTS_NAIVE_POOL_H

#include <stddef.h>

#include "net/pool.h"

/* Values of the result. */
size_t naive_pool_out_count(const struct spt_pool *pool);

void naive_pool_forward(const struct spt_pool *pool, const float *in, float *out,
                        uint8_t *winner);

void naive_pool_mean(const struct spt_pool *pool, const float *in, float *out);

/* Every result's gradient is added to the first of its largest inputs, unless that is
 * not positive. */
void naive_pool_backward(const struct spt_pool *pool, const float *in,
                         const float *out_gradient, float *in_gradient);

#endif
