/*
 * write_format.h - what a file format must be able to do for pictures that come row by
 * row; one const table row a format.
 */
#ifndef SEPTUM_IMAGE_WRITE_FORMAT_H
#define SEPTUM_IMAGE_WRITE_FORMAT_H

#include "image/write.h"

struct spt_write_format {
    /* Begin the file `temporary`; messages name `path`.  Both outlive *state. */
    enum septum_status (*open)(const char *temporary, const char *path,
                               const struct spt_picture *picture, void **state,
                               struct septum_error *err);
    enum septum_status (*rows)(void *state, const void *rows, uint32_t count,
                               struct septum_error *err);
    /* Write what is still to be written and close. */
    enum septum_status (*finish)(void *state, struct septum_error *err);
    /* Free *state; close the file if finish() has not. */
    void (*release)(void *state);
};

extern const struct spt_write_format spt_write_format_tiff, spt_write_format_png;

#endif
