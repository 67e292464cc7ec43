/*
 * rows.h - the pixels of a page some rows at a time, for pages larger than memory.
 */
#ifndef SEPTUM_IMAGE_ROWS_H
#define SEPTUM_IMAGE_ROWS_H

#include "image/set.h"

struct spt_rows;

/* Begin to read `page`, which outlives *out.  Fails when the file has changed its size
 * since the set was opened. */
enum septum_status spt_rows_open(const struct spt_page *page, struct spt_rows **out,
                                 struct septum_error *err);
void spt_rows_close(struct spt_rows *rows);

/*
 * Read `count` rows from row `top` on, all inside the page, into count * width floats,
 * as spt_page_read() does a whole page.  Going forward is cheap; going back may mean
 * to decode the page from its beginning.
 */
enum septum_status spt_rows_read(struct spt_rows *rows, uint32_t top, uint32_t count,
                                 float *pixels, struct septum_error *err);

#endif
