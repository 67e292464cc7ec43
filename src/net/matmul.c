/*
 * matmul.c - see matmul.h.
 */
#include "net/matmul.h"

#include <assert.h>
#include <oneapi/dnnl/dnnl.h>
#include <string.h>

enum septum_status
spt_matmul_abt(const struct spt_matrix *a, const struct spt_matrix *b, float *c,
               size_t c_stride, struct septum_error *err)
{
    size_t inner = a->columns;
    dnnl_status_t status;

    assert(a->columns == b->columns);
    if (a->rows == 0 || b->rows == 0)
        return SEPTUM_OK;
    if (inner == 0) { /* oneDNN demands strides of at least 1, and may leave c alone */
        for (size_t i = 0; i < a->rows; i++)
            memset(c + i * c_stride, 0, b->rows * sizeof *c);
        return SEPTUM_OK;
    }
    status = dnnl_sgemm('N', 'T', (dnnl_dim_t)a->rows, (dnnl_dim_t)b->rows,
                        (dnnl_dim_t)inner, 1.0F, a->at, (dnnl_dim_t)a->stride, b->at,
                        (dnnl_dim_t)b->stride, 0.0F, c, (dnnl_dim_t)c_stride);
    if (status == dnnl_out_of_memory)
        return spt_fail_memory(err, "matrix product", a->rows * b->rows * sizeof *c);
    if (status != dnnl_success)
        return spt_fail(err, SEPTUM_ENGINE,
                        "oneDNN refused a matrix product of %zu x %zu x %zu values "
                        "with row strides %zu, %zu, %zu (status %d)",
                        a->rows, b->rows, inner, a->stride, b->stride, c_stride,
                        (int)status);
    return SEPTUM_OK;
}
