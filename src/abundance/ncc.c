/*
 * ncc.c - see ncc.h.
 *
 * Pairs are computed a row of windows against eight others at a time.  A block of
 * rows is run past the same eight before the next eight are loaded, so that their
 * spectra, the larger part of what is read, stay in the cache.
 */
#include "abundance/ncc.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#ifdef _OPENMP
#    include <omp.h>
#endif

#include "abundance/correlate.h"
#include "base/alloc.h"

#define ROWS 64

enum septum_status
spt_ncc_check(const struct spt_ncc_options *options, uint32_t side,
              struct septum_error *err)
{
    if (options->shift_step == 0)
        return spt_fail(err, SEPTUM_EINVAL,
                        "comparing windows: the step between shifts is 0; it must be "
                        "at least 1");
    if (!(options->least_overlap >= 0 && options->least_overlap <= 1))
        return spt_fail(err, SEPTUM_EINVAL,
                        "comparing windows: the least overlap is %g of a window; it "
                        "must lie in [0, 1]",
                        options->least_overlap);
    if (!(options->bandwidth >= 0 && options->bandwidth <= 1))
        return spt_fail(err, SEPTUM_EINVAL,
                        "comparing windows: the bandwidth is %g; it is the share of "
                        "the frequencies looked at and must lie in [0, 1]",
                        options->bandwidth);
    if (options->least_overlap == 0 && options->max_shift > side / 2)
        return spt_fail(err, SEPTUM_EINVAL,
                        "comparing windows: shifts of up to %u pixels leave too little "
                        "overlap; they must be at most half of a window's %u pixels, "
                        "or a least overlap be given",
                        options->max_shift, side);
    return SEPTUM_OK;
}

enum septum_status
spt_ncc_shifts(struct spt_shifts *shifts, uint32_t side,
               const struct spt_ncc_options *options, struct septum_error *err)
{
    return spt_shifts_init(shifts, side, options->max_shift, options->shift_step,
                           options->least_overlap,
                           options->bandwidth > 0 ? options->bandwidth : 1, err);
}

/* Eight windows from `first` on, or as many as there are. */
static void
load_run(struct spt_lanes *lanes, const struct spt_shifts *shifts,
         const struct spt_spectra *spectra, size_t first)
{
    size_t windows[SPT_LANES], left = spectra->count - first;
    size_t count = left < SPT_LANES ? left : SPT_LANES;

    for (size_t i = 0; i < count; i++)
        windows[i] = first + i;
    spt_lanes_load(lanes, shifts, spectra, windows, count);
}

/* Rounding may bring an NCC a little above 1. */
static float
distance_of(float ncc)
{
    return fmaxf(1 - ncc, 0);
}

/* The distances of rows [first, end) to the windows loaded that come after them. */
static void
compare_rows(struct spt_lanes *lanes, const struct spt_shifts *shifts,
             const struct spt_spectra *spectra, size_t first, size_t end,
             float *distances)
{
    for (size_t i = first; i < end; i++) {
        _Alignas(64) float ncc[SPT_LANES];

        if (lanes->window[lanes->count - 1] <= i)
            continue;
        spt_lanes_correlate(lanes, shifts, spectra, i, ncc);
        for (size_t lane = 0; lane < lanes->count; lane++)
            if (lanes->window[lane] > i)
                distances[spt_condensed_index(spectra->count, i, lanes->window[lane])] =
                    distance_of(ncc[lane]);
    }
}

/* What the threads of a pass share; but `told` is the first thread's. */
struct pass {
    const struct spt_watch *watch;
    size_t rows, done;
    double told;
    bool stopped;
};

static bool
is_stopped(const struct pass *pass)
{
    bool stopped;

#pragma omp atomic read
    stopped = pass->stopped;
    return stopped;
}

/* Is this the thread that began the pass? */
static bool
is_first_thread(void)
{
#ifdef _OPENMP
    return omp_get_thread_num() == 0;
#else
    return true;
#endif
}

/* Let the watch know how much is done.  The first rows have the most pairs: of k rows'
 * pairs, those of the last share x of them are x * x. */
static void
tell(struct pass *pass)
{
    size_t done;
    double left;

#pragma omp atomic read
    done = pass->done;
    left = (double)(pass->rows - done) / fmax((double)pass->rows, 1);
    pass->told = 1 - left * left;
    if (!spt_watch_alive(pass->watch, pass->told))
#pragma omp atomic write
        pass->stopped = true;
}

/* So many rows more are done.  Who watches may be no friend of threads: he hears it
 * from the one that he called with, whose own rows take no longer than others'. */
static void
count_done(struct pass *pass, size_t rows)
{
#pragma omp atomic
    pass->done += rows;
    if (is_first_thread() && !is_stopped(pass))
        tell(pass);
}

/* The end of a pass that went well: what others did last has not been told. */
static enum septum_status
end_pass(struct pass *pass, struct septum_error *err)
{
    if (!pass->stopped && pass->told < 1)
        tell(pass);
    return pass->stopped ? spt_fail(err, SEPTUM_ESTOPPED, "stopped") : SEPTUM_OK;
}

static enum septum_status
compare_all(const struct spt_shifts *shifts, const struct spt_spectra *spectra,
            const struct spt_watch *watch, float *distances, struct septum_error *err)
{
    size_t count = spectra->count, blocks = (count + ROWS - 1) / ROWS;
    struct pass pass = {.watch = watch, .rows = count};
    enum septum_status status = SEPTUM_OK;

#pragma omp parallel
    {
        struct spt_lanes lanes = {0};
        struct septum_error mine = {0};
        enum septum_status ready = spt_lanes_init(&lanes, shifts, &mine);

        /* Blocks of rows with all that comes after them: the first are the longest. */
#pragma omp for schedule(dynamic)
        for (size_t block = 0; block < blocks; block++) {
            size_t begin = block * ROWS;
            size_t end = begin + ROWS < count ? begin + ROWS : count;

            if (ready != SEPTUM_OK || is_stopped(&pass))
                continue;
            for (size_t first = begin; first < count; first += SPT_LANES) {
                load_run(&lanes, shifts, spectra, first);
                compare_rows(&lanes, shifts, spectra, begin, end, distances);
            }
            count_done(&pass, end - begin);
        }
        spt_lanes_clear(&lanes);
        if (ready != SEPTUM_OK)
#pragma omp critical
            status = spt_fail(err, ready, "%s", mine.text);
    }
    return status == SEPTUM_OK ? end_pass(&pass, err) : status;
}

/* Compute the distances of row `i` that are less than `near` again. */
static void
refine_row(struct spt_lanes *lanes, const struct spt_shifts *shifts,
           const struct spt_spectra *spectra, size_t i, float near, float *distances)
{
    float *row = distances + spt_condensed_index(spectra->count, i, i + 1);
    size_t left = spectra->count - i - 1, windows[SPT_LANES], found = 0;

    for (size_t j = 0; j < left; j++) {
        _Alignas(64) float ncc[SPT_LANES];

        if (row[j] < near)
            windows[found++] = i + 1 + j;
        if (found == 0 || (found < SPT_LANES && j + 1 < left))
            continue;
        spt_lanes_load(lanes, shifts, spectra, windows, found);
        spt_lanes_correlate(lanes, shifts, spectra, i, ncc);
        for (size_t k = 0; k < found; k++)
            row[windows[k] - i - 1] = distance_of(ncc[k]);
        found = 0;
    }
}

static enum septum_status
refine_near(const struct spt_shifts *shifts, const struct spt_spectra *spectra,
            float near, const struct spt_watch *watch, float *distances,
            struct septum_error *err)
{
    struct pass pass = {.watch = watch, .rows = 1, .done = 1}; /* the end, see ncc.h */
    enum septum_status status = SEPTUM_OK;

#pragma omp parallel
    {
        struct spt_lanes lanes = {0};
        struct septum_error mine = {0};
        enum septum_status ready = spt_lanes_init(&lanes, shifts, &mine);

#pragma omp for schedule(dynamic)
        for (size_t i = 0; i < spectra->count; i++)
            if (ready == SEPTUM_OK && i + 1 < spectra->count && !is_stopped(&pass)) {
                refine_row(&lanes, shifts, spectra, i, near, distances);
                count_done(&pass, 0);
            }
        spt_lanes_clear(&lanes);
        if (ready != SEPTUM_OK)
#pragma omp critical
            status = spt_fail(err, ready, "%s", mine.text);
    }
    return status == SEPTUM_OK ? end_pass(&pass, err) : status;
}

/* One pass over the pairs: all of them, or those less than `near` apart. */
static enum septum_status
run_pass(const float *windows, size_t count, uint32_t side,
         const struct spt_ncc_options *options, float near, float *distances,
         struct septum_error *err)
{
    struct spt_shifts shifts = {0};
    struct spt_spectra spectra = {0};
    enum septum_status status = spt_ncc_shifts(&shifts, side, options, err);

    if (status == SEPTUM_OK)
        status = spt_spectra_init(&spectra, &shifts, windows, count, err);
    if (status == SEPTUM_OK)
        status =
            near > 0
                ? refine_near(&shifts, &spectra, near, &options->watch, distances, err)
                : compare_all(&shifts, &spectra, &options->watch, distances, err);
    spt_spectra_clear(&spectra);
    spt_shifts_clear(&shifts);
    return status;
}

static bool
is_coarse(const struct spt_ncc_options *options)
{
    return options->bandwidth > 0 && options->bandwidth < 1;
}

enum septum_status
spt_ncc_distances(const float *windows, size_t count, uint32_t side,
                  const struct spt_ncc_options *options, float *distances,
                  struct septum_error *err)
{
    struct spt_ncc_options full = *options;
    enum septum_status status = spt_ncc_check(options, side, err);

    if (status == SEPTUM_OK)
        status = run_pass(windows, count, side, options, 0, distances, err);
    full.bandwidth = 1;
    if (status == SEPTUM_OK && is_coarse(options) && options->near > 0)
        status = run_pass(windows, count, side, &full, options->near, distances, err);
    return status;
}

double
spt_ncc_memory(size_t count, uint32_t side, const struct spt_ncc_options *options)
{
    struct spt_shifts shifts = {0};
    double windows = (double)count, bytes;
    struct spt_ncc_options largest = *options;

    if (is_coarse(options) && options->near > 0)
        largest.bandwidth = 1;
    if (spt_ncc_check(options, side, NULL) != SEPTUM_OK ||
        spt_ncc_shifts(&shifts, side, &largest, NULL) != SEPTUM_OK)
        return 0;
    bytes = windows * (double)spt_spectra_memory(&shifts, 1) +
            windows * (windows - 1) / 2 * sizeof(float);
    spt_shifts_clear(&shifts);
    return bytes;
}
