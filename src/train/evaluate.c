/*
 * evaluate.c - see evaluate.h.
 */
#include "train/evaluate.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "train/model_file.h"

enum septum_status
spt_evaluate(struct spt_predictor *predictor, const struct spt_samples *samples,
             size_t every, const struct spt_watch *watch, struct spt_tally *tally,
             struct septum_error *err)
{
    return spt_evaluate_cells(predictor, samples, every, watch, tally, NULL, err);
}

enum septum_status
spt_evaluate_model(const struct spt_model *model, enum spt_precision precision,
                   const struct spt_samples *samples, size_t every,
                   const struct spt_watch *watch, struct spt_tally *tally,
                   struct septum_error *err)
{
    const struct spt_predict_options options = {.precision = precision};
    struct spt_predictor *predictor = NULL;
    struct spt_net *net = NULL;
    enum septum_status status = spt_model_net(model, "the model", &net, err);

    if (status == SEPTUM_OK)
        status = spt_predictor_create(net, &options, &predictor, err);
    if (status == SEPTUM_OK)
        status = spt_evaluate(predictor, samples, every, watch, tally, err);
    spt_predictor_free(predictor);
    spt_net_free(net);
    return status;
}

size_t
spt_evaluate_every(const struct spt_samples *samples, size_t most)
{
    size_t known = 0;

    for (size_t i = 0; i < samples->count; i++)
        known += samples->sample[i].known > 0;
    return most > 0 && known > most ? (known - 1) / most + 1 : 1;
}

enum septum_status
spt_evaluate_cells(struct spt_predictor *predictor, const struct spt_samples *samples,
                   size_t every, const struct spt_watch *watch, struct spt_tally *tally,
                   struct spt_partition_tally *cells, struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;
    size_t known = 0; /* samples so far that know something */

    for (size_t i = 0; i < samples->count && status == SEPTUM_OK; i++) {
        const struct spt_sample *sample = &samples->sample[i];
        size_t pixels = (size_t)sample->height * sample->width;
        float *membrane;

        if (sample->known == 0 || known++ % every != 0)
            continue;
        if (!spt_watch_alive(watch, (double)i / (double)samples->count))
            return spt_fail(err, SEPTUM_ESTOPPED, "stopped");
        membrane = spt_alloc_array(pixels, sizeof *membrane);
        if (membrane == NULL)
            return spt_fail_memory(err, "probabilities", pixels * sizeof *membrane);
        status = spt_predict(predictor, sample->pixels, sample->height, sample->width,
                             membrane, err);
        if (status == SEPTUM_OK && cells != NULL)
            status = spt_partition_add(cells, membrane, sample->labels, sample->height,
                                       sample->width, err);
        if (status == SEPTUM_OK)
            spt_tally_add(tally, membrane, sample->labels, pixels);
        free(membrane);
    }
    return status;
}
