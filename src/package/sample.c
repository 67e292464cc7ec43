/*
 * sample.c - see sample.h.
 */
#include "package/sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/whole.h"
#include "image/normalise.h"
#include "image/write.h"
#include "predict/predict.h"
#include "simulate/simulate.h"
#include "train/model_file.h"

#define SIDE 256  /* of the picture, where the net's window allows */
#define DRAWN 256 /* of each half of the cover at most */
#define WHITE 255

static int
compare_floats(const void *left, const void *right)
{
    const float *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

/* As numpy has it. */
static double
percentile(const float *sorted, size_t count, double percent)
{
    double at = percent / 100 * (double)(count - 1);
    size_t below = (size_t)at;
    double low = sorted[below], high = sorted[below + (below + 1 < count)];

    return low + (high - low) * (at - (double)below);
}

/* Stretch what is below the median until p5 is as far from it as p95, and all of it to
 * the range from 0 to 255. */
static enum septum_status
balance(float *image, size_t count, struct septum_error *err)
{
    float *sorted = spt_alloc_array(count, sizeof *sorted);
    double median, stretch, least, most;

    if (sorted == NULL)
        return spt_fail_memory(err, "a picture", count * sizeof *sorted);
    memcpy(sorted, image, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_floats);
    median = percentile(sorted, count, 50);
    stretch = (percentile(sorted, count, 95) - median) /
              (median - percentile(sorted, count, 5));
    least = median - (median - sorted[0]) * stretch;
    most = sorted[count - 1];
    free(sorted);
    for (size_t i = 0; i < count; i++) {
        double value = image[i];

        if (value < median)
            value = median - (median - value) * stretch;
        image[i] = (float)((value - least) / (most - least) * WHITE);
    }
    return SEPTUM_OK;
}

/* Make the slice into *out, whose three parts the caller frees in any case. */
static enum septum_status
simulate(uint32_t side, struct spt_slice *out, struct septum_error *err)
{
    const struct spt_simulation_settings settings = {
        .microscope = "spim", .count = 1, .size = side};
    const size_t count = (size_t)side * side;
    struct spt_simulation *simulation = NULL;
    enum septum_status status;

    out->image = spt_alloc_array(count, 1);
    out->membrane = spt_alloc_array(count, 1);
    out->cells = spt_alloc_array(count, sizeof *out->cells);
    if (out->image == NULL || out->membrane == NULL || out->cells == NULL)
        return spt_fail_memory(err, "a picture", 4 * count);
    status = spt_simulation_create(&settings, &simulation, err);
    if (status == SEPTUM_OK)
        status = spt_simulation_slice(simulation, 0, out, err);
    spt_simulation_free(simulation);
    return status;
}

/* What `septum segment` says of an image. */
static enum septum_status
predict(struct spt_predictor *predictor, const float *image, uint32_t side,
        float *membrane, struct septum_error *err)
{
    const size_t count = (size_t)side * side;
    float *normalised = spt_alloc_array(count, sizeof *normalised);
    enum septum_status status;

    if (normalised == NULL)
        return spt_fail_memory(err, "a picture", count * sizeof *normalised);
    memcpy(normalised, image, count * sizeof *normalised);
    status = spt_normalise(normalised, count, err);
    if (status == SEPTUM_OK)
        status = spt_predict(predictor, normalised, side, side, membrane, err);
    free(normalised);
    return status;
}

/* How much more membrane the model sees where there is some than where there is none.
 * The simulated embryo has pixels of both kinds. */
static double
find_contrast(const float *membrane, const uint8_t *truth, size_t count)
{
    double sum[2] = {0}, pixels[2] = {0};

    for (size_t i = 0; i < count; i++) {
        sum[truth[i] != 0] += membrane[i];
        pixels[truth[i] != 0]++;
    }
    return sum[1] / pixels[1] - sum[0] / pixels[0];
}

/* Predict the picture, and its negative; keep the one that the model knows better. */
static enum septum_status
choose_polarity(struct spt_predictor *predictor, const uint8_t *truth,
                struct spt_package_sample *sample, struct septum_error *err)
{
    const size_t count = (size_t)sample->side * sample->side;
    float *negative = spt_alloc_array(2 * count, sizeof *negative);
    enum septum_status status =
        negative != NULL
            ? predict(predictor, sample->image, sample->side, sample->membrane, err)
            : spt_fail_memory(err, "a picture", 2 * count * sizeof *negative);

    for (size_t i = 0; status == SEPTUM_OK && i < count; i++)
        negative[i] = WHITE - sample->image[i];
    if (status == SEPTUM_OK)
        status = predict(predictor, negative, sample->side, negative + count, err);
    if (status == SEPTUM_OK && find_contrast(negative + count, truth, count) >
                                   find_contrast(sample->membrane, truth, count)) {
        memcpy(sample->image, negative, count * sizeof *negative);
        memcpy(sample->membrane, negative + count, count * sizeof *negative);
    }
    free(negative);
    return status;
}

enum septum_status
spt_package_sample_make(const struct spt_model *model, uint32_t least,
                        struct spt_package_sample *out, struct septum_error *err)
{
    const struct spt_predict_options options = {0};
    struct spt_package_sample sample = {.side = least > SIDE ? least : SIDE};
    const size_t count = (size_t)sample.side * sample.side;
    struct spt_predictor *predictor = NULL;
    struct spt_net *net = NULL;
    struct spt_slice slice = {0};
    enum septum_status status = simulate(sample.side, &slice, err);

    if (status != SEPTUM_OK)
        goto done;
    sample.image = spt_alloc_array(count, sizeof *sample.image);
    sample.membrane = spt_alloc_array(count, sizeof *sample.membrane);
    if (sample.image == NULL || sample.membrane == NULL) {
        status = spt_fail_memory(err, "a picture", 2 * count * sizeof *sample.image);
        goto done;
    }
    for (size_t i = 0; i < count; i++)
        sample.image[i] = slice.image[i];
    status = balance(sample.image, count, err);
    if (status == SEPTUM_OK)
        status = spt_model_net(model, "model", &net, err);
    if (status == SEPTUM_OK)
        status = spt_predictor_create(net, &options, &predictor, err);
    if (status == SEPTUM_OK)
        status = choose_polarity(predictor, slice.membrane, &sample, err);
    if (status == SEPTUM_OK) {
        *out = sample;
        sample = (struct spt_package_sample){0}; /* now the caller's */
    }
done:
    spt_package_sample_clear(&sample);
    spt_predictor_free(predictor);
    spt_net_free(net);
    free(slice.image);
    free(slice.membrane);
    free(slice.cells);
    return status;
}

void
spt_package_sample_clear(struct spt_package_sample *sample)
{
    free(sample->image);
    free(sample->membrane);
    *sample = (struct spt_package_sample){0};
}

enum septum_status
spt_package_sample_draw(const struct spt_package_sample *sample, struct spt_bytes *out,
                        struct septum_error *err)
{
    const uint32_t every = spt_divide_up(sample->side, DRAWN);
    const uint32_t side = sample->side / every;
    uint8_t *pixels = spt_alloc_array((size_t)2 * side, side);
    enum septum_status status;

    if (pixels == NULL)
        return spt_fail_memory(err, "a picture", (size_t)2 * side * side);
    for (uint32_t y = 0; y < side; y++)
        for (uint32_t x = 0; x < side; x++) {
            size_t from = (size_t)y * every * sample->side + (size_t)x * every;
            uint8_t *to = pixels + (size_t)y * 2 * side + x;

            to[0] = (uint8_t)lroundf(sample->image[from]);
            to[side] = (uint8_t)lroundf(sample->membrane[from] * WHITE);
        }
    status = spt_encode_png(pixels, side, 2 * side, 1, out, err);
    free(pixels);
    return status;
}
