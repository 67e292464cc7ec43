/*
 * winograd.c - see winograd.h, and winograd_tile.h for the arithmetic.
 *
 * Outputs are cut into tiles, and tiles taken in blocks.  The values of a block at each
 * of the 64 points of the plane are a matrix [tile][channel], the kernels' another,
 * [input channel][output channel], and the multiplications are 64 matrix products.  A
 * block is of a size that stays in the cache between its steps.
 */
#include "net/winograd.h"

#include <oneapi/dnnl/dnnl.h>
#include <stdlib.h>
#ifdef _OPENMP
#    include <omp.h>
#endif

#include "base/alloc.h"
#include "net/winograd_tile.h"

#define PLANE (SPT_POINTS * SPT_POINTS)
#define BLOCK 64 /* tiles, at most */

/* Between the points of a block, so that they do not all fall into the same places of
 * the cache. */
#define PAD 16

struct spt_winograd {
    struct spt_conv_shape shape;
    uint32_t m;      /* outputs a side of a tile */
    uint32_t down;   /* tiles in a column of tiles */
    uint32_t across; /* tiles in a row of tiles */
    size_t tiles;    /* in all images */
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

static uint32_t
tile_side(const struct spt_conv_shape *shape)
{
    return SPT_POINTS + 1 - shape->kernel;
}

static uint32_t
divide_up(uint32_t value, uint32_t by)
{
    return (value + by - 1) / by;
}

bool
spt_winograd_pays(const struct spt_conv_shape *shape)
{
    uint32_t height, width, m;
    double direct, points;

    if (shape->kernel < 3 || shape->kernel > 5 || shape->in_channels % SPT_LANES != 0 ||
        shape->out_channels % SPT_LANES != 0 || shape->in_channels < 16 ||
        shape->out_channels < 16)
        return false;
    height = shape->height - shape->kernel + 1;
    width = shape->width - shape->kernel + 1;
    m = tile_side(shape);
    direct = (double)height * width * shape->kernel * shape->kernel;
    points = (double)divide_up(height, m) * divide_up(width, m) * PLANE;
    return direct > 2 * points; /* the transformations want their share, too */
}

/* All but the memory. */
static struct spt_winograd
plan(const struct spt_conv_shape *shape)
{
    struct spt_winograd winograd = {.shape = *shape, .m = tile_side(shape)};

    winograd.down = divide_up(shape->height - shape->kernel + 1, winograd.m);
    winograd.across = divide_up(shape->width - shape->kernel + 1, winograd.m);
    winograd.tiles = (size_t)shape->batch * winograd.down * winograd.across;
    winograd.block = winograd.tiles < BLOCK ? winograd.tiles : BLOCK;
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
    return (size_t)PLANE * shape->in_channels * shape->out_channels;
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
    const struct spt_conv_shape *shape = &winograd->shape;

    return PLANE * (point_stride(winograd, shape->in_channels) +
                    point_stride(winograd, shape->out_channels));
}

/* Forward every thread has a block of its own; backward they share one, and the tiles
 * of its input gradient. */
size_t
spt_winograd_scratch(const struct spt_winograd *winograd)
{
    size_t own = (size_t)winograd->threads * block_floats(winograd);
    size_t shared =
        block_floats(winograd) + winograd->block * PLANE * winograd->shape.in_channels;

    return sizeof(float) * (own > shared ? own : shared);
}

/* ---- kernels --------------------------------------------------------------------- */

/* Eight output channels of the kernels of one input channel. */
static SPT_INLINE void
transform_kernel(const struct spt_winograd *winograd, const float *weights, uint32_t in,
                 uint32_t out, int size)
{
    const struct spt_conv_shape *shape = &winograd->shape;
    size_t area = (size_t)(size * size), per_out = area * shape->in_channels;
    size_t stride = (size_t)shape->in_channels * shape->out_channels;
    float *to = winograd->kernels + (size_t)in * shape->out_channels + out;
    spt_lanes values[25], half[SPT_POINTS * 5], points[SPT_POINTS];

    for (size_t k = 0; k < area; k++)
        for (size_t lane = 0; lane < SPT_LANES; lane++)
            values[k][lane] = weights[(out + lane) * per_out + in * area + k];
    for (int x = 0; x < size; x++)
        spt_points_of_kernel(values + x, (size_t)size, half + x, (size_t)size, size);
    for (size_t y = 0; y < SPT_POINTS; y++) {
        spt_points_of_kernel(half + y * (size_t)size, 1, points, 1, size);
        for (size_t x = 0; x < SPT_POINTS; x++)
            spt_lanes_store(&points[x], to, (y * SPT_POINTS + x) * stride,
                            SPT_PRECISION_F32);
    }
}

SPT_CLONES static void
transform_kernels(const struct spt_winograd *winograd, const float *weights,
                  uint32_t in)
{
    for (uint32_t out = 0; out < winograd->shape.out_channels; out += SPT_LANES) {
        if (winograd->shape.kernel == 3)
            transform_kernel(winograd, weights, in, out, 3);
        else if (winograd->shape.kernel == 4)
            transform_kernel(winograd, weights, in, out, 4);
        else
            transform_kernel(winograd, weights, in, out, 5);
    }
}

void
spt_winograd_load(struct spt_winograd *winograd, const float *weights,
                  const float *biases)
{
    memcpy(winograd->biases, biases, winograd->shape.out_channels * sizeof *biases);
#pragma omp parallel for schedule(static)
    for (uint32_t in = 0; in < winograd->shape.in_channels; in++)
        transform_kernels(winograd, weights, in);
}

/* The same way back, for the gradient. */
static SPT_INLINE void
gather_kernel(const struct spt_winograd *winograd, float *weights, uint32_t in,
              uint32_t out, int size)
{
    const struct spt_conv_shape *shape = &winograd->shape;
    size_t area = (size_t)(size * size), per_out = area * shape->in_channels;
    size_t stride = (size_t)shape->in_channels * shape->out_channels;
    const float *from = winograd->gradient + (size_t)in * shape->out_channels + out;
    spt_lanes points[SPT_POINTS], half[SPT_POINTS * 5], values[25];

    for (size_t y = 0; y < SPT_POINTS; y++) {
        for (size_t x = 0; x < SPT_POINTS; x++)
            spt_lanes_load(&points[x], from, (y * SPT_POINTS + x) * stride,
                           SPT_PRECISION_F32);
        spt_kernel_of_points(points, 1, half + y * (size_t)size, 1, size);
    }
    for (int x = 0; x < size; x++)
        spt_kernel_of_points(half + x, (size_t)size, values + x, (size_t)size, size);
    for (size_t k = 0; k < area; k++)
        for (size_t lane = 0; lane < SPT_LANES; lane++)
            weights[(out + lane) * per_out + in * area + k] = values[k][lane];
}

SPT_CLONES static void
gather_kernels(const struct spt_winograd *winograd, float *weights, uint32_t in)
{
    for (uint32_t out = 0; out < winograd->shape.out_channels; out += SPT_LANES) {
        if (winograd->shape.kernel == 3)
            gather_kernel(winograd, weights, in, out, 3);
        else if (winograd->shape.kernel == 4)
            gather_kernel(winograd, weights, in, out, 4);
        else
            gather_kernel(winograd, weights, in, out, 5);
    }
}

/* ---- tiles ----------------------------------------------------------------------- */

/* A tile's place: the first of its pixels in the images, and how many there are. */
struct place {
    size_t pixel;
    uint32_t width, rows, columns; /* of the image; inside it */
};

static SPT_INLINE struct place
find_tile(const struct spt_winograd *winograd, size_t tile, bool of_inputs)
{
    const struct spt_conv_shape *shape = &winograd->shape;
    uint32_t border = of_inputs ? 0 : shape->kernel - 1;
    uint32_t side = of_inputs ? SPT_POINTS : winograd->m;
    uint32_t height = shape->height - border, width = shape->width - border;
    uint32_t x = (uint32_t)(tile % winograd->across) * winograd->m;
    uint32_t y = (uint32_t)(tile / winograd->across % winograd->down) * winograd->m;
    size_t image = tile / ((size_t)winograd->across * winograd->down);

    return (struct place){
        .pixel = (image * height + y) * width + x,
        .width = width,
        .rows = height - y < side ? height - y : side,
        .columns = width - x < side ? width - x : side,
    };
}

/* Eight channels of a tile of `side` x `side` pixels; 0 outside the image. */
static SPT_INLINE void
load_tile(const struct place *place, uint32_t side, const void *from, uint32_t channels,
          uint32_t channel, enum spt_precision precision, spt_lanes *tile)
{
    for (uint32_t y = 0; y < side; y++)
        for (uint32_t x = 0; x < side; x++) {
            size_t pixel = place->pixel + (size_t)y * place->width + x;

            if (y < place->rows && x < place->columns)
                spt_lanes_load(&tile[y * side + x], from, pixel * channels + channel,
                               precision);
            else
                tile[y * side + x] = (spt_lanes){0};
        }
}

static SPT_INLINE void
inputs_to_points(const struct spt_winograd *winograd, const void *in, size_t tile,
                 float *to, size_t stride, enum spt_precision precision)
{
    uint32_t channels = winograd->shape.in_channels;
    struct place place = find_tile(winograd, tile, true);

    for (uint32_t c = 0; c < channels; c += SPT_LANES) {
        spt_lanes values[PLANE], points[SPT_POINTS];

        load_tile(&place, SPT_POINTS, in, channels, c, precision, values);
        for (int x = 0; x < SPT_POINTS; x++)
            spt_points_of_inputs(values + x, SPT_POINTS, values + x, SPT_POINTS);
        for (size_t y = 0; y < SPT_POINTS; y++) {
            spt_points_of_inputs(values + y * SPT_POINTS, 1, points, 1);
            for (size_t x = 0; x < SPT_POINTS; x++)
                spt_lanes_store(&points[x], to, (y * SPT_POINTS + x) * stride + c,
                                SPT_PRECISION_F32);
        }
    }
}

static SPT_INLINE void
points_to_inputs(const struct spt_winograd *winograd, const float *from, size_t stride,
                 float *to)
{
    uint32_t channels = winograd->shape.in_channels;

    for (uint32_t c = 0; c < channels; c += SPT_LANES) {
        spt_lanes values[PLANE], line[SPT_POINTS];

        for (size_t q = 0; q < PLANE; q++)
            spt_lanes_load(&values[q], from, q * stride + c, SPT_PRECISION_F32);
        for (int x = 0; x < SPT_POINTS; x++)
            spt_inputs_of_points(values + x, SPT_POINTS, values + x, SPT_POINTS);
        for (size_t y = 0; y < SPT_POINTS; y++) {
            spt_inputs_of_points(values + y * SPT_POINTS, 1, line, 1);
            for (size_t x = 0; x < SPT_POINTS; x++)
                spt_lanes_store(&line[x], to, (y * SPT_POINTS + x) * channels + c,
                                SPT_PRECISION_F32);
        }
    }
}

static SPT_INLINE void
outputs_to_points(const struct spt_winograd *winograd, const void *out, size_t tile,
                  float *to, size_t stride, int m, enum spt_precision precision)
{
    uint32_t channels = winograd->shape.out_channels;
    size_t side = (size_t)m;
    struct place place = find_tile(winograd, tile, false);

    for (uint32_t c = 0; c < channels; c += SPT_LANES) {
        spt_lanes values[36], half[SPT_POINTS * 6], points[SPT_POINTS];

        load_tile(&place, (uint32_t)m, out, channels, c, precision, values);
        for (int x = 0; x < m; x++)
            spt_points_of_outputs(values + x, side, half + x, side, m);
        for (size_t y = 0; y < SPT_POINTS; y++) {
            spt_points_of_outputs(half + y * side, 1, points, 1, m);
            for (size_t x = 0; x < SPT_POINTS; x++)
                spt_lanes_store(&points[x], to, (y * SPT_POINTS + x) * stride + c,
                                SPT_PRECISION_F32);
        }
    }
}

static SPT_INLINE void
points_to_outputs(const struct spt_winograd *winograd, const float *from, size_t stride,
                  size_t tile, void *out, int m, enum spt_precision precision)
{
    uint32_t channels = winograd->shape.out_channels;
    size_t side = (size_t)m;
    struct place place = find_tile(winograd, tile, false);

    for (uint32_t c = 0; c < channels; c += SPT_LANES) {
        spt_lanes points[PLANE], half[6 * SPT_POINTS], line[6], bias;

        for (size_t q = 0; q < PLANE; q++)
            spt_lanes_load(&points[q], from, q * stride + c, SPT_PRECISION_F32);
        spt_lanes_load(&bias, winograd->biases, c, SPT_PRECISION_F32);
        for (int x = 0; x < SPT_POINTS; x++)
            spt_outputs_of_points(points + x, SPT_POINTS, half + x, SPT_POINTS, m);
        for (size_t y = 0; y < place.rows; y++) {
            spt_outputs_of_points(half + y * SPT_POINTS, 1, line, 1, m);
            for (size_t x = 0; x < side && x < place.columns; x++) {
                line[x] += bias;
                if (winograd->shape.relu)
                    spt_lanes_relu(&line[x]);
                spt_lanes_store(&line[x], out,
                                (place.pixel + y * place.width + x) * channels + c,
                                precision);
            }
        }
    }
}

/* ---- the same, compiled for each size and precision ------------------------------ */

SPT_CLONES static void
transform_inputs(const struct spt_winograd *winograd, const void *in, size_t tile,
                 float *to, size_t stride)
{
    if (winograd->shape.precision == SPT_PRECISION_F32)
        inputs_to_points(winograd, in, tile, to, stride, SPT_PRECISION_F32);
    else
        inputs_to_points(winograd, in, tile, to, stride, SPT_PRECISION_BF16);
}

SPT_CLONES static void
restore_inputs(const struct spt_winograd *winograd, const float *from, size_t stride,
               float *to)
{
    points_to_inputs(winograd, from, stride, to);
}

#define FOR_EACH_SIZE(call, precision)                                                 \
    if (winograd->m == 4)                                                              \
        call(4, precision);                                                            \
    else if (winograd->m == 5)                                                         \
        call(5, precision);                                                            \
    else                                                                               \
        call(6, precision)

#define TRANSFORM(m, precision)                                                        \
    outputs_to_points(winograd, out, tile, to, stride, m, precision)
#define RESTORE(m, precision)                                                          \
    points_to_outputs(winograd, from, stride, tile, out, m, precision)

SPT_CLONES static void
transform_outputs(const struct spt_winograd *winograd, const void *out, size_t tile,
                  float *to, size_t stride)
{
    if (winograd->shape.precision == SPT_PRECISION_F32) {
        FOR_EACH_SIZE(TRANSFORM, SPT_PRECISION_F32);
    } else {
        FOR_EACH_SIZE(TRANSFORM, SPT_PRECISION_BF16);
    }
}

SPT_CLONES static void
restore_outputs(const struct spt_winograd *winograd, const float *from, size_t stride,
                size_t tile, void *out)
{
    if (winograd->shape.float_out || winograd->shape.precision == SPT_PRECISION_F32) {
        FOR_EACH_SIZE(RESTORE, SPT_PRECISION_F32);
    } else {
        FOR_EACH_SIZE(RESTORE, SPT_PRECISION_BF16);
    }
}

/* ---- forward --------------------------------------------------------------------- */

static struct block
block_at(const struct spt_winograd *winograd, size_t first)
{
    size_t left = winograd->tiles - first;

    return (struct block){first, left < winograd->block ? left : winograd->block};
}

/* One block by one thread, whose scratch memory it is. */
static dnnl_status_t
convolve_block(const struct spt_winograd *winograd, struct block block, const void *in,
               void *out, float *scratch)
{
    uint32_t ins = winograd->shape.in_channels, outs = winograd->shape.out_channels;
    size_t in_stride = point_stride(winograd, ins);
    size_t out_stride = point_stride(winograd, outs);
    float *found = scratch + PLANE * in_stride;
    dnnl_status_t status = dnnl_success;

    for (size_t t = 0; t < block.count; t++)
        transform_inputs(winograd, in, block.first + t, scratch + t * ins, in_stride);
    for (size_t q = 0; q < PLANE && status == dnnl_success; q++)
        status =
            dnnl_sgemm('N', 'N', (dnnl_dim_t)block.count, outs, ins, 1,
                       scratch + q * in_stride, ins, winograd->kernels + q * ins * outs,
                       outs, 0, found + q * out_stride, outs);
    for (size_t t = 0; t < block.count; t++)
        restore_outputs(winograd, found + t * outs, out_stride, block.first + t, out);
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

#pragma omp parallel for schedule(static) num_threads(winograd->threads)               \
    reduction(|                                                                        \
              : status)
    for (size_t first = 0; first < winograd->tiles; first += winograd->block)
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
        .in = scratch,
        .in_stride = point_stride(winograd, winograd->shape.in_channels),
        .out_stride = point_stride(winograd, winograd->shape.out_channels),
    };

    parts.out = parts.in + PLANE * parts.in_stride;
    parts.tiles = parts.out + PLANE * parts.out_stride;
    return parts;
}

/* The gradient of the kernels gains what a block contributes. */
static dnnl_status_t
add_block(const struct spt_winograd *winograd, struct block block, const void *in,
          const void *out_gradient, const struct parts *parts)
{
    uint32_t ins = winograd->shape.in_channels, outs = winograd->shape.out_channels;
    float before = block.first > 0 ? 1 : 0;
    unsigned status = dnnl_success;

#pragma omp parallel for schedule(static)
    for (size_t t = 0; t < block.count; t++) {
        transform_inputs(winograd, in, block.first + t, parts->in + t * ins,
                         parts->in_stride);
        transform_outputs(winograd, out_gradient, block.first + t,
                          parts->out + t * outs, parts->out_stride);
    }
#pragma omp parallel for schedule(static) reduction(| : status)
    for (size_t q = 0; q < PLANE; q++)
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
    uint32_t outs = winograd->shape.out_channels;
    struct parts parts = share_scratch(winograd, scratch);
    /* At the point (1, 1) is the sum of a tile's values. */
    const float *sums = parts.out + (SPT_POINTS + 1) * parts.out_stride;
    dnnl_status_t status = dnnl_success;

    memset(bias_gradient, 0, outs * sizeof *bias_gradient);
    for (size_t first = 0; first < winograd->tiles && status == dnnl_success;
         first += winograd->block) {
        struct block block = block_at(winograd, first);

        status = add_block(winograd, block, in, out_gradient, &parts);
        for (size_t t = 0; t < block.count; t++)
            for (uint32_t c = 0; c < outs; c++)
                bias_gradient[c] += sums[t * outs + c];
    }
#pragma omp parallel for schedule(static)
    for (uint32_t i = 0; i < winograd->shape.in_channels; i++)
        gather_kernels(winograd, weight_gradient, i);
    return report("weight gradient", status, err);
}

/* Find the input gradient of each tile of a block. */
static dnnl_status_t
find_tiles(const struct spt_winograd *winograd, struct block block,
           const void *out_gradient, const struct parts *parts)
{
    uint32_t ins = winograd->shape.in_channels, outs = winograd->shape.out_channels;
    unsigned status = dnnl_success;

#pragma omp parallel for schedule(static)
    for (size_t t = 0; t < block.count; t++)
        transform_outputs(winograd, out_gradient, block.first + t,
                          parts->out + t * outs, parts->out_stride);
#pragma omp parallel for schedule(static) reduction(| : status)
    for (size_t q = 0; q < PLANE; q++)
        status |= dnnl_sgemm('N', 'T', (dnnl_dim_t)block.count, ins, outs, 1,
                             parts->out + q * parts->out_stride, outs,
                             winograd->kernels + q * ins * outs, outs, 0,
                             parts->in + q * parts->in_stride, ins);
#pragma omp parallel for schedule(static)
    for (size_t t = 0; t < block.count; t++)
        restore_inputs(winograd, parts->in + t * ins, parts->in_stride,
                       parts->tiles + t * PLANE * ins);
    return status;
}

/* Add to row `y` of image `image` the rows of those tiles of a block that cover it. */
static SPT_INLINE void
add_row(const struct spt_winograd *winograd, struct block block, const float *tiles,
        size_t image, uint32_t y, void *in_gradient, enum spt_precision precision)
{
    const struct spt_conv_shape *shape = &winograd->shape;
    uint32_t channels = shape->in_channels, m = winograd->m, width = shape->width;
    uint32_t least = y < SPT_POINTS ? 0 : (y - SPT_POINTS) / m + 1;
    size_t row = (image * shape->height + y) * width;

    for (uint32_t down = least; down < winograd->down && down * m <= y; down++)
        for (uint32_t across = 0; across < winograd->across; across++) {
            size_t tile = (image * winograd->down + down) * winograd->across + across;
            uint32_t x = across * m;
            uint32_t columns = width - x < SPT_POINTS ? width - x : SPT_POINTS;
            size_t to = (row + x) * channels;
            const float *from;

            if (tile < block.first || tile >= block.first + block.count)
                continue;
            from =
                tiles +
                ((tile - block.first) * PLANE + (y - down * m) * SPT_POINTS) * channels;
            for (size_t i = 0; i < (size_t)columns * channels; i++)
                spt_store(in_gradient, to + i, precision,
                          spt_load(in_gradient, to + i, precision) + from[i]);
        }
}

SPT_CLONES static void
add_tiles_to_row(const struct spt_winograd *winograd, struct block block,
                 const float *tiles, size_t image, uint32_t y, void *in_gradient)
{
    if (winograd->shape.precision == SPT_PRECISION_F32)
        add_row(winograd, block, tiles, image, y, in_gradient, SPT_PRECISION_F32);
    else
        add_row(winograd, block, tiles, image, y, in_gradient, SPT_PRECISION_BF16);
}

/* Tiles overlap: rows are shared out, so that no two threads add to one pixel. */
static void
add_tiles(const struct spt_winograd *winograd, struct block block, const float *tiles,
          void *in_gradient)
{
    uint32_t height = winograd->shape.height, across = winograd->across;
    size_t first = block.first / across,
           last = (block.first + block.count - 1) / across;
    size_t images = last / winograd->down - first / winograd->down + 1;
    size_t rows = images * height, offset = first / winograd->down * height;

#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < rows; i++)
        add_tiles_to_row(winograd, block, tiles, (offset + i) / height,
                         (uint32_t)((offset + i) % height), in_gradient);
}

enum septum_status
spt_winograd_backward_data(const struct spt_winograd *winograd,
                           const void *out_gradient, void *in_gradient, float *scratch,
                           struct septum_error *err)
{
    const struct spt_conv_shape *shape = &winograd->shape;
    struct parts parts = share_scratch(winograd, scratch);
    dnnl_status_t status = dnnl_success;

    memset(in_gradient, 0,
           (size_t)shape->batch * shape->height * shape->width * shape->in_channels *
               spt_precision_bytes(shape->precision));
    for (size_t first = 0; first < winograd->tiles && status == dnnl_success;
         first += winograd->block) {
        struct block block = block_at(winograd, first);

        status = find_tiles(winograd, block, out_gradient, &parts);
        add_tiles(winograd, block, parts.tiles, in_gradient);
    }
    return report("data gradient", status, err);
}
