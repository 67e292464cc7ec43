/*
 * test_project.c - a project is made, opened, and refused with a reason.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "project/schema.h"
#include "support/project.h"
#include "support/scratch.h"

static void
refuses(const char *path, enum septum_status status, const char *sentence)
{
    struct spt_project *project = (struct spt_project *)&status;
    struct septum_error err = {0};

    assert_int_equal(spt_project_open(path, &project, &err), status);
    assert_null(project);
    if (strstr(err.text, sentence) == NULL || strstr(err.text, path) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.text, sentence);
}

static void
makes_a_file_that_says_what_it_is(void **state)
{
    struct spt_project *project = project_make("made");
    const char *path = scratch_path("made");
    uint8_t head[100];
    FILE *file = fopen(path, "rb");

    (void)state;
    spt_project_free(project);
    assert_int_equal(fread(head, 1, sizeof head, file), sizeof head);
    fclose(file);
    assert_memory_equal(head + 68, "SPTM", 4);
    assert_int_equal(head[63], spt_schema_version());
    assert_int_equal(head[18], 2); /* write-ahead log */
    assert_int_equal(head[19], 2);
    assert_int_not_equal(access(scratch_path("made-wal"), F_OK), 0);
}

static void
holds_the_model_that_it_was_made_from(void **state)
{
    struct spt_bytes model = {(uint8_t *)"onnx", 4}, found = {0};
    struct spt_project *project;
    int64_t id = 0;

    (void)state;
    assert_int_equal(spt_project_create(scratch_path("from"), &model, "em.onnx", NULL),
                     SEPTUM_OK);
    project = project_reopen(scratch_path("from"));
    assert_int_equal(spt_project_model(project, &id, &found, NULL), SEPTUM_OK);
    assert_int_equal(id, 1);
    assert_int_equal(found.count, 4);
    assert_memory_equal(found.at, "onnx", 4);
    spt_bytes_clear(&found);
    spt_project_free(project);
}

static void
refuses_to_make_what_is_there(void **state)
{
    const char *path = scratch_path("there");
    struct septum_error err = {0};

    (void)state;
    spt_project_free(project_make("there"));
    assert_int_equal(spt_project_create(path, NULL, NULL, &err), SEPTUM_EINVAL);
    assert_non_null(strstr(err.text, "there: exists already; choose another name"));
    unlink(path);
    scratch_write("there-wal", "x", 1);
    assert_int_equal(spt_project_create(path, NULL, NULL, &err), SEPTUM_EINVAL);
    assert_non_null(strstr(err.text, "there-wal: is left of an earlier project"));
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(spt_project_create(scratch_path("no/where"), NULL, NULL, &err),
                     SEPTUM_EIO);
    assert_non_null(strstr(err.text, "no/where: No such file or directory"));
}

static void
refuses_what_is_no_project(void **state)
{
    (void)state;
    refuses(scratch_path("absent"), SEPTUM_EIO,
            "there is no such project; make it by: septum project create");
    refuses(scratch_write("empty", "", 0), SEPTUM_EFORMAT, "is not a Septum project");
    refuses(scratch_write("text", "once upon a time there was", 26), SEPTUM_EFORMAT,
            "is not a Septum project");
    refuses(scratch_directory(), SEPTUM_EFORMAT, "is not a Septum project");
    project_sql(scratch_path("other"), "CREATE TABLE t (a)");
    refuses(scratch_path("other"), SEPTUM_EFORMAT,
            "is an SQLite file, but not a Septum project");
}

static void
refuses_a_newer_version(void **state)
{
    (void)state;
    spt_project_free(project_make("newer"));
    project_sql(scratch_path("newer"), "PRAGMA user_version = 99");
    refuses(scratch_path("newer"), SEPTUM_EFORMAT,
            "was written by a newer Septum (format 99, and this one knows up to");
}

static void
brings_an_older_version_up_to_date(void **state)
{
    const char *path = scratch_path("older");
    struct spt_project_images images = {0};
    struct spt_project *project;
    char sql[64];

    (void)state;
    unlink(path);
    snprintf(sql, sizeof sql, "PRAGMA application_id = %d", SPT_PROJECT_APPLICATION);
    project_sql(path, sql); /* version 0: no tables yet */
    project = project_reopen(path);
    assert_int_equal(spt_project_images(project, true, &images, NULL), SEPTUM_OK);
    assert_int_equal(images.count, 0);
    spt_project_images_clear(&images);
    spt_project_free(project);
    spt_project_free(project_reopen(path));
}

/* Overwrite each page of a project in turn: none goes unnoticed by more than its own
 * content, and none is taken for a sound file with another's rows in it. */
static void
notices_damage(void **state)
{
    struct spt_project *project = project_make("damaged");
    uint8_t labels[64 * 64];
    int64_t id, image = project_add(project, "damage", 64, 64);
    struct spt_answer answer = project_answer(image, 64, 64, labels);
    char path[600], noise[4096];
    struct stat about;
    unsigned noticed = 0, pages = 0;

    (void)state;
    for (size_t i = 0; i < sizeof labels; i++)
        labels[i] = (uint8_t)(i * i / 7 % 3);
    assert_int_equal(spt_project_answer(project, &answer, &id, NULL), SEPTUM_OK);
    spt_project_free(project);
    snprintf(path, sizeof path, "%s", scratch_path("damaged"));
    memset(noise, 0x5a, sizeof noise);
    assert_int_equal(stat(path, &about), 0);
    for (off_t at = 0; at < about.st_size; at += (off_t)sizeof noise, pages++) {
        struct septum_error err = {0};
        char old[sizeof noise];
        FILE *file = fopen(path, "r+b");
        long skip = at == 0 ? 100 : 0; /* SQLite's head is another test's */

        fseek(file, at, SEEK_SET);
        assert_int_equal(fread(old, 1, sizeof old, file), sizeof old);
        fseek(file, at + skip, SEEK_SET);
        fwrite(noise, 1, sizeof noise - (size_t)skip, file);
        fclose(file);
        if (spt_project_open(path, &project, &err) != SEPTUM_OK) {
            assert_int_equal(err.status, SEPTUM_EFORMAT);
            assert_non_null(strstr(err.text, "damaged: is damaged ("));
            assert_non_null(strstr(err.text, ".recover"));
            noticed++;
        }
        spt_project_free(project);
        file = fopen(path, "r+b");
        fseek(file, at, SEEK_SET);
        fwrite(old, 1, sizeof old, file);
        fclose(file);
    }
    assert_true(pages > 8);
    /* Pages of blobs have no structure that could be wrong; see test_answer.c. */
    assert_true(noticed + 2 >= pages);
    project = project_reopen(path);
    spt_project_free(project);
}

static void
refuses_what_it_may_not_write(void **state)
{
    struct spt_bytes model = {(uint8_t *)"m", 1};
    struct spt_project *project = project_make("locked");
    const char *path = scratch_path("locked");
    struct septum_error err = {0};
    uid_t user = geteuid();
    int64_t id = 0;
    enum septum_status status;

    (void)state;
    spt_project_free(project);
    chmod(path, 0444);
    chmod(scratch_directory(), 0555);
    if (user == 0)
        assert_int_equal(seteuid(65534), 0); /* root may write anywhere */
    status = spt_project_open(path, &project, &err);
    if (status == SEPTUM_OK)
        status = spt_project_add_model(project, &model, "", &id, &err);
    spt_project_free(project);
    if (user == 0)
        assert_int_equal(seteuid(user), 0);
    chmod(scratch_directory(), 0777);
    assert_int_equal(status, SEPTUM_EIO);
    if (strstr(err.text, "may only be read; allow writing to it and to its folder") ==
        NULL)
        fail_msg("%s", err.text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_a_file_that_says_what_it_is),
        cmocka_unit_test(holds_the_model_that_it_was_made_from),
        cmocka_unit_test(refuses_to_make_what_is_there),
        cmocka_unit_test(refuses_what_is_no_project),
        cmocka_unit_test(refuses_a_newer_version),
        cmocka_unit_test(brings_an_older_version_up_to_date),
        cmocka_unit_test(notices_damage),
        cmocka_unit_test(refuses_what_it_may_not_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
