/*
 * winograd_points.h - what is done to the tiles and kernels of winograd.c: the four
 * matrices of Winograd's filtering at eight points, and their transposes.
 *
 * With the points 0, 1, -1, 2, -2, 1/2, -1/2 and infinity, and all of it in both
 * directions of the plane,
 *
 *	outputs = A' [ (G kernel) * (B' inputs) ],	* value by value,
 *
 * where A' has m rows of the points' powers, G has them up to the kernel's size,
 * divided by what makes B' free of thirds, and row i of B' are the coefficients of the
 * product of (x - p) over all points p but the i-th.  The gradients are the transposes:
 * by the inputs B [ (G kernel) * (A out_gradient) ], by the kernel
 * G' [ (B' inputs) * (A out_gradient) ].
 *
 * All functions work on 8 channels at once, and on lines of values `step` apart.
 */
#ifndef SEPTUM_NET_WINOGRAD_POINTS_H
#define SEPTUM_NET_WINOGRAD_POINTS_H

#include "net/precision.h"

#define SPT_LANES 8            /* channels at once */
#define SPT_POINTS 8           /* a side of a tile of inputs, and of the plane */
#define SPT_PLANE ((size_t)64) /* points of the plane */

typedef float spt_lanes __attribute__((vector_size(4 * SPT_LANES)));

/* The same wherever it lies in memory.  By memcpy() gcc 12 moves it in halves, which
 * the whole vector then has to wait for. */
typedef float spt_lanes_anywhere
    __attribute__((vector_size(4 * SPT_LANES), aligned(4), may_alias));

typedef int32_t spt_lanes_bits __attribute__((vector_size(4 * SPT_LANES)));
typedef uint16_t spt_lanes_half __attribute__((vector_size(2 * SPT_LANES)));

/* Vectors never travel by value between functions: how, depends on the machine. */

static SPT_INLINE void
spt_lanes_load(spt_lanes *out, const void *from, size_t at,
               enum spt_precision precision)
{
    spt_lanes_half half;

    if (precision == SPT_PRECISION_F32) {
        *out = *(const spt_lanes_anywhere *)((const float *)from + at);
    } else {
        memcpy(&half, (const uint16_t *)from + at, sizeof half);
        *out = (spt_lanes)(__builtin_convertvector(half, spt_lanes_bits) << 16);
    }
}

/* To the nearest bf16 as spt_bf16_round() does, but for what is not a number. */
static SPT_INLINE void
spt_lanes_store(const spt_lanes *in, void *to, size_t at, enum spt_precision precision)
{
    if (precision == SPT_PRECISION_F32) {
        *(spt_lanes_anywhere *)((float *)to + at) = *in;
    } else {
        spt_lanes_bits bits = (spt_lanes_bits)*in;
        spt_lanes_bits upper = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
        spt_lanes_half half = __builtin_convertvector(upper, spt_lanes_half);

        memcpy((uint16_t *)to + at, &half, sizeof half);
    }
}

static SPT_INLINE void
spt_lanes_relu(spt_lanes *values)
{
    spt_lanes_bits positive = *values > 0; /* all bits of a lane, or none */

    *values = (spt_lanes)((spt_lanes_bits)*values & positive);
}

/* out = B' in: 8 values to 8 points. */
static SPT_INLINE void
spt_points_of_inputs(const spt_lanes *in, size_t step, spt_lanes *out, size_t out_step)
{
    spt_lanes d0 = in[0], d1 = in[step], d2 = in[2 * step], d3 = in[3 * step];
    spt_lanes d4 = in[4 * step], d5 = in[5 * step], d6 = in[6 * step];
    spt_lanes d7 = in[7 * step];
    spt_lanes even = d2 - 4.25F * d4 + d6, odd = d1 - 4.25F * d3 + d5;

    out[0] = d0 - d6 + 5.25F * (d4 - d2);
    out[out_step] = even + odd;
    out[2 * out_step] = even - odd;
    even = 0.25F * d2 - 1.25F * d4 + d6;
    odd = 0.5F * d1 - 2.5F * d3 + 2.0F * d5;
    out[3 * out_step] = even + odd;
    out[4 * out_step] = even - odd;
    even = 4.0F * d2 - 5.0F * d4 + d6;
    odd = 2.0F * d1 - 2.5F * d3 + 0.5F * d5;
    out[5 * out_step] = even + odd;
    out[6 * out_step] = even - odd;
    out[7 * out_step] = d7 - d1 + 5.25F * (d3 - d5);
}

/* out = B in: the transpose. */
static SPT_INLINE void
spt_inputs_of_points(const spt_lanes *in, size_t step, spt_lanes *out, size_t out_step)
{
    spt_lanes r0 = in[0], r7 = in[7 * step];
    spt_lanes even1 = in[step] + in[2 * step], odd1 = in[step] - in[2 * step];
    spt_lanes even2 = in[3 * step] + in[4 * step], odd2 = in[3 * step] - in[4 * step];
    spt_lanes even3 = in[5 * step] + in[6 * step], odd3 = in[5 * step] - in[6 * step];

    out[0] = r0;
    out[out_step] = odd1 + 0.5F * odd2 + 2.0F * odd3 - r7;
    out[2 * out_step] = even1 + 0.25F * even2 + 4.0F * even3 - 5.25F * r0;
    out[3 * out_step] = 5.25F * r7 - 4.25F * odd1 - 2.5F * (odd2 + odd3);
    out[4 * out_step] = 5.25F * r0 - 4.25F * even1 - 1.25F * even2 - 5.0F * even3;
    out[5 * out_step] = odd1 + 2.0F * odd2 + 0.5F * odd3 - 5.25F * r7;
    out[6 * out_step] = even1 + even2 + even3 - r0;
    out[7 * out_step] = r7;
}

/* out = A' in: 8 points to m values. */
static SPT_INLINE void
spt_outputs_of_points(const spt_lanes *in, size_t step, spt_lanes *out, size_t out_step,
                      size_t m)
{
    spt_lanes even1 = in[step] + in[2 * step], odd1 = in[step] - in[2 * step];
    spt_lanes even2 = in[3 * step] + in[4 * step], odd2 = in[3 * step] - in[4 * step];
    spt_lanes even3 = in[5 * step] + in[6 * step], odd3 = in[5 * step] - in[6 * step];
    float twos = 1, halves = 1;

    for (size_t i = 0; i < m; i++) {
        out[i * out_step] = i % 2 == 0 ? even1 + twos * even2 + halves * even3
                                       : odd1 + twos * odd2 + halves * odd3;
        twos *= 2;
        halves *= 0.5F;
    }
    out[0] += in[0];
    out[(m - 1) * out_step] += in[7 * step];
}

/* out = A in: m values to 8 points. */
static SPT_INLINE void
spt_points_of_outputs(const spt_lanes *in, size_t step, spt_lanes *out, size_t out_step,
                      size_t m)
{
    spt_lanes even1 = in[0], odd1 = in[step], even2 = in[0], odd2 = 2.0F * in[step];
    spt_lanes even3 = in[0], odd3 = 0.5F * in[step];
    float twos = 4, halves = 0.25F;

    for (size_t i = 2; i < m; i++) {
        spt_lanes value = in[i * step];

        if (i % 2 == 0) {
            even1 += value;
            even2 += twos * value;
            even3 += halves * value;
        } else {
            odd1 += value;
            odd2 += twos * value;
            odd3 += halves * value;
        }
        twos *= 2;
        halves *= 0.5F;
    }
    out[0] = in[0];
    out[out_step] = even1 + odd1;
    out[2 * out_step] = even1 - odd1;
    out[3 * out_step] = even2 + odd2;
    out[4 * out_step] = even2 - odd2;
    out[5 * out_step] = even3 + odd3;
    out[6 * out_step] = even3 - odd3;
    out[7 * out_step] = in[(m - 1) * step];
}

/* What rows 1, 3 and 5 of G are divided by, and those of the points' negatives. */
#define SPT_SCALE_1 (-2.0F / 9)
#define SPT_SCALE_2 (1.0F / 90)
#define SPT_SCALE_HALF (32.0F / 45)

/* out = G in: `size` values of a kernel to 8 points. */
static SPT_INLINE void
spt_points_of_kernel(const spt_lanes *in, size_t step, spt_lanes *out, size_t out_step,
                     size_t size)
{
    spt_points_of_outputs(in, step, out, out_step, size);
    out[out_step] *= SPT_SCALE_1;
    out[2 * out_step] *= SPT_SCALE_1;
    out[3 * out_step] *= SPT_SCALE_2;
    out[4 * out_step] *= SPT_SCALE_2;
    out[5 * out_step] *= SPT_SCALE_HALF;
    out[6 * out_step] *= SPT_SCALE_HALF;
}

/* out = G' in: the transpose. */
static SPT_INLINE void
spt_kernel_of_points(const spt_lanes *in, size_t step, spt_lanes *out, size_t out_step,
                     size_t size)
{
    spt_lanes scaled[SPT_POINTS];

    scaled[0] = in[0];
    scaled[1] = SPT_SCALE_1 * in[step];
    scaled[2] = SPT_SCALE_1 * in[2 * step];
    scaled[3] = SPT_SCALE_2 * in[3 * step];
    scaled[4] = SPT_SCALE_2 * in[4 * step];
    scaled[5] = SPT_SCALE_HALF * in[5 * step];
    scaled[6] = SPT_SCALE_HALF * in[6 * step];
    scaled[7] = in[7 * step];
    spt_outputs_of_points(scaled, 1, out, out_step, size);
}

#endif
