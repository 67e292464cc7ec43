/*
 * region.c - see region.h.
 */
#include "active/region.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "active/growth.h"
#include "base/alloc.h"

/* A region that was grown; the sums belong to its windows. */
struct trial {
    size_t image;
    size_t *windows; /* in the growth, or a copy */
    size_t count;
    double f, abundance; /* sums */
    double objective;
    bool capped;
};

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
    return SEPTUM_OK;
}

/* The objective of the trial once `window` has joined it. */
static double
objective_with(const struct spt_candidate *candidate, double lambda,
               const struct trial *trial, size_t window)
{
    return spt_region_objective(
        lambda, (trial->f + (double)candidate->f[window]) / (double)(trial->count + 1),
        trial->abundance + (double)candidate->abundance[window]);
}

static void
add_window(const struct spt_candidate *candidate, double lambda, struct trial *trial,
           size_t window)
{
    trial->objective = objective_with(candidate, lambda, trial, window);
    trial->f += (double)candidate->f[window];
    trial->abundance += (double)candidate->abundance[window];
    trial->count++;
}

/* Where in the frontier the window stands that should join; its end when none should.
 */
static size_t
find_best_neighbour(const struct spt_growth *growth,
                    const struct spt_region_options *options, const struct trial *trial)
{
    size_t best = growth->frontier_count;
    double least = options->fill ? INFINITY : trial->objective;

    for (size_t i = 0; i < growth->frontier_count; i++) {
        double objective = objective_with(growth->candidate, options->lambda, trial,
                                          growth->frontier[i]);

        if (objective < least - SPT_REGION_TIE) {
            least = objective;
            best = i;
        }
    }
    return best;
}

static struct trial
grow_from(struct spt_growth *growth, const struct spt_candidate *candidate, size_t seed,
          const struct spt_region_options *options)
{
    struct trial trial = {.windows = growth->members};

    spt_growth_start(growth, candidate, seed);
    add_window(candidate, options->lambda, &trial, seed);
    for (;;) {
        size_t position = find_best_neighbour(growth, options, &trial);

        if (position == growth->frontier_count)
            return trial;
        if (trial.count == options->most_windows) {
            trial.capped = true;
            return trial;
        }
        add_window(candidate, options->lambda, &trial, growth->frontier[position]);
        spt_growth_join(growth, position);
    }
}

static bool
is_better(const struct trial *trial, const struct trial *best, bool fill)
{
    if (best->count == 0 || (fill && trial->count != best->count))
        return trial->count > best->count;
    return trial->objective < best->objective - SPT_REGION_TIE;
}

/* Grow from all seeds; what wins is copied to best->windows. */
static void
find_best(struct spt_growth *growth, const struct spt_candidate *candidates,
          size_t count, const struct spt_region_options *options, struct trial *best)
{
    for (size_t image = 0; image < count; image++) {
        const struct spt_candidate *candidate = &candidates[image];
        size_t windows = spt_grid_count(&candidate->grid);

        for (size_t seed = 0; seed < windows; seed++) {
            size_t *copy = best->windows;
            struct trial trial;

            if (!candidate->askable[seed])
                continue;
            trial = grow_from(growth, candidate, seed, options);
            if (!is_better(&trial, best, options->fill))
                continue;
            memcpy(copy, trial.windows, trial.count * sizeof *copy);
            *best = trial;
            best->windows = copy;
            best->image = image;
        }
    }
}

enum septum_status
spt_region_search(const struct spt_candidate *candidates, size_t count,
                  const struct spt_region_options *options, struct spt_region *out,
                  struct septum_error *err)
{
    struct spt_growth growth = {0};
    struct trial best = {0};
    size_t largest = 0;
    enum septum_status status = spt_region_check(options, err);

    if (status != SEPTUM_OK)
        return status;
    status = spt_growth_init(&growth, candidates, count, err);
    if (status != SEPTUM_OK)
        goto done;
    for (size_t i = 0; i < count; i++) {
        size_t windows = spt_grid_count(&candidates[i].grid);

        largest = windows > largest ? windows : largest;
    }
    if (largest > options->most_windows)
        largest = options->most_windows;
    best.windows = spt_alloc_array(largest, sizeof *best.windows);
    if (best.windows == NULL) {
        status =
            spt_fail_memory(err, "choosing a region", largest * sizeof *best.windows);
        goto done;
    }
    find_best(&growth, candidates, count, options, &best);
    if (best.count == 0) {
        *out = (struct spt_region){0};
        goto done;
    }
    status = spt_region_make(candidates, best.image, best.windows, best.count,
                             options->lambda, out, err);
    if (status == SEPTUM_OK)
        out->capped = best.capped;
done:
    spt_growth_clear(&growth);
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
