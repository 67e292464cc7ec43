/*
 * pictures.c - see pictures.h.
 */
#include "loop/pictures.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"

struct colour {
    uint8_t red, green, blue;
};

/* Orange and blue: told apart with every kind of colour blindness. */
static const struct colour membrane_colour = {230, 130, 20};
static const struct colour outline_colour = {40, 120, 220};

#define OUTLINE 2 /* pixels */
#define GAP 3     /* between windows, pixels */

#define RANGE_PIXELS 65536 /* enough to find a percentile of */

struct spt_view
spt_view_middle(const struct spt_sample *image, uint32_t most)
{
    uint32_t height = image->height < most ? image->height : most;
    uint32_t width = image->width < most ? image->width : most;

    return (struct spt_view){(image->height - height) / 2, (image->width - width) / 2,
                             height, width};
}

struct spt_view
spt_view_region(const struct spt_sample *image, const struct spt_grid *grid,
                const struct spt_region *region)
{
    uint32_t side = grid->side, margin = side / 2;
    uint32_t top = image->height, left = image->width, bottom = 0, right = 0;

    for (size_t i = 0; i < region->count; i++) {
        uint32_t y = (uint32_t)(region->windows[i] / grid->columns) * side;
        uint32_t x = (uint32_t)(region->windows[i] % grid->columns) * side;

        top = y < top ? y : top;
        left = x < left ? x : left;
        bottom = y + side > bottom ? y + side : bottom;
        right = x + side > right ? x + side : right;
    }
    top = top > margin ? top - margin : 0;
    left = left > margin ? left - margin : 0;
    bottom = bottom + margin < image->height ? bottom + margin : image->height;
    right = right + margin < image->width ? right + margin : image->width;
    return (struct spt_view){top, left, bottom - top, right - left};
}

static enum septum_status
begin_picture(struct spt_view view, struct spt_figure *out, struct septum_error *err)
{
    size_t bytes = (size_t)view.height * view.width * 3;

    out->height = view.height;
    out->width = view.width;
    out->pixels = spt_alloc_array(bytes, 1);
    return out->pixels != NULL ? SEPTUM_OK : spt_fail_memory(err, "picture", bytes);
}

static void
set_grey(struct spt_figure *picture, size_t at, float grey)
{
    uint8_t value = (uint8_t)fminf(255, fmaxf(0, roundf(grey)));

    for (int c = 0; c < 3; c++)
        picture->pixels[3 * at + (size_t)c] = value;
}

/* Mix a colour, half and half, into what is there. */
static void
mix(struct spt_figure *picture, size_t at, struct colour colour)
{
    uint8_t *pixel = picture->pixels + 3 * at;

    pixel[0] = (uint8_t)((pixel[0] + colour.red) / 2);
    pixel[1] = (uint8_t)((pixel[1] + colour.green) / 2);
    pixel[2] = (uint8_t)((pixel[2] + colour.blue) / 2);
}

/* Normalised intensities: the median is 0, nearly all lie within +-2. */
static float
show_intensity(float pixel)
{
    return 128 + 60 * pixel;
}

/* Index in the image of pixel `at` of the view. */
static size_t
image_index(const struct spt_sample *image, struct spt_view view, size_t at)
{
    return (view.top + at / view.width) * image->width + view.left + at % view.width;
}

static int
compare_floats(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return (x > y) - (x < y);
}

/* The intensities that become black and white: all but the outermost half percent at
 * either end, found on a part of a large image. */
static enum septum_status
find_range(const struct spt_sample *image, float *low, float *high,
           struct septum_error *err)
{
    size_t pixels = (size_t)image->height * image->width;
    size_t every = 1 + pixels / RANGE_PIXELS, count = 0;
    float *sorted = spt_alloc_array(pixels / every + 1, sizeof *sorted);

    if (sorted == NULL)
        return spt_fail_memory(err, "picture", pixels / every * sizeof *sorted);
    for (size_t at = 0; at < pixels; at += every)
        sorted[count++] = image->pixels[at];
    qsort(sorted, count, sizeof *sorted, compare_floats);
    *low = sorted[count / 200];
    *high = sorted[count - 1 - count / 200];
    free(sorted);
    return SEPTUM_OK;
}

enum septum_status
spt_picture_image(const struct spt_sample *image, const uint8_t *labels,
                  struct spt_view view, struct spt_figure *out,
                  struct septum_error *err)
{
    float low = 0, high = 0, scale;
    enum septum_status status = find_range(image, &low, &high, err);

    if (status == SEPTUM_OK)
        status = begin_picture(view, out, err);
    if (status != SEPTUM_OK)
        return status;
    scale = high > low ? 255 / (high - low) : 0;
    for (size_t i = 0; i < (size_t)view.height * view.width; i++) {
        size_t at = image_index(image, view, i);

        set_grey(out, i, scale * (image->pixels[at] - low));
        if (labels != NULL && labels[at] == SPT_LABEL_MEMBRANE)
            mix(out, i, membrane_colour);
    }
    return SEPTUM_OK;
}

enum septum_status
spt_picture_membrane(const struct spt_sample *image, const float *membrane,
                     struct spt_view view, struct spt_figure *out,
                     struct septum_error *err)
{
    enum septum_status status = begin_picture(view, out, err);

    for (size_t i = 0; i < (size_t)view.height * view.width && status == SEPTUM_OK; i++)
        set_grey(out, i, 255 * (1 - membrane[image_index(image, view, i)]));
    return status;
}

enum septum_status
spt_picture_values(const struct spt_sample *image, const float *values,
                   struct spt_view view, struct spt_figure *out,
                   struct septum_error *err)
{
    enum septum_status status = begin_picture(view, out, err);

    for (size_t i = 0; i < (size_t)view.height * view.width && status == SEPTUM_OK; i++)
        set_grey(out, i, 255 * values[image_index(image, view, i)]);
    return status;
}

enum septum_status
spt_picture_windows(const float *windows, size_t count, uint32_t side, size_t columns,
                    struct spt_figure *out, struct septum_error *err)
{
    size_t across = count < columns ? count : columns;
    size_t down = (count + columns - 1) / columns, pitch = (size_t)side + GAP;
    struct spt_view view = {.height = (uint32_t)(down * pitch + GAP),
                            .width = (uint32_t)(across * pitch + GAP)};
    enum septum_status status = begin_picture(view, out, err);

    for (size_t i = 0; i < (size_t)view.height * view.width && status == SEPTUM_OK;
         i++) {
        size_t y = i / view.width, x = i % view.width;
        size_t window = y / pitch * columns + x / pitch;
        bool inside = y % pitch >= GAP && x % pitch >= GAP && window < count;

        set_grey(out, i,
                 inside
                     ? show_intensity(windows[(window * side + y % pitch - GAP) * side +
                                              x % pitch - GAP])
                     : 255);
    }
    return status;
}

void
spt_picture_tint(const struct spt_sample *image, const float *membrane, float threshold,
                 struct spt_view view, struct spt_figure *picture)
{
    for (size_t i = 0; i < (size_t)view.height * view.width; i++)
        if (membrane[image_index(image, view, i)] >= threshold)
            mix(picture, i, membrane_colour);
}

static bool
is_inside(const struct spt_region *region, size_t window)
{
    for (size_t i = 0; i < region->count; i++)
        if (region->windows[i] == window)
            return true;
    return false;
}

/* Does the region hold the window at (row, column), which may lie outside the grid? */
static bool
holds(const struct spt_grid *grid, const struct spt_region *region, int64_t row,
      int64_t column)
{
    return row >= 0 && column >= 0 && row < grid->rows && column < grid->columns &&
           is_inside(region, (size_t)row * grid->columns + (size_t)column);
}

void
spt_picture_outline(const struct spt_grid *grid, const struct spt_region *region,
                    struct spt_view view, struct spt_figure *picture)
{
    int64_t side = grid->side;

    for (size_t i = 0; i < (size_t)view.height * view.width; i++) {
        int64_t y = view.top + (int64_t)(i / view.width);
        int64_t x = view.left + (int64_t)(i % view.width);
        int64_t up = (y - OUTLINE + side) / side - 1, down = (y + OUTLINE) / side;
        int64_t before = (x - OUTLINE + side) / side - 1, after = (x + OUTLINE) / side;
        uint8_t *pixel = picture->pixels + 3 * i;

        if (!holds(grid, region, y / side, x / side) ||
            (holds(grid, region, up, x / side) && holds(grid, region, down, x / side) &&
             holds(grid, region, y / side, before) &&
             holds(grid, region, y / side, after)))
            continue;
        pixel[0] = outline_colour.red;
        pixel[1] = outline_colour.green;
        pixel[2] = outline_colour.blue;
    }
}
