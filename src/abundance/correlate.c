/*
 * correlate.c - see correlate.h.
 *
 * With a window's spectrum A(u, v) and another's B, the correlation at shift (dy, dx)
 * is the inverse transform of A conj(B).  It is taken along y first, for each frequency
 * u in x: with the frequencies v and size - v folded into an even and an odd part, the
 * shifts dy and -dy share one sum of cosines and one of sines.  Then along x, where the
 * result is real, in the same way.
 *
 * Frequencies v and -v are kept side by side, so that folding reads on and on.  A lower
 * bandwidth leaves the highest out: what windows have in common lies in the low ones,
 * and what does not count there is noise of one window that averages out against that
 * of another.  The means and energies are always those of the full windows.
 *
 * A spectrum is in single precision and its error is relative to the whole window;
 * where an overlap holds little of a window's energy, dividing by it magnifies that
 * error. Such shifts do not count until their correlation, error added, would win; then
 * they are computed pixel by pixel in double.
 */
#include "abundance/correlate.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* Scales whose product is above this make a shift doubtful; the error of a correlation
 * is well below the other. */
#define DOUBTFUL 16.0F
#define ERROR 1e-6F

/* Steps summed up at a time, in registers: in y, with four sums each; in x, with two.
 */
#define BLOCK_Y 5
#define BLOCK_X 9

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#    define FOR_EVERY_CPU                                                              \
        __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#    define FOR_EVERY_CPU
#endif
#define INLINE inline __attribute__((always_inline))

typedef float lanes_t __attribute__((vector_size(SPT_LANES * sizeof(float))));
typedef int32_t mask_t __attribute__((vector_size(SPT_LANES * sizeof(int32_t))));

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

static size_t
count_waves(const struct spt_shifts *shifts)
{
    return 4 * (size_t)(shifts->kept + 1) * (shifts->kept + 1);
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

/* The transform of sixteen windows, lane by lane: `values` [y][x], `rows` [y][real,
 * imaginary], `waves` as spectra have them. */
FOR_EVERY_CPU static void
transform(const struct spt_shifts *shifts, const double *circle, const float *values,
          float *rows, float *waves)
{
    uint32_t side = shifts->side, size = shifts->size;
    const lanes_t *in = (const lanes_t *)values;
    lanes_t *row = (lanes_t *)rows, *out = (lanes_t *)waves;

    for (uint32_t u = 0; u <= shifts->kept; u++) {
        for (size_t y = 0; y < side; y++) {
            lanes_t re = {0}, im = {0};

            for (size_t x = 0, turn = 0; x < side; x++) {
                re += in[(size_t)y * side + x] * (float)circle[2 * turn];
                im -= in[(size_t)y * side + x] * (float)circle[2 * turn + 1];
                turn = turn + u < size ? turn + u : turn + u - size;
            }
            row[2 * y] = re;
            row[2 * y + 1] = im;
        }
        for (uint32_t v = 0; v <= shifts->kept; v++, out += 4) {
            lanes_t sums[4] = {
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
        spt_alloc_aligned(count_waves(shifts) * SPT_LANES, sizeof *bench->waves);
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
    size_t waves = count_waves(shifts), left = spectra->count - first;
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
    return count *
           ((count_waves(shifts) + 2 * spt_shifts_count(shifts) + 1) * sizeof(float) +
            1);
}

enum septum_status
spt_spectra_init(struct spt_spectra *spectra, const struct spt_shifts *shifts,
                 const float *windows, size_t count, struct septum_error *err)
{
    struct spt_spectra made = {.windows = windows, .count = count};
    size_t waves = count_waves(shifts), norms = 2 * spt_shifts_count(shifts);
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

/* ---- sixteen pairs --------------------------------------------------------------- */

enum septum_status
spt_lanes_init(struct spt_lanes *lanes, const struct spt_shifts *shifts,
               struct septum_error *err)
{
    struct spt_lanes made = {0};
    size_t waves = count_waves(shifts), norms = 2 * spt_shifts_count(shifts);
    /* A column's folded product, what becomes of it, and the correlations. */
    size_t room = 4 * ((size_t)shifts->kept + 1) +
                  2 * (size_t)(2 * shifts->reach + 1) * (shifts->kept + 1) +
                  spt_shifts_count(shifts);

    made.waves = spt_alloc_aligned(waves * SPT_LANES, sizeof *made.waves);
    made.norms = spt_alloc_aligned(norms * SPT_LANES, sizeof *made.norms);
    made.room = spt_alloc_aligned(room * SPT_LANES, sizeof *made.room);
    if (made.waves == NULL || made.norms == NULL || made.room == NULL) {
        spt_lanes_clear(&made);
        return spt_fail_memory(err, "comparing windows",
                               (waves + norms + room) * SPT_LANES * sizeof(float));
    }
    *lanes = made;
    return SEPTUM_OK;
}

void
spt_lanes_clear(struct spt_lanes *lanes)
{
    free(lanes->waves);
    free(lanes->norms);
    free(lanes->room);
    *lanes = (struct spt_lanes){0};
}

static void
interleave(const float *all, size_t values, const size_t *windows, size_t count,
           float *out)
{
    const float *from[SPT_LANES];

    for (size_t lane = 0; lane < SPT_LANES; lane++)
        from[lane] = all + windows[lane < count ? lane : 0] * values;
    for (size_t i = 0; i < values; i++)
        for (size_t lane = 0; lane < SPT_LANES; lane++)
            out[i * SPT_LANES + lane] = from[lane][i];
}

void
spt_lanes_load(struct spt_lanes *lanes, const struct spt_shifts *shifts,
               const struct spt_spectra *spectra, const size_t *windows, size_t count)
{
    assert(count > 0 && count <= SPT_LANES);
    lanes->spectra = spectra;
    lanes->count = count;
    lanes->steeper = 0;
    memcpy(lanes->window, windows, count * sizeof *windows);
    for (size_t i = 0; i < count; i++)
        lanes->steeper = fmaxf(lanes->steeper, spectra->steeper[windows[i]]);
    interleave(spectra->waves, count_waves(shifts), windows, count, lanes->waves);
    interleave(spectra->norms, 2 * spt_shifts_count(shifts), windows, count,
               lanes->norms);
}

/* a conj(b) of one column, folded: [v][even real, imaginary, odd real, imaginary]. */
static INLINE void
fold_column(uint32_t kept, const float *a, const lanes_t *b, lanes_t *fold)
{
    for (uint32_t v = 0; v <= kept; v++, a += 4, b += 4, fold += 4) {
        lanes_t re = b[0] * a[0] + b[1] * a[1];
        lanes_t im = b[0] * a[1] - b[1] * a[0];
        lanes_t twin_re = b[2] * a[2] + b[3] * a[3];
        lanes_t twin_im = b[2] * a[3] - b[3] * a[2];

        fold[0] = re + twin_re;
        fold[1] = im + twin_im;
        fold[2] = re - twin_re;
        fold[3] = im - twin_im;
    }
}

/* Steps first ... first + count of a column, either way; `stride` between steps. */
static INLINE void
unfold_column(const struct spt_shifts *shifts, const lanes_t *fold, uint32_t first,
              uint32_t count, lanes_t *middle, size_t stride)
{
    size_t steps = shifts->reach + 1;
    const float *turns = shifts->turns + 2 * (size_t)first;
    lanes_t cosines[BLOCK_Y][2] = {0}, sines[BLOCK_Y][2] = {0};

    for (uint32_t v = 0; v <= shifts->kept; v++, fold += 4, turns += 2 * steps)
        for (size_t i = 0; i < count; i++) {
            cosines[i][0] += fold[0] * turns[2 * i];
            cosines[i][1] += fold[1] * turns[2 * i];
            sines[i][0] += fold[2] * turns[2 * i + 1];
            sines[i][1] += fold[3] * turns[2 * i + 1];
        }
    for (uint32_t i = 0; i < count; i++) {
        lanes_t *up = middle + (shifts->reach - first - i) * stride;
        lanes_t *down = middle + (shifts->reach + first + i) * stride;

        up[0] = cosines[i][0] + sines[i][1];
        up[1] = cosines[i][1] - sines[i][0];
        down[0] = cosines[i][0] - sines[i][1];
        down[1] = cosines[i][1] + sines[i][0];
    }
}

/* The same along a row, where the outcome is real. */
static INLINE void
unfold_row(const struct spt_shifts *shifts, const lanes_t *middle, uint32_t first,
           uint32_t count, lanes_t *out)
{
    size_t steps = shifts->reach + 1;
    const float *turns = shifts->unturns + 2 * (size_t)first;
    lanes_t cosines[BLOCK_X] = {0}, sines[BLOCK_X] = {0};

    for (uint32_t u = 0; u <= shifts->kept; u++, middle += 2, turns += 2 * steps)
        for (size_t i = 0; i < count; i++) {
            cosines[i] += middle[0] * turns[2 * i];
            sines[i] += middle[1] * turns[2 * i + 1];
        }
    for (uint32_t i = 0; i < count; i++) {
        out[shifts->reach - first - i] = cosines[i] + sines[i];
        out[shifts->reach + first + i] = cosines[i] - sines[i];
    }
}

/* A loop over few sums keeps them in registers only if the compiler knows how many. */
static INLINE void
unfold_column_blocks(const struct spt_shifts *shifts, const lanes_t *fold,
                     lanes_t *middle, size_t stride)
{
    uint32_t steps = shifts->reach + 1, first = 0;

    for (; first + BLOCK_Y <= steps; first += BLOCK_Y)
        unfold_column(shifts, fold, first, BLOCK_Y, middle, stride);
    switch (steps - first) {
    case 4:
        unfold_column(shifts, fold, first, 4, middle, stride);
        break;
    case 3:
        unfold_column(shifts, fold, first, 3, middle, stride);
        break;
    case 2:
        unfold_column(shifts, fold, first, 2, middle, stride);
        break;
    case 1:
        unfold_column(shifts, fold, first, 1, middle, stride);
        break;
    default:
        break;
    }
}

static INLINE void
unfold_row_blocks(const struct spt_shifts *shifts, const lanes_t *middle, lanes_t *out)
{
    uint32_t steps = shifts->reach + 1, first = 0;

    for (; first + BLOCK_X <= steps; first += BLOCK_X)
        unfold_row(shifts, middle, first, BLOCK_X, out);
    for (; first + 4 <= steps; first += 4)
        unfold_row(shifts, middle, first, 4, out);
    for (; first < steps; first++)
        unfold_row(shifts, middle, first, 1, out);
}

/* The correlations at all shifts, in the order of the norms. */
static INLINE const lanes_t *
correlate_all(const struct spt_shifts *shifts, const float *waves,
              const lanes_t *others, float *room)
{
    size_t columns = shifts->kept + 1, stride = 2 * columns;
    lanes_t *fold = (lanes_t *)room;
    lanes_t *middle = fold + 4 * columns;
    lanes_t *out = middle + (2 * (size_t)shifts->reach + 1) * stride;

    for (size_t u = 0; u < columns; u++) {
        fold_column(shifts->kept, waves + 4 * columns * u, others + 4 * columns * u,
                    fold);
        unfold_column_blocks(shifts, fold, middle + 2 * u, stride);
    }
    for (size_t y = 0; y <= 2 * (size_t)shifts->reach; y++)
        unfold_row_blocks(shifts, middle + y * stride,
                          out + y * (2 * (size_t)shifts->reach + 1));
    return out;
}

/* The norms of the other windows stand in the order of their own shifts, which are the
 * opposite ones: read from the end. */
struct norms {
    const float *mine;
    const lanes_t *others;
};

/* Vectors go by address: by value, how they are passed would hang on the CPU. */
static INLINE void
raise_to(lanes_t *best, const lanes_t *value)
{
    mask_t wins = *value > *best;

    *best = (lanes_t)((wins & (mask_t)*value) | (~wins & (mask_t)*best));
}

/*
 * The largest NCC at shifts that are not doubtful into `sure`, and the largest that any
 * other might have into `hope`.  `careful` says that there may be doubtful ones.
 */
static INLINE void
find_largest(const struct spt_shifts *shifts, struct norms norms,
             const lanes_t *correlations, bool careful, float *sure, float *hope)
{
    lanes_t least = {0}, limit_scale = {0}, best, hoped;
    size_t across = 2 * (size_t)shifts->reach + 1, last = across * across - 1;

    least -= 2;
    limit_scale += DOUBTFUL;
    best = hoped = least;
    for (size_t y = 0; y < across; y++) {
        size_t steps = y < shifts->reach ? shifts->reach - y : y - shifts->reach;
        size_t limit = shifts->limit[steps], middle = y * across + shifts->reach;

        for (size_t shift = middle - limit; shift <= middle + limit; shift++) {
            const float *mine = norms.mine + 2 * shift;
            const lanes_t *other = norms.others + 2 * (last - shift);
            lanes_t scale = other[0] * mine[0];
            lanes_t ncc = correlations[shift] * scale - other[1] * mine[1];

            if (careful) {
                mask_t doubtful = scale > limit_scale;
                lanes_t hope_here = ncc + scale * ERROR;

                hope_here = (lanes_t)((doubtful & (mask_t)hope_here) |
                                      (~doubtful & (mask_t)least));
                raise_to(&hoped, &hope_here);
                ncc = (lanes_t)((doubtful & (mask_t)least) | (~doubtful & (mask_t)ncc));
            }
            raise_to(&best, &ncc);
        }
    }
    memcpy(sure, &best, sizeof best);
    memcpy(hope, &hoped, sizeof hoped);
}

FOR_EVERY_CPU static const float *
correlate_lanes(const struct spt_shifts *shifts, const struct spt_lanes *lanes,
                const float *waves, const float *norms, float steeper, float *sure,
                float *hope)
{
    struct norms both = {norms, (const lanes_t *)lanes->norms};
    const lanes_t *correlations =
        correlate_all(shifts, waves, (const lanes_t *)lanes->waves, lanes->room);

    if (lanes->steeper * steeper > DOUBTFUL)
        find_largest(shifts, both, correlations, true, sure, hope);
    else
        find_largest(shifts, both, correlations, false, sure, hope);
    return (const float *)correlations;
}

/* ---- doubtful shifts ------------------------------------------------------------- */

/* The definition. */
static double
correlate_pixels(const struct spt_shifts *shifts, const float *a, const float *b,
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

static float
settle_doubts(const struct spt_shifts *shifts, const struct spt_lanes *lanes,
              const struct spt_spectra *spectra, size_t first, size_t lane,
              const float *correlations, float sure)
{
    size_t area = (size_t)shifts->side * shifts->side, shift = 0;
    size_t last = spt_shifts_count(shifts) - 1;
    int32_t reach = (int32_t)shifts->reach, step = (int32_t)shifts->step;
    const float *mine = spectra->norms + 2 * (last + 1) * first;
    const float *a = spectra->windows + first * area;
    const float *b = lanes->spectra->windows + lanes->window[lane] * area;
    double best = (double)sure;

    for (int32_t y = -reach; y <= reach; y++)
        for (int32_t x = -reach; x <= reach; x++, shift++) {
            const float *other = lanes->norms + 2 * (last - shift) * SPT_LANES + lane;
            float scale = mine[2 * shift] * other[0];
            float ncc = correlations[shift * SPT_LANES + lane] * scale -
                        mine[2 * shift + 1] * other[SPT_LANES];

            if ((uint32_t)abs(x) > shifts->limit[abs(y)] || scale <= DOUBTFUL ||
                (double)(ncc + scale * ERROR) <= best)
                continue;
            best = fmax(best, correlate_pixels(shifts, a, b, y * step, x * step));
        }
    return (float)best;
}

void
spt_lanes_correlate(struct spt_lanes *lanes, const struct spt_shifts *shifts,
                    const struct spt_spectra *spectra, size_t first,
                    float ncc[SPT_LANES])
{
    _Alignas(64) float hope[SPT_LANES];
    const float *correlations =
        correlate_lanes(shifts, lanes, spectra->waves + count_waves(shifts) * first,
                        spectra->norms + 2 * spt_shifts_count(shifts) * first,
                        spectra->steeper[first], ncc, hope);

    for (size_t lane = 0; lane < lanes->count; lane++) {
        bool flat = lanes->spectra->flat[lanes->window[lane]] != 0;

        if (spectra->flat[first] || flat)
            ncc[lane] = spectra->flat[first] && flat ? 1 : 0;
        else if (hope[lane] > ncc[lane])
            ncc[lane] = settle_doubts(shifts, lanes, spectra, first, lane, correlations,
                                      ncc[lane]);
    }
}
