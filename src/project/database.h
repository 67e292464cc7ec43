/*
 * database.h - SQLite in the manner of the house: a status and one sentence a failure.
 *
 * Every change is made between begin and end, which may be nested: only the outermost
 * pair counts, and what it did is there whole, through a kill or a power cut, or not at
 * all (write-ahead log, synchronous = FULL).
 */
#ifndef SEPTUM_PROJECT_DATABASE_H
#define SEPTUM_PROJECT_DATABASE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/file.h"

/* All zero is a valid, closed database. */
struct spt_database {
    sqlite3 *handle;
    char *path; /* for messages; owned */
    int depth;  /* of nested begins */
};

/* Open an existing project, or make one in the file `path` that is not there yet;
 * messages call it `name`. */
enum septum_status
spt_database_open(const char *path, const char *name, bool make,
                  struct spt_database *out, struct septum_error *err);

/* Bring all that was changed into the one file; nobody else may have it open. */
enum septum_status
spt_database_gather(struct spt_database *database, struct septum_error *err);

/* Close.  What could not be brought into the one file stays beside it, in its log, for
 * the next opening. */
void spt_database_close(struct spt_database *database);

enum septum_status
spt_database_begin(struct spt_database *database, struct septum_error *err);

/* Keep what was done since begin if `status` is SEPTUM_OK, else undo it.  Returns
 * `status`, or why it could not be kept. */
enum septum_status
spt_database_end(struct spt_database *database, enum septum_status status,
                 struct septum_error *err);

/*
 * Prepare a statement and bind what follows to its parameters, a letter of `kinds`
 * each: i an int64_t, d a double, t a text (NULL is NULL), b a blob (const void *, then
 * size_t), n a reference (int64_t, of which 0 is NULL).  What is bound must live as
 * long as the statement.  The caller finalises *out.
 */
enum septum_status
spt_database_query(struct spt_database *database, sqlite3_stmt **out,
                   struct septum_error *err, const char *sql, const char *kinds, ...);

/* Go to the statement's next row; *row says whether there is one. */
enum septum_status
spt_database_step(struct spt_database *database, sqlite3_stmt *statement, bool *row,
                  struct septum_error *err);

/* Prepare, bind and run a statement that has no rows. */
enum septum_status
spt_database_run(struct spt_database *database, struct septum_error *err,
                 const char *sql, const char *kinds, ...);

/* The whole number in the first row's first column; `missing` when there is no row. */
enum septum_status
spt_database_number(struct spt_database *database, int64_t missing, int64_t *out,
                    struct septum_error *err, const char *sql, const char *kinds, ...);

/* Column `column` as a text to free; NULL when memory runs out. */
char *spt_database_text(sqlite3_stmt *statement, int column);

/* Column `column` as bytes; the caller clears *out. */
enum septum_status
spt_database_bytes(struct spt_database *database, sqlite3_stmt *statement, int column,
                   struct spt_bytes *out, struct septum_error *err);

/* Say in one sentence why SQLite refused. */
enum septum_status
spt_database_fail(struct spt_database *database, int code, struct septum_error *err);

#endif
