/*
 * model.c - model handles: load, save, look into.
 */
#include "api/model.h"

#include <stdlib.h>
#include <string.h>

#include "api/arguments.h"
#include "base/alloc.h"
#include "train/model_file.h"

enum septum_status
septum_model_load(const char *path, struct septum_model **out, struct septum_error *err)
{
    struct septum_model *model;
    enum septum_status status;

    if (SPT_REQUIRE(err, {"out", out}) != SEPTUM_OK)
        return SEPTUM_EINVAL;
    *out = NULL;
    if (SPT_REQUIRE(err, {"path", path}) != SEPTUM_OK)
        return SEPTUM_EINVAL;
    model = spt_alloc_array(1, sizeof *model);
    if (model == NULL)
        return spt_fail_memory(err, path, sizeof *model);
    *model = (struct septum_model){.path = strdup(path)};
    status = model->path != NULL ? spt_model_read(path, &model->model, err)
                                 : spt_fail_memory(err, path, strlen(path));
    if (status != SEPTUM_OK) {
        septum_model_free(model);
        return status;
    }
    spt_spec_format(&model->model.spec, model->net);
    *out = model;
    return SEPTUM_OK;
}

enum septum_status
septum_model_save(const struct septum_model *model, const char *path, bool force,
                  struct septum_error *err)
{
    if (SPT_REQUIRE(err, {"model", model}, {"path", path}) != SEPTUM_OK)
        return SEPTUM_EINVAL;
    return spt_model_write(&model->model, path, force, err);
}

struct septum_model_info
septum_model_info(const struct septum_model *model)
{
    const struct spt_model *held;

    if (model == NULL)
        return (struct septum_model_info){0};
    held = &model->model;
    return (struct septum_model_info){
        .net = model->net,
        .window = held->spec.window,
        .layers = held->spec.weighted_count,
        .parameters = held->spec.parameter_count,
        .threshold = held->threshold,
        .trained_epochs = held->trained_epochs,
        .trained_windows = held->trained_windows,
        .symmetries = held->symmetries,
        .normalisation = held->normalisation,
        .history = held->history,
    };
}

void
septum_model_free(struct septum_model *model)
{
    if (model == NULL)
        return;
    spt_model_clear(&model->model);
    free(model->path);
    free(model);
}
