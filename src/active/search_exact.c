/*
 * search_exact.c - the exact search of search.h.
 *
 * Every connected set is built once, from its first window on (Wernicke's enumeration,
 * 2006): a set is extended only by windows after the first that no earlier extension
 * has tried.
 *
 * The bound.  For a set of k windows the objective is a plain sum, of
 *
 *	g_k(w) = lambda * f(w) / k - (1 - lambda) * S_w
 *
 * over its windows.  A set of n that is to have k in the end can do no better than to
 * add the k - n windows of least g_k that lie near enough to its first one; the least
 * of that over all k is what no extension gets below.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "active/search.h"
#include "base/alloc.h"

#define STEPS 100000000

/* The list of windows that may extend a set of some size. */
struct level {
    size_t left;     /* in it */
    size_t old, end; /* those from `old` to before `end` came with the last window */
};

struct work {
    const struct spt_search *search;
    const struct spt_candidate *candidate;
    struct spt_draft draft, *best;
    size_t root, least, most; /* sizes looked for */
    size_t windows;           /* in the grid */
    size_t *extension;        /* a list of `windows` for each size */
    struct level *levels;     /* of each size */
    uint8_t *seen;            /* in the set, or next to it, or tried */
    double *bounds; /* [k][m]: the sum of the m least g_k; (most + 1) x (most + 1) */
    size_t steps;
    bool stopped;
};

static double
weigh(const struct work *work, size_t window, size_t k)
{
    double lambda = work->search->options->lambda;

    return lambda * (double)work->candidate->f[window] / (double)k -
           (1 - lambda) * (double)work->candidate->abundance[window];
}

/* Keep the `most` least of all values offered, ascending, in list[1 ...]. */
static void
keep_least(double *list, size_t most, double value)
{
    size_t at = most;

    if (value >= list[most])
        return;
    for (; at > 1 && list[at - 1] > value; at--)
        list[at] = list[at - 1];
    list[at] = value;
}

/* Whether `window` can be in a set of work->most windows that begins with the root. */
static bool
is_in_reach(const struct work *work, size_t window, size_t down, size_t across)
{
    return window > work->root && work->candidate->askable[window] &&
           down + across < work->most;
}

/* The windows in reach lie in few rows and columns: what a root costs does not grow
 * with the image. */
static void
find_bounds(struct work *work)
{
    const struct spt_grid *grid = &work->candidate->grid;
    const size_t stride = work->most + 1, columns = grid->columns;
    const size_t row = work->root / columns, column = work->root % columns;
    const size_t left = column >= work->most ? column - work->most + 1 : 0;

    for (size_t k = work->least; k <= work->most; k++) {
        double *list = work->bounds + k * stride;

        list[0] = 0;
        for (size_t m = 1; m <= work->most; m++)
            list[m] = INFINITY;
        for (size_t y = row; y < grid->rows && y < row + work->most; y++)
            for (size_t x = left; x < columns && x < column + work->most; x++) {
                size_t window = y * columns + x;

                if (is_in_reach(work, window, y - row,
                                x > column ? x - column : column - x))
                    keep_least(list, work->most, weigh(work, window, k));
            }
        for (size_t m = 1; m <= work->most; m++)
            list[m] += list[m - 1];
    }
}

/* Whether some extension of the set might beat the best so far. */
static bool
is_promising(const struct work *work)
{
    const struct spt_draft *draft = &work->draft;
    double lambda = work->search->options->lambda;
    size_t stride = work->most + 1;
    double goal =
        work->best->count == 0 ? INFINITY : work->best->objective - SPT_REGION_TIE;
    size_t k = draft->count + 1 > work->least ? draft->count + 1 : work->least;

    for (; k <= work->most; k++) {
        double so_far =
            lambda * draft->f / (double)k + (1 - lambda) * (1 - draft->abundance);

        if (so_far + work->bounds[k * stride + k - draft->count] < goal)
            return true;
    }
    return false;
}

static bool
may_extend(const struct work *work)
{
    return work->levels[work->draft.count].left > 0 && work->draft.count < work->most &&
           work->steps > 0 && is_promising(work);
}

/* Count the set, and keep it if it is the best so far. */
static void
note_set(struct work *work)
{
    work->steps--;
    if (work->draft.count >= work->least &&
        (work->best->count == 0 ||
         work->draft.objective < work->best->objective - SPT_REGION_TIE))
        spt_draft_copy(work->best, &work->draft);
}

/* Offer the neighbours of `window` to the list of the set's size, behind those it has.
 */
static void
offer_neighbours(struct work *work, size_t window)
{
    struct level *level = &work->levels[work->draft.count];
    size_t *list = work->extension + work->draft.count * work->windows;
    size_t neighbours[4];
    size_t count = spt_grid_neighbours(&work->candidate->grid, window, neighbours);

    level->old = level->left;
    for (size_t i = 0; i < count; i++)
        if (neighbours[i] > work->root && !work->seen[neighbours[i]] &&
            work->candidate->askable[neighbours[i]]) {
            work->seen[neighbours[i]] = 1;
            list[level->left++] = neighbours[i];
        }
    level->end = level->left;
}

/* Take the last window of the list into the set. */
static void
take_window(struct work *work)
{
    size_t size = work->draft.count;
    size_t *list = work->extension + size * work->windows;
    size_t window = list[--work->levels[size].left];

    if (!spt_draft_fits(work->search, &work->draft, window))
        return;
    spt_draft_add(work->search, &work->draft, window, true);
    note_set(work);
    memcpy(list + work->windows, list, work->levels[size].left * sizeof *list);
    work->levels[size + 1].left = work->levels[size].left;
    offer_neighbours(work, window);
}

static void
give_back_window(struct work *work)
{
    size_t size = work->draft.count;
    const size_t *list = work->extension + size * work->windows;

    for (size_t i = work->levels[size].old; i < work->levels[size].end; i++)
        work->seen[list[i]] = 0;
    spt_draft_remove(work->search, &work->draft, size - 1);
}

static void
try_root(struct work *work, size_t image, size_t root)
{
    work->root = root;
    work->draft = (struct spt_draft){.image = image, .windows = work->draft.windows};
    if (work->steps == 0)
        return;
    memset(work->seen, 0, work->windows);
    work->seen[root] = 1;
    find_bounds(work);
    spt_draft_add(work->search, &work->draft, root, true);
    note_set(work);
    work->levels[1].left = 0;
    offer_neighbours(work, root);
    for (;;) {
        if (may_extend(work))
            take_window(work);
        else if (work->draft.count > 1)
            give_back_window(work);
        else
            return;
    }
}

/* Lower the best of all sets of `least` to `most` windows. */
static void
try_sizes(struct work *work, size_t least, size_t most)
{
    work->least = least;
    work->most = most;
    for (size_t image = 0; image < work->search->count; image++) {
        work->candidate = &work->search->candidates[image];
        work->windows = spt_grid_count(&work->candidate->grid);
        for (size_t root = 0; root < work->windows && !work->stopped; root++) {
            if (!work->candidate->askable[root])
                continue;
            try_root(work, image, root);
            work->stopped = !spt_search_alive(work->search, image, root);
        }
    }
}

/* Sizes from the largest down, until there is a set of that size; what is in *best, of
 * any size, is beaten by one of those. */
static void
try_largest_first(struct work *work, size_t most)
{
    struct spt_draft known = *work->best;

    for (size_t size = most; size > known.count; size--) {
        work->best->count = 0;
        try_sizes(work, size, size);
        if (work->best->count > 0 || work->stopped)
            return;
    }
    *work->best = known;
    try_sizes(work, known.count, known.count);
}

enum septum_status
spt_search_exact(const struct spt_search *search, struct spt_draft *best, bool *proved,
                 struct septum_error *err)
{
    const struct spt_region_options *options = search->options;
    struct work work = {.search = search, .best = best};
    size_t largest = search->largest;
    /* Where no image has that many windows, as many as there are. */
    size_t least = options->least_windows < largest ? options->least_windows : largest;
    size_t grid = 0;
    enum septum_status status = SEPTUM_OK;

    for (size_t i = 0; i < search->count; i++) {
        size_t windows = spt_grid_count(&search->candidates[i].grid);

        grid = windows > grid ? windows : grid;
    }
    work.steps = options->most_steps > 0 ? options->most_steps : STEPS;
    work.draft.windows = spt_alloc_array(largest + 1, sizeof *work.draft.windows);
    work.extension = spt_alloc_array(largest + 2, grid * sizeof *work.extension);
    work.levels = spt_alloc_array(largest + 2, sizeof *work.levels);
    work.seen = spt_alloc_array(grid, 1);
    work.bounds = spt_alloc_array(largest + 1, (largest + 1) * sizeof *work.bounds);
    if (work.draft.windows == NULL || work.extension == NULL || work.levels == NULL ||
        work.seen == NULL || work.bounds == NULL) {
        status = spt_fail_memory(err, "choosing a region",
                                 (largest + 1) * grid * sizeof *work.extension);
        goto done;
    }
    if (options->fill || best->count < least)
        try_largest_first(&work, options->fill ? largest : least);
    if (!options->fill && best->count >= least)
        try_sizes(&work, least > 0 ? least : 1, largest);
    *proved = work.steps > 0;
    if (work.stopped)
        status = spt_fail(err, SEPTUM_ESTOPPED, "stopped");
done:
    free(work.draft.windows);
    free(work.extension);
    free(work.levels);
    free(work.seen);
    free(work.bounds);
    return status;
}
