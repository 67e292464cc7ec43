/*
 * job_predict.c - what the net says of the regions to ask about next, and of all
 * images, a piece of one at a time.
 */
#include "session/worker_jobs.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/whole.h"

/* Sides of the pieces in which an image is predicted, at most: how long a job takes. */
#define PIECE 512

/* So many regions have something to propose, so that the next is there at once; and
 * while there is something to learn, only images are predicted that somebody sees or is
 * asked about in these. */
#define AHEAD 2

/* Room for a map of the current model, of a box. */
static enum septum_status
make_map(const struct spt_worker *worker, const struct spt_box *box,
         struct spt_map **out, struct septum_error *err)
{
    struct spt_map *map =
        spt_map_create(worker->workspace.model_id, box->height, box->width);

    if (map == NULL)
        return spt_fail_memory(err, "probabilities", (size_t)box->height * box->width);
    map->threshold = worker->workspace.model.threshold;
    map->top = box->top;
    map->left = box->left;
    *out = map;
    return SEPTUM_OK;
}

/* Put into a map, which holds the box, what the current model says of it. */
static enum septum_status
fill_map(const struct spt_worker *worker, size_t image, const struct spt_box *box,
         struct spt_map *map, struct septum_error *err)
{
    const struct spt_sample *sample = worker->sheets[image].sample;
    const size_t pixels = (size_t)box->height * box->width;
    float *membrane = spt_alloc_array(pixels, sizeof *membrane);
    enum septum_status status;

    if (membrane == NULL)
        return spt_fail_memory(err, "probabilities", pixels * sizeof *membrane);
    status = spt_predict_box(worker->workspace.predictor, sample->pixels,
                             sample->height, sample->width, box, membrane, err);
    for (uint32_t y = 0; y < box->height && status == SEPTUM_OK; y++)
        for (uint32_t x = 0; x < box->width; x++)
            *spt_map_at(map, box->top + y, box->left + x) =
                (uint8_t)(membrane[(size_t)y * box->width + x] * 255 + 0.5F);
    free(membrane);
    return status;
}

/* ---- what to propose for a region ------------------------------------------------ */

/* The first of the next regions that nothing can be proposed for; AHEAD: all can. */
static size_t
find_unproposed(const struct spt_board *board)
{
    size_t pick = 0;

    while (pick < AHEAD && pick < board->pick_count &&
           spt_board_proposal(board, pick) != NULL)
        pick++;
    return pick < board->pick_count ? pick : AHEAD;
}

bool
spt_propose_is_due(struct spt_worker *worker)
{
    bool waits = find_unproposed(spt_worker_look(worker)) < AHEAD;

    spt_worker_leave(worker);
    return waits;
}

/* Give the map of a box to the pick that it was made for, if nobody has taken it. */
static void
hand_in(struct spt_worker *worker, size_t image, const struct spt_box *box,
        struct spt_map *map)
{
    struct spt_board *board = spt_worker_lock(worker);

    for (size_t p = 0; p < board->pick_count && map != NULL; p++) {
        struct spt_pick *pick = &board->picks[p];
        struct spt_box own = spt_lease_box(&pick->lease);

        if (pick->image == image && pick->proposal == NULL &&
            memcmp(&own, box, sizeof own) == 0) {
            pick->proposal = map;
            map = NULL;
        }
    }
    spt_worker_unlock(worker);
    spt_map_drop(map);
}

enum septum_status
spt_propose_next(struct spt_worker *worker, struct septum_error *err)
{
    const struct spt_board *board = spt_worker_look(worker);
    const size_t pick = find_unproposed(board);
    struct spt_map *map = NULL;
    struct spt_box box = {0};
    size_t image = 0;
    enum septum_status status;

    if (pick < AHEAD) {
        image = board->picks[pick].image;
        box = spt_lease_box(&board->picks[pick].lease);
    }
    spt_worker_leave(worker);
    if (pick == AHEAD) /* somebody was faster */
        return SEPTUM_OK;
    status = make_map(worker, &box, &map, err);
    if (status == SEPTUM_OK)
        status = fill_map(worker, image, &box, map, err);
    if (status == SEPTUM_OK)
        hand_in(worker, image, &box, map);
    else
        spt_map_drop(map);
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
        if (board->image[i].in_sight && board->image[i].map == NULL &&
            worker->sheets[i].sample != NULL)
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
    if (spt_worker_count_unpredicted(worker) == 0)
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

static void
publish(struct spt_worker *worker)
{
    struct spt_board_image *image = &spt_worker_lock(worker)->image[worker->under_way];
    struct spt_map *old = image->map;

    image->map = worker->map;
    spt_worker_unlock(worker);
    spt_map_drop(old);
    worker->map = NULL;
    worker->sheets[worker->under_way].predicted = true;
}

/* Piece number `i` of an axis: all are of one size, but for a pixel. */
static void
place_piece(uint32_t size, uint32_t i, uint32_t *start, uint32_t *length)
{
    const uint64_t count = spt_divide_up(size, PIECE);

    *start = (uint32_t)(i * (uint64_t)size / count);
    *length = (uint32_t)((i + 1) * (uint64_t)size / count) - *start;
}

static uint32_t
count_all_pieces(const struct spt_sample *sample)
{
    return spt_divide_up(sample->height, PIECE) * spt_divide_up(sample->width, PIECE);
}

double
spt_predict_part(const struct spt_worker *worker)
{
    return worker->map == NULL
               ? 0
               : (double)worker->piece /
                     count_all_pieces(worker->sheets[worker->under_way].sample);
}

/* The next piece of the image under way. */
static enum septum_status
predict_piece(struct spt_worker *worker, struct septum_error *err)
{
    const struct spt_sample *sample = worker->sheets[worker->under_way].sample;
    const uint32_t across = spt_divide_up(sample->width, PIECE);
    struct spt_box box;
    enum septum_status status;

    place_piece(sample->height, worker->piece / across, &box.top, &box.height);
    place_piece(sample->width, worker->piece % across, &box.left, &box.width);
    status = fill_map(worker, worker->under_way, &box, worker->map, err);
    worker->piece += status == SEPTUM_OK;
    return status;
}

enum septum_status
spt_predict_next(struct spt_worker *worker, struct septum_error *err)
{
    const struct spt_sample *sample;
    enum septum_status status = SEPTUM_OK;

    if (worker->map == NULL) {
        worker->under_way = find_next(worker);
        worker->piece = 0;
    }
    sample = worker->sheets[worker->under_way].sample;
    if (worker->map == NULL) {
        const struct spt_box whole = {.height = sample->height, .width = sample->width};

        status = make_map(worker, &whole, &worker->map, err);
    }
    if (status == SEPTUM_OK)
        status = predict_piece(worker, err);
    if (status == SEPTUM_OK && worker->piece == count_all_pieces(sample))
        publish(worker);
    return status;
}
