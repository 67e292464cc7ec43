/*
 * worker_jobs.h - what the worker's jobs share: each knows when it is due, and does one
 * small piece of its work when it is run.
 */
#ifndef SEPTUM_SESSION_WORKER_JOBS_H
#define SEPTUM_SESSION_WORKER_JOBS_H

#include "session/learner.h"
#include "session/survey.h"
#include "session/worker.h"

/* What another process does to the project is seen after so long. */
#define SPT_WORKER_LOOK_SECONDS 2.0

/* An image of the project as the worker has it. */
struct spt_worker_sheet {
    const struct spt_sample *sample; /* NULL: left out, it is too small */
    size_t number;   /* among the images asked about, or among those to score on */
    bool validation; /* the latter */
    bool measured;   /* by the current model, as far as it is asked about, */
    bool predicted;  /* and mapped */
};

struct spt_worker {
    struct spt_shared *shared;
    struct spt_workspace workspace;
    struct spt_survey survey;
    struct spt_samples validation;
    size_t *validation_which;
    struct spt_worker_sheet *sheets; /* of all images, in the project's order */
    struct spt_learner *learner;     /* NULL: of another model, or it failed */
    int64_t refused;   /* the project's current model, if it cannot be used; else 0 */
    char notice[1024]; /* what is wrong as long as it is, though the work goes on */
    int64_t answers;   /* number of the last answer that was taken in */
    uint64_t told;     /* news that were looked at */
    double looked;     /* when */
    double ready;   /* since when there is only measuring left to do before choosing */
    bool old_picks; /* the board's were chosen by what is not so any more */
    bool exhausted; /* with these answers and measures nothing is left to ask */
    size_t under_way;    /* image that is being predicted, */
    uint32_t piece;      /* from this piece on, */
    struct spt_map *map; /* into this; NULL = none is */
    double swept;        /* seconds of measuring since the last round of learning */
};

/* The board, to read; what the worker shares is locked until it leaves. */
struct spt_board *spt_worker_look(struct spt_worker *worker);
void spt_worker_leave(struct spt_worker *worker);

/* The board, to write to; spt_worker_unlock() makes its version another. */
struct spt_board *spt_worker_lock(struct spt_worker *worker);
void spt_worker_unlock(struct spt_worker *worker);

bool spt_worker_is_stopped(const struct spt_worker *worker);

/* Put on the board what there is to know of the current model, or of the course of the
 * work so far. */
void spt_worker_publish_model(struct spt_worker *worker);
enum septum_status
spt_worker_publish_course(struct spt_worker *worker, struct septum_error *err);

/* Images of the survey that the current model has not measured; images that it has not
 * predicted. */
size_t spt_worker_count_unmeasured(const struct spt_worker *worker);
size_t spt_worker_count_unpredicted(const struct spt_worker *worker);

/* There is another model: what the last one found in the images is out of date. */
void spt_worker_outdate(struct spt_worker *worker);

/* Copy `count` floats for the board; NULL when memory runs out. */
float *spt_worker_copy(const float *values, size_t count);

/* Open the project and load model and images: before all else, and again until it
 * succeeds. */
bool spt_open_is_due(struct spt_worker *worker);
enum septum_status spt_open_all(struct spt_worker *worker, struct septum_error *err);

/* Give up all that was opened. */
void spt_worker_close(struct spt_worker *worker);

bool spt_look_is_due(struct spt_worker *worker);
enum septum_status spt_look_around(struct spt_worker *worker, struct septum_error *err);

bool spt_cluster_is_due(struct spt_worker *worker);
enum septum_status spt_cluster_all(struct spt_worker *worker, struct septum_error *err);

bool spt_choose_is_due(struct spt_worker *worker);
enum septum_status
spt_choose_regions(struct spt_worker *worker, struct septum_error *err);

bool spt_measure_is_due(struct spt_worker *worker);
enum septum_status
spt_measure_next(struct spt_worker *worker, struct septum_error *err);

/* Is there a region to ask about soon, but nothing to propose for it? */
bool spt_propose_is_due(struct spt_worker *worker);
enum septum_status
spt_propose_next(struct spt_worker *worker, struct septum_error *err);

bool spt_predict_is_due(struct spt_worker *worker);
/* What part of the image under way is predicted. */
double spt_predict_part(const struct spt_worker *worker);
enum septum_status
spt_predict_next(struct spt_worker *worker, struct septum_error *err);

/* Make a learner for the current model that learns what the last has not, unless the
 * project's model is one that cannot be used. */
bool spt_begin_is_due(struct spt_worker *worker);
enum septum_status
spt_begin_to_learn(struct spt_worker *worker, struct septum_error *err);

bool spt_judge_is_due(struct spt_worker *worker);

bool spt_learn_is_due(struct spt_worker *worker);
enum septum_status spt_learn_on(struct spt_worker *worker, struct septum_error *err);

#endif
