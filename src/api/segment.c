/*
 * segment.c - probability maps of images, and of one image in memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/arguments.h"
#include "api/cells.h"
#include "api/model.h"
#include "api/precision.h"
#include "api/segment_page.h"
#include "api/source.h"
#include "api/threads.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "image/finite.h"
#include "image/normalise.h"
#include "predict/tile_choice.h"
#include "train/model_file.h"

/* Refuse an image that has not a number for every pixel of a window at least. */
static enum septum_status
check_image(const struct spt_spec *spec, const float *pixels, uint32_t height,
            uint32_t width, struct septum_error *err)
{
    struct spt_finite_fault fault;

    if (height < spec->window || width < spec->window)
        return spt_fail(err, SEPTUM_EINVAL,
                        "%u x %u pixels, smaller than the net's window of %u x %u",
                        width, height, spec->window, spec->window);
    if (!spt_finite_check(pixels, 0, height, width, &fault))
        return spt_fail(err, SEPTUM_EINVAL, "%s", fault.text);
    return SEPTUM_OK;
}

enum septum_status
septum_predict(const struct septum_model *model, const float *pixels, uint32_t height,
               uint32_t width, uint64_t memory, float *membrane,
               struct septum_error *err)
{
    struct spt_predict_options options = {.memory = memory};
    struct spt_predictor *predictor = NULL;
    struct spt_net *net = NULL;
    size_t count = (size_t)height * width;
    float *image;
    enum septum_status status;

    if (SPT_REQUIRE(err, {"model", model}, {"pixels", pixels},
                    {"membrane", membrane}) != SEPTUM_OK ||
        check_image(&model->model.spec, pixels, height, width, err) != SEPTUM_OK)
        return SEPTUM_EINVAL;
    image = spt_alloc_array(count, sizeof *image);
    if (image == NULL)
        return spt_fail_memory(err, "image", count * sizeof *image);
    status = spt_model_net(&model->model, "model", &net, err);
    if (status == SEPTUM_OK)
        status = spt_predictor_create(net, &options, &predictor, err);
    if (status == SEPTUM_OK) {
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
    struct spt_cells_rule rule;
    double started;
    size_t image;            /* the one being worked on */
    uint64_t before, pixels; /* of the images before it; of all */
};

/* Refuse to write over one of the images, or, without --force, over anything. */
static enum septum_status
check_product(const struct job *job, const struct spt_page *page, size_t product,
              struct septum_error *err)
{
    char *path = spt_product_path(job->options, page, product);
    enum septum_status status = SEPTUM_OK;

    if (path != NULL)
        status = spt_set_spare(&job->images, path, err);
    if (path != NULL && status == SEPTUM_OK && !job->options->force &&
        spt_file_exists(path))
        status = spt_fail(
            err, SEPTUM_EINVAL,
            "%s: exists already; choose another directory or give --force", path);
    free(path);
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
    if (spt_segment_check(job->options, page, err) != SEPTUM_OK)
        return SEPTUM_EINVAL;
    for (size_t p = 0; p < SPT_PRODUCTS; p++)
        if (spt_product_wanted(job->options, p) &&
            check_product(job, page, p, err) != SEPTUM_OK)
            return SEPTUM_EINVAL;
    return SEPTUM_OK;
}

/* False when the user wants to stop.  `part` of the current image is done. */
static bool
report(void *user, double part)
{
    const struct job *job = user;
    const struct septum_segment_options *options = job->options;
    size_t count = job->images.count;
    const struct spt_page *page = &job->images.pages[job->image];
    double here =
        job->image < count ? part * (double)page->height * (double)page->width : 0;
    double fraction = ((double)job->before + here) / (double)job->pixels;
    double spent = spt_clock_seconds() - job->started;
    char line[96];
    struct septum_progress about = {
        .fraction = fraction,
        .seconds_left = fraction > 0 ? spent * (1 - fraction) / fraction : -1,
        .what = line,
        .milestone = job->image == count,
    };

    snprintf(line, sizeof line, "segmented %zu of %zu images", job->image, count);
    return options->progress == NULL || options->progress(options->user, &about);
}

static struct spt_segmentation
segmentation_of(struct job *job)
{
    return (struct spt_segmentation){
        .options = job->options,
        .predictor = job->predictor,
        .threshold = job->model.threshold,
        .rule = job->rule,
        .watch = {report, job},
    };
}

static enum septum_status
segment_pages(struct job *job, struct septum_error *err)
{
    const struct spt_segmentation segmentation = segmentation_of(job);
    size_t count = job->images.count;

    for (size_t i = 0; i < count; i++)
        job->pixels +=
            (uint64_t)job->images.pages[i].height * job->images.pages[i].width;
    for (; job->image < count; job->image++) {
        const struct spt_page *page = &job->images.pages[job->image];
        enum septum_status status = report(job, 0)
                                        ? spt_segment_page(&segmentation, page, err)
                                        : SEPTUM_ESTOPPED;

        if (status == SEPTUM_ESTOPPED)
            return spt_fail(err, status, "stopped after %zu of %zu images", job->image,
                            count);
        if (status != SEPTUM_OK)
            return status;
        job->before += (uint64_t)page->height * page->width;
    }
    report(job, 0);
    return SEPTUM_OK;
}

static enum septum_status
prepare(struct job *job, struct septum_error *err)
{
    const struct septum_segment_options *options = job->options;
    struct spt_predict_options how = {.memory = options->memory,
                                      .average = options->average,
                                      .precision =
                                          spt_choose_precision(options->precision)};
    enum septum_status status = spt_model_read(options->model, &job->model, err);

    if (status == SEPTUM_OK)
        status =
            spt_cells_rule(&options->cutting, job->model.threshold, &job->rule, err);
    if (status == SEPTUM_OK)
        status = spt_set_open(options->images.paths, options->images.count,
                              &job->images, err);
    for (size_t i = 0; status == SEPTUM_OK && i < job->images.count; i++)
        status = check_page(job, i, err);
    if (status == SEPTUM_OK)
        status = spt_model_net(&job->model, options->model, &job->net, err);
    if (status == SEPTUM_OK) {
        how.symmetries = job->model.symmetries;
        how.tile = options->tile > 0 ? options->tile
                                     : spt_tile_recall(&job->model.spec, how.precision,
                                                       spt_engine_threads_now());
        status = spt_predictor_create(job->net, &how, &job->predictor, err);
    }
    for (size_t i = 0; status == SEPTUM_OK && i < job->images.count; i++) {
        const struct spt_segmentation segmentation = segmentation_of(job);

        status = spt_segment_check_cells(&segmentation, &job->images.pages[i], err);
    }
    return status;
}

static enum septum_status
segment(const struct septum_segment_options *options, struct septum_error *err)
{
    struct job job = {.options = options, .started = spt_clock_seconds()};
    bool made = !spt_file_exists(options->directory);
    enum septum_status status = prepare(&job, err);

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

enum septum_status
septum_segment(const struct septum_segment_options *options, struct septum_error *err)
{
    uint32_t before;
    enum septum_status status;

    if (SPT_REQUIRE(err, {"options", options}) != SEPTUM_OK ||
        SPT_REQUIRE(err, {"options->model", options->model},
                    {"options->images", spt_arguments_paths(&options->images)},
                    {"options->directory", options->directory}) != SEPTUM_OK ||
        SPT_ENUMS(err, {"precision", options->precision, SEPTUM_PRECISION_BF16}) !=
            SEPTUM_OK)
        return SEPTUM_EINVAL;
    if (!options->cells &&
        (options->cutting.has_threshold || options->cutting.depth != 0 ||
         options->cutting.min_size > 0))
        return spt_fail(err, SEPTUM_EINVAL,
                        "how to cut cells is said, but not that cells are wanted; ask "
                        "for cells, too");
    before = spt_threads_begin(options->threads);
    status = segment(options, err);
    spt_threads_end(before);
    return status;
}
