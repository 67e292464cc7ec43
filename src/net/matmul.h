/*
 * matmul.h - the product of two matrices, on the engine's fastest kernels.
 */
#ifndef SEPTUM_NET_MATMUL_H
#define SEPTUM_NET_MATMUL_H

#include <stddef.h>

#include "base/error.h"

/* A row-major matrix to read, borrowed; its rows start `stride` floats apart. */
struct spt_matrix {
    const float *at;
    size_t rows, columns, stride; /* stride >= columns */
};

/*
 * c = a b^T, where `a` and `b` have equally many columns: c has as many rows as `a` and
 * as many columns as `b` has rows, and its rows start `c_stride` floats apart.  What
 * `c` held does not matter; values between its rows stay.  Fails with SEPTUM_ENGINE
 * (strides too short) or SEPTUM_ENOMEM.
 */
enum septum_status
spt_matmul_abt(const struct spt_matrix *a, const struct spt_matrix *b, float *c,
               size_t c_stride, struct septum_error *err);

#endif
