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

#include "base/alloc.h"
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
    bool interlaced;
    uint8_t *image;      /* of an interlaced file: all its samples */
    uint32_t next;       /* row to be decoded; the height when all are */
    uint32_t top, count; /* rows wanted, */
    float *pixels;       /* and where to */
};

static size_t
sample_bytes(const struct png_input *input)
{
    return input->depth == 16 ? 2 : 1;
}

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
    input->interlaced = png_get_interlace_type(png, input->info) != PNG_INTERLACE_NONE;
    input->found.reading_rows = 1;
    input->found.reading_bytes =
        sample_bytes(input) * input->found.width *
        (input->interlaced ? (uint64_t)input->found.height : 1);
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
step_begin(struct png_input *input)
{
    png_set_packing(input->png); /* a byte for each pixel of 1, 2 or 4 bits, unscaled */
    png_set_interlace_handling(input->png);
    png_read_update_info(input->png, input->info);
}

/* Decode all of an interlaced file, whose rows come in seven passes. */
static void
step_image(struct png_input *input)
{
    size_t row_bytes = sample_bytes(input) * input->found.width;

    for (int pass = 0; pass < PNG_INTERLACE_ADAM7_PASSES; pass++)
        for (uint32_t y = 0; y < input->found.height; y++)
            png_read_row(input->png, input->image + y * row_bytes, NULL);
    png_read_end(input->png, NULL);
    input->next = input->found.height;
}

/* Decode as far as the last row that is wanted. */
static void
step_rows(struct png_input *input)
{
    size_t width = input->found.width;

    for (; input->next < input->top + input->count; input->next++) {
        bool wanted = input->next >= input->top;
        float *row = wanted ? input->pixels + (input->next - input->top) * width : NULL;

        png_read_row(input->png, (png_bytep)row, NULL);
        if (wanted)
            widen_row(row, width, input->depth == 16);
    }
    if (input->count > 0 && input->next == input->found.height)
        png_read_end(input->png, NULL);
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
    free(input->image);
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

/* Open the file of `page` again and stand before its first row. */
static enum septum_status
begin_page(struct png_input *input, const struct spt_page *page,
           struct septum_error *err)
{
    enum septum_status status = open_input(input, page->path, err);

    if (status == SEPTUM_OK &&
        (input->found.height != page->height || input->found.width != page->width))
        status =
            spt_fail(err, SEPTUM_EFORMAT,
                     "%s: now has %" PRIu32 " x %" PRIu32 " pixels, but had %" PRIu32
                     " x %" PRIu32 " a moment ago; something is changing it",
                     page->path, input->found.width, input->found.height, page->width,
                     page->height);
    return status == SEPTUM_OK ? take_step(input, step_begin) : status;
}

struct reading {
    struct png_input input;
    const struct spt_page *page;
};

static void
close_page(void *state)
{
    struct reading *reading = state;

    close_input(&reading->input);
    free(reading);
}

static enum septum_status
open_page(const struct spt_page *page, void **state, struct septum_error *err)
{
    struct reading *reading = spt_alloc_array(1, sizeof *reading);
    enum septum_status status;

    if (reading == NULL)
        return spt_fail_memory(err, page->path, sizeof *reading);
    reading->page = page;
    status = begin_page(&reading->input, page, err);
    if (status != SEPTUM_OK) {
        close_page(reading);
        return status;
    }
    *state = reading;
    return SEPTUM_OK;
}

static enum septum_status
read_interlaced(struct png_input *input, struct septum_error *err)
{
    size_t width = input->found.width, row_bytes = sample_bytes(input) * width;

    if (input->image == NULL) {
        enum septum_status status;

        input->image = spt_alloc_array(input->found.height, row_bytes);
        if (input->image == NULL)
            return spt_fail_memory(err, input->path, input->found.height * row_bytes);
        status = take_step(input, step_image);
        if (status != SEPTUM_OK)
            return status;
    }
    for (size_t y = 0; y < input->count; y++) {
        float *row = input->pixels + y * width;

        memcpy(row, input->image + (input->top + y) * row_bytes, row_bytes);
        widen_row(row, width, input->depth == 16);
    }
    return SEPTUM_OK;
}

static enum septum_status
read_page(void *state, uint32_t top, uint32_t count, float *pixels,
          struct septum_error *err)
{
    struct reading *reading = state;
    struct png_input *input = &reading->input;
    enum septum_status status = input->status;

    if (status == SEPTUM_OK && !input->interlaced && top < input->next) {
        close_input(input);
        status = begin_page(input, reading->page, err);
    }
    if (status != SEPTUM_OK)
        return status;
    input->err = err;
    input->top = top;
    input->count = count;
    input->pixels = pixels;
    return input->interlaced ? read_interlaced(input, err)
                             : take_step(input, step_rows);
}

const struct spt_reader spt_reader_png = {
    .format = "PNG",
    .recognise = recognise_png,
    .list = list_png,
    .open = open_page,
    .read = read_page,
    .close = close_page,
};
