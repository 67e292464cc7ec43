/*
 * naive_region.c - see naive_region.h.
 */
#include "support/naive_region.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t
count_windows(const struct spt_candidate *candidate, const uint8_t *in)
{
    size_t count = 0;

    for (size_t i = 0; i < spt_grid_count(&candidate->grid); i++)
        count += in[i] != 0;
    return count;
}

double
naive_region_objective(const struct spt_candidate *candidate, const uint8_t *in,
                       double lambda)
{
    double f = 0, abundance = 0;

    for (size_t i = 0; i < spt_grid_count(&candidate->grid); i++)
        if (in[i]) {
            f += (double)candidate->f[i];
            abundance += (double)candidate->abundance[i];
        }
    return lambda * f / (double)count_windows(candidate, in) +
           (1 - lambda) * (1 - abundance);
}

static bool
touches(const struct spt_candidate *candidate, const uint8_t *in, size_t window)
{
    long columns = (long)candidate->grid.columns;
    long row = (long)window / columns, column = (long)window % columns;

    for (long i = 0; i < (long)spt_grid_count(&candidate->grid); i++)
        if (in[i] && labs(i / columns - row) + labs(i % columns - column) == 1)
            return true;
    return false;
}

bool
naive_region_connected(const struct spt_candidate *candidate, const uint8_t *in)
{
    size_t windows = spt_grid_count(&candidate->grid);
    uint8_t *reached = calloc(windows + 1, 1);
    bool connected = count_windows(candidate, in) > 0, grew = true;

    if (reached == NULL)
        abort();
    for (size_t i = 0; i < windows; i++)
        connected = connected && (!in[i] || candidate->askable[i]);
    for (size_t i = 0; i < windows && count_windows(candidate, reached) == 0; i++)
        reached[i] = in[i];
    while (grew) {
        grew = false;
        for (size_t i = 0; i < windows; i++)
            if (in[i] && !reached[i] && touches(candidate, reached, i))
                reached[i] = grew = true;
    }
    connected = connected && memcmp(reached, in, windows) == 0;
    free(reached);
    return connected;
}

/* The window that should join `in`, or -1. */
static long
find_next(const struct spt_candidate *candidate, uint8_t *in,
          const struct spt_region_options *options)
{
    double least = options->fill
                       ? INFINITY
                       : naive_region_objective(candidate, in, options->lambda);
    long next = -1;

    for (size_t i = 0; i < spt_grid_count(&candidate->grid); i++) {
        double objective;

        if (in[i] || !candidate->askable[i] || !touches(candidate, in, i))
            continue;
        in[i] = 1;
        objective = naive_region_objective(candidate, in, options->lambda);
        in[i] = 0;
        if (objective < least - SPT_REGION_TIE) {
            least = objective;
            next = (long)i;
        }
    }
    return next;
}

/* Grow `in`, which holds its seed; tells whether the cap stopped it. */
static bool
grow(const struct spt_candidate *candidate, uint8_t *in,
     const struct spt_region_options *options)
{
    for (;;) {
        long next = find_next(candidate, in, options);

        if (next < 0)
            return false;
        if (count_windows(candidate, in) == options->most_windows)
            return true;
        in[next] = 1;
    }
}

size_t
naive_region_search(const struct spt_candidate *candidates, size_t count,
                    const struct spt_region_options *options, uint8_t *in,
                    size_t *image, bool *capped)
{
    size_t best_count = 0;
    double best = INFINITY;

    for (size_t i = 0; i < count; i++) {
        const struct spt_candidate *candidate = &candidates[i];
        size_t windows = spt_grid_count(&candidate->grid);

        for (size_t seed = 0; seed < windows; seed++) {
            uint8_t *trial = calloc(windows, 1);
            bool stopped, better;
            double objective;
            size_t size;

            if (trial == NULL)
                abort();
            trial[seed] = 1;
            stopped = candidate->askable[seed] && grow(candidate, trial, options);
            size = count_windows(candidate, trial);
            objective = naive_region_objective(candidate, trial, options->lambda);
            better = objective < best - SPT_REGION_TIE;
            if (options->fill && size != best_count)
                better = size > best_count;
            if (candidate->askable[seed] && better) {
                memcpy(in, trial, windows);
                best = objective;
                best_count = size;
                *image = i;
                *capped = stopped;
            }
            free(trial);
        }
    }
    return best_count;
}
