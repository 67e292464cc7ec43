/*
 * job_predict.c - probability maps of all images, a band of one at a time.
 */
#include "session/worker_jobs.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"

/* An image is predicted in bands of so many rows: how long a job may take. */
#define BAND 512

/* While there is something to learn, predicting all images gives way after so many
 * times the length of a round: neither a thousand images nor a slow machine may keep
 * the net from learning while its expert is there.
 */
#define SWEEP_ROUNDS 0.5

bool
spt_predict_is_due(struct spt_worker *worker)
{
    if (worker->sheets == NULL ||
        (worker->membrane == NULL && spt_worker_count_stale(worker, false) == 0))
        return false;
    return !spt_learn_is_due(worker) ||
           worker->swept < SWEEP_ROUNDS * worker->shared->options.learn_seconds;
}

/* The next image to predict: first those that a region waits in. */
static size_t
find_next(struct spt_worker *worker)
{
    size_t count = worker->workspace.images.count, next = count;
    struct spt_board *board = spt_worker_lock(worker);

    for (size_t p = 0; p < board->pick_count && next == count; p++)
        if (!worker->sheets[board->picks[p].image].fresh)
            next = board->picks[p].image;
    spt_worker_unlock(worker);
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
predict_band(struct spt_worker *worker, struct septum_error *err)
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
publish_map(struct spt_worker *worker, struct septum_error *err)
{
    size_t i = worker->under_way;
    struct spt_worker_sheet *sheet = &worker->sheets[i];
    const struct spt_sample *sample = sheet->sample;
    size_t pixels = (size_t)sample->height * sample->width;
    struct spt_map *map, *old;
    float *f = NULL, *old_f = NULL;
    struct spt_board *board;

    map = spt_map_create(worker->workspace.model_id, sample->height, sample->width);
    if (!sheet->validation) {
        size_t windows = spt_grid_count(&worker->survey.candidates[sheet->number].grid);

        spt_survey_measure(&worker->survey, sheet->number, worker->membrane);
        f = spt_worker_copy(worker->survey.f[sheet->number], windows);
    }
    if (map == NULL || (!sheet->validation && f == NULL)) {
        free(f);
        spt_map_drop(map);
        return spt_fail_memory(err, "probabilities", pixels);
    }
    map->threshold = worker->workspace.model.threshold;
    for (size_t at = 0; at < pixels; at++)
        map->values[at] = (uint8_t)(worker->membrane[at] * 255 + 0.5F);
    board = spt_worker_lock(worker);
    old = board->image[i].map;
    board->image[i].map = map;
    if (f != NULL) {
        old_f = board->image[i].f;
        board->image[i].f = f;
    }
    spt_worker_unlock(worker);
    spt_map_drop(old);
    free(old_f);
    sheet->fresh = true;
    worker->exhausted = false;
    return SEPTUM_OK;
}

enum septum_status
spt_predict_next(struct spt_worker *worker, struct septum_error *err)
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
    if (status == SEPTUM_OK && spt_worker_count_stale(worker, false) == 0)
        worker->old_picks = true;
    return status;
}
