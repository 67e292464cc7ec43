/*
 * npy.h - an image as numpy keeps arrays in files (format 1.0).
 */
#ifndef SEPTUM_PACKAGE_NPY_H
#define SEPTUM_PACKAGE_NPY_H

#include "base/file.h"

/* Encode height * width floats as an array of the shape (1, 1, height, width), little
 * end first.  The caller clears *out. */
enum septum_status spt_npy_encode(const float *values, uint32_t height, uint32_t width,
                                  struct spt_bytes *out, struct septum_error *err);

#endif
