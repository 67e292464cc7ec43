/*
 * next.c - the region of a project to label next, and why.
 */
#include "api/next.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "active/novelty.h"
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
    for (size_t i = 0; i < choice->samples.count; i++) {
        if (choice->f != NULL)
            free(choice->f[i]);
        if (choice->abundance != NULL)
            free(choice->abundance[i]);
        if (choice->askable != NULL)
            free(choice->askable[i]);
    }
    free(choice->f);
    free(choice->abundance);
    free(choice->askable);
    free(choice->candidates);
    free(choice->first);
    free(choice->cluster_of);
    free(choice->covered_clusters);
    free(choice->covered_sizes);
    free(choice->which);
    spt_region_clear(&choice->region);
    spt_region_clear(&choice->runner_up);
    spt_samples_clear(&choice->samples);
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

/* ---- what there is to choose from ------------------------------------------------ */

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

static enum septum_status
take_arrays(struct spt_choice *choice, struct septum_error *err)
{
    size_t count = choice->samples.count;

    choice->candidates = spt_alloc_array(count, sizeof *choice->candidates);
    choice->f = spt_alloc_array(count, sizeof *choice->f);
    choice->abundance = spt_alloc_array(count, sizeof *choice->abundance);
    choice->askable = spt_alloc_array(count, sizeof *choice->askable);
    choice->first = spt_alloc_array(count, sizeof *choice->first);
    if (choice->candidates == NULL || choice->f == NULL || choice->abundance == NULL ||
        choice->askable == NULL || choice->first == NULL)
        return spt_fail_memory(err, "windows", count * sizeof *choice->candidates);
    for (size_t i = 0; i < count; i++) {
        const struct spt_sample *sample = &choice->samples.sample[i];
        struct spt_grid grid = spt_grid_of(sample->height, sample->width, choice->side);
        size_t windows = spt_grid_count(&grid);

        choice->first[i] = choice->windows;
        choice->windows += windows;
        choice->f[i] = spt_alloc_array(windows, sizeof(float));
        choice->abundance[i] = spt_alloc_array(windows, sizeof(float));
        choice->askable[i] = spt_alloc_array(windows, 1);
        if (choice->f[i] == NULL || choice->abundance[i] == NULL ||
            choice->askable[i] == NULL)
            return spt_fail_memory(err, "windows", windows * sizeof(float));
        choice->candidates[i] =
            (struct spt_candidate){.grid = grid,
                                   .f = choice->f[i],
                                   .abundance = choice->abundance[i],
                                   .askable = choice->askable[i]};
    }
    choice->cluster_of = spt_alloc_array(choice->windows, sizeof *choice->cluster_of);
    if (choice->cluster_of == NULL)
        return spt_fail_memory(err, "windows",
                               choice->windows * sizeof *choice->cluster_of);
    for (size_t i = 0; i < count; i++)
        choice->candidates[i].cluster = choice->cluster_of + choice->first[i];
    return SEPTUM_OK;
}

/* Does the window hold a pixel that nobody has said anything of? */
static bool
holds_unknown(const struct spt_sample *sample, const struct spt_grid *grid, size_t w)
{
    uint32_t side = grid->side;
    const uint8_t *at = sample->labels + w / grid->columns * side * sample->width +
                        w % grid->columns * side;

    for (uint32_t y = 0; y < side; y++)
        if (memchr(at + (size_t)y * sample->width, SPT_LABEL_UNKNOWN, side) != NULL)
            return true;
    return false;
}

/* Take from the windows to ask about those of image `i` that a lease covers. */
static void
leave_out(struct spt_choice *choice, size_t i, const struct spt_lease *lease)
{
    const struct spt_grid *grid = &choice->candidates[i].grid;

    if (choice->workspace.images.image[choice->which[i]].id != lease->image)
        return;
    for (size_t w = 0; w < spt_grid_count(grid); w++)
        if (spt_lease_covers(lease, grid->side, (uint32_t)(w / grid->columns),
                             (uint32_t)(w % grid->columns)))
            choice->askable[i][w] = 0;
}

/*
 * Asked about are windows with an unknown pixel.  Not those that were asked about
 * before: what the expert could not tell then, asking again would not bring out.  Not
 * those that are with another expert at the moment.
 */
static enum septum_status
find_askable(struct spt_choice *choice, struct septum_error *err)
{
    const char *who = choice->options->who;
    struct spt_leases answered = {0}, open = {0};
    int64_t now = spt_clock_date();
    enum septum_status status =
        spt_project_leases(choice->workspace.project, "answered", &answered, err);

    if (status == SEPTUM_OK)
        status = spt_project_leases(choice->workspace.project, "open", &open, err);
    for (size_t i = 0; i < choice->samples.count && status == SEPTUM_OK; i++) {
        const struct spt_grid *grid = &choice->candidates[i].grid;

        for (size_t w = 0; w < spt_grid_count(grid); w++)
            choice->askable[i][w] = holds_unknown(&choice->samples.sample[i], grid, w);
        for (size_t l = 0; l < answered.count; l++)
            leave_out(choice, i, &answered.lease[l]);
        for (size_t l = 0; l < open.count; l++)
            if (open.lease[l].until > now &&
                strcmp(open.lease[l].who, who != NULL ? who : "unknown") != 0)
                leave_out(choice, i, &open.lease[l]);
    }
    spt_leases_clear(&answered);
    spt_leases_clear(&open);
    return status;
}

static enum septum_status
predict_sample(struct spt_choice *choice, size_t i, struct septum_error *err)
{
    const struct spt_grid *grid = &choice->candidates[i].grid;
    const struct spt_measured measured = {.f = choice->f[i]};

    if (memchr(choice->askable[i], 1, spt_grid_count(grid)) == NULL)
        return SEPTUM_OK;
    return spt_measure_windows(choice->workspace.predictor, &choice->samples.sample[i],
                               grid, &choice->how.measure, &measured, err);
}

/*
 * Find the temperature of the probabilities: on the images for validation, which the
 * net has not learnt from, or else on what is labelled of the others.
 */
static enum septum_status
calibrate(struct spt_choice *choice, struct septum_error *err)
{
    struct spt_samples validation = {0};
    struct spt_logits *logits = spt_alloc_array(1, sizeof *logits);
    size_t *which = spt_alloc_array(choice->workspace.images.count, sizeof *which);
    enum septum_status status =
        logits != NULL && which != NULL
            ? spt_workspace_samples(&choice->workspace, true, which, &validation, err)
            : spt_fail_memory(err, "calibration", sizeof *logits);
    const struct spt_samples *known =
        validation.known > 0 ? &validation : &choice->samples;

    if (status == SEPTUM_OK)
        status = spt_measure_logits(choice->workspace.predictor, known, 1,
                                    &choice->how.measure, NULL, NULL, logits, err);
    if (status == SEPTUM_OK)
        choice->how.measure.temperature = spt_logits_temperature(logits);
    spt_samples_clear(&validation);
    free(logits);
    free(which);
    return status;
}

/* Windows of each cluster that were answered for fade what the others are worth. */
static enum septum_status
fade(struct spt_choice *choice, struct septum_error *err)
{
    struct spt_leases leases = {0};
    uint32_t *answered = spt_alloc_array(choice->clusters, sizeof *answered);
    enum septum_status status =
        answered != NULL
            ? spt_project_leases(choice->workspace.project, "answered", &leases, err)
            : spt_fail_memory(err, "clusters", choice->clusters * sizeof *answered);

    for (size_t i = 0; i < choice->samples.count && status == SEPTUM_OK; i++) {
        const struct spt_grid *grid = &choice->candidates[i].grid;

        for (size_t l = 0; l < leases.count; l++)
            for (size_t w = 0; w < spt_grid_count(grid); w++)
                if (choice->workspace.images.image[choice->which[i]].id ==
                        leases.lease[l].image &&
                    spt_lease_covers(&leases.lease[l], grid->side,
                                     (uint32_t)(w / grid->columns),
                                     (uint32_t)(w % grid->columns)))
                    answered[choice->cluster_of[choice->first[i] + w]]++;
    }
    for (size_t i = 0; i < choice->samples.count && status == SEPTUM_OK; i++)
        spt_novelty_fade(choice->abundance[i], choice->cluster_of + choice->first[i],
                         spt_grid_count(&choice->candidates[i].grid), answered,
                         choice->how.fade, choice->abundance[i]);
    spt_leases_clear(&leases);
    free(answered);
    return status;
}

static enum septum_status
measure(struct spt_choice *choice, struct septum_error *err)
{
    struct spt_abundance_options options = spt_abundance_defaults(choice->side);
    enum septum_status status = SEPTUM_OK;
    size_t count = choice->samples.count, asked = 0;
    double sum = 0;
    char line[64];

    if (choice->how.calibrate)
        status = calibrate(choice, err);
    for (size_t i = 0; i < count && status == SEPTUM_OK; i++) {
        snprintf(line, sizeof line, "predicting image %zu of %zu", i + 1, count);
        if (!report(choice, 0.7 * (double)i / (double)count, line))
            return spt_fail(err, SEPTUM_ESTOPPED, "stopped");
        status = predict_sample(choice, i, err);
        for (size_t w = 0; w < spt_grid_count(&choice->candidates[i].grid); w++)
            if (choice->askable[i][w]) {
                sum += (double)choice->f[i][w];
                asked++;
            }
    }
    choice->mean_f = asked > 0 ? sum / (double)asked : 0;
    if (status != SEPTUM_OK)
        return status;
    snprintf(line, sizeof line, "comparing %zu windows", choice->windows);
    if (!report(choice, 0.7, line))
        return spt_fail(err, SEPTUM_ESTOPPED, "stopped");
    status = spt_abundance_clusters(choice->samples.sample, count, choice->side,
                                    &options, choice->abundance, choice->cluster_of,
                                    &choice->clusters, err);
    if (status == SEPTUM_OK && choice->how.fade < 1)
        status = fade(choice, err);
    return status;
}

static enum septum_status
prepare(struct spt_choice *choice, struct septum_error *err)
{
    const char *path = choice->options->project;
    enum septum_status status = spt_workspace_open(path, true, &choice->workspace, err);

    if (status == SEPTUM_OK)
        status = take_model(choice, err);
    if (status != SEPTUM_OK)
        return status;
    choice->which =
        spt_alloc_array(choice->workspace.images.count, sizeof *choice->which);
    if (choice->which == NULL)
        return spt_fail_memory(err, path, choice->workspace.images.count);
    status = spt_workspace_samples(&choice->workspace, false, choice->which,
                                   &choice->samples, err);
    if (status == SEPTUM_OK && choice->samples.count == 0)
        status =
            spt_fail(err, SEPTUM_EINVAL,
                     "%s: has no images to ask about; add some: septum project add "
                     "%s --images SRC",
                     path, path);
    if (status == SEPTUM_OK)
        status = spt_workspace_score(&choice->workspace, NULL, NULL, err);
    if (status == SEPTUM_OK)
        status = take_arrays(choice, err);
    if (status == SEPTUM_OK)
        status = find_askable(choice, err);
    if (status == SEPTUM_OK)
        status = measure(choice, err);
    return status;
}

/* ---- choosing -------------------------------------------------------------------- */

static enum septum_status
lend(struct spt_choice *choice, int64_t until, int64_t *id, struct septum_error *err)
{
    const struct spt_region *region = &choice->region;
    const struct spt_grid *grid = &choice->candidates[region->image].grid;
    char *who = strdup(choice->options->who != NULL ? choice->options->who : "unknown");
    struct spt_lease lease = {
        .image = choice->workspace.images.image[choice->which[region->image]].id,
        .model = choice->workspace.model_id,
        .who = who,
        .until = until,
        .side = grid->side,
        .count = region->count,
        .objective = region->objective,
        .uncertainty = region->uncertainty,
        .abundance = region->abundance,
    };
    enum septum_status status;

    lease.windows = spt_alloc_array(region->count, sizeof *lease.windows);
    if (who == NULL || lease.windows == NULL) {
        status = spt_fail_memory(err, "region", region->count * sizeof *lease.windows);
    } else {
        for (size_t i = 0; i < region->count; i++)
            lease.windows[i] = (struct spt_lease_window){
                (uint32_t)(region->windows[i] / grid->columns),
                (uint32_t)(region->windows[i] % grid->columns)};
        status = spt_project_lend(choice->workspace.project, &lease, id, err);
    }
    free(lease.windows);
    free(who);
    return status;
}

/* Choose until nobody else has taken what was chosen. */
static enum septum_status
choose(struct spt_choice *choice, int64_t until, struct septum_error *err)
{
    const struct spt_region_options *how = &choice->how.region;
    enum septum_status status = SEPTUM_OK;
    int64_t lease = 0;

    for (int tries = 0; tries < MOST_TRIES && lease == 0; tries++) {
        spt_region_clear(&choice->region);
        if (tries > 0)
            status = find_askable(choice, err);
        if (status == SEPTUM_OK)
            status = spt_region_search(choice->candidates, choice->samples.count, how,
                                       &choice->region, err);
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
    for (size_t i = 0; i < choice->region.count; i++)
        choice->askable[choice->region.image][choice->region.windows[i]] = 0;
    return spt_region_search(choice->candidates, choice->samples.count, how,
                             &choice->runner_up, err);
}

/* Find the clusters that the region's windows are in. */
static enum septum_status
find_covered(struct spt_choice *choice, struct septum_error *err)
{
    const struct spt_region *region = &choice->region;

    choice->covered_clusters =
        spt_alloc_array(region->count, sizeof *choice->covered_clusters);
    choice->covered_sizes =
        spt_alloc_array(region->count, sizeof *choice->covered_sizes);
    if (choice->covered_clusters == NULL || choice->covered_sizes == NULL)
        return spt_fail_memory(err, "region", region->count);
    for (size_t i = 0; i < region->count; i++) {
        uint32_t cluster =
            choice->cluster_of[choice->first[region->image] + region->windows[i]];
        uint64_t size = 0;
        size_t at = choice->covered;
        bool known = false;

        for (size_t c = 0; c < choice->covered; c++)
            known = known || choice->covered_clusters[c] == cluster;
        if (known)
            continue;
        for (size_t w = 0; w < choice->windows; w++)
            size += choice->cluster_of[w] == cluster;
        for (; at > 0 && choice->covered_sizes[at - 1] < size; at--) {
            choice->covered_sizes[at] = choice->covered_sizes[at - 1];
            choice->covered_clusters[at] = choice->covered_clusters[at - 1];
        }
        choice->covered_sizes[at] = size;
        choice->covered_clusters[at] = cluster;
        choice->covered++;
    }
    return SEPTUM_OK;
}

/* ---- answering ------------------------------------------------------------------- */

static const char *
name_of(const struct spt_choice *choice, const struct spt_region *region)
{
    return choice->workspace.images.image[choice->which[region->image]].name;
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
    spt_text_add(why, "How common that is: %s to %s of",
                 region->count == 1 ? "it belongs" : "the windows belong",
                 choice->covered == 1 ? "a cluster" : "clusters");
    for (size_t c = 0; c < choice->covered; c++)
        spt_text_add(why, "%s %" PRIu64,
                     c == 0                     ? ""
                     : c + 1 == choice->covered ? " and"
                                                : ",",
                     choice->covered_sizes[c]);
    spt_text_add(why, " windows, among %zu in all. Objective %.3f", choice->windows,
                 region->objective);
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
        uint32_t columns = choice->candidates[region->image].grid.columns;

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
    held->clusters = choice->covered_sizes;
    choice->covered_sizes = NULL; /* now the question's */
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
        .cluster_count = choice->covered,
        .clusters = held->clusters,
        .all_windows = choice->windows,
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

enum septum_status
septum_next(const struct septum_next_options *options, struct septum_question **out,
            struct septum_error *err)
{
    struct spt_choice choice = {
        .options = options,
        .how = spt_choosing_of(&options->choosing, options->lambda, options->windows)};
    double minutes = options->minutes > 0 ? options->minutes : DEFAULT_MINUTES;
    char *why = NULL;
    int64_t until;
    enum septum_status status;

    *out = NULL;
    spt_engine_threads(options->threads);
    status = prepare(&choice, err);
    until = spt_clock_date() + (int64_t)(minutes * 60000);
    if (status == SEPTUM_OK)
        status = choose(&choice, until, err);
    if (status == SEPTUM_OK)
        status = find_covered(&choice, err);
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
