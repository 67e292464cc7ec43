/*
 * filters.c - a net's first layer as a picture: each filter a tile on a contact sheet.
 *
 * The first layer is the only one that looks at the image itself, so its filters can be
 * looked at as little images: grey is no weight, white the largest and black the most
 * negative of the filter's own.  Each filter has its own scale, because what it looks
 * for is its shape; its strength is undone by later layers.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/arguments.h"
#include "api/model.h"
#include "base/alloc.h"
#include "image/write.h"

#define TILE 32      /* least side of a filter in the picture, pixels */
#define GAP 2        /* between filters */
#define MOST 2147483 /* largest side of a sheet, far below what PNG holds */

#define ZERO 128
#define FRAME 255

struct sheet {
    const float *weights; /* count * side * side */
    size_t count, side;
    size_t columns, rows;
    size_t zoom; /* pixels a weight */
    size_t height, width;
    uint8_t *pixels;
};

static void
draw_filter(const struct sheet *sheet, size_t index)
{
    const float *weights = sheet->weights + index * sheet->side * sheet->side;
    const size_t tile = sheet->side * sheet->zoom;
    size_t top = GAP + index / sheet->columns * (tile + GAP);
    size_t left = GAP + index % sheet->columns * (tile + GAP);
    float most = 0;

    for (size_t i = 0; i < sheet->side * sheet->side; i++)
        most = fmaxf(most, fabsf(weights[i]));
    for (size_t y = 0; y < tile; y++)
        for (size_t x = 0; x < tile; x++) {
            float weight = weights[y / sheet->zoom * sheet->side + x / sheet->zoom];
            float share = most > 0 ? weight / most : 0; /* a NaN is never `most` */

            sheet->pixels[(top + y) * sheet->width + left + x] =
                (uint8_t)lroundf(fminf(fmaxf(ZERO + 127 * share, 0), 255));
        }
}

enum septum_status
septum_model_filters(const struct septum_model *model, const char *path, bool force,
                     struct septum_error *err)
{
    const struct spt_layer *layer;
    struct sheet sheet;
    enum septum_status status;

    if (SPT_REQUIRE(err, {"model", model}, {"path", path}) != SEPTUM_OK ||
        spt_file_spare(model->path, path, err) != SEPTUM_OK)
        return SEPTUM_EINVAL;
    layer = spt_spec_weighted(&model->model.spec, 0);
    sheet = (struct sheet){.side = layer->size, .count = layer->out_channels};
    sheet.weights = model->model.parameters + layer->weights;
    sheet.columns = (size_t)ceil(sqrt((double)sheet.count));
    sheet.rows = (sheet.count + sheet.columns - 1) / sheet.columns;
    sheet.zoom = (TILE + sheet.side - 1) / sheet.side;
    sheet.width = GAP + sheet.columns * (sheet.side * sheet.zoom + GAP);
    sheet.height = GAP + sheet.rows * (sheet.side * sheet.zoom + GAP);
    sheet.pixels = sheet.width <= MOST && sheet.height <= MOST
                       ? spt_alloc_array(sheet.height, sheet.width)
                       : NULL;
    if (sheet.pixels == NULL)
        return spt_fail_memory(err, path, sheet.height * sheet.width);
    memset(sheet.pixels, FRAME, sheet.height * sheet.width);
    for (size_t i = 0; i < sheet.count; i++)
        draw_filter(&sheet, i);
    status = spt_write_png(path, sheet.pixels, (uint32_t)sheet.height,
                           (uint32_t)sheet.width, 1, force, err);
    free(sheet.pixels);
    return status;
}
