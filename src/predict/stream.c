/*
 * stream.c - an image that comes row by row.
 *
 * It passes through a band: the rows that one row of tiles sees.  Bands overlap; what
 * the next one needs of the last one is moved up, so that no row is read twice.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/whole.h"
#include "predict/tiles.h"

/* Move the band on to what the tiles that begin at row `top` see. */
static enum septum_status
advance(const struct spt_predictor *predictor, const struct spt_predict_stream *stream,
        uint32_t top, float *pixels, struct spt_band *band, uint32_t *end,
        struct septum_error *err)
{
    uint32_t margin = spt_tiles_margin(predictor), from = *end;
    uint32_t first = top > margin ? top - margin : 0;
    size_t width = stream->width;

    *end = spt_least((uint64_t)top + predictor->tile + margin, stream->height);
    memmove(pixels, pixels + (first - band->first) * width,
            (from - first) * width * sizeof *pixels);
    band->first = first;
    if (from == *end) /* the last band needs no more than the one before it */
        return SEPTUM_OK;
    return stream->read(stream->user, from, *end - from,
                        pixels + (from - first) * width, err);
}

static enum septum_status
predict_bands(struct spt_predictor *predictor, struct spt_predict_job *job,
              const struct spt_predict_stream *stream, float *pixels, float *membrane,
              struct septum_error *err)
{
    uint32_t height = stream->height, tile = predictor->tile, end = 0;
    struct spt_band band = {.pixels = pixels, .height = height, .width = stream->width};
    enum septum_status status = SEPTUM_OK;

    for (uint32_t y = 0; y < height && status == SEPTUM_OK; y += tile) {
        status = advance(predictor, stream, spt_tiles_begin(predictor, y, height),
                         pixels, &band, &end, err);
        if (status == SEPTUM_OK)
            status = spt_tiles_row(predictor, job, &band, y, membrane, err);
        if (status == SEPTUM_OK)
            status =
                stream->write(stream->user, spt_least(height - y, tile), membrane, err);
    }
    return status;
}

static struct spt_predict_job
job_of(const struct spt_predictor *predictor, const struct spt_predict_stream *stream)
{
    return (struct spt_predict_job){.name = stream->name,
                                    .height = stream->height,
                                    .width = stream->width,
                                    .every = 1,
                                    .streamed = true,
                                    .taken = stream->taken,
                                    .average = predictor->options.average,
                                    .watch = stream->watch};
}

uint64_t
spt_predict_stream_least(const struct spt_predictor *predictor,
                         const struct spt_predict_stream *stream)
{
    struct spt_predict_job job = job_of(predictor, stream);

    return spt_tiles_least(predictor, &job);
}

enum septum_status
spt_predict_stream(struct spt_predictor *predictor,
                   const struct spt_predict_stream *stream, struct septum_error *err)
{
    struct spt_predict_job job = job_of(predictor, stream);
    enum septum_status status = spt_tiles_prepare(predictor, &job, err);
    float *pixels, *membrane;
    uint64_t seen, found;

    if (status != SEPTUM_OK)
        return status;
    seen = spt_tiles_seen(predictor, &job, predictor->tile);
    found = spt_tiles_found(&job, predictor->tile);
    pixels = spt_alloc_array(seen, sizeof *pixels);
    membrane = spt_alloc_array(found, sizeof *membrane);
    status = pixels != NULL && membrane != NULL
                 ? predict_bands(predictor, &job, stream, pixels, membrane, err)
                 : spt_fail_memory(err, "prediction", (seen + found) * sizeof *pixels);
    free(pixels);
    free(membrane);
    return status;
}
