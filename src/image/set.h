/*
 * set.h - a source of images: paths on the command line become a list of pages, in
 * order.
 *
 * Opening reads headers only, so that a set of any size is cheap; pixels are read a
 * page at a time.  PNG (grey of up to 16 bits) and TIFF (grey of up to 8, 16 and 32
 * bits unsigned, or 32 bit float; each page an image) are known by their first bytes,
 * not by their names.
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
    char *name;             /* base name without ending; "-0003" follows for the page
                               of index 3 of a file with several; owned by the set */
    uint32_t index;         /* of the page within its file, from 0 */
    uint64_t place;         /* where in the file its reader finds it */
    uint32_t height, width; /* pixels, both > 0 */
    double nm_per_pixel;    /* 0 when the file does not say */
    double white;           /* largest value that its bits hold (255 for 8 bit); 1
                               for 32 bit and floats */
    uint64_t reading_bytes; /* memory that reading it takes, beside the floats */
    uint32_t reading_rows;  /* that are decoded together: reading fewer at a time
                               decodes them more often */
};

/* The most pixels that a page may have. */
#define SPT_PAGE_PIXELS_MAX ((uint64_t)1 << 30)

/* All zero is a valid, empty set. */
struct spt_set {
    struct spt_page *pages;
    size_t count;
};

/*
 * List all pages of `sources`: directories (their PNG and TIFF files in natural order,
 * "2.png" before "10.png"; hidden files and those that neither are nor are named as
 * such an image are passed over, sub-directories not entered) and files.  Fails on what
 * is missing, unreadable, of another format, not grey, or when no page is found at all.
 * The caller clears *out.
 */
enum septum_status spt_set_open(const char *const *sources, size_t count,
                                struct spt_set *out, struct septum_error *err);
void spt_set_clear(struct spt_set *set);

/*
 * Read a page's intensities, as the file has them, into height * width floats (inverted
 * where the file says that 0 is white).  Fails when the file is cut short or has
 * changed its size since the set was opened, and on a NaN or infinite value (naming its
 * place); what is in `pixels` then has no meaning.
 */
enum septum_status
spt_page_read(const struct spt_page *page, float *pixels, struct septum_error *err);

/*
 * Pair images with masks: by name where the masks have the images' names (of equal
 * names, the first image goes with the first mask), by order otherwise.  mask_of[i]
 * becomes the mask page of image i (room for images->count).  Fails, naming both files,
 * on a difference in count or in size, and when the order would give an image another
 * mask than the one that bears its name.
 */
enum septum_status
spt_set_pair(const struct spt_set *images, const struct spt_set *masks, size_t *mask_of,
             struct septum_error *err);

#endif
