/*
 * measure.c - see measure.h.
 */
#include "loop/measure.h"

#include <stdlib.h>
#include <string.h>

#include "active/uncertainty.h"
#include "base/alloc.h"
#include "base/random.h"

#define DEFAULT_PASSES 8
#define DEFAULT_DROPOUT 0.5

/* The mean over passes with dropout of P and, where `entropy` is not NULL, of the
 * entropy of P. */
static enum septum_status
average_dropout(struct spt_predictor *predictor, const struct spt_sample *sample,
                const struct spt_measure_options *options, float *membrane,
                float *entropy, struct septum_error *err)
{
    size_t pixels = (size_t)sample->height * sample->width;
    uint32_t passes = options->passes > 0 ? options->passes : DEFAULT_PASSES;
    double dropout = options->dropout > 0 ? options->dropout : DEFAULT_DROPOUT;
    float *once = spt_alloc_array(pixels, sizeof *once);
    enum septum_status status = SEPTUM_OK;

    if (once == NULL)
        return spt_fail_memory(err, "probabilities", pixels * sizeof *once);
    memset(membrane, 0, pixels * sizeof *membrane);
    if (entropy != NULL)
        memset(entropy, 0, pixels * sizeof *entropy);
    for (uint32_t pass = 0; pass < passes && status == SEPTUM_OK; pass++) {
        status = spt_predict_dropout(predictor, sample->pixels, sample->height,
                                     sample->width, dropout,
                                     spt_random_hash(options->key, pass), once, err);
        for (size_t i = 0; i < pixels && status == SEPTUM_OK; i++) {
            membrane[i] += once[i] / (float)passes;
            if (entropy != NULL)
                entropy[i] +=
                    (float)(spt_uncertainty_bits((double)once[i]) / (double)passes);
        }
    }
    /* Eighths of 1 may add up to a little more. */
    for (size_t i = 0; i < pixels; i++)
        membrane[i] = membrane[i] < 1 ? membrane[i] : 1;
    free(once);
    return status;
}

enum septum_status
spt_measure_probabilities(struct spt_predictor *predictor,
                          const struct spt_sample *sample,
                          const struct spt_measure_options *options, float *membrane,
                          struct septum_error *err)
{
    switch (options->from) {
    case SPT_MEASURE_SYMMETRIES:
        return spt_predict_symmetries(predictor, sample->pixels, sample->height,
                                      sample->width, membrane, err);
    case SPT_MEASURE_DROPOUT:
        return average_dropout(predictor, sample, options, membrane, NULL, err);
    case SPT_MEASURE_ONCE:
        break;
    }
    return spt_predict(predictor, sample->pixels, sample->height, sample->width,
                       membrane, err);
}

/* f and entropy of probabilities, which are calibrated in place. */
static void
measure_certainty(const struct spt_sample *sample, const struct spt_grid *grid,
                  double temperature, float *membrane, const struct spt_measured *out)
{
    size_t pixels = (size_t)sample->height * sample->width;

    if (temperature > 0 && temperature != 1)
        for (size_t i = 0; i < pixels; i++)
            membrane[i] = spt_calibrate(membrane[i], temperature);
    if (out->f != NULL)
        spt_uncertainty_windows(membrane, sample->width, grid, out->f);
    if (out->entropy != NULL)
        spt_uncertainty_entropy(membrane, sample->width, grid, out->entropy);
}

/* As out->f and out->entropy ask for, and features on the way if one pass is all. */
static enum septum_status
measure_probabilities(struct spt_predictor *predictor, const struct spt_sample *sample,
                      const struct spt_grid *grid,
                      const struct spt_measure_options *options,
                      const struct spt_measured *out, float *membrane,
                      struct septum_error *err)
{
    bool certainty = out->f != NULL || out->entropy != NULL;
    enum septum_status status = SEPTUM_OK;

    if (out->features != NULL)
        status =
            spt_predict_features(predictor, sample->pixels, sample->height,
                                 sample->width, grid, membrane, out->features, err);
    if (status == SEPTUM_OK && certainty &&
        (out->features == NULL || options->from != SPT_MEASURE_ONCE))
        status = spt_measure_probabilities(predictor, sample, options, membrane, err);
    if (status == SEPTUM_OK && certainty)
        measure_certainty(sample, grid, options->temperature, membrane, out);
    return status;
}

/* f and entropy of the pixels at the corners of a grid `every` pixels wide: what lies
 * between them is much like them, and a window still has hundreds. */
static enum septum_status
measure_coarse(struct spt_predictor *predictor, const struct spt_sample *sample,
               const struct spt_grid *grid, uint32_t every, double temperature,
               const struct spt_measured *out, struct septum_error *err)
{
    const struct spt_sample coarse = {.height = (sample->height + every - 1) / every,
                                      .width = (sample->width + every - 1) / every};
    const struct spt_grid coarse_grid = {grid->side / every, grid->rows, grid->columns};
    size_t pixels = (size_t)coarse.height * coarse.width;
    float *membrane = spt_alloc_array(pixels, sizeof *membrane);
    enum septum_status status;

    if (membrane == NULL)
        return spt_fail_memory(err, "probabilities", pixels * sizeof *membrane);
    status = spt_predict_coarse(predictor, sample->pixels, sample->height,
                                sample->width, every, membrane, err);
    if (status == SEPTUM_OK)
        measure_certainty(&coarse, &coarse_grid, temperature, membrane, out);
    free(membrane);
    return status;
}

enum septum_status
spt_measure_windows(struct spt_predictor *predictor, const struct spt_sample *sample,
                    const struct spt_grid *grid,
                    const struct spt_measure_options *options,
                    const struct spt_measured *out, struct septum_error *err)
{
    size_t pixels = (size_t)sample->height * sample->width;
    uint32_t every = spt_predict_every(predictor, options->every, grid->side);
    float *membrane, *entropy;
    enum septum_status status = SEPTUM_OK;

    if (every > 1 && options->from == SPT_MEASURE_ONCE && out->bald == NULL &&
        out->features == NULL)
        return measure_coarse(predictor, sample, grid, every, options->temperature, out,
                              err);
    membrane = spt_alloc_array(pixels, sizeof *membrane);
    entropy = spt_alloc_array(out->bald != NULL ? pixels : 0, sizeof *entropy);
    if (membrane == NULL || entropy == NULL) {
        status = spt_fail_memory(err, "probabilities", pixels * sizeof *membrane);
        goto done;
    }
    if (out->bald != NULL) {
        status = average_dropout(predictor, sample, options, membrane, entropy, err);
        if (status == SEPTUM_OK)
            spt_uncertainty_bald(membrane, entropy, sample->width, grid, out->bald);
    }
    if (status == SEPTUM_OK)
        status =
            measure_probabilities(predictor, sample, grid, options, out, membrane, err);
done:
    free(membrane);
    free(entropy);
    return status;
}

enum septum_status
spt_measure_logits(struct spt_predictor *predictor, const struct spt_samples *samples,
                   size_t every, const struct spt_measure_options *options,
                   const struct spt_watch *watch, struct spt_logits *logits,
                   struct septum_error *err)
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
        status = spt_measure_probabilities(predictor, sample, options, membrane, err);
        if (status == SEPTUM_OK)
            spt_logits_add(logits, membrane, sample->labels, pixels);
        free(membrane);
    }
    return status;
}

enum septum_status
spt_measure_temperature(struct spt_predictor *predictor,
                        const struct spt_samples *samples, size_t every,
                        const struct spt_measure_options *options,
                        const struct spt_watch *watch, double *temperature,
                        struct septum_error *err)
{
    struct spt_logits *logits = spt_alloc_array(1, sizeof *logits);
    enum septum_status status;

    if (logits == NULL)
        return spt_fail_memory(err, "calibration", sizeof *logits);
    status = spt_measure_logits(predictor, samples, every, options, watch, logits, err);
    if (status == SEPTUM_OK)
        *temperature = spt_logits_temperature(logits);
    free(logits);
    return status;
}
