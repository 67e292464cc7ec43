/*
 * strategy.c - see strategy.h.
 */
#include "active/strategy.h"

#include <string.h>

#include "active/growth.h"

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
    struct spt_growth growth = {0};
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
    spt_growth_start(&growth, &candidates[image],
                     find_askable(&candidates[image], pick));
    while (growth.count < options->most_windows && growth.frontier_count > 0)
        spt_growth_join(&growth, spt_random_below(random, growth.frontier_count));
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
