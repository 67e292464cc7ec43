/*
 * winograd_tile.h - between images, kernels and weights as they lie in memory, and
 * their values at the 64 points of winograd_points.h.
 *
 * A tile of inputs is 8 x 8 pixels, the tile of outputs that it gives m x m, and the
 * next tiles are m pixels further on; where a tile reaches beyond the image it is 0
 * there.  Values at points are floats, those of one point `stride` apart from those of
 * the next, channels side by side.
 */
#ifndef SEPTUM_NET_WINOGRAD_TILE_H
#define SEPTUM_NET_WINOGRAD_TILE_H

#include "net/conv.h"

struct spt_winograd_tiling {
    struct spt_conv_shape shape; /* channels in whole groups of 8, kernel 3 to 5 */
    uint32_t m;                  /* outputs a side of a tile */
    uint32_t down, across;       /* tiles in a column, and in a row, of an image */
    size_t count;                /* tiles in all images, in reading order */
};

struct spt_winograd_tiling spt_winograd_tile_plan(const struct spt_conv_shape *shape);

/* The weights of input channel `in` at the points, kernels[point][in][out]; and the
 * gradient at the points back into that of the weights. */
void spt_winograd_tile_load(const struct spt_winograd_tiling *tiling,
                            const float *weights, uint32_t in, float *kernels);
void spt_winograd_tile_unload(const struct spt_winograd_tiling *tiling,
                              const float *kernels, uint32_t in, float *weights);

/* The inputs of a tile at the points; and the gradient at the points back into that of
 * the tile's inputs, 8 x 8 pixels. */
void spt_winograd_tile_inputs(const struct spt_winograd_tiling *tiling, size_t tile,
                              const void *in, float *points, size_t stride);
void spt_winograd_tile_restore_inputs(const struct spt_winograd_tiling *tiling,
                                      const float *points, size_t stride, float *tile);

/* The gradient by the outputs of a tile at the points; and the outputs from their
 * values at the points, with biases and, where the shape has it, ReLU. */
void spt_winograd_tile_outputs(const struct spt_winograd_tiling *tiling, size_t tile,
                               const void *out_gradient, float *points, size_t stride);
void spt_winograd_tile_restore_outputs(const struct spt_winograd_tiling *tiling,
                                       size_t tile, const float *points, size_t stride,
                                       const float *biases, void *out);

/* Add to row `y` of image `image` what those of the tiles [first, first + count) that
 * cover it have of its gradient; `tiles` as restore_inputs() makes them, in order. */
struct spt_winograd_tiles {
    size_t first, count;
    const float *at;
};
void spt_winograd_tile_add(const struct spt_winograd_tiling *tiling,
                           const struct spt_winograd_tiles *tiles, size_t image,
                           uint32_t y, void *in_gradient);

#endif
