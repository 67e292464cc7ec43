/*
 * reader_tiff.c - TIFF files, through libtiff: strips and tiles, any compression that
 * libtiff has, both byte orders, BigTIFF.
 *
 * A page's `place` is the offset of its directory in the file, so that reading page
 * 1000 of a stack does not walk over 999 others.  Stacks above 4 GB from ImageJ have
 * one directory, and their pages' raw pixels one after the other: their pages share the
 * first directory's place, and are found by their index.
 */
#include "image/reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "image/input.h"
#include "image/set.h"
#include "image/tiff_pixels.h"
#include "image/tiff_scale.h"

struct input {
    struct spt_tiff open;
    TIFF *tiff;
    const char *path;
    uint64_t size;  /* of the file, bytes */
    uint64_t first; /* place of the first directory */
};

/* ---- opening and listing --------------------------------------------------------- */

static enum septum_status
open_input(struct input *in, const char *path, struct septum_error *err)
{
    int file;
    enum septum_status status;

    *in = (struct input){.path = path};
    status = spt_input_open(path, &file, &in->size, err);
    if (status != SEPTUM_OK)
        return status;
    /* m: no memory map, which a file cut short meanwhile would turn into a signal. */
    status = spt_tiff_open(&in->open, file, path, "rm", err);
    if (status != SEPTUM_OK)
        return status;
    in->tiff = in->open.tiff;
    in->first = TIFFCurrentDirOffset(in->tiff);
    return SEPTUM_OK;
}

static bool
recognise_tiff(const uint8_t *start, size_t count)
{
    static const uint8_t little[] = {'I', 'I', 42, 0}, little_big[] = {'I', 'I', 43, 0};
    static const uint8_t big[] = {'M', 'M', 0, 42}, big_big[] = {'M', 'M', 0, 43};

    return count >= 4 &&
           (memcmp(start, little, 4) == 0 || memcmp(start, little_big, 4) == 0 ||
            memcmp(start, big, 4) == 0 || memcmp(start, big_big, 4) == 0);
}

typedef enum septum_status (*add_fn)(void *user, const struct spt_page *page,
                                     struct septum_error *err);

/* Add the images after the first that an ImageJ stack of one directory holds. */
static enum septum_status
list_contiguous(const struct input *in, const struct spt_page *first, uint32_t images,
                add_fn add, void *user, struct septum_error *err)
{
    struct spt_tiff_layout layout;
    uint64_t start, bytes, held;
    enum septum_status status =
        spt_tiff_layout_read(&in->open, in->size, 0, &layout, err);

    if (status != SEPTUM_OK)
        return status;
    if (layout.compression != COMPRESSION_NONE || TIFFIsTiled(in->tiff))
        return SEPTUM_OK; /* one page taken out of a stack, with its description */
    start = TIFFGetStrileOffset(in->tiff, 0);
    bytes = spt_tiff_layout_bytes(&layout, layout.width) * layout.height;
    held = start < in->size ? (in->size - start) / bytes : 0;
    if (held < 2)
        return SEPTUM_OK; /* the same, not compressed */
    if (held < images)
        return spt_fail(err, SEPTUM_EFORMAT,
                        "%s: is cut short; it speaks of %" PRIu32
                        " images and holds %" PRIu64,
                        in->path, images, held);
    for (uint32_t i = 1; i < images && status == SEPTUM_OK; i++) {
        struct spt_page page = *first;

        page.index = i;
        status = add(user, &page, err);
    }
    return status;
}

/* Add the current directory's page, unless it is a thumbnail or a transparency mask. */
static enum septum_status
list_directory(const struct input *in, struct spt_page *page, const char *description,
               add_fn add, void *user, struct septum_error *err)
{
    struct spt_tiff_layout layout;
    uint32_t kind = 0;
    enum septum_status status;

    if (TIFFGetField(in->tiff, TIFFTAG_SUBFILETYPE, &kind) &&
        (kind & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) != 0)
        return SEPTUM_OK;
    status = spt_tiff_layout_read(&in->open, in->size, page->index, &layout, err);
    if (status != SEPTUM_OK)
        return status;
    page->place = TIFFCurrentDirOffset(in->tiff);
    page->height = layout.height;
    page->width = layout.width;
    page->reading_bytes =
        spt_tiff_pixels_bytes(&in->open, in->size, &layout, &page->reading_rows);
    page->nm_per_pixel = spt_tiff_scale_nm(in->tiff, description);
    page->white = layout.bits < 32 ? (1 << layout.bits) - 1 : 1;
    return add(user, page, err);
}

static enum septum_status
list_pages(struct input *in, const char *description, add_fn add, void *user,
           struct septum_error *err)
{
    struct spt_page page = {0};
    enum septum_status status = list_directory(in, &page, description, add, user, err);
    uint32_t images = spt_tiff_scale_images(description);

    if (status == SEPTUM_OK && images > 1 && TIFFLastDirectory(in->tiff))
        return list_contiguous(in, &page, images, add, user, err);
    while (status == SEPTUM_OK && !TIFFLastDirectory(in->tiff)) {
        page.index++;
        errno = 0;
        if (!TIFFReadDirectory(in->tiff))
            return spt_tiff_fail(&in->open, spt_input_page_text(page.index).text, err);
        status = list_directory(in, &page, description, add, user, err);
    }
    return status;
}

static enum septum_status
list_tiff(const char *path, add_fn add, void *user, struct septum_error *err)
{
    struct input in;
    char *text = NULL, *description = NULL;
    enum septum_status status = open_input(&in, path, err);

    if (status != SEPTUM_OK)
        return status;
    /* libtiff's text lasts until it reads the next directory. */
    if (TIFFGetField(in.tiff, TIFFTAG_IMAGEDESCRIPTION, &text)) {
        description = strdup(text);
        if (description == NULL)
            status = spt_fail_memory(err, path, strlen(text));
    }
    if (status == SEPTUM_OK)
        status = list_pages(&in, description, add, user, err);
    free(description);
    spt_tiff_close(&in.open, NULL);
    return status;
}

/* ---- pixels ---------------------------------------------------------------------- */

struct reading {
    struct input in;
    struct spt_tiff_pixels pixels;
};

/* Go to the page's directory and begin to read it. */
static enum septum_status
find_page(struct reading *reading, const struct spt_page *page,
          struct septum_error *err)
{
    struct input *in = &reading->in;
    struct spt_tiff_layout layout;
    uint32_t after = page->place == in->first ? page->index : 0;
    enum septum_status status;

    errno = 0;
    if (page->place != in->first && !TIFFSetSubDirectory(in->tiff, page->place))
        return spt_tiff_fail(&in->open, spt_input_page_text(page->index).text, err);
    status = spt_tiff_layout_read(&in->open, in->size, page->index, &layout, err);
    if (status != SEPTUM_OK)
        return status;
    if (layout.height != page->height || layout.width != page->width)
        return spt_fail(err, SEPTUM_EFORMAT,
                        "%s%s: now has %" PRIu32 " x %" PRIu32
                        " pixels, but had %" PRIu32 " x %" PRIu32
                        " a moment ago; something is changing it",
                        in->path, layout.place, layout.width, layout.height,
                        page->width, page->height);
    return spt_tiff_pixels_open(&in->open, &layout, after, &reading->pixels, err);
}

static void
close_page(void *state)
{
    struct reading *reading = state;

    spt_tiff_pixels_close(&reading->pixels);
    spt_tiff_close(&reading->in.open, NULL);
    free(reading);
}

static enum septum_status
open_page(const struct spt_page *page, void **state, struct septum_error *err)
{
    struct reading *reading = spt_alloc_array(1, sizeof *reading);
    enum septum_status status;

    if (reading == NULL)
        return spt_fail_memory(err, page->path, sizeof *reading);
    status = open_input(&reading->in, page->path, err);
    if (status == SEPTUM_OK)
        status = find_page(reading, page, err);
    if (status != SEPTUM_OK) {
        close_page(reading);
        return status;
    }
    *state = reading;
    return SEPTUM_OK;
}

static enum septum_status
read_page(void *state, uint32_t top, uint32_t count, float *pixels,
          struct septum_error *err)
{
    struct reading *reading = state;

    return spt_tiff_pixels_read(&reading->pixels, top, count, pixels, err);
}

const struct spt_reader spt_reader_tiff = {
    .format = "TIFF",
    .recognise = recognise_tiff,
    .list = list_tiff,
    .open = open_page,
    .read = read_page,
    .close = close_page,
};
