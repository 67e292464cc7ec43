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
     * width, nm_per_pixel, white and reading_bytes set; stop and pass on its failure.
     */
    enum septum_status (*list)(const char *path,
                               enum septum_status (*add)(void *user,
                                                         const struct spt_page *page,
                                                         struct septum_error *err),
                               void *user, struct septum_error *err);

    /* Begin to read `page`, which outlives *state, the reader's own. */
    enum septum_status (*open)(const struct spt_page *page, void **state,
                               struct septum_error *err);

    /* Read the intensities of `count` rows from `top` on, all inside the page, into
     * count * width floats, which may be NaN or infinite; on failure they have no
     * meaning.  Going forward is cheap; going back may mean to begin anew. */
    enum septum_status (*read)(void *state, uint32_t top, uint32_t count, float *pixels,
                               struct septum_error *err);

    void (*close)(void *state);
};

extern const struct spt_reader spt_reader_png;
extern const struct spt_reader spt_reader_tiff;

#endif
