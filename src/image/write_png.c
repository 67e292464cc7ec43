/*
 * write_png.c - pictures as PNG, through libpng; see write.h and write_format.h.
 *
 * As in reader_png.c, all state is in a struct that outlives libpng's longjmp.
 */
#include <inttypes.h>
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "image/write_format.h"

struct png_output {
    uint32_t height, width;
    int channels, bits;
    bool quickly;
    const uint8_t *rows; /* to be written next, */
    uint32_t count;      /* so many */
    const char *path;    /* for messages; NULL in memory */
    FILE *file;          /* where to; NULL: into `bytes` */
    png_structp png;
    png_infop info;
    struct spt_bytes bytes;
    bool starved; /* memory ran out */
    struct septum_error *err;
    enum septum_status status;
};

static PNG_NORETURN void
leave(png_structp png, png_const_charp message)
{
    struct png_output *output = png_get_error_ptr(png);

    if (output->status != SEPTUM_OK) { /* said already */
        png_longjmp(png, 1);
    }
    if (output->starved)
        output->status = spt_fail(output->err, SEPTUM_ENOMEM,
                                  "a PNG picture of %" PRIu32 " x %" PRIu32
                                  " pixels needs more memory than there is",
                                  output->width, output->height);
    else
        output->status = spt_fail(output->err, SEPTUM_EINVAL,
                                  "no PNG picture of %" PRIu32 " x %" PRIu32
                                  " pixels can be made (%s)",
                                  output->width, output->height, message);
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
    struct png_output *output = png_get_mem_ptr(png);
    void *block = malloc(bytes);

    if (block == NULL)
        output->starved = true;
    return block;
}

static void
release(png_structp png, png_voidp block)
{
    (void)png;
    free(block);
}

static void
append_bytes(png_structp png, png_bytep data, size_t count)
{
    struct png_output *output = png_get_io_ptr(png);

    if (spt_bytes_append(&output->bytes, data, count))
        return;
    output->starved = true;
    png_error(png, "no memory");
}

static void
write_bytes(png_structp png, png_bytep data, size_t count)
{
    struct png_output *output = png_get_io_ptr(png);

    if (fwrite(data, 1, count, output->file) == count)
        return;
    output->status = spt_fail_errno(output->err, output->path);
    png_error(png, "not written");
}

static void
flush_nothing(png_structp png)
{
    (void)png;
}

/* ---- steps, each left by a jump on failure and owning nothing -------------------- */

static void
step_begin(struct png_output *output)
{
    png_structp png = output->png;

    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_write_fn(png, output, output->file != NULL ? write_bytes : append_bytes,
                     flush_nothing);
    if (output->quickly) {
        png_set_compression_level(png, 1);
        png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
    }
    png_set_IHDR(png, output->info, output->width, output->height, output->bits,
                 output->channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, output->info);
    if (output->bits == 16 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
        png_set_swap(png);
}

static void
step_rows(struct png_output *output)
{
    size_t row_bytes =
        (size_t)output->width * (size_t)output->channels * (size_t)(output->bits / 8);

    for (; output->count > 0; output->count--, output->rows += row_bytes)
        png_write_row(output->png, output->rows);
}

static void
step_end(struct png_output *output)
{
    png_write_end(output->png, output->info);
}

static enum septum_status
take_step(struct png_output *output, void (*step)(struct png_output *output))
{
    if (setjmp(png_jmpbuf(output->png)) == 0)
        step(output);
    return output->status;
}

static void
clear_output(struct png_output *output)
{
    if (output->png != NULL)
        png_destroy_write_struct(&output->png, &output->info);
}

/* Begin a picture whose sizes and place are set.  clear_output() follows in any
 * case. */
static enum septum_status
begin_picture(struct png_output *output)
{
    output->png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, output, leave,
                                            ignore_warning, output, allocate, release);
    if (output->png != NULL)
        output->info = png_create_info_struct(output->png);
    return output->info != NULL
               ? take_step(output, step_begin)
               : spt_fail_memory(output->err, "a PNG picture", sizeof *output);
}

static enum septum_status
encode(struct png_output output, struct spt_bytes *out, struct septum_error *err)
{
    enum septum_status status;

    output.err = err;
    output.count = output.height;
    status = begin_picture(&output);
    if (status == SEPTUM_OK)
        status = take_step(&output, step_rows);
    if (status == SEPTUM_OK)
        status = take_step(&output, step_end);
    clear_output(&output);
    if (status == SEPTUM_OK)
        *out = output.bytes;
    else
        spt_bytes_clear(&output.bytes);
    return status;
}

enum septum_status
spt_encode_png(const uint8_t *pixels, uint32_t height, uint32_t width, int channels,
               struct spt_bytes *out, struct septum_error *err)
{
    const struct png_output output = {.rows = pixels,
                                      .height = height,
                                      .width = width,
                                      .channels = channels,
                                      .bits = 8};

    if (channels != 1 && channels != 3)
        return spt_fail(err, SEPTUM_EINVAL, "a PNG picture has 1 channel or 3, not %d",
                        channels);
    return encode(output, out, err);
}

enum septum_status
spt_encode_png_quickly(const uint8_t *pixels, uint32_t height, uint32_t width,
                       struct spt_bytes *out, struct septum_error *err)
{
    const struct png_output output = {.rows = pixels,
                                      .height = height,
                                      .width = width,
                                      .channels = 1,
                                      .bits = 8,
                                      .quickly = true};

    return encode(output, out, err);
}

enum septum_status
spt_write_png(const char *path, const uint8_t *pixels, uint32_t height, uint32_t width,
              int channels, bool force, struct septum_error *err)
{
    struct spt_bytes bytes = {0};
    enum septum_status status =
        spt_encode_png(pixels, height, width, channels, &bytes, err);

    if (status == SEPTUM_OK)
        status = spt_file_write(path, bytes.at, bytes.count, force, err);
    spt_bytes_clear(&bytes);
    return status;
}

enum septum_status
spt_write_png_numbers(const char *path, const uint16_t *numbers, uint32_t height,
                      uint32_t width, bool force, struct septum_error *err)
{
    const struct png_output output = {.rows = (const uint8_t *)numbers,
                                      .height = height,
                                      .width = width,
                                      .channels = 1,
                                      .bits = 16};
    struct spt_bytes bytes = {0};
    enum septum_status status = encode(output, &bytes, err);

    if (status == SEPTUM_OK)
        status = spt_file_write(path, bytes.at, bytes.count, force, err);
    spt_bytes_clear(&bytes);
    return status;
}

/* ---- row by row ------------------------------------------------------------------ */

static void
release_png(void *state)
{
    struct png_output *output = state;

    clear_output(output);
    if (output->file != NULL)
        fclose(output->file);
    free(output);
}

static enum septum_status
open_png(const char *temporary, const char *path, const struct spt_picture *picture,
         void **state, struct septum_error *err)
{
    struct png_output *output = spt_alloc_array(1, sizeof *output);
    enum septum_status status;

    if (output == NULL)
        return spt_fail_memory(err, path, sizeof *output);
    *output = (struct png_output){
        .height = picture->height,
        .width = picture->width,
        .channels = 1,
        .bits = 8,
        .path = path,
        .file = fopen(temporary, "wbe"),
        .err = err,
    };
    status = output->file != NULL ? begin_picture(output) : spt_fail_errno(err, path);
    if (status != SEPTUM_OK) {
        release_png(output);
        return status;
    }
    *state = output;
    return SEPTUM_OK;
}

static enum septum_status
add_rows(void *state, const void *rows, uint32_t count, struct septum_error *err)
{
    struct png_output *output = state;

    output->err = err;
    output->rows = rows;
    output->count = count;
    return take_step(output, step_rows);
}

static enum septum_status
finish_png(void *state, struct septum_error *err)
{
    struct png_output *output = state;
    enum septum_status status;
    FILE *file;

    output->err = err;
    status = take_step(output, step_end);
    file = output->file;
    output->file = NULL;
    if (fclose(file) != 0 && status == SEPTUM_OK)
        status = spt_fail_errno(err, output->path);
    return status;
}

const struct spt_write_format spt_write_format_png = {
    .open = open_png,
    .rows = add_rows,
    .finish = finish_png,
    .release = release_png,
};
