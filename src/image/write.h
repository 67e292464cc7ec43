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

/* One page of 32-bit floats, deflate, readable by ImageJ (range [0, 1] stated for
 * display; pixel size stated where nm_per_pixel > 0). */
enum septum_status
spt_write_tiff_floats(const char *path, const float *pixels, uint32_t height,
                      uint32_t width, double nm_per_pixel, bool force,
                      struct septum_error *err);

/* One page of 8-bit grey, deflate. */
enum septum_status
spt_write_tiff_bytes(const char *path, const uint8_t *pixels, uint32_t height,
                     uint32_t width, double nm_per_pixel, bool force,
                     struct septum_error *err);

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

#endif
