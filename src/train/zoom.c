/*
 * zoom.c - see zoom.h.
 */
#include "train/zoom.h"

#include <stdlib.h>

#include "base/alloc.h"

/* Parts are looked for at every so many pixels. */
#define STEP (SPT_ZOOM_PART / 4)

static uint64_t
count_known(const struct spt_sample *sample, const struct spt_part *part)
{
    uint64_t known = 0;

    for (uint32_t y = 0; y < part->height; y++) {
        const uint8_t *row =
            sample->labels + (size_t)(part->top + y) * sample->width + part->left;

        for (uint32_t x = 0; x < part->width; x++)
            known += row[x] != SPT_LABEL_UNKNOWN;
    }
    return known;
}

/* Both sides even, so that it can be halved. */
static uint32_t
part_side(uint32_t side)
{
    return (side < SPT_ZOOM_PART ? side : SPT_ZOOM_PART) / 2 * 2;
}

struct spt_part
spt_zoom_find(const struct spt_sample *sample)
{
    struct spt_part best = {.height = part_side(sample->height),
                            .width = part_side(sample->width)};
    uint64_t most = 0;

    for (struct spt_part part = best; part.top + part.height <= sample->height;
         part.top += STEP)
        for (part.left = 0; part.left + part.width <= sample->width;
             part.left += STEP) {
            uint64_t known = count_known(sample, &part);

            if (known > most) {
                most = known;
                best = part;
            }
        }
    return best;
}

/* What a pixel of the result is made of: four of the sample and the weight of each. */
struct blend {
    size_t at[4];
    float weight[4];
};

/* Halfway between the four pixels whose first is (2 y, 2 x). */
static struct blend
blend_half(const struct spt_part *part, size_t stride, uint32_t y, uint32_t x)
{
    size_t first = (part->top + 2 * (size_t)y) * stride + part->left + 2 * (size_t)x;

    return (struct blend){
        .at = {first, first + 1, first + stride, first + stride + 1},
        .weight = {.25f, .25f, .25f, .25f},
    };
}

/* A quarter of a pixel from the middle of (y / 2, x / 2), which comes first, towards
 * its neighbours; at the part's edge the pixel itself is its neighbour. */
static struct blend
blend_double(const struct spt_part *part, size_t stride, uint32_t y, uint32_t x)
{
    uint32_t row = y / 2, column = x / 2;
    uint32_t other_row = y % 2 == 0 ? row - (row > 0) : row + (row + 1 < part->height);
    uint32_t other_column =
        x % 2 == 0 ? column - (column > 0) : column + (column + 1 < part->width);
    size_t near = (part->top + row) * stride + part->left,
           far = (part->top + other_row) * stride + part->left;

    return (struct blend){
        .at = {near + column, near + other_column, far + column, far + other_column},
        .weight = {.5625f, .1875f, .1875f, .0625f},
    };
}

static struct blend
blend_same(const struct spt_part *part, size_t stride, uint32_t y, uint32_t x)
{
    size_t at = (part->top + (size_t)y) * stride + part->left + x;

    return (struct blend){.at = {at, at, at, at}, .weight = {1}};
}

static uint8_t
label_first(const uint8_t *labels, const struct blend *blend)
{
    return labels[blend->at[0]];
}

static uint8_t
label_most(const uint8_t *labels, const struct blend *blend)
{
    int membrane = 0;

    for (int i = 0; i < 4; i++) {
        if (labels[blend->at[i]] == SPT_LABEL_UNKNOWN)
            return SPT_LABEL_UNKNOWN;
        membrane += labels[blend->at[i]] == SPT_LABEL_MEMBRANE;
    }
    return membrane >= 2 ? SPT_LABEL_MEMBRANE : SPT_LABEL_OTHER;
}

static const struct zoom {
    uint32_t times, parts; /* a side becomes times / parts as long */
    struct blend (*blend)(const struct spt_part *part, size_t stride, uint32_t y,
                          uint32_t x);
    uint8_t (*label)(const uint8_t *labels, const struct blend *blend);
} zooms[SPT_ZOOM_COUNT] = {
    [SPT_ZOOM_SAME] = {1, 1, blend_same, label_first},
    [SPT_ZOOM_HALF] = {1, 2, blend_half, label_most},
    [SPT_ZOOM_DOUBLE] = {2, 1, blend_double, label_first},
};

enum septum_status
spt_zoom_part(const struct spt_sample *sample, const struct spt_part *part,
              enum spt_zoom zoom, struct spt_samples *out, struct septum_error *err)
{
    const struct zoom *how = &zooms[zoom];
    struct spt_sample made = {.height = part->height * how->times / how->parts,
                              .width = part->width * how->times / how->parts};
    size_t pixels = (size_t)made.height * made.width;

    *out = (struct spt_samples){.sample = spt_alloc_array(1, sizeof *out->sample)};
    made.pixels = spt_alloc_array(pixels, sizeof *made.pixels);
    made.labels = spt_alloc_array(pixels, 1);
    if (out->sample == NULL || made.pixels == NULL || made.labels == NULL) {
        free(made.pixels);
        free(made.labels);
        return spt_fail_memory(err, "image", pixels * (sizeof *made.pixels + 1));
    }
    for (size_t i = 0; i < pixels; i++) {
        struct blend blend = how->blend(part, sample->width, (uint32_t)(i / made.width),
                                        (uint32_t)(i % made.width));
        uint8_t label = how->label(sample->labels, &blend);

        made.pixels[i] = 0;
        for (int k = 0; k < 4; k++)
            made.pixels[i] += blend.weight[k] * sample->pixels[blend.at[k]];
        made.labels[i] = label;
        made.known += label != SPT_LABEL_UNKNOWN;
        made.membrane += label == SPT_LABEL_MEMBRANE;
    }
    out->sample[0] = made;
    out->count = 1;
    out->known = made.known;
    out->membrane = made.membrane;
    return SEPTUM_OK;
}
