/*
 * test_database.c - nested transactions, bound values, and what SQLite's refusals are
 * called.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "project/database.h"
#include "support/scratch.h"

static struct spt_database
make(const char *name)
{
    struct spt_database database = {0};
    const char *path = scratch_path(name);

    unlink(path);
    assert_int_equal(spt_database_open(path, path, true, &database, NULL), SEPTUM_OK);
    assert_int_equal(
        spt_database_run(&database, NULL, "CREATE TABLE t (a, b, c, d, e)", ""),
        SEPTUM_OK);
    return database;
}

static int64_t
count_rows(struct spt_database *database)
{
    int64_t count = -1;

    assert_int_equal(
        spt_database_number(database, -1, &count, NULL, "SELECT count(*) FROM t", ""),
        SEPTUM_OK);
    return count;
}

static enum septum_status
insert(struct spt_database *database, struct septum_error *err)
{
    return spt_database_run(database, err, "INSERT INTO t (a) VALUES (1)", "");
}

static void
binds_every_kind_of_value(void **state)
{
    struct spt_database database = make("bind");
    sqlite3_stmt *row = NULL;
    bool found = false;

    (void)state;
    assert_int_equal(spt_database_run(&database, NULL,
                                      "INSERT INTO t VALUES (?, ?, ?, ?, ?)", "idtbn",
                                      INT64_MIN, 0.1, "text", (const void *)"a\0b",
                                      (size_t)3, (int64_t)0),
                     SEPTUM_OK);
    assert_int_equal(spt_database_query(&database, &row, NULL,
                                        "SELECT * FROM t WHERE c = ?", "t", "text"),
                     SEPTUM_OK);
    assert_int_equal(spt_database_step(&database, row, &found, NULL), SEPTUM_OK);
    assert_true(found);
    assert_true(sqlite3_column_int64(row, 0) == INT64_MIN);
    assert_true(sqlite3_column_double(row, 1) == 0.1);
    assert_int_equal(sqlite3_column_bytes(row, 3), 3);
    assert_memory_equal(sqlite3_column_blob(row, 3), "a\0b", 3);
    assert_int_equal(sqlite3_column_type(row, 4), SQLITE_NULL);
    assert_int_equal(spt_database_step(&database, row, &found, NULL), SEPTUM_OK);
    assert_false(found);
    sqlite3_finalize(row);
    assert_int_equal(spt_database_gather(&database, NULL), SEPTUM_OK);
    spt_database_close(&database);
}

static void
keeps_or_undoes_only_at_the_outermost_end(void **state)
{
    struct spt_database database = make("nest");

    (void)state;
    assert_int_equal(spt_database_begin(&database, NULL), SEPTUM_OK);
    assert_int_equal(spt_database_begin(&database, NULL), SEPTUM_OK);
    assert_int_equal(insert(&database, NULL), SEPTUM_OK);
    assert_int_equal(spt_database_end(&database, SEPTUM_OK, NULL), SEPTUM_OK);
    assert_int_equal(spt_database_end(&database, SEPTUM_EIO, NULL), SEPTUM_EIO);
    assert_int_equal(count_rows(&database), 0);
    assert_int_equal(spt_database_begin(&database, NULL), SEPTUM_OK);
    assert_int_equal(insert(&database, NULL), SEPTUM_OK);
    assert_int_equal(spt_database_end(&database, SEPTUM_OK, NULL), SEPTUM_OK);
    assert_int_equal(count_rows(&database), 1);
    assert_int_equal(database.depth, 0);
    spt_database_close(&database);
}

static void
refuses(struct spt_database *database, int code, enum septum_status status,
        const char *sentence)
{
    struct septum_error err = {0};

    assert_int_equal(spt_database_fail(database, code, &err), status);
    if (strstr(err.text, sentence) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.text, sentence);
    assert_non_null(strstr(err.text, database->path));
}

static void
says_each_refusal_in_one_sentence(void **state)
{
    struct spt_database database = make("says");

    (void)state;
    refuses(&database, SQLITE_NOMEM, SEPTUM_ENOMEM, "memory ran out");
    refuses(&database, SQLITE_FULL, SEPTUM_ENOMEM, "the disk is full; nothing of this");
    refuses(&database, SQLITE_BUSY, SEPTUM_EIO,
            "another process has been writing to it for 10 seconds");
    refuses(&database, SQLITE_BUSY_RECOVERY, SEPTUM_EIO, "another process");
    refuses(&database, SQLITE_READONLY_DBMOVED, SEPTUM_EIO, "may only be read");
    refuses(&database, SQLITE_IOERR_READ, SEPTUM_EIO, "Input/output error");
    refuses(&database, SQLITE_CORRUPT, SEPTUM_EFORMAT, "is damaged (");
    spt_database_close(&database);
}

static void
tells_a_table_that_should_be_there(void **state)
{
    struct spt_database database = make("table");
    struct septum_error err = {0};

    (void)state;
    assert_int_equal(
        spt_database_run(&database, &err, "INSERT INTO nowhere VALUES (1)", ""),
        SEPTUM_EFORMAT);
    assert_non_null(strstr(err.text, "is damaged (no such table: nowhere)"));
    spt_database_close(&database);
}

/* The size of the database is limited, as a disk would limit it. */
static void
undoes_what_the_disk_has_no_room_for(void **state)
{
    struct spt_database database = make("full");
    struct septum_error err = {0};
    enum septum_status status;

    (void)state;
    assert_int_equal(insert(&database, NULL), SEPTUM_OK);
    sqlite3_exec(database.handle, "PRAGMA max_page_count = 1", NULL, NULL, NULL);
    assert_int_equal(spt_database_begin(&database, NULL), SEPTUM_OK);
    status = insert(&database, &err);
    if (status == SEPTUM_OK)
        status = spt_database_run(&database, &err,
                                  "INSERT INTO t (a) VALUES (zeroblob(1000000))", "");
    assert_int_equal(spt_database_end(&database, status, &err), SEPTUM_ENOMEM);
    assert_non_null(strstr(err.text, "the disk is full"));
    assert_int_equal(count_rows(&database), 1);
    spt_database_close(&database);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(binds_every_kind_of_value),
        cmocka_unit_test(keeps_or_undoes_only_at_the_outermost_end),
        cmocka_unit_test(says_each_refusal_in_one_sentence),
        cmocka_unit_test(tells_a_table_that_should_be_there),
        cmocka_unit_test(undoes_what_the_disk_has_no_room_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
