/*
 * writer.c - pictures that come row by row; see write.h.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "image/write_format.h"

struct spt_writer {
    const struct spt_write_format *format;
    void *state; /* the format's, or NULL */
    struct spt_output output;
    bool force;
    uint32_t missing; /* rows */
};

static const struct spt_write_format *const formats[] = {
    [SPT_PICTURE_FLOAT_TIFF] = &spt_write_format_tiff,
    [SPT_PICTURE_BYTE_TIFF] = &spt_write_format_tiff,
    [SPT_PICTURE_SHORT_TIFF] = &spt_write_format_tiff,
    [SPT_PICTURE_LONG_TIFF] = &spt_write_format_tiff,
    [SPT_PICTURE_BYTE_PNG] = &spt_write_format_png,
};

enum septum_status
spt_writer_open(const char *path, const struct spt_picture *picture, bool force,
                struct spt_writer **out, struct septum_error *err)
{
    struct spt_writer *writer;
    enum septum_status status;

    *out = NULL;
    if (picture->height == 0 || picture->width == 0) {
        spt_fail(err, SEPTUM_EINVAL, "%s: an image without pixels is not written",
                 path);
        return SEPTUM_EINVAL;
    }
    writer = spt_alloc_array(1, sizeof *writer);
    if (writer == NULL)
        return spt_fail_memory(err, path, sizeof *writer);
    writer->format = formats[picture->kind];
    writer->force = force;
    writer->missing = picture->height;
    status = spt_output_begin(path, force, &writer->output, err);
    if (status == SEPTUM_OK)
        status = writer->format->open(writer->output.temporary, writer->output.final,
                                      picture, &writer->state, err);
    if (status != SEPTUM_OK) {
        spt_writer_free(writer);
        return status;
    }
    *out = writer;
    return SEPTUM_OK;
}

enum septum_status
spt_writer_rows(struct spt_writer *writer, const void *rows, uint32_t count,
                struct septum_error *err)
{
    assert(count <= writer->missing);
    writer->missing -= count;
    return writer->format->rows(writer->state, rows, count, err);
}

enum septum_status
spt_writer_commit(struct spt_writer *writer, struct septum_error *err)
{
    enum septum_status status;

    assert(writer->missing == 0);
    status = writer->format->finish(writer->state, err);
    return status == SEPTUM_OK ? spt_output_commit(&writer->output, writer->force, err)
                               : status;
}

void
spt_writer_free(struct spt_writer *writer)
{
    if (writer == NULL)
        return;
    if (writer->state != NULL)
        writer->format->release(writer->state);
    spt_output_abandon(&writer->output);
    free(writer);
}
