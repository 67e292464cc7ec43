/*
 * relink.c - files that have been moved are found again, by their bytes; see project.h.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sha256.h"
#include "project/file.h"
#include "project/project.h"

static const char *
base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* The file of `set` with these bytes, one of the same name if there is one, or NULL.
 * Only files of the right size are read. */
static enum septum_status
find_content(const struct spt_set *set, const char *name, int64_t bytes,
             const uint8_t *digest, const char **out, struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;

    *out = NULL;
    for (size_t i = 0; i < set->count && status == SEPTUM_OK; i++) {
        const char *path = set->pages[i].path;
        bool same_name = strcmp(base_name(path), base_name(name)) == 0;
        uint8_t found[SPT_SHA256_BYTES];
        struct spt_stamp stamp;

        if (set->pages[i].index != 0 || (*out != NULL && !same_name) ||
            !spt_stamp_read(path, &stamp) || stamp.bytes != bytes)
            continue;
        status = spt_sha256_file(path, found, err);
        if (status == SEPTUM_OK && memcmp(found, digest, sizeof found) == 0) {
            *out = path;
            if (same_name)
                break;
        }
    }
    return status;
}

/* A file as it is recorded, and where it was found. */
struct record {
    int64_t id;
    char *path;
    struct spt_stamp stamp;
    uint8_t digest[SPT_SHA256_BYTES];
    char *place; /* to record instead of path, with `stamp`; NULL: none */
};

/* All zero is a valid, empty list. */
struct records {
    struct record *record;
    size_t count;
};

static void
clear_records(struct records *records)
{
    for (size_t i = 0; i < records->count; i++) {
        free(records->record[i].path);
        free(records->record[i].place);
    }
    free(records->record);
    *records = (struct records){0};
}

static enum septum_status
read_record(struct spt_project *project, sqlite3_stmt *row, struct record *record,
            struct septum_error *err)
{
    const void *digest = sqlite3_column_blob(row, 4);

    *record = (struct record){
        .id = sqlite3_column_int64(row, 0),
        .path = spt_database_text(row, 1),
        .stamp = {sqlite3_column_int64(row, 2), sqlite3_column_int64(row, 3)},
    };
    if (record->path == NULL || digest == NULL)
        return spt_fail_memory(err, project->database.path, 256);
    memcpy(record->digest, digest, sizeof record->digest);
    return SEPTUM_OK;
}

/* The caller clears *records, also after a failure. */
static enum septum_status
list_files(struct spt_project *project, struct records *records,
           struct septum_error *err)
{
    struct spt_database *database = &project->database;
    sqlite3_stmt *statement = NULL;
    int64_t count = 0;
    bool row = false;
    enum septum_status status =
        spt_database_number(database, 0, &count, err, "SELECT count(*) FROM file", "");

    if (status != SEPTUM_OK)
        return status;
    records->record = spt_alloc_array((size_t)count, sizeof *records->record);
    if (records->record == NULL)
        return spt_fail_memory(err, database->path,
                               (size_t)count * sizeof *records->record);
    status = spt_database_query(
        database, &statement, err,
        "SELECT id, path, bytes, changed_ns, sha256 FROM file ORDER BY id LIMIT ?", "i",
        count);
    while (status == SEPTUM_OK) {
        status = spt_database_step(database, statement, &row, err);
        if (status != SEPTUM_OK || !row)
            break;
        status =
            read_record(project, statement, &records->record[records->count++], err);
    }
    sqlite3_finalize(statement);
    return status;
}

static enum septum_status
find_place(struct spt_project *project, struct record *record,
           const struct spt_set *set, struct spt_relinked *relinked,
           struct septum_error *err)
{
    char *path = spt_path_resolve(project, record->path);
    const char *place = NULL;
    enum spt_file_state state = SPT_FILE_SAME;
    enum septum_status status =
        path != NULL
            ? spt_stamp_check(path, &record->stamp, record->digest, &state, err)
            : spt_fail_memory(err, record->path, strlen(record->path));

    if (status == SEPTUM_OK && state != SPT_FILE_SAME)
        status =
            find_content(set, path, record->stamp.bytes, record->digest, &place, err);
    if (status != SEPTUM_OK || state == SPT_FILE_SAME)
        goto done;
    if (place == NULL) {
        relinked->missing++;
        if (relinked->first_missing == NULL) {
            relinked->first_missing = path;
            path = NULL;
        }
        goto done;
    }
    record->place = spt_path_record(project, place);
    if (record->place == NULL || !spt_stamp_read(place, &record->stamp))
        status = spt_fail_errno(err, place);
    relinked->found += status == SEPTUM_OK;
done:
    free(path);
    return status;
}

/* Another process may have relinked a file meanwhile: its word holds. */
static enum septum_status
record_places(struct spt_project *project, const struct records *records,
              struct septum_error *err)
{
    struct spt_database *database = &project->database;
    enum septum_status status = spt_database_begin(database, err);

    if (status != SEPTUM_OK)
        return status;
    for (size_t i = 0; i < records->count && status == SEPTUM_OK; i++) {
        const struct record *record = &records->record[i];

        if (record->place != NULL)
            status = spt_database_run(
                database, err,
                "UPDATE file SET path = ?, changed_ns = ? WHERE id = ? AND path = ?",
                "tiit", record->place, record->stamp.changed_ns, record->id,
                record->path);
    }
    return spt_database_end(database, status, err);
}

enum septum_status
spt_project_relink(struct spt_project *project, const struct spt_set *set,
                   struct spt_relinked *out, struct septum_error *err)
{
    struct spt_relinked relinked = {0};
    struct records records = {0};
    enum septum_status status = list_files(project, &records, err);

    /* Read before the transaction: others wait while that lasts. */
    for (size_t i = 0; i < records.count && status == SEPTUM_OK; i++)
        status = find_place(project, &records.record[i], set, &relinked, err);
    if (status == SEPTUM_OK && relinked.found > 0)
        status = record_places(project, &records, err);
    if (status == SEPTUM_OK)
        *out = relinked;
    else
        free(relinked.first_missing);
    clear_records(&records);
    return status;
}
