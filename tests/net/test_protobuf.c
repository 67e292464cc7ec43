/*
 * test_protobuf.c - protobuf's wire format, against bytes worked out by hand.
 */
#include "net/protobuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
assert_written(struct spt_protobuf_writer *writer, const void *expected, size_t count)
{
    assert_false(writer->failed);
    assert_int_equal(writer->bytes.count, count);
    assert_memory_equal(writer->bytes.at, expected, count);
    spt_bytes_clear(&writer->bytes);
}

static void
writes_numbers_seven_bits_a_byte(void **state)
{
    struct spt_protobuf_writer writer = {0};

    (void)state;
    spt_protobuf_put_number(&writer, 1, 0);
    spt_protobuf_put_number(&writer, 1, 127);
    spt_protobuf_put_number(&writer, 1, 150); /* the example of protobuf's manual */
    spt_protobuf_put_number(&writer, 16, 1);
    spt_protobuf_put_number(&writer, 2, UINT64_MAX);
    assert_written(&writer,
                   "\x08\0\x08\x7f\x08\x96\1\x80\1\1\x10"
                   "\xff\xff\xff\xff\xff\xff\xff\xff\xff\1",
                   21);
}

static void
writes_bytes_text_and_floats_behind_their_length(void **state)
{
    struct spt_protobuf_writer writer = {0};

    (void)state;
    spt_protobuf_put_string(&writer, 2, "testing");
    spt_protobuf_put_string(&writer, 3, "");
    spt_protobuf_put_bytes(&writer, 1, "\0\1", 2);
    spt_protobuf_put_floats(&writer, 9, (const float[]){1, -2}, 2);
    assert_written(&writer,
                   "\x12\7testing\x1a\0\x0a\2\0\1\x4a\x08\0\0\x80\x3f\0\0\0\xc0", 25);
}

static void
writes_messages_within_messages(void **state)
{
    struct spt_protobuf_writer writer = {0};
    char expected[4 + 3 + 200] = "\x0a\xcb\1\x12\xc8\1";
    char long_text[201];
    size_t outer, inner;

    (void)state;
    /* Lengths of two bytes, so that what they stand before must move. */
    memset(long_text, 'x', 200);
    long_text[200] = '\0';
    outer = spt_protobuf_begin(&writer, 1);
    spt_protobuf_put_string(&writer, 2, long_text);
    spt_protobuf_end(&writer, outer);
    memcpy(expected + 6, long_text, 200);
    assert_written(&writer, expected, 206);

    outer = spt_protobuf_begin(&writer, 1);
    inner = spt_protobuf_begin(&writer, 2);
    spt_protobuf_end(&writer, inner);
    spt_protobuf_put_number(&writer, 3, 4);
    spt_protobuf_end(&writer, outer);
    assert_written(&writer, "\x0a\4\x12\0\x18\4", 6);
}

static void
reads_each_type_of_field(void **state)
{
    static const uint8_t bytes[] =
        "\x08\x96\1\x12\2ab\x1d\1\2\3\4\x21\1\2\3\4\5\6\7\x08";
    struct spt_protobuf_span rest = {bytes, sizeof bytes - 1};
    struct spt_protobuf_field field;

    (void)state;
    assert_true(spt_protobuf_next(&rest, &field));
    assert_int_equal(field.number, 1);
    assert_int_equal(field.type, SPT_PROTOBUF_NUMBER);
    assert_int_equal(field.value, 150);
    assert_true(spt_protobuf_next(&rest, &field));
    assert_int_equal(field.number, 2);
    assert_int_equal(field.type, SPT_PROTOBUF_BYTES);
    assert_ptr_equal(field.bytes.at, bytes + 5);
    assert_int_equal(field.bytes.count, 2);
    assert_true(spt_protobuf_next(&rest, &field));
    assert_int_equal(field.number, 3);
    assert_int_equal(field.type, SPT_PROTOBUF_FIXED);
    assert_int_equal(field.bytes.count, 4);
    assert_true(spt_protobuf_next(&rest, &field));
    assert_int_equal(field.number, 4);
    assert_int_equal(field.type, SPT_PROTOBUF_FIXED);
    assert_int_equal(field.bytes.count, 8);
    assert_false(spt_protobuf_next(&rest, &field));
    assert_int_equal(rest.count, 0);
}

static void
stops_before_what_is_no_field(void **state)
{
    static const struct {
        const char *at;
        size_t count;
    } wrong[] = {
        {"\x08", 1},                                            /* no value */
        {"\x08\x80", 2},                                        /* a value cut short */
        {"\x80\x80", 2},                                        /* a tag cut short */
        {"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\2", 11},     /* 65 bits */
        {"\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\1", 12}, /* 11 bytes */
        {"\x12\3ab", 4},                                    /* bytes beyond the end */
        {"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\1", 11}, /* 2^64 - 1 of them */
        {"\x1d\1\2\3", 4},                                  /* 3 of 4 bytes */
        {"\x21\1\2\3\4\5\6\7", 8},                          /* 7 of 8 */
        {"\0\1", 2},                                        /* number 0 */
        {"\x0b\x0c", 2},                                    /* a group */
        {"\x0e\1", 2},                                      /* types without meaning */
        {"\x0f\1", 2},
        {"\xff\xff\xff\xff\xff\1\1", 7}, /* a number of more than 29 bits */
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct spt_protobuf_span rest = {(const uint8_t *)wrong[i].at, wrong[i].count};
        struct spt_protobuf_field field = {.number = 77};

        assert_false(spt_protobuf_next(&rest, &field));
        assert_ptr_equal(rest.at, wrong[i].at);
        assert_int_equal(rest.count, wrong[i].count);
        assert_int_equal(field.number, 77);
    }
}

static void
takes_bare_numbers_up_to_64_bits(void **state)
{
    static const uint8_t bytes[] = "\5\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\x80\0\x80";
    struct spt_protobuf_span rest = {bytes, sizeof bytes - 1};
    uint64_t value = 0;

    (void)state;
    assert_true(spt_protobuf_take_number(&rest, &value));
    assert_true(value == 5);
    assert_true(spt_protobuf_take_number(&rest, &value));
    assert_true(value == UINT64_MAX);
    assert_true(spt_protobuf_take_number(&rest, &value));
    assert_true(value == 0); /* in two bytes where one would do */
    assert_false(spt_protobuf_take_number(&rest, &value));
    assert_int_equal(rest.count, 1);
}

static void
reads_floats_from_any_address(void **state)
{
    static const uint8_t bytes[] = "\7\0\0\x80\x3f\0\0\0\xc0";
    float values[2];

    (void)state;
    spt_protobuf_get_floats(bytes + 1, 2, values);
    assert_true(values[0] == 1 && values[1] == -2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_numbers_seven_bits_a_byte),
        cmocka_unit_test(writes_bytes_text_and_floats_behind_their_length),
        cmocka_unit_test(writes_messages_within_messages),
        cmocka_unit_test(reads_each_type_of_field),
        cmocka_unit_test(stops_before_what_is_no_field),
        cmocka_unit_test(takes_bare_numbers_up_to_64_bits),
        cmocka_unit_test(reads_floats_from_any_address),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
