/*
 * strategy.c - see strategy.h.
 */
#include "active/strategy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "active/search.h"
#include "base/alloc.h"

static enum septum_status
choose_by_equation(const struct spt_candidate *candidates, size_t count,
                   const struct spt_region_options *options, struct spt_random *random,
                   struct spt_region *out, struct septum_error *err)
{
    (void)random;
    return spt_region_search(candidates, count, options, out, err);
}

/* Choose at a lambda of one's own, but tell the objective at that of `options`. */
static enum septum_status
choose_at(double lambda, const struct spt_candidate *candidates, size_t count,
          const struct spt_region_options *options, struct spt_region *out,
          struct septum_error *err)
{
    struct spt_region_options own = *options;
    enum septum_status status = spt_region_check(options, err);

    if (status != SEPTUM_OK)
        return status;
    own.lambda = lambda;
    own.fill = true;
    status = spt_region_search(candidates, count, &own, out, err);
    if (status == SEPTUM_OK && out->count > 0)
        out->objective =
            spt_region_objective(options->lambda, out->uncertainty, out->abundance);
    return status;
}

static enum septum_status
choose_by_uncertainty(const struct spt_candidate *candidates, size_t count,
                      const struct spt_region_options *options,
                      struct spt_random *random, struct spt_region *out,
                      struct septum_error *err)
{
    (void)random;
    return choose_at(1, candidates, count, options, out, err);
}

static enum septum_status
choose_by_abundance(const struct spt_candidate *candidates, size_t count,
                    const struct spt_region_options *options, struct spt_random *random,
                    struct spt_region *out, struct septum_error *err)
{
    (void)random;
    return choose_at(0, candidates, count, options, out, err);
}

/* The candidates with another measure in place of f. */
static struct spt_candidate *
copy_candidates(const struct spt_candidate *candidates, size_t count,
                struct septum_error *err)
{
    struct spt_candidate *copies = spt_alloc_array(count, sizeof *copies);

    if (copies == NULL)
        spt_fail_memory(err, "choosing a region", count * sizeof *copies);
    else if (count > 0)
        memcpy(copies, candidates, count * sizeof *copies);
    return copies;
}

/* Tell the measures of a region that was chosen by others. */
static enum septum_status
retell(const struct spt_candidate *candidates, double lambda, struct spt_region *region,
       struct septum_error *err)
{
    struct spt_region told;
    enum septum_status status;

    if (region->count == 0)
        return SEPTUM_OK;
    status = spt_region_make(candidates, region->image, region->windows, region->count,
                             lambda, &told, err);
    if (status == SEPTUM_OK) {
        told.capped = region->capped;
        told.proved = region->proved;
        spt_region_clear(region);
        *region = told;
    }
    return status;
}

static enum septum_status
choose_by_entropy(const struct spt_candidate *candidates, size_t count,
                  const struct spt_region_options *options, struct spt_random *random,
                  struct spt_region *out, struct septum_error *err)
{
    struct spt_candidate *copies = copy_candidates(candidates, count, err);
    struct spt_region found = {0};
    enum septum_status status = copies != NULL ? SEPTUM_OK : SEPTUM_ENOMEM;

    (void)random;
    for (size_t i = 0; i < count && status == SEPTUM_OK; i++) {
        copies[i].f = candidates[i].entropy;
        if (candidates[i].entropy == NULL)
            status = spt_fail(err, SEPTUM_EINVAL,
                              "choosing a region: the entropy of image %zu of the pool "
                              "is not known",
                              i);
    }
    if (status == SEPTUM_OK)
        status = choose_at(1, copies, count, options, &found, err);
    if (status == SEPTUM_OK)
        status = retell(candidates, options->lambda, &found, err);
    if (status == SEPTUM_OK)
        *out = found;
    else
        spt_region_clear(&found);
    free(copies);
    return status;
}

/* The mean f of the askable windows; infinite where there are none. */
static double
mean_f(const struct spt_candidate *candidate)
{
    double sum = 0, windows = 0;

    for (size_t w = 0; w < spt_grid_count(&candidate->grid); w++)
        if (candidate->askable[w]) {
            sum += (double)candidate->f[w];
            windows++;
        }
    return windows > 0 ? sum / windows : INFINITY;
}

static enum septum_status
choose_by_image(const struct spt_candidate *candidates, size_t count,
                const struct spt_region_options *options, struct spt_random *random,
                struct spt_region *out, struct septum_error *err)
{
    double least = INFINITY;
    size_t image = 0;
    enum septum_status status;

    (void)random;
    for (size_t i = 0; i < count; i++) {
        double mean = mean_f(&candidates[i]);

        if (mean < least - SPT_REGION_TIE) {
            least = mean;
            image = i;
        }
    }
    status = choose_at(1, candidates + image, count > 0 ? 1 : 0, options, out, err);
    if (status == SEPTUM_OK && out->count > 0)
        out->image = image;
    return status;
}

static size_t
count_askable(const struct spt_candidate *candidate)
{
    size_t windows = spt_grid_count(&candidate->grid), askable = 0;

    for (size_t i = 0; i < windows; i++)
        askable += candidate->askable[i] != 0;
    return askable;
}

/* The window that has `before` askable ones before it. */
static size_t
find_askable(const struct spt_candidate *candidate, size_t before)
{
    size_t window = 0;

    while (!candidate->askable[window] || before-- > 0)
        window++;
    return window;
}

static enum septum_status
choose_at_random(const struct spt_candidate *candidates, size_t count,
                 const struct spt_region_options *options, struct spt_random *random,
                 struct spt_region *out, struct septum_error *err)
{
    struct spt_search search = {candidates, count, options, 0};
    struct spt_growth growth = {0};
    struct spt_trial trial = {0};
    size_t image = 0, askable = 0, here, pick;
    enum septum_status status = spt_region_check(options, err);

    if (status != SEPTUM_OK)
        return status;
    for (size_t i = 0; i < count; i++)
        askable += count_askable(&candidates[i]);
    if (askable == 0) {
        *out = (struct spt_region){0};
        return SEPTUM_OK;
    }
    status = spt_growth_init(&growth, candidates, count, err);
    if (status != SEPTUM_OK)
        return status;
    pick = spt_random_below(random, askable);
    while (pick >= (here = count_askable(&candidates[image]))) {
        pick -= here;
        image++;
    }
    growth.diagonal = options->diagonal;
    spt_growth_start(&growth, &candidates[image],
                     find_askable(&candidates[image], pick));
    trial.image = image;
    trial.windows = growth.members;
    spt_trial_add(&search, &trial, growth.members[0], false);
    while (growth.frontier_count > 0) {
        pick = spt_random_below(random, growth.frontier_count);
        if (!spt_trial_fits(&search, &trial, growth.frontier[pick]))
            break;
        spt_trial_add(&search, &trial, growth.frontier[pick], false);
        spt_growth_join(&growth, pick);
    }
    status = spt_region_make(candidates, image, growth.members, growth.count,
                             options->lambda, out, err);
    if (status == SEPTUM_OK)
        out->capped = growth.frontier_count > 0;
    spt_growth_clear(&growth);
    return status;
}

const struct spt_strategy spt_strategies[] = {
    {"equation", "uncertain and abundant windows, as in the paper's equation",
     choose_by_equation},
    {"uncertainty", "the most uncertain windows", choose_by_uncertainty},
    {"abundance", "the windows that look like most others", choose_by_abundance},
    {"random", "windows drawn at random", choose_at_random},
    {"entropy", "the windows of highest entropy", choose_by_entropy},
    {"margin", "the least margin between the classes: the same as uncertainty",
     choose_by_uncertainty},
    {"image", "the most uncertain image, and its most uncertain windows",
     choose_by_image},
    {NULL, NULL, NULL},
};

const struct spt_strategy *
spt_strategy_find(const char *name)
{
    for (const struct spt_strategy *strategy = spt_strategies; strategy->name != NULL;
         strategy++)
        if (strcmp(strategy->name, name) == 0)
            return strategy;
    return NULL;
}
