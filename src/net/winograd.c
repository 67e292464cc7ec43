/*
 * winograd.c - see winograd.h.
 *
 * Outputs are cut into tiles, and tiles taken in blocks.  The values of a block at each
 * of the 64 points of the plane are a matrix [tile][channel], the kernels' another,
 * [input channel][output channel], and the multiplications are 64 matrix products.  A
 * block is of a size that stays in the cache between its steps.
 */
#include "net/winograd.h"

#include <oneapi/dnnl/dnnl.h>
#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#    include <omp.h>
#endif

#include "base/alloc.h"
#include "net/winograd_points.h"
#include "net/winograd_tile.h"

#define BLOCK 64 /* tiles, at most */

/* Between the points of a block, so that they do not all fall into the same places of
 * the cache. */
#define PAD 16

struct spt_winograd {
    struct spt_winograd_tiling tiling;
    size_t block;    /* tiles of a block */
    int threads;     /* that there is scratch memory for */
    float *kernels;  /* [point][in][out] */
    float *gradient; /* of the kernels, the same; training only */
    float *biases;
};

/* Tiles [first, first + count). */
struct block {
    size_t first, count;
};

bool
spt_winograd_pays(const struct spt_conv_shape *shape)
{
    struct spt_winograd_tiling tiling;
    double direct, points;

    if (shape->kernel < 3 || shape->kernel > 5 || shape->in_channels % SPT_LANES != 0 ||
        shape->out_channels % SPT_LANES != 0 || shape->in_channels < 16 ||
        shape->out_channels < 16)
        return false;
    tiling = spt_winograd_tile_plan(shape);
    direct = (double)(shape->height - shape->kernel + 1) *
             (shape->width - shape->kernel + 1) * shape->kernel * shape->kernel;
    points = (double)SPT_PLANE * tiling.down * tiling.across;
    return direct > 2 * points; /* the transformations want their share, too */
}

/* All but the memory. */
static struct spt_winograd
plan(const struct spt_conv_shape *shape)
{
    struct spt_winograd winograd = {.tiling = spt_winograd_tile_plan(shape)};

    winograd.block = winograd.tiling.count < BLOCK ? winograd.tiling.count : BLOCK;
#ifdef _OPENMP
    winograd.threads = omp_get_max_threads();
#else
    winograd.threads = 1;
#endif
    return winograd;
}

/* Values of the kernels at all points. */
static size_t
kernel_floats(const struct spt_conv_shape *shape)
{
    return (size_t)SPT_PLANE * shape->in_channels * shape->out_channels;
}

size_t
spt_winograd_memory(const struct spt_conv_shape *shape, size_t *scratch)
{
    const struct spt_winograd winograd = plan(shape);

    *scratch = spt_winograd_scratch(&winograd);
    return sizeof(float) * kernel_floats(shape) * (shape->weight_gradient ? 2 : 1);
}

enum septum_status
spt_winograd_create(const struct spt_conv_shape *shape, struct spt_winograd **out,
                    struct septum_error *err)
{
    size_t kernels = kernel_floats(shape);
    struct spt_winograd *winograd = spt_alloc_array(1, sizeof *winograd);

    *out = NULL;
    if (winograd == NULL)
        return spt_fail_memory(err, "convolution", sizeof *winograd);
    *winograd = plan(shape);
    winograd->kernels = spt_alloc_aligned(kernels, sizeof(float));
    winograd->gradient =
        spt_alloc_aligned(shape->weight_gradient ? kernels : 0, sizeof(float));
    winograd->biases = spt_alloc_aligned(shape->out_channels, sizeof(float));
    if (winograd->kernels == NULL || winograd->gradient == NULL ||
        winograd->biases == NULL) {
        spt_winograd_free(winograd);
        return spt_fail_memory(err, "convolution", 2 * kernels * sizeof(float));
    }
    *out = winograd;
    return SEPTUM_OK;
}

void
spt_winograd_free(struct spt_winograd *winograd)
{
    if (winograd == NULL)
        return;
    free(winograd->kernels);
    free(winograd->gradient);
    free(winograd->biases);
    free(winograd);
}

/* Values from one point of a block to the next. */
static size_t
point_stride(const struct spt_winograd *winograd, uint32_t channels)
{
    return winograd->block * channels + PAD;
}

static size_t
block_floats(const struct spt_winograd *winograd)
{
    const struct spt_conv_shape *shape = &winograd->tiling.shape;

    return SPT_PLANE * (point_stride(winograd, shape->in_channels) +
                        point_stride(winograd, shape->out_channels));
}

/* Forward every thread has a block of its own; backward they share one, and the tiles
 * of its input gradient. */
size_t
spt_winograd_scratch(const struct spt_winograd *winograd)
{
    size_t own = (size_t)winograd->threads * block_floats(winograd);
    size_t shared = block_floats(winograd) +
                    winograd->block * SPT_PLANE * winograd->tiling.shape.in_channels;

    return sizeof(float) * (own > shared ? own : shared);
}

void
spt_winograd_load(struct spt_winograd *winograd, const float *weights,
                  const float *biases)
{
    memcpy(winograd->biases, biases,
           winograd->tiling.shape.out_channels * sizeof *biases);
#pragma omp parallel for schedule(static)
    for (uint32_t in = 0; in < winograd->tiling.shape.in_channels; in++)
        spt_winograd_tile_load(&winograd->tiling, weights, in, winograd->kernels);
}

/* ---- forward --------------------------------------------------------------------- */

static struct block
block_at(const struct spt_winograd *winograd, size_t first)
{
    size_t left = winograd->tiling.count - first;

    return (struct block){first, left < winograd->block ? left : winograd->block};
}

/* One block by one thread, whose scratch memory it is. */
static dnnl_status_t
convolve_block(const struct spt_winograd *winograd, struct block block, const void *in,
               void *out, float *scratch)
{
    uint32_t ins = winograd->tiling.shape.in_channels;
    uint32_t outs = winograd->tiling.shape.out_channels;
    size_t in_stride = point_stride(winograd, ins);
    size_t out_stride = point_stride(winograd, outs);
    float *found = scratch + SPT_PLANE * in_stride;
    dnnl_status_t status = dnnl_success;

    for (size_t t = 0; t < block.count; t++)
        spt_winograd_tile_inputs(&winograd->tiling, block.first + t, in,
                                 scratch + t * ins, in_stride);
    for (size_t q = 0; q < SPT_PLANE && status == dnnl_success; q++)
        status =
            dnnl_sgemm('N', 'N', (dnnl_dim_t)block.count, outs, ins, 1,
                       scratch + q * in_stride, ins, winograd->kernels + q * ins * outs,
                       outs, 0, found + q * out_stride, outs);
    for (size_t t = 0; t < block.count; t++)
        spt_winograd_tile_restore_outputs(&winograd->tiling, block.first + t,
                                          found + t * outs, out_stride,
                                          winograd->biases, out);
    return status;
}

static int
thread_number(void)
{
#ifdef _OPENMP
    return omp_get_thread_num();
#else
    return 0;
#endif
}

static enum septum_status
report(const char *what, dnnl_status_t status, struct septum_error *err)
{
    return status == dnnl_success ? SEPTUM_OK : spt_fail_engine(err, what, status);
}

enum septum_status
spt_winograd_forward(const struct spt_winograd *winograd, const void *in, void *out,
                     float *scratch, struct septum_error *err)
{
    size_t own = block_floats(winograd);
    unsigned status = dnnl_success;
    const int threads = winograd->threads;

    (void)threads; /* unused without OpenMP */
#pragma omp parallel for schedule(static) num_threads(threads) reduction(| : status)
    for (size_t first = 0; first < winograd->tiling.count; first += winograd->block)
        status |= convolve_block(winograd, block_at(winograd, first), in, out,
                                 scratch + (size_t)thread_number() * own);
    return report("convolution", status, err);
}

/* ---- backward -------------------------------------------------------------------- */

/* Where the parts of a block lie in the scratch memory. */
struct parts {
    float *in, *out, *tiles;
    size_t in_stride, out_stride;
};

static struct parts
share_scratch(const struct spt_winograd *winograd, float *scratch)
{
    struct parts parts = {
        .in_stride = point_stride(winograd, winograd->tiling.shape.in_channels),
        .out_stride = point_stride(winograd, winograd->tiling.shape.out_channels),
    };

    parts.in = scratch;
    parts.out = parts.in + SPT_PLANE * parts.in_stride;
    parts.tiles = parts.out + SPT_PLANE * parts.out_stride;
    return parts;
}

/* The gradient of the kernels gains what a block contributes. */
static dnnl_status_t
add_block(const struct spt_winograd *winograd, struct block block, const void *in,
          const void *out_gradient, const struct parts *parts)
{
    uint32_t ins = winograd->tiling.shape.in_channels;
    uint32_t outs = winograd->tiling.shape.out_channels;
    float before = block.first > 0 ? 1 : 0;
    unsigned status = dnnl_success;

#pragma omp parallel for schedule(static)
    for (size_t t = 0; t < block.count; t++) {
        spt_winograd_tile_inputs(&winograd->tiling, block.first + t, in,
                                 parts->in + t * ins, parts->in_stride);
        spt_winograd_tile_outputs(&winograd->tiling, block.first + t, out_gradient,
                                  parts->out + t * outs, parts->out_stride);
    }
#pragma omp parallel for schedule(static) reduction(| : status)
    for (size_t q = 0; q < SPT_PLANE; q++)
        status |= dnnl_sgemm('T', 'N', ins, outs, (dnnl_dim_t)block.count, 1,
                             parts->in + q * parts->in_stride, ins,
                             parts->out + q * parts->out_stride, outs, before,
                             winograd->gradient + q * ins * outs, outs);
    return status;
}

enum septum_status
spt_winograd_backward_weights(const struct spt_winograd *winograd, const void *in,
                              const void *out_gradient, float *weight_gradient,
                              float *bias_gradient, float *scratch,
                              struct septum_error *err)
{
    uint32_t outs = winograd->tiling.shape.out_channels;
    struct parts parts = share_scratch(winograd, scratch);
    /* At the point (1, 1) is the sum of a tile's values. */
    const float *sums = parts.out + (SPT_POINTS + 1) * parts.out_stride;
    dnnl_status_t status = dnnl_success;

    memset(bias_gradient, 0, outs * sizeof *bias_gradient);
    for (size_t first = 0; first < winograd->tiling.count && status == dnnl_success;
         first += winograd->block) {
        struct block block = block_at(winograd, first);

        status = add_block(winograd, block, in, out_gradient, &parts);
        for (size_t t = 0; t < block.count; t++)
            for (uint32_t c = 0; c < outs; c++)
                bias_gradient[c] += sums[t * outs + c];
    }
#pragma omp parallel for schedule(static)
    for (uint32_t i = 0; i < winograd->tiling.shape.in_channels; i++)
        spt_winograd_tile_unload(&winograd->tiling, winograd->gradient, i,
                                 weight_gradient);
    return report("weight gradient", status, err);
}

/* Find the input gradient of each tile of a block. */
static dnnl_status_t
find_tiles(const struct spt_winograd *winograd, struct block block,
           const void *out_gradient, const struct parts *parts)
{
    uint32_t ins = winograd->tiling.shape.in_channels;
    uint32_t outs = winograd->tiling.shape.out_channels;
    unsigned status = dnnl_success;

#pragma omp parallel for schedule(static)
    for (size_t t = 0; t < block.count; t++)
        spt_winograd_tile_outputs(&winograd->tiling, block.first + t, out_gradient,
                                  parts->out + t * outs, parts->out_stride);
#pragma omp parallel for schedule(static) reduction(| : status)
    for (size_t q = 0; q < SPT_PLANE; q++)
        status |= dnnl_sgemm('N', 'T', (dnnl_dim_t)block.count, ins, outs, 1,
                             parts->out + q * parts->out_stride, outs,
                             winograd->kernels + q * ins * outs, outs, 0,
                             parts->in + q * parts->in_stride, ins);
#pragma omp parallel for schedule(static)
    for (size_t t = 0; t < block.count; t++)
        spt_winograd_tile_restore_inputs(&winograd->tiling, parts->in + t * ins,
                                         parts->in_stride,
                                         parts->tiles + t * SPT_PLANE * ins);
    return status;
}

/* Tiles overlap: rows are shared out, so that no two threads add to one pixel. */
static void
add_tiles(const struct spt_winograd *winograd, struct block block, const float *at,
          void *in_gradient)
{
    const struct spt_winograd_tiling *tiling = &winograd->tiling;
    const struct spt_winograd_tiles tiles = {block.first, block.count, at};
    uint32_t height = tiling->shape.height;
    size_t in_image = (size_t)tiling->down * tiling->across;
    size_t first = block.first / in_image * height;
    size_t end = ((block.first + block.count - 1) / in_image + 1) * height;

#pragma omp parallel for schedule(static)
    for (size_t row = first; row < end; row++)
        spt_winograd_tile_add(tiling, &tiles, row / height, (uint32_t)(row % height),
                              in_gradient);
}

enum septum_status
spt_winograd_backward_data(const struct spt_winograd *winograd,
                           const void *out_gradient, void *in_gradient, float *scratch,
                           struct septum_error *err)
{
    const struct spt_conv_shape *shape = &winograd->tiling.shape;
    struct parts parts = share_scratch(winograd, scratch);
    dnnl_status_t status = dnnl_success;

    memset(in_gradient, 0,
           (size_t)shape->batch * shape->height * shape->width * shape->in_channels *
               spt_precision_bytes(shape->precision));
    for (size_t first = 0; first < winograd->tiling.count && status == dnnl_success;
         first += winograd->block) {
        struct block block = block_at(winograd, first);

        status = find_tiles(winograd, block, out_gradient, &parts);
        add_tiles(winograd, block, parts.tiles, in_gradient);
    }
    return report("data gradient", status, err);
}
