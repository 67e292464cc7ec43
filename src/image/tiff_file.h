/*
 * tiff_file.h - an open TIFF file whose complaints go into our errors: libtiff prints
 * nothing and none of its global handlers is touched.
 */
#ifndef SEPTUM_IMAGE_TIFF_FILE_H
#define SEPTUM_IMAGE_TIFF_FILE_H

#include <tiffio.h>

#include "base/error.h"

/* All zero is a valid, closed file.  It must not move while it is open. */
struct spt_tiff {
    TIFF *tiff;
    int file;
    bool writing;
    const char *path; /* borrowed; for messages */
    char text[256];   /* libtiff's first complaint, "" while there is none */
    int code;         /* errno when it came, 0 if none */
};

/* Hand the open `file` to libtiff.  It is closed on failure, and by spt_tiff_close().
 */
enum septum_status spt_tiff_open(struct spt_tiff *tiff, int file, const char *path,
                                 const char *mode, struct septum_error *err);

/* Fail with the operating system's reason where it gave one, or else with what libtiff
 * complained of.  `place` follows the path, and may be empty. */
enum septum_status
spt_tiff_fail(const struct spt_tiff *tiff, const char *place, struct septum_error *err);

/* Close; fails only for a file that was being written. */
enum septum_status spt_tiff_close(struct spt_tiff *tiff, struct septum_error *err);

#endif
