/*
 * reader_png.c - PNG files, through libpng.
 *
 * libpng leaves by longjmp.  So that no local variable is ever at its mercy, all state
 * is in a struct png_input that outlives the jump, and libpng is called only in the
 * `step` functions, which own nothing.
 */
#include "image/reader.h"

#include <inttypes.h>
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "image/input.h"
#include "image/set.h"

/* Deflate shrinks nothing to less than one part in so many. */
#define DEFLATE_RATIO_MAX 1032

struct png_input {
    const char *path;
    struct septum_error *err;
    enum septum_status status; /* once it is not SEPTUM_OK, *err is filled */
    bool starved;              /* libpng was refused memory */
    FILE *file;
    uint64_t size; /* of the file, bytes */
    png_structp png;
    png_infop info;
    struct spt_page found; /* as the header has it */
    int depth;             /* bits a pixel */
    float *pixels;         /* where to */
};

/* ---- what libpng calls ----------------------------------------------------------- */

static PNG_NORETURN void
leave(png_structp png, png_const_charp message)
{
    struct png_input *input = png_get_error_ptr(png);

    if (input->status == SEPTUM_OK && input->starved)
        input->status =
            spt_fail(input->err, SEPTUM_ENOMEM,
                     "%s: there is not enough memory to read it", input->path);
    else if (input->status == SEPTUM_OK)
        input->status =
            spt_fail(input->err, SEPTUM_EFORMAT, "%s: is a damaged PNG file (%s)",
                     input->path, message);
    png_longjmp(png, 1);
}

static void
ignore_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static png_voidp
allocate(png_structp png, png_alloc_size_t bytes)
{
    struct png_input *input = png_get_mem_ptr(png);
    void *block = malloc(bytes);

    if (block == NULL)
        input->starved = true;
    return block;
}

static void
release(png_structp png, png_voidp block)
{
    (void)png;
    free(block);
}

static void
read_bytes(png_structp png, png_bytep at, size_t count)
{
    struct png_input *input = png_get_io_ptr(png);

    if (fread(at, 1, count, input->file) == count)
        return;
    if (ferror(input->file))
        input->status = spt_fail_errno(input->err, input->path);
    else
        input->status = spt_fail(input->err, SEPTUM_EFORMAT,
                                 "%s: is cut short; it ends after %" PRIu64 " bytes",
                                 input->path, input->size);
    png_error(png, "cut short");
}

/* ---- steps, each left by a jump on failure --------------------------------------- */

static PNG_NORETURN void
refuse_colour(struct png_input *input, int colour)
{
    const char *what = colour == PNG_COLOR_TYPE_PALETTE ? "a colour palette"
                       : colour == PNG_COLOR_TYPE_GRAY_ALPHA
                           ? "2 channels (grey and transparency)"
                       : colour == PNG_COLOR_TYPE_RGB ? "3 channels"
                                                      : "4 channels";

    input->status = spt_fail(input->err, SEPTUM_EFORMAT,
                             "%s: has %s; Septum reads grey images, so convert it to "
                             "grey",
                             input->path, what);
    png_error(input->png, "not grey");
}

static void
step_header(struct png_input *input)
{
    png_structp png = input->png;
    uint64_t bytes;
    int colour, unit;
    png_uint_32 across, down;

    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX); /* set.c has its own */
    png_set_read_fn(png, input, read_bytes);
    png_read_info(png, input->info);
    input->found.width = png_get_image_width(png, input->info);
    input->found.height = png_get_image_height(png, input->info);
    input->depth = png_get_bit_depth(png, input->info);
    input->found.white = (1 << input->depth) - 1;
    colour = png_get_color_type(png, input->info);
    if (colour != PNG_COLOR_TYPE_GRAY)
        refuse_colour(input, colour);
    bytes = ((uint64_t)input->found.width * (unsigned)input->depth + 7) / 8 *
            input->found.height;
    if (bytes / DEFLATE_RATIO_MAX > input->size) {
        input->status =
            spt_fail(input->err, SEPTUM_EFORMAT,
                     "%s: claims %" PRIu32 " x %" PRIu32
                     " pixels, more than its %" PRIu64 " bytes can hold",
                     input->path, input->found.width, input->found.height, input->size);
        png_error(png, "too large");
    }
    if (png_get_pHYs(png, input->info, &across, &down, &unit) != 0 &&
        unit == PNG_RESOLUTION_METER && across > 0)
        input->found.nm_per_pixel = spt_input_scale(1e9 / across);
}

/* Turn `count` samples of 1 or 2 bytes, at the start of their row, into floats in
 * place; from the last on, so that none is overwritten before it is read. */
static void
widen_row(float *row, size_t count, bool two_bytes)
{
    const uint8_t *raw = (const uint8_t *)row;

    for (size_t i = count; i-- > 0;)
        row[i] = two_bytes ? (float)(raw[2 * i] << 8 | raw[2 * i + 1]) : (float)raw[i];
}

static void
step_pixels(struct png_input *input)
{
    png_structp png = input->png;
    size_t width = input->found.width;
    int passes;

    png_set_packing(png); /* a byte for each pixel of 1, 2 or 4 bits, unscaled */
    passes = png_set_interlace_handling(png);
    png_read_update_info(png, input->info);
    while (passes-- > 0)
        for (uint32_t y = 0; y < input->found.height; y++)
            png_read_row(png, (png_bytep)(input->pixels + y * width), NULL);
    png_read_end(png, NULL);
    for (uint32_t y = 0; y < input->found.height; y++)
        widen_row(input->pixels + y * width, width, input->depth == 16);
}

static enum septum_status
take_step(struct png_input *input, void (*step)(struct png_input *input))
{
    if (setjmp(png_jmpbuf(input->png)) == 0)
        step(input);
    return input->status;
}

/* ---- the reader ------------------------------------------------------------------ */

static void
close_input(struct png_input *input)
{
    if (input->png != NULL)
        png_destroy_read_struct(&input->png, &input->info, NULL);
    if (input->file != NULL)
        fclose(input->file);
}

/* Open a file and read its header.  close_input() follows in any case. */
static enum septum_status
open_input(struct png_input *input, const char *path, struct septum_error *err)
{
    int file;

    *input = (struct png_input){.path = path, .err = err};
    input->status = spt_input_open(path, &file, &input->size, err);
    if (input->status != SEPTUM_OK)
        return input->status;
    input->file = fdopen(file, "rb");
    if (input->file == NULL) {
        input->status = spt_fail_errno(err, path);
        close(file);
        return input->status;
    }
    input->png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, input, leave,
                                          ignore_warning, input, allocate, release);
    if (input->png != NULL)
        input->info = png_create_info_struct(input->png);
    if (input->info == NULL) {
        input->status = spt_fail(err, SEPTUM_ENOMEM,
                                 "%s: there is not enough memory to read it", path);
        return input->status;
    }
    return take_step(input, step_header);
}

static bool
recognise_png(const uint8_t *start, size_t count)
{
    static const uint8_t signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    return count >= sizeof signature && memcmp(start, signature, sizeof signature) == 0;
}

static enum septum_status
list_png(const char *path,
         enum septum_status (*add)(void *user, const struct spt_page *page,
                                   struct septum_error *err),
         void *user, struct septum_error *err)
{
    struct png_input input;
    enum septum_status status = open_input(&input, path, err);

    if (status == SEPTUM_OK)
        status = add(user, &input.found, err);
    close_input(&input);
    return status;
}

static enum septum_status
read_png(const struct spt_page *page, float *pixels, struct septum_error *err)
{
    struct png_input input;
    enum septum_status status = open_input(&input, page->path, err);

    if (status == SEPTUM_OK &&
        (input.found.height != page->height || input.found.width != page->width))
        status =
            spt_fail(err, SEPTUM_EFORMAT,
                     "%s: now has %" PRIu32 " x %" PRIu32 " pixels, but had %" PRIu32
                     " x %" PRIu32 " a moment ago; something is changing it",
                     page->path, input.found.width, input.found.height, page->width,
                     page->height);
    if (status == SEPTUM_OK) {
        input.pixels = pixels;
        status = take_step(&input, step_pixels);
    }
    close_input(&input);
    return status;
}

const struct spt_reader spt_reader_png = {
    .format = "PNG",
    .recognise = recognise_png,
    .list = list_png,
    .read = read_png,
};
