/*
 * kept.c - see kept.h.
 */
#include "project/kept.h"

#include "project/private.h"

enum septum_status
spt_project_keep(struct spt_project *project, const char *name,
                 const uint8_t digest[SPT_SHA256_BYTES], const struct spt_bytes *bytes,
                 struct septum_error *err)
{
    struct spt_database *database = &project->database;
    enum septum_status status = spt_database_begin(database, err);

    if (status != SEPTUM_OK)
        return status;
    status = spt_database_run(
        database, err, "REPLACE INTO kept (name, sha256, content) VALUES (?, ?, ?)",
        "tbb", name, (const void *)digest, (size_t)SPT_SHA256_BYTES,
        (const void *)bytes->at, bytes->count);
    return spt_database_end(database, status, err);
}

enum septum_status
spt_project_kept(struct spt_project *project, const char *name,
                 const uint8_t digest[SPT_SHA256_BYTES], struct spt_bytes *out,
                 struct septum_error *err)
{
    struct spt_database *database = &project->database;
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum septum_status status =
        spt_database_query(database, &statement, err,
                           "SELECT content FROM kept WHERE name = ? AND sha256 = ?",
                           "tb", name, (const void *)digest, (size_t)SPT_SHA256_BYTES);

    *out = (struct spt_bytes){0};
    if (status == SEPTUM_OK)
        status = spt_database_step(database, statement, &row, err);
    if (status == SEPTUM_OK && row)
        status = spt_database_bytes(database, statement, 0, out, err);
    sqlite3_finalize(statement);
    return status;
}
