/*
 * pictures.c - images, probabilities and labels as PNG of 8 bit grey.
 */
#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "image/write.h"
#include "server/answers.h"

/* Shares of the pixels that an image is black below and white above. */
#define DARKEST 0.001
#define BRIGHTEST 0.999

/* Percentiles are found among so many pixels at most. */
#define SAMPLED 500000

static void
respond_picture(struct spt_response *response, const uint8_t *pixels, uint32_t height,
                uint32_t width)
{
    struct septum_error err;
    struct spt_bytes png = {0};
    enum septum_status status =
        spt_encode_png_quickly(pixels, height, width, &png, &err);

    if (status != SEPTUM_OK) {
        spt_respond_failure(response, status, &err);
        return;
    }
    spt_response_clear(response);
    response->code = 200;
    response->type = "image/png";
    response->body = png;
    response->keeping = SPT_KEEP_DAY;
}

static void
respond_no_image(struct spt_response *response)
{
    spt_respond_error(response, 404, "the project has no such image");
}

/* ---- images ---------------------------------------------------------------------- */

/* Value number `wanted` of `count` in ascending order; they change their places. */
static float
select_value(float *values, size_t count, size_t wanted)
{
    size_t low = 0, high = count - 1;

    while (low < high) {
        float pivot = values[low + (high - low) / 2];
        size_t i = low - 1, j = high + 1; /* the first step brings both inside */

        for (;;) {
            float swapped;

            do
                i++;
            while (values[i] < pivot);
            do
                j--;
            while (values[j] > pivot);
            if (i >= j)
                break;
            swapped = values[i];
            values[i] = values[j];
            values[j] = swapped;
        }
        /* What is up to j is at most the pivot, what is after it at least. */
        if (wanted <= j)
            high = j;
        else
            low = j + 1;
    }
    return values[low];
}

static enum septum_status
find_range(const float *pixels, size_t count, float *black, float *white,
           struct septum_error *err)
{
    size_t step = (count + SAMPLED - 1) / SAMPLED, sampled = 0;
    float *some = spt_alloc_array(count / step + 1, sizeof *some);

    if (some == NULL)
        return spt_fail_memory(err, "a picture", count / step * sizeof *some);
    for (size_t i = 0; i < count; i += step)
        some[sampled++] = pixels[i];
    *black = select_value(some, sampled, (size_t)(DARKEST * (double)(sampled - 1)));
    *white =
        select_value(some, sampled, (size_t)ceil(BRIGHTEST * (double)(sampled - 1)));
    free(some);
    return SEPTUM_OK;
}

/* Bring intensities to bytes. */
static enum septum_status
stretch(const float *pixels, size_t count, uint8_t *out, struct septum_error *err)
{
    float black = 0, white = 0;
    enum septum_status status = find_range(pixels, count, &black, &white, err);

    for (size_t i = 0; i < count && status == SEPTUM_OK; i++) {
        float value = white > black ? (pixels[i] - black) / (white - black) : 0.5F;

        value = value < 0 ? 0 : value > 1 ? 1 : value;
        out[i] = (uint8_t)(value * 255 + 0.5F);
    }
    return status;
}

/* Read an image, if its file is still the one that its labels are of: who opened it
 * earlier may have put it elsewhere, or another in its place, since. */
static enum septum_status
read_image(struct spt_site *site, const struct spt_project_image *image, float *pixels,
           struct septum_error *err)
{
    struct spt_project_images found = {0};
    const struct spt_project_image *now;
    struct spt_set files = {0}, pages = {0};
    enum septum_status status =
        spt_project_image(spt_desk_take(site->desk), image->id, &found, err);

    spt_desk_give(site->desk);
    if (status != SEPTUM_OK)
        return status;
    now = &found.image[0];
    status = spt_project_pages(&now, 1, &files, &pages, err);
    if (status == SEPTUM_OK)
        status = spt_page_read(&pages.pages[0], pixels, err);
    free(pages.pages);
    spt_set_clear(&files);
    spt_project_images_clear(&found);
    return status;
}

void
spt_answer_image(struct spt_site *site, const struct spt_request *request, int64_t id,
                 struct spt_response *response)
{
    const struct spt_project_images *images = spt_desk_images(site->desk);
    size_t i = spt_site_image(site, id), count;
    struct septum_error err;
    float *pixels;
    uint8_t *bytes;
    enum septum_status status;

    (void)request;
    if (i == images->count) {
        respond_no_image(response);
        return;
    }
    count = (size_t)images->image[i].height * images->image[i].width;
    pixels = spt_alloc_array(count, sizeof *pixels);
    bytes = spt_alloc_array(count, 1);
    if (pixels == NULL || bytes == NULL) {
        status = spt_fail_memory(&err, "a picture", count * sizeof *pixels);
    } else {
        status = read_image(site, &images->image[i], pixels, &err);
        if (status == SEPTUM_OK)
            status = stretch(pixels, count, bytes, &err);
    }
    if (status == SEPTUM_OK)
        respond_picture(response, bytes, images->image[i].height,
                        images->image[i].width);
    else
        spt_respond_failure(response, status, &err);
    free(pixels);
    free(bytes);
}

/* ---- probabilities and labels ---------------------------------------------------- */

void
spt_answer_probability(struct spt_site *site, const struct spt_request *request,
                       int64_t id, struct spt_response *response)
{
    size_t i = spt_site_image(site, id);
    struct spt_map *map = NULL;
    struct spt_board *board;

    if (i == spt_desk_images(site->desk)->count) {
        respond_no_image(response);
        return;
    }
    board = spt_desk_lock(site->desk);
    if (board->image[i].map != NULL)
        map = spt_map_hold(board->image[i].map);
    spt_desk_unlock(site->desk);
    if (map == NULL ||
        (request->model != NULL && strtoll(request->model, NULL, 10) != map->model))
        spt_respond_error(response, 404, "that image has no such prediction");
    else
        respond_picture(response, map->values, map->height, map->width);
    spt_map_drop(map);
}

void
spt_answer_labels(struct spt_site *site, const struct spt_request *request, int64_t id,
                  struct spt_response *response)
{
    static const uint8_t grey[] = {0, 255, 127};
    const struct spt_project_images *images = spt_desk_images(site->desk);
    size_t i = spt_site_image(site, id), count;
    struct septum_error err;
    uint8_t *labels;
    enum septum_status status;

    (void)request;
    if (i == images->count) {
        respond_no_image(response);
        return;
    }
    count = (size_t)images->image[i].height * images->image[i].width;
    labels = spt_alloc_array(count, 1);
    if (labels == NULL) {
        spt_fail_memory(&err, "labels", count);
        spt_respond_failure(response, SEPTUM_ENOMEM, &err);
        return;
    }
    status = spt_project_labels(spt_desk_take(site->desk), id, images->image[i].height,
                                images->image[i].width, labels, &err);
    spt_desk_give(site->desk);
    for (size_t at = 0; at < count && status == SEPTUM_OK; at++)
        labels[at] = grey[labels[at]];
    if (status == SEPTUM_OK)
        respond_picture(response, labels, images->image[i].height,
                        images->image[i].width);
    else
        spt_respond_failure(response, status, &err);
    response->keeping = SPT_KEEP_NOT;
    free(labels);
}
