/*
 * craft.c - see craft.h.
 */
#include "image/craft.h"

#include <fcntl.h>
#include <png.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tiffio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/random.h"
#include "support/scratch.h"

/* No picture made here is larger; what claims to be is not read in full. */
#define READ_PIXELS_MAX 1000000

static void
give_up(const char *path)
{
    fprintf(stderr, "%s: cannot be made\n", path);
    exit(1);
}

/* The path of a file that is not there.  Some file systems wait for the disk when a
 * file is overwritten, but not when it is new. */
static const char *
new_path(const char *name)
{
    const char *path = scratch_path(name);

    unlink(path);
    return path;
}

/* ---- files ----------------------------------------------------------------------- */

const char *
craft_png(const char *name, const struct craft_png *make)
{
    static const uint8_t nothing[] = {0x78, 0x9c}; /* the start of a deflate stream */
    const char *path = new_path(name);
    FILE *file = fopen(path, "wb");
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png != NULL ? png_create_info_struct(png) : NULL;
    int passes;

    if (file == NULL || info == NULL || setjmp(png_jmpbuf(png)) != 0)
        give_up(path);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_init_io(png, file);
    png_set_IHDR(png, info, make->width, make->height, make->depth, make->colour,
                 make->interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (make->colour == PNG_COLOR_TYPE_PALETTE) {
        png_color palette[2] = {{0, 0, 0}, {255, 0, 0}};

        png_set_PLTE(png, info, palette, 2);
    }
    if (make->pixels_per_metre > 0)
        png_set_pHYs(png, info, make->pixels_per_metre, make->pixels_per_metre,
                     PNG_RESOLUTION_METER);
    png_write_info(png, info);
    if (make->header_only) {
        png_write_chunk(png, (png_const_bytep) "IDAT", nothing, sizeof nothing);
    } else {
        passes = png_set_interlace_handling(png);
        while (passes-- > 0)
            for (uint32_t y = 0; y < make->height; y++)
                png_write_row(png, make->rows[y]);
        png_write_end(png, info);
    }
    png_destroy_write_struct(&png, &info);
    if (fclose(file) != 0)
        give_up(path);
    return path;
}

static uint16_t
either(uint16_t value, uint16_t otherwise)
{
    return value != 0 ? value : otherwise;
}

static size_t
count_bytes(const struct craft_tiff *page, size_t pixels)
{
    return (pixels * either(page->channels, 1) * either(page->bits, 8) + 7) / 8;
}

static bool
write_tiles(TIFF *tiff, const struct craft_tiff *page)
{
    size_t tile_row = count_bytes(page, page->tile),
           row = count_bytes(page, page->width);
    uint8_t *tile = calloc(page->tile, tile_row);
    const uint8_t *pixels = page->pixels;

    for (uint32_t y = 0; y < page->height; y += page->tile) {
        for (uint32_t x = 0; x < page->width; x += page->tile) {
            size_t left = count_bytes(page, x);

            memset(tile, 0x5a, page->tile * tile_row);
            for (uint32_t i = 0; i < page->tile && y + i < page->height; i++)
                memcpy(tile + i * tile_row, pixels + (y + i) * row + left,
                       row - left < tile_row ? row - left : tile_row);
            if (TIFFWriteTile(tiff, tile, x, y, 0, 0) < 0)
                return false;
        }
    }
    free(tile);
    return true;
}

static bool
write_lines(TIFF *tiff, const struct craft_tiff *page)
{
    size_t row = count_bytes(page, page->width);
    uint8_t *line = malloc(row);

    for (uint32_t y = 0; y < page->height; y++) {
        memcpy(line, (const uint8_t *)page->pixels + y * row, row);
        if (TIFFWriteScanline(tiff, line, y, 0) < 0)
            return false;
    }
    free(line);
    return true;
}

static bool
write_page(TIFF *tiff, const struct craft_tiff *page)
{
    static uint16_t ramp[256];

    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, page->width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, page->height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, either(page->bits, 8));
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, either(page->channels, 1));
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, either(page->format, SAMPLEFORMAT_UINT));
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, page->photometric);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION,
                 either(page->compression, COMPRESSION_NONE));
    if (page->photometric == PHOTOMETRIC_PALETTE)
        TIFFSetField(tiff, TIFFTAG_COLORMAP, ramp, ramp, ramp);
    if (page->subfile != 0)
        TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, page->subfile);
    if (page->description != NULL)
        TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, page->description);
    if (page->resolution > 0)
        TIFFSetField(tiff, TIFFTAG_XRESOLUTION, (double)page->resolution);
    if (page->unit != 0)
        TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, page->unit);
    if (page->tile > 0) {
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, page->tile);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, page->tile);
        return write_tiles(tiff, page) && TIFFWriteDirectory(tiff);
    }
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP,
                 page->rows_per_strip > 0 ? page->rows_per_strip : page->height);
    return write_lines(tiff, page) && TIFFWriteDirectory(tiff);
}

const char *
craft_tiff(const char *name, const char *mode, const struct craft_tiff *pages,
           size_t count)
{
    const char *path = new_path(name);
    TIFF *tiff = TIFFOpen(path, mode);

    if (tiff == NULL)
        give_up(path);
    for (size_t i = 0; i < count; i++)
        if (!write_page(tiff, &pages[i]))
            give_up(path);
    TIFFClose(tiff);
    return path;
}

/* ---- reading them ---------------------------------------------------------------- */

static void
assert_names_path(const struct septum_error *err, const char *path)
{
    if (strncmp(err->text, path, strlen(path)) != 0 || err->text[strlen(path)] == '\0')
        fail_msg("\"%s\" does not begin with %s", err->text, path);
}

struct spt_set
craft_open(const char *path)
{
    struct spt_set set = {0};
    struct septum_error err = {0};

    if (spt_set_open(&path, 1, &set, &err) != SEPTUM_OK)
        fail_msg("%s", err.text);
    return set;
}

const char *
craft_refusal(const char *path, enum septum_status status)
{
    static struct septum_error err;
    struct spt_set set = {0};

    err = (struct septum_error){0};
    assert_int_equal(spt_set_open(&path, 1, &set, &err), status);
    assert_int_equal(err.status, status);
    assert_null(set.pages);
    assert_int_equal(set.count, 0);
    assert_names_path(&err, path);
    return err.text + strlen(path);
}

const char *
craft_read_refusal(const struct spt_set *set, enum septum_status status)
{
    static struct septum_error err;
    const struct spt_page *page = &set->pages[0];
    float *pixels = calloc((size_t)page->height * page->width, sizeof *pixels);

    err = (struct septum_error){0};
    assert_non_null(pixels);
    assert_int_equal(spt_page_read(page, pixels, &err), status);
    assert_int_equal(err.status, status);
    assert_names_path(&err, page->path);
    free(pixels);
    return err.text + strlen(page->path);
}

float *
craft_read(const struct spt_set *set, size_t index)
{
    const struct spt_page *page = &set->pages[index];
    float *pixels = calloc((size_t)page->height * page->width, sizeof *pixels);
    struct septum_error err = {0};

    assert_in_range(index, 0, set->count - 1);
    assert_non_null(pixels);
    if (spt_page_read(page, pixels, &err) != SEPTUM_OK)
        fail_msg("%s", err.text);
    return pixels;
}

static bool
try_page(const struct spt_page *page, const char *path)
{
    size_t count = (size_t)page->height * page->width;
    struct septum_error err = {0};
    enum septum_status status;
    float *pixels;

    if (count > READ_PIXELS_MAX)
        return true;
    pixels = malloc(count * sizeof *pixels);
    assert_non_null(pixels);
    status = spt_page_read(page, pixels, &err);
    free(pixels);
    if (status != SEPTUM_OK)
        assert_names_path(&err, path);
    return status == SEPTUM_OK;
}

bool
craft_try(const void *bytes, size_t count)
{
    const char *path;
    struct spt_set set = {0};
    struct septum_error err = {0};
    bool fine;

    new_path("tried");
    path = scratch_write("tried", bytes, count);
    fine = spt_set_open(&path, 1, &set, &err) == SEPTUM_OK;
    if (!fine)
        assert_names_path(&err, path);
    for (size_t i = 0; i < set.count; i++)
        fine = try_page(&set.pages[i], path) && fine;
    spt_set_clear(&set);
    return fine;
}

/* ---- silence --------------------------------------------------------------------- */

static int standard_error = -1;

void
craft_mute(void)
{
    int file = open(scratch_path("stderr"), O_WRONLY | O_CREAT | O_TRUNC, 0600);

    fflush(stderr);
    standard_error = dup(STDERR_FILENO);
    if (file < 0 || standard_error < 0 || dup2(file, STDERR_FILENO) < 0)
        give_up("stderr");
    close(file);
}

size_t
craft_unmute(void)
{
    struct stat about;

    fflush(stderr);
    if (fstat(STDERR_FILENO, &about) != 0 || dup2(standard_error, STDERR_FILENO) < 0)
        give_up("stderr");
    close(standard_error);
    return (size_t)about.st_size;
}

void
craft_torture(const char *path, size_t step, int changes)
{
    struct spt_bytes bytes = {0};
    struct spt_random random;

    assert_int_equal(spt_file_read(path, READ_PIXELS_MAX, &bytes, NULL), SEPTUM_OK);
    assert_true(craft_try(bytes.at, bytes.count));
    craft_mute();
    for (size_t count = 0; count < bytes.count; count += step)
        craft_try(bytes.at, count);
    spt_random_init(&random, 1, 1);
    for (int i = 0; i < changes; i++) {
        size_t at = (size_t)spt_random_below(&random, bytes.count);
        uint8_t kept = bytes.at[at];

        bytes.at[at] = (uint8_t)spt_random_bits(&random);
        craft_try(bytes.at, bytes.count);
        bytes.at[at] = kept;
    }
    assert_int_equal(craft_unmute(), 0);
    spt_bytes_clear(&bytes);
}
