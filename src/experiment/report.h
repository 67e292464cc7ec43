/*
 * report.h - what an experiment found, for people: curves.csv, figure.svg, report.html.
 *
 * The report is one file that needs nothing else: style, curves and pictures are
 * inside.
 */
#ifndef SEPTUM_EXPERIMENT_REPORT_H
#define SEPTUM_EXPERIMENT_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "loop/pictures.h"

/* One row of curves.csv: the state of one ConvNet after one epoch. */
struct spt_curve_point {
    const char *strategy; /* "frozen", "finetune", "expert", ... */
    uint64_t seed;
    uint32_t epoch; /* 0 is before the first */
    double f_score, precision, recall;
    uint64_t labelled_pixels;
    double expert_seconds, train_seconds;
    double v_rand, v_info; /* of cells; NAN where the truth has none */
    double best_f_score;   /* at the threshold that is best on the test images */
};

struct spt_reliability_row;

struct spt_report {
    const char *title;
    const char *intro; /* plain text, a paragraph: data, settings, machine */
    const struct spt_curve_point *points;
    size_t point_count;
    const struct spt_figure *segmentations; /* before and after, side by side */
    size_t segmentation_count, segmentation_columns;
    const struct spt_reliability_row *reliability; /* reliability.h; may be none */
    size_t reliability_count;
    const struct spt_figure *regions; /* what was asked */
    size_t region_count, region_columns;
};

/* The header line and a line per point, as product documentation fixes them. */
void spt_report_csv(const struct spt_curve_point *points, size_t count,
                    struct spt_text *out);

/* F-score over epochs, a line per strategy: the mean over seeds, and a band from lowest
 * to highest where there are several.  Stand-alone SVG. */
void spt_report_svg(const struct spt_curve_point *points, size_t count,
                    struct spt_text *out);

/* The whole page, added to *out, which on failure is as it was; no text may be NULL.
 * Fails for want of memory only. */
enum septum_status spt_report_html(const struct spt_report *report,
                                   struct spt_text *out, struct septum_error *err);

#endif
