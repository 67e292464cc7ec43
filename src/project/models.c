/*
 * models.c - the models of a project and their scores; see project.h.
 */
#include <string.h>

#include "base/clock.h"
#include "base/sha256.h"
#include "project/private.h"
#include "project/project.h"

enum septum_status
spt_project_add_model(struct spt_project *project, const struct spt_bytes *onnx,
                      const char *note, int64_t *id, struct septum_error *err)
{
    struct spt_database *database = &project->database;
    uint8_t digest[SPT_SHA256_BYTES];
    int64_t rounds = 0, same = 0;
    enum septum_status status = spt_database_begin(database, err);

    if (status != SEPTUM_OK)
        return status;
    spt_sha256_of(onnx->at, onnx->count, digest);
    status = spt_database_number(
        database, 0, &same, err,
        "SELECT id FROM model WHERE id = (SELECT max(id) FROM model) AND sha256 = ?",
        "b", (const void *)digest, sizeof digest);
    if (status == SEPTUM_OK && same == 0)
        status = spt_project_rounds(project, &rounds, err);
    if (status == SEPTUM_OK && same == 0) {
        status = spt_database_run(
            database, err,
            "INSERT INTO model (round, added, sha256, note, onnx) VALUES (?, ?, ?, ?, "
            "?)",
            "iibtb", rounds, spt_clock_date(), (const void *)digest, sizeof digest,
            note, (const void *)onnx->at, onnx->count);
        same = sqlite3_last_insert_rowid(database->handle);
    }
    status = spt_database_end(database, status, err);
    if (status == SEPTUM_OK)
        *id = same;
    return status;
}

enum septum_status
spt_project_model(struct spt_project *project, int64_t *id, struct spt_bytes *onnx,
                  struct septum_error *err)
{
    struct spt_database *database = &project->database;
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum septum_status status =
        spt_database_query(database, &statement, err,
                           "SELECT id, onnx FROM model ORDER BY id DESC LIMIT 1", "");

    if (status == SEPTUM_OK)
        status = spt_database_step(database, statement, &row, err);
    if (status == SEPTUM_OK && row && onnx != NULL)
        status = spt_database_bytes(database, statement, 1, onnx, err);
    if (status == SEPTUM_OK)
        *id = row ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return status;
}

enum septum_status
spt_project_model_round(struct spt_project *project, int64_t id, int64_t *round,
                        struct septum_error *err)
{
    return spt_database_number(&project->database, 0, round, err,
                               "SELECT round FROM model WHERE id = ?", "i", id);
}

enum septum_status
spt_project_models(struct spt_project *project, int64_t *count,
                   struct septum_error *err)
{
    return spt_database_number(&project->database, 0, count, err,
                               "SELECT count(*) FROM model", "");
}

/* How many answers there are on validation images. */
static const char count_answers[] =
    "SELECT count(*) FROM answer JOIN image ON image.id = answer.image"
    " WHERE validation = 1";

enum septum_status
spt_project_add_score(struct spt_project *project, int64_t model,
                      const struct spt_project_score *score, struct septum_error *err)
{
    struct spt_database *database = &project->database;
    int64_t rounds = 0, answers = 0;
    enum septum_status status = spt_database_begin(database, err);

    if (status != SEPTUM_OK)
        return status;
    status = spt_project_rounds(project, &rounds, err);
    if (status == SEPTUM_OK)
        status = spt_database_number(database, 0, &answers, err, count_answers, "");
    if (status == SEPTUM_OK)
        status = spt_database_run(
            database, err,
            "INSERT INTO score (model, round, answers, f_score, precision, recall,"
            " threshold, pixels, measured) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            "iiiddddii", model, rounds, answers, score->f_score, score->precision,
            score->recall, score->threshold, (int64_t)score->pixels, spt_clock_date());
    return spt_database_end(database, status, err);
}

enum septum_status
spt_project_score(struct spt_project *project, struct spt_project_score *out,
                  bool *found, struct septum_error *err)
{
    struct spt_database *database = &project->database;
    sqlite3_stmt *statement = NULL;
    int64_t answers = 0;
    enum septum_status status =
        spt_database_number(database, 0, &answers, err, count_answers, "");

    *found = false;
    if (status == SEPTUM_OK)
        status = spt_database_query(
            database, &statement, err,
            "SELECT f_score, precision, recall, threshold, pixels FROM score WHERE "
            "model = (SELECT max(id) FROM model) AND answers = ? ORDER BY id DESC "
            "LIMIT 1",
            "i", answers);
    if (status == SEPTUM_OK)
        status = spt_database_step(database, statement, found, err);
    if (status == SEPTUM_OK && *found)
        *out = (struct spt_project_score){
            .f_score = sqlite3_column_double(statement, 0),
            .precision = sqlite3_column_double(statement, 1),
            .recall = sqlite3_column_double(statement, 2),
            .threshold = sqlite3_column_double(statement, 3),
            .pixels = (uint64_t)sqlite3_column_int64(statement, 4),
        };
    sqlite3_finalize(statement);
    return status;
}
