/*
 * job_predict.c - probability maps of all images, a band of one at a time.
 */
#include "session/worker_jobs.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* An image is predicted in bands of so many rows: how long a job may take. */
#define BAND 512

/* While there is something to learn, only images are predicted that are asked about
 * next or after that. */
#define AHEAD 2

/* The first unpredicted image of up to `most` picks, in their order; or none. */
static size_t
find_picked(struct spt_worker *worker, size_t most)
{
    const size_t none = worker->workspace.images.count;
    struct spt_board *board = spt_worker_look(worker);
    size_t found = none;

    for (size_t p = 0; p < board->pick_count && p < most && found == none; p++)
        if (!worker->sheets[board->picks[p].image].predicted)
            found = board->picks[p].image;
    spt_worker_leave(worker);
    return found;
}

bool
spt_propose_is_due(struct spt_worker *worker)
{
    const struct spt_board *board = spt_worker_look(worker);
    bool waits = board->pick_count > 0 && spt_board_next(board) == board->pick_count;

    spt_worker_leave(worker);
    return waits;
}

bool
spt_predict_is_due(struct spt_worker *worker)
{
    if (worker->sheets == NULL || spt_worker_count_unpredicted(worker) == 0)
        return false;
    return !spt_learn_is_due(worker) ||
           find_picked(worker, AHEAD) < worker->workspace.images.count;
}

/* The next image to predict: first those that a region waits in, last those that are
 * only scored on. */
static size_t
find_next(struct spt_worker *worker)
{
    const size_t count = worker->workspace.images.count;
    size_t next = find_picked(worker, SPT_BOARD_PICKS);

    for (size_t i = 0; i < count && next == count; i++)
        if (!worker->sheets[i].predicted && !worker->sheets[i].validation)
            next = i;
    for (size_t i = 0; i < count && next == count; i++)
        if (!worker->sheets[i].predicted)
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
publish(struct spt_worker *worker, struct septum_error *err)
{
    struct spt_worker_sheet *sheet = &worker->sheets[worker->under_way];
    const uint32_t height = sheet->sample->height, width = sheet->sample->width;
    const size_t pixels = (size_t)height * width;
    struct spt_map *map = spt_map_create(worker->workspace.model_id, height, width);
    struct spt_map *old;
    struct spt_board_image *image;

    if (map == NULL)
        return spt_fail_memory(err, "probabilities", pixels);
    map->threshold = worker->workspace.model.threshold;
    for (size_t at = 0; at < pixels; at++)
        map->values[at] = (uint8_t)(worker->membrane[at] * 255 + 0.5F);
    image = &spt_worker_lock(worker)->image[worker->under_way];
    old = image->map;
    image->map = map;
    spt_worker_unlock(worker);
    spt_map_drop(old);
    sheet->predicted = true;
    return SEPTUM_OK;
}

enum septum_status
spt_predict_next(struct spt_worker *worker, struct septum_error *err)
{
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
    if (status == SEPTUM_OK && worker->row < sample->height)
        return SEPTUM_OK;
    if (status == SEPTUM_OK)
        status = publish(worker, err);
    free(worker->membrane);
    worker->membrane = NULL;
    return status;
}
