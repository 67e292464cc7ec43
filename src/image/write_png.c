/*
 * write_png.c - pictures as PNG, through libpng; see write.h.
 *
 * As in reader_png.c, all state is in a struct that outlives libpng's longjmp.
 */
#include "image/write.h"

#include <inttypes.h>
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>

struct png_output {
    const uint8_t *pixels;
    uint32_t height, width;
    int channels, bits;
    bool quickly;
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
flush_nothing(png_structp png)
{
    (void)png;
}

/* Left by a jump on failure; owns nothing. */
static void
step_encode(struct png_output *output)
{
    png_structp png = output->png;
    size_t row_bytes =
        (size_t)output->width * (size_t)output->channels * (size_t)(output->bits / 8);

    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_write_fn(png, output, append_bytes, flush_nothing);
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
    for (uint32_t y = 0; y < output->height; y++)
        png_write_row(png, output->pixels + y * row_bytes);
    png_write_end(png, output->info);
}

static enum septum_status
take_step(struct png_output *output)
{
    if (setjmp(png_jmpbuf(output->png)) == 0)
        step_encode(output);
    return output->status;
}

static enum septum_status
encode(struct png_output output, struct spt_bytes *out, struct septum_error *err)
{
    enum septum_status status = SEPTUM_ENOMEM;

    output.err = err;
    output.png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, &output, leave,
                                           ignore_warning, &output, allocate, release);
    if (output.png != NULL)
        output.info = png_create_info_struct(output.png);
    if (output.info != NULL)
        status = take_step(&output);
    else
        spt_fail_memory(err, "a PNG picture", sizeof output);
    if (output.png != NULL)
        png_destroy_write_struct(&output.png, &output.info);
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
    const struct png_output output = {.pixels = pixels,
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
    const struct png_output output = {.pixels = pixels,
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
    const struct png_output output = {.pixels = (const uint8_t *)numbers,
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
