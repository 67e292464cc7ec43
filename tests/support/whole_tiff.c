/*
 * whole_tiff.c - see whole_tiff.h.
 */
#include "support/whole_tiff.h"

static enum septum_status
write_whole(const char *path, const struct spt_picture *picture, const void *pixels,
            bool force, struct septum_error *err)
{
    struct spt_writer *writer;
    enum septum_status status = spt_writer_open(path, picture, force, &writer, err);

    if (status == SEPTUM_OK)
        status = spt_writer_rows(writer, pixels, picture->height, err);
    if (status == SEPTUM_OK)
        status = spt_writer_commit(writer, err);
    spt_writer_free(writer);
    return status;
}

enum septum_status
whole_tiff_floats(const char *path, const float *pixels, uint32_t height,
                  uint32_t width, double nm_per_pixel, bool force,
                  struct septum_error *err)
{
    const struct spt_picture picture = {SPT_PICTURE_FLOAT_TIFF, height, width,
                                        nm_per_pixel};

    return write_whole(path, &picture, pixels, force, err);
}

enum septum_status
whole_tiff_bytes(const char *path, const uint8_t *pixels, uint32_t height,
                 uint32_t width, double nm_per_pixel, bool force,
                 struct septum_error *err)
{
    const struct spt_picture picture = {SPT_PICTURE_BYTE_TIFF, height, width,
                                        nm_per_pixel};

    return write_whole(path, &picture, pixels, force, err);
}
