/*
 * spectra.c - see spectra.h.
 */
#include "abundance/spectra.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "abundance/vectors.h"
#include "base/alloc.h"

/* ---- shifts ---------------------------------------------------------------------- */

static uint32_t
count_steps(uint32_t side, uint32_t most, uint32_t step, double least_area,
            uint32_t other)
{
    uint32_t steps = 0;

    while ((steps + 1) * step <= most &&
           (double)(side - (steps + 1) * step) * (side - other) >= least_area)
        steps++;
    return steps;
}

enum septum_status
spt_shifts_init(struct spt_shifts *shifts, uint32_t side, uint32_t most, uint32_t step,
                double least_overlap, double bandwidth, struct septum_error *err)
{
    struct spt_shifts made = {.side = side, .step = step};
    double least_area = least_overlap * side * side;
    size_t steps;

    assert(side > 0 && step > 0);
    if (most > side - 1)
        most = side - 1;
    made.reach = count_steps(side, most, step, least_area, 0);
    steps = made.reach + 1;
    made.half = (side + made.reach * step + 1) / 2;
    made.size = 2 * made.half;
    made.kept = (uint32_t)ceil(bandwidth * made.half);
    if (made.kept > made.half)
        made.kept = made.half;
    made.limit = spt_alloc_array(steps, sizeof *made.limit);
    made.turns = spt_alloc_aligned(2 * steps * (made.kept + 1), sizeof *made.turns);
    made.unturns = spt_alloc_aligned(2 * steps * (made.kept + 1), sizeof *made.turns);
    if (made.limit == NULL || made.turns == NULL || made.unturns == NULL) {
        size_t bytes = 4 * steps * (made.kept + 1) * sizeof *made.turns;

        spt_shifts_clear(&made);
        return spt_fail_memory(err, "comparing windows", bytes);
    }
    for (uint32_t d = 0; d < steps; d++) {
        made.limit[d] = count_steps(side, most, step, least_area, d * step);
        for (uint32_t v = 0; v <= made.kept; v++) {
            double turn = 2 * M_PI * (double)((size_t)v * d * step % made.size) /
                          (double)made.size;
            double both = v == 0 || v == made.half ? 1 : 2;
            float *at = made.turns + 2 * (v * steps + d);

            at[0] = (float)(cos(turn) / made.size);
            at[1] = (float)(sin(turn) / made.size);
            at = made.unturns + 2 * (v * steps + d);
            at[0] = (float)(both * cos(turn) / made.size);
            at[1] = (float)(both * sin(turn) / made.size);
        }
    }
    *shifts = made;
    return SEPTUM_OK;
}

void
spt_shifts_clear(struct spt_shifts *shifts)
{
    free(shifts->limit);
    free(shifts->turns);
    free(shifts->unturns);
    *shifts = (struct spt_shifts){0};
}

/* ---- a window's means and energies ----------------------------------------------- */

struct moments {
    double mean, energy;
    double raw; /* sum of squares */
};

/* Of `height` x `width` values. */
static struct moments
measure(const float *corner, size_t stride, uint32_t height, uint32_t width)
{
    double pixels = (double)height * width, sum = 0;
    struct moments found = {0};

    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++)
            sum += (double)corner[y * stride + x];
    found.mean = sum / pixels;
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++) {
            double value = (double)corner[y * stride + x] - found.mean;

            found.energy += value * value;
        }
    found.raw = found.energy + pixels * found.mean * found.mean;
    return found;
}

/* Written so that an energy that is no number is flat, too. */
static bool
is_flat(const struct moments *moments)
{
    double least = 4 * (double)FLT_EPSILON;

    return !(moments->energy > least * least * moments->raw);
}

/* Sums over all rows and columns before (y, x), of values and of their squares. */
static void
sum_up(const float *values, uint32_t side, double *sums)
{
    size_t stride = side + 1;

    memset(sums, 0, 2 * stride * sizeof *sums);
    for (uint32_t y = 0; y < side; y++) {
        double *row = sums + 2 * ((size_t)y + 1) * stride;
        double sum = 0, squares = 0;

        row[0] = row[1] = 0;
        for (size_t x = 0; x < side; x++) {
            double value = (double)values[(size_t)y * side + x];

            sum += value;
            squares += value * value;
            row[2 * (x + 1)] = row[2 * (x + 1) - 2 * stride] + sum;
            row[2 * (x + 1) + 1] = row[2 * (x + 1) + 1 - 2 * stride] + squares;
        }
    }
}

static double
sum_within(const double *sums, size_t stride, const uint32_t from[2],
           const uint32_t to[2])
{
    return sums[2 * (to[0] * stride + to[1])] - sums[2 * (from[0] * stride + to[1])] -
           sums[2 * (to[0] * stride + from[1])] +
           sums[2 * (from[0] * stride + from[1])];
}

/* The norms at all shifts of a window whose values are `values` / scale + mean. */
static float
find_norms(const struct spt_shifts *shifts, const double *sums, double mean,
           double scale, float *norms)
{
    int32_t reach = (int32_t)shifts->reach, step = (int32_t)shifts->step;
    size_t stride = shifts->side + 1;
    double steepest = 0;

    for (int32_t y = -reach; y <= reach; y++)
        for (int32_t x = -reach; x <= reach; x++, norms += 2) {
            uint32_t from[] = {y > 0 ? (uint32_t)(y * step) : 0,
                               x > 0 ? (uint32_t)(x * step) : 0};
            uint32_t to[] = {shifts->side - (y < 0 ? (uint32_t)(-y * step) : 0),
                             shifts->side - (x < 0 ? (uint32_t)(-x * step) : 0)};
            double pixels = (double)(to[0] - from[0]) * (to[1] - from[1]);
            double sum = sum_within(sums, stride, from, to);
            double offset = sum / pixels + mean * scale;
            struct moments moments = {0};
            double factor;

            moments.energy =
                sum_within(sums + 1, stride, from, to) - sum * sum / pixels;
            moments.raw = moments.energy + pixels * offset * offset;
            factor = is_flat(&moments) ? 0 : 1 / sqrt(moments.energy);
            norms[0] = (float)factor;
            norms[1] = (float)(factor * sum / sqrt(pixels));
            steepest = fmax(steepest, factor);
        }
    return (float)steepest;
}

/* ---- spectra --------------------------------------------------------------------- */

/* The transform of eight windows, lane by lane: `values` [y][x], `rows` [y][real,
 * imaginary], `waves` as spectra have them. */
SPT_FOR_EVERY_CPU static void
transform(const struct spt_shifts *shifts, const double *circle, const float *values,
          float *rows, float *waves)
{
    uint32_t side = shifts->side, size = shifts->size;
    const spt_lanes_t *in = (const spt_lanes_t *)values;
    spt_lanes_t *row = (spt_lanes_t *)rows, *out = (spt_lanes_t *)waves;

    for (uint32_t u = 0; u <= shifts->kept; u++) {
        for (size_t y = 0; y < side; y++) {
            spt_lanes_t re = {0}, im = {0};

            for (size_t x = 0, turn = 0; x < side; x++) {
                re += in[(size_t)y * side + x] * (float)circle[2 * turn];
                im -= in[(size_t)y * side + x] * (float)circle[2 * turn + 1];
                turn = turn + u < size ? turn + u : turn + u - size;
            }
            row[2 * y] = re;
            row[2 * y + 1] = im;
        }
        for (uint32_t v = 0; v <= shifts->kept; v++, out += 4) {
            spt_lanes_t sums[4] = {
                0}; /* real with cosine, with sine, imaginary with those */
            float twin = v == 0 || v == shifts->half ? 0.0F : 1.0F;

            for (size_t y = 0, turn = 0; y < side; y++) {
                float c = (float)circle[2 * turn], s = (float)circle[2 * turn + 1];

                sums[0] += row[2 * y] * c;
                sums[1] += row[2 * y] * s;
                sums[2] += row[2 * y + 1] * c;
                sums[3] += row[2 * y + 1] * s;
                turn = turn + v < size ? turn + v : turn + v - size;
            }
            out[0] = sums[0] + sums[3];
            out[1] = sums[2] - sums[1];
            out[2] = (sums[0] - sums[3]) * twin;
            out[3] = (sums[2] + sums[1]) * twin;
        }
    }
}

struct bench {
    double *circle; /* [turn][cosine, sine] */
    double *sums;
    float *single; /* a window */
    float *values, *rows, *waves;
};

static void
clear_bench(struct bench *bench)
{
    free(bench->circle);
    free(bench->sums);
    free(bench->single);
    free(bench->values);
    free(bench->rows);
    free(bench->waves);
}

static bool
init_bench(struct bench *bench, const struct spt_shifts *shifts)
{
    size_t area = (size_t)shifts->side * shifts->side, stride = shifts->side + 1;

    bench->circle = spt_alloc_array(2 * (size_t)shifts->size, sizeof *bench->circle);
    bench->sums = spt_alloc_array(2 * stride * stride, sizeof *bench->sums);
    bench->single = spt_alloc_aligned(area, sizeof *bench->single);
    bench->values = spt_alloc_aligned(area * SPT_LANES, sizeof *bench->values);
    bench->rows = spt_alloc_aligned(2 * stride * SPT_LANES, sizeof *bench->rows);
    bench->waves =
        spt_alloc_aligned(spt_shifts_waves(shifts) * SPT_LANES, sizeof *bench->waves);
    if (bench->circle == NULL || bench->sums == NULL || bench->single == NULL ||
        bench->values == NULL || bench->rows == NULL || bench->waves == NULL)
        return false;
    for (uint32_t i = 0; i < shifts->size; i++) {
        bench->circle[2 * (size_t)i] = cos(2 * M_PI * i / shifts->size);
        bench->circle[2 * (size_t)i + 1] = sin(2 * M_PI * i / shifts->size);
    }
    return true;
}

/* Bring a window to zero mean and unit energy, find its norms, and put it in a lane. */
static void
take_window(struct bench *bench, const struct spt_shifts *shifts,
            struct spt_spectra *spectra, size_t window, size_t lane)
{
    size_t area = (size_t)shifts->side * shifts->side;
    size_t norms = 2 * spt_shifts_count(shifts);
    const float *from = spectra->windows + window * area;
    struct moments whole = measure(from, shifts->side, shifts->side, shifts->side);
    double scale = 1 / sqrt(whole.energy);

    spectra->flat[window] = is_flat(&whole);
    for (size_t p = 0; p < area; p++) { /* by hand: 0 times infinity would not be 0 */
        bench->single[p] =
            spectra->flat[window] ? 0 : (float)(((double)from[p] - whole.mean) * scale);
        bench->values[p * SPT_LANES + lane] = bench->single[p];
    }
    if (spectra->flat[window]) {
        memset(spectra->norms + window * norms, 0, norms * sizeof *spectra->norms);
        spectra->steeper[window] = 0;
        return;
    }
    sum_up(bench->single, shifts->side, bench->sums);
    spectra->steeper[window] = find_norms(shifts, bench->sums, whole.mean, scale,
                                          spectra->norms + window * norms);
}

static void
take_group(struct bench *bench, const struct spt_shifts *shifts,
           struct spt_spectra *spectra, size_t first)
{
    size_t waves = spt_shifts_waves(shifts), left = spectra->count - first;
    size_t here = left < SPT_LANES ? left : SPT_LANES;

    for (size_t lane = 0; lane < here; lane++)
        take_window(bench, shifts, spectra, first + lane, lane);
    transform(shifts, bench->circle, bench->values, bench->rows, bench->waves);
    for (size_t lane = 0; lane < here; lane++)
        for (size_t i = 0; i < waves; i++)
            spectra->waves[(first + lane) * waves + i] =
                bench->waves[i * SPT_LANES + lane];
}

size_t
spt_spectra_memory(const struct spt_shifts *shifts, size_t count)
{
    return count * ((spt_shifts_waves(shifts) + 2 * spt_shifts_count(shifts) + 1) *
                        sizeof(float) +
                    1);
}

enum septum_status
spt_spectra_init(struct spt_spectra *spectra, const struct spt_shifts *shifts,
                 const float *windows, size_t count, struct septum_error *err)
{
    struct spt_spectra made = {.windows = windows, .count = count};
    size_t waves = spt_shifts_waves(shifts), norms = 2 * spt_shifts_count(shifts);
    bool failed = count > SIZE_MAX / sizeof(float) / (waves + norms);

    if (!failed) {
        made.waves = spt_alloc_aligned(count * waves, sizeof *made.waves);
        made.norms = spt_alloc_aligned(count * norms, sizeof *made.norms);
        made.steeper = spt_alloc_aligned(count, sizeof *made.steeper);
        made.flat = spt_alloc_aligned(count, sizeof *made.flat);
        failed = made.waves == NULL || made.norms == NULL || made.steeper == NULL ||
                 made.flat == NULL;
    }
    if (failed)
        goto done;
#pragma omp parallel
    {
        struct bench bench = {0};
        bool ready = init_bench(&bench, shifts);

#pragma omp for schedule(dynamic)
        for (size_t first = 0; first < count; first += SPT_LANES)
            if (ready)
                take_group(&bench, shifts, &made, first);
        clear_bench(&bench);
        if (!ready)
#pragma omp atomic write
            failed = true;
    }
done:
    if (failed) {
        spt_spectra_clear(&made);
        return spt_fail_memory(err, "comparing windows",
                               spt_spectra_memory(shifts, count));
    }
    *spectra = made;
    return SEPTUM_OK;
}

void
spt_spectra_clear(struct spt_spectra *spectra)
{
    free(spectra->waves);
    free(spectra->norms);
    free(spectra->steeper);
    free(spectra->flat);
    *spectra = (struct spt_spectra){0};
}

/* ---- the definition ---------------------------------------------------------------
 */

double
spt_shifts_correlate(const struct spt_shifts *shifts, const float *a, const float *b,
                     int32_t dy, int32_t dx)
{
    size_t side = shifts->side;
    uint32_t height = shifts->side - (uint32_t)abs(dy);
    uint32_t width = shifts->side - (uint32_t)abs(dx);
    struct moments of_a, of_b;
    double sum = 0;

    a += (dy > 0 ? (size_t)dy : 0) * side + (dx > 0 ? (size_t)dx : 0);
    b += (dy < 0 ? (size_t)-dy : 0) * side + (dx < 0 ? (size_t)-dx : 0);
    of_a = measure(a, side, height, width);
    of_b = measure(b, side, height, width);
    if (is_flat(&of_a) || is_flat(&of_b))
        return 0;
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++)
            sum += ((double)a[y * side + x] - of_a.mean) *
                   ((double)b[y * side + x] - of_b.mean);
    return sum / sqrt(of_a.energy) / sqrt(of_b.energy);
}
