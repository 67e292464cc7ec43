/*
 * curves.c - see curves.h.
 *
 * An experiment has some hundred points, so that searching them again for each epoch
 * costs nothing.
 */
#include "experiment/curves.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static void
add_point(struct spt_summary *sum, const struct spt_curve_point *point)
{
    sum->lowest = sum->seeds > 0 ? fmin(sum->lowest, point->f_score) : point->f_score;
    sum->highest = sum->seeds > 0 ? fmax(sum->highest, point->f_score) : point->f_score;
    sum->seeds++;
    sum->f_score += point->f_score;
    sum->precision += point->precision;
    sum->recall += point->recall;
    sum->v_rand += point->v_rand;
    sum->v_info += point->v_info;
    sum->labelled_pixels += (double)point->labelled_pixels;
    sum->expert_seconds += point->expert_seconds;
    sum->train_seconds += point->train_seconds;
}

static void
divide_sums(struct spt_summary *sum)
{
    double n = sum->seeds > 0 ? (double)sum->seeds : 1;

    sum->f_score /= n;
    sum->precision /= n;
    sum->recall /= n;
    sum->v_rand /= n;
    sum->v_info /= n;
    sum->labelled_pixels /= n;
    sum->expert_seconds /= n;
    sum->train_seconds /= n;
}

static bool
is_last_of_its_seed(const struct spt_curve_point *points, size_t count, size_t index)
{
    const struct spt_curve_point *point = &points[index];

    for (size_t i = 0; i < count; i++)
        if (strcmp(points[i].strategy, point->strategy) == 0 &&
            points[i].seed == point->seed &&
            (points[i].epoch > point->epoch ||
             (points[i].epoch == point->epoch && i > index)))
            return false;
    return true;
}

static int
compare_epochs(const void *first, const void *second)
{
    const struct spt_summary *a = first, *b = second;

    return (a->epoch > b->epoch) - (a->epoch < b->epoch);
}

/* Add a point to its epoch's summary, which may be a new one: there is room. */
static void
add_to_epoch(struct spt_curve *curve, const struct spt_curve_point *point)
{
    size_t at = 0;

    while (at < curve->count && curve->epochs[at].epoch != point->epoch)
        at++;
    if (at == curve->count)
        curve->epochs[curve->count++].epoch = point->epoch;
    add_point(&curve->epochs[at], point);
}

static enum septum_status
gather_curve(const struct spt_curve_point *points, size_t count, const char *strategy,
             struct spt_curve *curve, struct septum_error *err)
{
    curve->strategy = strategy;
    curve->epochs = spt_alloc_array(count, sizeof *curve->epochs);
    if (curve->epochs == NULL)
        return spt_fail_memory(err, "the curves of a report",
                               count * sizeof *curve->epochs);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(points[i].strategy, strategy) != 0)
            continue;
        add_to_epoch(curve, &points[i]);
        if (is_last_of_its_seed(points, count, i)) {
            add_point(&curve->final, &points[i]);
            if (points[i].epoch > curve->final.epoch)
                curve->final.epoch = points[i].epoch;
        }
    }
    qsort(curve->epochs, curve->count, sizeof *curve->epochs, compare_epochs);
    for (size_t i = 0; i < curve->count; i++)
        divide_sums(&curve->epochs[i]);
    divide_sums(&curve->final);
    return SEPTUM_OK;
}

static bool
has_strategy(const struct spt_curves *curves, const char *strategy)
{
    for (size_t i = 0; i < curves->count; i++)
        if (strcmp(curves->at[i].strategy, strategy) == 0)
            return true;
    return false;
}

enum septum_status
spt_curves_gather(const struct spt_curve_point *points, size_t count,
                  struct spt_curves *out, struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;
    struct spt_curves curves = {.at = spt_alloc_array(count, sizeof *curves.at)};

    if (curves.at == NULL)
        return spt_fail_memory(err, "the curves of a report",
                               count * sizeof *curves.at);
    for (size_t i = 0; i < count && status == SEPTUM_OK; i++)
        if (!has_strategy(&curves, points[i].strategy))
            status = gather_curve(points, count, points[i].strategy,
                                  &curves.at[curves.count++], err);
    if (status == SEPTUM_OK)
        *out = curves;
    else
        spt_curves_clear(&curves);
    return status;
}

void
spt_curves_clear(struct spt_curves *curves)
{
    for (size_t i = 0; i < curves->count; i++)
        free(curves->at[i].epochs);
    free(curves->at);
    *curves = (struct spt_curves){0};
}

/* The paper's three as its Fig. 3 has them. */
static const struct {
    const char *strategy;
    struct spt_stroke stroke;
} known[] = {
    {"source", {"#999999", "2 3", "the source model, untouched"}},
    {"scratch", {"#999999", "none", "no layer copied; learns from the labels alone"}},
    {"all", {"#000000", "none", "as finetune, with the truth of the whole pool"}},
    {"frozen", {"#c4108f", "1.5 5", "copied layers stay as they were"}},
    {"finetune", {"#d62728", "9 5", "copied layers learn with the others"}},
    {"expert",
     {"#1b5fd0", "none", "as finetune, and asks an expert for a region each epoch"}},
};

/* Colours that differ for the colour-blind, too (Okabe and Ito 2008, without the red
 * and blue that are taken); the dashes tell the second round from the first. */
static const struct spt_stroke others[] = {
    {"#009e73", "none", ""}, {"#e69f00", "none", ""}, {"#56b4e9", "none", ""},
    {"#444444", "none", ""}, {"#9467bd", "none", ""}, {"#8c564b", "none", ""},
    {"#009e73", "6 3", ""},  {"#e69f00", "6 3", ""},  {"#56b4e9", "6 3", ""},
    {"#444444", "6 3", ""},  {"#9467bd", "6 3", ""},  {"#8c564b", "6 3", ""},
};

static const struct spt_stroke *
find_known(const char *strategy)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].strategy, strategy) == 0)
            return &known[i].stroke;
    return NULL;
}

struct spt_stroke
spt_curves_stroke(const struct spt_curves *curves, size_t index)
{
    const struct spt_stroke *stroke = find_known(curves->at[index].strategy);
    size_t unknown = 0;

    if (stroke != NULL)
        return *stroke;
    for (size_t i = 0; i < index; i++)
        unknown += find_known(curves->at[i].strategy) == NULL;
    return others[unknown % (sizeof others / sizeof *others)];
}
