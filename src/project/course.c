/*
 * course.c - see course.h.
 */
#include "project/course.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "project/private.h"

enum septum_status
spt_project_add_lesson(struct spt_project *project, const struct spt_lesson *lesson,
                       struct septum_error *err)
{
    struct spt_database *database = &project->database;
    enum septum_status status = spt_database_begin(database, err);

    if (status != SEPTUM_OK)
        return status;
    status = spt_database_run(
        database, err,
        "INSERT INTO lesson (round, model, train_seconds, loss, measured) "
        "VALUES (?, ?, ?, ?, ?)",
        "inddi", lesson->round, lesson->model, lesson->train_seconds, lesson->loss,
        spt_clock_date());
    return spt_database_end(database, status, err);
}

static double
read_number(sqlite3_stmt *row, int column)
{
    return sqlite3_column_type(row, column) == SQLITE_NULL
               ? NAN
               : sqlite3_column_double(row, column);
}

/* Rounds are numbered from 1 as their answers come. */
static const char rounds[] =
    "SELECT answer.round,"
    " (SELECT total(seconds) FROM answer AS a WHERE a.id <= answer.id),"
    " (SELECT total(train_seconds) FROM lesson WHERE round <= answer.round),"
    " (SELECT loss FROM lesson WHERE round = answer.round ORDER BY id DESC LIMIT 1),"
    " (SELECT f_score FROM score WHERE round = answer.round ORDER BY id DESC LIMIT 1),"
    " (SELECT agreement FROM sheet WHERE sheet.answer = answer.id)"
    " FROM answer WHERE lease IS NOT NULL ORDER BY answer.id LIMIT ?";

enum septum_status
spt_project_course(struct spt_project *project, struct spt_course_point **out,
                   size_t *count, struct septum_error *err)
{
    struct spt_database *database = &project->database;
    struct spt_course_point *points = NULL;
    sqlite3_stmt *s = NULL;
    int64_t most = 0;
    size_t found = 0;
    bool row = false;
    enum septum_status status =
        spt_database_number(database, 0, &most, err,
                            "SELECT count(*) FROM answer WHERE lease IS NOT NULL", "");

    if (status != SEPTUM_OK)
        return status;
    points = spt_alloc_array((size_t)most, sizeof *points);
    if (points == NULL)
        return spt_fail_memory(err, "rounds", (size_t)most * sizeof *points);
    status = spt_database_query(database, &s, err, rounds, "i", most);
    while (status == SEPTUM_OK) {
        status = spt_database_step(database, s, &row, err);
        if (status != SEPTUM_OK || !row)
            break;
        points[found++] = (struct spt_course_point){
            .round = sqlite3_column_int64(s, 0),
            .expert_seconds = sqlite3_column_double(s, 1),
            .train_seconds = sqlite3_column_double(s, 2),
            .loss = read_number(s, 3),
            .f_score = read_number(s, 4),
            .agreement = read_number(s, 5),
        };
    }
    sqlite3_finalize(s);
    if (status != SEPTUM_OK) {
        free(points);
        return status;
    }
    *out = points;
    *count = found;
    return SEPTUM_OK;
}
