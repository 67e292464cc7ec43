/*
 * tiff_pixels.c - see tiff_pixels.h.
 */
#include "image/tiff_pixels.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/whole.h"

/* A tile may exceed its page, but a damaged size must not exhaust memory. */
#define TILE_PIXELS_MAX ((uint64_t)1 << 26)

#define STRIP_BYTES_MAX ((uint64_t)1 << 20)

#define NOTHING_HELD UINT64_MAX

struct spt_tiff_way {
    enum septum_status (*read)(struct spt_tiff_pixels *pixels, uint32_t top,
                               uint32_t count, float *out, struct septum_error *err);
};

/* Where row `y` of those from `top` on goes. */
static float *
row_of(const struct spt_tiff_pixels *pixels, float *out, uint64_t top, uint64_t y)
{
    return out + (size_t)(y - top) * pixels->layout.width;
}

/* ---- strips ---------------------------------------------------------------------- */

/* Have the block hold the strip that begins with row `first`. */
static enum septum_status
decode_strip(struct spt_tiff_pixels *pixels, uint32_t first, struct septum_error *err)
{
    const struct spt_tiff_layout *layout = &pixels->layout;
    TIFF *tiff = pixels->file->tiff;
    uint32_t rows = spt_least(layout->height - first, pixels->height);
    tmsize_t wanted = (tmsize_t)(rows * spt_tiff_layout_bytes(layout, layout->width));

    if (pixels->held == first)
        return SEPTUM_OK;
    pixels->held = NOTHING_HELD;
    errno = 0;
    if (TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, first, 0), pixels->block,
                             wanted) != wanted)
        return spt_tiff_fail(pixels->file, layout->place, err);
    pixels->held = first;
    return SEPTUM_OK;
}

static enum septum_status
read_strips(struct spt_tiff_pixels *pixels, uint32_t top, uint32_t count, float *out,
            struct septum_error *err)
{
    const struct spt_tiff_layout *layout = &pixels->layout;
    size_t row_bytes = (size_t)spt_tiff_layout_bytes(layout, layout->width);

    for (uint64_t y = top; y < (uint64_t)top + count; y++) {
        uint32_t row = (uint32_t)y % pixels->height;
        enum septum_status status = decode_strip(pixels, (uint32_t)y - row, err);

        if (status != SEPTUM_OK)
            return status;
        spt_tiff_layout_convert(layout, pixels->block + row * row_bytes, layout->width,
                                row_of(pixels, out, top, y));
    }
    return SEPTUM_OK;
}

/* ---- rows of a large strip ------------------------------------------------------- */

/* Decode up to and including row `y`, which the block then holds.  Most codecs cannot
 * leave a row out, so that going back means to begin the strip again. */
static enum septum_status
decode_row(struct spt_tiff_pixels *pixels, uint32_t y, struct septum_error *err)
{
    uint64_t first = y - y % pixels->height;

    if (pixels->held < first || pixels->held > y)
        pixels->held = first;
    while (pixels->held <= y) {
        errno = 0;
        if (TIFFReadScanline(pixels->file->tiff, pixels->block, (uint32_t)pixels->held,
                             0) != 1)
            return spt_tiff_fail(pixels->file, pixels->layout.place, err);
        pixels->held++;
    }
    return SEPTUM_OK;
}

static enum septum_status
read_rows(struct spt_tiff_pixels *pixels, uint32_t top, uint32_t count, float *out,
          struct septum_error *err)
{
    for (uint64_t y = top; y < (uint64_t)top + count; y++) {
        enum septum_status status = decode_row(pixels, (uint32_t)y, err);

        if (status != SEPTUM_OK)
            return status;
        spt_tiff_layout_convert(&pixels->layout, pixels->block, pixels->layout.width,
                                row_of(pixels, out, top, y));
    }
    return SEPTUM_OK;
}

/* ---- tiles ----------------------------------------------------------------------- */

/* Copy what the tile in the block, whose first corner is (y, x), has of the rows from
 * `top` on. */
static void
take_tile(const struct spt_tiff_pixels *pixels, uint64_t y, uint64_t x, uint32_t top,
          uint32_t count, float *out)
{
    const struct spt_tiff_layout *layout = &pixels->layout;
    size_t row_bytes = (size_t)spt_tiff_layout_bytes(layout, pixels->width);
    uint64_t first = y > top ? y : top;
    uint64_t end = spt_least(y + pixels->height, (uint64_t)top + count);
    uint32_t columns = spt_least(layout->width - x, pixels->width);

    for (uint64_t row = first; row < end; row++)
        spt_tiff_layout_convert(layout, pixels->block + (row - y) * row_bytes, columns,
                                row_of(pixels, out, top, row) + x);
}

static enum septum_status
read_tiles(struct spt_tiff_pixels *pixels, uint32_t top, uint32_t count, float *out,
           struct septum_error *err)
{
    const struct spt_tiff_layout *layout = &pixels->layout;
    TIFF *tiff = pixels->file->tiff;
    tmsize_t wanted =
        (tmsize_t)(pixels->height * spt_tiff_layout_bytes(layout, pixels->width));

    for (uint64_t y = top - top % pixels->height; y < (uint64_t)top + count;
         y += pixels->height)
        for (uint64_t x = 0; x < layout->width; x += pixels->width) {
            uint32_t number = TIFFComputeTile(tiff, (uint32_t)x, (uint32_t)y, 0, 0);

            errno = 0;
            if (TIFFReadEncodedTile(tiff, number, pixels->block, wanted) != wanted)
                return spt_tiff_fail(pixels->file, layout->place, err);
            take_tile(pixels, y, x, top, count, out);
        }
    return SEPTUM_OK;
}

/* ---- images that lie one after the other ----------------------------------------- */

static enum septum_status
read_plain(struct spt_tiff_pixels *pixels, uint32_t top, uint32_t count, float *out,
           struct septum_error *err)
{
    const struct spt_tiff_layout *layout = &pixels->layout;
    TIFF *tiff = pixels->file->tiff;
    size_t row_bytes = (size_t)spt_tiff_layout_bytes(layout, layout->width);
    uint8_t *row = pixels->block;

    for (uint64_t y = top; y < (uint64_t)top + count; y++) {
        ssize_t got = pread(pixels->file->file, row, row_bytes,
                            (off_t)(pixels->start + y * row_bytes));

        if (got < 0)
            return spt_fail_errno(err, pixels->file->path);
        if ((size_t)got != row_bytes)
            return spt_fail(err, SEPTUM_EFORMAT, "%s%s: is cut short",
                            pixels->file->path, layout->place);
        if (TIFFIsByteSwapped(tiff) && layout->bits == 16)
            TIFFSwabArrayOfShort((uint16_t *)(void *)row, layout->width);
        if (TIFFIsByteSwapped(tiff) && layout->bits == 32)
            TIFFSwabArrayOfLong((uint32_t *)(void *)row, layout->width);
        spt_tiff_layout_convert(layout, row, layout->width,
                                row_of(pixels, out, top, y));
    }
    return SEPTUM_OK;
}

/* ---- which of them --------------------------------------------------------------- */

static const struct spt_tiff_way by_strips = {read_strips}, by_rows = {read_rows},
                                 by_tiles = {read_tiles}, plainly = {read_plain};

/* May the rows of a strip be decoded one after the other?  Some codecs give a strip as
 * a whole only. */
static bool
decodes_rows(uint16_t compression)
{
    switch (compression) {
    case COMPRESSION_NONE:
    case COMPRESSION_LZW:
    case COMPRESSION_PACKBITS:
    case COMPRESSION_DEFLATE:
    case COMPRESSION_ADOBE_DEFLATE:
    case COMPRESSION_ZSTD:
    case COMPRESSION_LZMA:
        return true;
    default:
        return false;
    }
}

/* Find the way to read the current directory; *bytes becomes the block's size. */
static void
choose_way(struct spt_tiff_pixels *pixels, uint64_t *bytes)
{
    const struct spt_tiff_layout *layout = &pixels->layout;
    uint64_t row_bytes = spt_tiff_layout_bytes(layout, layout->width);
    TIFF *tiff = pixels->file->tiff;

    if (TIFFIsTiled(tiff)) {
        pixels->way = &by_tiles;
        pixels->height = pixels->width = 0;
        TIFFGetField(tiff, TIFFTAG_TILELENGTH, &pixels->height);
        TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &pixels->width);
        *bytes = spt_tiff_layout_bytes(layout, pixels->width);
        if (__builtin_mul_overflow(*bytes, pixels->height, bytes))
            *bytes = UINT64_MAX;
        return;
    }
    pixels->height = layout->height;
    pixels->width = layout->width;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &pixels->height);
    if (pixels->height == 0 || pixels->height > layout->height)
        pixels->height = layout->height;
    *bytes = row_bytes * pixels->height;
    pixels->way = &by_strips;
    if (*bytes > STRIP_BYTES_MAX && decodes_rows(layout->compression)) {
        pixels->way = &by_rows;
        *bytes = row_bytes;
    }
}

enum septum_status
spt_tiff_pixels_open(struct spt_tiff *file, const struct spt_tiff_layout *layout,
                     uint32_t after, struct spt_tiff_pixels *out,
                     struct septum_error *err)
{
    struct spt_tiff_pixels pixels = {.layout = *layout, .held = NOTHING_HELD};
    uint64_t bytes, row_bytes = spt_tiff_layout_bytes(layout, layout->width);

    pixels.file = file;
    choose_way(&pixels, &bytes);
    if (after > 0) {
        pixels.way = &plainly;
        pixels.start = TIFFGetStrileOffset(file->tiff, 0) +
                       (uint64_t)after * layout->height * row_bytes;
        bytes = row_bytes;
    }
    if (pixels.way == &by_tiles &&
        (pixels.height == 0 || pixels.width == 0 ||
         (uint64_t)pixels.height * pixels.width > TILE_PIXELS_MAX))
        return spt_fail(err, SEPTUM_EFORMAT,
                        "%s%s: claims tiles of %" PRIu32 " x %" PRIu32
                        " pixels; Septum takes 1 to %" PRIu64 " pixels",
                        file->path, layout->place, pixels.width, pixels.height,
                        TILE_PIXELS_MAX);
    pixels.block = spt_alloc_array(bytes, 1);
    if (pixels.block == NULL)
        return spt_fail_memory(err, file->path, bytes);
    *out = pixels;
    return SEPTUM_OK;
}

void
spt_tiff_pixels_close(struct spt_tiff_pixels *pixels)
{
    free(pixels->block);
    *pixels = (struct spt_tiff_pixels){0};
}

enum septum_status
spt_tiff_pixels_read(struct spt_tiff_pixels *pixels, uint32_t top, uint32_t count,
                     float *out, struct septum_error *err)
{
    return pixels->way->read(pixels, top, count, out, err);
}

uint64_t
spt_tiff_pixels_bytes(const struct spt_tiff *file, uint64_t file_bytes,
                      const struct spt_tiff_layout *layout, uint32_t *rows)
{
    struct spt_tiff_pixels pixels = {.layout = *layout};
    uint64_t bytes, largest = 0;
    uint32_t count = TIFFIsTiled(file->tiff) ? TIFFNumberOfTiles(file->tiff)
                                             : TIFFNumberOfStrips(file->tiff);

    pixels.file = (struct spt_tiff *)file;
    choose_way(&pixels, &bytes);
    *rows = pixels.way == &by_rows || pixels.height == 0 ? 1 : pixels.height;
    if (layout->compression == COMPRESSION_NONE)
        return bytes;
    /* libtiff keeps the compressed bytes of a whole strip or tile. */
    for (uint32_t i = 0; i < count; i++) {
        uint64_t held = TIFFGetStrileByteCount(file->tiff, i);

        largest = held > largest ? held : largest;
    }
    return bytes + (largest < file_bytes ? largest : file_bytes);
}
