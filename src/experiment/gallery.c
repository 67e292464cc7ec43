/*
 * gallery.c - see gallery.h.
 */
#include "experiment/gallery.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "loop/pictures.h"

#define TEST_IMAGES 3   /* rows of the gallery at most */
#define LARGEST 512     /* side of a picture, pixels */
#define FIRST_COLUMNS 3 /* image, truth, source model */

static enum septum_status
set_caption(struct spt_figure *figure, struct septum_error *err, const char *format,
            ...) __attribute__((format(printf, 3, 4)));

static enum septum_status
set_caption(struct spt_figure *figure, struct septum_error *err, const char *format,
            ...)
{
    va_list arguments;
    char *text;
    int length;

    va_start(arguments, format);
    length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0)
        return spt_fail_memory(err, "caption", 256);
    figure->caption = text;
    return SEPTUM_OK;
}

static size_t
row_count(const struct spt_trial *trial)
{
    return trial->test->count < TEST_IMAGES ? trial->test->count : TEST_IMAGES;
}

/* The test image of a row: spread evenly over them all. */
static size_t
row_image(const struct spt_trial *trial, size_t row)
{
    return row * trial->test->count / row_count(trial);
}

/* Fill the next column of every row with what `model` finds. */
static enum septum_status
add_column(struct spt_gallery *gallery, const struct spt_model *model, const char *name,
           struct septum_error *err)
{
    static const struct spt_predict_options options;
    const struct spt_trial *trial = gallery->trial;
    struct spt_predictor *predictor = NULL;
    struct spt_net *net = NULL;
    enum septum_status status = spt_net_create(&model->spec, &net, err);

    if (status == SEPTUM_OK) {
        memcpy(spt_net_parameters(net), model->parameters,
               model->spec.parameter_count * sizeof(float));
        spt_net_changed(net);
        status = spt_predictor_create(net, &options, &predictor, err);
    }
    for (size_t row = 0; row < row_count(trial) && status == SEPTUM_OK; row++) {
        const struct spt_sample *image = &trial->test->sample[row_image(trial, row)];
        size_t pixels = (size_t)image->height * image->width;
        struct spt_figure *figure =
            &gallery->segmentations[row * gallery->columns + gallery->filled];
        float *membrane = spt_alloc_array(pixels, sizeof *membrane);

        status = membrane != NULL
                     ? spt_predict(predictor, image->pixels, image->height,
                                   image->width, membrane, err)
                     : spt_fail_memory(err, "picture", pixels * sizeof *membrane);
        if (status == SEPTUM_OK)
            status = spt_picture_membrane(image, membrane,
                                          spt_view_middle(image, LARGEST), figure, err);
        if (status == SEPTUM_OK)
            status = set_caption(figure, err, "%s", name);
        free(membrane);
    }
    gallery->filled++;
    spt_predictor_free(predictor);
    spt_net_free(net);
    return status;
}

enum septum_status
spt_gallery_init(struct spt_gallery *gallery, const struct spt_trial *trial,
                 const char *const *names, size_t contenders, struct septum_error *err)
{
    size_t rows = row_count(trial), columns = FIRST_COLUMNS + contenders;
    enum septum_status status = SEPTUM_OK;

    *gallery = (struct spt_gallery){.trial = trial, .names = names, .columns = columns};
    gallery->segmentations = spt_alloc_array(rows, columns * sizeof(struct spt_figure));
    gallery->regions = spt_alloc_array(contenders, (trial->epochs + (size_t)1) * 2 *
                                                       sizeof(struct spt_figure));
    if (gallery->segmentations == NULL || gallery->regions == NULL)
        return spt_fail_memory(err, "pictures", rows * columns);
    gallery->segmentation_count = rows * columns;
    for (size_t row = 0; row < rows && status == SEPTUM_OK; row++) {
        size_t index = row_image(trial, row);
        const struct spt_sample *image = &trial->test->sample[index];
        struct spt_view view = spt_view_middle(image, LARGEST);
        struct spt_figure *figures = gallery->segmentations + row * columns;

        status = spt_picture_image(image, NULL, view, &figures[0], err);
        if (status == SEPTUM_OK)
            status = set_caption(&figures[0], err, "%s", names[index]);
        if (status == SEPTUM_OK)
            status = spt_picture_image(image, image->labels, view, &figures[1], err);
        if (status == SEPTUM_OK)
            status = set_caption(&figures[1], err, "truth");
    }
    gallery->filled = FIRST_COLUMNS - 1;
    if (status == SEPTUM_OK)
        status = add_column(gallery, trial->source, "source model, untouched", err);
    return status;
}

static void
clear_figures(struct spt_figure *figures, size_t count)
{
    for (size_t i = 0; i < count && figures != NULL; i++) {
        free((void *)figures[i].caption); /* ours, though const to readers */
        free(figures[i].pixels);
    }
    free(figures);
}

void
spt_gallery_clear(struct spt_gallery *gallery)
{
    clear_figures(gallery->segmentations, gallery->segmentation_count);
    clear_figures(gallery->regions, gallery->region_count);
    *gallery = (struct spt_gallery){0};
}

/* Two pictures of a round: what the net proposed, and what the expert said. */
static enum septum_status
add_round(struct spt_gallery *gallery, const char *contender,
          const struct spt_asked *asked, double threshold, struct septum_error *err)
{
    const struct spt_trial *trial = gallery->trial;
    const struct spt_region *region = &asked->round.region;
    const struct spt_sample *image = &trial->pool->sample[region->image];
    struct spt_grid grid =
        spt_grid_of(image->height, image->width, trial->source->spec.window);
    struct spt_view view = spt_view_region(image, &grid, region);
    struct spt_figure *before = &gallery->regions[gallery->region_count++];
    struct spt_figure *after = &gallery->regions[gallery->region_count++];
    enum septum_status status = spt_picture_image(image, NULL, view, before, err);

    if (status == SEPTUM_OK) {
        spt_picture_tint(image, asked->round.proposal, (float)threshold, view, before);
        spt_picture_outline(&grid, region, view, before);
        status = spt_picture_image(image, asked->answer, view, after, err);
    }
    if (status != SEPTUM_OK)
        return status;
    spt_picture_outline(&grid, region, view, after);
    status = set_caption(
        before, err,
        "%s, after epoch %u: %s, %zu windows; objective %.3f, mean f "
        "%.3f, sum of S %.3f%s",
        contender, asked->epoch, gallery->names[trial->test->count + region->image],
        region->count, region->objective, region->uncertainty, region->abundance,
        region->capped ? "; stopped by the cap" : "");
    if (status == SEPTUM_OK)
        status =
            set_caption(after, err, "the answer, %.0f seconds", asked->round.seconds);
    return status;
}

enum septum_status
spt_gallery_add(struct spt_gallery *gallery, const char *contender,
                const struct spt_trial_result *result, struct septum_error *err)
{
    enum septum_status status = add_column(gallery, &result->model, contender, err);

    for (size_t i = 0; i < result->asked_count && status == SEPTUM_OK; i++)
        status = add_round(gallery, contender, &result->asked[i],
                           result->model.threshold, err);
    return status;
}
