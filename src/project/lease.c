/*
 * lease.c - see lease.h.
 */
#include "project/lease.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "project/private.h"

/* ---- listing --------------------------------------------------------------------- */

static enum septum_status
read_windows(struct spt_project *project, struct spt_lease *lease,
             struct septum_error *err)
{
    struct spt_database *database = &project->database;
    sqlite3_stmt *statement = NULL;
    int64_t count = 0;
    bool row = false;
    enum septum_status status = spt_database_number(
        database, 0, &count, err, "SELECT count(*) FROM lease_window WHERE lease = ?",
        "i", lease->id);

    if (status != SEPTUM_OK)
        return status;
    lease->windows = spt_alloc_array((size_t)count, sizeof *lease->windows);
    if (lease->windows == NULL)
        return spt_fail_memory(err, database->path,
                               (size_t)count * sizeof *lease->windows);
    status = spt_database_query(database, &statement, err,
                                "SELECT row, \"column\" FROM lease_window "
                                "WHERE lease = ? ORDER BY row, \"column\" LIMIT ?",
                                "ii", lease->id, count);
    while (status == SEPTUM_OK) {
        status = spt_database_step(database, statement, &row, err);
        if (status != SEPTUM_OK || !row)
            break;
        lease->windows[lease->count++] =
            (struct spt_lease_window){(uint32_t)sqlite3_column_int64(statement, 0),
                                      (uint32_t)sqlite3_column_int64(statement, 1)};
    }
    sqlite3_finalize(statement);
    return status;
}

static enum septum_status
read_lease(struct spt_project *project, sqlite3_stmt *row, struct spt_lease *lease,
           struct septum_error *err)
{
    *lease = (struct spt_lease){
        .id = sqlite3_column_int64(row, 0),
        .image = sqlite3_column_int64(row, 1),
        .model = sqlite3_column_int64(row, 2),
        .who = spt_database_text(row, 3),
        .until = sqlite3_column_int64(row, 4),
        .side = (uint32_t)sqlite3_column_int64(row, 5),
        .objective = sqlite3_column_double(row, 6),
        .uncertainty = sqlite3_column_double(row, 7),
        .abundance = sqlite3_column_double(row, 8),
    };
    if (lease->who == NULL)
        return spt_fail_memory(err, project->database.path, 64);
    return read_windows(project, lease, err);
}

/* Those of a state, or, where that is NULL, the one of number `id`. */
static enum septum_status
list_leases(struct spt_project *project, const char *state, int64_t id,
            struct spt_leases *out, struct septum_error *err)
{
    struct spt_database *database = &project->database;
    struct spt_leases leases = {0};
    sqlite3_stmt *statement = NULL;
    int64_t count = 0;
    bool row = false;
    enum septum_status status = spt_database_number(
        database, 0, &count, err,
        "SELECT count(*) FROM lease WHERE state = ?1 OR (?1 IS NULL AND id = ?2)", "ti",
        state, id);

    if (status != SEPTUM_OK)
        return status;
    leases.lease = spt_alloc_array((size_t)count, sizeof *leases.lease);
    if (leases.lease == NULL)
        return spt_fail_memory(err, database->path,
                               (size_t)count * sizeof *leases.lease);
    status = spt_database_query(
        database, &statement, err,
        "SELECT id, image, model, who, until, side, objective, uncertainty, abundance "
        "FROM lease WHERE state = ?1 OR (?1 IS NULL AND id = ?2) ORDER BY id LIMIT ?",
        "tii", state, id, count);
    while (status == SEPTUM_OK) {
        status = spt_database_step(database, statement, &row, err);
        if (status != SEPTUM_OK || !row)
            break;
        status = read_lease(project, statement, &leases.lease[leases.count++], err);
    }
    sqlite3_finalize(statement);
    if (status == SEPTUM_OK)
        *out = leases;
    else
        spt_leases_clear(&leases);
    return status;
}

enum septum_status
spt_project_leases(struct spt_project *project, const char *state,
                   struct spt_leases *out, struct septum_error *err)
{
    return list_leases(project, state, 0, out, err);
}

enum septum_status
spt_project_lease(struct spt_project *project, int64_t id, struct spt_leases *out,
                  struct septum_error *err)
{
    return list_leases(project, NULL, id, out, err);
}

void
spt_leases_clear(struct spt_leases *leases)
{
    for (size_t i = 0; i < leases->count; i++) {
        free(leases->lease[i].who);
        free(leases->lease[i].windows);
    }
    free(leases->lease);
    *leases = (struct spt_leases){0};
}

/* ---- lending --------------------------------------------------------------------- */

bool
spt_lease_covers(const struct spt_lease *lease, uint32_t side, uint32_t row,
                 uint32_t column)
{
    uint64_t top = (uint64_t)row * side, left = (uint64_t)column * side;

    for (size_t i = 0; i < lease->count; i++) {
        uint64_t lent_top = (uint64_t)lease->windows[i].row * lease->side;
        uint64_t lent_left = (uint64_t)lease->windows[i].column * lease->side;

        if (top < lent_top + lease->side && lent_top < top + side &&
            left < lent_left + lease->side && lent_left < left + side)
            return true;
    }
    return false;
}

struct spt_box
spt_lease_box(const struct spt_lease *lease)
{
    struct spt_box box = {.top = UINT32_MAX, .left = UINT32_MAX};
    uint32_t bottom = 0, right = 0;

    for (size_t i = 0; i < lease->count; i++) {
        uint32_t top = lease->windows[i].row * lease->side;
        uint32_t left = lease->windows[i].column * lease->side;

        box.top = top < box.top ? top : box.top;
        box.left = left < box.left ? left : box.left;
        bottom = top + lease->side > bottom ? top + lease->side : bottom;
        right = left + lease->side > right ? left + lease->side : right;
    }
    box.height = bottom - box.top;
    box.width = right - box.left;
    return box;
}

static bool
collide(const struct spt_lease *a, const struct spt_lease *b)
{
    for (size_t i = 0; i < a->count && a->image == b->image; i++)
        if (spt_lease_covers(b, a->side, a->windows[i].row, a->windows[i].column))
            return true;
    return false;
}

static bool
is_same(const struct spt_lease *a, const struct spt_lease *b)
{
    if (a->image != b->image || a->side != b->side || a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        bool found = false;

        for (size_t j = 0; j < b->count && !found; j++)
            found = a->windows[i].row == b->windows[j].row &&
                    a->windows[i].column == b->windows[j].column;
        if (!found)
            return false;
    }
    return true;
}

static enum septum_status
insert_lease(struct spt_database *database, const struct spt_lease *lease, int64_t *id,
             struct septum_error *err)
{
    enum septum_status status = spt_database_run(
        database, err,
        "INSERT INTO lease (image, model, who, given, until, side, objective, "
        "uncertainty, abundance, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'open')",
        "intiiiddd", lease->image, lease->model, lease->who, spt_clock_date(),
        lease->until, (int64_t)lease->side, lease->objective, lease->uncertainty,
        lease->abundance);

    *id = sqlite3_last_insert_rowid(database->handle);
    for (size_t i = 0; i < lease->count && status == SEPTUM_OK; i++)
        status = spt_database_run(
            database, err, "INSERT INTO lease_window VALUES (?, ?, ?)", "iii", *id,
            (int64_t)lease->windows[i].row, (int64_t)lease->windows[i].column);
    return status;
}

/* In a transaction: nobody else can lend meanwhile. */
static enum septum_status
lend(struct spt_database *database, const struct spt_leases *open,
     const struct spt_lease *wanted, int64_t *id, struct septum_error *err)
{
    int64_t now = spt_clock_date();
    enum septum_status status = SEPTUM_OK;

    for (size_t i = 0; i < open->count; i++)
        if (strcmp(open->lease[i].who, wanted->who) != 0 &&
            open->lease[i].until > now && collide(&open->lease[i], wanted))
            return SEPTUM_OK;
    for (size_t i = 0; i < open->count && status == SEPTUM_OK; i++) {
        const struct spt_lease *lease = &open->lease[i];

        if (strcmp(lease->who, wanted->who) != 0)
            continue;
        if (is_same(lease, wanted) && *id == 0) {
            *id = lease->id;
            status = spt_database_run(
                database, err, "UPDATE lease SET until = ?, model = ? WHERE id = ?",
                "ini", wanted->until, wanted->model, lease->id);
        } else {
            status = spt_database_run(
                database, err, "UPDATE lease SET state = 'replaced' WHERE id = ?", "i",
                lease->id);
        }
    }
    if (status == SEPTUM_OK && *id == 0)
        status = insert_lease(database, wanted, id, err);
    return status;
}

enum septum_status
spt_project_lend(struct spt_project *project, const struct spt_lease *lease,
                 int64_t *id, struct septum_error *err)
{
    struct spt_leases open = {0};
    int64_t lent = 0;
    enum septum_status status = spt_database_begin(&project->database, err);

    if (status != SEPTUM_OK)
        return status;
    status = spt_project_leases(project, "open", &open, err);
    if (status == SEPTUM_OK)
        status = lend(&project->database, &open, lease, &lent, err);
    spt_leases_clear(&open);
    status = spt_database_end(&project->database, status, err);
    if (status == SEPTUM_OK)
        *id = lent;
    return status;
}
