/*
 * sheet.c - see sheet.h.
 */
#include "project/sheet.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "project/answer.h"
#include "project/private.h"

/* Indexed by enum spt_sheet_kind. */
static const char *const sheet_kinds[] = {"region", "free"};

const char *const spt_change_kinds[] = {"paint", "undo", "redo", NULL};

void
spt_sheet_clear(struct spt_sheet *sheet)
{
    free(sheet->who);
    free(sheet->why);
    *sheet = (struct spt_sheet){0};
}

static enum septum_status
fail_runs(const struct spt_project *project, int64_t sheet, struct septum_error *err)
{
    return spt_fail(err, SEPTUM_EFORMAT,
                    "%s: is damaged (the journal of sheet %" PRId64
                    " does not fit its box); go back to a copy of it",
                    project->database.path, sheet);
}

/* ---- opening and finding --------------------------------------------------------- */

/* Later than any other, also when the clock was set back. */
#define OPENED "max(?, (SELECT ifnull(max(opened), 0) + 1 FROM sheet))"

enum septum_status
spt_project_open_sheet(struct spt_project *project, const struct spt_sheet *sheet,
                       const struct spt_runs *base, int64_t *id,
                       struct septum_error *err)
{
    struct spt_database *database = &project->database;
    struct spt_bytes packed = {0};
    int64_t opened = 0;
    enum septum_status status;

    if (!spt_runs_pack(base, &packed))
        return spt_fail_memory(err, "a sheet", base->count * sizeof *base->run);
    status = spt_database_begin(database, err);
    if (status == SEPTUM_OK) {
        status = spt_database_run(
            database, err,
            "INSERT INTO sheet (kind, image, lease, model, who, opened, top, \"left\", "
            "height, width, threshold, why, base, seconds, state) VALUES (?, ?, ?, ?, "
            "?, " OPENED ", ?, ?, ?, ?, ?, ?, ?, 0, 'open')",
            "tinntiiiiidtb", sheet_kinds[sheet->kind], sheet->image, sheet->lease,
            sheet->model, sheet->who, spt_clock_date(), (int64_t)sheet->top,
            (int64_t)sheet->left, (int64_t)sheet->height, (int64_t)sheet->width,
            sheet->threshold, sheet->why != NULL ? sheet->why : "",
            (const void *)packed.at, packed.count);
        opened = sqlite3_last_insert_rowid(database->handle);
        status = spt_database_end(database, status, err);
    }
    if (status == SEPTUM_OK)
        *id = opened;
    spt_bytes_clear(&packed);
    return status;
}

#define SHEETS                                                                         \
    "SELECT sheet.id, kind, sheet.image, lease, sheet.model, sheet.who, top, "         \
    "\"left\", height, width, threshold, why, seconds, "                               \
    "(SELECT ifnull(max(number), 0) FROM change WHERE sheet = sheet.id) "              \
    "FROM sheet LEFT JOIN lease ON lease.id = lease "                                  \
    "WHERE sheet.state = 'open' AND (lease IS NULL OR lease.state = 'open') "          \
    "AND sheet.who = ?1 "
#define NEWEST " ORDER BY opened DESC, sheet.id DESC LIMIT 1"

static enum septum_status
find_sheet(struct spt_project *project, const char *sql, const char *who, int64_t which,
           struct spt_sheet *out, struct septum_error *err)
{
    struct spt_database *database = &project->database;
    struct spt_sheet sheet = {0};
    sqlite3_stmt *s = NULL;
    bool row = false;
    enum septum_status status =
        spt_database_query(database, &s, err, sql, "ti", who, which);

    if (status == SEPTUM_OK)
        status = spt_database_step(database, s, &row, err);
    if (status == SEPTUM_OK && row) {
        const char *kind = (const char *)sqlite3_column_text(s, 1);

        sheet = (struct spt_sheet){
            .id = sqlite3_column_int64(s, 0),
            .kind = kind != NULL && strcmp(kind, sheet_kinds[SPT_SHEET_FREE]) == 0
                        ? SPT_SHEET_FREE
                        : SPT_SHEET_REGION,
            .image = sqlite3_column_int64(s, 2),
            .lease = sqlite3_column_int64(s, 3),
            .model = sqlite3_column_int64(s, 4),
            .who = spt_database_text(s, 5),
            .top = (uint32_t)sqlite3_column_int64(s, 6),
            .left = (uint32_t)sqlite3_column_int64(s, 7),
            .height = (uint32_t)sqlite3_column_int64(s, 8),
            .width = (uint32_t)sqlite3_column_int64(s, 9),
            .threshold = sqlite3_column_double(s, 10),
            .why = spt_database_text(s, 11),
            .seconds = sqlite3_column_double(s, 12),
            .last = sqlite3_column_int64(s, 13),
        };
        if (sheet.who == NULL || sheet.why == NULL)
            status = spt_fail_memory(err, "a sheet", sizeof sheet);
        else if (spt_sheet_pixels(&sheet) > SPT_PAGE_PIXELS_MAX)
            status = fail_runs(project, sheet.id, err);
    }
    sqlite3_finalize(s);
    if (status == SEPTUM_OK)
        *out = sheet;
    else
        spt_sheet_clear(&sheet);
    return status;
}

enum septum_status
spt_project_sheet(struct spt_project *project, int64_t id, const char *who,
                  struct spt_sheet *out, struct septum_error *err)
{
    return find_sheet(project, SHEETS "AND sheet.id = ?2", who, id, out, err);
}

enum septum_status
spt_project_last_sheet(struct spt_project *project, const char *who,
                       struct spt_sheet *out, struct septum_error *err)
{
    return find_sheet(project, SHEETS "AND ?2 = 0" NEWEST, who, 0, out, err);
}

enum septum_status
spt_project_region_sheet(struct spt_project *project, const char *who,
                         struct spt_sheet *out, struct septum_error *err)
{
    return find_sheet(project, SHEETS "AND kind = 'region' AND ?2 = 0" NEWEST, who, 0,
                      out, err);
}

enum septum_status
spt_project_free_sheet(struct spt_project *project, int64_t image, const char *who,
                       struct spt_sheet *out, struct septum_error *err)
{
    return find_sheet(project, SHEETS "AND kind = 'free' AND sheet.image = ?2" NEWEST,
                      who, image, out, err);
}

enum septum_status
spt_project_touch_sheet(struct spt_project *project, int64_t id,
                        struct septum_error *err)
{
    return spt_database_run(&project->database, err,
                            "UPDATE sheet SET opened = " OPENED " WHERE id = ?", "ii",
                            spt_clock_date(), id);
}

/* ---- changes --------------------------------------------------------------------- */

static bool
read_change(const struct spt_sheet *sheet, sqlite3_stmt *row, struct spt_change *change)
{
    const char *kind = (const char *)sqlite3_column_text(row, 1);

    *change = (struct spt_change){
        .number = sqlite3_column_int64(row, 0),
        .of = sqlite3_column_int64(row, 2),
        .tool = (const char *)sqlite3_column_text(row, 3),
        .seconds = sqlite3_column_double(row, 4),
    };
    for (int i = 0; kind != NULL && spt_change_kinds[i] != NULL; i++)
        if (strcmp(kind, spt_change_kinds[i]) == 0)
            change->kind = (enum spt_change_kind)i;
    return spt_runs_unpack(sqlite3_column_blob(row, 5),
                           (size_t)sqlite3_column_bytes(row, 5),
                           spt_sheet_pixels(sheet), &change->runs);
}

enum septum_status
spt_project_changes(struct spt_project *project, const struct spt_sheet *sheet,
                    int64_t after,
                    enum septum_status (*tell)(void *user,
                                               const struct spt_change *change,
                                               struct septum_error *err),
                    void *user, struct septum_error *err)
{
    struct spt_database *database = &project->database;
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum septum_status status =
        spt_database_query(database, &statement, err,
                           "SELECT number, kind, of, tool, seconds, runs FROM change "
                           "WHERE sheet = ? AND number > ? ORDER BY number",
                           "ii", sheet->id, after);

    while (status == SEPTUM_OK) {
        struct spt_change change;

        status = spt_database_step(database, statement, &row, err);
        if (status != SEPTUM_OK || !row)
            break;
        status = read_change(sheet, statement, &change)
                     ? tell(user, &change, err)
                     : fail_runs(project, sheet->id, err);
        spt_runs_clear(&change.runs);
    }
    sqlite3_finalize(statement);
    return status;
}

enum septum_status
spt_project_base(struct spt_project *project, const struct spt_sheet *sheet,
                 struct spt_runs *out, struct septum_error *err)
{
    struct spt_database *database = &project->database;
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum septum_status status =
        spt_database_query(database, &statement, err,
                           "SELECT base FROM sheet WHERE id = ?", "i", sheet->id);

    if (status == SEPTUM_OK)
        status = spt_database_step(database, statement, &row, err);
    if (status == SEPTUM_OK &&
        (!row || !spt_runs_unpack(sqlite3_column_blob(statement, 0),
                                  (size_t)sqlite3_column_bytes(statement, 0),
                                  spt_sheet_pixels(sheet), out)))
        status = fail_runs(project, sheet->id, err);
    sqlite3_finalize(statement);
    return status;
}

static enum septum_status
apply_change(void *user, const struct spt_change *change, struct septum_error *err)
{
    (void)err;
    spt_runs_apply(&change->runs, user);
    return SEPTUM_OK;
}

enum septum_status
spt_project_compose(struct spt_project *project, const struct spt_sheet *sheet,
                    uint8_t *pixels, struct septum_error *err)
{
    struct spt_runs base = {0};
    enum septum_status status = spt_project_base(project, sheet, &base, err);

    if (status != SEPTUM_OK)
        return status;
    memset(pixels, SPT_LABEL_KEEP, (size_t)spt_sheet_pixels(sheet));
    spt_runs_apply(&base, pixels);
    spt_runs_clear(&base);
    return spt_project_changes(project, sheet, 0, apply_change, pixels, err);
}

/* The last change, to compare a repetition of it with. */
struct last_change {
    const struct spt_change *wanted;
    bool equal;
};

static enum septum_status
compare_change(void *user, const struct spt_change *change, struct septum_error *err)
{
    struct last_change *last = user;

    (void)err;
    last->equal = change->kind == last->wanted->kind &&
                  change->of == last->wanted->of &&
                  spt_runs_equal(&change->runs, &last->wanted->runs);
    return SEPTUM_OK;
}

static enum septum_status
find_last(struct spt_database *database, int64_t sheet, int64_t *last,
          struct septum_error *err)
{
    return spt_database_number(database, 0, last, err,
                               "SELECT ifnull(max(number), 0) FROM change WHERE sheet "
                               "= ?",
                               "i", sheet);
}

static enum septum_status
insert_change(struct spt_database *database, const struct spt_sheet *sheet,
              const struct spt_change *change, int64_t until, struct septum_error *err)
{
    struct spt_bytes packed = {0};
    enum septum_status status;

    if (!spt_runs_pack(&change->runs, &packed))
        return spt_fail_memory(err, "a change", change->runs.count);
    status = spt_database_run(
        database, err,
        "INSERT INTO change (sheet, number, kind, of, tool, drawn, seconds, runs) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        "iitntidb", sheet->id, change->number, spt_change_kinds[change->kind],
        change->of, change->tool, spt_clock_date(), change->seconds,
        (const void *)packed.at, packed.count);
    if (status == SEPTUM_OK)
        status = spt_database_run(
            database, err, "UPDATE sheet SET seconds = max(seconds, ?) WHERE id = ?",
            "di", change->seconds, sheet->id);
    if (status == SEPTUM_OK && sheet->lease != 0)
        status = spt_database_run(database, err,
                                  "UPDATE lease SET until = max(until, ?) WHERE id = ?",
                                  "ii", until, sheet->lease);
    spt_bytes_clear(&packed);
    return status;
}

/* In a transaction. */
static enum septum_status
take_change(struct spt_project *project, const struct spt_sheet *sheet,
            const struct spt_change *change, int64_t until,
            enum spt_change_outcome *outcome, int64_t *last, struct septum_error *err)
{
    struct last_change same = {.wanted = change};
    struct spt_runs base = {0};
    enum septum_status status = find_last(&project->database, sheet->id, last, err);

    *outcome = SPT_CHANGE_BEHIND;
    if (status != SEPTUM_OK)
        return status;
    if (change->number == *last && *last > 0) {
        status =
            spt_project_changes(project, sheet, *last - 1, compare_change, &same, err);
        if (status == SEPTUM_OK && same.equal)
            *outcome = SPT_CHANGE_SAVED;
        return status;
    }
    if (change->number != *last + 1)
        return SEPTUM_OK;
    status = spt_project_base(project, sheet, &base, err);
    if (status == SEPTUM_OK && !spt_runs_inside(&change->runs, &base))
        *outcome = SPT_CHANGE_OUTSIDE;
    else if (status == SEPTUM_OK)
        status = insert_change(&project->database, sheet, change, until, err);
    spt_runs_clear(&base);
    if (status == SEPTUM_OK && *outcome == SPT_CHANGE_BEHIND) {
        *outcome = SPT_CHANGE_SAVED;
        *last = change->number;
    }
    return status;
}

enum septum_status
spt_project_change(struct spt_project *project, const struct spt_sheet *sheet,
                   const struct spt_change *change, int64_t until,
                   enum spt_change_outcome *outcome, int64_t *last,
                   struct septum_error *err)
{
    enum septum_status status = spt_database_begin(&project->database, err);

    if (status != SEPTUM_OK)
        return status;
    status = take_change(project, sheet, change, until, outcome, last, err);
    return spt_database_end(&project->database, status, err);
}

/* ---- ends ------------------------------------------------------------------------ */

/* F-score of the base's membrane against the answer's, where both say something of a
 * pixel; negative when neither has any. */
static double
find_agreement(const uint8_t *base, const uint8_t *pixels, size_t count)
{
    uint64_t both = 0, either = 0;

    for (size_t i = 0; i < count; i++) {
        if (base[i] > SPT_LABEL_MEMBRANE || pixels[i] > SPT_LABEL_MEMBRANE)
            continue;
        both += base[i] == SPT_LABEL_MEMBRANE && pixels[i] == SPT_LABEL_MEMBRANE;
        either += base[i] + pixels[i];
    }
    return either > 0 ? 2 * (double)both / (double)either : -1;
}

static enum septum_status
close_row(struct spt_database *database, const struct spt_sheet *sheet,
          const char *state, double seconds, int64_t answer, double agreement,
          struct septum_error *err)
{
    return spt_database_run(
        database, err,
        "UPDATE sheet SET state = ?, seconds = ?, answer = ?, agreement = "
        "CASE WHEN ?4 < 0 THEN NULL ELSE ?4 END WHERE id = ?",
        "tdndi", state, seconds, answer, agreement, sheet->id);
}

/* In a transaction; `base` is a block as large as `pixels`. */
static enum septum_status
confirm(struct spt_project *project, const struct spt_sheet *sheet, double seconds,
        uint8_t *base, uint8_t *pixels, int64_t *id, struct septum_error *err)
{
    struct spt_answer answer = {
        .image = sheet->image,
        .top = sheet->top,
        .left = sheet->left,
        .height = sheet->height,
        .width = sheet->width,
        .pixels = pixels,
        .who = sheet->who,
        .origin = "page",
        .seconds = seconds,
        .lease = sheet->lease,
        .model = sheet->model,
    };
    size_t count = (size_t)spt_sheet_pixels(sheet);
    struct spt_runs runs = {0};
    double agreement = -1;
    enum septum_status status = spt_project_compose(project, sheet, pixels, err);

    if (status == SEPTUM_OK)
        status = spt_project_base(project, sheet, &runs, err);
    if (status != SEPTUM_OK)
        return status;
    memset(base, SPT_LABEL_KEEP, count);
    spt_runs_apply(&runs, base);
    spt_runs_clear(&runs);
    if (sheet->kind == SPT_SHEET_REGION)
        agreement = find_agreement(base, pixels, count);
    else
        for (size_t i = 0; i < count; i++)
            if (pixels[i] == base[i])
                pixels[i] = SPT_LABEL_KEEP;
    *id = 0;
    if (spt_answer_cut(&answer, pixels))
        status = spt_project_answer(project, &answer, id, err);
    return status == SEPTUM_OK ? close_row(&project->database, sheet, "confirmed",
                                           seconds, *id, agreement, err)
                               : status;
}

enum septum_status
spt_project_confirm(struct spt_project *project, const struct spt_sheet *sheet,
                    int64_t number, double seconds, bool *confirmed, int64_t *answer,
                    struct septum_error *err)
{
    struct spt_database *database = &project->database;
    size_t count = (size_t)spt_sheet_pixels(sheet);
    uint8_t *pixels = spt_alloc_array(count, 1), *base = spt_alloc_array(count, 1);
    int64_t last = 0, id = 0;
    enum septum_status status;

    if (pixels == NULL || base == NULL) {
        status = spt_fail_memory(err, "an answer", 2 * count);
        goto done;
    }
    status = spt_database_begin(database, err);
    if (status != SEPTUM_OK)
        goto done;
    status = find_last(database, sheet->id, &last, err);
    if (status == SEPTUM_OK && last == number)
        status = confirm(project, sheet, seconds, base, pixels, &id, err);
    status = spt_database_end(database, status, err);
    if (status == SEPTUM_OK) {
        *confirmed = last == number;
        *answer = id;
    }
done:
    free(pixels);
    free(base);
    return status;
}

enum septum_status
spt_project_close_sheet(struct spt_project *project, const struct spt_sheet *sheet,
                        double seconds, struct septum_error *err)
{
    struct spt_database *database = &project->database;
    bool region = sheet->kind == SPT_SHEET_REGION;
    enum septum_status status = spt_database_begin(database, err);

    if (status != SEPTUM_OK)
        return status;
    status =
        close_row(database, sheet, region ? "skipped" : "closed", seconds, 0, -1, err);
    if (status == SEPTUM_OK && region)
        status = spt_database_run(
            database, err,
            "UPDATE lease SET state = 'skipped' WHERE id = ? AND state = 'open'", "i",
            sheet->lease);
    return spt_database_end(database, status, err);
}
