/*
 * whole_tiff.h - a picture in memory as a TIFF file, all its rows at once.
 */
#ifndef SEPTUM_TESTS_WHOLE_TIFF_H
#define SEPTUM_TESTS_WHOLE_TIFF_H

#include "image/write.h"

/* They fail as the writer of image/write.h does. */
enum septum_status
whole_tiff_floats(const char *path, const float *pixels, uint32_t height,
                  uint32_t width, double nm_per_pixel, bool force,
                  struct septum_error *err);
enum septum_status
whole_tiff_bytes(const char *path, const uint8_t *pixels, uint32_t height,
                 uint32_t width, double nm_per_pixel, bool force,
                 struct septum_error *err);

#endif
