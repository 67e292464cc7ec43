/*
 * database.c - see database.h.
 */
#include "project/database.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "project/schema.h"

/* How long to wait for another process that is writing. */
#define BUSY_MILLISECONDS 10000

static enum septum_status
fail_damaged(const struct spt_database *database, const char *what,
             struct septum_error *err)
{
    return spt_fail(err, SEPTUM_EFORMAT,
                    "%s: is damaged (%s); go back to a copy of it, or save what can be "
                    "read by: sqlite3 %s .recover",
                    database->path, what, database->path);
}

static enum septum_status
fail_other(const char *name, struct septum_error *err)
{
    return spt_fail(err, SEPTUM_EFORMAT, "%s: is not a Septum project", name);
}

enum septum_status
spt_database_fail(struct spt_database *database, int code, struct septum_error *err)
{
    int system = sqlite3_system_errno(database->handle);
    bool failed = (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN;
    bool full = failed && (system == ENOSPC || system == EDQUOT);

    switch (full ? SQLITE_FULL : code & 0xff) {
    case SQLITE_NOMEM:
        return spt_fail(err, SEPTUM_ENOMEM, "%s: memory ran out", database->path);
    case SQLITE_FULL:
        return spt_fail(err, SEPTUM_ENOMEM,
                        "%s: the disk is full; nothing of this was recorded, and all "
                        "that was before is whole",
                        database->path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return spt_fail(err, SEPTUM_EIO,
                        "%s: another process has been writing to it for %d seconds; "
                        "try again when it is done",
                        database->path, BUSY_MILLISECONDS / 1000);
    case SQLITE_READONLY:
        return spt_fail(err, SEPTUM_EIO,
                        "%s: may only be read; allow writing to it and to its folder",
                        database->path);
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
        errno = system != 0 ? system : EIO;
        return spt_fail_errno(err, database->path);
    case SQLITE_NOTADB:
        return fail_other(database->path, err);
    case SQLITE_CORRUPT:
        return fail_damaged(database, sqlite3_errmsg(database->handle), err);
    default:
        return spt_fail(err, SEPTUM_EIO, "%s: %s", database->path,
                        sqlite3_errmsg(database->handle));
    }
}

/* ---- statements ------------------------------------------------------------------ */

static int
bind_all(sqlite3_stmt *statement, const char *kinds, va_list arguments)
{
    int code = SQLITE_OK;

    for (int i = 1; *kinds != '\0' && code == SQLITE_OK; i++, kinds++) {
        int64_t number;
        const void *blob;

        switch (*kinds) {
        case 'd':
            code = sqlite3_bind_double(statement, i, va_arg(arguments, double));
            break;
        case 't':
            code = sqlite3_bind_text(statement, i, va_arg(arguments, const char *), -1,
                                     SQLITE_STATIC);
            break;
        case 'b':
            blob = va_arg(arguments, const void *);
            code = sqlite3_bind_blob64(statement, i, blob, va_arg(arguments, size_t),
                                       SQLITE_STATIC);
            break;
        default:
            number = va_arg(arguments, int64_t);
            code = *kinds == 'n' && number == 0
                       ? sqlite3_bind_null(statement, i)
                       : sqlite3_bind_int64(statement, i, number);
        }
    }
    return code;
}

static enum septum_status
prepare(struct spt_database *database, sqlite3_stmt **out, struct septum_error *err,
        const char *sql, const char *kinds, va_list arguments)
{
    int code = sqlite3_prepare_v2(database->handle, sql, -1, out, NULL);

    if (code == SQLITE_OK)
        code = bind_all(*out, kinds, arguments);
    if (code == SQLITE_OK)
        return SEPTUM_OK;
    sqlite3_finalize(*out);
    *out = NULL;
    /* The tables are not those that the version in the file's head promises. */
    if (code == SQLITE_ERROR)
        return fail_damaged(database, sqlite3_errmsg(database->handle), err);
    return spt_database_fail(database, code, err);
}

enum septum_status
spt_database_query(struct spt_database *database, sqlite3_stmt **out,
                   struct septum_error *err, const char *sql, const char *kinds, ...)
{
    enum septum_status status;
    va_list arguments;

    va_start(arguments, kinds);
    status = prepare(database, out, err, sql, kinds, arguments);
    va_end(arguments);
    return status;
}

enum septum_status
spt_database_step(struct spt_database *database, sqlite3_stmt *statement, bool *row,
                  struct septum_error *err)
{
    int code = sqlite3_step(statement);

    *row = code == SQLITE_ROW;
    return code == SQLITE_ROW || code == SQLITE_DONE
               ? SEPTUM_OK
               : spt_database_fail(database, code, err);
}

enum septum_status
spt_database_run(struct spt_database *database, struct septum_error *err,
                 const char *sql, const char *kinds, ...)
{
    sqlite3_stmt *statement = NULL;
    enum septum_status status;
    va_list arguments;
    bool row;

    va_start(arguments, kinds);
    status = prepare(database, &statement, err, sql, kinds, arguments);
    va_end(arguments);
    if (status == SEPTUM_OK)
        status = spt_database_step(database, statement, &row, err);
    sqlite3_finalize(statement);
    return status;
}

enum septum_status
spt_database_number(struct spt_database *database, int64_t missing, int64_t *out,
                    struct septum_error *err, const char *sql, const char *kinds, ...)
{
    sqlite3_stmt *statement = NULL;
    enum septum_status status;
    va_list arguments;
    bool row = false;

    va_start(arguments, kinds);
    status = prepare(database, &statement, err, sql, kinds, arguments);
    va_end(arguments);
    if (status == SEPTUM_OK)
        status = spt_database_step(database, statement, &row, err);
    if (status == SEPTUM_OK)
        *out = row ? sqlite3_column_int64(statement, 0) : missing;
    sqlite3_finalize(statement);
    return status;
}

char *
spt_database_text(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);

    return text != NULL ? strdup(text) : NULL;
}

enum septum_status
spt_database_bytes(struct spt_database *database, sqlite3_stmt *statement, int column,
                   struct spt_bytes *out, struct septum_error *err)
{
    const void *blob = sqlite3_column_blob(statement, column);
    size_t count = (size_t)sqlite3_column_bytes(statement, column);

    *out = (struct spt_bytes){0};
    return count == 0 || (blob != NULL && spt_bytes_append(out, blob, count))
               ? SEPTUM_OK
               : spt_fail_memory(err, database->path, count);
}

/* ---- transactions ---------------------------------------------------------------- */

static enum septum_status
execute(struct spt_database *database, const char *sql, struct septum_error *err)
{
    int code = sqlite3_exec(database->handle, sql, NULL, NULL, NULL);

    return code == SQLITE_OK ? SEPTUM_OK : spt_database_fail(database, code, err);
}

enum septum_status
spt_database_begin(struct spt_database *database, struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;

    /* Immediate: a reader that turned writer halfway could only give up. */
    if (database->depth == 0)
        status = execute(database, "BEGIN IMMEDIATE", err);
    database->depth += status == SEPTUM_OK;
    return status;
}

enum septum_status
spt_database_end(struct spt_database *database, enum septum_status status,
                 struct septum_error *err)
{
    if (--database->depth > 0)
        return status;
    if (status == SEPTUM_OK)
        status = execute(database, "COMMIT", err);
    /* A failed statement may have ended the transaction already. */
    if (status != SEPTUM_OK && sqlite3_get_autocommit(database->handle) == 0)
        sqlite3_exec(database->handle, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

/* ---- opening --------------------------------------------------------------------- */

/*
 * SQLite takes an empty file, and one that is not there, for an empty database.
 *
 * The file is looked at, and never opened: whoever closes a file gives up all locks
 * that his process has on it (POSIX), also those of another connection of SQLite's.
 * Other processes would then take themselves for the last one, and remove the
 * write-ahead log that this one still writes to (sqlite.org/howtocorrupt.html, 2.2).
 */
static enum septum_status
check_start(const char *path, const char *name, struct septum_error *err)
{
    struct stat about;

    if (stat(path, &about) != 0)
        return errno == ENOENT
                   ? spt_fail(
                         err, SEPTUM_EIO,
                         "%s: there is no such project; make it by: septum project "
                         "create %s",
                         name, name)
                   : spt_fail_errno(err, name);
    if (!S_ISREG(about.st_mode) || about.st_size == 0)
        return fail_other(name, err);
    return access(path, R_OK) == 0 ? SEPTUM_OK : spt_fail_errno(err, name);
}

/* SQLite, when it may not make a file, tries again to read it, and says that nothing is
 * there. */
static enum septum_status
make_file(const char *path, const char *name, struct septum_error *err)
{
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

    if (file < 0)
        return spt_fail_errno(err, name);
    close(file);
    return SEPTUM_OK;
}

static enum septum_status
check_whole(struct spt_database *database, struct septum_error *err)
{
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum septum_status status =
        spt_database_query(database, &statement, err, "PRAGMA quick_check(1)", "");

    if (status == SEPTUM_OK)
        status = spt_database_step(database, statement, &row, err);
    if (status == SEPTUM_OK && row) {
        const char *found = (const char *)sqlite3_column_text(statement, 0);

        const char *line = found != NULL ? strrchr(found, '\n') : NULL;

        /* A heading may stand before what was found. */
        if (found == NULL || strcmp(found, "ok") != 0)
            status = fail_damaged(database,
                                  line != NULL    ? line + 1
                                  : found != NULL ? found
                                                  : "unreadable",
                                  err);
    }
    sqlite3_finalize(statement);
    return status;
}

static enum septum_status
check_kind(struct spt_database *database, int64_t *version, struct septum_error *err)
{
    int64_t application = 0;
    enum septum_status status = spt_database_number(database, 0, &application, err,
                                                    "PRAGMA application_id", "");

    if (status == SEPTUM_OK && application != SPT_PROJECT_APPLICATION)
        status =
            spt_fail(err, SEPTUM_EFORMAT,
                     "%s: is an SQLite file, but not a Septum project", database->path);
    if (status == SEPTUM_OK)
        status =
            spt_database_number(database, 0, version, err, "PRAGMA user_version", "");
    if (status == SEPTUM_OK && *version > spt_schema_version())
        status = spt_fail(err, SEPTUM_EFORMAT,
                          "%s: was written by a newer Septum (format %" PRId64
                          ", and this one knows up to %d); use a newer septum",
                          database->path, *version, spt_schema_version());
    return status;
}

/* Bring the tables to this version, in one transaction. */
static enum septum_status
migrate(struct spt_database *database, struct septum_error *err)
{
    enum septum_status status = spt_database_begin(database, err);
    int64_t version = 0;
    char pragma[64];

    if (status != SEPTUM_OK)
        return status;
    /* Another process may have been faster. */
    status = spt_database_number(database, 0, &version, err, "PRAGMA user_version", "");
    while (status == SEPTUM_OK && version < spt_schema_version())
        status = execute(database, spt_schema_migration((int)version++), err);
    sqlite3_snprintf(sizeof pragma, pragma, "PRAGMA user_version = %d",
                     spt_schema_version());
    if (status == SEPTUM_OK)
        status = execute(database, pragma, err);
    return spt_database_end(database, status, err);
}

/* What must be set at every opening. */
static enum septum_status
configure(struct spt_database *database, struct septum_error *err)
{
    sqlite3_busy_timeout(database->handle, BUSY_MILLISECONDS);
    sqlite3_extended_result_codes(database->handle, 1);
    sqlite3_db_config(database->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(database->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return execute(database,
                   "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL;"
                   "PRAGMA cell_size_check = ON;",
                   err);
}

enum septum_status
spt_database_open(const char *path, const char *name, bool make,
                  struct spt_database *out, struct septum_error *err)
{
    struct spt_database database = {.path = strdup(name)};
    int64_t version = 0;
    enum septum_status status;
    int code;

    if (database.path == NULL)
        return spt_fail_memory(err, name, strlen(name));
    status = make ? make_file(path, name, err) : check_start(path, name, err);
    if (status != SEPTUM_OK)
        goto done;
    code = sqlite3_open_v2(path, &database.handle, SQLITE_OPEN_READWRITE, NULL);
    status = code == SQLITE_OK ? configure(&database, err)
                               : spt_database_fail(&database, code, err);
    if (status == SEPTUM_OK && !make)
        status = check_kind(&database, &version, err);
    if (status == SEPTUM_OK && !make)
        status = check_whole(&database, err);
    if (status == SEPTUM_OK && make) {
        char pragma[64];

        sqlite3_snprintf(sizeof pragma, pragma, "PRAGMA application_id = %d",
                         SPT_PROJECT_APPLICATION);
        status = execute(&database, pragma, err);
    }
    if (status == SEPTUM_OK && version < spt_schema_version())
        status = migrate(&database, err);
    /* Last, so that a stranger's file is not changed by a byte. */
    if (status == SEPTUM_OK && sqlite3_db_readonly(database.handle, "main") == 0)
        status = execute(&database, "PRAGMA journal_mode = WAL", err);
    if (status == SEPTUM_OK) {
        *out = database;
        return SEPTUM_OK;
    }
done:
    spt_database_close(&database);
    return status;
}

enum septum_status
spt_database_gather(struct spt_database *database, struct septum_error *err)
{
    int64_t busy = 0;
    enum septum_status status = spt_database_number(
        database, 0, &busy, err, "PRAGMA wal_checkpoint(TRUNCATE)", "");

    return status == SEPTUM_OK && busy != 0
               ? spt_database_fail(database, SQLITE_BUSY, err)
               : status;
}

/* What sqlite3_close() returns says nothing of whether the log was brought in. */
void
spt_database_close(struct spt_database *database)
{
    sqlite3_close(database->handle);
    free(database->path);
    *database = (struct spt_database){0};
}
