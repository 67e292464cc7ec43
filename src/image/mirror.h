/*
 * mirror.h - extend an image beyond its borders by reflection.
 *
 * The border pixel is not repeated: left of columns 0 1 2 3 come ... 3 2 1 (numpy's
 * 'reflect'); further out the pattern goes on with period 2 * (size - 1).
 */
#ifndef SEPTUM_IMAGE_MIRROR_H
#define SEPTUM_IMAGE_MIRROR_H

#include <stdint.h>

/* The index in [0, size) that position `at`, of any sign, reflects to. */
uint32_t spt_mirror_index(int64_t at, uint32_t size);

/* Some rows of an image of height x width. */
struct spt_band {
    const float *pixels;    /* of the row `first`, and of those after it */
    uint32_t first;         /* row */
    uint32_t height, width; /* of the image */
};

/*
 * Copy the rectangle whose first corner is (top, left), of any sign, and whose size is
 * out_height x out_width, into `out`.  The band holds every row that it shows.
 */
void spt_mirror_crop_band(const struct spt_band *band, int64_t top, int64_t left,
                          uint32_t out_height, uint32_t out_width, float *out);

#endif
