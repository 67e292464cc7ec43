/*
 * comparison.c - see comparison.h.
 */
#include "experiment/comparison.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* What one trial comes to. */
struct trial {
    const char *strategy;
    uint64_t seed;
    const struct spt_curve_point **points; /* by epoch; inside one block */
    size_t count;
    double epoch_area, expert_area, final, best;
};

struct trials {
    struct trial *at;
    const struct spt_curve_point **points;
    size_t count;
};

/* By trial, and within it by epoch; trials in the order of their strategies' names. */
static int
compare_points(const void *left, const void *right)
{
    const struct spt_curve_point *a = *(const struct spt_curve_point *const *)left;
    const struct spt_curve_point *b = *(const struct spt_curve_point *const *)right;
    int names = strcmp(a->strategy, b->strategy);

    if (names != 0)
        return names;
    if (a->seed != b->seed)
        return a->seed < b->seed ? -1 : 1;
    return (a->epoch > b->epoch) - (a->epoch < b->epoch);
}

static enum septum_status
gather_trials(const struct spt_curve_point *points, size_t count, struct trials *out,
              struct septum_error *err)
{
    out->at = spt_alloc_array(count, sizeof *out->at);
    out->points = spt_alloc_array(count, sizeof(void *));
    if (out->at == NULL || out->points == NULL)
        return spt_fail_memory(err, "the comparison of a report",
                               count * sizeof *out->at);
    for (size_t i = 0; i < count; i++)
        out->points[i] = &points[i];
    qsort(out->points, count, sizeof(void *), compare_points);
    for (size_t i = 0; i < count; i++) {
        const struct spt_curve_point *point = out->points[i];
        struct trial *last = out->count > 0 ? &out->at[out->count - 1] : NULL;

        if (last == NULL || strcmp(last->strategy, point->strategy) != 0 ||
            last->seed != point->seed) {
            last = &out->at[out->count++];
            *last = (struct trial){
                .strategy = point->strategy,
                .seed = point->seed,
                .points = out->points + i,
            };
        }
        last->count++;
    }
    return SEPTUM_OK;
}

static double
epoch_of(const struct spt_curve_point *point)
{
    return point->epoch;
}

static double
time_of(const struct spt_curve_point *point)
{
    return point->expert_seconds;
}

/* The mean height of the curve from its start up to `end`, by trapezoids; that of the
 * first point where there is no way to go. */
static double
find_mean_height(const struct trial *trial,
                 double (*place)(const struct spt_curve_point *), double end)
{
    double start = place(trial->points[0]), area = 0;

    if (end <= start)
        return trial->points[0]->f_score;
    for (size_t i = 1; i < trial->count; i++) {
        const struct spt_curve_point *a = trial->points[i - 1], *b = trial->points[i];
        double from = place(a), to = place(b), width = fmin(to, end) - from;
        double at_end;

        if (width <= 0)
            continue;
        at_end = a->f_score + (b->f_score - a->f_score) * width / (to - from);
        area += width * (a->f_score + at_end) / 2;
    }
    return area / (end - start);
}

static double
find_end(const struct trial *trial, double (*place)(const struct spt_curve_point *))
{
    return place(trial->points[trial->count - 1]);
}

/* The expert's time that all trials reached in which there was one. */
static double
find_common_seconds(const struct trials *trials)
{
    double least = INFINITY;

    for (size_t i = 0; i < trials->count; i++) {
        double seconds = find_end(&trials->at[i], time_of);

        if (seconds > 0)
            least = fmin(least, seconds);
    }
    return isinf(least) ? 0 : least;
}

static void
measure(struct trials *trials, double seconds)
{
    for (size_t i = 0; i < trials->count; i++) {
        struct trial *trial = &trials->at[i];

        trial->epoch_area =
            find_mean_height(trial, epoch_of, find_end(trial, epoch_of));
        trial->expert_area = find_mean_height(trial, time_of, seconds);
        trial->final = trial->points[trial->count - 1]->f_score;
        trial->best = trial->points[trial->count - 1]->best_f_score;
    }
}

static const struct trial *
find_trial(const struct trials *trials, const char *strategy, uint64_t seed)
{
    for (size_t i = 0; i < trials->count; i++)
        if (trials->at[i].seed == seed && strcmp(trials->at[i].strategy, strategy) == 0)
            return &trials->at[i];
    return NULL;
}

double
spt_student_quantile(size_t freedom)
{
    /* Abramowitz and Stegun 1964, table 26.10; beyond it, their 26.7.5. */
    static const double table[] = {
        12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
        2.2010,  2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
        2.0796,  2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
    };
    double n = (double)freedom;

    return freedom <= sizeof table / sizeof *table
               ? table[freedom - 1]
               : 1.959964 + 2.37227 / n + 2.8225 / (n * n);
}

/* Differences of one measure, which lies `offset` bytes inside a trial. */
static struct spt_paired
pair(const struct trials *trials, const char *strategy, const char *reference,
     size_t offset)
{
    struct spt_paired paired = {0};
    double squares = 0, half;

    for (size_t i = 0; i < trials->count; i++) {
        const struct trial *a = &trials->at[i], *b;
        double difference, before = paired.mean;

        if (strcmp(a->strategy, strategy) != 0)
            continue;
        b = find_trial(trials, reference, a->seed);
        if (b == NULL)
            continue;
        difference = *(const double *)((const char *)a + offset) -
                     *(const double *)((const char *)b + offset);
        /* Mean and squares of deviations, as they go (Welford 1962). */
        paired.pairs++;
        paired.mean += (difference - before) / (double)paired.pairs;
        squares += (difference - before) * (difference - paired.mean);
    }
    paired.low = paired.high = paired.mean;
    if (paired.pairs < 2)
        return paired;
    half = spt_student_quantile(paired.pairs - 1) *
           sqrt(squares / (double)(paired.pairs - 1) / (double)paired.pairs);
    paired.low -= half;
    paired.high += half;
    return paired;
}

/* The strategies, in the order of the points. */
static void
list_strategies(const struct spt_curve_point *points, size_t count,
                struct spt_comparison *out)
{
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;

        while (at < out->count && strcmp(out->at[at].strategy, points[i].strategy) != 0)
            at++;
        if (at == out->count)
            out->at[out->count++].strategy = points[i].strategy;
    }
}

static void
average(const struct trials *trials, struct spt_compared *row)
{
    for (size_t i = 0; i < trials->count; i++) {
        const struct trial *trial = &trials->at[i];

        if (strcmp(trial->strategy, row->strategy) != 0)
            continue;
        row->seeds++;
        row->asks = row->asks || find_end(trial, time_of) > 0;
        row->epoch_area += trial->epoch_area;
        row->expert_area += trial->expert_area;
    }
    row->epoch_area /= (double)row->seeds;
    row->expert_area = row->asks ? row->expert_area / (double)row->seeds : 0;
}

static size_t
find_reference(const struct spt_comparison *comparison)
{
    size_t first = comparison->count;

    for (size_t i = 0; i < comparison->count; i++) {
        if (strcmp(comparison->at[i].strategy, "expert") == 0)
            return i;
        if (comparison->at[i].asks && first == comparison->count)
            first = i;
    }
    return first < comparison->count ? first : 0;
}

enum septum_status
spt_comparison_make(const struct spt_curve_point *points, size_t count,
                    struct spt_comparison *out, struct septum_error *err)
{
    struct trials trials = {0};
    struct spt_comparison comparison = {0};
    enum septum_status status;

    comparison.at = spt_alloc_array(count, sizeof *comparison.at);
    if (comparison.at == NULL)
        return spt_fail_memory(err, "the comparison of a report",
                               count * sizeof *comparison.at);
    status = gather_trials(points, count, &trials, err);
    if (status != SEPTUM_OK)
        goto done;
    comparison.seconds = find_common_seconds(&trials);
    measure(&trials, comparison.seconds);
    list_strategies(points, count, &comparison);
    for (size_t i = 0; i < comparison.count; i++)
        average(&trials, &comparison.at[i]);
    comparison.reference = find_reference(&comparison);
    for (size_t i = 0; i < comparison.count; i++) {
        struct spt_compared *row = &comparison.at[i];
        const char *reference = comparison.at[comparison.reference].strategy;
        size_t epochs = offsetof(struct trial, epoch_area);

        row->epoch_difference = pair(&trials, row->strategy, reference, epochs);
        row->final_difference =
            pair(&trials, row->strategy, reference, offsetof(struct trial, final));
        row->best_difference =
            pair(&trials, row->strategy, reference, offsetof(struct trial, best));
        if (row->asks && comparison.at[comparison.reference].asks)
            row->expert_difference = pair(&trials, row->strategy, reference,
                                          offsetof(struct trial, expert_area));
    }
done:
    free(trials.at);
    free(trials.points);
    if (status == SEPTUM_OK)
        *out = comparison;
    else
        spt_comparison_clear(&comparison);
    return status;
}

void
spt_comparison_clear(struct spt_comparison *comparison)
{
    free(comparison->at);
    *comparison = (struct spt_comparison){0};
}

static void
add_paired(const struct spt_paired *paired, struct spt_text *out)
{
    if (paired->pairs == 0)
        spt_text_add(out, ",,,");
    else if (paired->pairs == 1)
        spt_text_add(out, ",%.6f,,", paired->mean);
    else
        spt_text_add(out, ",%.6f,%.6f,%.6f", paired->mean, paired->low, paired->high);
}

void
spt_comparison_csv(const struct spt_comparison *comparison, struct spt_text *out)
{
    spt_text_add(out, "strategy,seeds,epoch_area,expert_area,expert_seconds,reference,"
                      "epoch_difference,epoch_low,epoch_high,"
                      "expert_difference,expert_low,expert_high,"
                      "final_difference,final_low,final_high,"
                      "best_difference,best_low,best_high\n");
    for (size_t i = 0; i < comparison->count; i++) {
        const struct spt_compared *row = &comparison->at[i];

        spt_text_add(out, "%s,%zu,%.6f,", row->strategy, row->seeds, row->epoch_area);
        if (row->asks)
            spt_text_add(out, "%.6f,%.3f", row->expert_area, comparison->seconds);
        else
            spt_text_add(out, ",");
        spt_text_add(out, ",%s", comparison->at[comparison->reference].strategy);
        add_paired(&row->epoch_difference, out);
        add_paired(&row->expert_difference, out);
        add_paired(&row->final_difference, out);
        add_paired(&row->best_difference, out);
        spt_text_add(out, "\n");
    }
}
