/*
 * Whole files: what is read is what is there, and what is written appears whole under
 * its own name or not at all.
 */
#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/scratch.h"

#define LIMIT 1000000

/* Out of the compiler's sight, which would refuse impossible sizes on its own. */
static volatile size_t huge = SIZE_MAX;

static void
assert_holds(const char *path, const char *expected)
{
    struct spt_bytes bytes = {0};
    struct septum_error err = {0};

    assert_int_equal(spt_file_read(path, LIMIT, &bytes, &err), SEPTUM_OK);
    assert_int_equal(bytes.count, strlen(expected));
    assert_memory_equal(bytes.at, expected, bytes.count);
    spt_bytes_clear(&bytes);
}

/* The sentence must be "<path>: <why>". */
static void
assert_says(const struct septum_error *err, const char *path, const char *why)
{
    char expected[sizeof err->text];

    snprintf(expected, sizeof expected, "%s: %s", path, why);
    assert_string_equal(err->text, expected);
}

static size_t
count_entries(const char *path)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, NULL, NULL);

    assert_true(count >= 2);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return (size_t)count - 2; /* "." and ".." */
}

/* A new directory of its own, so that a test can see that nothing is left in it. */
static const char *
make_directory(const char *name)
{
    const char *path = scratch_path(name);

    assert_int_equal(spt_directory_make(path, NULL), SEPTUM_OK);
    return path;
}

/* ---- reading --------------------------------------------------------------------- */

static void
reads_every_byte(void **state)
{
    uint8_t data[5000];
    struct spt_bytes bytes = {0};
    const char *path;

    (void)state;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 31);
    path = scratch_write("data", data, sizeof data);
    assert_int_equal(spt_file_read(path, sizeof data, &bytes, NULL), SEPTUM_OK);
    assert_int_equal(bytes.count, sizeof data);
    assert_memory_equal(bytes.at, data, sizeof data);
    spt_bytes_clear(&bytes);
    assert_null(bytes.at);
    assert_int_equal(bytes.count, 0);
    spt_bytes_clear(&bytes);
}

static void
reads_an_empty_file(void **state)
{
    struct spt_bytes bytes = {0};

    (void)state;
    assert_int_equal(spt_file_read(scratch_write("empty", "", 0), 0, &bytes, NULL),
                     SEPTUM_OK);
    assert_int_equal(bytes.count, 0);
    assert_non_null(bytes.at);
    spt_bytes_clear(&bytes);
}

static void
refuses_a_file_above_the_limit(void **state)
{
    uint8_t mine = 1;
    struct spt_bytes bytes = {&mine, 1};
    struct septum_error err = {0};
    const char *path = scratch_write("ten", "0123456789", 10);

    (void)state;
    assert_int_equal(spt_file_read(path, 9, &bytes, &err), SEPTUM_EFORMAT);
    assert_int_equal(err.status, SEPTUM_EFORMAT);
    assert_says(&err, path, "10 bytes, more than the 9 that such a file may have");
    assert_ptr_equal(bytes.at, &mine);
    assert_int_equal(bytes.count, 1);
}

static void
refuses_to_read_what_is_not_there(void **state)
{
    struct spt_bytes bytes = {0};
    struct septum_error err = {0};
    const char *path = scratch_path("absent");

    (void)state;
    assert_int_equal(spt_file_read(path, LIMIT, &bytes, &err), SEPTUM_EIO);
    assert_says(&err, path, "No such file or directory");
    assert_null(bytes.at);
}

static void
refuses_to_read_what_is_no_file(void **state)
{
    static const char *const paths[] = {"/", "/dev/zero"};

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct spt_bytes bytes = {0};
        struct septum_error err = {0};

        assert_int_equal(spt_file_read(paths[i], LIMIT, &bytes, &err), SEPTUM_EIO);
        assert_says(&err, paths[i], "not a regular file");
        assert_null(bytes.at);
    }
}

static void
does_not_wait_for_a_pipe(void **state)
{
    struct spt_bytes bytes = {0};
    struct septum_error err = {0};
    const char *path = scratch_path("pipe");

    (void)state;
    assert_int_equal(mkfifo(path, 0600), 0);
    alarm(5); /* ends the program should the call hang */
    assert_int_equal(spt_file_read(path, LIMIT, &bytes, &err), SEPTUM_EIO);
    alarm(0);
    assert_says(&err, path, "not a regular file");
}

/* ---- blocks ---------------------------------------------------------------------- */

static void
appends_byte_by_byte_and_by_the_block(void **state)
{
    struct spt_bytes bytes = {0};
    uint8_t block[1000];

    (void)state;
    for (size_t i = 0; i < sizeof block; i++)
        block[i] = (uint8_t)(i * 13);
    for (size_t i = 0; i < 300; i++)
        assert_true(spt_bytes_append(&bytes, &block[i], 1));
    assert_true(spt_bytes_append(&bytes, block + 300, 0));
    assert_true(spt_bytes_append(&bytes, block + 300, 212)); /* to 512 exactly */
    assert_true(spt_bytes_append(&bytes, block + 512, 488));
    assert_int_equal(bytes.count, sizeof block);
    assert_memory_equal(bytes.at, block, sizeof block);
    spt_bytes_clear(&bytes);
}

static void
appending_nothing_to_nothing_stays_empty(void **state)
{
    struct spt_bytes bytes = {0};

    (void)state;
    assert_true(spt_bytes_append(&bytes, NULL, 0));
    assert_null(bytes.at);
    assert_int_equal(bytes.count, 0);
}

static void
refuses_to_append_what_no_memory_can_hold(void **state)
{
    struct spt_bytes bytes = {0};

    (void)state;
    assert_true(spt_bytes_append(&bytes, "abc", 3));
    assert_false(spt_bytes_append(&bytes, "abc", huge));
    assert_false(spt_bytes_append(&bytes, "abc", huge / 2));
    assert_false(spt_bytes_append(&bytes, "abc", huge / 8));
    assert_int_equal(bytes.count, 3);
    assert_memory_equal(bytes.at, "abc", 3);
    spt_bytes_clear(&bytes);
}

/* ---- writing --------------------------------------------------------------------- */

static void
writes_a_file_and_nothing_beside_it(void **state)
{
    const char *directory = make_directory("whole");
    const char *path = scratch_path("whole/a");

    (void)state;
    assert_int_equal(spt_file_write(path, "hello", 5, false, NULL), SEPTUM_OK);
    assert_holds(path, "hello");
    assert_int_equal(count_entries(directory), 1);
}

static void
gives_a_file_the_usual_permissions(void **state)
{
    const char *path = scratch_path("permissions");
    mode_t mask = umask(027);
    struct stat about;

    (void)state;
    assert_int_equal(spt_file_write(path, "x", 1, false, NULL), SEPTUM_OK);
    umask(mask);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0640);
}

static void
refuses_an_existing_name(void **state)
{
    const char *directory = make_directory("existing");
    const char *path = scratch_write("existing/a", "old", 3);
    struct septum_error err = {0};

    (void)state;
    assert_int_equal(spt_file_write(path, "new", 3, false, &err), SEPTUM_EINVAL);
    assert_int_equal(err.status, SEPTUM_EINVAL);
    assert_says(&err, path, "exists already; choose another name or give --force");
    assert_holds(path, "old");
    assert_int_equal(count_entries(directory), 1);
}

static void
refuses_the_name_of_a_dangling_link(void **state)
{
    const char *path = scratch_path("link");

    (void)state;
    assert_int_equal(symlink("/nowhere/at/all", path), 0);
    assert_true(spt_file_exists(path));
    assert_int_equal(spt_file_write(path, "new", 3, false, NULL), SEPTUM_EINVAL);
}

static void
replaces_an_existing_file_by_force(void **state)
{
    const char *directory = make_directory("force");
    const char *path = scratch_write("force/a", "a long old text", 15);

    (void)state;
    assert_int_equal(spt_file_write(path, "new", 3, true, NULL), SEPTUM_OK);
    assert_holds(path, "new");
    assert_int_equal(count_entries(directory), 1);
}

static void
refuses_a_directory_that_is_not_there(void **state)
{
    const char *path = scratch_path("no/such/a");
    struct septum_error err = {0};

    (void)state;
    assert_int_equal(spt_file_write(path, "x", 1, true, &err), SEPTUM_EIO);
    assert_says(&err, path, "No such file or directory");
}

static void
does_not_replace_a_directory_even_by_force(void **state)
{
    const char *outer = make_directory("outer");
    const char *path = make_directory("outer/inner");
    struct septum_error err = {0};

    (void)state;
    assert_int_equal(spt_file_write(path, "x", 1, true, &err), SEPTUM_EINVAL);
    assert_says(&err, path, "is no file that could be replaced; choose another name");
    assert_int_equal(count_entries(outer), 1);
    assert_int_equal(count_entries(path), 0);
}

/* Of a pipe or a device, a file would be left. */
static void
does_not_replace_a_pipe_even_by_force(void **state)
{
    const char *path = scratch_path("not-replaced");
    struct septum_error err = {0};
    struct stat about;

    (void)state;
    assert_int_equal(mkfifo(path, 0666), 0);
    assert_int_equal(spt_file_write(path, "x", 1, true, &err), SEPTUM_EINVAL);
    assert_says(&err, path, "is no file that could be replaced; choose another name");
    assert_int_equal(stat(path, &about), 0);
    assert_true(S_ISFIFO(about.st_mode));
}

static void
knows_two_names_of_a_file(void **state)
{
    const char *path = scratch_write("one", "x", 1);
    const char *link = scratch_path("link-to-one"),
               *other = scratch_write("two", "x", 1);

    (void)state;
    assert_int_equal(symlink(path, link), 0);
    assert_true(spt_file_is(path, path) && spt_file_is(link, path));
    assert_false(spt_file_is(path, other) || spt_file_is(path, scratch_path("none")));
}

static void
keeps_the_old_file_until_the_new_one_is_whole(void **state)
{
    const char *directory = make_directory("until");
    const char *path = scratch_write("until/a", "old", 3);
    struct spt_output output = {0};
    FILE *file;

    (void)state;
    assert_int_equal(spt_output_begin(path, true, &output, NULL), SEPTUM_OK);
    file = fopen(output.temporary, "wb");
    assert_non_null(file);
    fputs("new", file);
    fclose(file);
    assert_holds(path, "old");
    assert_int_equal(count_entries(directory), 2);
    assert_int_equal(spt_output_commit(&output, true, NULL), SEPTUM_OK);
    assert_holds(path, "new");
    assert_int_equal(count_entries(directory), 1);
    assert_null(output.temporary);
    assert_null(output.final);
}

static void
an_abandoned_file_leaves_nothing(void **state)
{
    const char *directory = make_directory("abandoned");
    struct spt_output output = {0};
    FILE *file;

    (void)state;
    spt_output_abandon(&output);
    assert_int_equal(
        spt_output_begin(scratch_path("abandoned/a"), false, &output, NULL), SEPTUM_OK);
    file = fopen(output.temporary, "wb");
    assert_non_null(file);
    fclose(file);
    spt_output_abandon(&output);
    assert_int_equal(count_entries(directory), 0);
    assert_null(output.temporary);
    spt_output_abandon(&output);
}

static void
refuses_a_name_that_appeared_in_between(void **state)
{
    const char *directory = make_directory("between");
    const char *path = scratch_path("between/a");
    struct spt_output output = {0};
    struct septum_error err = {0};
    FILE *file;

    (void)state;
    assert_int_equal(spt_output_begin(path, false, &output, NULL), SEPTUM_OK);
    file = fopen(output.temporary, "wb");
    assert_non_null(file);
    fclose(file);
    scratch_write("between/a", "theirs", 6);
    assert_int_equal(spt_output_commit(&output, false, &err), SEPTUM_EINVAL);
    assert_says(&err, path, "exists already; choose another name or give --force");
    assert_holds(path, "theirs");
    assert_int_equal(count_entries(directory), 1);
}

static void
refuses_to_commit_what_was_never_written(void **state)
{
    const char *path = scratch_path("unwritten");
    struct spt_output output = {0};
    struct septum_error err = {0};

    (void)state;
    assert_int_equal(spt_output_begin(path, false, &output, NULL), SEPTUM_OK);
    assert_int_equal(spt_output_commit(&output, false, &err), SEPTUM_EIO);
    assert_says(&err, path, "No such file or directory");
    assert_false(spt_file_exists(path));
    assert_null(output.temporary);
}

static void
leaves_nothing_when_a_write_fails_halfway(void **state)
{
    static const uint8_t data[20000];
    const char *directory = make_directory("halfway");
    const char *path = scratch_write("halfway/a", "old", 3);
    struct septum_error err = {0};
    struct rlimit before, small;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    enum septum_status status;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 10000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    status = spt_file_write(path, data, sizeof data, true, &err);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    assert_int_equal(status, SEPTUM_EIO);
    assert_says(&err, path, "File too large");
    assert_holds(path, "old");
    assert_int_equal(count_entries(directory), 1);
}

/* Put a disk of 64 KiB at `path`, seen by this process only. */
static bool
mount_small_disk(const char *path)
{
    return unshare(CLONE_NEWNS) == 0 &&
           mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("tmpfs", path, "tmpfs", 0, "size=64k") == 0;
}

static void
leaves_nothing_on_a_full_disk(void **state)
{
    static const uint8_t data[1 << 18];
    const char *directory = make_directory("disk");
    const char *path = scratch_path("disk/a");
    struct septum_error err = {0};

    (void)state;
    if (!mount_small_disk(directory)) {
        print_message("# mounting a small disk takes root rights\n");
        skip();
    }
    assert_int_equal(spt_file_write(path, "old", 3, false, NULL), SEPTUM_OK);
    assert_int_equal(spt_file_write(path, data, sizeof data, true, &err),
                     SEPTUM_ENOMEM);
    assert_says(&err, path, "No space left on device");
    assert_holds(path, "old");
    assert_int_equal(count_entries(directory), 1);
    assert_int_equal(umount(directory), 0);
}

/* ---- directories ----------------------------------------------------------------- */

static void
makes_a_directory_once(void **state)
{
    const char *path = scratch_path("made");
    struct stat about;

    (void)state;
    assert_false(spt_file_exists(path));
    assert_int_equal(spt_directory_make(path, NULL), SEPTUM_OK);
    assert_true(spt_file_exists(path));
    assert_int_equal(stat(path, &about), 0);
    assert_true(S_ISDIR(about.st_mode));
    assert_int_equal(spt_directory_make(path, NULL), SEPTUM_OK);
}

static void
refuses_a_directory_where_a_file_is(void **state)
{
    const char *path = scratch_write("in-the-way", "x", 1);
    struct septum_error err = {0};

    (void)state;
    assert_int_equal(spt_directory_make(path, &err), SEPTUM_EIO);
    assert_says(&err, path, "File exists");
    assert_holds(path, "x");
}

static void
makes_the_directories_that_it_lies_in(void **state)
{
    char path[600];
    struct septum_error err = {0};

    (void)state;
    snprintf(path, sizeof path, "%s", scratch_path("parent/child//grandchild/"));
    assert_int_equal(spt_directory_make(path, NULL), SEPTUM_OK);
    assert_true(spt_file_exists(path));
    scratch_write("parent/file", "x", 1);
    snprintf(path, sizeof path, "%s", scratch_path("parent/file/child"));
    assert_int_equal(spt_directory_make(path, &err), SEPTUM_EIO);
    assert_says(&err, scratch_path("parent/file"), "File exists");
    assert_holds(scratch_path("parent/file"), "x");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_byte),
        cmocka_unit_test(reads_an_empty_file),
        cmocka_unit_test(refuses_a_file_above_the_limit),
        cmocka_unit_test(refuses_to_read_what_is_not_there),
        cmocka_unit_test(refuses_to_read_what_is_no_file),
        cmocka_unit_test(does_not_wait_for_a_pipe),
        cmocka_unit_test(appends_byte_by_byte_and_by_the_block),
        cmocka_unit_test(appending_nothing_to_nothing_stays_empty),
        cmocka_unit_test(refuses_to_append_what_no_memory_can_hold),
        cmocka_unit_test(writes_a_file_and_nothing_beside_it),
        cmocka_unit_test(gives_a_file_the_usual_permissions),
        cmocka_unit_test(refuses_an_existing_name),
        cmocka_unit_test(refuses_the_name_of_a_dangling_link),
        cmocka_unit_test(replaces_an_existing_file_by_force),
        cmocka_unit_test(refuses_a_directory_that_is_not_there),
        cmocka_unit_test(does_not_replace_a_directory_even_by_force),
        cmocka_unit_test(does_not_replace_a_pipe_even_by_force),
        cmocka_unit_test(knows_two_names_of_a_file),
        cmocka_unit_test(keeps_the_old_file_until_the_new_one_is_whole),
        cmocka_unit_test(an_abandoned_file_leaves_nothing),
        cmocka_unit_test(refuses_a_name_that_appeared_in_between),
        cmocka_unit_test(refuses_to_commit_what_was_never_written),
        cmocka_unit_test(leaves_nothing_when_a_write_fails_halfway),
        cmocka_unit_test(leaves_nothing_on_a_full_disk),
        cmocka_unit_test(makes_a_directory_once),
        cmocka_unit_test(refuses_a_directory_where_a_file_is),
        cmocka_unit_test(makes_the_directories_that_it_lies_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
