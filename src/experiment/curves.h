/*
 * curves.h - the points of an experiment, gathered into one curve a strategy.
 */
#ifndef SEPTUM_EXPERIMENT_CURVES_H
#define SEPTUM_EXPERIMENT_CURVES_H

#include <stddef.h>
#include <stdint.h>

#include "experiment/report.h"

/* What the seeds say together; a mean over none is 0. */
struct spt_summary {
    uint32_t epoch;
    size_t seeds;
    double f_score, lowest, highest; /* mean and range */
    double precision, recall, v_rand, v_info, labelled_pixels, expert_seconds,
        train_seconds; /* means */
};

struct spt_curve {
    const char *strategy;       /* borrowed from the points */
    struct spt_summary *epochs; /* ascending; owned */
    size_t count;               /* > 0 */
    struct spt_summary final;   /* over the last epoch of each seed */
};

/* All zero is a valid, empty set. */
struct spt_curves {
    struct spt_curve *at; /* in the order in which the strategies first appear */
    size_t count;
};

/* How a strategy is drawn, in the figure and in the table. */
struct spt_stroke {
    const char *colour;  /* "#rrggbb" */
    const char *dashes;  /* for stroke-dasharray; "none" is a whole line */
    const char *summary; /* of the strategy, plain text; may be "" */
};

/* Points come in any order.  Fails for want of memory only; the caller clears *out. */
enum septum_status spt_curves_gather(const struct spt_curve_point *points, size_t count,
                                     struct spt_curves *out, struct septum_error *err);
void spt_curves_clear(struct spt_curves *curves);

/* The stroke of curve `index`; the paper's three look the same in every report. */
struct spt_stroke spt_curves_stroke(const struct spt_curves *curves, size_t index);

#endif
