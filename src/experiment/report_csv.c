/*
 * report_csv.c - the table of report.h: curves.csv.
 */
#include <inttypes.h>

#include "experiment/report.h"

void
spt_report_csv(const struct spt_curve_point *points, size_t count, struct spt_text *out)
{
    spt_text_add(out, "strategy,seed,epoch,f_score,precision,recall,labelled_pixels,"
                      "expert_seconds,train_seconds,v_rand,v_info,best_f_score\n");
    for (size_t i = 0; i < count; i++) {
        const struct spt_curve_point *point = &points[i];

        spt_text_add(out,
                     "%s,%" PRIu64 ",%" PRIu32 ",%.6f,%.6f,%.6f,%" PRIu64
                     ",%.3f,%.3f,%.6f,%.6f,%.6f\n",
                     point->strategy, point->seed, point->epoch, point->f_score,
                     point->precision, point->recall, point->labelled_pixels,
                     point->expert_seconds, point->train_seconds, point->v_rand,
                     point->v_info, point->best_f_score);
    }
}
