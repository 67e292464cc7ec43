/*
 * Errors: the status comes back, the sentence is whole, NULL is allowed.
 */
#include "base/error.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

static void
fills_status_and_sentence(void **state)
{
    struct septum_error err = {0};

    (void)state;
    assert_int_equal(spt_fail(&err, SEPTUM_EFORMAT, "%s: page %d", "a.tif", 3),
                     SEPTUM_EFORMAT);
    assert_int_equal(err.status, SEPTUM_EFORMAT);
    assert_string_equal(err.text, "a.tif: page 3");
}

static void
returns_the_status_to_who_wants_no_sentence(void **state)
{
    (void)state;
    errno = ENOENT;
    assert_int_equal(spt_fail_errno(NULL, "a"), SEPTUM_EIO);
    assert_int_equal(spt_fail(NULL, SEPTUM_ENGINE, "x"), SEPTUM_ENGINE);
    assert_int_equal(spt_fail_memory(NULL, "a", 1), SEPTUM_ENOMEM);
}

static void
cuts_a_sentence_that_is_too_long(void **state)
{
    char path[3000];
    struct {
        struct septum_error err;
        uint8_t guard[16];
    } held;

    (void)state;
    memset(path, 'p', sizeof path);
    path[sizeof path - 1] = '\0';
    memset(&held, 0x5a, sizeof held);
    spt_fail(&held.err, SEPTUM_EIO, "%s: no", path);
    assert_int_equal(strlen(held.err.text), sizeof held.err.text - 1);
    for (size_t i = 0; i < sizeof held.guard; i++)
        assert_int_equal(held.guard[i], 0x5a);
}

static void
keeps_to_one_line_whatever_is_quoted(void **state)
{
    struct septum_error err = {0};

    (void)state;
    spt_fail(&err, SEPTUM_EIO, "%s: no", "a\nb\033[2J\x7f\tc\xc3\xa9");
    assert_string_equal(err.text, "a?b?[2J??c\xc3\xa9: no");
}

static void
tells_a_full_disk_from_other_refusals(void **state)
{
    static const struct {
        int code;
        enum septum_status status;
        const char *sentence;
    } cases[] = {
        {ENOSPC, SEPTUM_ENOMEM, "out/a.png: No space left on device"},
        {EDQUOT, SEPTUM_ENOMEM, "out/a.png: Disk quota exceeded"},
        {ENOMEM, SEPTUM_ENOMEM, "out/a.png: Cannot allocate memory"},
        {ENOENT, SEPTUM_EIO, "out/a.png: No such file or directory"},
        {EACCES, SEPTUM_EIO, "out/a.png: Permission denied"},
        {EISDIR, SEPTUM_EIO, "out/a.png: Is a directory"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct septum_error err = {0};

        errno = cases[i].code;
        assert_int_equal(spt_fail_errno(&err, "out/a.png"), cases[i].status);
        assert_int_equal(err.status, cases[i].status);
        assert_string_equal(err.text, cases[i].sentence);
    }
}

static void
says_how_much_memory_for_what(void **state)
{
    struct septum_error err = {0};

    (void)state;
    assert_int_equal(spt_fail_memory(&err, "the tile", 12345), SEPTUM_ENOMEM);
    assert_int_equal(err.status, SEPTUM_ENOMEM);
    assert_string_equal(err.text, "the tile: 12345 bytes of memory are not to be had");
}

static void
time_only_moves_forward(void **state)
{
    double before = spt_clock_seconds();

    (void)state;
    for (int i = 0; i < 1000; i++) {
        double now = spt_clock_seconds();

        assert_true(now >= before);
        assert_true(now - before < 60);
        before = now;
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_status_and_sentence),
        cmocka_unit_test(returns_the_status_to_who_wants_no_sentence),
        cmocka_unit_test(cuts_a_sentence_that_is_too_long),
        cmocka_unit_test(keeps_to_one_line_whatever_is_quoted),
        cmocka_unit_test(tells_a_full_disk_from_other_refusals),
        cmocka_unit_test(says_how_much_memory_for_what),
        cmocka_unit_test(time_only_moves_forward),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
