/*
 * job_predict.c - what the net says of the region to ask about next, and of all images,
 * a band of one at a time.
 */
#include "session/worker_jobs.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* An image is predicted in bands of so many rows: how long a job may take. */
#define BAND 512

/* While there is something to learn, only images are predicted that somebody sees or is
 * asked about next or after that. */
#define AHEAD 2

/* What the net says of a box in a sample, into rows of `stride` values; it sees what
 * surrounds the box. */
static enum septum_status
predict_box(struct spt_worker *worker, const struct spt_sample *sample,
            const struct spt_label_box *box, float *out, size_t stride,
            struct septum_error *err)
{
    const uint32_t context = worker->workspace.model.spec.window;
    const uint32_t top = box->top > context ? box->top - context : 0;
    const uint32_t left = box->left > context ? box->left - context : 0;
    uint32_t bottom = box->top + box->height + context;
    uint32_t right = box->left + box->width + context;
    float *pixels, *membrane;
    size_t width, count;
    enum septum_status status;

    bottom = bottom < sample->height ? bottom : sample->height;
    right = right < sample->width ? right : sample->width;
    width = right - left;
    count = (bottom - top) * width;
    pixels = spt_alloc_array(2 * count, sizeof *pixels);
    if (pixels == NULL)
        return spt_fail_memory(err, "probabilities", 2 * count * sizeof *pixels);
    membrane = pixels + count;
    for (uint32_t y = top; y < bottom; y++)
        memcpy(pixels + (y - top) * width,
               sample->pixels + (size_t)y * sample->width + left,
               width * sizeof *pixels);
    status = spt_predict(worker->workspace.predictor, pixels, bottom - top,
                         right - left, membrane, err);
    for (uint32_t y = 0; y < box->height && status == SEPTUM_OK; y++)
        memcpy(out + y * stride,
               membrane + (box->top - top + y) * width + (box->left - left),
               box->width * sizeof *out);
    free(pixels);
    return status;
}

/* A map of the current model, of a box whose probabilities are `membrane`. */
static enum septum_status
make_map(const struct spt_worker *worker, const struct spt_label_box *box,
         const float *membrane, struct spt_map **out, struct septum_error *err)
{
    const size_t pixels = (size_t)box->height * box->width;
    struct spt_map *map =
        spt_map_create(worker->workspace.model_id, box->height, box->width);

    if (map == NULL)
        return spt_fail_memory(err, "probabilities", pixels);
    map->threshold = worker->workspace.model.threshold;
    map->top = box->top;
    map->left = box->left;
    for (size_t at = 0; at < pixels; at++)
        map->values[at] = (uint8_t)(membrane[at] * 255 + 0.5F);
    *out = map;
    return SEPTUM_OK;
}

/* ---- what to propose for a region ------------------------------------------------ */

bool
spt_propose_is_due(struct spt_worker *worker)
{
    const struct spt_board *board = spt_worker_look(worker);
    bool waits = board->pick_count > 0 && spt_board_next(board) == board->pick_count;

    spt_worker_leave(worker);
    return waits;
}

enum septum_status
spt_propose_next(struct spt_worker *worker, struct septum_error *err)
{
    /* Nobody can take a pick off the board while none has a map. */
    const struct spt_pick *pick = &spt_worker_look(worker)->picks[0];
    const struct spt_sample *sample = worker->sheets[pick->image].sample;
    const struct spt_label_box box = spt_lease_box(&pick->lease);
    struct spt_map *map = NULL;
    float *membrane;
    enum septum_status status;

    spt_worker_leave(worker);
    membrane = spt_alloc_array((size_t)box.height * box.width, sizeof *membrane);
    if (membrane == NULL)
        return spt_fail_memory(err, "probabilities", (size_t)box.height * box.width);
    status = predict_box(worker, sample, &box, membrane, box.width, err);
    if (status == SEPTUM_OK)
        status = make_map(worker, &box, membrane, &map, err);
    if (status == SEPTUM_OK) {
        spt_worker_lock(worker)->picks[0].proposal = map;
        spt_worker_unlock(worker);
    }
    free(membrane);
    return status;
}

/* ---- whole images ---------------------------------------------------------------- */

/* The first image that somebody sees without a map, or the first unpredicted one of up
 * to `most` picks; or none. */
static size_t
find_awaited(struct spt_worker *worker, size_t most)
{
    const size_t none = worker->workspace.images.count;
    struct spt_board *board = spt_worker_look(worker);
    size_t found = none;

    for (size_t i = 0; i < none && found == none; i++)
        if (board->image[i].in_sight && board->image[i].map == NULL)
            found = i;
    for (size_t p = 0; p < board->pick_count && p < most && found == none; p++)
        if (!worker->sheets[board->picks[p].image].predicted)
            found = board->picks[p].image;
    spt_worker_leave(worker);
    return found;
}

bool
spt_predict_is_due(struct spt_worker *worker)
{
    if (worker->sheets == NULL || spt_worker_count_unpredicted(worker) == 0)
        return false;
    return !spt_learn_is_due(worker) ||
           find_awaited(worker, AHEAD) < worker->workspace.images.count;
}

/* The next image to predict: first those that are awaited, last those that are only
 * scored on. */
static size_t
find_next(struct spt_worker *worker)
{
    const size_t count = worker->workspace.images.count;
    size_t next = find_awaited(worker, SPT_BOARD_PICKS);

    for (size_t i = 0; i < count && next == count; i++)
        if (!worker->sheets[i].predicted && !worker->sheets[i].validation)
            next = i;
    for (size_t i = 0; i < count && next == count; i++)
        if (!worker->sheets[i].predicted)
            next = i;
    return next;
}

static enum septum_status
publish(struct spt_worker *worker, struct septum_error *err)
{
    struct spt_worker_sheet *sheet = &worker->sheets[worker->under_way];
    const struct spt_label_box whole = {.height = sheet->sample->height,
                                        .width = sheet->sample->width};
    struct spt_map *map = NULL, *old;
    struct spt_board_image *image;
    enum septum_status status = make_map(worker, &whole, worker->membrane, &map, err);

    if (status != SEPTUM_OK)
        return status;
    image = &spt_worker_lock(worker)->image[worker->under_way];
    old = image->map;
    image->map = map;
    spt_worker_unlock(worker);
    spt_map_drop(old);
    sheet->predicted = true;
    return SEPTUM_OK;
}

/* One band of rows of the image under way. */
static enum septum_status
predict_band(struct spt_worker *worker, struct septum_error *err)
{
    const struct spt_sample *sample = worker->sheets[worker->under_way].sample;
    const uint32_t left = sample->height - worker->row;
    const struct spt_label_box band = {.top = worker->row,
                                       .height = left < BAND + BAND / 2 ? left : BAND,
                                       .width = sample->width};
    enum septum_status status = predict_box(
        worker, sample, &band, worker->membrane + (size_t)worker->row * sample->width,
        sample->width, err);

    if (status == SEPTUM_OK)
        worker->row += band.height;
    return status;
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
