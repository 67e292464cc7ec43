/*
 * experiment.c - see experiment.h.
 */
#include "experiment/experiment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "experiment/comparison.h"
#include "experiment/gallery.h"
#include "experiment/reliability.h"
#include "train/model_file.h"

#define MOST_CONTENDERS 32
#define MOST_SETTINGS 65536 /* bytes */
#define COLUMNS 11          /* of curves.csv, behind the strategy's name */

struct job {
    const struct spt_experiment *experiment;
    const struct spt_contender *contenders[MOST_CONTENDERS];
    size_t contender_count, trials, done;
    struct spt_curve_point *points;
    size_t point_count;
    struct spt_gallery gallery;
    struct spt_reliability_row reliability[MOST_CONTENDERS];
    size_t reliability_count;
    double started;
};

static enum septum_status
refuse_strategy(const char *name, struct septum_error *err)
{
    char names[256] = "";

    for (const struct spt_contender *row = spt_contenders; row->name != NULL; row++) {
        size_t length = strlen(names);

        snprintf(names + length, sizeof names - length, "%s%s", length > 0 ? ", " : "",
                 row->name);
    }
    return spt_fail(err, SEPTUM_EINVAL,
                    "strategies: there is none called \"%s\"; there are %s", name,
                    names);
}

static enum septum_status
parse_strategies(const char *text, const struct spt_contender **out, size_t *count,
                 struct septum_error *err)
{
    *count = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, ",");
        char name[64];

        snprintf(name, sizeof name, "%.*s", (int)length, text);
        if (*count == MOST_CONTENDERS)
            return spt_fail(err, SEPTUM_EINVAL, "strategies: more than %d are too many",
                            MOST_CONTENDERS);
        out[*count] = spt_contender_find(name);
        if (out[*count] == NULL)
            return refuse_strategy(name, err);
        for (size_t i = 0; i < *count; i++)
            if (out[i] == out[*count])
                return spt_fail(err, SEPTUM_EINVAL, "strategies: \"%s\" is named twice",
                                name);
        ++*count;
        text += length + (text[length] == ',');
    }
    return *count > 0 ? SEPTUM_OK
                      : spt_fail(err, SEPTUM_EINVAL, "strategies: none is named");
}

enum septum_status
spt_experiment_check(const char *strategies, struct septum_error *err)
{
    const struct spt_contender *contenders[MOST_CONTENDERS];
    size_t count;

    return parse_strategies(strategies, contenders, &count, err);
}

/* A trial's progress within the whole. */
static bool
report(void *user, double fraction, const char *what, bool milestone)
{
    struct job *job = user;
    const struct spt_experiment *experiment = job->experiment;
    double whole = ((double)job->done + fraction) / (double)job->trials;
    double spent = spt_clock_seconds() - job->started;
    struct septum_progress about = {
        .fraction = whole,
        .seconds_left = whole > 0 && spent > 5 ? spent * (1 - whole) / whole : -1,
        .what = what,
        .milestone = milestone,
    };

    return experiment->progress == NULL ||
           experiment->progress(experiment->user, &about);
}

static char *
name_file(const struct job *job, const struct spt_contender *contender, uint64_t seed,
          const char *ending)
{
    char *path;

    return asprintf(&path, "%s/%s-seed%llu%s", job->experiment->directory,
                    contender->name, (unsigned long long)seed, ending) < 0
               ? NULL
               : path;
}

/* Read a row of curves.csv; false for the head and for what is not one. */
static bool
read_point(const char *line, struct spt_curve_point *point)
{
    double column[COLUMNS];
    const char *at = strchr(line, ',');

    for (size_t i = 0; i < COLUMNS; i++) {
        char *end;

        if (at == NULL || *at != ',')
            return false;
        column[i] = strtod(at + 1, &end);
        if (end == at + 1)
            return false;
        at = end;
    }
    *point = (struct spt_curve_point){
        .seed = (uint64_t)column[0],
        .epoch = (uint32_t)column[1],
        .f_score = column[2],
        .precision = column[3],
        .recall = column[4],
        .labelled_pixels = (uint64_t)column[5],
        .expert_seconds = column[6],
        .train_seconds = column[7],
        .v_rand = column[8],
        .v_info = column[9],
        .best_f_score = column[10],
    };
    return true;
}

/* Read back the points of a trial that has ended.  False when there is none whole, or
 * one of other epochs. */
static bool
read_points(const char *path, const struct spt_contender *contender, struct job *job)
{
    const uint32_t epochs = job->experiment->trial.epochs;
    struct spt_curve_point *points = job->points + job->point_count;
    FILE *file = fopen(path, "r");
    char line[256];
    size_t count = 0;

    if (file == NULL)
        return false;
    while (fgets(line, sizeof line, file) != NULL) {
        struct spt_curve_point point;

        if (!read_point(line, &point))
            continue;
        point.strategy = contender->name;
        if (count <= epochs)
            points[count] = point;
        count++; /* beyond it, too: a trial of more epochs is another trial */
    }
    fclose(file);
    if (count != epochs + (size_t)1)
        return false;
    job->point_count += count;
    return true;
}

static enum septum_status
write_points(const struct spt_curve_point *points, size_t count, const char *path,
             struct septum_error *err)
{
    struct spt_text text = {0};
    enum septum_status status;

    spt_report_csv(points, count, &text);
    status = spt_text_write(&text, path, true, err);
    spt_text_clear(&text);
    return status;
}

static enum septum_status
run_trial(struct job *job, const struct spt_contender *contender, uint64_t seed,
          struct septum_error *err)
{
    const struct spt_experiment *experiment = job->experiment;
    char *model_path = name_file(job, contender, seed, ".onnx");
    char *points_path = name_file(job, contender, seed, ".csv");
    struct spt_trial trial = experiment->trial;
    struct spt_trial_result result = {0};
    enum septum_status status;

    trial.progress = report;
    trial.user = job;
    if (model_path == NULL || points_path == NULL) {
        status = spt_fail_memory(err, experiment->directory, 256);
        goto done;
    }
    if (experiment->resume && spt_file_exists(model_path) &&
        read_points(points_path, contender, job)) {
        status = spt_model_read(model_path, &result.model, err);
    } else {
        status = spt_trial_run(&trial, contender, seed, &result, err);
        if (status == SEPTUM_OK)
            status = spt_model_write(&result.model, model_path, true, err);
        if (status == SEPTUM_OK)
            status = write_points(result.points, result.point_count, points_path, err);
        if (status == SEPTUM_OK) {
            memcpy(job->points + job->point_count, result.points,
                   result.point_count * sizeof *job->points);
            job->point_count += result.point_count;
        }
    }
    if (status == SEPTUM_OK && seed == 0)
        status = spt_gallery_add(&job->gallery, contender->name, &result, err);
    if (status == SEPTUM_OK && seed == 0 && trial.calibrate) {
        struct spt_reliability_row *row = &job->reliability[job->reliability_count++];

        status = spt_reliability_find(&trial, &result.model, seed, row, err);
        row->name = contender->name;
    }
done:
    spt_trial_result_clear(&result);
    free(model_path);
    free(points_path);
    return status;
}

static enum septum_status
write_result(const struct job *job, const char *name, const struct spt_text *text,
             struct septum_error *err)
{
    char *path;
    enum septum_status status;

    if (asprintf(&path, "%s/%s", job->experiment->directory, name) < 0)
        return spt_fail_memory(err, name, 256);
    status = spt_text_write(text, path, true, err);
    free(path);
    return status;
}

static enum septum_status
write_results(struct job *job, struct septum_error *err)
{
    struct spt_text csv = {0}, pairs = {0}, svg = {0}, html = {0};
    struct spt_comparison comparison = {0};
    struct spt_report report = {
        .title = "Moving a ConvNet to a new domain",
        .intro = job->experiment->intro,
        .points = job->points,
        .point_count = job->point_count,
        .segmentations = job->gallery.segmentations,
        .segmentation_count = job->gallery.segmentation_count,
        .segmentation_columns = job->contender_count + 3,
        .reliability = job->reliability,
        .reliability_count = job->reliability_count,
        .regions = job->gallery.regions,
        .region_count = job->gallery.region_count,
        .region_columns = 4,
    };
    enum septum_status status;

    spt_report_csv(job->points, job->point_count, &csv);
    spt_report_svg(job->points, job->point_count, &svg);
    status = write_result(job, "curves.csv", &csv, err);
    if (status == SEPTUM_OK)
        status = spt_comparison_make(job->points, job->point_count, &comparison, err);
    if (status == SEPTUM_OK) {
        spt_comparison_csv(&comparison, &pairs);
        status = write_result(job, "comparison.csv", &pairs, err);
    }
    if (status == SEPTUM_OK)
        status = write_result(job, "figure.svg", &svg, err);
    if (status == SEPTUM_OK)
        status = spt_report_html(&report, &html, err);
    if (status == SEPTUM_OK)
        status = write_result(job, "report.html", &html, err);
    spt_comparison_clear(&comparison);
    spt_text_clear(&csv);
    spt_text_clear(&pairs);
    spt_text_clear(&svg);
    spt_text_clear(&html);
    return status;
}

/*
 * Note the settings beside the results.  Trials of other settings in the same directory
 * are not gone on with: half of the curves would be of another experiment.
 */
static enum septum_status
note_settings(const struct job *job, struct septum_error *err)
{
    const struct spt_experiment *experiment = job->experiment;
    struct spt_text text = {0};
    struct spt_bytes before = {0};
    char *path;
    enum septum_status status = SEPTUM_OK;

    if (experiment->settings == NULL)
        return SEPTUM_OK;
    if (asprintf(&path, "%s/settings.txt", experiment->directory) < 0)
        return spt_fail_memory(err, experiment->directory, 256);
    spt_text_add(&text, "%.*s\n", (int)experiment->settings->bytes.count,
                 (const char *)experiment->settings->bytes.at);
    if (experiment->resume && spt_file_exists(path)) {
        status = spt_file_read(path, MOST_SETTINGS, &before, err);
        if (status == SEPTUM_OK && !text.failed &&
            (before.count != text.bytes.count ||
             memcmp(before.at, text.bytes.at, before.count) != 0))
            status = spt_fail(err, SEPTUM_EINVAL,
                              "%s: the experiment there was begun with other settings "
                              "or data; choose another directory, or give --force "
                              "without --resume to begin anew",
                              path);
    }
    if (status == SEPTUM_OK)
        status = spt_text_write(&text, path, true, err);
    spt_bytes_clear(&before);
    spt_text_clear(&text);
    free(path);
    return status;
}

enum septum_status
spt_experiment_run(const struct spt_experiment *experiment, struct septum_error *err)
{
    struct job job = {.experiment = experiment, .started = spt_clock_seconds()};
    const struct spt_trial *trial = &experiment->trial;
    enum septum_status status = parse_strategies(experiment->strategies, job.contenders,
                                                 &job.contender_count, err);

    if (status == SEPTUM_OK)
        status = note_settings(&job, err);
    if (status != SEPTUM_OK)
        return status;
    job.trials = job.contender_count * experiment->seeds;
    job.points =
        spt_alloc_array(job.trials, (trial->epochs + (size_t)1) * sizeof *job.points);
    status = job.points != NULL
                 ? spt_gallery_init(&job.gallery, trial, experiment->names,
                                    job.contender_count, err)
                 : spt_fail_memory(err, "curves", job.trials * trial->epochs);
    for (uint64_t seed = 0; seed < experiment->seeds; seed++)
        for (size_t i = 0; i < job.contender_count && status == SEPTUM_OK; i++) {
            status = run_trial(&job, job.contenders[i], seed, err);
            job.done++;
        }
    if (status == SEPTUM_OK)
        status = write_results(&job, err);
    spt_gallery_clear(&job.gallery);
    free(job.points);
    return status;
}
