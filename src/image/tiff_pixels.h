/*
 * tiff_pixels.h - the pixels of one page of a TIFF file, some rows at a time.
 *
 * Strips and tiles are decoded one after the other into a block that is as large as one
 * of them.  A strip of more than 1 MiB is decoded row by row, where its compression
 * allows it, so that a page of one strip does not need its own size in memory.
 */
#ifndef SEPTUM_IMAGE_TIFF_PIXELS_H
#define SEPTUM_IMAGE_TIFF_PIXELS_H

#include "image/tiff_layout.h"

/* All zero is a valid, closed value. */
struct spt_tiff_pixels {
    struct spt_tiff *file; /* borrowed */
    struct spt_tiff_layout layout;
    const struct spt_tiff_way *way; /* how the pixels lie; tiff_pixels.c */
    uint32_t height, width;         /* of a strip or tile */
    uint64_t start;                 /* in the file, of an uncompressed image */
    uint8_t *block;                 /* a strip, a tile or a row, as stored */
    uint64_t held;                  /* rows: the next to be decoded; strips: the first
                                       row that `block` holds; else UINT64_MAX */
};

/*
 * Begin to read the file's current directory.  `after` > 0 takes the image that lies
 * so many images after it, uncompressed (ImageJ's stacks of one directory).
 */
enum septum_status
spt_tiff_pixels_open(struct spt_tiff *file, const struct spt_tiff_layout *layout,
                     uint32_t after, struct spt_tiff_pixels *out,
                     struct septum_error *err);
void spt_tiff_pixels_close(struct spt_tiff_pixels *pixels);

/* Read `count` rows from `top` on into count * width floats. */
enum septum_status
spt_tiff_pixels_read(struct spt_tiff_pixels *pixels, uint32_t top, uint32_t count,
                     float *out, struct septum_error *err);

/* What reading the current directory takes: bytes of memory, libtiff's included, and
 * the rows that are decoded together. */
uint64_t spt_tiff_pixels_bytes(const struct spt_tiff *file, uint64_t file_bytes,
                               const struct spt_tiff_layout *layout, uint32_t *rows);

#endif
