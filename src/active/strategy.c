/*
 * strategy.c - see strategy.h.
 */
#include "active/strategy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "active/coreset.h"
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

/* Choose by another measure of candidates in the place of f; `name` is for the error.
 */
static enum septum_status
choose_by_measure(const float *(*measure_of)(const struct spt_candidate *),
                  const char *name, const struct spt_candidate *candidates,
                  size_t count, const struct spt_region_options *options,
                  struct spt_region *out, struct septum_error *err)
{
    struct spt_candidate *copies = spt_alloc_array(count, sizeof *copies);
    struct spt_region found = {0};
    enum septum_status status = SEPTUM_OK;

    if (copies == NULL)
        return spt_fail_memory(err, "choosing a region", count * sizeof *copies);
    for (size_t i = 0; i < count && status == SEPTUM_OK; i++) {
        copies[i] = candidates[i];
        copies[i].f = measure_of(&candidates[i]);
        if (copies[i].f == NULL)
            status = spt_fail(err, SEPTUM_EINVAL,
                              "choosing a region: the %s of image %zu of the pool is "
                              "not known",
                              name, i);
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

static const float *
entropy_of(const struct spt_candidate *candidate)
{
    return candidate->entropy;
}

static enum septum_status
choose_by_entropy(const struct spt_candidate *candidates, size_t count,
                  const struct spt_region_options *options, struct spt_random *random,
                  struct spt_region *out, struct septum_error *err)
{
    (void)random;
    return choose_by_measure(entropy_of, "entropy", candidates, count, options, out,
                             err);
}

static const float *
bald_of(const struct spt_candidate *candidate)
{
    return candidate->bald;
}

static enum septum_status
choose_by_bald(const struct spt_candidate *candidates, size_t count,
               const struct spt_region_options *options, struct spt_random *random,
               struct spt_region *out, struct septum_error *err)
{
    (void)random;
    return choose_by_measure(bald_of, "mutual information", candidates, count, options,
                             out, err);
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
    struct spt_draft draft = {0};
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
    draft.image = image;
    draft.windows = growth.members;
    spt_draft_add(&search, &draft, growth.members[0], false);
    while (growth.frontier_count > 0) {
        pick = spt_random_below(random, growth.frontier_count);
        if (!spt_draft_fits(&search, &draft, growth.frontier[pick]))
            break;
        spt_draft_add(&search, &draft, growth.frontier[pick], false);
        spt_growth_join(&growth, pick);
    }
    status = spt_region_make(candidates, image, growth.members, growth.count,
                             options->lambda, out, err);
    if (status == SEPTUM_OK)
        out->capped = growth.frontier_count > 0;
    spt_growth_clear(&growth);
    return status;
}

/* How far a window is from what is known and from the first members of the region. */
static double
find_gap(const struct spt_candidate *candidate, const struct spt_growth *growth,
         size_t window)
{
    size_t dimensions = candidate->feature_count;
    double gap = (double)candidate->gap[window];

    for (size_t i = 0; i < growth->count; i++)
        gap = fmin(gap, spt_coreset_distance(
                            candidate->features + growth->members[i] * dimensions,
                            candidate->features + window * dimensions, dimensions));
    return gap;
}

/* The askable window that is furthest from what is known; false when there is none. */
static bool
find_furthest(const struct spt_candidate *candidates, size_t count, size_t *image,
              size_t *window)
{
    double largest = -1;

    for (size_t i = 0; i < count; i++)
        for (size_t w = 0; w < spt_grid_count(&candidates[i].grid); w++)
            if (candidates[i].askable[w] && (double)candidates[i].gap[w] > largest) {
                largest = (double)candidates[i].gap[w];
                *image = i;
                *window = w;
            }
    return largest >= 0;
}

/* Let the furthest neighbour join, again and again. */
static void
grow_furthest(const struct spt_search *search, struct spt_growth *growth,
              struct spt_draft *draft)
{
    for (;;) {
        size_t best = growth->frontier_count;
        double largest = -1;

        for (size_t i = 0; i < growth->frontier_count; i++) {
            double gap = find_gap(growth->candidate, growth, growth->frontier[i]);

            if (gap > largest && spt_draft_fits(search, draft, growth->frontier[i])) {
                largest = gap;
                best = i;
            }
        }
        if (best == growth->frontier_count)
            return;
        spt_draft_add(search, draft, growth->frontier[best], false);
        spt_growth_join(growth, best);
    }
}

static enum septum_status
check_features(const struct spt_candidate *candidates, size_t count,
               struct septum_error *err)
{
    for (size_t i = 0; i < count; i++)
        if (candidates[i].gap == NULL || candidates[i].features == NULL)
            return spt_fail(err, SEPTUM_EINVAL,
                            "choosing a region: the features of image %zu of the pool "
                            "are not known",
                            i);
    return SEPTUM_OK;
}

static enum septum_status
choose_by_coreset(const struct spt_candidate *candidates, size_t count,
                  const struct spt_region_options *options, struct spt_random *random,
                  struct spt_region *out, struct septum_error *err)
{
    struct spt_search search = {candidates, count, options, 0};
    struct spt_growth growth = {0};
    struct spt_draft draft = {0};
    size_t window = 0;
    enum septum_status status = spt_region_check(options, err);

    (void)random;
    if (status == SEPTUM_OK)
        status = check_features(candidates, count, err);
    if (status != SEPTUM_OK)
        return status;
    if (!find_furthest(candidates, count, &draft.image, &window)) {
        *out = (struct spt_region){0};
        return SEPTUM_OK;
    }
    status = spt_growth_init(&growth, candidates, count, err);
    if (status != SEPTUM_OK)
        return status;
    spt_growth_start(&growth, &candidates[draft.image], window);
    draft.windows = growth.members;
    spt_draft_add(&search, &draft, window, false);
    grow_furthest(&search, &growth, &draft);
    status = spt_region_make(candidates, draft.image, growth.members, growth.count,
                             options->lambda, out, err);
    if (status == SEPTUM_OK)
        out->capped = growth.frontier_count > 0;
    spt_growth_clear(&growth);
    return status;
}

const struct spt_strategy spt_strategies[] = {
    {.name = "equation",
     .summary = "uncertain and abundant windows, as in the paper's equation",
     .choose = choose_by_equation},
    {.name = "uncertainty",
     .summary = "the most uncertain windows",
     .choose = choose_by_uncertainty},
    {.name = "abundance",
     .summary = "the windows that look like most others",
     .choose = choose_by_abundance},
    {.name = "random",
     .summary = "windows drawn at random",
     .choose = choose_at_random},
    {.name = "entropy",
     .summary = "the windows of highest entropy",
     .choose = choose_by_entropy},
    {.name = "margin",
     .summary = "the least margin between the classes: the same as uncertainty",
     .choose = choose_by_uncertainty},
    {.name = "bald",
     .summary = "the windows on which dropout's nets disagree most",
     .needs_bald = true,
     .choose = choose_by_bald},
    {.name = "coreset",
     .summary = "the windows least like all known ones, in the net's eyes",
     .needs_features = true,
     .choose = choose_by_coreset},
    {.name = "image",
     .summary = "the most uncertain image, and its most uncertain windows",
     .choose = choose_by_image},
    {.name = NULL},
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
