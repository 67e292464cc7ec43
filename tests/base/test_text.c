/*
 * Text that grows: formats, escapes, base64, and memory that runs out.
 */
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/scratch.h"

static void
assert_text(const struct spt_text *text, const char *expected)
{
    assert_false(text->failed);
    assert_int_equal(text->bytes.count, strlen(expected));
    if (text->bytes.count > 0)
        assert_memory_equal(text->bytes.at, expected, text->bytes.count);
}

static void
starts_empty_and_grows_by_format(void **state)
{
    struct spt_text text = {0};

    (void)state;
    assert_text(&text, "");
    spt_text_add(&text, "%s", "");
    assert_text(&text, "");
    spt_text_add(&text, "a%d,%.2f", 7, 0.125);
    spt_text_add(&text, "\n");
    assert_text(&text, "a7,0.12\n");
    spt_text_clear(&text);
    assert_text(&text, "");
    spt_text_clear(&text);
}

static void
keeps_a_line_of_any_length(void **state)
{
    struct spt_text text = {0};

    (void)state;
    spt_text_add(&text, "%100000s|", "x");
    assert_false(text.failed);
    assert_int_equal(text.bytes.count, 100001);
    assert_memory_equal(text.bytes.at + 99998, " x|", 3);
    spt_text_clear(&text);
}

static void
escapes_the_five_characters_of_markup(void **state)
{
    struct spt_text text = {0};

    (void)state;
    spt_text_add_escaped(&text, "a<b> & \"c\" 'd' \xc3\xa4");
    assert_text(&text, "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39; \xc3\xa4");
    spt_text_clear(&text);
    spt_text_add_escaped(&text, "");
    assert_text(&text, "");
    spt_text_add_escaped(&text, "&amp;");
    assert_text(&text, "&amp;amp;");
    spt_text_clear(&text);
}

static void
writes_base64_as_rfc_4648_has_it(void **state)
{
    static const char *const cases[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xff\xff\xff", "////"},
        {"\xfb\xef\xbe", "++++"},
        {"\x89PNG\r\n\x1a\n", "iVBORw0KGgo="},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spt_text text = {0};

        spt_text_add_base64(&text, (const uint8_t *)cases[i][0], strlen(cases[i][0]));
        assert_text(&text, cases[i][1]);
        spt_text_clear(&text);
    }
}

/* The value of one base64 digit, or 64 for the padding. */
static unsigned
read_digit(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A' + 0U;
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26U;
    if (c >= '0' && c <= '9')
        return c - '0' + 52U;
    return c == '+' ? 62 : c == '/' ? 63 : 64;
}

static void
base64_of_all_bytes_reads_back(void **state)
{
    struct spt_text text = {0};
    uint8_t data[768];

    (void)state;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7 + i / 256);
    spt_text_add_base64(&text, data, sizeof data);
    assert_int_equal(text.bytes.count, sizeof data / 3 * 4);
    for (size_t i = 0; i < sizeof data / 3; i++) {
        const uint8_t *four = text.bytes.at + 4 * i;
        unsigned bits = read_digit(four[0]) << 18 | read_digit(four[1]) << 12 |
                        read_digit(four[2]) << 6 | read_digit(four[3]);

        assert_int_equal(bits >> 16, data[3 * i]);
        assert_int_equal(bits >> 8 & 255, data[3 * i + 1]);
        assert_int_equal(bits & 255, data[3 * i + 2]);
    }
    spt_text_clear(&text);
}

static void
writes_what_it_holds(void **state)
{
    struct spt_text text = {0};
    struct spt_bytes read = {0};
    struct septum_error err;
    const char *path = scratch_path("report.txt");

    (void)state;
    spt_text_add(&text, "first\nsecond\n");
    assert_int_equal(spt_text_write(&text, path, false, &err), SEPTUM_OK);
    assert_int_equal(spt_file_read(path, 100, &read, &err), SEPTUM_OK);
    assert_int_equal(read.count, 13);
    assert_memory_equal(read.at, "first\nsecond\n", 13);
    assert_int_equal(spt_text_write(&text, path, false, &err), SEPTUM_EINVAL);
    assert_int_equal(spt_text_write(&text, path, true, &err), SEPTUM_OK);
    spt_bytes_clear(&read);
    spt_text_clear(&text);
}

static void
writes_an_empty_text(void **state)
{
    const struct spt_text text = {0};
    struct spt_bytes read = {0};
    const char *path = scratch_path("empty.txt");

    (void)state;
    assert_int_equal(spt_text_write(&text, path, false, NULL), SEPTUM_OK);
    assert_int_equal(spt_file_read(path, 0, &read, NULL), SEPTUM_OK);
    assert_int_equal(read.count, 0);
    spt_bytes_clear(&read);
}

static void
remembers_that_memory_ran_out(void **state)
{
    struct spt_text text = {0};
    struct septum_error err = {0};
    const char *path = scratch_path("never.txt");

    (void)state;
    spt_text_add(&text, "begun");
    text.failed = true;
    spt_text_add(&text, "more");
    spt_text_add_escaped(&text, "<");
    spt_text_add_base64(&text, (const uint8_t *)"abc", 3);
    assert_int_equal(text.bytes.count, 5);
    assert_int_equal(spt_text_write(&text, path, false, &err), SEPTUM_ENOMEM);
    assert_non_null(strstr(err.text, "never.txt: "));
    assert_false(spt_file_exists(path));
    spt_text_clear(&text);
    assert_false(text.failed);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_empty_and_grows_by_format),
        cmocka_unit_test(keeps_a_line_of_any_length),
        cmocka_unit_test(escapes_the_five_characters_of_markup),
        cmocka_unit_test(writes_base64_as_rfc_4648_has_it),
        cmocka_unit_test(base64_of_all_bytes_reads_back),
        cmocka_unit_test(writes_what_it_holds),
        cmocka_unit_test(writes_an_empty_text),
        cmocka_unit_test(remembers_that_memory_ran_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
