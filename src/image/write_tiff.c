/*
 * write_tiff.c - results as TIFF, through libtiff; see write_format.h.
 *
 * Little-endian on every machine and without a date, so that equal pixels make equal
 * files.  Deflate without a predictor, because ImageJ knows none for floats.  The
 * description is in ImageJ's form, whose keys set its display range and pixel size.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "image/tiff_file.h"
#include "image/write_format.h"

/* Beyond it the 32-bit offsets of a plain TIFF might not do; deflate adds little. */
#define PLAIN_BYTES_MAX ((uint64_t)4000 * 1000 * 1000)
#define STRIP_BYTES 262144
/* A third of the time of the usual 6, for 5 in 100 more bytes of noisy floats. */
#define DEFLATE_LEVEL 4

struct tiff_output {
    struct spt_tiff out;
    struct spt_picture picture;
    size_t row_bytes;
    uint8_t *strip; /* in the making */
    uint32_t rows;  /* of a whole strip */
    uint32_t held;  /* in the one being made */
    uint32_t done;  /* strips */
};

static uint16_t
pixel_bytes(const struct spt_picture *picture)
{
    switch (picture->kind) {
    case SPT_PICTURE_FLOAT_TIFF:
    case SPT_PICTURE_LONG_TIFF:
        return 4;
    case SPT_PICTURE_SHORT_TIFF:
        return 2;
    default:
        return 1;
    }
}

static bool
set_tags(TIFF *tiff, const struct spt_picture *picture, uint32_t rows)
{
    bool scaled = picture->nm_per_pixel > 0;
    bool is_float = picture->kind == SPT_PICTURE_FLOAT_TIFF;
    double per_um = scaled ? 1000 / picture->nm_per_pixel : 1;
    char description[128];

    snprintf(description, sizeof description, "ImageJ=1.54f\nimages=1\nslices=1\n%s%s",
             scaled ? "unit=um\n" : "", is_float ? "min=0.0\nmax=1.0\n" : "");
    return TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, picture->width) &&
           TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, picture->height) &&
           TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1) &&
           TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8 * pixel_bytes(picture)) &&
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

static enum septum_status
open_file(struct tiff_output *output, const char *temporary, const char *path,
          struct septum_error *err)
{
    uint64_t bytes = (uint64_t)output->row_bytes * output->picture.height;
    enum septum_status status;
    int file = open(temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

    if (file < 0)
        return spt_fail_errno(err, path);
    status = spt_tiff_open(&output->out, file, path,
                           bytes > PLAIN_BYTES_MAX ? "wl8" : "wl", err);
    if (status != SEPTUM_OK)
        return status;
    errno = 0;
    return set_tags(output->out.tiff, &output->picture, output->rows)
               ? SEPTUM_OK
               : spt_tiff_fail(&output->out, "", err);
}

static void
release_tiff(void *state)
{
    struct tiff_output *output = state;

    spt_tiff_close(&output->out, NULL);
    free(output->strip);
    free(output);
}

static enum septum_status
open_tiff(const char *temporary, const char *path, const struct spt_picture *picture,
          void **state, struct septum_error *err)
{
    struct tiff_output *output = spt_alloc_array(1, sizeof *output);
    enum septum_status status;

    if (output == NULL)
        return spt_fail_memory(err, path, sizeof *output);
    output->picture = *picture;
    output->row_bytes = (size_t)picture->width * pixel_bytes(picture);
    output->rows = output->row_bytes < STRIP_BYTES
                       ? (uint32_t)(STRIP_BYTES / output->row_bytes)
                       : 1;
    output->strip = spt_alloc_array(output->rows, output->row_bytes);
    status = output->strip != NULL
                 ? open_file(output, temporary, path, err)
                 : spt_fail_memory(err, path, output->rows * output->row_bytes);
    if (status != SEPTUM_OK) {
        release_tiff(output);
        return status;
    }
    *state = output;
    return SEPTUM_OK;
}

static enum septum_status
flush_strip(struct tiff_output *output, struct septum_error *err)
{
    tmsize_t bytes = (tmsize_t)(output->held * output->row_bytes);

    errno = 0;
    output->held = 0;
    return bytes == 0 || TIFFWriteEncodedStrip(output->out.tiff, output->done++,
                                               output->strip, bytes) >= 0
               ? SEPTUM_OK
               : spt_tiff_fail(&output->out, "", err);
}

/* Rows are copied in any case, since libtiff may swap bytes where they lie. */
static enum septum_status
add_rows(void *state, const void *rows, uint32_t count, struct septum_error *err)
{
    struct tiff_output *output = state;
    enum septum_status status = SEPTUM_OK;
    const uint8_t *from = rows;

    while (count > 0 && status == SEPTUM_OK) {
        uint32_t room = output->rows - output->held;
        uint32_t some = count < room ? count : room;

        memcpy(output->strip + output->held * output->row_bytes, from,
               some * output->row_bytes);
        from += some * output->row_bytes;
        count -= some;
        output->held += some;
        if (output->held == output->rows)
            status = flush_strip(output, err);
    }
    return status;
}

static enum septum_status
finish_tiff(void *state, struct septum_error *err)
{
    struct tiff_output *output = state;
    enum septum_status status = flush_strip(output, err);

    if (status != SEPTUM_OK)
        return status;
    errno = 0;
    return TIFFWriteDirectory(output->out.tiff) ? spt_tiff_close(&output->out, err)
                                                : spt_tiff_fail(&output->out, "", err);
}

const struct spt_write_format spt_write_format_tiff = {
    .open = open_tiff,
    .rows = add_rows,
    .finish = finish_tiff,
    .release = release_tiff,
};
