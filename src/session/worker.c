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
#include "net/onnx.h"
#include "session/learner.h"
#include "session/survey.h"

#define NICENESS 10 /* of the thread, and of those that it computes with */

/* What another process does to the project is seen after so long. */
#define LOOK_SECONDS 2.0

/* After a failure it rests until it would have looked so often. */
#define RECOVERY_LOOKS 3

/* So long are regions kept back at the start until all images are predicted. */
#define PATIENCE_SECONDS 10.0

/* An image is predicted in bands of so many rows: how long a job may take. */
#define BAND 512

/* While there is something to learn, predicting all images with a new model gives way
 * after so many times the length of a round. */
#define SWEEP_ROUNDS 2.0

/* An image of the project as the worker has it. */
struct sheet {
    const struct spt_sample *sample;
    size_t number;   /* among the images asked about, or among those to score on */
    bool validation; /* the latter */
    bool fresh;      /* predicted by the current model */
};

struct worker {
    struct spt_shared *shared;
    struct spt_workspace workspace;
    struct spt_survey survey;
    struct spt_samples validation;
    size_t *validation_which;
    struct sheet *sheets; /* of all images, in the project's order */
    struct spt_learner *learner;
    int64_t answers;  /* number of the last answer that was taken in */
    uint64_t told;    /* news that were looked at */
    double looked;    /* when */
    double ready;     /* when it could first predict; 0 = not yet */
    bool old_picks;   /* the board's were chosen by what is not so any more */
    bool exhausted;   /* with these answers and measures nothing is left to ask */
    size_t under_way; /* image that is being predicted, */
    uint32_t row;     /* from this row on, */
    float *membrane;  /* into this; NULL = none is */
    double swept;     /* seconds of predicting since the last round of learning */
};

static struct spt_board *
lock(struct worker *worker)
{
    pthread_mutex_lock(&worker->shared->lock);
    return &worker->shared->board;
}

static void
unlock(struct worker *worker)
{
    worker->shared->board.version++;
    pthread_mutex_unlock(&worker->shared->lock);
}

/* ---- opening --------------------------------------------------------------------- */

static void
publish_model(struct worker *worker)
{
    int64_t round = 0;
    struct spt_board *board;

    spt_project_model_round(worker->workspace.project, worker->workspace.model_id,
                            &round, NULL);
    board = lock(worker);
    board->model = worker->workspace.model_id;
    board->model_round = round;
    board->side = worker->workspace.model.spec.window;
    board->threshold = worker->workspace.model.threshold;
    unlock(worker);
}

static enum septum_status
match_sheets(struct worker *worker, struct septum_error *err)
{
    size_t count = worker->workspace.images.count;

    worker->sheets = spt_alloc_array(count, sizeof *worker->sheets);
    if (worker->sheets == NULL)
        return spt_fail_memory(err, "images", count * sizeof *worker->sheets);
    for (size_t i = 0; i < worker->survey.samples.count; i++)
        worker->sheets[worker->survey.which[i]] =
            (struct sheet){.sample = &worker->survey.samples.sample[i], .number = i};
    for (size_t i = 0; i < worker->validation.count; i++)
        worker->sheets[worker->validation_which[i]] = (struct sheet){
            .sample = &worker->validation.sample[i], .number = i, .validation = true};
    return SEPTUM_OK;
}

/* A learner for the current model, in place of the last. */
static enum septum_status
renew_learner(struct worker *worker, struct septum_error *err)
{
    const struct spt_round_length round = {.seconds =
                                               worker->shared->options.learn_seconds};

    spt_learner_free(worker->learner);
    worker->learner = NULL;
    return spt_learner_create(&worker->workspace, &worker->survey.samples,
                              &worker->validation, &round, &worker->learner, err);
}

/* Load the model and all images; without a model, only say so. */
static enum septum_status
open_all(struct worker *worker, struct septum_error *err)
{
    struct spt_workspace *workspace = &worker->workspace;
    int64_t unlearnt = 0;
    enum septum_status status = spt_workspace_model(workspace, err);

    if (status != SEPTUM_OK)
        return status;
    publish_model(worker);
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
    if (status == SEPTUM_OK)
        status = renew_learner(worker, err);
    if (status == SEPTUM_OK)
        status = spt_project_unlearnt(workspace->project, &unlearnt, err);
    if (status == SEPTUM_OK && unlearnt > 0)
        status = spt_learner_hear(worker->learner, 0, NULL, err);
    worker->ready = spt_clock_seconds();
    return status;
}

/* ---- looking at what was done to the project ------------------------------------- */

/* Bring labels and their count up to date with the project. */
static enum septum_status
read_labels(struct worker *worker, size_t i, struct septum_error *err)
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
        if (worker->sheets != NULL)
            spt_samples_set_label(worker->sheets[i].validation
                                      ? &worker->validation
                                      : &worker->survey.samples,
                                  worker->sheets[i].number, at, labels[at]);
    }
    free(labels);
    if (status == SEPTUM_OK) {
        lock(worker)->image[i].labelled = labelled;
        unlock(worker);
    }
    return status;
}

static enum septum_status
take_answer(void *user, const struct spt_answer *answer, struct septum_error *err)
{
    struct worker *worker = user;
    size_t i = 0;
    enum septum_status status;

    while (i < worker->workspace.images.count &&
           worker->workspace.images.image[i].id != answer->image)
        i++;
    worker->answers = answer->id;
    worker->exhausted = false;
    if (i == worker->workspace.images.count)
        return SEPTUM_OK; /* of an image that was added meanwhile */
    status = read_labels(worker, i, err);
    if (status == SEPTUM_OK && !worker->sheets[i].validation && worker->learner != NULL)
        status =
            spt_learner_hear(worker->learner, worker->sheets[i].number, answer, err);
    return status;
}

static enum septum_status
publish_course(struct worker *worker, struct septum_error *err)
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
    board = lock(worker);
    free(board->curve);
    board->curve = curve;
    board->points = points;
    board->rounds = rounds;
    board->expert_seconds = seconds;
    unlock(worker);
    return SEPTUM_OK;
}

/* Another process may have given the project another model. */
static enum septum_status
take_model(struct worker *worker, struct septum_error *err)
{
    struct spt_workspace *workspace = &worker->workspace;
    uint32_t window = workspace->model.spec.window;
    int64_t current = 0;
    enum septum_status status =
        spt_project_model(workspace->project, &current, NULL, err);

    if (status != SEPTUM_OK || current == workspace->model_id)
        return status;
    spt_learner_free(worker->learner);
    worker->learner = NULL;
    spt_workspace_drop_model(workspace);
    status = spt_workspace_model(workspace, err);
    if (status == SEPTUM_OK && workspace->model.spec.window != window)
        status = spt_fail(err, SEPTUM_EINVAL,
                          "%s: its new model has another window; stop septum label and "
                          "start it again",
                          spt_project_path(workspace->project));
    if (status == SEPTUM_OK)
        status = renew_learner(worker, err);
    for (size_t i = 0; i < workspace->images.count; i++)
        worker->sheets[i].fresh = false;
    publish_model(worker);
    return status;
}

static bool
look_is_due(struct worker *worker)
{
    bool news;

    pthread_mutex_lock(&worker->shared->lock);
    news = worker->told != worker->shared->told;
    worker->told = worker->shared->told;
    pthread_mutex_unlock(&worker->shared->lock);
    /* What is in somebody's hands now has twins that were not twins before. */
    worker->old_picks = worker->old_picks || news;
    return news || spt_clock_seconds() - worker->looked > LOOK_SECONDS;
}

static enum septum_status
look(struct worker *worker, struct septum_error *err)
{
    int64_t last = 0;
    enum septum_status status =
        spt_project_last_answer(worker->workspace.project, &last, err);

    worker->looked = spt_clock_seconds();
    worker->exhausted = false; /* a lease may be over */
    if (status == SEPTUM_OK && worker->sheets != NULL)
        status = take_model(worker, err);
    if (status == SEPTUM_OK && worker->sheets != NULL && last != worker->answers) {
        status = spt_project_new_answers(worker->workspace.project, worker->answers,
                                         take_answer, worker, err);
        if (status == SEPTUM_OK)
            status = publish_course(worker, err);
    }
    return status;
}

/* ---- clustering and choosing ----------------------------------------------------- */

static bool
cluster_is_due(struct worker *worker)
{
    return worker->survey.clusters == 0 && worker->sheets != NULL;
}

/* Copy `count` floats for the board; NULL when memory runs out. */
static float *
copy_floats(const float *values, size_t count)
{
    float *copy = spt_alloc_array(count, sizeof *copy);

    if (copy != NULL)
        memcpy(copy, values, count * sizeof *copy);
    return copy;
}

static enum septum_status
cluster(struct worker *worker, struct septum_error *err)
{
    struct spt_survey *survey = &worker->survey;
    enum septum_status status = spt_survey_cluster(survey, err);

    for (size_t i = 0; i < survey->samples.count && status == SEPTUM_OK; i++) {
        const struct spt_grid *grid = &survey->candidates[i].grid;
        float *copy = copy_floats(survey->abundance[i], spt_grid_count(grid));
        struct spt_board_image *image;

        if (copy == NULL)
            return spt_fail_memory(err, "windows", spt_grid_count(grid));
        image = &lock(worker)->image[survey->which[i]];
        free(image->abundance);
        image->abundance = copy;
        image->rows = grid->rows;
        image->columns = grid->columns;
        unlock(worker);
    }
    worker->old_picks = true;
    return status;
}

static size_t
count_stale(const struct worker *worker, bool never)
{
    size_t stale = 0;

    for (size_t i = 0; i < worker->workspace.images.count; i++) {
        const struct sheet *sheet = &worker->sheets[i];

        stale += never ? !sheet->validation && !worker->survey.measured[sheet->number]
                       : !sheet->fresh;
    }
    return stale;
}

static bool
choose_is_due(struct worker *worker)
{
    size_t picks, unmeasured;

    if (worker->survey.clusters == 0)
        return false;
    unmeasured = count_stale(worker, true);
    if (unmeasured == worker->survey.samples.count ||
        (unmeasured > 0 && spt_clock_seconds() - worker->ready < PATIENCE_SECONDS))
        return false;
    pthread_mutex_lock(&worker->shared->lock);
    picks = worker->shared->board.pick_count;
    pthread_mutex_unlock(&worker->shared->lock);
    return worker->old_picks || (picks < SPT_BOARD_PICKS / 2 && !worker->exhausted);
}

/* Why this region, in a line. */
static enum septum_status
explain(const struct worker *worker, const struct spt_region *region, double mean,
        struct spt_pick *pick, struct septum_error *err)
{
    struct spt_covered covered;
    uint64_t alike = 0;
    enum septum_status status =
        spt_survey_covered(&worker->survey, region, &covered, err);

    if (status != SEPTUM_OK)
        return status;
    for (size_t c = 0; c < covered.count; c++)
        alike += covered.size[c];
    spt_covered_clear(&covered);
    snprintf(pick->why, sizeof pick->why,
             "%s here than elsewhere (%.2f, mean %.2f; 0 is a guess, 0.5 certain), and "
             "like %llu of %zu windows",
             region->uncertainty < mean ? "less sure" : "surer", region->uncertainty,
             mean, (unsigned long long)alike, worker->survey.windows);
    return SEPTUM_OK;
}

static enum septum_status
make_pick(const struct worker *worker, const struct spt_region *region, double mean,
          struct spt_pick *pick, struct septum_error *err)
{
    enum septum_status status =
        spt_survey_lease(&worker->survey, region, NULL, &pick->lease, err);

    pick->image = worker->survey.which[region->image];
    return status == SEPTUM_OK ? explain(worker, region, mean, pick, err) : status;
}

static void
publish_picks(struct worker *worker, struct spt_pick *picks, size_t count)
{
    struct spt_board *board = lock(worker);

    for (size_t i = 0; i < board->pick_count; i++)
        spt_pick_clear(&board->picks[i]);
    memcpy(board->picks, picks, count * sizeof *picks);
    board->pick_count = count;
    board->error[0] = '\0';
    board->choosing = count == 0 && count_stale(worker, true) > 0;
    board->done = count == 0 && !board->choosing;
    unlock(worker);
}

static enum septum_status
choose(struct worker *worker, struct septum_error *err)
{
    const struct spt_region_options how = {
        .lambda = worker->shared->options.lambda,
        .most_windows = worker->shared->options.windows,
    };
    struct spt_region regions[SPT_BOARD_PICKS] = {0};
    struct spt_pick picks[SPT_BOARD_PICKS] = {0};
    size_t found = 0;
    enum septum_status status = SEPTUM_OK;

    /* What was skipped is asked for when nothing else is left. */
    for (int again = 0; again < 2 && found == 0 && status == SEPTUM_OK; again++) {
        double mean;

        status = spt_survey_find_askable(&worker->survey, NULL, again == 1, err);
        mean = spt_survey_mean(&worker->survey);
        if (status == SEPTUM_OK)
            status = spt_survey_search(&worker->survey, &how, SPT_BOARD_PICKS, regions,
                                       &found, err);
        for (size_t i = 0; i < found && status == SEPTUM_OK; i++)
            status = make_pick(worker, &regions[i], mean, &picks[i], err);
        for (size_t i = 0; i < found; i++)
            spt_region_clear(&regions[i]);
    }
    if (status != SEPTUM_OK) {
        for (size_t i = 0; i < found; i++)
            spt_pick_clear(&picks[i]);
        return status;
    }
    worker->old_picks = false;
    worker->exhausted = found < SPT_BOARD_PICKS / 2;
    publish_picks(worker, picks, found);
    return SEPTUM_OK;
}

/* ---- predicting ------------------------------------------------------------------ */

static bool
learn_is_due(struct worker *worker)
{
    return worker->learner != NULL && spt_learner_is_due(worker->learner);
}

static bool
judge_is_due(struct worker *worker)
{
    return worker->learner != NULL && spt_learner_is_urgent(worker->learner);
}

static bool
predict_is_due(struct worker *worker)
{
    if (worker->sheets == NULL ||
        (worker->membrane == NULL && count_stale(worker, false) == 0))
        return false;
    return !learn_is_due(worker) || count_stale(worker, true) > 0 ||
           worker->swept < SWEEP_ROUNDS * worker->shared->options.learn_seconds;
}

/* The next image to predict: first those that a region waits in. */
static size_t
find_next(struct worker *worker)
{
    size_t count = worker->workspace.images.count, next = count;
    struct spt_board *board = lock(worker);

    for (size_t p = 0; p < board->pick_count && next == count; p++)
        if (!worker->sheets[board->picks[p].image].fresh)
            next = board->picks[p].image;
    unlock(worker);
    for (size_t i = 0; i < count && next == count; i++)
        if (!worker->sheets[i].fresh && !worker->sheets[i].validation)
            next = i;
    for (size_t i = 0; i < count && next == count; i++)
        if (!worker->sheets[i].fresh)
            next = i;
    return next;
}

/* One band of rows of the image under way, and a margin of what the net sees. */
static enum septum_status
predict_band(struct worker *worker, struct septum_error *err)
{
    const struct spt_sample *sample = worker->sheets[worker->under_way].sample;
    uint32_t context = worker->workspace.model.spec.window, width = sample->width;
    uint32_t left = sample->height - worker->row;
    uint32_t rows = left < BAND + BAND / 2 ? left : BAND;
    uint32_t top = worker->row > context ? worker->row - context : 0;
    uint32_t end = worker->row + rows + context;
    float *band;
    enum septum_status status;

    end = end < sample->height ? end : sample->height;
    band = spt_alloc_array((size_t)(end - top) * width, sizeof *band);
    if (band == NULL)
        return spt_fail_memory(err, "probabilities", (size_t)(end - top) * width);
    status =
        spt_predict(worker->workspace.predictor, sample->pixels + (size_t)top * width,
                    end - top, width, band, err);
    if (status == SEPTUM_OK) {
        memcpy(worker->membrane + (size_t)worker->row * width,
               band + (size_t)(worker->row - top) * width,
               (size_t)rows * width * sizeof *band);
        worker->row += rows;
    }
    free(band);
    return status;
}

static enum septum_status
publish_map(struct worker *worker, struct septum_error *err)
{
    size_t i = worker->under_way;
    struct sheet *sheet = &worker->sheets[i];
    const struct spt_sample *sample = sheet->sample;
    size_t pixels = (size_t)sample->height * sample->width;
    struct spt_map *map, *old;
    float *f = NULL, *old_f = NULL;
    struct spt_board *board;

    map = spt_map_create(worker->workspace.model_id, sample->height, sample->width);
    if (!sheet->validation) {
        size_t windows = spt_grid_count(&worker->survey.candidates[sheet->number].grid);

        spt_survey_measure(&worker->survey, sheet->number, worker->membrane);
        f = copy_floats(worker->survey.f[sheet->number], windows);
    }
    if (map == NULL || (!sheet->validation && f == NULL)) {
        free(f);
        spt_map_drop(map);
        return spt_fail_memory(err, "probabilities", pixels);
    }
    map->threshold = worker->workspace.model.threshold;
    for (size_t at = 0; at < pixels; at++)
        map->values[at] = (uint8_t)(worker->membrane[at] * 255 + 0.5F);
    board = lock(worker);
    old = board->image[i].map;
    board->image[i].map = map;
    if (f != NULL) {
        old_f = board->image[i].f;
        board->image[i].f = f;
    }
    unlock(worker);
    spt_map_drop(old);
    free(old_f);
    sheet->fresh = true;
    worker->exhausted = false;
    return SEPTUM_OK;
}

static enum septum_status
predict(struct worker *worker, struct septum_error *err)
{
    double started = spt_clock_seconds();
    const struct spt_sample *sample;
    enum septum_status status;

    if (worker->membrane == NULL) {
        worker->under_way = find_next(worker);
        worker->row = 0;
        sample = worker->sheets[worker->under_way].sample;
        worker->membrane =
            spt_alloc_array((size_t)sample->height * sample->width, sizeof(float));
        if (worker->membrane == NULL)
            return spt_fail_memory(err, "probabilities",
                                   (size_t)sample->height * sample->width);
    }
    sample = worker->sheets[worker->under_way].sample;
    status = predict_band(worker, err);
    worker->swept += spt_clock_seconds() - started;
    if (status == SEPTUM_OK && worker->row < sample->height)
        return SEPTUM_OK;
    if (status == SEPTUM_OK)
        status = publish_map(worker, err);
    free(worker->membrane);
    worker->membrane = NULL;
    /* With all measured anew, other regions may be best. */
    if (status == SEPTUM_OK && count_stale(worker, false) == 0)
        worker->old_picks = true;
    return status;
}

/* ---- learning -------------------------------------------------------------------- */

/* What was measured and chosen is of no use: who asks had better wait some seconds. */
static void
forget_picks(struct worker *worker)
{
    struct spt_board *board = lock(worker);

    for (size_t i = 0; i < board->pick_count; i++)
        spt_pick_clear(&board->picks[i]);
    board->pick_count = 0;
    board->choosing = true;
    unlock(worker);
    memset(worker->survey.measured, 0,
           worker->survey.samples.count * sizeof *worker->survey.measured);
    worker->ready = spt_clock_seconds();
}

/* Make the candidate the model: in the project, then here. */
static enum septum_status
adopt(struct worker *worker, const struct spt_verdict *verdict, int64_t *id,
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
    for (size_t i = 0; i < workspace->images.count; i++)
        worker->sheets[i].fresh = false;
    free(worker->membrane); /* of the model before */
    worker->membrane = NULL;
    if (verdict->turned)
        forget_picks(worker);
    publish_model(worker);
    return SEPTUM_OK;
}

static enum septum_status
learn(struct worker *worker, struct septum_error *err)
{
    struct spt_project *project = worker->workspace.project;
    struct spt_verdict verdict;
    struct spt_lesson lesson = {0};
    enum septum_status status = spt_learner_work(worker->learner, &verdict, err);

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
    return status == SEPTUM_OK ? publish_course(worker, err) : status;
}

/* ---- the thread ------------------------------------------------------------------ */

/* In order of urgency. */
static const struct job {
    bool (*is_due)(struct worker *worker);
    enum septum_status (*run)(struct worker *worker, struct septum_error *err);
    enum task {
        TASK_QUIET,
        TASK_CLUSTER,
        TASK_PREDICT,
        TASK_LEARN,
    } task;
} jobs[] = {
    {look_is_due, look, TASK_QUIET},         {judge_is_due, learn, TASK_LEARN},
    {choose_is_due, choose, TASK_QUIET},     {cluster_is_due, cluster, TASK_CLUSTER},
    {predict_is_due, predict, TASK_PREDICT}, {learn_is_due, learn, TASK_LEARN},
};

/* Put on the board what is done next. */
static void
tell(struct worker *worker, enum task task)
{
    char what[sizeof worker->shared->board.what] = "";
    double fraction = 0, seconds_left = -1;
    struct spt_board *board;

    if (task == TASK_CLUSTER) {
        snprintf(what, sizeof what, "comparing %zu windows", worker->survey.windows);
    } else if (task == TASK_PREDICT) {
        size_t count = worker->workspace.images.count;
        size_t stale = count_stale(worker, false);

        snprintf(what, sizeof what, "predicting image %zu of %zu", count - stale + 1,
                 count);
        fraction = (double)(count - stale) / (double)count;
    } else if (task == TASK_LEARN) {
        spt_learner_tell(worker->learner, what, sizeof what, &fraction, &seconds_left);
    }
    board = lock(worker);
    memcpy(board->what, what, sizeof board->what);
    board->fraction = fraction;
    board->seconds_left = seconds_left;
    unlock(worker);
}

/* Wait for news, or for the time to look. */
static void
rest(struct worker *worker)
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
    until.tv_sec += (time_t)LOOK_SECONDS + 1;
    if (!shared->stop && shared->told == worker->told)
        pthread_cond_timedwait(&shared->news, &shared->lock, &until);
    pthread_mutex_unlock(&shared->lock);
}

static bool
is_stopped(struct worker *worker)
{
    bool stop;

    pthread_mutex_lock(&worker->shared->lock);
    stop = worker->shared->stop;
    pthread_mutex_unlock(&worker->shared->lock);
    return stop;
}

/* Do what is due until told to stop or something fails. */
static enum septum_status
work(struct worker *worker, struct septum_error *err)
{
    const size_t count = sizeof jobs / sizeof jobs[0];
    enum septum_status status = SEPTUM_OK;

    while (status == SEPTUM_OK && !is_stopped(worker)) {
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
recover(struct worker *worker, const struct septum_error *failure)
{
    struct spt_board *board = lock(worker);

    snprintf(board->error, sizeof board->error, "%s", failure->text);
    board->choosing = board->choosing && worker->sheets != NULL;
    unlock(worker);
    free(worker->membrane);
    worker->membrane = NULL;
    if (worker->sheets != NULL)
        renew_learner(worker, NULL);
    for (int i = 0; i < RECOVERY_LOOKS && !is_stopped(worker); i++)
        rest(worker);
}

static enum septum_status
begin(struct worker *worker, struct septum_error *err)
{
    enum septum_status status = spt_workspace_open(worker->shared->options.project,
                                                   true, &worker->workspace, err);

    if (status == SEPTUM_OK)
        status = publish_course(worker, err);
    for (size_t i = 0; i < worker->workspace.images.count && status == SEPTUM_OK; i++)
        status = read_labels(worker, i, err);
    return status == SEPTUM_OK ? open_all(worker, err) : status;
}

void *
spt_worker_run(void *shared)
{
    struct worker worker = {.shared = shared};
    struct septum_error err = {0};
    enum septum_status status;

    /* Whoever paints comes first; on Linux this is the thread's alone, and of those
     * that it starts to compute with. */
    setpriority(PRIO_PROCESS, 0, NICENESS);
    spt_engine_threads(worker.shared->options.threads);
    status = begin(&worker, &err);
    while (!is_stopped(&worker)) {
        if (status != SEPTUM_OK)
            recover(&worker, &err);
        status = work(&worker, &err);
    }
    free(worker.membrane);
    spt_learner_free(worker.learner);
    free(worker.sheets);
    free(worker.validation_which);
    spt_samples_clear(&worker.validation);
    spt_survey_clear(&worker.survey);
    spt_workspace_clear(&worker.workspace);
    return NULL;
}
