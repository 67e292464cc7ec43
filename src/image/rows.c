/*
 * rows.c - see rows.h.
 */
#include "image/rows.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "image/finite.h"
#include "image/input.h"
#include "image/reader.h"

struct spt_rows {
    const struct spt_page *page;
    void *state; /* the reader's */
};

enum septum_status
spt_rows_open(const struct spt_page *page, struct spt_rows **out,
              struct septum_error *err)
{
    enum septum_status status;
    struct spt_rows *rows = spt_alloc_array(1, sizeof *rows);

    *out = NULL;
    if (rows == NULL)
        return spt_fail_memory(err, page->path, sizeof *rows);
    rows->page = page;
    status = page->reader->open(page, &rows->state, err);
    if (status != SEPTUM_OK) {
        free(rows);
        return status;
    }
    *out = rows;
    return SEPTUM_OK;
}

void
spt_rows_close(struct spt_rows *rows)
{
    if (rows == NULL)
        return;
    rows->page->reader->close(rows->state);
    free(rows);
}

enum septum_status
spt_rows_read(struct spt_rows *rows, uint32_t top, uint32_t count, float *pixels,
              struct septum_error *err)
{
    const struct spt_page *page = rows->page;
    struct spt_finite_fault fault;
    enum septum_status status =
        page->reader->read(rows->state, top, count, pixels, err);

    if (status != SEPTUM_OK)
        return status;
    if (!spt_finite_check(pixels, top, count, page->width, &fault))
        return spt_fail(err, SEPTUM_EFORMAT, "%s%s: %s", page->path,
                        spt_input_page_text(page->index).text, fault.text);
    return SEPTUM_OK;
}
