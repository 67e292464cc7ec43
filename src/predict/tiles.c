/*
 * tiles.c - see tiles.h.
 */
#include "predict/tiles.h"

#include <string.h>

#include "base/random.h"
#include "base/whole.h"
#include "image/symmetry.h"
#include "net/activation.h"

/* Passes of the net over the whole box. */
static uint64_t
count_passes(const struct spt_predictor *predictor, const struct spt_predict_job *job)
{
    uint64_t down = spt_divide_up(job->box.height, predictor->tile);
    uint64_t across = spt_divide_up(job->box.width, predictor->tile);

    return down * across * (job->average ? predictor->options.symmetries : 1);
}

/* Answers a side of a tile. */
static uint32_t
answer_side(const struct spt_predictor *predictor)
{
    return predictor->tile / predictor->every;
}

static enum septum_status
run_pass(struct spt_predictor *predictor, struct spt_predict_job *job,
         float *probabilities, struct septum_error *err)
{
    double done = (double)job->number / (double)count_passes(predictor, job);
    const float *logits;
    enum septum_status status;

    if (!spt_watch_alive(&job->watch, done))
        return spt_fail(err, SEPTUM_ESTOPPED, "stopped");
    status = spt_pass_forward(predictor->pass, job->dropout,
                              spt_random_hash(job->key, job->number++), &logits, err);

    if (status == SEPTUM_OK)
        spt_logistic(logits, (size_t)answer_side(predictor) * answer_side(predictor),
                     probabilities);
    return status;
}

/* Add to the answer what the net says of the tile under one symmetry. */
static enum septum_status
add_turned(struct spt_predictor *predictor, struct spt_predict_job *job,
           const struct spt_band *band, uint32_t top, uint32_t left, int s,
           struct septum_error *err)
{
    uint32_t window = spt_net_spec(predictor->net)->window, tile = predictor->tile;
    uint32_t side = spt_pass_side(predictor->pass);
    size_t outputs = (size_t)tile * tile;
    /* The pixel is not in the middle of an even window: where the turned image runs
     * backwards, what lies after the pixel comes first. */
    uint32_t above = s & 2 ? window - 1 - window / 2 : window / 2;
    uint32_t beside = s & 1 ? window - 1 - window / 2 : window / 2;
    bool transposed = spt_symmetry_transposes(s);
    const float count = (float)predictor->options.symmetries;
    enum septum_status status;

    spt_mirror_crop_band(band, (int64_t)top - (transposed ? beside : above),
                         (int64_t)left - (transposed ? above : beside), side, side,
                         predictor->crop);
    spt_symmetry_floats(predictor->crop, side, side, s,
                        spt_pass_input(predictor->pass));
    status = run_pass(predictor, job, predictor->turned[0], err);
    if (status != SEPTUM_OK)
        return status;
    spt_symmetry_floats(predictor->turned[0], tile, tile, spt_symmetry_inverse(s),
                        predictor->turned[1]);
    for (size_t i = 0; i < outputs; i++)
        predictor->answer[i] += predictor->turned[1][i] / count;
    return SEPTUM_OK;
}

/* The tile whose first corner is (top, left) into the answer. */
static enum septum_status
predict_tile(struct spt_predictor *predictor, struct spt_predict_job *job,
             const struct spt_band *band, uint32_t top, uint32_t left,
             struct septum_error *err)
{
    uint32_t margin = spt_tiles_margin(predictor),
             side = spt_pass_side(predictor->pass);
    enum septum_status status = SEPTUM_OK;

    if (!job->average) {
        spt_mirror_crop_band(band, (int64_t)top - margin, (int64_t)left - margin, side,
                             side, spt_pass_input(predictor->pass));
        return run_pass(predictor, job, predictor->answer, err);
    }
    memset(predictor->answer, 0,
           (size_t)predictor->tile * predictor->tile * sizeof *predictor->answer);
    for (int s = 0; s < (int)predictor->options.symmetries && status == SEPTUM_OK; s++)
        status = add_turned(predictor, job, band, top, left, s, err);
    return status;
}

uint32_t
spt_tiles_begin(const struct spt_predictor *predictor, uint32_t y, uint32_t size)
{
    uint32_t tile = predictor->tile;

    return size - y < tile && size > tile
               ? spt_divide_up(size - tile, predictor->every) * predictor->every
               : y;
}

/* Add up the features of the pixels from (y, x) on that the tile at (top, left) has
 * answered and no tile before it. */
static void
add_features(const struct spt_predictor *predictor, const struct spt_predict_job *job,
             uint32_t y, uint32_t x, uint32_t top, uint32_t left)
{
    const struct spt_grid *grid = job->grid;
    size_t count = spt_pass_feature_count(predictor->pass);
    uint32_t end_y =
        spt_least(top + predictor->tile, grid->rows * (uint64_t)grid->side);
    uint32_t end_x =
        spt_least(left + predictor->tile, grid->columns * (uint64_t)grid->side);

    for (uint32_t row = y; row < end_y; row++)
        for (uint32_t column = x; column < end_x; column++) {
            size_t window =
                (size_t)(row / grid->side) * grid->columns + column / grid->side;
            size_t at = (size_t)(row - top) * predictor->tile + column - left;

            spt_pass_add_features(predictor->pass, at, job->features + window * count);
        }
}

enum septum_status
spt_tiles_row(struct spt_predictor *predictor, struct spt_predict_job *job,
              const struct spt_band *band, uint32_t y, float *out,
              struct septum_error *err)
{
    const struct spt_box *box = &job->box;
    uint32_t tile = predictor->tile, every = predictor->every, width = box->width;
    uint32_t top = spt_tiles_begin(predictor, y, box->height);
    uint32_t rows = spt_divide_up(spt_least(box->height - y, tile), every);

    for (uint32_t x = 0; x < width; x += tile) {
        uint32_t left = spt_tiles_begin(predictor, x, width);
        uint32_t columns = spt_divide_up(spt_least(width - left, tile), every);
        enum septum_status status =
            predict_tile(predictor, job, band, box->top + top, box->left + left, err);

        if (status != SEPTUM_OK)
            return status;
        for (uint32_t row = 0; row < rows; row++)
            memcpy(out + (size_t)row * spt_divide_up(width, every) + left / every,
                   predictor->answer +
                       (size_t)((y - top) / every + row) * answer_side(predictor),
                   columns * sizeof *out);
        if (job->grid != NULL)
            add_features(predictor, job, y, x, top, left);
    }
    return SEPTUM_OK;
}
