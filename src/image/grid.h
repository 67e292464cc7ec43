/*
 * grid.h - the non-overlapping square windows of an image.
 *
 * Windows of `side` pixels are laid from the first corner; window (row, column) covers
 * pixels [row * side, (row + 1) * side) x [column * side, (column + 1) * side).  A
 * strip at the far borders that is narrower than a window belongs to none.
 */
#ifndef SEPTUM_IMAGE_GRID_H
#define SEPTUM_IMAGE_GRID_H

#include <stddef.h>
#include <stdint.h>

struct spt_grid {
    uint32_t side;          /* of a window, pixels */
    uint32_t rows, columns; /* windows; either may be 0 */
};

struct spt_grid spt_grid_of(uint32_t height, uint32_t width, uint32_t side);

static inline size_t
spt_grid_count(const struct spt_grid *grid)
{
    return (size_t)grid->rows * grid->columns;
}

/* Copy window number `index` (row-major) of an image `width` pixels wide into side *
 * side values. */
void spt_grid_window(const struct spt_grid *grid, const float *image, uint32_t width,
                     size_t index, float *out);

#endif
