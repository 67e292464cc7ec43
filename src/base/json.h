/*
 * json.h - JSON from strangers, read from one end to the other without memory of its
 * own, and texts as JSON has them (RFC 8259).
 *
 * A reader remembers that something was wrong: whoever reads an object of ten members
 * checks once, at the end, with spt_json_ends().
 */
#ifndef SEPTUM_BASE_JSON_H
#define SEPTUM_BASE_JSON_H

#include "base/text.h"

struct spt_json {
    const char *at, *end; /* what is still to be read */
    bool failed;
};

struct spt_json spt_json_read(const void *data, size_t count);

/*
 * Go through an object: the first call takes its brace, each gives the next member's
 * name, whose value the caller then reads (or skips); false at its end, or when
 * something is wrong.  `started` is false before the first call and kept by the reader.
 * A name too long for `name` is cut.
 */
bool spt_json_member(struct spt_json *json, bool *started, char *name, size_t size);

/* The same for the items of an array. */
bool spt_json_item(struct spt_json *json, bool *started);

/* A number; a whole one between the two bounds; a text of less than `size` bytes
 * without a zero byte, as UTF-8; anything at all, up to 16 deep. */
double spt_json_number(struct spt_json *json);
int64_t spt_json_whole(struct spt_json *json, int64_t least, int64_t most);
void spt_json_text(struct spt_json *json, char *text, size_t size);
void spt_json_skip(struct spt_json *json);

/* Was all well, and is nothing left to read? */
bool spt_json_ends(struct spt_json *json);

/* Add `string` in quotes; bytes that are no UTF-8 become U+FFFD. */
void spt_text_add_json(struct spt_text *text, const char *string);

/* Length of the UTF-8 character at `at`, 1 to 4 bytes; 0 when it is none. */
size_t spt_utf8_length(const char *at);

#endif
