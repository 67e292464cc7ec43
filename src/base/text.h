/*
 * text.h - text that grows: reports, tables, pictures in SVG.
 *
 * A text remembers that memory ran out, so that a writer of a hundred lines checks
 * once, at the end, with spt_text_failed().
 */
#ifndef SEPTUM_BASE_TEXT_H
#define SEPTUM_BASE_TEXT_H

#include "base/file.h"

/* All zero is a valid, empty text. */
struct spt_text {
    struct spt_bytes bytes; /* without a closing 0 */
    bool failed;
};

void spt_text_add(struct spt_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Add `string` with &, <, >, " and ' written as HTML and XML want them. */
void spt_text_add_escaped(struct spt_text *text, const char *string);

/* Add `count` bytes in base64, as a data URI wants them. */
void spt_text_add_base64(struct spt_text *text, const uint8_t *data, size_t count);

void spt_text_clear(struct spt_text *text);

/* Write the text to `path` as spt_file_write() does; fails if it ran out of memory. */
enum septum_status spt_text_write(const struct spt_text *text, const char *path,
                                  bool force, struct septum_error *err);

#endif
