/*
 * grid.c - see grid.h.
 */
#include "image/grid.h"

#include <assert.h>
#include <string.h>

struct spt_grid
spt_grid_of(uint32_t height, uint32_t width, uint32_t side)
{
    assert(side > 0);
    return (struct spt_grid){
        .side = side,
        .rows = height / side,
        .columns = width / side,
    };
}

void
spt_grid_window(const struct spt_grid *grid, const float *image, uint32_t width,
                size_t index, float *out)
{
    size_t side = grid->side;
    size_t row = index / grid->columns, column = index % grid->columns;
    const float *from = image + row * side * width + column * side;

    assert(index < spt_grid_count(grid));
    for (size_t y = 0; y < side; y++)
        memcpy(out + y * side, from + y * width, side * sizeof *out);
}
