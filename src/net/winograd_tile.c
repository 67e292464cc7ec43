/*
 * winograd_tile.c - see winograd_tile.h.
 */
#include "net/winograd_tile.h"

#include "base/whole.h"
#include "net/winograd_points.h"

struct spt_winograd_tiling
spt_winograd_tile_plan(const struct spt_conv_shape *shape)
{
    struct spt_winograd_tiling tiling = {.shape = *shape,
                                         .m = SPT_POINTS + 1 - shape->kernel};

    tiling.down = spt_divide_up(shape->height - shape->kernel + 1, tiling.m);
    tiling.across = spt_divide_up(shape->width - shape->kernel + 1, tiling.m);
    tiling.count = (size_t)shape->batch * tiling.down * tiling.across;
    return tiling;
}

/* ---- kernels --------------------------------------------------------------------- */

/* Eight output channels of the kernels of one input channel. */
static SPT_INLINE void
transform_kernel(const struct spt_winograd_tiling *tiling, const float *weights,
                 uint32_t in, uint32_t out, size_t size, float *kernels)
{
    const struct spt_conv_shape *shape = &tiling->shape;
    size_t area = size * size, per_out = area * shape->in_channels;
    size_t stride = (size_t)shape->in_channels * shape->out_channels;
    float *to = kernels + (size_t)in * shape->out_channels + out;
    spt_lanes values[25], half[SPT_POINTS * 5], points[SPT_POINTS];

    for (size_t k = 0; k < area; k++)
        for (size_t lane = 0; lane < SPT_LANES; lane++)
            values[k][lane] = weights[(out + lane) * per_out + in * area + k];
    for (size_t x = 0; x < size; x++)
        spt_points_of_kernel(values + x, size, half + x, size, size);
    for (size_t y = 0; y < SPT_POINTS; y++) {
        spt_points_of_kernel(half + y * size, 1, points, 1, size);
        for (size_t x = 0; x < SPT_POINTS; x++)
            spt_lanes_store(&points[x], to, (y * SPT_POINTS + x) * stride,
                            SPT_PRECISION_F32);
    }
}

SPT_CLONES void
spt_winograd_tile_load(const struct spt_winograd_tiling *tiling, const float *weights,
                       uint32_t in, float *kernels)
{
    for (uint32_t out = 0; out < tiling->shape.out_channels; out += SPT_LANES) {
        if (tiling->shape.kernel == 3)
            transform_kernel(tiling, weights, in, out, 3, kernels);
        else if (tiling->shape.kernel == 4)
            transform_kernel(tiling, weights, in, out, 4, kernels);
        else
            transform_kernel(tiling, weights, in, out, 5, kernels);
    }
}

/* The same way back, for the gradient. */
static SPT_INLINE void
gather_kernel(const struct spt_winograd_tiling *tiling, const float *kernels,
              uint32_t in, uint32_t out, size_t size, float *weights)
{
    const struct spt_conv_shape *shape = &tiling->shape;
    size_t area = size * size, per_out = area * shape->in_channels;
    size_t stride = (size_t)shape->in_channels * shape->out_channels;
    const float *from = kernels + (size_t)in * shape->out_channels + out;
    spt_lanes points[SPT_POINTS], half[SPT_POINTS * 5], values[25];

    for (size_t y = 0; y < SPT_POINTS; y++) {
        for (size_t x = 0; x < SPT_POINTS; x++)
            spt_lanes_load(&points[x], from, (y * SPT_POINTS + x) * stride,
                           SPT_PRECISION_F32);
        spt_kernel_of_points(points, 1, half + y * size, 1, size);
    }
    for (size_t x = 0; x < size; x++)
        spt_kernel_of_points(half + x, size, values + x, size, size);
    for (size_t k = 0; k < area; k++)
        for (size_t lane = 0; lane < SPT_LANES; lane++)
            weights[(out + lane) * per_out + in * area + k] = values[k][lane];
}

SPT_CLONES void
spt_winograd_tile_unload(const struct spt_winograd_tiling *tiling, const float *kernels,
                         uint32_t in, float *weights)
{
    for (uint32_t out = 0; out < tiling->shape.out_channels; out += SPT_LANES) {
        if (tiling->shape.kernel == 3)
            gather_kernel(tiling, kernels, in, out, 3, weights);
        else if (tiling->shape.kernel == 4)
            gather_kernel(tiling, kernels, in, out, 4, weights);
        else
            gather_kernel(tiling, kernels, in, out, 5, weights);
    }
}

/* ---- tiles ----------------------------------------------------------------------- */

/* A tile's place: the first of its pixels in the images, and how many there are. */
struct place {
    size_t pixel;
    uint32_t width, rows, columns; /* of the image; inside it */
};

static SPT_INLINE struct place
find_tile(const struct spt_winograd_tiling *tiling, size_t tile, bool of_inputs)
{
    const struct spt_conv_shape *shape = &tiling->shape;
    uint32_t border = of_inputs ? 0 : shape->kernel - 1;
    uint32_t side = of_inputs ? SPT_POINTS : tiling->m;
    uint32_t height = shape->height - border, width = shape->width - border;
    uint32_t x = (uint32_t)(tile % tiling->across) * tiling->m;
    uint32_t y = (uint32_t)(tile / tiling->across % tiling->down) * tiling->m;
    size_t image = tile / ((size_t)tiling->across * tiling->down);

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
inputs_to_points(const struct spt_winograd_tiling *tiling, size_t tile, const void *in,
                 float *to, size_t stride, enum spt_precision precision)
{
    uint32_t channels = tiling->shape.in_channels;
    struct place place = find_tile(tiling, tile, true);

    for (uint32_t c = 0; c < channels; c += SPT_LANES) {
        spt_lanes values[SPT_PLANE], points[SPT_POINTS];

        load_tile(&place, SPT_POINTS, in, channels, c, precision, values);
        for (size_t x = 0; x < SPT_POINTS; x++)
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
points_to_inputs(const struct spt_winograd_tiling *tiling, const float *from,
                 size_t stride, float *to)
{
    uint32_t channels = tiling->shape.in_channels;

    for (uint32_t c = 0; c < channels; c += SPT_LANES) {
        spt_lanes values[SPT_PLANE], line[SPT_POINTS];

        for (size_t q = 0; q < SPT_PLANE; q++)
            spt_lanes_load(&values[q], from, q * stride + c, SPT_PRECISION_F32);
        for (size_t x = 0; x < SPT_POINTS; x++)
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
outputs_to_points(const struct spt_winograd_tiling *tiling, size_t tile,
                  const void *out, float *to, size_t stride, size_t m,
                  enum spt_precision precision)
{
    uint32_t channels = tiling->shape.out_channels;
    struct place place = find_tile(tiling, tile, false);

    for (uint32_t c = 0; c < channels; c += SPT_LANES) {
        spt_lanes values[36], half[SPT_POINTS * 6], points[SPT_POINTS];

        load_tile(&place, (uint32_t)m, out, channels, c, precision, values);
        for (size_t x = 0; x < m; x++)
            spt_points_of_outputs(values + x, m, half + x, m, m);
        for (size_t y = 0; y < SPT_POINTS; y++) {
            spt_points_of_outputs(half + y * m, 1, points, 1, m);
            for (size_t x = 0; x < SPT_POINTS; x++)
                spt_lanes_store(&points[x], to, (y * SPT_POINTS + x) * stride + c,
                                SPT_PRECISION_F32);
        }
    }
}

static SPT_INLINE void
points_to_outputs(const struct spt_winograd_tiling *tiling, size_t tile,
                  const float *from, size_t stride, const float *biases, void *out,
                  size_t m, enum spt_precision precision)
{
    uint32_t channels = tiling->shape.out_channels;
    struct place place = find_tile(tiling, tile, false);

    for (uint32_t c = 0; c < channels; c += SPT_LANES) {
        spt_lanes points[SPT_PLANE], half[6 * SPT_POINTS], line[6], bias;

        for (size_t q = 0; q < SPT_PLANE; q++)
            spt_lanes_load(&points[q], from, q * stride + c, SPT_PRECISION_F32);
        spt_lanes_load(&bias, biases, c, SPT_PRECISION_F32);
        for (size_t x = 0; x < SPT_POINTS; x++)
            spt_outputs_of_points(points + x, SPT_POINTS, half + x, SPT_POINTS, m);
        for (size_t y = 0; y < place.rows; y++) {
            spt_outputs_of_points(half + y * SPT_POINTS, 1, line, 1, m);
            for (size_t x = 0; x < m && x < place.columns; x++) {
                line[x] += bias;
                if (tiling->shape.relu)
                    spt_lanes_relu(&line[x]);
                spt_lanes_store(&line[x], out,
                                (place.pixel + y * place.width + x) * channels + c,
                                precision);
            }
        }
    }
}

/* ---- the same, compiled for each size and precision ------------------------------ */

SPT_CLONES void
spt_winograd_tile_inputs(const struct spt_winograd_tiling *tiling, size_t tile,
                         const void *in, float *points, size_t stride)
{
    if (tiling->shape.precision == SPT_PRECISION_F32)
        inputs_to_points(tiling, tile, in, points, stride, SPT_PRECISION_F32);
    else
        inputs_to_points(tiling, tile, in, points, stride, SPT_PRECISION_BF16);
}

SPT_CLONES void
spt_winograd_tile_restore_inputs(const struct spt_winograd_tiling *tiling,
                                 const float *points, size_t stride, float *tile)
{
    points_to_inputs(tiling, points, stride, tile);
}

#define FOR_EACH_SIZE(call, precision)                                                 \
    if (tiling->m == 4)                                                                \
        call(4, precision);                                                            \
    else if (tiling->m == 5)                                                           \
        call(5, precision);                                                            \
    else                                                                               \
        call(6, precision)

#define TRANSFORM(m, precision)                                                        \
    outputs_to_points(tiling, tile, out_gradient, points, stride, m, precision)
#define RESTORE(m, precision)                                                          \
    points_to_outputs(tiling, tile, points, stride, biases, out, m, precision)

SPT_CLONES void
spt_winograd_tile_outputs(const struct spt_winograd_tiling *tiling, size_t tile,
                          const void *out_gradient, float *points, size_t stride)
{
    if (tiling->shape.precision == SPT_PRECISION_F32) {
        FOR_EACH_SIZE(TRANSFORM, SPT_PRECISION_F32);
    } else {
        FOR_EACH_SIZE(TRANSFORM, SPT_PRECISION_BF16);
    }
}

SPT_CLONES void
spt_winograd_tile_restore_outputs(const struct spt_winograd_tiling *tiling, size_t tile,
                                  const float *points, size_t stride,
                                  const float *biases, void *out)
{
    if (tiling->shape.float_out || tiling->shape.precision == SPT_PRECISION_F32) {
        FOR_EACH_SIZE(RESTORE, SPT_PRECISION_F32);
    } else {
        FOR_EACH_SIZE(RESTORE, SPT_PRECISION_BF16);
    }
}

/* ---- overlapping tiles ----------------------------------------------------------- */

static SPT_INLINE void
add_row(const struct spt_winograd_tiling *tiling,
        const struct spt_winograd_tiles *tiles, size_t image, uint32_t y,
        void *in_gradient, enum spt_precision precision)
{
    const struct spt_conv_shape *shape = &tiling->shape;
    uint32_t channels = shape->in_channels, m = tiling->m, width = shape->width;
    uint32_t least = y < SPT_POINTS ? 0 : (y - SPT_POINTS) / m + 1;
    size_t row = (image * shape->height + y) * width;

    for (uint32_t down = least; down < tiling->down && down * m <= y; down++)
        for (uint32_t across = 0; across < tiling->across; across++) {
            size_t tile = (image * tiling->down + down) * tiling->across + across;
            uint32_t x = across * m;
            uint32_t columns = width - x < SPT_POINTS ? width - x : SPT_POINTS;
            size_t to = (row + x) * channels;
            size_t line = (size_t)(y - down * m) * SPT_POINTS;
            const float *from;

            if (tile < tiles->first || tile >= tiles->first + tiles->count)
                continue;
            from = tiles->at + ((tile - tiles->first) * SPT_PLANE + line) * channels;
            for (size_t i = 0; i < (size_t)columns * channels; i++)
                spt_store(in_gradient, to + i, precision,
                          spt_load(in_gradient, to + i, precision) + from[i]);
        }
}

SPT_CLONES void
spt_winograd_tile_add(const struct spt_winograd_tiling *tiling,
                      const struct spt_winograd_tiles *tiles, size_t image, uint32_t y,
                      void *in_gradient)
{
    if (tiling->shape.precision == SPT_PRECISION_F32)
        add_row(tiling, tiles, image, y, in_gradient, SPT_PRECISION_F32);
    else
        add_row(tiling, tiles, image, y, in_gradient, SPT_PRECISION_BF16);
}
