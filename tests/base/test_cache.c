/*
 * Notes in the user's cache: they come back under their own key, whatever else lies
 * there, and nothing goes wrong where there is no place for them.
 */
#include "base/cache.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "support/scratch.h"

static int
use_own_cache(void **state)
{
    (void)state;
    return setenv("XDG_CACHE_HOME", scratch_path("deep"), 1);
}

static void
assert_unknown(const char *key)
{
    uint32_t value = 0;

    assert_false(spt_cache_recall(key, &value));
}

static void
assert_known(const char *key, uint32_t wanted)
{
    uint32_t value = 0;

    assert_true(spt_cache_recall(key, &value));
    assert_int_equal(value, wanted);
}

static void
a_note_comes_back_under_its_key_alone(void **state)
{
    (void)state;
    assert_unknown("speed of sound");
    assert_true(spt_cache_note("speed of sound", 343));
    assert_true(spt_cache_note("largest", UINT32_MAX));
    assert_known("speed of sound", 343);
    assert_known("largest", UINT32_MAX);
    assert_unknown("speed of light");
    assert_true(spt_cache_note("speed of sound", 331));
    assert_known("speed of sound", 331);
}

/* The path of the only note. */
static const char *
find_note(void)
{
    const char *directory = scratch_path("alone/septum");
    DIR *open = opendir(directory);
    static char path[4096];
    int count = 0;

    assert_non_null(open);
    for (struct dirent *entry; (entry = readdir(open)) != NULL;)
        if (entry->d_name[0] != '.') {
            snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
            count++;
        }
    closedir(open);
    assert_int_equal(count, 1);
    return path;
}

static void
a_damaged_note_is_none(void **state)
{
    static const char *const damaged[] = {
        "",
        "7",
        "7\nkey",
        "7\nkey \n",
        "7\nother\n",
        "x\nkey\n",
        "-7\nkey\n",
        "4294967297\nkey\n",
        "7\nkey\nmore\n",
        "07\nkey\n",
        "\n\n",
    };
    char large[8192];
    const char *path;

    (void)state;
    setenv("XDG_CACHE_HOME", scratch_path("alone"), 1);
    assert_true(spt_cache_note("key", 7));
    path = find_note();
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
        assert_int_equal(
            spt_file_write(path, damaged[i], strlen(damaged[i]), true, NULL),
            SEPTUM_OK);
        assert_unknown("key");
    }
    memset(large, 'x', sizeof large);
    assert_int_equal(spt_file_write(path, large, sizeof large, true, NULL), SEPTUM_OK);
    assert_unknown("key");
    assert_true(spt_cache_note("key", 8));
    assert_known("key", 8);
}

static void
without_a_place_nothing_is_kept(void **state)
{
    const char *file = scratch_write("file", "x", 1);

    (void)state;
    setenv("XDG_CACHE_HOME", file, 1);
    assert_false(spt_cache_note("key", 7));
    assert_unknown("key");
    unsetenv("XDG_CACHE_HOME");
    unsetenv("HOME");
    assert_false(spt_cache_note("key", 7));
    assert_unknown("key");
}

static void
a_relative_cache_gives_way_to_the_home(void **state)
{
    (void)state;
    assert_int_equal(spt_directory_make(scratch_path("home"), NULL), SEPTUM_OK);
    setenv("HOME", scratch_path("home"), 1);
    setenv("XDG_CACHE_HOME", "here", 1);
    assert_true(spt_cache_note("key", 7));
    assert_known("key", 7);
    assert_true(spt_file_exists(scratch_path("home/.cache/septum")));
    assert_false(spt_file_exists("here"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_note_comes_back_under_its_key_alone, use_own_cache),
        cmocka_unit_test(a_damaged_note_is_none),
        cmocka_unit_test(without_a_place_nothing_is_kept),
        cmocka_unit_test(a_relative_cache_gives_way_to_the_home),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
