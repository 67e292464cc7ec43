/*
 * uncertainty.c - see uncertainty.h.
 */
#include "active/uncertainty.h"

#include <math.h>

static double
measure_window(const float *corner, size_t stride, uint32_t side)
{
    double sum = 0;

    for (uint32_t y = 0; y < side; y++)
        for (uint32_t x = 0; x < side; x++)
            sum += fabs(0.5 - (double)corner[y * stride + x]);
    return sum / ((double)side * side);
}

void
spt_uncertainty_windows(const float *probabilities, uint32_t width,
                        const struct spt_grid *grid, float *f)
{
    size_t side = grid->side;

    for (size_t row = 0; row < grid->rows; row++)
        for (size_t column = 0; column < grid->columns; column++)
            *f++ = (float)measure_window(
                probabilities + row * side * width + column * side, width, grid->side);
}
