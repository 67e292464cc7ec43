/*
 * matmul.h - the product of two matrices, on the engine's fastest kernels.
 */
#ifndef SEPTUM_NET_MATMUL_H
#define SEPTUM_NET_MATMUL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * c = a b^T: `a` is rows x inner, `b` is columns x inner, `c` is rows x columns, all
 * row-major with row strides a_stride, b_stride, c_stride (in floats).
 */
enum septum_status
spt_matmul_abt(size_t rows, size_t columns, size_t inner, const float *a,
               size_t a_stride, const float *b, size_t b_stride, float *c,
               size_t c_stride, struct septum_error *err);

#endif
