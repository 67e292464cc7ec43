/*
 * segment_page.c - see segment_page.h.
 */
#include "api/segment_page.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/segment_cells.h"
#include "base/alloc.h"
#include "image/normalise.h"
#include "image/rows.h"
#include "image/write.h"

/* What the program and its libraries take before any image: 20 MB were measured. */
#define PROCESS_BYTES ((uint64_t)32 << 20)

/* Rows of about so many bytes are shown to the normaliser at a time. */
#define PIECE_BYTES ((uint64_t)4 << 20)

static uint64_t
memory_of(const struct septum_segment_options *options)
{
    return options->memory > 0 ? options->memory : (uint64_t)1 << 30;
}

/* Bytes in MiB, rounded up or down. */
static uint64_t
in_mib(uint64_t bytes, bool up)
{
    return (bytes >> 20) + (up && bytes % ((uint64_t)1 << 20) > 0);
}

enum septum_status
spt_segment_check(const struct septum_segment_options *options,
                  const struct spt_page *page, struct septum_error *err)
{
    if (PROCESS_BYTES + page->reading_bytes < memory_of(options))
        return SEPTUM_OK;
    if (PROCESS_BYTES >= memory_of(options))
        return spt_fail(err, SEPTUM_EINVAL,
                        "the program alone takes %" PRIu64
                        " bytes of memory, and %" PRIu64
                        " are allowed; allow more, such as --memory 256M",
                        PROCESS_BYTES, memory_of(options));
    return spt_fail(err, SEPTUM_EINVAL,
                    "%s: reading it takes %" PRIu64 " bytes at once and the program "
                    "%" PRIu64 ", more than the %" PRIu64 " allowed; save it as TIFF "
                    "in strips or tiles, or allow more",
                    page->path, page->reading_bytes, PROCESS_BYTES, memory_of(options));
}

/* A page on its way. */
struct work {
    const struct spt_segmentation *segmentation;
    const struct spt_page *page;
    struct spt_rows *rows;
    struct spt_normaliser normaliser;
    struct spt_writer *writer[SPT_PRODUCTS]; /* NULL: not wanted, or not yet made */
    struct spt_map map;                      /* to be cut into cells, or empty */
    float *values;                           /* a row of one product, */
    uint8_t *bytes;                          /* as bytes */
};

/* ---- percentiles ----------------------------------------------------------------- */

/* Rows to read at a time: those that are decoded together, but for huge tiles. */
static uint32_t
piece_rows(const struct spt_page *page, uint64_t memory)
{
    uint64_t row_bytes = page->width * sizeof(float);
    uint64_t rows = page->reading_rows;

    if (rows * row_bytes < PIECE_BYTES)
        rows *= PIECE_BYTES / (rows * row_bytes);
    if (rows * row_bytes > memory / 4)
        rows = memory / 4 / row_bytes;
    return rows < 1 ? 1 : rows < page->height ? (uint32_t)rows : page->height;
}

static enum septum_status
show_all(struct work *work, float *piece, uint32_t rows, struct septum_error *err)
{
    const struct spt_page *page = work->page;

    for (uint32_t y = 0; y < page->height; y += rows) {
        uint32_t some = page->height - y < rows ? page->height - y : rows;
        enum septum_status status = spt_rows_read(work->rows, y, some, piece, err);

        if (status == SEPTUM_OK && !spt_watch_alive(&work->segmentation->watch, 0))
            status = spt_fail(err, SEPTUM_ESTOPPED, "stopped");
        if (status != SEPTUM_OK)
            return status;
        spt_normaliser_see(&work->normaliser, piece, (size_t)some * page->width);
    }
    spt_normaliser_pass(&work->normaliser);
    return SEPTUM_OK;
}

static enum septum_status
find_scale(struct work *work, struct septum_error *err)
{
    const struct spt_page *page = work->page;
    uint32_t rows = piece_rows(page, memory_of(work->segmentation->options));
    size_t count = (size_t)rows * page->width;
    float *piece = spt_alloc_array(count, sizeof *piece);
    enum septum_status status = SEPTUM_OK;

    if (piece == NULL)
        return spt_fail_memory(err, page->path, count * sizeof *piece);
    status =
        spt_normaliser_init(&work->normaliser, (size_t)page->height * page->width, err);
    for (int pass = 0; pass < SPT_NORMALISER_PASSES && status == SEPTUM_OK; pass++)
        status = show_all(work, piece, rows, err);
    free(piece);
    return status;
}

/* ---- the streams of the prediction ----------------------------------------------- */

static enum septum_status
give_rows(void *user, uint32_t top, uint32_t count, float *pixels,
          struct septum_error *err)
{
    struct work *work = user;
    enum septum_status status = spt_rows_read(work->rows, top, count, pixels, err);

    if (status == SEPTUM_OK)
        spt_normaliser_apply(&work->normaliser, pixels,
                             (size_t)count * work->page->width);
    return status;
}

static enum septum_status
write_row(struct work *work, size_t product, const float *membrane,
          struct septum_error *err)
{
    bool as_bytes = spt_products[product].kind != SPT_PICTURE_FLOAT_TIFF;
    float threshold = (float)work->segmentation->threshold;

    for (uint32_t x = 0; x < work->page->width; x++)
        work->values[x] = spt_products[product].make(membrane[x], threshold);
    for (uint32_t x = 0; x < work->page->width && as_bytes; x++)
        work->bytes[x] = (uint8_t)work->values[x];
    return spt_writer_rows(work->writer[product],
                           as_bytes ? (const void *)work->bytes : work->values, 1, err);
}

static enum septum_status
take_rows(void *user, uint32_t count, const float *whole, struct septum_error *err)
{
    struct work *work = user;
    const float *membrane = whole;
    enum septum_status status = SEPTUM_OK;

    for (uint32_t y = 0; y < count; y++, membrane += work->page->width)
        for (size_t p = 0; p < SPT_PRODUCTS && status == SEPTUM_OK; p++)
            if (work->writer[p] != NULL)
                status = write_row(work, p, membrane, err);
    if (work->map.membrane != NULL)
        spt_map_add(&work->map, whole, (size_t)count * work->page->width);
    return status;
}

static struct spt_predict_stream
stream_of(struct work *work)
{
    const struct spt_page *page = work->page;
    const uint64_t map_bytes = (uint64_t)page->height * page->width * SPT_MAP_BYTES;

    return (struct spt_predict_stream){
        .name = page->path,
        .height = page->height,
        .width = page->width,
        .taken = PROCESS_BYTES + page->reading_bytes +
                 (uint64_t)page->width * (1 + SPT_PRODUCTS) * sizeof(float) +
                 (work->segmentation->options->cells ? map_bytes : 0),
        .read = give_rows,
        .write = take_rows,
        .user = work,
        .watch = work->segmentation->watch,
    };
}

static enum septum_status
predict_page(struct work *work, struct septum_error *err)
{
    const struct spt_predict_stream stream = stream_of(work);

    return spt_predict_stream(work->segmentation->predictor, &stream, err);
}

enum septum_status
spt_segment_check_cells(const struct spt_segmentation *segmentation,
                        const struct spt_page *page, struct septum_error *err)
{
    struct work work = {.segmentation = segmentation, .page = page};
    const struct spt_predict_stream stream = stream_of(&work);
    uint64_t least = spt_predict_stream_least(segmentation->predictor, &stream);

    if (!segmentation->options->cells || least <= memory_of(segmentation->options))
        return SEPTUM_OK;
    return spt_fail(err, SEPTUM_EINVAL,
                    "%s: cutting its %" PRIu32 " x %" PRIu32 " pixels into cells takes "
                    "%" PRIu64 " MiB of memory at least, and %" PRIu64
                    " are allowed; allow as much, or do without cells",
                    page->path, page->width, page->height, in_mib(least, true),
                    in_mib(memory_of(segmentation->options), false));
}

/* All of the map is there: cut it. */
static enum septum_status
cut_cells(struct work *work, struct septum_error *err)
{
    const struct septum_segment_options *options = work->segmentation->options;
    enum septum_status status = SEPTUM_OK;

    for (size_t p = 0; p < SPT_PRODUCTS && status == SEPTUM_OK; p++) {
        char *path;

        if (spt_products[p].make != NULL || !spt_product_wanted(options, p))
            continue;
        path = spt_product_path(options, work->page, p);
        status = path != NULL
                     ? spt_map_cut(&work->map, work->page, &work->segmentation->rule,
                                   path, options->force, &work->writer[p], err)
                     : spt_fail_memory(err, work->page->path, 1);
        free(path);
    }
    return status;
}

/* ---- a page ---------------------------------------------------------------------- */

static enum septum_status
open_products(struct work *work, struct septum_error *err)
{
    const struct septum_segment_options *options = work->segmentation->options;
    const struct spt_page *page = work->page;
    enum septum_status status = SEPTUM_OK;

    for (size_t p = 0; p < SPT_PRODUCTS && status == SEPTUM_OK; p++) {
        const struct spt_picture picture = {spt_products[p].kind, page->height,
                                            page->width, page->nm_per_pixel};
        char *path;

        if (spt_products[p].make == NULL || !spt_product_wanted(options, p))
            continue;
        path = spt_product_path(options, page, p);
        status = path != NULL ? spt_writer_open(path, &picture, options->force,
                                                &work->writer[p], err)
                              : spt_fail_memory(err, page->path, 1);
        free(path);
    }
    return status;
}

static enum septum_status
do_page(struct work *work, struct septum_error *err)
{
    const struct spt_page *page = work->page;
    enum septum_status status = spt_rows_open(page, &work->rows, err);

    work->values = spt_alloc_array(page->width, sizeof *work->values);
    work->bytes = spt_alloc_array(page->width, 1);
    if (status == SEPTUM_OK && (work->values == NULL || work->bytes == NULL))
        status = spt_fail_memory(err, page->path, page->width * sizeof *work->values);
    if (status == SEPTUM_OK)
        status = find_scale(work, err);
    if (status == SEPTUM_OK)
        status = open_products(work, err);
    if (status == SEPTUM_OK && work->segmentation->options->cells)
        status = spt_map_init(page, &work->map, err);
    if (status == SEPTUM_OK)
        status = predict_page(work, err);
    if (status == SEPTUM_OK)
        status = cut_cells(work, err);
    for (size_t p = 0; p < SPT_PRODUCTS && status == SEPTUM_OK; p++)
        if (work->writer[p] != NULL)
            status = spt_writer_commit(work->writer[p], err);
    return status;
}

enum septum_status
spt_segment_page(const struct spt_segmentation *segmentation,
                 const struct spt_page *page, struct septum_error *err)
{
    struct work work = {.segmentation = segmentation, .page = page};
    enum septum_status status = do_page(&work, err);

    for (size_t p = 0; p < SPT_PRODUCTS; p++)
        spt_writer_free(work.writer[p]);
    spt_rows_close(work.rows);
    spt_normaliser_clear(&work.normaliser);
    spt_map_clear(&work.map);
    free(work.values);
    free(work.bytes);
    return status;
}
