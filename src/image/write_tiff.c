/*
 * write_tiff.c - results as TIFF, through libtiff; see write.h.
 *
 * Little-endian on every machine and without a date, so that equal pixels make equal
 * files.  Deflate without a predictor, because ImageJ knows none for floats.  The
 * description is in ImageJ's form, whose keys set its display range and pixel size.
 */
#include "image/write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "image/tiff_file.h"

/* Beyond it the 32-bit offsets of a plain TIFF might not do; deflate adds little. */
#define PLAIN_BYTES_MAX ((uint64_t)4000 * 1000 * 1000)
#define STRIP_BYTES 262144
/* A third of the time of the usual 6, for 5 in 100 more bytes of noisy floats. */
#define DEFLATE_LEVEL 4

struct picture {
    const void *pixels;
    uint32_t height, width;
    uint16_t bytes; /* a pixel: 1, or 4 for floats */
    double nm_per_pixel;
};

static bool
set_tags(TIFF *tiff, const struct picture *picture, uint32_t rows)
{
    bool scaled = picture->nm_per_pixel > 0, is_float = picture->bytes == 4;
    double per_um = scaled ? 1000 / picture->nm_per_pixel : 1;
    char description[128];

    snprintf(description, sizeof description, "ImageJ=1.54f\nimages=1\nslices=1\n%s%s",
             scaled ? "unit=um\n" : "", is_float ? "min=0.0\nmax=1.0\n" : "");
    return TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, picture->width) &&
           TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, picture->height) &&
           TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1) &&
           TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8 * picture->bytes) &&
           TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT,
                        is_float ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT) &&
           TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK) &&
           TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) &&
           TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE) &&
           TIFFSetField(tiff, TIFFTAG_ZIPQUALITY, DEFLATE_LEVEL) &&
           TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, rows) &&
           TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, description) &&
           TIFFSetField(tiff, TIFFTAG_XRESOLUTION, per_um) &&
           TIFFSetField(tiff, TIFFTAG_YRESOLUTION, per_um) &&
           TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_NONE);
}

static bool
write_strips(TIFF *tiff, const struct picture *picture, uint32_t rows, uint8_t *strip)
{
    size_t row_bytes = (size_t)picture->width * picture->bytes;
    uint32_t number = 0;

    for (uint32_t y = 0; y < picture->height; y += rows) {
        uint32_t some = picture->height - y < rows ? picture->height - y : rows;
        const uint8_t *from = (const uint8_t *)picture->pixels + y * row_bytes;

        /* A copy, since libtiff may swap bytes where they lie. */
        memcpy(strip, from, some * row_bytes);
        if (TIFFWriteEncodedStrip(tiff, number++, strip, (tmsize_t)(some * row_bytes)) <
            0)
            return false;
    }
    return true;
}

static enum septum_status
write_file(const char *temporary, const char *path, const struct picture *picture,
           struct septum_error *err)
{
    uint64_t row_bytes = (uint64_t)picture->width * picture->bytes;
    uint64_t bytes = row_bytes * picture->height;
    uint32_t rows = row_bytes < STRIP_BYTES ? (uint32_t)(STRIP_BYTES / row_bytes) : 1;
    struct spt_tiff out = {0};
    uint8_t *strip = spt_alloc_array(rows, row_bytes);
    enum septum_status status;
    int file;

    if (strip == NULL)
        return spt_fail_memory(err, path, rows * row_bytes);
    file = open(temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) {
        status = spt_fail_errno(err, path);
        goto done;
    }
    status =
        spt_tiff_open(&out, file, path, bytes > PLAIN_BYTES_MAX ? "wl8" : "wl", err);
    if (status != SEPTUM_OK)
        goto done;
    errno = 0;
    if (!set_tags(out.tiff, picture, rows) ||
        !write_strips(out.tiff, picture, rows, strip) || !TIFFWriteDirectory(out.tiff))
        status = spt_tiff_fail(&out, "", err);
done:
    if (status == SEPTUM_OK)
        status = spt_tiff_close(&out, err);
    else
        spt_tiff_close(&out, NULL);
    free(strip);
    return status;
}

static enum septum_status
write_picture(const char *path, const struct picture *picture, bool force,
              struct septum_error *err)
{
    struct spt_output output = {0};
    enum septum_status status;

    if (picture->height == 0 || picture->width == 0)
        return spt_fail(err, SEPTUM_EINVAL,
                        "%s: an image without pixels is not written", path);
    status = spt_output_begin(path, force, &output, err);
    if (status != SEPTUM_OK)
        return status;
    status = write_file(output.temporary, path, picture, err);
    if (status == SEPTUM_OK)
        status = spt_output_commit(&output, force, err);
    spt_output_abandon(&output);
    return status;
}

enum septum_status
spt_write_tiff_floats(const char *path, const float *pixels, uint32_t height,
                      uint32_t width, double nm_per_pixel, bool force,
                      struct septum_error *err)
{
    struct picture picture = {
        .pixels = pixels,
        .height = height,
        .width = width,
        .bytes = 4,
        .nm_per_pixel = nm_per_pixel,
    };

    return write_picture(path, &picture, force, err);
}

enum septum_status
spt_write_tiff_bytes(const char *path, const uint8_t *pixels, uint32_t height,
                     uint32_t width, double nm_per_pixel, bool force,
                     struct septum_error *err)
{
    struct picture picture = {
        .pixels = pixels,
        .height = height,
        .width = width,
        .bytes = 1,
        .nm_per_pixel = nm_per_pixel,
    };

    return write_picture(path, &picture, force, err);
}
