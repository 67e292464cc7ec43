/*
 * region.c - see region.h.
 */
#include "active/region.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "active/search.h"
#include "base/alloc.h"

enum septum_status
spt_region_check(const struct spt_region_options *options, struct septum_error *err)
{
    if (!(options->lambda >= 0 && options->lambda <= 1))
        return spt_fail(err, SEPTUM_EINVAL,
                        "choosing a region: lambda is %g; it weighs uncertainty "
                        "against abundance and must lie in [0, 1]",
                        options->lambda);
    if (options->most_windows == 0)
        return spt_fail(err, SEPTUM_EINVAL,
                        "choosing a region: at most 0 windows were asked for; a region "
                        "has at least 1");
    if (options->least_windows > options->most_windows)
        return spt_fail(err, SEPTUM_EINVAL,
                        "choosing a region: at least %zu windows were asked for and at "
                        "most %zu",
                        options->least_windows, options->most_windows);
    return SEPTUM_OK;
}

/* f stretched over the pool: arrays of its own behind copies of the candidates. */
struct rescaled {
    struct spt_candidate *candidates;
    float *f;
};

static void
find_range(const struct spt_candidate *candidates, size_t count, float range[2])
{
    range[0] = INFINITY;
    range[1] = -INFINITY;
    for (size_t i = 0; i < count; i++)
        for (size_t w = 0; w < spt_grid_count(&candidates[i].grid); w++)
            if (candidates[i].askable[w]) {
                range[0] = fminf(range[0], candidates[i].f[w]);
                range[1] = fmaxf(range[1], candidates[i].f[w]);
            }
}

static enum septum_status
rescale(const struct spt_candidate *candidates, size_t count, struct rescaled *out,
        struct septum_error *err)
{
    size_t total = 0;
    float range[2], *at;

    find_range(candidates, count, range);
    for (size_t i = 0; i < count; i++)
        total += spt_grid_count(&candidates[i].grid);
    out->candidates = spt_alloc_array(count, sizeof *out->candidates);
    out->f = at = spt_alloc_array(total, sizeof *out->f);
    if (out->candidates == NULL || out->f == NULL)
        return spt_fail_memory(err, "choosing a region", total * sizeof *out->f);
    for (size_t i = 0; i < count; i++) {
        out->candidates[i] = candidates[i];
        out->candidates[i].f = at;
        for (size_t w = 0; w < spt_grid_count(&candidates[i].grid); w++, at++)
            if (range[1] > range[0]) /* else all are equal, and 0 */
                *at = 0.5F * (candidates[i].f[w] - range[0]) / (range[1] - range[0]);
    }
    return SEPTUM_OK;
}

static size_t
find_largest(const struct spt_candidate *candidates, size_t count, size_t most)
{
    size_t largest = 0;

    for (size_t i = 0; i < count; i++) {
        size_t windows = spt_grid_count(&candidates[i].grid);

        largest = windows > largest ? windows : largest;
    }
    return largest < most ? largest : most;
}

static enum septum_status
find_best(const struct spt_search *search, struct spt_draft *best, bool *proved,
          struct septum_error *err)
{
    const struct spt_region_options *options = search->options;
    bool beam = options->search == SPT_SEARCH_BEAM ||
                (options->search == SPT_SEARCH_AUTO &&
                 options->most_windows > SPT_SEARCH_EXACT_WINDOWS);
    enum septum_status status = spt_search_greedy(search, best, err);

    if (status != SEPTUM_OK || best->count == 0 || options->search == SPT_SEARCH_GREEDY)
        return status;
    status = beam ? spt_search_beam(search, best, err)
                  : spt_search_exact(search, best, proved, err);
    best->capped = spt_draft_is_capped(search, best);
    return status;
}

enum septum_status
spt_region_search(const struct spt_candidate *candidates, size_t count,
                  const struct spt_region_options *options, struct spt_region *out,
                  struct septum_error *err)
{
    struct spt_search search = {
        .candidates = candidates, .count = count, .options = options};
    struct rescaled rescaled = {0};
    struct spt_draft best = {0};
    bool proved = false;
    enum septum_status status = spt_region_check(options, err);

    if (status == SEPTUM_OK && options->rescale) {
        status = rescale(candidates, count, &rescaled, err);
        search.candidates = rescaled.candidates;
    }
    if (status != SEPTUM_OK)
        goto done;
    search.largest = find_largest(candidates, count, options->most_windows);
    best.windows = spt_alloc_array(search.largest, sizeof *best.windows);
    status = best.windows != NULL
                 ? find_best(&search, &best, &proved, err)
                 : spt_fail_memory(err, "choosing a region",
                                   search.largest * sizeof *best.windows);
    if (status != SEPTUM_OK)
        goto done;
    if (best.count == 0) {
        *out = (struct spt_region){0};
        goto done;
    }
    status = spt_region_make(candidates, best.image, best.windows, best.count,
                             options->lambda, out, err);
    if (status == SEPTUM_OK) {
        out->capped = best.capped;
        out->proved = proved;
        if (options->rescale)
            out->objective = best.objective;
    }
done:
    free(rescaled.candidates);
    free(rescaled.f);
    free(best.windows);
    return status;
}

static int
compare_windows(const void *left, const void *right)
{
    size_t a = *(const size_t *)left, b = *(const size_t *)right;

    return (a > b) - (a < b);
}

enum septum_status
spt_region_make(const struct spt_candidate *candidates, size_t image,
                const size_t *windows, size_t count, double lambda,
                struct spt_region *out, struct septum_error *err)
{
    const struct spt_candidate *candidate = &candidates[image];
    struct spt_region made = {.image = image, .count = count};

    made.windows = spt_alloc_array(count, sizeof *made.windows);
    if (made.windows == NULL)
        return spt_fail_memory(err, "choosing a region", count * sizeof *made.windows);
    memcpy(made.windows, windows, count * sizeof *made.windows);
    qsort(made.windows, count, sizeof *made.windows, compare_windows);
    for (size_t i = 0; i < count; i++) {
        made.uncertainty += (double)candidate->f[made.windows[i]];
        made.abundance += (double)candidate->abundance[made.windows[i]];
    }
    made.uncertainty /= (double)count;
    made.objective = spt_region_objective(lambda, made.uncertainty, made.abundance);
    *out = made;
    return SEPTUM_OK;
}

void
spt_region_clear(struct spt_region *region)
{
    free(region->windows);
    *region = (struct spt_region){0};
}
