/*
 * model.c - model handles: load, save, look into.
 */
#include "api/model.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "image/normalise.h"
#include "train/model_file.h"

enum septum_status
septum_model_load(const char *path, struct septum_model **out, struct septum_error *err)
{
    struct septum_model *model;
    enum septum_status status;

    *out = NULL;
    model = spt_alloc_array(1, sizeof *model);
    if (model == NULL)
        return spt_fail_memory(err, path, sizeof *model);
    status = spt_model_read(path, &model->model, err);
    if (status != SEPTUM_OK) {
        free(model);
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
    return spt_model_write(&model->model, path, force, err);
}

struct septum_model_info
septum_model_info(const struct septum_model *model)
{
    const struct spt_model *held = &model->model;

    return (struct septum_model_info){
        .net = model->net,
        .window = held->spec.window,
        .layers = held->spec.weighted_count,
        .parameters = held->spec.parameter_count,
        .threshold = held->threshold,
        .trained_epochs = held->trained_epochs,
        .trained_windows = held->trained_windows,
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
    free(model);
}

enum septum_status
spt_model_net(const struct spt_model *model, const char *name, struct spt_net **out,
              struct septum_error *err)
{
    enum septum_status status;

    if (strcmp(model->normalisation, SPT_NORMALISATION) != 0)
        return spt_fail(err, SEPTUM_EFORMAT,
                        "%s: wants intensities normalised by \"%s\", which this "
                        "version does not know",
                        name, model->normalisation);
    status = spt_net_create(&model->spec, out, err);
    if (status != SEPTUM_OK)
        return status;
    memcpy(spt_net_parameters(*out), model->parameters,
           model->spec.parameter_count * sizeof(float));
    spt_net_changed(*out);
    return SEPTUM_OK;
}
