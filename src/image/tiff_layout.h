/*
 * tiff_layout.h - how a page of a TIFF file stores its pixels, and whether Septum reads
 * such pages.
 */
#ifndef SEPTUM_IMAGE_TIFF_LAYOUT_H
#define SEPTUM_IMAGE_TIFF_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "image/tiff_file.h"

struct spt_tiff_layout {
    uint32_t height, width;
    uint32_t bits; /* a pixel: 1, 2, 4, 8, 16 or 32 */
    bool is_float;
    bool is_inverted; /* 0 is white */
    uint16_t compression;
    char place[48]; /* to follow the path in messages */
};

/*
 * Read the layout of the current directory, that of page `index` of a file of
 * `file_bytes`.  Refuses what is not grey, numbers of other kinds, an unknown
 * compression, and more pixels than the file can hold.
 */
enum septum_status
spt_tiff_layout_read(const struct spt_tiff *file, uint64_t file_bytes, uint32_t index,
                     struct spt_tiff_layout *out, struct septum_error *err);

/* Bytes of `pixels` pixels of one row, unpacked. */
uint64_t spt_tiff_layout_bytes(const struct spt_tiff_layout *layout, uint64_t pixels);

/* Turn `count` stored pixels, in this machine's byte order, into floats. */
void spt_tiff_layout_convert(const struct spt_tiff_layout *layout, const uint8_t *raw,
                             size_t count, float *out);

#endif
