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
#include "image/tiff_file.h"
#include "image/tiff_scale.h"

/* A tile may exceed its page, but a damaged size must not exhaust memory. */
#define TILE_PIXELS_MAX ((uint64_t)1 << 26)

struct input {
    struct spt_tiff open;
    TIFF *tiff;
    const char *path;
    uint64_t size;  /* of the file, bytes */
    uint64_t first; /* place of the first directory */
};

/* How a page stores its pixels. */
struct layout {
    uint32_t height, width;
    uint32_t bits; /* a pixel: 1, 2, 4, 8, 16 or 32 */
    bool is_float;
    bool is_inverted; /* 0 is white */
    uint16_t compression;
    char place[48]; /* to follow the path in messages */
};

/* ---- what a page is -------------------------------------------------------------- */

static uint16_t
get_short(TIFF *tiff, uint32_t tag, uint16_t absent)
{
    uint16_t value = absent;

    return TIFFGetField(tiff, tag, &value) ? value : absent;
}

static enum septum_status
check_colour(const struct input *in, struct layout *layout, struct septum_error *err)
{
    uint16_t channels = get_short(in->tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    uint16_t kind = get_short(in->tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);

    if (channels != 1)
        return spt_fail(
            err, SEPTUM_EFORMAT,
            "%s%s: has %u channels; Septum reads grey images, so convert it "
            "to grey or split the channels",
            in->path, layout->place, channels);
    if (kind == PHOTOMETRIC_PALETTE)
        return spt_fail(err, SEPTUM_EFORMAT,
                        "%s%s: has a colour palette; Septum reads grey images, so "
                        "convert it to grey",
                        in->path, layout->place);
    if (kind != PHOTOMETRIC_MINISBLACK && kind != PHOTOMETRIC_MINISWHITE)
        return spt_fail(err, SEPTUM_EFORMAT,
                        "%s%s: is not a grey image (photometric interpretation %u)",
                        in->path, layout->place, kind);
    layout->is_inverted = kind == PHOTOMETRIC_MINISWHITE;
    return SEPTUM_OK;
}

static enum septum_status
check_values(const struct input *in, struct layout *layout, struct septum_error *err)
{
    uint16_t bits = get_short(in->tiff, TIFFTAG_BITSPERSAMPLE, 1);
    uint16_t format = get_short(in->tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
    bool whole = format == SAMPLEFORMAT_UINT || format == SAMPLEFORMAT_VOID;
    bool known = whole ? bits == 1 || bits == 2 || bits == 4 || bits == 8 ||
                             bits == 16 || bits == 32
                       : format == SAMPLEFORMAT_IEEEFP && bits == 32;

    if (!known)
        return spt_fail(err, SEPTUM_EFORMAT,
                        "%s%s: has %s values of %u bits; Septum reads unsigned whole "
                        "numbers of 8, 16 or 32 bits and floats of 32",
                        in->path, layout->place,
                        whole                           ? "unsigned"
                        : format == SAMPLEFORMAT_INT    ? "signed"
                        : format == SAMPLEFORMAT_IEEEFP ? "floating"
                                                        : "complex",
                        bits);
    layout->bits = bits;
    layout->is_float = !whole;
    if (layout->is_float && layout->is_inverted)
        return spt_fail(
            err, SEPTUM_EFORMAT,
            "%s%s: has floats of which 0 is white, whose range is not known; "
            "save it with 0 as black",
            in->path, layout->place);
    return SEPTUM_OK;
}

static uint64_t
count_row_bytes(const struct layout *layout, uint64_t pixels)
{
    return (pixels * layout->bits + 7) / 8;
}

/* The most bytes that one compressed byte stands for. */
static uint64_t
bound_ratio(uint16_t compression)
{
    switch (compression) {
    case COMPRESSION_NONE:
        return 1;
    case COMPRESSION_PACKBITS:
        return 64;
    case COMPRESSION_DEFLATE:
    case COMPRESSION_ADOBE_DEFLATE:
        return 1032;
    default:
        return 65536;
    }
}

static enum septum_status
check_size(const struct input *in, struct layout *layout, struct septum_error *err)
{
    uint64_t bytes;

    if (!TIFFGetField(in->tiff, TIFFTAG_IMAGEWIDTH, &layout->width) ||
        !TIFFGetField(in->tiff, TIFFTAG_IMAGELENGTH, &layout->height))
        return spt_fail(err, SEPTUM_EFORMAT, "%s%s: does not state its size", in->path,
                        layout->place);
    layout->compression = get_short(in->tiff, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
    if (!TIFFIsCODECConfigured(layout->compression))
        return spt_fail(err, SEPTUM_EFORMAT,
                        "%s%s: is compressed by method %u, which this libtiff does not "
                        "know; save it with deflate or LZW",
                        in->path, layout->place, layout->compression);
    if (__builtin_mul_overflow(count_row_bytes(layout, layout->width), layout->height,
                               &bytes) ||
        bytes / bound_ratio(layout->compression) > in->size)
        return spt_fail(err, SEPTUM_EFORMAT,
                        "%s%s: claims %" PRIu32 " x %" PRIu32
                        " pixels, more than the file's %" PRIu64 " bytes can hold",
                        in->path, layout->place, layout->width, layout->height,
                        in->size);
    return SEPTUM_OK;
}

static enum septum_status
read_layout(const struct input *in, uint32_t index, struct layout *out,
            struct septum_error *err)
{
    struct layout layout = {0};
    struct spt_input_page page = spt_input_page_text(index);
    enum septum_status status;

    memcpy(layout.place, page.text, sizeof layout.place);
    status = check_colour(in, &layout, err);
    if (status == SEPTUM_OK)
        status = check_values(in, &layout, err);
    if (status == SEPTUM_OK)
        status = check_size(in, &layout, err);
    if (status == SEPTUM_OK)
        *out = layout;
    return status;
}

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
    struct layout layout;
    uint64_t start, bytes, held;
    enum septum_status status = read_layout(in, 0, &layout, err);

    if (status != SEPTUM_OK)
        return status;
    if (layout.compression != COMPRESSION_NONE || TIFFIsTiled(in->tiff))
        return SEPTUM_OK; /* one page taken out of a stack, with its description */
    start = TIFFGetStrileOffset(in->tiff, 0);
    bytes = count_row_bytes(&layout, layout.width) * layout.height;
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
    struct layout layout;
    uint32_t kind = 0;
    enum septum_status status;

    if (TIFFGetField(in->tiff, TIFFTAG_SUBFILETYPE, &kind) &&
        (kind & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) != 0)
        return SEPTUM_OK;
    status = read_layout(in, page->index, &layout, err);
    if (status != SEPTUM_OK)
        return status;
    page->place = TIFFCurrentDirOffset(in->tiff);
    page->height = layout.height;
    page->width = layout.width;
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

/* Turn `count` stored pixels, in this machine's byte order, into floats. */
static void
convert_row(const struct layout *layout, const uint8_t *raw, size_t count, float *out)
{
    uint32_t most = UINT32_MAX >> (32 - layout->bits);
    uint32_t flip = layout->is_inverted ? most : 0; /* most - v is most ^ v */

    if (layout->is_float) {
        memcpy(out, raw, count * sizeof *out);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t value;

        if (layout->bits == 32) {
            memcpy(&value, raw + 4 * i, 4);
        } else if (layout->bits == 16) {
            uint16_t half;

            memcpy(&half, raw + 2 * i, 2);
            value = half;
        } else {
            size_t bit = i * layout->bits;

            value = (uint32_t)raw[bit / 8] >> (8 - layout->bits - bit % 8) & most;
        }
        out[i] = (float)(value ^ flip);
    }
}

static enum septum_status
read_strips(struct input *in, const struct layout *layout, float *pixels,
            struct septum_error *err)
{
    size_t row_bytes = (size_t)count_row_bytes(layout, layout->width);
    uint32_t rows = layout->height;
    enum septum_status status = SEPTUM_OK;
    uint8_t *strip;

    TIFFGetFieldDefaulted(in->tiff, TIFFTAG_ROWSPERSTRIP, &rows);
    if (rows == 0 || rows > layout->height)
        rows = layout->height;
    strip = spt_alloc_array(rows, row_bytes);
    if (strip == NULL)
        return spt_fail_memory(err, in->path, rows * row_bytes);
    for (uint32_t y = 0; y < layout->height && status == SEPTUM_OK; y += rows) {
        uint32_t some = layout->height - y < rows ? layout->height - y : rows;
        tmsize_t wanted = (tmsize_t)(some * row_bytes);

        errno = 0;
        if (TIFFReadEncodedStrip(in->tiff, TIFFComputeStrip(in->tiff, y, 0), strip,
                                 wanted) != wanted) {
            status = spt_tiff_fail(&in->open, layout->place, err);
            break;
        }
        for (uint32_t row = 0; row < some; row++)
            convert_row(layout, strip + row * row_bytes, layout->width,
                        pixels + (size_t)(y + row) * layout->width);
    }
    free(strip);
    return status;
}

static enum septum_status
read_tiles(struct input *in, const struct layout *layout, float *pixels,
           struct septum_error *err)
{
    uint32_t height = 0, width = 0;
    enum septum_status status = SEPTUM_OK;
    size_t row_bytes;
    uint8_t *tile;

    TIFFGetField(in->tiff, TIFFTAG_TILELENGTH, &height);
    TIFFGetField(in->tiff, TIFFTAG_TILEWIDTH, &width);
    if (height == 0 || width == 0 || (uint64_t)height * width > TILE_PIXELS_MAX)
        return spt_fail(err, SEPTUM_EFORMAT,
                        "%s%s: claims tiles of %" PRIu32 " x %" PRIu32
                        " pixels; Septum takes 1 to %" PRIu64 " pixels",
                        in->path, layout->place, width, height, TILE_PIXELS_MAX);
    row_bytes = (size_t)count_row_bytes(layout, width);
    tile = spt_alloc_array(height, row_bytes);
    if (tile == NULL)
        return spt_fail_memory(err, in->path, height * row_bytes);
    for (uint64_t y = 0; y < layout->height; y += height) {
        for (uint64_t x = 0; x < layout->width; x += width) {
            uint64_t rows = layout->height - y < height ? layout->height - y : height;
            uint64_t columns = layout->width - x < width ? layout->width - x : width;
            tmsize_t wanted = (tmsize_t)(height * row_bytes);
            uint32_t number = TIFFComputeTile(in->tiff, (uint32_t)x, (uint32_t)y, 0, 0);

            errno = 0;
            if (TIFFReadEncodedTile(in->tiff, number, tile, wanted) != wanted) {
                status = spt_tiff_fail(&in->open, layout->place, err);
                goto done;
            }
            for (uint64_t row = 0; row < rows; row++)
                convert_row(layout, tile + row * row_bytes, columns,
                            pixels + (y + row) * layout->width + x);
        }
    }
done:
    free(tile);
    return status;
}

/* Read image `index` of those that lie one after the other from the first's strip on.
 */
static enum septum_status
read_contiguous(struct input *in, const struct layout *layout, uint32_t index,
                float *pixels, struct septum_error *err)
{
    size_t row_bytes = (size_t)count_row_bytes(layout, layout->width);
    uint64_t at =
        TIFFGetStrileOffset(in->tiff, 0) + (uint64_t)index * layout->height * row_bytes;
    enum septum_status status = SEPTUM_OK;
    uint8_t *row = spt_alloc_array(1, row_bytes);

    if (row == NULL)
        return spt_fail_memory(err, in->path, row_bytes);
    for (uint32_t y = 0; y < layout->height; y++, at += row_bytes) {
        ssize_t got = pread(in->open.file, row, row_bytes, (off_t)at);

        if (got < 0) {
            status = spt_fail_errno(err, in->path);
            break;
        }
        if ((size_t)got != row_bytes) {
            status = spt_fail(err, SEPTUM_EFORMAT, "%s%s: is cut short", in->path,
                              layout->place);
            break;
        }
        if (TIFFIsByteSwapped(in->tiff) && layout->bits == 16)
            TIFFSwabArrayOfShort((uint16_t *)(void *)row, layout->width);
        if (TIFFIsByteSwapped(in->tiff) && layout->bits == 32)
            TIFFSwabArrayOfLong((uint32_t *)(void *)row, layout->width);
        convert_row(layout, row, layout->width, pixels + (size_t)y * layout->width);
    }
    free(row);
    return status;
}

static enum septum_status
read_pixels(struct input *in, const struct spt_page *page, float *pixels,
            struct septum_error *err)
{
    struct layout layout;
    enum septum_status status;

    errno = 0;
    if (page->place != in->first && !TIFFSetSubDirectory(in->tiff, page->place))
        return spt_tiff_fail(&in->open, spt_input_page_text(page->index).text, err);
    status = read_layout(in, page->index, &layout, err);
    if (status != SEPTUM_OK)
        return status;
    if (layout.height != page->height || layout.width != page->width)
        return spt_fail(err, SEPTUM_EFORMAT,
                        "%s%s: now has %" PRIu32 " x %" PRIu32
                        " pixels, but had %" PRIu32 " x %" PRIu32
                        " a moment ago; something is changing it",
                        in->path, layout.place, layout.width, layout.height,
                        page->width, page->height);
    if (page->index > 0 && page->place == in->first)
        return read_contiguous(in, &layout, page->index, pixels, err);
    if (TIFFIsTiled(in->tiff))
        return read_tiles(in, &layout, pixels, err);
    return read_strips(in, &layout, pixels, err);
}

static enum septum_status
read_tiff(const struct spt_page *page, float *pixels, struct septum_error *err)
{
    struct input in;
    enum septum_status status = open_input(&in, page->path, err);

    if (status != SEPTUM_OK)
        return status;
    status = read_pixels(&in, page, pixels, err);
    spt_tiff_close(&in.open, NULL);
    return status;
}

const struct spt_reader spt_reader_tiff = {
    .format = "TIFF",
    .recognise = recognise_tiff,
    .list = list_tiff,
    .read = read_tiff,
};
