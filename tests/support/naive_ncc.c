/*
 * naive_ncc.c - see naive_ncc.h.
 */
#include "support/naive_ncc.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* What a pair's overlap holds, summed over the pixels that both have. */
struct sums {
    double pixels, a, b, aa, bb, ab, raw_aa, raw_bb;
};

/* Add up the overlap when pixel (y, x) of b lies on pixel (y + dy, x + dx) of a; what
 * is added is the difference from the means given. */
static struct sums
sum_overlap(const float *a, const float *b, int side, int dy, int dx, double mean_a,
            double mean_b)
{
    struct sums s = {0};

    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            double p, q;

            if (y + dy < 0 || y + dy >= side || x + dx < 0 || x + dx >= side)
                continue;
            p = (double)a[(y + dy) * side + x + dx];
            q = (double)b[y * side + x];
            s.pixels++;
            s.raw_aa += p * p;
            s.raw_bb += q * q;
            p -= mean_a;
            q -= mean_b;
            s.a += p;
            s.b += q;
            s.aa += p * p;
            s.bb += q * q;
            s.ab += p * q;
        }
    return s;
}

static bool
is_flat(double energy, double raw)
{
    return sqrt(energy) <= 4 * (double)FLT_EPSILON * sqrt(raw);
}

/* Of windows that are not flat as a whole. */
static double
ncc_at(const float *a, const float *b, int side, int dy, int dx)
{
    struct sums s = sum_overlap(a, b, side, dy, dx, 0, 0);

    s = sum_overlap(a, b, side, dy, dx, s.a / s.pixels, s.b / s.pixels);
    return is_flat(s.aa, s.raw_aa) || is_flat(s.bb, s.raw_bb)
               ? 0
               : s.ab / sqrt(s.aa * s.bb);
}

static bool
is_flat_window(const float *window, int side)
{
    struct sums s = sum_overlap(window, window, side, 0, 0, 0, 0);
    double mean = s.a / s.pixels;

    s = sum_overlap(window, window, side, 0, 0, mean, mean);
    return is_flat(s.aa, s.raw_aa);
}

double
naive_ncc_distance_overlapping(const float *a, const float *b, int side, int reach,
                               int step, double least)
{
    double best = -2;

    if (is_flat_window(a, side) || is_flat_window(b, side))
        return is_flat_window(a, side) && is_flat_window(b, side) ? 0 : 1;
    for (int dy = -reach; dy <= reach; dy++)
        for (int dx = -reach; dx <= reach; dx++) {
            double overlap = (double)(side - abs(dy)) * (side - abs(dx));

            if (dy % step == 0 && dx % step == 0 && overlap >= least * side * side)
                best = fmax(best, ncc_at(a, b, side, dy, dx));
        }
    return 1 - best;
}

double
naive_ncc_distance(const float *a, const float *b, int side, int reach, int step)
{
    return naive_ncc_distance_overlapping(a, b, side, reach, step, 0);
}
