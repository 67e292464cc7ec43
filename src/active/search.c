/*
 * search.c - see search.h: sums, and the greedy search.
 */
#include "active/search.h"

#include <math.h>
#include <string.h>

double
spt_draft_with(const struct spt_search *search, const struct spt_draft *draft,
               size_t window)
{
    const struct spt_candidate *candidate = &search->candidates[draft->image];

    return spt_region_objective(
        search->options->lambda,
        (draft->f + (double)candidate->f[window]) / (double)(draft->count + 1),
        draft->abundance + (double)candidate->abundance[window]);
}

bool
spt_draft_has(const struct spt_draft *draft, size_t window)
{
    for (size_t i = 0; i < draft->count; i++)
        if (draft->windows[i] == window)
            return true;
    return false;
}

bool
spt_draft_fits(const struct spt_search *search, const struct spt_draft *draft,
               size_t window)
{
    const struct spt_region_options *options = search->options;
    const struct spt_candidate *candidate = &search->candidates[draft->image];

    if (draft->count >= options->most_windows)
        return false;
    if (options->distinct && candidate->cluster != NULL)
        for (size_t i = 0; i < draft->count; i++)
            if (candidate->cluster[draft->windows[i]] == candidate->cluster[window])
                return false;
    return true;
}

static void
measure(const struct spt_search *search, struct spt_draft *draft)
{
    draft->objective = spt_region_objective(
        search->options->lambda, draft->f / (double)draft->count, draft->abundance);
}

void
spt_draft_add(const struct spt_search *search, struct spt_draft *draft, size_t window,
              bool keep)
{
    const struct spt_candidate *candidate = &search->candidates[draft->image];

    if (keep)
        draft->windows[draft->count] = window;
    draft->f += (double)candidate->f[window];
    draft->abundance += (double)candidate->abundance[window];
    draft->count++;
    measure(search, draft);
}

void
spt_draft_remove(const struct spt_search *search, struct spt_draft *draft,
                 size_t position)
{
    const struct spt_candidate *candidate = &search->candidates[draft->image];
    size_t window = draft->windows[position];

    draft->count--;
    memmove(draft->windows + position, draft->windows + position + 1,
            (draft->count - position) * sizeof *draft->windows);
    draft->f -= (double)candidate->f[window];
    draft->abundance -= (double)candidate->abundance[window];
    measure(search, draft);
}

bool
spt_draft_is_better(const struct spt_search *search, const struct spt_draft *draft,
                    const struct spt_draft *best)
{
    size_t least = search->options->least_windows;
    bool by_size = search->options->fill || draft->count < least || best->count < least;

    if (best->count == 0 || (by_size && draft->count != best->count))
        return draft->count > best->count;
    return draft->objective < best->objective - SPT_REGION_TIE;
}

void
spt_draft_copy(struct spt_draft *to, const struct spt_draft *from)
{
    size_t *windows = to->windows;

    memcpy(windows, from->windows, from->count * sizeof *windows);
    *to = *from;
    to->windows = windows;
}

bool
spt_draft_is_capped(const struct spt_search *search, const struct spt_draft *draft)
{
    const struct spt_candidate *candidate = &search->candidates[draft->image];

    for (size_t i = 0; i < draft->count; i++) {
        size_t neighbours[4];
        size_t count =
            spt_grid_neighbours(&candidate->grid, draft->windows[i], neighbours);

        for (size_t n = 0; n < count; n++)
            if (candidate->askable[neighbours[n]] &&
                !spt_draft_has(draft, neighbours[n]) &&
                (search->options->fill || spt_draft_with(search, draft, neighbours[n]) <
                                              draft->objective - SPT_REGION_TIE))
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
                    const struct spt_draft *draft, bool *capped)
{
    const struct spt_region_options *options = search->options;
    bool grow = options->fill || draft->count < options->least_windows;
    size_t best = growth->frontier_count;
    double least = grow ? INFINITY : draft->objective;

    *capped = false;
    for (size_t i = 0; i < growth->frontier_count; i++) {
        double objective = spt_draft_with(search, draft, growth->frontier[i]);

        if (objective >= least - SPT_REGION_TIE)
            continue;
        if (!spt_draft_fits(search, draft, growth->frontier[i])) {
            *capped = true;
            continue;
        }
        least = objective;
        best = i;
    }
    return best;
}

static struct spt_draft
grow_from(const struct spt_search *search, struct spt_growth *growth, size_t image,
          size_t seed)
{
    struct spt_draft draft = {.image = image, .windows = growth->members};

    spt_growth_start(growth, &search->candidates[image], seed);
    spt_draft_add(search, &draft, seed, false);
    for (;;) {
        size_t position = find_best_neighbour(search, growth, &draft, &draft.capped);

        if (position == growth->frontier_count)
            return draft;
        spt_draft_add(search, &draft, growth->frontier[position], false);
        spt_growth_join(growth, position);
    }
}

enum septum_status
spt_search_greedy(const struct spt_search *search, struct spt_draft *best,
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
            struct spt_draft draft;

            if (!candidate->askable[seed])
                continue;
            draft = grow_from(search, &growth, image, seed);
            if (spt_draft_is_better(search, &draft, best))
                spt_draft_copy(best, &draft);
        }
    }
    spt_growth_clear(&growth);
    return SEPTUM_OK;
}
