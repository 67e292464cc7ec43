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
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "abundance/vectors.h"
#include "base/alloc.h"

/* Scales whose product is above this make a shift doubtful; the error of a correlation
 * is well below the other. */
#define DOUBTFUL 16.0F
#define ERROR 1e-6F

/* Steps summed up at a time, in registers: in y, with four sums each, for which AVX2
 * has sixteen; in x, with two. */
#define BLOCK_Y 3
#define BLOCK_X 9

/* ---- eight pairs ----------------------------------------------------------------- */

enum septum_status
spt_lanes_init(struct spt_lanes *lanes, const struct spt_shifts *shifts,
               struct septum_error *err)
{
    struct spt_lanes made = {0};
    size_t waves = spt_shifts_waves(shifts), norms = 2 * spt_shifts_count(shifts);
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
    interleave(spectra->waves, spt_shifts_waves(shifts), windows, count, lanes->waves);
    interleave(spectra->norms, 2 * spt_shifts_count(shifts), windows, count,
               lanes->norms);
}

/* a conj(b) of one column, folded: [v][even real, imaginary, odd real, imaginary]. */
static SPT_LANES_INLINE void
fold_column(uint32_t kept, const float *a, const spt_lanes_t *b, spt_lanes_t *fold)
{
    for (uint32_t v = 0; v <= kept; v++, a += 4, b += 4, fold += 4) {
        spt_lanes_t re = b[0] * a[0] + b[1] * a[1];
        spt_lanes_t im = b[0] * a[1] - b[1] * a[0];
        spt_lanes_t twin_re = b[2] * a[2] + b[3] * a[3];
        spt_lanes_t twin_im = b[2] * a[3] - b[3] * a[2];

        fold[0] = re + twin_re;
        fold[1] = im + twin_im;
        fold[2] = re - twin_re;
        fold[3] = im - twin_im;
    }
}

/* Steps first ... first + count of a column, either way; `stride` between steps. */
static SPT_LANES_INLINE void
unfold_column(const struct spt_shifts *shifts, const spt_lanes_t *fold, uint32_t first,
              uint32_t count, spt_lanes_t *middle, size_t stride)
{
    size_t steps = shifts->reach + 1;
    const float *turns = shifts->turns + 2 * (size_t)first;
    spt_lanes_t cosines[BLOCK_Y][2] = {0}, sines[BLOCK_Y][2] = {0};

    for (uint32_t v = 0; v <= shifts->kept; v++, fold += 4, turns += 2 * steps)
        for (size_t i = 0; i < count; i++) {
            cosines[i][0] += fold[0] * turns[2 * i];
            cosines[i][1] += fold[1] * turns[2 * i];
            sines[i][0] += fold[2] * turns[2 * i + 1];
            sines[i][1] += fold[3] * turns[2 * i + 1];
        }
    for (uint32_t i = 0; i < count; i++) {
        spt_lanes_t *up = middle + (shifts->reach - first - i) * stride;
        spt_lanes_t *down = middle + (shifts->reach + first + i) * stride;

        up[0] = cosines[i][0] + sines[i][1];
        up[1] = cosines[i][1] - sines[i][0];
        down[0] = cosines[i][0] - sines[i][1];
        down[1] = cosines[i][1] + sines[i][0];
    }
}

/* The same along a row, where the outcome is real. */
static SPT_LANES_INLINE void
unfold_row(const struct spt_shifts *shifts, const spt_lanes_t *middle, uint32_t first,
           uint32_t count, spt_lanes_t *out)
{
    size_t steps = shifts->reach + 1;
    const float *turns = shifts->unturns + 2 * (size_t)first;
    spt_lanes_t cosines[BLOCK_X] = {0}, sines[BLOCK_X] = {0};

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
static SPT_LANES_INLINE void
unfold_column_blocks(const struct spt_shifts *shifts, const spt_lanes_t *fold,
                     spt_lanes_t *middle, size_t stride)
{
    uint32_t steps = shifts->reach + 1, first = 0;

    for (; first + BLOCK_Y <= steps; first += BLOCK_Y)
        unfold_column(shifts, fold, first, BLOCK_Y, middle, stride);
    switch (steps - first) {
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

static SPT_LANES_INLINE void
unfold_row_blocks(const struct spt_shifts *shifts, const spt_lanes_t *middle,
                  spt_lanes_t *out)
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
static SPT_LANES_INLINE const spt_lanes_t *
correlate_all(const struct spt_shifts *shifts, const float *waves,
              const spt_lanes_t *others, float *room)
{
    size_t columns = shifts->kept + 1, stride = 2 * columns;
    spt_lanes_t *fold = (spt_lanes_t *)room;
    spt_lanes_t *middle = fold + 4 * columns;
    spt_lanes_t *out = middle + (2 * (size_t)shifts->reach + 1) * stride;

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
    const spt_lanes_t *others;
};

/* Vectors go by address: by value, how they are passed would hang on the CPU. */
static SPT_LANES_INLINE void
raise_to(spt_lanes_t *best, const spt_lanes_t *value)
{
    spt_mask_t wins = *value > *best;

    *best = (spt_lanes_t)((wins & (spt_mask_t)*value) | (~wins & (spt_mask_t)*best));
}

/*
 * The largest NCC at shifts that are not doubtful into `sure`, and the largest that any
 * other might have into `hope`.  `careful` says that there may be doubtful ones.
 */
static SPT_LANES_INLINE void
find_largest(const struct spt_shifts *shifts, struct norms norms,
             const spt_lanes_t *correlations, bool careful, float *sure, float *hope)
{
    spt_lanes_t least = {0}, limit_scale = {0}, best, hoped;
    size_t across = 2 * (size_t)shifts->reach + 1, last = across * across - 1;

    least -= 2;
    limit_scale += DOUBTFUL;
    best = hoped = least;
    for (size_t y = 0; y < across; y++) {
        size_t steps = y < shifts->reach ? shifts->reach - y : y - shifts->reach;
        size_t limit = shifts->limit[steps], middle = y * across + shifts->reach;

        for (size_t shift = middle - limit; shift <= middle + limit; shift++) {
            const float *mine = norms.mine + 2 * shift;
            const spt_lanes_t *other = norms.others + 2 * (last - shift);
            spt_lanes_t scale = other[0] * mine[0];
            spt_lanes_t ncc = correlations[shift] * scale - other[1] * mine[1];

            if (careful) {
                spt_mask_t doubtful = scale > limit_scale;
                spt_lanes_t hope_here = ncc + scale * ERROR;

                hope_here = (spt_lanes_t)((doubtful & (spt_mask_t)hope_here) |
                                          (~doubtful & (spt_mask_t)least));
                raise_to(&hoped, &hope_here);
                ncc = (spt_lanes_t)((doubtful & (spt_mask_t)least) |
                                    (~doubtful & (spt_mask_t)ncc));
            }
            raise_to(&best, &ncc);
        }
    }
    memcpy(sure, &best, sizeof best);
    memcpy(hope, &hoped, sizeof hoped);
}

SPT_FOR_EVERY_CPU static const float *
correlate_lanes(const struct spt_shifts *shifts, const struct spt_lanes *lanes,
                const float *waves, const float *norms, float steeper, float *sure,
                float *hope)
{
    struct norms both = {norms, (const spt_lanes_t *)lanes->norms};
    const spt_lanes_t *correlations =
        correlate_all(shifts, waves, (const spt_lanes_t *)lanes->waves, lanes->room);

    if (lanes->steeper * steeper > DOUBTFUL)
        find_largest(shifts, both, correlations, true, sure, hope);
    else
        find_largest(shifts, both, correlations, false, sure, hope);
    return (const float *)correlations;
}

/* ---- doubtful shifts ------------------------------------------------------------- */

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
            best = fmax(best, spt_shifts_correlate(shifts, a, b, y * step, x * step));
        }
    return (float)best;
}

void
spt_lanes_correlate(struct spt_lanes *lanes, const struct spt_shifts *shifts,
                    const struct spt_spectra *spectra, size_t first,
                    float ncc[SPT_LANES])
{
    _Alignas(64) float hope[SPT_LANES];
    const float *correlations = correlate_lanes(
        shifts, lanes, spectra->waves + spt_shifts_waves(shifts) * first,
        spectra->norms + 2 * spt_shifts_count(shifts) * first, spectra->steeper[first],
        ncc, hope);

    for (size_t lane = 0; lane < lanes->count; lane++) {
        bool flat = lanes->spectra->flat[lanes->window[lane]] != 0;

        if (spectra->flat[first] || flat)
            ncc[lane] = spectra->flat[first] && flat ? 1 : 0;
        else if (hope[lane] > ncc[lane])
            ncc[lane] = settle_doubts(shifts, lanes, spectra, first, lane, correlations,
                                      ncc[lane]);
    }
}
