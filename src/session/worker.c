/*
 * worker.c - see worker.h.
 *
 * The thread does one small job after another: the first of the table below that is
 * due.  So whoever waits for a region waits for one job at most, never for a round of
 * learning.
 */
#include "session/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "session/worker_jobs.h"

#define NICENESS 10 /* of the thread, and of those that it computes with */

/* After a failure it rests until it would have looked so often. */
#define RECOVERY_LOOKS 3

/* ---- what the jobs share --------------------------------------------------------- */

struct spt_board *
spt_worker_look(struct spt_worker *worker)
{
    pthread_mutex_lock(&worker->shared->lock);
    return &worker->shared->board;
}

void
spt_worker_leave(struct spt_worker *worker)
{
    pthread_mutex_unlock(&worker->shared->lock);
}

struct spt_board *
spt_worker_lock(struct spt_worker *worker)
{
    return spt_worker_look(worker);
}

void
spt_worker_unlock(struct spt_worker *worker)
{
    worker->shared->board.version++;
    spt_worker_leave(worker);
}

bool
spt_worker_is_stopped(const struct spt_worker *worker)
{
    bool stop;

    pthread_mutex_lock(&worker->shared->lock);
    stop = worker->shared->stop;
    pthread_mutex_unlock(&worker->shared->lock);
    return stop;
}

void
spt_worker_publish_model(struct spt_worker *worker)
{
    int64_t round = 0;
    struct spt_board *board;

    spt_project_model_round(worker->workspace.project, worker->workspace.model_id,
                            &round, NULL);
    board = spt_worker_lock(worker);
    board->model = worker->workspace.model_id;
    board->model_round = round;
    board->side = worker->workspace.model.spec.window;
    board->threshold = worker->workspace.model.threshold;
    spt_worker_unlock(worker);
}

enum septum_status
spt_worker_publish_course(struct spt_worker *worker, struct septum_error *err)
{
    struct spt_project *project = worker->workspace.project;
    struct spt_course_point *curve = NULL;
    struct spt_board *board;
    size_t points = 0;
    int64_t rounds = 0;
    double seconds = 0;
    enum septum_status status = spt_project_rounds(project, &rounds, err);

    if (status == SEPTUM_OK)
        status = spt_project_seconds(project, &seconds, err);
    if (status == SEPTUM_OK)
        status = spt_project_course(project, &curve, &points, err);
    if (status != SEPTUM_OK)
        return status;
    board = spt_worker_lock(worker);
    free(board->curve);
    board->curve = curve;
    board->points = points;
    board->rounds = rounds;
    board->expert_seconds = seconds;
    spt_worker_unlock(worker);
    return SEPTUM_OK;
}

/* Copy `count` floats for the board; NULL when memory runs out. */
float *
spt_worker_copy(const float *values, size_t count)
{
    float *copy = spt_alloc_array(count, sizeof *copy);

    if (copy != NULL)
        memcpy(copy, values, count * sizeof *copy);
    return copy;
}

void
spt_worker_outdate(struct spt_worker *worker)
{
    for (size_t i = 0; i < worker->workspace.images.count; i++) {
        struct spt_worker_sheet *sheet = &worker->sheets[i];

        sheet->measured = false;
        sheet->predicted = sheet->sample == NULL; /* it never will be */
    }
    spt_map_drop(worker->map);
    worker->map = NULL;
}

size_t
spt_worker_count_unpredicted(const struct spt_worker *worker)
{
    size_t count = 0;

    for (size_t i = 0; i < worker->workspace.images.count; i++)
        count += !worker->sheets[i].predicted;
    return count;
}

/* ---- the thread ------------------------------------------------------------------ */

/* In order of urgency. */
static const struct job {
    bool (*is_due)(struct spt_worker *worker);
    enum septum_status (*run)(struct spt_worker *worker, struct septum_error *err);
    enum task {
        TASK_QUIET,
        TASK_CLUSTER,
        TASK_MEASURE,
        TASK_PREDICT,
        TASK_LEARN,
    } task;
} jobs[] = {
    {spt_open_is_due, spt_open_all, TASK_QUIET},
    {spt_look_is_due, spt_look_around, TASK_QUIET},
    {spt_begin_is_due, spt_begin_to_learn, TASK_QUIET},
    {spt_judge_is_due, spt_learn_on, TASK_LEARN},
    {spt_choose_is_due, spt_choose_regions, TASK_QUIET},
    {spt_propose_is_due, spt_propose_next, TASK_QUIET},
    {spt_cluster_is_due, spt_cluster_all, TASK_CLUSTER},
    {spt_measure_is_due, spt_measure_next, TASK_MEASURE},
    {spt_predict_is_due, spt_predict_next, TASK_PREDICT},
    {spt_learn_is_due, spt_learn_on, TASK_LEARN},
};

/* Put on the board what is done next. */
static void
tell(struct spt_worker *worker, enum task task)
{
    char what[sizeof worker->shared->board.what] = "";
    double fraction = 0, seconds_left = -1;
    struct spt_board *board;

    if (task == TASK_CLUSTER) {
        snprintf(what, sizeof what, "comparing %zu windows", worker->survey.windows);
    } else if (task == TASK_MEASURE || task == TASK_PREDICT) {
        bool measures = task == TASK_MEASURE;
        size_t count =
            measures ? worker->survey.samples.count : worker->workspace.images.count;
        size_t left = measures ? spt_worker_count_unmeasured(worker)
                               : spt_worker_count_unpredicted(worker);

        snprintf(what, sizeof what, "%s image %zu of %zu",
                 measures ? "looking at" : "predicting", count - left + 1, count);
        fraction =
            ((double)(count - left) + (measures ? 0 : spt_predict_part(worker))) /
            (double)count;
    } else if (task == TASK_LEARN) {
        spt_learner_tell(worker->learner, what, sizeof what, &fraction, &seconds_left);
    }
    board = spt_worker_lock(worker);
    memcpy(board->what, what, sizeof board->what);
    board->fraction = fraction;
    board->seconds_left = seconds_left;
    spt_worker_unlock(worker);
}

/* Wait for news, or for the time to look. */
static void
rest(struct spt_worker *worker)
{
    struct spt_shared *shared = worker->shared;
    struct timespec until;

    pthread_mutex_lock(&shared->lock);
    if (shared->board.what[0] != '\0') {
        shared->board.what[0] = '\0';
        shared->board.fraction = 0;
        shared->board.seconds_left = -1;
        shared->board.version++;
    }
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (time_t)SPT_WORKER_LOOK_SECONDS + 1;
    if (!shared->stop && shared->told == worker->told)
        pthread_cond_timedwait(&shared->news, &shared->lock, &until);
    pthread_mutex_unlock(&shared->lock);
}

/* Do what is due until told to stop or something fails. */
static enum septum_status
work(struct spt_worker *worker, struct septum_error *err)
{
    const size_t count = sizeof jobs / sizeof jobs[0];
    enum septum_status status = SEPTUM_OK;

    while (status == SEPTUM_OK && !spt_worker_is_stopped(worker)) {
        size_t j = 0;

        while (j < count && !jobs[j].is_due(worker))
            j++;
        if (j == count) {
            rest(worker);
            continue;
        }
        if (jobs[j].task != TASK_QUIET)
            tell(worker, jobs[j].task);
        status = jobs[j].run(worker, err);
    }
    return status;
}

/* After a failure: say so, forget what was begun and wait; a full disk may have room
 * again, or another process be done writing. */
static void
recover(struct spt_worker *worker, const struct septum_error *failure)
{
    struct spt_board *board = spt_worker_lock(worker);

    snprintf(board->error, sizeof board->error, "%s", failure->text);
    board->choosing = board->choosing && worker->sheets != NULL;
    spt_worker_unlock(worker);
    spt_map_drop(worker->map);
    worker->map = NULL;
    spt_learner_free(worker->learner);
    worker->learner = NULL;
    for (int i = 0; i < RECOVERY_LOOKS && !spt_worker_is_stopped(worker); i++)
        rest(worker);
}

void *
spt_worker_run(void *shared)
{
    struct spt_worker worker = {.shared = shared};
    struct septum_error err = {0};
    enum septum_status status;

    /* Whoever paints comes first; on Linux this is the thread's alone, and of those
     * that it starts to compute with. */
    setpriority(PRIO_PROCESS, 0, NICENESS);
    spt_engine_threads(worker.shared->options.threads);
    while (!spt_worker_is_stopped(&worker)) {
        status = work(&worker, &err);
        if (status != SEPTUM_OK && status != SEPTUM_ESTOPPED)
            recover(&worker, &err);
    }
    spt_worker_close(&worker);
    return NULL;
}
