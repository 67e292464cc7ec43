/*
 * next.c - the region of a project to label next, and why.
 */
#include "api/next.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/arguments.h"
#include "api/threads.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "net/onnx.h"
#include "train/model_file.h"

#define DEFAULT_MINUTES 60

/* How often to choose anew when others were faster to take a region. */
#define MOST_TRIES 20

static void
clear_choice(struct spt_choice *choice)
{
    spt_covered_clear(&choice->covered);
    spt_region_clear(&choice->region);
    spt_region_clear(&choice->runner_up);
    spt_survey_clear(&choice->survey);
    spt_workspace_clear(&choice->workspace);
}

static bool
report(const struct spt_choice *choice, double fraction, const char *what)
{
    struct septum_progress about = {
        .fraction = fraction, .seconds_left = -1, .what = what};

    return choice->options->progress == NULL ||
           choice->options->progress(choice->options->user, &about);
}

/* Images with truth are looked at first. */
static bool
is_scoring(void *user, double fraction)
{
    (void)fraction; /* of a small part */
    return report(user, 0, "looking at images whose truth is known");
}

/* ---- what there is to choose from ------------------------------------------------ */

/* Refuse a model to whose net every image is too small; where there are no images yet,
 * they may come. */
static enum septum_status
check_fit(const struct spt_choice *choice, const struct spt_model *model,
          struct septum_error *err)
{
    const struct spt_project_images *images = &choice->workspace.images;
    uint32_t window = model->spec.window;
    size_t small = 0, asked = 0;

    for (size_t i = 0; i < images->count; i++)
        if (!images->image[i].validation) {
            asked++;
            small +=
                images->image[i].height < window || images->image[i].width < window;
        }
    return asked == 0 || small < asked
               ? SEPTUM_OK
               : spt_fail(err, SEPTUM_EINVAL,
                          "%s: its window of %" PRIu32 " x %" PRIu32
                          " pixels is larger than all images of %s; give another "
                          "model",
                          choice->options->model, window, window,
                          choice->options->project);
}

static enum septum_status
take_model(struct spt_choice *choice, struct septum_error *err)
{
    const char *path = choice->options->model;
    struct spt_bytes onnx = {0};
    struct spt_model model = {0};
    int64_t id;
    enum septum_status status = SEPTUM_OK;

    if (path != NULL) {
        status = spt_file_read(path, SPT_MODEL_FILE_BYTES, &onnx, err);
        if (status == SEPTUM_OK)
            status = spt_onnx_decode(&onnx, path, &model, err);
        if (status == SEPTUM_OK)
            status = check_fit(choice, &model, err);
        if (status == SEPTUM_OK) /* the current one from here on, for all */
            status =
                spt_project_add_model(choice->workspace.project, &onnx, path, &id, err);
        spt_model_clear(&model);
        spt_bytes_clear(&onnx);
    }
    if (status == SEPTUM_OK)
        status = spt_workspace_model(&choice->workspace, err);
    choice->side = choice->workspace.model.spec.window;
    return status;
}

static bool
is_askable(const struct spt_survey *survey, size_t i)
{
    return memchr(survey->askable[i], 1, spt_grid_count(&survey->candidates[i].grid)) !=
           NULL;
}

/*
 * Find the temperature of the probabilities: on the images for validation, which the
 * net has not learnt from, or else on what is labelled of the others.
 */
static enum septum_status
calibrate(struct spt_choice *choice, struct septum_error *err)
{
    const struct spt_watch watch = {is_scoring, choice};
    struct spt_samples validation = {0};
    size_t *which = spt_alloc_array(choice->workspace.images.count, sizeof *which);
    enum septum_status status =
        which != NULL
            ? spt_workspace_samples(&choice->workspace, true, which, &validation, err)
            : spt_fail_memory(err, "calibration", sizeof *which);
    const struct spt_samples *known =
        validation.known > 0 ? &validation : &choice->survey.samples;

    if (status == SEPTUM_OK)
        status = spt_measure_temperature(choice->workspace.predictor, known, 1,
                                         &choice->how.measure, &watch,
                                         &choice->how.measure.temperature, err);
    spt_samples_clear(&validation);
    free(which);
    return status;
}

static enum septum_status
find_askable(struct spt_choice *choice, struct septum_error *err)
{
    const char *who = choice->options->who != NULL ? choice->options->who : "unknown";
    enum septum_status status =
        spt_survey_find_askable(&choice->survey, who, false, err);
    bool any = false;

    for (size_t i = 0; i < choice->survey.samples.count && status == SEPTUM_OK; i++)
        any = any || is_askable(&choice->survey, i);
    /* What was skipped is asked about when nothing else is left. */
    return status == SEPTUM_OK && !any
               ? spt_survey_find_askable(&choice->survey, who, true, err)
               : status;
}

static bool
is_wanted(void *user, double fraction)
{
    const struct spt_choice *choice = user;
    char line[64];

    snprintf(line, sizeof line, "comparing %zu windows", choice->survey.windows);
    return report(choice, 0.7 + 0.15 * fraction, line);
}

/* The region is searched for first, then its runner-up. */
static bool
is_still_wanted(void *user, double fraction)
{
    const struct spt_choice *choice = user;
    bool second = choice->region.count > 0;

    return report(choice, (second ? 0.9 : 0.85) + 0.05 * fraction,
                  second ? "searching for the runner-up" : "searching for a region");
}

static enum septum_status
measure(struct spt_choice *choice, struct septum_error *err)
{
    struct spt_survey *survey = &choice->survey;
    const struct spt_watch watch = {is_wanted, choice};
    size_t count = survey->samples.count;
    enum septum_status status = SEPTUM_OK;
    char line[64];

    if (choice->how.calibrate)
        status = calibrate(choice, err);
    for (size_t i = 0; i < count && status == SEPTUM_OK; i++) {
        if (survey->samples.sample[i].known ==
            (uint64_t)survey->samples.sample[i].height *
                survey->samples.sample[i].width)
            continue; /* nothing of it is asked about */
        snprintf(line, sizeof line, "predicting image %zu of %zu", i + 1, count);
        if (!report(choice, 0.7 * (double)i / (double)count, line))
            return spt_fail(err, SEPTUM_ESTOPPED, "stopped");
        status = spt_survey_measure(survey, i, &choice->how.measure, err);
    }
    if (status != SEPTUM_OK)
        return status;
    status = spt_survey_cluster(survey, choice->how.density, &watch, err);
    if (status == SEPTUM_OK && choice->how.fade < 1)
        status = spt_survey_fade(survey, choice->how.fade, err);
    if (status == SEPTUM_OK)
        status = find_askable(choice, err);
    choice->mean_f = spt_survey_mean(survey);
    return status;
}

/* False when the caller wants to stop. */
static bool
tell_left_out(const struct spt_choice *choice)
{
    char line[512];
    struct septum_progress about = {
        .seconds_left = -1, .what = line, .milestone = true};

    return spt_workspace_name_left_out(&choice->workspace, line, sizeof line) == 0 ||
           choice->options->progress == NULL ||
           choice->options->progress(choice->options->user, &about);
}

static enum septum_status
prepare(struct spt_choice *choice, struct septum_error *err)
{
    const struct spt_watch watch = {is_scoring, choice};
    enum septum_status status =
        spt_workspace_open(choice->options->project, true, &choice->workspace, err);

    if (status == SEPTUM_OK)
        status = take_model(choice, err);
    if (status == SEPTUM_OK)
        status = spt_survey_open(&choice->workspace, &choice->survey, err);
    if (status == SEPTUM_OK && !tell_left_out(choice))
        status = spt_fail(err, SEPTUM_ESTOPPED, "stopped");
    if (status == SEPTUM_OK)
        status = spt_workspace_score(&choice->workspace, &watch, err);
    return status == SEPTUM_OK ? measure(choice, err) : status;
}

/* ---- choosing -------------------------------------------------------------------- */

static enum septum_status
lend(struct spt_choice *choice, int64_t until, int64_t *id, struct septum_error *err)
{
    const char *who = choice->options->who;
    struct spt_lease lease = {0};
    enum septum_status status = spt_survey_lease(
        &choice->survey, &choice->region, who != NULL ? who : "unknown", &lease, err);

    lease.until = until;
    if (status == SEPTUM_OK)
        status = spt_project_lend(choice->workspace.project, &lease, id, err);
    free(lease.windows);
    return status;
}

/* Choose until nobody else has taken what was chosen. */
static enum septum_status
choose(struct spt_choice *choice, int64_t until, struct septum_error *err)
{
    struct spt_region_options how = choice->how.region;
    struct spt_survey *survey = &choice->survey;
    enum septum_status status = SEPTUM_OK;
    int64_t lease = 0;
    size_t found;

    how.watch = (struct spt_watch){is_still_wanted, choice};
    for (int tries = 0; tries < MOST_TRIES && lease == 0; tries++) {
        spt_region_clear(&choice->region);
        if (tries > 0)
            status = find_askable(choice, err);
        if (status == SEPTUM_OK)
            status = spt_survey_search(survey, &how, 1, &choice->region, &found, err);
        if (status == SEPTUM_OK && choice->region.count == 0)
            status = spt_fail(err, SEPTUM_EINVAL,
                              "%s: nothing is left to ask: every window is labelled, "
                              "was asked about, or is with another expert",
                              choice->options->project);
        if (status == SEPTUM_OK)
            status = lend(choice, until, &lease, err);
        if (status != SEPTUM_OK)
            return status;
    }
    if (lease == 0)
        return spt_fail(err, SEPTUM_EIO,
                        "%s: other experts take every region; try again",
                        choice->options->project);
    status = spt_survey_search(survey, &how, 1, &choice->runner_up, &found, err);
    return status == SEPTUM_OK
               ? spt_survey_covered(survey, &choice->region, &choice->covered, err)
               : status;
}

/* ---- answering ------------------------------------------------------------------- */

static const char *
name_of(const struct spt_choice *choice, const struct spt_region *region)
{
    return choice->workspace.images.image[choice->survey.which[region->image]].name;
}

/* NULL when memory runs out. */
static char *
explain(const struct spt_choice *choice)
{
    const struct spt_region *region = &choice->region, *second = &choice->runner_up;
    struct spt_text text = {0}, *why = &text;
    char *words = NULL;

    spt_text_add(why,
                 "Label %zu window%s of %" PRIu32 " x %" PRIu32 " pixels in image %s. ",
                 region->count, region->count == 1 ? "" : "s", choice->side,
                 choice->side, name_of(choice, region));
    spt_text_add(
        why,
        "The net is %s there than elsewhere: |0.5 - P| is %.3f on average, and "
        "%.3f over all windows that could be asked about (0 is a guess, 0.5 is "
        "certain). ",
        region->uncertainty < choice->mean_f ? "less sure" : "surer",
        region->uncertainty, choice->mean_f);
    if (choice->how.calibrate)
        spt_text_add(why, "Its probabilities were calibrated (temperature %.2f). ",
                     choice->how.measure.temperature);
    spt_text_add(why, "How common that is: ");
    if (choice->how.density)
        spt_text_add(why, "%.1f %% of all windows are like one of %s, on average; ",
                     100 * region->abundance / (double)region->count,
                     region->count == 1 ? "it" : "these");
    spt_text_add(why, "%s to %s of",
                 region->count == 1 ? "it belongs" : "the windows belong",
                 choice->covered.count == 1 ? "a cluster" : "clusters");
    for (size_t c = 0; c < choice->covered.count; c++)
        spt_text_add(why, "%s %" PRIu64,
                     c == 0                           ? ""
                     : c + 1 == choice->covered.count ? " and"
                                                      : ",",
                     choice->covered.size[c]);
    spt_text_add(why, " windows, among %zu in all. Objective %.3f",
                 choice->survey.windows, region->objective);
    if (second->count > 0)
        spt_text_add(why, "; the runner-up, %zu window%s in image %s, has %.3f",
                     second->count, second->count == 1 ? "" : "s",
                     name_of(choice, second), second->objective);
    spt_text_add(why, " (less is better).");
    if (!text.failed)
        words = strndup((const char *)text.bytes.at, text.bytes.count);
    spt_text_clear(&text);
    return words;
}

/* All that a question holds, in one struct, so that freeing it is simple. */
struct question {
    struct septum_question question; /* first */
    char *image, *runner_up, *why;
    uint32_t *windows, *runner_up_windows;
    uint64_t *clusters;
    struct spt_date_text until;
};

void
septum_question_free(struct septum_question *question)
{
    struct question *held = (struct question *)question;

    if (held == NULL)
        return;
    free(held->image);
    free(held->runner_up);
    free(held->why);
    free(held->windows);
    free(held->runner_up_windows);
    free(held->clusters);
    free(held);
}

/* Row and column of each window of a region; NULL when memory runs out. */
static uint32_t *
list_windows(const struct spt_choice *choice, const struct spt_region *region)
{
    uint32_t *pairs = spt_alloc_array(region->count, 2 * sizeof *pairs);

    for (size_t i = 0; i < region->count && pairs != NULL; i++) {
        uint32_t columns = choice->survey.candidates[region->image].grid.columns;

        pairs[2 * i] = (uint32_t)(region->windows[i] / columns);
        pairs[2 * i + 1] = (uint32_t)(region->windows[i] % columns);
    }
    return pairs;
}

static enum septum_status
make_question(struct spt_choice *choice, char **take_why, int64_t until,
              struct septum_question **out, struct septum_error *err)
{
    const struct spt_region *region = &choice->region, *second = &choice->runner_up;
    struct question *held = spt_alloc_array(1, sizeof *held);

    if (held == NULL)
        return spt_fail_memory(err, "question", sizeof *held);
    held->image = strdup(name_of(choice, region));
    held->windows = list_windows(choice, region);
    held->runner_up_windows = list_windows(choice, second);
    held->why = *take_why;
    *take_why = NULL;
    held->until = spt_clock_date_text(until);
    held->clusters = choice->covered.size;
    choice->covered.size = NULL; /* now the question's */
    if (second->count > 0)
        held->runner_up = strdup(name_of(choice, second));
    if (held->image == NULL || held->windows == NULL ||
        held->runner_up_windows == NULL ||
        (second->count > 0 && held->runner_up == NULL)) {
        septum_question_free(&held->question);
        return spt_fail_memory(err, "question", sizeof *held);
    }
    held->question = (struct septum_question){
        .image = held->image,
        .side = choice->side,
        .count = region->count,
        .windows = held->windows,
        .pixels = (uint64_t)region->count * choice->side * choice->side,
        .objective = region->objective,
        .uncertainty = region->uncertainty,
        .abundance = region->abundance,
        .cluster_count = choice->covered.count,
        .clusters = held->clusters,
        .all_windows = choice->survey.windows,
        .runner_up = held->runner_up,
        .runner_up_count = second->count,
        .runner_up_windows = held->runner_up_windows,
        .runner_up_objective = second->objective,
        .why = held->why,
        .until = held->until.text,
    };
    *out = &held->question;
    return SEPTUM_OK;
}

static enum septum_status
find_question(const struct septum_next_options *options, struct septum_question **out,
              struct septum_error *err)
{
    struct spt_choice choice = {.options = options};
    double minutes = options->minutes > 0 ? options->minutes : DEFAULT_MINUTES;
    char *why = NULL;
    int64_t until;
    enum septum_status status = spt_choosing_read(&options->choosing, &choice.how, err);

    if (status == SEPTUM_OK)
        status = prepare(&choice, err);
    until = spt_clock_date() + (int64_t)(minutes * 60000);
    if (status == SEPTUM_OK)
        status = choose(&choice, until, err);
    if (status == SEPTUM_OK) {
        why = explain(&choice);
        if (why == NULL)
            status = spt_fail_memory(err, "an explanation", 1024);
    }
    if (status == SEPTUM_OK && options->directory != NULL) {
        report(&choice, 0.95, "drawing pictures");
        status = spt_choice_write(&choice, why, err);
    }
    if (status == SEPTUM_OK)
        status = make_question(&choice, &why, until, out, err);
    free(why);
    clear_choice(&choice);
    return status;
}

enum septum_status
septum_next(const struct septum_next_options *options, struct septum_question **out,
            struct septum_error *err)
{
    uint32_t before;
    enum septum_status status;

    if (SPT_REQUIRE(err, {"out", out}) != SEPTUM_OK)
        return SEPTUM_EINVAL;
    *out = NULL;
    if (SPT_REQUIRE(err, {"options", options}) != SEPTUM_OK ||
        SPT_REQUIRE(err, {"options->project", options->project}) != SEPTUM_OK)
        return SEPTUM_EINVAL;
    before = spt_threads_begin(options->threads);
    status = find_question(options, out, err);
    spt_threads_end(before);
    return status;
}
