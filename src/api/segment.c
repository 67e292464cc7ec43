/*
 * segment.c - probability maps of images, and of one image in memory.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/model.h"
#include "api/precision.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "image/normalise.h"
#include "image/set.h"
#include "image/write.h"
#include "predict/predict.h"
#include "train/model_file.h"

enum septum_status
septum_predict(const struct septum_model *model, const float *pixels, uint32_t height,
               uint32_t width, uint64_t memory, float *membrane,
               struct septum_error *err)
{
    struct spt_predict_options options = {.memory = memory};
    struct spt_predictor *predictor = NULL;
    struct spt_net *net = NULL;
    size_t count = (size_t)height * width;
    float *image = spt_alloc_array(count, sizeof *image);
    enum septum_status status;

    if (image == NULL)
        return spt_fail_memory(err, "image", count * sizeof *image);
    status = spt_model_net(&model->model, "model", &net, err);
    if (status == SEPTUM_OK)
        status = spt_predictor_create(net, &options, &predictor, err);
    if (status == SEPTUM_OK && image != NULL) {
        memcpy(image, pixels, count * sizeof *image);
        status = spt_normalise(image, count, err);
    }
    if (status == SEPTUM_OK)
        status = spt_predict(predictor, image, height, width, membrane, err);
    spt_predictor_free(predictor);
    spt_net_free(net);
    free(image);
    return status;
}

struct job {
    const struct septum_segment_options *options;
    struct spt_set images;
    struct spt_model model;
    struct spt_net *net;
    struct spt_predictor *predictor;
    double started;
};

/* What the values of a product are made from each probability. */
typedef float (*product_fn)(float probability, float threshold);

static float
keep(float probability, float threshold)
{
    (void)threshold;
    return probability;
}

static float
find_uncertainty(float probability, float threshold)
{
    (void)threshold;
    return 1 - 2 * fabsf(probability - 0.5F);
}

static float
call_membrane(float probability, float threshold)
{
    return probability >= threshold ? 255.0F : 0.0F;
}

enum wanted {
    ALWAYS,
    MASK,
    UNCERTAINTY,
};

/* The files that each image gives. */
static const struct product {
    const char *ending;
    enum wanted wanted;
    bool png; /* 8-bit PNG; else float TIFF */
    product_fn make;
} products[] = {
    {".tif", ALWAYS, false, keep},
    {"-mask.png", MASK, true, call_membrane},
    {"-uncertainty.tif", UNCERTAINTY, false, find_uncertainty},
};

#define PRODUCTS (sizeof products / sizeof products[0])

static bool
is_wanted(const struct septum_segment_options *options, const struct product *product)
{
    return product->wanted == ALWAYS || (product->wanted == MASK && options->mask) ||
           (product->wanted == UNCERTAINTY && options->uncertainty);
}

static char *
name_product(const struct job *job, const struct spt_page *page,
             const struct product *product)
{
    char *path;

    return asprintf(&path, "%s/%s%s", job->options->directory, page->name,
                    product->ending) < 0
               ? NULL
               : path;
}

static enum septum_status
write_product(const struct job *job, const struct spt_page *page,
              const struct product *product, const float *membrane,
              struct septum_error *err)
{
    size_t count = (size_t)page->height * page->width;
    char *path = name_product(job, page, product);
    float *values = spt_alloc_array(count, sizeof *values);
    uint8_t *bytes = spt_alloc_array(count, 1);
    enum septum_status status;

    if (path == NULL || values == NULL || bytes == NULL) {
        status = spt_fail_memory(err, page->path, count * (sizeof *values + 1));
        goto done;
    }
    for (size_t i = 0; i < count; i++) {
        values[i] = product->make(membrane[i], (float)job->model.threshold);
        bytes[i] = product->png ? (uint8_t)values[i] : 0;
    }
    status = product->png
                 ? spt_write_png(path, bytes, page->height, page->width, 1,
                                 job->options->force, err)
                 : spt_write_tiff_floats(path, values, page->height, page->width,
                                         page->nm_per_pixel, job->options->force, err);
done:
    free(path);
    free(values);
    free(bytes);
    return status;
}

/* Refuse before the first image what would stop the work at a later one. */
static enum septum_status
check_page(const struct job *job, size_t index, struct septum_error *err)
{
    const struct spt_page *page = &job->images.pages[index];
    uint32_t window = job->model.spec.window;

    if (page->height < window || page->width < window)
        return spt_fail(err, SEPTUM_EINVAL,
                        "%s: %u x %u pixels, smaller than the net's window of %u x %u",
                        page->path, page->width, page->height, window, window);
    for (size_t i = 0; i < index; i++)
        if (strcmp(job->images.pages[i].name, page->name) == 0)
            return spt_fail(
                err, SEPTUM_EINVAL,
                "%s and %s: both would be written as %s/%s.tif; segment them "
                "into different directories",
                job->images.pages[i].path, page->path, job->options->directory,
                page->name);
    for (size_t p = 0; p < PRODUCTS && !job->options->force; p++) {
        char *path = name_product(job, page, &products[p]);
        bool taken = path != NULL && is_wanted(job->options, &products[p]) &&
                     spt_file_exists(path);
        enum septum_status status =
            taken ? spt_fail(err, SEPTUM_EINVAL,
                             "%s: exists already; choose another directory or give "
                             "--force",
                             path)
                  : SEPTUM_OK;

        free(path);
        if (status != SEPTUM_OK)
            return status;
    }
    return SEPTUM_OK;
}

static enum septum_status
segment_page(const struct job *job, const struct spt_page *page,
             struct septum_error *err)
{
    size_t count = (size_t)page->height * page->width;
    float *image = spt_alloc_array(count, sizeof *image);
    float *membrane = spt_alloc_array(count, sizeof *membrane);
    enum septum_status status;

    if (image == NULL || membrane == NULL) {
        status = spt_fail_memory(err, page->path, 2 * count * sizeof *image);
        goto done;
    }
    status = spt_page_read(page, image, err);
    if (status == SEPTUM_OK)
        status = spt_normalise(image, count, err);
    if (status == SEPTUM_OK)
        status = spt_predict(job->predictor, image, page->height, page->width, membrane,
                             err);
    for (size_t p = 0; p < PRODUCTS && status == SEPTUM_OK; p++)
        if (is_wanted(job->options, &products[p]))
            status = write_product(job, page, &products[p], membrane, err);
done:
    free(image);
    free(membrane);
    return status;
}

/* False when the user wants to stop. */
static bool
report(const struct job *job, size_t done)
{
    const struct septum_segment_options *options = job->options;
    double fraction = (double)done / (double)job->images.count;
    double spent = spt_clock_seconds() - job->started;
    char line[96];
    struct septum_progress about = {
        .fraction = fraction,
        .seconds_left = done > 0 ? spent * (1 - fraction) / fraction : -1,
        .what = line,
        .milestone = done == job->images.count,
    };

    snprintf(line, sizeof line, "segmented %zu of %zu images", done, job->images.count);
    return options->progress == NULL || options->progress(options->user, &about);
}

static enum septum_status
segment_pages(const struct job *job, struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;

    for (size_t i = 0; i < job->images.count && status == SEPTUM_OK; i++) {
        if (!report(job, i))
            return spt_fail(err, SEPTUM_ESTOPPED, "stopped after %zu of %zu images", i,
                            job->images.count);
        status = segment_page(job, &job->images.pages[i], err);
    }
    if (status == SEPTUM_OK)
        report(job, job->images.count);
    return status;
}

static enum septum_status
prepare(struct job *job, struct septum_error *err)
{
    const struct septum_segment_options *options = job->options;
    struct spt_predict_options how = {.tile = options->tile,
                                      .memory = options->memory,
                                      .average = options->average,
                                      .precision =
                                          spt_choose_precision(options->precision)};
    enum septum_status status = spt_model_read(options->model, &job->model, err);

    if (status == SEPTUM_OK)
        status = spt_set_open(options->images.paths, options->images.count,
                              &job->images, err);
    for (size_t i = 0; status == SEPTUM_OK && i < job->images.count; i++)
        status = check_page(job, i, err);
    if (status == SEPTUM_OK)
        status = spt_model_net(&job->model, options->model, &job->net, err);
    if (status == SEPTUM_OK)
        status = spt_predictor_create(job->net, &how, &job->predictor, err);
    return status;
}

enum septum_status
septum_segment(const struct septum_segment_options *options, struct septum_error *err)
{
    struct job job = {.options = options, .started = spt_clock_seconds()};
    bool made = !spt_file_exists(options->directory);
    enum septum_status status;

    spt_engine_threads(options->threads);
    status = prepare(&job, err);
    if (status == SEPTUM_OK)
        status = spt_directory_make(options->directory, err);
    if (status == SEPTUM_OK)
        status = segment_pages(&job, err);
    if (status != SEPTUM_OK && made)
        rmdir(options->directory); /* goes only when nothing is in it */
    spt_predictor_free(job.predictor);
    spt_net_free(job.net);
    spt_model_clear(&job.model);
    spt_set_clear(&job.images);
    return status;
}
