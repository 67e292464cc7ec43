/*
 * tile_fit.c - how large a tile the options, the image and memory allow, and its pass.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/whole.h"
#include "predict/tiles.h"

#define DEFAULT_TILE 512

uint32_t
spt_tiles_margin(const struct spt_predictor *predictor)
{
    return spt_net_spec(predictor->net)->window / 2;
}

static struct spt_pass_shape
shape_of(const struct spt_predictor *predictor, const struct spt_predict_job *job,
         uint32_t tile)
{
    return (struct spt_pass_shape){.form = SPT_FORM_DENSE,
                                   .batch = 1,
                                   .tile = tile,
                                   .every = job->every,
                                   .precision = predictor->options.precision};
}

uint64_t
spt_tiles_seen(const struct spt_predictor *predictor, const struct spt_predict_job *job,
               uint32_t tile)
{
    uint64_t rows = tile + 2 * (uint64_t)spt_tiles_margin(predictor);

    return spt_least(rows, job->height) * (uint64_t)job->width;
}

uint64_t
spt_tiles_found(const struct spt_predict_job *job, uint32_t tile)
{
    return spt_least(tile, job->height) * (uint64_t)job->width;
}

/* Floats beside the pass that a tile takes. */
static uint64_t
tile_floats(const struct spt_predictor *predictor, const struct spt_predict_job *job,
            uint64_t tile)
{
    uint64_t side = tile + spt_net_spec(predictor->net)->window - 1;

    return tile * tile + (job->average ? side * side + 2 * tile * tile : 0);
}

static uint64_t
memory_of(const struct spt_predictor *predictor, const struct spt_predict_job *job,
          uint32_t tile)
{
    struct spt_pass_shape shape = shape_of(predictor, job, tile);
    uint64_t floats = tile_floats(predictor, job, tile);

    if (job->streamed)
        floats += spt_tiles_seen(predictor, job, tile) + spt_tiles_found(job, tile);
    return job->taken + sizeof(float) * floats +
           spt_pass_memory(spt_net_spec(predictor->net), &shape);
}

uint64_t
spt_tiles_least(const struct spt_predictor *predictor,
                const struct spt_predict_job *job)
{
    return memory_of(predictor, job, spt_net_spec(predictor->net)->stride);
}

/* The largest tile that the options and the image have use for and memory bears. */
static enum septum_status
choose_tile(const struct spt_predictor *predictor, const struct spt_predict_job *job,
            uint32_t *out, struct septum_error *err)
{
    uint32_t wanted =
        predictor->options.tile > 0 ? predictor->options.tile : DEFAULT_TILE;
    uint32_t longest =
        job->box.height > job->box.width ? job->box.height : job->box.width;
    const struct spt_spec *spec = spt_net_spec(predictor->net);
    uint32_t tile = spt_spec_tile(spec, spt_least(wanted, longest));

    while (memory_of(predictor, job, tile) > predictor->options.memory &&
           tile > spec->stride)
        tile -= spec->stride;
    if (memory_of(predictor, job, tile) > predictor->options.memory)
        return spt_fail(
            err, SEPTUM_EINVAL,
            "%s%sthe smallest tile needs %llu bytes of working memory, more than "
            "the %llu allowed",
            job->name != NULL ? job->name : "", job->name != NULL ? ": " : "",
            (unsigned long long)memory_of(predictor, job, tile),
            (unsigned long long)predictor->options.memory);
    *out = tile;
    return SEPTUM_OK;
}

static enum septum_status
take_tile(struct spt_predictor *predictor, const struct spt_predict_job *job,
          uint32_t tile, struct septum_error *err)
{
    struct spt_pass_shape shape = shape_of(predictor, job, tile);
    size_t outputs = (size_t)tile * tile;
    enum septum_status status;

    if (predictor->pass != NULL && predictor->tile == tile &&
        predictor->every == job->every)
        return SEPTUM_OK;
    spt_tiles_clear(predictor);
    status = spt_pass_create(predictor->net, &shape, &predictor->pass, err);
    if (status != SEPTUM_OK)
        return status;
    predictor->tile = tile;
    predictor->every = job->every;
    predictor->answer = spt_alloc_array(outputs, sizeof(float));
    return predictor->answer != NULL
               ? SEPTUM_OK
               : spt_fail_memory(err, "prediction", outputs * sizeof(float));
}

/* Room to turn tiles in. */
static enum septum_status
take_turned(struct spt_predictor *predictor, struct septum_error *err)
{
    size_t outputs = (size_t)predictor->tile * predictor->tile;
    size_t side = spt_pass_side(predictor->pass);

    if (predictor->crop != NULL)
        return SEPTUM_OK;
    predictor->crop = spt_alloc_array(side * side, sizeof(float));
    for (int i = 0; i < 2; i++)
        predictor->turned[i] = spt_alloc_array(outputs, sizeof(float));
    return predictor->crop != NULL && predictor->turned[0] != NULL &&
                   predictor->turned[1] != NULL
               ? SEPTUM_OK
               : spt_fail_memory(err, "prediction", side * side * sizeof(float));
}

enum septum_status
spt_tiles_prepare(struct spt_predictor *predictor, struct spt_predict_job *job,
                  struct septum_error *err)
{
    uint32_t window = spt_net_spec(predictor->net)->window, tile = 0;
    enum septum_status status;

    if (job->box.height == 0)
        job->box = (struct spt_box){0, 0, job->height, job->width};
    if (job->height < window || job->width < window)
        return spt_fail(err, SEPTUM_EINVAL,
                        "%s%s%u x %u pixels, smaller than the net's window of %u x %u",
                        job->name != NULL ? job->name : "",
                        job->name != NULL ? ": " : "", job->width, job->height, window,
                        window);
    status = choose_tile(predictor, job, &tile, err);
    if (status == SEPTUM_OK)
        status = take_tile(predictor, job, tile, err);
    if (status == SEPTUM_OK && job->average)
        status = take_turned(predictor, err);
    if (status != SEPTUM_OK)
        spt_tiles_clear(predictor);
    return status;
}

void
spt_tiles_clear(struct spt_predictor *predictor)
{
    spt_pass_free(predictor->pass);
    free(predictor->answer);
    free(predictor->crop);
    free(predictor->turned[0]);
    free(predictor->turned[1]);
    predictor->pass = NULL;
    predictor->answer = predictor->crop = NULL;
    predictor->turned[0] = predictor->turned[1] = NULL;
}
