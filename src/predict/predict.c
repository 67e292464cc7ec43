/*
 * predict.c - predictors, and images that are wholly in memory.
 */
#include "predict/predict.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/whole.h"
#include "image/symmetry.h"
#include "predict/tiles.h"

#define DEFAULT_MEMORY ((uint64_t)1 << 30)

enum septum_status
spt_predictor_create(struct spt_net *net, const struct spt_predict_options *options,
                     struct spt_predictor **out, struct septum_error *err)
{
    struct spt_predictor *predictor = spt_alloc_array(1, sizeof *predictor);

    *out = NULL;
    if (predictor == NULL)
        return spt_fail_memory(err, "prediction", sizeof *predictor);
    predictor->net = net;
    predictor->options = *options;
    if (predictor->options.memory == 0)
        predictor->options.memory = DEFAULT_MEMORY;
    if (predictor->options.symmetries == 0)
        predictor->options.symmetries = SPT_SYMMETRIES;
    *out = predictor;
    return SEPTUM_OK;
}

void
spt_predictor_free(struct spt_predictor *predictor)
{
    if (predictor == NULL)
        return;
    spt_tiles_clear(predictor);
    free(predictor);
}

static enum septum_status
predict_image(struct spt_predictor *predictor, struct spt_predict_job *job,
              const float *image, float *membrane, struct septum_error *err)
{
    const struct spt_band all = {
        .pixels = image, .height = job->height, .width = job->width};
    enum septum_status status;

    job->watch = predictor->options.watch;
    status = spt_tiles_prepare(predictor, job, err);
    for (uint32_t y = 0; y < job->box.height && status == SEPTUM_OK;
         y += predictor->tile)
        status = spt_tiles_row(predictor, job, &all, y,
                               membrane + (size_t)(y / job->every) *
                                              spt_divide_up(job->box.width, job->every),
                               err);
    return status;
}

enum septum_status
spt_predict(struct spt_predictor *predictor, const float *image, uint32_t height,
            uint32_t width, float *membrane, struct septum_error *err)
{
    struct spt_predict_job job = {.height = height,
                                  .width = width,
                                  .average = predictor->options.average,
                                  .every = 1};

    return predict_image(predictor, &job, image, membrane, err);
}

enum septum_status
spt_predict_box(struct spt_predictor *predictor, const float *image, uint32_t height,
                uint32_t width, const struct spt_box *box, float *membrane,
                struct septum_error *err)
{
    struct spt_predict_job job = {.height = height,
                                  .width = width,
                                  .box = *box,
                                  .average = predictor->options.average,
                                  .every = 1};

    return predict_image(predictor, &job, image, membrane, err);
}

enum septum_status
spt_predict_coarse(struct spt_predictor *predictor, const float *image, uint32_t height,
                   uint32_t width, uint32_t every, float *membrane,
                   struct septum_error *err)
{
    struct spt_predict_job job = {.height = height, .width = width, .every = every};

    return predict_image(predictor, &job, image, membrane, err);
}

uint32_t
spt_predict_every(const struct spt_predictor *predictor, uint32_t most, uint32_t side)
{
    return predictor->options.average
               ? 1
               : spt_spec_every(spt_net_spec(predictor->net), most, side);
}

enum septum_status
spt_predict_dropout(struct spt_predictor *predictor, const float *image,
                    uint32_t height, uint32_t width, double dropout, uint64_t key,
                    float *membrane, struct septum_error *err)
{
    struct spt_predict_job job = {
        .height = height, .width = width, .every = 1, .dropout = dropout, .key = key};

    return predict_image(predictor, &job, image, membrane, err);
}

enum septum_status
spt_predict_symmetries(struct spt_predictor *predictor, const float *image,
                       uint32_t height, uint32_t width, float *membrane,
                       struct septum_error *err)
{
    struct spt_predict_job job = {
        .height = height, .width = width, .every = 1, .average = true};

    return predict_image(predictor, &job, image, membrane, err);
}

uint32_t
spt_predict_feature_count(const struct spt_predictor *predictor)
{
    const struct spt_spec *spec = spt_net_spec(predictor->net);
    const struct spt_layer *last = &spec->layer[spec->layer_count - 1];

    return last->size == 1 ? last->in_channels : 0;
}

enum septum_status
spt_predict_features(struct spt_predictor *predictor, const float *image,
                     uint32_t height, uint32_t width, const struct spt_grid *grid,
                     float *membrane, float *features, struct septum_error *err)
{
    struct spt_predict_job job = {.height = height,
                                  .width = width,
                                  .every = 1,
                                  .grid = grid,
                                  .features = features};
    size_t values = spt_grid_count(grid) * spt_predict_feature_count(predictor);
    enum septum_status status;

    if (spt_predict_feature_count(predictor) == 0)
        return spt_fail(err, SEPTUM_EINVAL,
                        "the net's last layer looks at more than one place, so that "
                        "no features belong to a pixel; a net that ends in two or "
                        "more FC layers has them");
    memset(features, 0, values * sizeof *features);
    status = predict_image(predictor, &job, image, membrane, err);
    for (size_t i = 0; i < values && status == SEPTUM_OK; i++)
        features[i] /= (float)grid->side * (float)grid->side;
    return status;
}
