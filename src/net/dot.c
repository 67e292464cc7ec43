/*
 * dot.c - see dot.h.
 *
 * Sums have an order of their own, so that they depend neither on the vectors' width
 * nor on the number of threads.
 */
#include "net/dot.h"

#define LANES 16  /* sums side by side */
#define GROUP 256 /* rows whose gradients are added up before they meet the others' */

/* Rows for one thread to begin with: smaller jobs are not worth a second one. */
#define FEW 64

static SPT_INLINE float
dot_row(const struct spt_rows *rows, size_t row, const float *weights,
        enum spt_precision precision)
{
    size_t columns = rows->columns, first = row * columns, c = 0;
    float sum[LANES] = {0}, all = 0;

    for (; c + LANES <= columns; c += LANES)
        for (size_t k = 0; k < LANES; k++)
            sum[k] += spt_load(rows->at, first + c + k, precision) * weights[c + k];
    for (; c < columns; c++)
        all += spt_load(rows->at, first + c, precision) * weights[c];
    for (size_t half = LANES / 2; half > 0; half /= 2)
        for (size_t k = 0; k < half; k++)
            sum[k] += sum[k + half];
    return all + sum[0];
}

SPT_CLONES static float
dot_row_f32(const struct spt_rows *rows, size_t row, const float *weights)
{
    return dot_row(rows, row, weights, SPT_PRECISION_F32);
}

SPT_CLONES static float
dot_row_bf16(const struct spt_rows *rows, size_t row, const float *weights)
{
    return dot_row(rows, row, weights, SPT_PRECISION_BF16);
}

void
spt_dot_forward(const struct spt_rows *rows, const float *weights, float bias,
                float *out)
{
#pragma omp parallel for schedule(static) if (rows->count > FEW)
    for (size_t i = 0; i < rows->count; i++)
        out[i] = bias + (rows->precision == SPT_PRECISION_BF16
                             ? dot_row_bf16(rows, i, weights)
                             : dot_row_f32(rows, i, weights));
}

/* Gradient of `width` <= LANES weights from column `first` on. */
static SPT_INLINE void
sum_columns(const struct spt_rows *rows, size_t first, size_t width,
            const float *out_gradient, float *weight_gradient,
            enum spt_precision precision)
{
    float total[LANES] = {0};

    for (size_t from = 0; from < rows->count; from += GROUP) {
        size_t to = from + GROUP < rows->count ? from + GROUP : rows->count;
        float sum[LANES] = {0};

        for (size_t i = from; i < to; i++)
            for (size_t k = 0; k < width; k++)
                sum[k] += out_gradient[i] *
                          spt_load(rows->at, i * rows->columns + first + k, precision);
        for (size_t k = 0; k < width; k++)
            total[k] += sum[k];
    }
    for (size_t k = 0; k < width; k++)
        weight_gradient[first + k] = total[k];
}

SPT_CLONES static void
sum_columns_f32(const struct spt_rows *rows, size_t first, const float *out_gradient,
                float *weight_gradient)
{
    if (rows->columns - first >= LANES)
        sum_columns(rows, first, LANES, out_gradient, weight_gradient,
                    SPT_PRECISION_F32);
    else
        sum_columns(rows, first, rows->columns - first, out_gradient, weight_gradient,
                    SPT_PRECISION_F32);
}

SPT_CLONES static void
sum_columns_bf16(const struct spt_rows *rows, size_t first, const float *out_gradient,
                 float *weight_gradient)
{
    if (rows->columns - first >= LANES)
        sum_columns(rows, first, LANES, out_gradient, weight_gradient,
                    SPT_PRECISION_BF16);
    else
        sum_columns(rows, first, rows->columns - first, out_gradient, weight_gradient,
                    SPT_PRECISION_BF16);
}

void
spt_dot_backward_weights(const struct spt_rows *rows, const float *out_gradient,
                         float *weight_gradient, float *bias_gradient)
{
    double bias = 0;

#pragma omp parallel for schedule(static) if (rows->count > FEW)
    for (size_t first = 0; first < rows->columns; first += LANES)
        if (rows->precision == SPT_PRECISION_BF16)
            sum_columns_bf16(rows, first, out_gradient, weight_gradient);
        else
            sum_columns_f32(rows, first, out_gradient, weight_gradient);
    for (size_t i = 0; i < rows->count; i++)
        bias += out_gradient[i];
    *bias_gradient = (float)bias;
}

static SPT_INLINE void
spread_row(const struct spt_rows *rows, size_t row, const float *weights, float by,
           void *gradient, enum spt_precision precision)
{
    size_t first = row * rows->columns, columns = rows->columns;
    const void *at = rows->at;

#pragma omp simd
    for (size_t c = 0; c < columns; c++) {
        float value = by * weights[c];

        spt_store(gradient, first + c, precision,
                  spt_load(at, first + c, precision) > 0 ? value : 0.0F);
    }
}

SPT_CLONES static void
spread_row_f32(const struct spt_rows *rows, size_t row, const float *weights, float by,
               void *gradient)
{
    spread_row(rows, row, weights, by, gradient, SPT_PRECISION_F32);
}

SPT_CLONES static void
spread_row_bf16(const struct spt_rows *rows, size_t row, const float *weights, float by,
                void *gradient)
{
    spread_row(rows, row, weights, by, gradient, SPT_PRECISION_BF16);
}

void
spt_dot_backward_data(const struct spt_rows *rows, const float *weights,
                      const float *out_gradient, float scale, void *gradient)
{
#pragma omp parallel for schedule(static) if (rows->count > FEW)
    for (size_t i = 0; i < rows->count; i++) {
        float by = scale * out_gradient[i];

        if (rows->precision == SPT_PRECISION_BF16)
            spread_row_bf16(rows, i, weights, by, gradient);
        else
            spread_row_f32(rows, i, weights, by, gradient);
    }
}
