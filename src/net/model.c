/*
 * model.c - see model.h.
 */
#include "net/model.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "image/normalise.h"
#include "image/symmetry.h"

/* Fill in the owned blocks of a model whose spec is set. */
static enum septum_status
own_copies(struct spt_model *model, const float *parameters, const char *normalisation,
           const char *history, struct septum_error *err)
{
    size_t count = model->spec.parameter_count;

    model->parameters = spt_alloc_aligned(count, sizeof *model->parameters);
    model->normalisation = strdup(normalisation);
    model->history = strdup(history);
    if (model->parameters == NULL || model->normalisation == NULL ||
        model->history == NULL) {
        spt_model_clear(model);
        return spt_fail_memory(err, "a model", count * sizeof *model->parameters);
    }
    if (parameters != NULL)
        memcpy(model->parameters, parameters, count * sizeof *parameters);
    else
        memset(model->parameters, 0, count * sizeof *model->parameters);
    return SEPTUM_OK;
}

enum septum_status
spt_model_init(struct spt_model *model, const struct spt_spec *spec,
               struct septum_error *err)
{
    struct spt_model made = {
        .spec = *spec, .threshold = 0.5, .symmetries = SPT_SYMMETRIES};
    enum septum_status status = own_copies(&made, NULL, SPT_NORMALISATION, "", err);

    if (status == SEPTUM_OK)
        *model = made;
    return status;
}

void
spt_model_clear(struct spt_model *model)
{
    free(model->parameters);
    free(model->normalisation);
    free(model->history);
    *model = (struct spt_model){0};
}

enum septum_status
spt_model_copy(const struct spt_model *model, struct spt_model *out,
               struct septum_error *err)
{
    struct spt_model made = *model;
    enum septum_status status =
        own_copies(&made, model->parameters, model->normalisation, model->history, err);

    if (status == SEPTUM_OK)
        *out = made;
    return status;
}

void
spt_model_negate(struct spt_model *model)
{
    const struct spt_layer *first = spt_spec_weighted(&model->spec, 0);

    for (size_t i = 0; i < spt_layer_weight_count(first); i++)
        model->parameters[first->weights + i] *= -1;
}

enum septum_status
spt_model_add_history(struct spt_model *model, const char *line,
                      struct septum_error *err)
{
    size_t had = strlen(model->history), more = strlen(line);
    char *grown = spt_alloc_grow(model->history, had + more + 2, 1);

    if (grown == NULL)
        return spt_fail_memory(err, "a model's history", had + more + 2);
    for (size_t i = 0; i < more; i++)
        grown[had + i] =
            (char)((unsigned char)line[i] < ' ' || line[i] == 0x7f ? ' ' : line[i]);
    grown[had + more] = '\n';
    grown[had + more + 1] = '\0';
    model->history = grown;
    return SEPTUM_OK;
}
