/*
 * uncertainty.c - see uncertainty.h.
 */
#include "active/uncertainty.h"

#include <math.h>

static double
miss_of_half(double p)
{
    return fabs(0.5 - p);
}

static double
p_log_p(double p)
{
    return p > 0 ? p * log2(p) : 0;
}

double
spt_uncertainty_bits(double p)
{
    return -p_log_p(p) - p_log_p(1 - p);
}

static double
miss_of_entropy(double p)
{
    return 0.5 * (1 - spt_uncertainty_bits(p));
}

static void
average_windows(const float *probabilities, uint32_t width, const struct spt_grid *grid,
                double (*measure)(double), float *out)
{
    size_t side = grid->side;

    for (size_t row = 0; row < grid->rows; row++)
        for (size_t column = 0; column < grid->columns; column++) {
            const float *corner = probabilities + row * side * width + column * side;
            double sum = 0;

            for (size_t y = 0; y < side; y++)
                for (size_t x = 0; x < side; x++)
                    sum += measure((double)corner[y * width + x]);
            *out++ = (float)(sum / ((double)side * (double)side));
        }
}

void
spt_uncertainty_windows(const float *probabilities, uint32_t width,
                        const struct spt_grid *grid, float *f)
{
    average_windows(probabilities, width, grid, miss_of_half, f);
}

void
spt_uncertainty_entropy(const float *probabilities, uint32_t width,
                        const struct spt_grid *grid, float *entropy)
{
    average_windows(probabilities, width, grid, miss_of_entropy, entropy);
}

void
spt_uncertainty_bald(const float *mean, const float *entropy, uint32_t width,
                     const struct spt_grid *grid, float *bald)
{
    size_t side = grid->side;

    for (size_t w = 0; w < spt_grid_count(grid); w++) {
        size_t corner = w / grid->columns * side * width + w % grid->columns * side;
        double sum = 0;

        for (size_t y = 0; y < side; y++)
            for (size_t x = 0; x < side; x++) {
                size_t at = corner + y * width + x;
                double information =
                    spt_uncertainty_bits((double)mean[at]) - (double)entropy[at];

                /* Rounding may bring it a little below 0. */
                sum += 0.5 * (1 - fmax(information, 0));
            }
        bald[w] = (float)(sum / ((double)side * (double)side));
    }
}
