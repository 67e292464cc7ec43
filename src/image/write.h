/*
 * write.h - results as files: probability maps and masks as TIFF, pictures as PNG.
 *
 * All of them appear whole or not at all, and replace an existing file only when
 * `force` is set.
 */
#ifndef SEPTUM_IMAGE_WRITE_H
#define SEPTUM_IMAGE_WRITE_H

#include <stdint.h>

#include "base/file.h"

/* 8-bit PNG of `channels` = 1 (grey) or 3 (red, green, blue) interleaved bytes. */
enum septum_status
spt_write_png(const char *path, const uint8_t *pixels, uint32_t height, uint32_t width,
              int channels, bool force, struct septum_error *err);

/* 16-bit grey PNG, for numbers such as those of cells. */
enum septum_status
spt_write_png_numbers(const char *path, const uint16_t *numbers, uint32_t height,
                      uint32_t width, bool force, struct septum_error *err);

/* The 8-bit picture into memory; the caller clears *out. */
enum septum_status
spt_encode_png(const uint8_t *pixels, uint32_t height, uint32_t width, int channels,
               struct spt_bytes *out, struct septum_error *err);

/* The same for one channel, several times faster and somewhat larger: for a picture
 * that is looked at rather than kept. */
enum septum_status
spt_encode_png_quickly(const uint8_t *pixels, uint32_t height, uint32_t width,
                       struct spt_bytes *out, struct septum_error *err);

/* ---- results that come row by row ------------------------------------------------ */

enum spt_picture_kind {
    SPT_PICTURE_FLOAT_TIFF, /* one page of 32-bit floats, deflate, that ImageJ reads and
                               displays in [0, 1]; rows of floats */
    SPT_PICTURE_BYTE_TIFF,  /* one page of 8-bit grey, deflate; rows of bytes */
    SPT_PICTURE_SHORT_TIFF, /* the same of 16 bits; rows of uint16_t */
    SPT_PICTURE_LONG_TIFF,  /* the same of 32 bits; rows of uint32_t */
    SPT_PICTURE_BYTE_PNG,   /* as spt_write_png() of 1 channel; rows of bytes */
};

struct spt_picture {
    enum spt_picture_kind kind;
    uint32_t height, width;
    double nm_per_pixel; /* TIFF only; 0 = not said */
};

struct spt_writer;

/* Begin to write `path`, under a temporary name until it is committed. */
enum septum_status
spt_writer_open(const char *path, const struct spt_picture *picture, bool force,
                struct spt_writer **out, struct septum_error *err);

/* The next `count` rows, from the top down, `height` of them in all. */
enum septum_status spt_writer_rows(struct spt_writer *writer, const void *rows,
                                   uint32_t count, struct septum_error *err);

/* All rows are written: give the file its name. */
enum septum_status
spt_writer_commit(struct spt_writer *writer, struct septum_error *err);

/* Removes what was written, unless it was committed. */
void spt_writer_free(struct spt_writer *writer);

#endif
