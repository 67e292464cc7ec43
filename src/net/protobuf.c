/*
 * protobuf.c - see protobuf.h.
 */
#include "net/protobuf.h"

#include <endian.h>
#include <string.h>

#define VARINT_BYTES 10 /* most of a 64-bit number, at 7 bits a byte */

/* The wire types. */
enum {
    WIRE_VARINT = 0,
    WIRE_FIXED64 = 1,
    WIRE_BYTES = 2,
    WIRE_FIXED32 = 5,
};

static void
append(struct spt_protobuf_writer *writer, const void *data, size_t count)
{
    if (!writer->failed && !spt_bytes_append(&writer->bytes, data, count))
        writer->failed = true;
}

static size_t
encode_varint(uint64_t value, uint8_t out[VARINT_BYTES])
{
    size_t count = 0;

    for (; value >= 0x80; value >>= 7)
        out[count++] = (uint8_t)(value | 0x80);
    out[count++] = (uint8_t)value;
    return count;
}

static void
append_varint(struct spt_protobuf_writer *writer, uint64_t value)
{
    uint8_t bytes[VARINT_BYTES];

    append(writer, bytes, encode_varint(value, bytes));
}

static void
append_tag(struct spt_protobuf_writer *writer, uint32_t field, unsigned wire)
{
    append_varint(writer, (uint64_t)field << 3 | wire);
}

void
spt_protobuf_put_number(struct spt_protobuf_writer *writer, uint32_t field,
                        uint64_t value)
{
    append_tag(writer, field, WIRE_VARINT);
    append_varint(writer, value);
}

void
spt_protobuf_put_bytes(struct spt_protobuf_writer *writer, uint32_t field,
                       const void *data, size_t count)
{
    append_tag(writer, field, WIRE_BYTES);
    append_varint(writer, count);
    append(writer, data, count);
}

void
spt_protobuf_put_string(struct spt_protobuf_writer *writer, uint32_t field,
                        const char *text)
{
    spt_protobuf_put_bytes(writer, field, text, strlen(text));
}

void
spt_protobuf_put_floats(struct spt_protobuf_writer *writer, uint32_t field,
                        const float *values, size_t count)
{
    append_tag(writer, field, WIRE_BYTES);
    append_varint(writer, (uint64_t)count * sizeof *values);
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;

        memcpy(&bits, &values[i], sizeof bits);
        bits = htole32(bits);
        append(writer, &bits, sizeof bits);
    }
}

size_t
spt_protobuf_begin(struct spt_protobuf_writer *writer, uint32_t field)
{
    append_tag(writer, field, WIRE_BYTES);
    return writer->bytes.count;
}

void
spt_protobuf_end(struct spt_protobuf_writer *writer, size_t start)
{
    uint8_t length[VARINT_BYTES];
    size_t inner = writer->bytes.count - start;
    size_t count = encode_varint(inner, length);

    /* The length stands first but is known last: make room at the end, then move. */
    append(writer, length, count);
    if (writer->failed)
        return;
    memmove(writer->bytes.at + start + count, writer->bytes.at + start, inner);
    memcpy(writer->bytes.at + start, length, count);
}

bool
spt_protobuf_take_number(struct spt_protobuf_span *rest, uint64_t *value)
{
    uint64_t result = 0;

    for (size_t i = 0; i < rest->count && i < VARINT_BYTES; i++) {
        uint8_t byte = rest->at[i];

        if (i == VARINT_BYTES - 1 && byte > 1)
            return false; /* beyond 64 bits */
        result |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            *value = result;
            rest->at += i + 1;
            rest->count -= i + 1;
            return true;
        }
    }
    return false;
}

static bool
take_bytes(struct spt_protobuf_span *rest, uint64_t count,
           struct spt_protobuf_span *bytes)
{
    if (count > rest->count)
        return false;
    *bytes = (struct spt_protobuf_span){rest->at, (size_t)count};
    rest->at += count;
    rest->count -= (size_t)count;
    return true;
}

static bool
take_value(struct spt_protobuf_span *rest, unsigned wire,
           struct spt_protobuf_field *field)
{
    uint64_t count;

    switch (wire) {
    case WIRE_VARINT:
        field->type = SPT_PROTOBUF_NUMBER;
        return spt_protobuf_take_number(rest, &field->value);
    case WIRE_BYTES:
        field->type = SPT_PROTOBUF_BYTES;
        return spt_protobuf_take_number(rest, &count) &&
               take_bytes(rest, count, &field->bytes);
    case WIRE_FIXED64:
    case WIRE_FIXED32:
        field->type = SPT_PROTOBUF_FIXED;
        return take_bytes(rest, wire == WIRE_FIXED64 ? 8 : 4, &field->bytes);
    default:
        return false;
    }
}

bool
spt_protobuf_next(struct spt_protobuf_span *rest, struct spt_protobuf_field *field)
{
    struct spt_protobuf_span left = *rest;
    struct spt_protobuf_field found = {0};
    uint64_t tag;

    if (!spt_protobuf_take_number(&left, &tag) || tag < 8 || tag > UINT32_MAX)
        return false;
    found.number = (uint32_t)(tag >> 3);
    if (!take_value(&left, (unsigned)(tag & 7), &found))
        return false;
    *rest = left;
    *field = found;
    return true;
}

void
spt_protobuf_get_floats(const uint8_t *from, size_t count, float *values)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;

        memcpy(&bits, from + i * sizeof bits, sizeof bits);
        bits = le32toh(bits);
        memcpy(&values[i], &bits, sizeof bits);
    }
}
