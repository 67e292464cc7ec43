/*
 * job_learn.c - learning, and putting what was learnt in the model's place.
 */
#include "session/worker_jobs.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/onnx.h"

bool
spt_begin_is_due(struct spt_worker *worker)
{
    return worker->learner == NULL && worker->refused == 0;
}

enum septum_status
spt_begin_to_learn(struct spt_worker *worker, struct septum_error *err)
{
    const struct spt_round_length round = {.seconds =
                                               worker->shared->options.learn_seconds};
    struct spt_learner *learner = NULL;
    int64_t unlearnt = 0;
    enum septum_status status =
        spt_project_unlearnt(worker->workspace.project, &unlearnt, err);

    if (status == SEPTUM_OK)
        status = spt_learner_create(&worker->workspace, &worker->survey.samples,
                                    &worker->validation, &round, &learner, err);
    if (status == SEPTUM_OK && unlearnt > 0)
        status = spt_learner_hear(learner, 0, NULL, err);
    if (status == SEPTUM_OK)
        worker->learner = learner;
    else
        spt_learner_free(learner);
    return status;
}

bool
spt_learn_is_due(struct spt_worker *worker)
{
    return worker->learner != NULL && spt_learner_is_due(worker->learner);
}

bool
spt_judge_is_due(struct spt_worker *worker)
{
    return worker->learner != NULL && spt_learner_is_urgent(worker->learner);
}

/* What was measured and chosen is of no use: who asks had better wait some seconds. */
static void
forget_picks(struct spt_worker *worker)
{
    struct spt_board *board = spt_worker_lock(worker);

    for (size_t i = 0; i < board->pick_count; i++)
        spt_pick_clear(&board->picks[i]);
    board->pick_count = 0;
    for (size_t i = 0; i < board->images; i++) {
        spt_map_drop(board->image[i].map);
        board->image[i].map = NULL;
    }
    board->choosing = true;
    spt_worker_unlock(worker);
    memset(worker->survey.measured, 0,
           worker->survey.samples.count * sizeof *worker->survey.measured);
    worker->ready = spt_clock_seconds();
    worker->swept = 0; /* regions to ask about come first */
}

/* Make the candidate the model: in the project, then here. */
static enum septum_status
adopt(struct spt_worker *worker, const struct spt_verdict *verdict, int64_t *id,
      struct septum_error *err)
{
    struct spt_workspace *workspace = &worker->workspace;
    struct spt_project_score score = {verdict->score.f_score, verdict->score.precision,
                                      verdict->score.recall, verdict->score.threshold,
                                      worker->validation.known};
    struct spt_bytes onnx = {0};
    struct spt_model model = {0};
    enum septum_status status = spt_learner_model(worker->learner, &model, err);

    if (status == SEPTUM_OK)
        status = spt_onnx_encode(&model, &onnx, err);
    if (status == SEPTUM_OK)
        status = spt_project_begin(workspace->project, err);
    if (status == SEPTUM_OK) {
        status =
            spt_project_add_model(workspace->project, &onnx, "septum label", id, err);
        if (status == SEPTUM_OK && verdict->scored)
            status = spt_project_add_score(workspace->project, *id, &score, err);
        status = spt_project_end(workspace->project, status, err);
    }
    spt_bytes_clear(&onnx);
    if (status != SEPTUM_OK) {
        spt_model_clear(&model);
        return status;
    }
    spt_workspace_take_model(workspace, *id, &model);
    spt_worker_outdate(worker);
    if (verdict->turned)
        forget_picks(worker);
    spt_worker_publish_model(worker);
    return SEPTUM_OK;
}

enum septum_status
spt_learn_on(struct spt_worker *worker, struct septum_error *err)
{
    struct spt_project *project = worker->workspace.project;
    struct spt_verdict verdict;
    struct spt_lesson lesson = {0};
    enum septum_status status = spt_learner_work(worker->learner, &verdict, err);

    if (status == SEPTUM_OK && verdict.finer) {
        spt_worker_lock(worker)->finer_pixels = true;
        spt_worker_unlock(worker);
    }
    if (status == SEPTUM_OK && verdict.better)
        status = adopt(worker, &verdict, &lesson.model, err);
    if (status != SEPTUM_OK || !verdict.ended)
        return status;
    worker->swept = 0;
    lesson.train_seconds = verdict.train_seconds;
    lesson.loss = verdict.loss;
    status = spt_project_rounds(project, &lesson.round, err);
    if (status == SEPTUM_OK)
        status = spt_project_add_lesson(project, &lesson, err);
    return status == SEPTUM_OK ? spt_worker_publish_course(worker, err) : status;
}
