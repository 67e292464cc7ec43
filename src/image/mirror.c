/*
 * mirror.c - see mirror.h.
 */
#include "image/mirror.h"

#include <stddef.h>
#include <string.h>

uint32_t
spt_mirror_index(int64_t at, uint32_t size)
{
    int64_t last = (int64_t)size - 1, place;

    if (last == 0)
        return 0;
    place = at % (2 * last);
    if (place < 0)
        place += 2 * last;
    return (uint32_t)(place <= last ? place : 2 * last - place);
}

/* Copy `count` values of a row from column `left` on. */
static void
crop_row(const float *row, uint32_t width, int64_t left, uint32_t count, float *out)
{
    uint32_t x = 0;

    while (x < count) {
        int64_t at = left + x;

        if (at >= 0 && at < width) { /* most of the row, in one piece */
            uint32_t inside = width - (uint32_t)at;

            if (inside > count - x)
                inside = count - x;
            memcpy(out + x, row + at, inside * sizeof *out);
            x += inside;
        } else {
            out[x++] = row[spt_mirror_index(at, width)];
        }
    }
}

void
spt_mirror_crop_band(const struct spt_band *band, int64_t top, int64_t left,
                     uint32_t out_height, uint32_t out_width, float *out)
{
    for (uint32_t y = 0; y < out_height; y++) {
        size_t from = spt_mirror_index(top + y, band->height) - band->first;

        crop_row(band->pixels + from * band->width, band->width, left, out_width,
                 out + (size_t)y * out_width);
    }
}
