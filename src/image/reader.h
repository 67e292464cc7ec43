/*
 * reader.h - what a file format must be able to do; one const table row a format.
 */
#ifndef SEPTUM_IMAGE_READER_H
#define SEPTUM_IMAGE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct spt_page;

struct spt_reader {
    const char *format; /* for messages: "PNG", "TIFF" */

    /* True when a file with these first bytes (at most 8) is of this format. */
    bool (*recognise)(const uint8_t *start, size_t count);

    /* Call `add` once for each page of `path`, in order, with index, place, height,
     * width, nm_per_pixel and white set; stop and pass on its failure. */
    enum septum_status (*list)(const char *path,
                               enum septum_status (*add)(void *user,
                                                         const struct spt_page *page,
                                                         struct septum_error *err),
                               void *user, struct septum_error *err);

    /* Read the intensities of `page` into height * width floats, which may be NaN or
     * infinite.  On failure the floats have no meaning. */
    enum septum_status (*read)(const struct spt_page *page, float *pixels,
                               struct septum_error *err);
};

extern const struct spt_reader spt_reader_png;
extern const struct spt_reader spt_reader_tiff;

#endif
