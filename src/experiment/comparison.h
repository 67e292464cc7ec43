/*
 * comparison.h - strategies compared seed by seed.
 *
 * The area under a curve is the mean F-score on the way, not at its end: over the
 * epochs, and over the expert's time.  Trials of one seed share all that chance decides
 * but the strategy's own choices, so that their difference says more than the two
 * means: each is given with its 95 % confidence interval, by Student's t.
 */
#ifndef SEPTUM_EXPERIMENT_COMPARISON_H
#define SEPTUM_EXPERIMENT_COMPARISON_H

#include <stddef.h>

#include "experiment/report.h"

/* Differences from the reference over the seeds that both have. */
struct spt_paired {
    size_t pairs;
    double mean;      /* 0 without a pair */
    double low, high; /* 95 %; both the mean with fewer than two pairs */
};

struct spt_compared {
    const char *strategy; /* borrowed from the points */
    size_t seeds;
    bool asks;          /* some expert's time was spent */
    double epoch_area;  /* mean F-score over the epochs, from the first point on */
    double expert_area; /* mean F-score from 0 to comparison->seconds; of strategies
                           that ask */
    struct spt_paired epoch_difference, expert_difference, final_difference;
    /* As the final one, each at its best threshold. */
    struct spt_paired best_difference;
};

/* All zero is a valid, empty one. */
struct spt_comparison {
    struct spt_compared *at; /* in the order in which the strategies first appear */
    size_t count;
    size_t reference; /* "expert", or else the first that asks, or else the first */
    double seconds;   /* of the expert, that every trial of those that ask reached */
};

/* Points come in any order.  Fails for want of memory only; the caller clears *out. */
enum septum_status
spt_comparison_make(const struct spt_curve_point *points, size_t count,
                    struct spt_comparison *out, struct septum_error *err);
void spt_comparison_clear(struct spt_comparison *comparison);

/* comparison.csv: a line per strategy; fields that do not apply are empty. */
void spt_comparison_csv(const struct spt_comparison *comparison, struct spt_text *out);

/* The share 0.975 of Student's t distribution is below it; `freedom` >= 1. */
double spt_student_quantile(size_t freedom);

#endif
