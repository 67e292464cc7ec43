/*
 * test_json.c - JSON from strangers: what is right is read, what is wrong refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/random.h"

static struct spt_json
read_text(const char *text)
{
    return spt_json_read(text, strlen(text));
}

static void
reads_an_object_member_by_member(void **state)
{
    struct spt_json json =
        read_text(" {\"number\" : 12 ,\"runs\":[[1,2,0],[ ]], \"name\":\"a\\nb\"}\n");
    char name[8], text[8];
    bool object = false, outer = false, inner = false;

    (void)state;
    assert_true(spt_json_member(&json, &object, name, sizeof name));
    assert_string_equal(name, "number");
    assert_int_equal(spt_json_whole(&json, 0, 100), 12);
    assert_true(spt_json_member(&json, &object, name, sizeof name));
    assert_string_equal(name, "runs");
    assert_true(spt_json_item(&json, &outer));
    for (int i = 0; i < 3; i++) {
        assert_true(spt_json_item(&json, &inner));
        assert_int_equal(spt_json_whole(&json, 0, 2), (i + 1) % 3);
    }
    assert_false(spt_json_item(&json, &inner));
    assert_true(spt_json_item(&json, &outer));
    inner = false;
    assert_false(spt_json_item(&json, &inner));
    assert_false(spt_json_item(&json, &outer));
    assert_true(spt_json_member(&json, &object, name, sizeof name));
    spt_json_text(&json, text, sizeof text);
    assert_string_equal(text, "a\nb");
    assert_false(spt_json_member(&json, &object, name, sizeof name));
    assert_true(spt_json_ends(&json));
}

static void
reads_an_empty_object(void **state)
{
    struct spt_json json = read_text("{}");
    bool object = false;
    char name[8];

    (void)state;
    assert_false(spt_json_member(&json, &object, name, sizeof name));
    assert_true(spt_json_ends(&json));
}

static void
reads_numbers_as_they_are_written(void **state)
{
    static const struct {
        const char *text;
        double number;
        bool right;
    } cases[] = {
        {"0", 0, true},      {"-12.5e1", -125, true}, {"1E2", 100, true},
        {"1e999", 0, false}, {"nan", 0, false},       {"+1", 0, false},
        {".5", 0, false},    {"1-2", 0, false},       {"", 0, false},
        {"\"1\"", 0, false}, {"0x10", 0, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spt_json json = read_text(cases[i].text);
        double number = spt_json_number(&json);

        assert_int_equal(spt_json_ends(&json), cases[i].right);
        if (cases[i].right)
            assert_true(number == cases[i].number);
    }
}

static void
refuses_numbers_out_of_bounds_or_not_whole(void **state)
{
    static const char *const bad[] = {"1.5", "-1", "101", "1e300"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct spt_json json = read_text(bad[i]);

        assert_int_equal(spt_json_whole(&json, 0, 100), 0);
        assert_true(json.failed);
    }
}

static void
reads_texts_with_all_escapes(void **state)
{
    struct spt_json json = read_text(
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20ac\\ud83d\\ude00\xc3\xa9\"");
    char text[64];

    (void)state;
    spt_json_text(&json, text, sizeof text);
    assert_true(spt_json_ends(&json));
    assert_string_equal(text,
                        "\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xc3\xa9");
}

static void
refuses_texts_that_are_none(void **state)
{
    static const char *const bad[] = {
        "\"open",      "\"\\x\"",      "\"\\u12\"",          "\"\\u0000\"",
        "\"\\ud800\"", "\"\\udc00\"",  "\"\\ud800\\u0041\"", "\"\n\"",
        "\"\xff\"",    "\"\xc0\xaf\"", "\"\xed\xa0\x80\"",   "\"too long for it\"",
        "\"\\",        "\"\xe2\x82",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct spt_json json = read_text(bad[i]);
        char text[10];

        spt_json_text(&json, text, sizeof text);
        assert_false(spt_json_ends(&json));
    }
}

static void
skips_what_it_does_not_know(void **state)
{
    struct spt_json json =
        read_text("{\"a very long name, longer than the room for it\": "
                  "[{\"x\": \"a long text, too\"}, true, null, -1],"
                  "\"b\": 7}");
    bool object = false;
    char name[4];

    (void)state;
    assert_true(spt_json_member(&json, &object, name, sizeof name));
    spt_json_skip(&json);
    assert_true(spt_json_member(&json, &object, name, sizeof name));
    assert_string_equal(name, "b");
    assert_int_equal(spt_json_whole(&json, 0, 9), 7);
    assert_false(spt_json_member(&json, &object, name, sizeof name));
    assert_true(spt_json_ends(&json));
}

static void
does_not_go_deeper_than_it_may(void **state)
{
    struct spt_json json = read_text("[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]");

    (void)state;
    spt_json_skip(&json);
    assert_true(json.failed);
}

/* Whatever comes in, reading ends and stays inside the block. */
static void
survives_noise(void **state)
{
    static const char letters[] = "{}[]\",:\\u0123456789-.eEtrufalsn \xc3\xa9";
    struct spt_random random;

    (void)state;
    spt_random_init(&random, 1, 1);
    for (int round = 0; round < 5000; round++) {
        char noise[40], name[8];
        size_t count = (size_t)spt_random_below(&random, sizeof noise);
        struct spt_json json = spt_json_read(noise, count);
        bool object = false;

        for (size_t i = 0; i < count; i++)
            noise[i] = letters[spt_random_below(&random, sizeof letters)];
        while (spt_json_member(&json, &object, name, sizeof name))
            spt_json_skip(&json);
        assert_true(json.at <= noise + count);
        spt_json_ends(&json);
    }
}

static void
writes_texts_that_it_reads_again(void **state)
{
    static const char hostile[] = "</script>\"\\\x01\x7f\n\xc3\xa9\xe2\x82\xac";
    struct spt_text text = {0};
    struct spt_json json;
    char back[64];

    (void)state;
    spt_text_add_json(&text, hostile);
    json = spt_json_read(text.bytes.at, text.bytes.count);
    spt_json_text(&json, back, sizeof back);
    assert_true(spt_json_ends(&json));
    assert_string_equal(back, hostile);
    spt_text_clear(&text);
}

static void
writes_a_sign_for_bytes_that_are_no_text(void **state)
{
    struct spt_text text = {0};

    (void)state;
    spt_text_add_json(&text, "a\xff\xc3");
    assert_int_equal(text.bytes.count, 15);
    assert_memory_equal(text.bytes.at, "\"a\\ufffd\\ufffd\"", 15);
    spt_text_clear(&text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_an_object_member_by_member),
        cmocka_unit_test(reads_an_empty_object),
        cmocka_unit_test(reads_numbers_as_they_are_written),
        cmocka_unit_test(refuses_numbers_out_of_bounds_or_not_whole),
        cmocka_unit_test(reads_texts_with_all_escapes),
        cmocka_unit_test(refuses_texts_that_are_none),
        cmocka_unit_test(skips_what_it_does_not_know),
        cmocka_unit_test(does_not_go_deeper_than_it_may),
        cmocka_unit_test(survives_noise),
        cmocka_unit_test(writes_texts_that_it_reads_again),
        cmocka_unit_test(writes_a_sign_for_bytes_that_are_no_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
