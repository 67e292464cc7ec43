/*
 * next_pictures.c - the chosen region for the eye.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/next.h"
#include "base/alloc.h"
#include "base/text.h"
#include "image/write.h"

#define SHEET_WINDOWS 24   /* of a contact sheet, at most */
#define SHEET_COLUMNS 6    /* of a contact sheet */
#define CLUSTER_SAMPLE 200 /* windows of a cluster that are compared, at most */

struct drawing {
    const struct spt_choice *choice;
    const struct spt_sample *sample; /* the chosen image */
    const struct spt_grid *grid;
    struct spt_view whole, region;
    float *membrane; /* of the chosen image */
    float *values;   /* of its pixels; scratch */
};

static char *
name_file(const struct drawing *drawing, const char *name)
{
    char *path;

    return asprintf(&path, "%s/%s", drawing->choice->options->directory, name) < 0
               ? NULL
               : path;
}

/* Write a picture, outlined where `view` is not NULL, and free its pixels. */
static enum septum_status
write_figure(const struct drawing *drawing, const char *name, struct spt_figure *figure,
             const struct spt_view *view, struct septum_error *err)
{
    char *path = name_file(drawing, name);
    enum septum_status status;

    if (view != NULL)
        spt_picture_outline(drawing->grid, &drawing->choice->region, *view, figure);
    status = path != NULL
                 ? spt_write_png(path, figure->pixels, figure->height, figure->width, 3,
                                 drawing->choice->options->force, err)
                 : spt_fail_memory(err, name, 256);
    free(path);
    free(figure->pixels);
    *figure = (struct spt_figure){0};
    return status;
}

static enum septum_status
draw_image(const struct drawing *drawing, struct septum_error *err)
{
    struct spt_figure figure = {0};
    enum septum_status status =
        spt_picture_image(drawing->sample, NULL, drawing->whole, &figure, err);

    if (status == SEPTUM_OK)
        status = write_figure(drawing, "image.png", &figure, &drawing->whole, err);
    if (status == SEPTUM_OK)
        status =
            spt_picture_image(drawing->sample, NULL, drawing->region, &figure, err);
    if (status == SEPTUM_OK)
        status = write_figure(drawing, "region.png", &figure, &drawing->region, err);
    if (status == SEPTUM_OK)
        status =
            spt_picture_image(drawing->sample, NULL, drawing->region, &figure, err);
    if (status != SEPTUM_OK)
        return status;
    spt_picture_tint(drawing->sample, drawing->membrane,
                     (float)drawing->choice->workspace.model.threshold, drawing->region,
                     &figure);
    return write_figure(drawing, "proposal.png", &figure, &drawing->region, err);
}

static enum septum_status
draw_values(struct drawing *drawing, const char *name, struct septum_error *err)
{
    struct spt_figure figure = {0};
    enum septum_status status = spt_picture_values(drawing->sample, drawing->values,
                                                   drawing->whole, &figure, err);

    if (status == SEPTUM_OK)
        status = write_figure(drawing, name, &figure, &drawing->whole, err);
    return status;
}

/* White is uncertain; and white is the most abundant window of the project. */
static enum septum_status
draw_maps(struct drawing *drawing, struct septum_error *err)
{
    const struct spt_choice *choice = drawing->choice;
    const struct spt_grid *grid = drawing->grid;
    const struct spt_survey *survey = &choice->survey;
    const float *abundance = survey->abundance + survey->first[choice->region.image];
    size_t pixels = (size_t)drawing->sample->height * drawing->sample->width;
    float most = 0;
    enum septum_status status;

    for (size_t i = 0; i < pixels; i++) {
        float p = drawing->membrane[i];

        drawing->values[i] = p < 0.5F ? 2 * p : 2 - 2 * p;
    }
    status = draw_values(drawing, "uncertainty.png", err);
    for (size_t w = 0; w < survey->windows; w++)
        most = survey->abundance[w] > most ? survey->abundance[w] : most;
    for (size_t i = 0; i < pixels; i++) {
        size_t row = i / drawing->sample->width / grid->side;
        size_t column = i % drawing->sample->width / grid->side;

        drawing->values[i] = row < grid->rows && column < grid->columns && most > 0
                                 ? abundance[row * grid->columns + column] / most
                                 : 0;
    }
    if (status == SEPTUM_OK)
        status = draw_values(drawing, "abundance.png", err);
    return status;
}

/* ---- contact sheets -------------------------------------------------------------- */

/* Copy window number `w` of all. */
static void
copy_window(const struct spt_choice *choice, size_t w, float *to)
{
    size_t i = choice->survey.samples.count - 1;

    while (choice->survey.first[i] > w)
        i--;
    spt_grid_window(
        &choice->survey.candidates[i].grid, choice->survey.samples.sample[i].pixels,
        choice->survey.samples.sample[i].width, w - choice->survey.first[i], to);
}

/* Windows of a cluster, or as many spread evenly over it as are compared. */
static size_t
take_members(const struct spt_choice *choice, uint32_t cluster, uint64_t size,
             float *windows)
{
    size_t area = (size_t)choice->side * choice->side, taken = 0;
    uint64_t seen = 0, wanted = size < CLUSTER_SAMPLE ? size : CLUSTER_SAMPLE;

    for (size_t w = 0; w < choice->survey.windows && taken < wanted; w++) {
        if (choice->survey.cluster_of[w] != cluster)
            continue;
        if (seen++ * wanted / size == taken)
            copy_window(choice, w, windows + area * taken++);
    }
    return taken;
}

struct member {
    double distance; /* mean, to all others */
    size_t at;
};

static int
compare_members(const void *left, const void *right)
{
    const struct member *a = left, *b = right;

    if (a->distance != b->distance)
        return a->distance < b->distance ? -1 : 1;
    return (a->at > b->at) - (a->at < b->at);
}

static void
rank_members(const float *distances, size_t count, struct member *members)
{
    for (size_t i = 0; i < count; i++)
        members[i] = (struct member){0, i};
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++) {
            double distance = (double)distances[spt_condensed_index(count, i, j)];

            members[i].distance += distance;
            members[j].distance += distance;
        }
    qsort(members, count, sizeof *members, compare_members);
}

/* The windows of a cluster that are closest to all others of it. */
static enum septum_status
draw_sheet(const struct drawing *drawing, size_t number, struct septum_error *err)
{
    const struct spt_choice *choice = drawing->choice;
    struct spt_ncc_options ncc = spt_abundance_defaults(choice->side).ncc;
    size_t area = (size_t)choice->side * choice->side, count, shown;
    float *windows = spt_alloc_array(CLUSTER_SAMPLE, area * sizeof *windows);
    float *sheet = spt_alloc_array(SHEET_WINDOWS, area * sizeof *sheet);
    float *distances =
        spt_alloc_array(spt_condensed_count(CLUSTER_SAMPLE), sizeof *distances);
    struct member members[CLUSTER_SAMPLE];
    struct spt_figure figure = {0};
    char name[40];
    enum septum_status status;

    if (windows == NULL || sheet == NULL || distances == NULL) {
        status = spt_fail_memory(err, "contact sheet", CLUSTER_SAMPLE * area);
        goto done;
    }
    count = take_members(choice, choice->covered.cluster[number],
                         choice->covered.size[number], windows);
    if (2 * ncc.max_shift >= choice->side)
        ncc.max_shift = (choice->side - 1) / 2;
    status = spt_ncc_distances(windows, count, choice->side, &ncc, distances, err);
    if (status != SEPTUM_OK)
        goto done;
    rank_members(distances, count, members);
    shown = count < SHEET_WINDOWS ? count : SHEET_WINDOWS;
    for (size_t i = 0; i < shown; i++)
        memcpy(sheet + area * i, windows + area * members[i].at, area * sizeof *sheet);
    status =
        spt_picture_windows(sheet, shown, choice->side, SHEET_COLUMNS, &figure, err);
    snprintf(name, sizeof name, "cluster-%zu.png", number + 1);
    if (status == SEPTUM_OK)
        status = write_figure(drawing, name, &figure, NULL, err);
done:
    free(windows);
    free(sheet);
    free(distances);
    return status;
}

static enum septum_status
draw_sheets(const struct drawing *drawing, struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;
    size_t number = 0;
    bool removed = drawing->choice->options->force;

    for (; number < drawing->choice->covered.count && status == SEPTUM_OK; number++)
        status = draw_sheet(drawing, number, err);
    /* Sheets of an earlier region that had more of them. */
    while (removed) {
        char name[40], *path;

        snprintf(name, sizeof name, "cluster-%zu.png", ++number);
        path = name_file(drawing, name);
        removed = path != NULL && unlink(path) == 0;
        free(path);
    }
    return status;
}

/* ---- all of it ------------------------------------------------------------------- */

static enum septum_status
write_why(const struct drawing *drawing, const char *why, struct septum_error *err)
{
    char *path = name_file(drawing, "why.txt");
    struct spt_text text = {0};
    enum septum_status status;

    spt_text_add(&text, "%s\n", why);
    status = path != NULL
                 ? spt_text_write(&text, path, drawing->choice->options->force, err)
                 : spt_fail_memory(err, "why.txt", 256);
    spt_text_clear(&text);
    free(path);
    return status;
}

enum septum_status
spt_choice_write(const struct spt_choice *choice, const char *why,
                 struct septum_error *err)
{
    const struct spt_region *region = &choice->region;
    const struct spt_sample *sample = &choice->survey.samples.sample[region->image];
    struct drawing drawing = {
        .choice = choice,
        .sample = sample,
        .grid = &choice->survey.candidates[region->image].grid,
        .whole = {0, 0, sample->height, sample->width},
    };
    size_t pixels = (size_t)sample->height * sample->width;
    enum septum_status status;

    drawing.region = spt_view_region(sample, drawing.grid, region);
    drawing.membrane = spt_alloc_array(pixels, sizeof(float));
    drawing.values = spt_alloc_array(pixels, sizeof(float));
    if (drawing.membrane == NULL || drawing.values == NULL)
        status = spt_fail_memory(err, "pictures", 2 * pixels * sizeof(float));
    else
        status = spt_predict(choice->workspace.predictor, sample->pixels,
                             sample->height, sample->width, drawing.membrane, err);
    if (status == SEPTUM_OK)
        status = spt_directory_make(choice->options->directory, err);
    if (status == SEPTUM_OK)
        status = draw_image(&drawing, err);
    if (status == SEPTUM_OK)
        status = draw_maps(&drawing, err);
    if (status == SEPTUM_OK)
        status = draw_sheets(&drawing, err);
    if (status == SEPTUM_OK)
        status = spt_choice_write_mask(choice, drawing.membrane, err);
    if (status == SEPTUM_OK)
        status = write_why(&drawing, why, err);
    free(drawing.membrane);
    free(drawing.values);
    return status;
}
