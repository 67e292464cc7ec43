/*
 * search.c - see search.h: sums, and the greedy search.
 */
#include "active/search.h"

#include <math.h>
#include <string.h>

double
spt_trial_with(const struct spt_search *search, const struct spt_trial *trial,
               size_t window)
{
    const struct spt_candidate *candidate = &search->candidates[trial->image];

    return spt_region_objective(
        search->options->lambda,
        (trial->f + (double)candidate->f[window]) / (double)(trial->count + 1),
        trial->abundance + (double)candidate->abundance[window]);
}

bool
spt_trial_fits(const struct spt_search *search, const struct spt_trial *trial,
               size_t window)
{
    const struct spt_region_options *options = search->options;
    const struct spt_candidate *candidate = &search->candidates[trial->image];

    if (trial->count >= options->most_windows)
        return false;
    if (options->distinct && candidate->cluster != NULL)
        for (size_t i = 0; i < trial->count; i++)
            if (candidate->cluster[trial->windows[i]] == candidate->cluster[window])
                return false;
    return true;
}

static void
measure(const struct spt_search *search, struct spt_trial *trial)
{
    trial->objective = spt_region_objective(
        search->options->lambda, trial->f / (double)trial->count, trial->abundance);
}

void
spt_trial_add(const struct spt_search *search, struct spt_trial *trial, size_t window,
              bool keep)
{
    const struct spt_candidate *candidate = &search->candidates[trial->image];

    if (keep)
        trial->windows[trial->count] = window;
    trial->f += (double)candidate->f[window];
    trial->abundance += (double)candidate->abundance[window];
    trial->count++;
    measure(search, trial);
}

void
spt_trial_remove(const struct spt_search *search, struct spt_trial *trial,
                 size_t position)
{
    const struct spt_candidate *candidate = &search->candidates[trial->image];
    size_t window = trial->windows[position];

    trial->count--;
    memmove(trial->windows + position, trial->windows + position + 1,
            (trial->count - position) * sizeof *trial->windows);
    trial->f -= (double)candidate->f[window];
    trial->abundance -= (double)candidate->abundance[window];
    measure(search, trial);
}

bool
spt_trial_is_better(const struct spt_search *search, const struct spt_trial *trial,
                    const struct spt_trial *best)
{
    size_t least = search->options->least_windows;
    bool by_size = search->options->fill || trial->count < least || best->count < least;

    if (best->count == 0 || (by_size && trial->count != best->count))
        return trial->count > best->count;
    return trial->objective < best->objective - SPT_REGION_TIE;
}

void
spt_trial_copy(struct spt_trial *to, const struct spt_trial *from)
{
    size_t *windows = to->windows;

    memcpy(windows, from->windows, from->count * sizeof *windows);
    *to = *from;
    to->windows = windows;
}

static bool
holds(const struct spt_trial *trial, size_t window)
{
    for (size_t i = 0; i < trial->count; i++)
        if (trial->windows[i] == window)
            return true;
    return false;
}

bool
spt_trial_is_capped(const struct spt_search *search, const struct spt_trial *trial)
{
    const struct spt_candidate *candidate = &search->candidates[trial->image];

    for (size_t i = 0; i < trial->count; i++) {
        size_t neighbours[4];
        size_t count =
            spt_grid_neighbours(&candidate->grid, trial->windows[i], neighbours);

        for (size_t n = 0; n < count; n++)
            if (candidate->askable[neighbours[n]] && !holds(trial, neighbours[n]) &&
                (search->options->fill || spt_trial_with(search, trial, neighbours[n]) <
                                              trial->objective - SPT_REGION_TIE))
                return true;
    }
    return false;
}

bool
spt_search_alive(const struct spt_search *search, size_t image, size_t window)
{
    size_t windows = spt_grid_count(&search->candidates[image].grid);
    double images = (double)image + (double)window / (double)windows;

    return spt_watch_alive(&search->options->watch, images / (double)search->count);
}

/* ---- greedy ---------------------------------------------------------------------- */

/* Where in the frontier the window stands that should join; its end when none should.
 * *capped tells that one would, but does not fit. */
static size_t
find_best_neighbour(const struct spt_search *search, const struct spt_growth *growth,
                    const struct spt_trial *trial, bool *capped)
{
    const struct spt_region_options *options = search->options;
    bool grow = options->fill || trial->count < options->least_windows;
    size_t best = growth->frontier_count;
    double least = grow ? INFINITY : trial->objective;

    *capped = false;
    for (size_t i = 0; i < growth->frontier_count; i++) {
        double objective = spt_trial_with(search, trial, growth->frontier[i]);

        if (objective >= least - SPT_REGION_TIE)
            continue;
        if (!spt_trial_fits(search, trial, growth->frontier[i])) {
            *capped = true;
            continue;
        }
        least = objective;
        best = i;
    }
    return best;
}

static struct spt_trial
grow_from(const struct spt_search *search, struct spt_growth *growth, size_t image,
          size_t seed)
{
    struct spt_trial trial = {.image = image, .windows = growth->members};

    spt_growth_start(growth, &search->candidates[image], seed);
    spt_trial_add(search, &trial, seed, false);
    for (;;) {
        size_t position = find_best_neighbour(search, growth, &trial, &trial.capped);

        if (position == growth->frontier_count)
            return trial;
        spt_trial_add(search, &trial, growth->frontier[position], false);
        spt_growth_join(growth, position);
    }
}

enum septum_status
spt_search_greedy(const struct spt_search *search, struct spt_trial *best,
                  struct septum_error *err)
{
    struct spt_growth growth = {0};
    enum septum_status status =
        spt_growth_init(&growth, search->candidates, search->count, err);

    if (status != SEPTUM_OK)
        return status;
    for (size_t image = 0; image < search->count; image++) {
        const struct spt_candidate *candidate = &search->candidates[image];

        for (size_t seed = 0; seed < spt_grid_count(&candidate->grid); seed++) {
            struct spt_trial trial;

            if (!candidate->askable[seed])
                continue;
            trial = grow_from(search, &growth, image, seed);
            if (spt_trial_is_better(search, &trial, best))
                spt_trial_copy(best, &trial);
        }
    }
    spt_growth_clear(&growth);
    return SEPTUM_OK;
}
