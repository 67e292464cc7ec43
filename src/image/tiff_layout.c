/*
 * tiff_layout.c - see tiff_layout.h.
 */
#include "image/tiff_layout.h"

#include <inttypes.h>
#include <string.h>

#include "image/input.h"

static uint16_t
get_short(TIFF *tiff, uint32_t tag, uint16_t absent)
{
    uint16_t value = absent;

    return TIFFGetField(tiff, tag, &value) ? value : absent;
}

static enum septum_status
check_colour(const struct spt_tiff *file, struct spt_tiff_layout *layout,
             struct septum_error *err)
{
    uint16_t channels = get_short(file->tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    uint16_t kind = get_short(file->tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);

    if (channels != 1)
        return spt_fail(
            err, SEPTUM_EFORMAT,
            "%s%s: has %u channels; Septum reads grey images, so convert it "
            "to grey or split the channels",
            file->path, layout->place, channels);
    if (kind == PHOTOMETRIC_PALETTE)
        return spt_fail(err, SEPTUM_EFORMAT,
                        "%s%s: has a colour palette; Septum reads grey images, so "
                        "convert it to grey",
                        file->path, layout->place);
    if (kind != PHOTOMETRIC_MINISBLACK && kind != PHOTOMETRIC_MINISWHITE)
        return spt_fail(err, SEPTUM_EFORMAT,
                        "%s%s: is not a grey image (photometric interpretation %u)",
                        file->path, layout->place, kind);
    layout->is_inverted = kind == PHOTOMETRIC_MINISWHITE;
    return SEPTUM_OK;
}

static enum septum_status
check_values(const struct spt_tiff *file, struct spt_tiff_layout *layout,
             struct septum_error *err)
{
    uint16_t bits = get_short(file->tiff, TIFFTAG_BITSPERSAMPLE, 1);
    uint16_t format = get_short(file->tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
    bool whole = format == SAMPLEFORMAT_UINT || format == SAMPLEFORMAT_VOID;
    bool known = whole ? bits == 1 || bits == 2 || bits == 4 || bits == 8 ||
                             bits == 16 || bits == 32
                       : format == SAMPLEFORMAT_IEEEFP && bits == 32;

    if (!known)
        return spt_fail(err, SEPTUM_EFORMAT,
                        "%s%s: has %s values of %u bits; Septum reads unsigned whole "
                        "numbers of 8, 16 or 32 bits and floats of 32",
                        file->path, layout->place,
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
            file->path, layout->place);
    return SEPTUM_OK;
}

uint64_t
spt_tiff_layout_bytes(const struct spt_tiff_layout *layout, uint64_t pixels)
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
check_size(const struct spt_tiff *file, uint64_t file_bytes,
           struct spt_tiff_layout *layout, struct septum_error *err)
{
    uint64_t bytes;

    if (!TIFFGetField(file->tiff, TIFFTAG_IMAGEWIDTH, &layout->width) ||
        !TIFFGetField(file->tiff, TIFFTAG_IMAGELENGTH, &layout->height))
        return spt_fail(err, SEPTUM_EFORMAT, "%s%s: does not state its size",
                        file->path, layout->place);
    layout->compression = get_short(file->tiff, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
    if (!TIFFIsCODECConfigured(layout->compression))
        return spt_fail(err, SEPTUM_EFORMAT,
                        "%s%s: is compressed by method %u, which this libtiff does not "
                        "know; save it with deflate or LZW",
                        file->path, layout->place, layout->compression);
    if (__builtin_mul_overflow(spt_tiff_layout_bytes(layout, layout->width),
                               layout->height, &bytes) ||
        bytes / bound_ratio(layout->compression) > file_bytes)
        return spt_fail(err, SEPTUM_EFORMAT,
                        "%s%s: claims %" PRIu32 " x %" PRIu32
                        " pixels, more than the file's %" PRIu64 " bytes can hold",
                        file->path, layout->place, layout->width, layout->height,
                        file_bytes);
    return SEPTUM_OK;
}

enum septum_status
spt_tiff_layout_read(const struct spt_tiff *file, uint64_t file_bytes, uint32_t index,
                     struct spt_tiff_layout *out, struct septum_error *err)
{
    struct spt_tiff_layout layout = {0};
    struct spt_input_page page = spt_input_page_text(index);
    enum septum_status status;

    memcpy(layout.place, page.text, sizeof layout.place);
    status = check_colour(file, &layout, err);
    if (status == SEPTUM_OK)
        status = check_values(file, &layout, err);
    if (status == SEPTUM_OK)
        status = check_size(file, file_bytes, &layout, err);
    if (status == SEPTUM_OK)
        *out = layout;
    return status;
}

void
spt_tiff_layout_convert(const struct spt_tiff_layout *layout, const uint8_t *raw,
                        size_t count, float *out)
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
