/*
 * protobuf.h - protobuf's wire format, as much of it as ONNX files need.
 *
 * A message is a row of fields, each a tag (number and wire type) and a value.  A
 * message within a message is a field of bytes.  ONNX as written here uses numbers
 * (varints) and bytes; reading also steps over the two fixed sizes, and refuses groups,
 * which ONNX never had.
 */
#ifndef SEPTUM_NET_PROTOBUF_H
#define SEPTUM_NET_PROTOBUF_H

#include "base/file.h"

/* ---- writing --------------------------------------------------------------------- */

/* All zero is a valid, empty message.  It remembers that memory ran out, so that one
 * look at `failed` after the last field does. */
struct spt_protobuf_writer {
    struct spt_bytes bytes;
    bool failed;
};

void spt_protobuf_put_number(struct spt_protobuf_writer *writer, uint32_t field,
                             uint64_t value);
void spt_protobuf_put_bytes(struct spt_protobuf_writer *writer, uint32_t field,
                            const void *data, size_t count);
void spt_protobuf_put_string(struct spt_protobuf_writer *writer, uint32_t field,
                             const char *text);

/* `count` floats as bytes, little endian. */
void spt_protobuf_put_floats(struct spt_protobuf_writer *writer, uint32_t field,
                             const float *values, size_t count);

/* What is put between begin() and end() is a message within the message.  end() takes
 * what begin() gave. */
size_t spt_protobuf_begin(struct spt_protobuf_writer *writer, uint32_t field);
void spt_protobuf_end(struct spt_protobuf_writer *writer, size_t start);

/* ---- reading --------------------------------------------------------------------- */

/* Bytes inside the message that is read; all zero: none. */
struct spt_protobuf_span {
    const uint8_t *at;
    size_t count;
};

enum spt_protobuf_type {
    SPT_PROTOBUF_NUMBER,
    SPT_PROTOBUF_BYTES,
    SPT_PROTOBUF_FIXED, /* of 4 or 8 bytes */
};

struct spt_protobuf_field {
    uint32_t number;
    enum spt_protobuf_type type;
    uint64_t value;                 /* of a number */
    struct spt_protobuf_span bytes; /* of bytes and fixed sizes */
};

/*
 * Take the next field from the front of *rest.  False at the end, where rest->count is
 * 0, and at bytes that are no field, where *rest stays before them.
 */
bool
spt_protobuf_next(struct spt_protobuf_span *rest, struct spt_protobuf_field *field);

/* Take a bare number from the front of *rest, as in packed fields. */
bool spt_protobuf_take_number(struct spt_protobuf_span *rest, uint64_t *value);

/* Copy `count` little-endian floats. */
void spt_protobuf_get_floats(const uint8_t *from, size_t count, float *values);

#endif
