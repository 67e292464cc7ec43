/*
 * job_look.c - opening a project, and seeing what others have done to it since.
 */
#include "session/worker_jobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"

/* ---- looking --------------------------------------------------------------------- */

/* Bring labels and their count up to date with the project. */
static enum septum_status
read_labels(struct spt_worker *worker, size_t i, struct septum_error *err)
{
    const struct spt_project_image *image = &worker->workspace.images.image[i];
    size_t pixels = (size_t)image->height * image->width;
    uint8_t *labels = spt_alloc_array(pixels, 1);
    uint64_t labelled = 0;
    enum septum_status status;

    if (labels == NULL)
        return spt_fail_memory(err, image->name, pixels);
    status = spt_project_labels(worker->workspace.project, image->id, image->height,
                                image->width, labels, err);
    for (size_t at = 0; at < pixels && status == SEPTUM_OK; at++) {
        labelled += labels[at] != SPT_LABEL_UNKNOWN;
        if (worker->sheets != NULL && worker->sheets[i].sample != NULL)
            spt_samples_set_label(worker->sheets[i].validation
                                      ? &worker->validation
                                      : &worker->survey.samples,
                                  worker->sheets[i].number, at, labels[at]);
    }
    free(labels);
    if (status == SEPTUM_OK) {
        spt_worker_lock(worker)->image[i].labelled = labelled;
        spt_worker_unlock(worker);
    }
    return status;
}

static enum septum_status
take_answer(void *user, const struct spt_answer *answer, struct septum_error *err)
{
    struct spt_worker *worker = user;
    size_t i = 0;
    enum septum_status status = SEPTUM_OK;

    while (i < worker->workspace.images.count &&
           worker->workspace.images.image[i].id != answer->image)
        i++;
    worker->exhausted = false;
    if (i < worker->workspace.images.count) /* else it was added meanwhile */
        status = read_labels(worker, i, err);
    if (status == SEPTUM_OK && i < worker->workspace.images.count &&
        worker->sheets[i].sample != NULL && !worker->sheets[i].validation &&
        worker->learner != NULL)
        status =
            spt_learner_hear(worker->learner, worker->sheets[i].number, answer, err);
    if (status == SEPTUM_OK)
        worker->answers = answer->id;
    return status;
}

/* Another process may have given the project another model.  One that cannot be used is
 * told of, once as a failure and then with all else; the work goes on with the last,
 * but nothing is learnt, since that would take the new one's place. */
static enum septum_status
take_model(struct spt_worker *worker, struct septum_error *err)
{
    struct spt_workspace *workspace = &worker->workspace;
    int64_t current = 0;
    enum septum_status status =
        spt_project_model(workspace->project, &current, NULL, err);

    if (status != SEPTUM_OK || current == workspace->model_id ||
        current == worker->refused)
        return status;
    spt_learner_free(worker->learner);
    worker->learner = NULL;
    status = spt_workspace_model(workspace, err);
    if (status == SEPTUM_EFORMAT || status == SEPTUM_EINVAL) { /* and will for ever */
        worker->refused = current;
        snprintf(worker->notice, sizeof worker->notice, "%s", err->text);
    }
    if (status != SEPTUM_OK)
        return status;
    worker->refused = 0;
    spt_workspace_name_left_out(workspace, worker->notice, sizeof worker->notice);
    spt_worker_outdate(worker);
    spt_worker_publish_model(worker);
    return SEPTUM_OK;
}

/* Has anything been told since this was called last? */
static bool
take_news(struct spt_worker *worker)
{
    bool news;

    pthread_mutex_lock(&worker->shared->lock);
    news = worker->told != worker->shared->told;
    worker->told = worker->shared->told;
    pthread_mutex_unlock(&worker->shared->lock);
    return news;
}

bool
spt_look_is_due(struct spt_worker *worker)
{
    bool news = take_news(worker);

    /* What is in somebody's hands now has twins that were not twins before. */
    worker->old_picks = worker->old_picks || news;
    return news || spt_clock_seconds() - worker->looked > SPT_WORKER_LOOK_SECONDS;
}

enum septum_status
spt_look_around(struct spt_worker *worker, struct septum_error *err)
{
    int64_t last = 0;
    enum septum_status status =
        spt_project_last_answer(worker->workspace.project, &last, err);

    worker->looked = spt_clock_seconds();
    worker->exhausted = false; /* a lease may be over */
    if (status == SEPTUM_OK)
        status = take_model(worker, err);
    if (status == SEPTUM_OK && last != worker->answers) {
        status = spt_project_new_answers(worker->workspace.project, worker->answers,
                                         take_answer, worker, err);
        if (status == SEPTUM_OK)
            status = spt_worker_publish_course(worker, err);
    }
    return status;
}

/* ---- opening --------------------------------------------------------------------- */

static enum septum_status
match_sheets(struct spt_worker *worker, struct septum_error *err)
{
    size_t count = worker->workspace.images.count;

    worker->sheets = spt_alloc_array(count, sizeof *worker->sheets);
    if (worker->sheets == NULL)
        return spt_fail_memory(err, "images", count * sizeof *worker->sheets);
    for (size_t i = 0; i < worker->survey.samples.count; i++)
        worker->sheets[worker->survey.which[i]] = (struct spt_worker_sheet){
            .sample = &worker->survey.samples.sample[i], .number = i};
    for (size_t i = 0; i < worker->validation.count; i++)
        worker->sheets[worker->validation_which[i]] = (struct spt_worker_sheet){
            .sample = &worker->validation.sample[i], .number = i, .validation = true};
    spt_worker_outdate(worker);
    spt_workspace_name_left_out(&worker->workspace, worker->notice,
                                sizeof worker->notice);
    return SEPTUM_OK;
}

/* Load the model and all images; without a model, only say so. */
static enum septum_status
load_all(struct spt_worker *worker, struct septum_error *err)
{
    struct spt_workspace *workspace = &worker->workspace;
    enum septum_status status = spt_workspace_model(workspace, err);

    if (status != SEPTUM_OK)
        return status;
    spt_worker_publish_model(worker);
    worker->validation_which =
        spt_alloc_array(workspace->images.count, sizeof *worker->validation_which);
    if (worker->validation_which == NULL)
        return spt_fail_memory(err, "images", workspace->images.count);
    status = spt_project_last_answer(workspace->project, &worker->answers, err);
    if (status == SEPTUM_OK)
        status = spt_survey_open(workspace, &worker->survey, err);
    if (status == SEPTUM_OK)
        status = spt_workspace_samples(workspace, true, worker->validation_which,
                                       &worker->validation, err);
    if (status == SEPTUM_OK)
        status = match_sheets(worker, err);
    return status;
}

void
spt_worker_close(struct spt_worker *worker)
{
    spt_map_drop(worker->map);
    spt_learner_free(worker->learner);
    free(worker->sheets);
    free(worker->validation_which);
    spt_samples_clear(&worker->validation);
    spt_survey_clear(&worker->survey);
    worker->workspace.images = (struct spt_project_images){0}; /* the desk's */
    spt_workspace_clear(&worker->workspace);
    *worker = (struct spt_worker){.shared = worker->shared, .told = worker->told};
}

/* To predict an image takes minutes where it is large and the machine slow: who stops
 * does not wait for it. */
static bool
is_alive(void *user, double fraction)
{
    (void)fraction;
    return !spt_worker_is_stopped(user);
}

bool
spt_open_is_due(struct spt_worker *worker)
{
    return worker->sheets == NULL;
}

enum septum_status
spt_open_all(struct spt_worker *worker, struct septum_error *err)
{
    struct spt_workspace *workspace = &worker->workspace;
    struct spt_board *board;
    enum septum_status status;

    spt_worker_close(worker); /* what came of the last try */
    take_news(worker);
    workspace->images = *worker->shared->images;
    workspace->watch = (struct spt_watch){is_alive, worker};
    status =
        spt_project_open(worker->shared->options.project, &workspace->project, err);
    if (status == SEPTUM_OK)
        status = spt_worker_publish_course(worker, err);
    for (size_t i = 0; i < workspace->images.count && status == SEPTUM_OK; i++)
        status = read_labels(worker, i, err);
    if (status == SEPTUM_OK)
        status = load_all(worker, err);
    if (status != SEPTUM_OK)
        return status;
    board = spt_worker_lock(worker);
    board->choosing = true;
    memcpy(board->error, worker->notice, sizeof board->error);
    spt_worker_unlock(worker);
    return SEPTUM_OK;
}
