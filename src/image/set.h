/*
 * set.h - a source of images: paths on the command line become a list of pages, in
 * order.
 *
 * Opening reads headers only, so that a set of any size is cheap; pixels are read a
 * page at a time.  PNG (8 and 16 bit grey) and TIFF (8, 16 and 32 bit unsigned, 32 bit
 * float grey, each page an image) are known by their first bytes, not by their names.
 */
#ifndef SEPTUM_IMAGE_SET_H
#define SEPTUM_IMAGE_SET_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct spt_reader; /* how a file format is read; see reader.h */

struct spt_page {
    const struct spt_reader *reader;
    char *path;             /* owned by the set */
    char *name;             /* base name without ending; "-0003" follows for page 3 of
                               a file with several pages; owned by the set */
    uint32_t index;         /* of the page within its file, from 0 */
    uint32_t height, width; /* pixels, both > 0 */
    double nm_per_pixel;    /* 0 when the file does not say */
};

/* All zero is a valid, empty set. */
struct spt_set {
    struct spt_page *pages;
    size_t count;
};

/*
 * List all pages of `sources`: directories (their PNG and TIFF files in natural order,
 * "2.png" before "10.png"; other files are passed over, sub-directories not entered)
 * and files.  Fails on what is missing, unreadable, of another format, not grey, or
 * when no page is found at all.  The caller clears *out.
 */
enum septum_status spt_set_open(const char *const *sources, size_t count,
                                struct spt_set *out, struct septum_error *err);
void spt_set_clear(struct spt_set *set);

/*
 * Read a page's intensities, as the file has them, into height * width floats.  Fails
 * when the file is cut short or has changed its size since the set was opened, and on a
 * NaN or infinite value (naming its place).
 */
enum septum_status
spt_page_read(const struct spt_page *page, float *pixels, struct septum_error *err);

/*
 * Pair images with masks: by name where every image's name is found among the masks',
 * by order otherwise.  mask_of[i] becomes the mask page of image i (room for
 * images->count). A difference in count or in size is an error that names both files.
 */
enum septum_status
spt_set_pair(const struct spt_set *images, const struct spt_set *masks, size_t *mask_of,
             struct septum_error *err);

#endif
