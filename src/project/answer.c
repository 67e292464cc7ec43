/*
 * answer.c - see answer.h.
 */
#include "project/answer.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "project/private.h"

/* Labels of a box into a block that the caller clears. */
static enum septum_status
pack(const uint8_t *pixels, size_t count, struct spt_bytes *out,
     struct septum_error *err)
{
    uLongf bytes = compressBound(count);
    uint8_t *block = spt_alloc_array(bytes, 1);

    if (block == NULL || compress(block, &bytes, pixels, count) != Z_OK) {
        free(block);
        return spt_fail_memory(err, "an answer", bytes);
    }
    *out = (struct spt_bytes){block, bytes};
    return SEPTUM_OK;
}

/* False when the block does not hold `count` labels. */
static bool
unpack(const void *block, size_t bytes, uint8_t *pixels, size_t count)
{
    uLongf made = count;

    if (block == NULL || uncompress(pixels, &made, block, bytes) != Z_OK ||
        made != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (pixels[i] > SPT_LABEL_KEEP)
            return false;
    return true;
}

/* ---- recording ------------------------------------------------------------------- */

static enum septum_status
check_answer(struct spt_project *project, const struct spt_answer *answer,
             struct septum_error *err)
{
    struct spt_database *database = &project->database;
    int64_t fits = 0, open = 0;
    enum septum_status status = spt_database_number(
        database, 0, &fits, err,
        "SELECT ? + ? <= height AND ? + ? <= width FROM image WHERE id = ?", "iiiii",
        (int64_t)answer->top, (int64_t)answer->height, (int64_t)answer->left,
        (int64_t)answer->width, answer->image);

    if (status == SEPTUM_OK && (fits == 0 || answer->height == 0 || answer->width == 0))
        status = spt_fail(
            err, SEPTUM_EINVAL,
            "%s: an answer of %" PRIu32 " x %" PRIu32 " pixels at row %" PRIu32
            ", column %" PRIu32 " does not lie in the image",
            database->path, answer->width, answer->height, answer->top, answer->left);
    if (status == SEPTUM_OK && answer->lease != 0)
        status = spt_database_number(
            database, 0, &open, err,
            "SELECT count(*) FROM lease WHERE id = ? AND image = ? AND state = 'open'",
            "ii", answer->lease, answer->image);
    if (status == SEPTUM_OK && answer->lease != 0 && open == 0)
        status = spt_fail(err, SEPTUM_EINVAL,
                          "%s: that region has been answered or given back already",
                          database->path);
    return status;
}

static enum septum_status
insert_answer(struct spt_project *project, const struct spt_answer *answer,
              const struct spt_bytes *packed, const uint64_t counts[4], int64_t *id,
              struct septum_error *err)
{
    struct spt_database *database = &project->database;
    int64_t rounds = 0;
    enum septum_status status = SEPTUM_OK;

    if (answer->lease != 0)
        status = spt_database_run(database, err,
                                  "UPDATE lease SET state = 'answered' WHERE id = ?",
                                  "i", answer->lease);
    if (status == SEPTUM_OK)
        status = spt_project_rounds(project, &rounds, err);
    if (status == SEPTUM_OK)
        status = spt_database_run(
            database, err,
            "INSERT INTO answer (image, top, \"left\", height, width, pixels, other, "
            "membrane, unknown, who, confirmed, seconds, round, lease, model, origin) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CASE WHEN ?12 < 0 THEN NULL ELSE "
            "?12 END, ?, ?, ?, ?)",
            "iiiiibiiitidinnt", answer->image, (int64_t)answer->top,
            (int64_t)answer->left, (int64_t)answer->height, (int64_t)answer->width,
            (const void *)packed->at, packed->count, (int64_t)counts[SPT_LABEL_OTHER],
            (int64_t)counts[SPT_LABEL_MEMBRANE], (int64_t)counts[SPT_LABEL_UNKNOWN],
            answer->who, spt_clock_date(), answer->seconds, rounds, answer->lease,
            answer->model, answer->origin);
    *id = sqlite3_last_insert_rowid(database->handle);
    return status;
}

enum septum_status
spt_project_answer(struct spt_project *project, const struct spt_answer *answer,
                   int64_t *id, struct septum_error *err)
{
    struct spt_database *database = &project->database;
    size_t count = (size_t)answer->height * answer->width;
    uint64_t counts[SPT_LABEL_KEEP + 1] = {0};
    struct spt_bytes packed = {0};
    int64_t recorded = 0;
    enum septum_status status;

    for (size_t i = 0; i < count; i++) {
        assert(answer->pixels[i] <= SPT_LABEL_KEEP);
        counts[answer->pixels[i] & SPT_LABEL_KEEP]++;
    }
    if (counts[SPT_LABEL_KEEP] == count)
        return spt_fail(err, SEPTUM_EINVAL, "%s: an answer must speak of some pixel",
                        database->path);
    /* Packed before the transaction: others wait while that lasts. */
    status = pack(answer->pixels, count, &packed, err);
    if (status == SEPTUM_OK)
        status = spt_database_begin(database, err);
    if (status != SEPTUM_OK)
        goto done;
    status = check_answer(project, answer, err);
    if (status == SEPTUM_OK)
        status = insert_answer(project, answer, &packed, counts, &recorded, err);
    status = spt_database_end(database, status, err);
    if (status == SEPTUM_OK)
        *id = recorded;
done:
    spt_bytes_clear(&packed);
    return status;
}

/* ---- reading --------------------------------------------------------------------- */

bool
spt_answer_cut(struct spt_answer *answer, uint8_t *pixels)
{
    uint32_t top = answer->height, left = answer->width, bottom = 0, right = 0;
    uint32_t width = answer->width;
    uint8_t *to = pixels;

    for (uint32_t y = 0; y < answer->height; y++)
        for (uint32_t x = 0; x < width; x++) {
            if (pixels[(size_t)y * width + x] == SPT_LABEL_KEEP)
                continue;
            top = y < top ? y : top;
            left = x < left ? x : left;
            bottom = y + 1;
            right = x + 1 > right ? x + 1 : right;
        }
    if (bottom == 0)
        return false;
    answer->top += top;
    answer->left += left;
    answer->height = bottom - top;
    answer->width = right - left;
    answer->pixels = pixels;
    for (uint32_t y = top; y < bottom; y++, to += answer->width)
        memmove(to, pixels + (size_t)y * width + left, answer->width);
    return true;
}

/* Read box and pixels of an answer, the first columns of `row` being number, top, left,
 * height, width, pixels, and the height and width of its image.  The caller frees
 * *pixels. */
static enum septum_status
read_answer(struct spt_project *project, sqlite3_stmt *row, struct spt_answer *out,
            uint8_t **pixels, struct septum_error *err)
{
    struct spt_answer answer = {
        .id = sqlite3_column_int64(row, 0),
        .top = (uint32_t)sqlite3_column_int64(row, 1),
        .left = (uint32_t)sqlite3_column_int64(row, 2),
        .height = (uint32_t)sqlite3_column_int64(row, 3),
        .width = (uint32_t)sqlite3_column_int64(row, 4),
    };
    uint32_t height = (uint32_t)sqlite3_column_int64(row, 6);
    uint32_t width = (uint32_t)sqlite3_column_int64(row, 7);
    const void *block = sqlite3_column_blob(row, 5);
    size_t bytes = (size_t)sqlite3_column_bytes(row, 5);
    bool fits = answer.height <= height && answer.width <= width &&
                answer.top <= height - answer.height &&
                answer.left <= width - answer.width;
    size_t count = fits ? (size_t)answer.height * answer.width : 0;

    *pixels = spt_alloc_array(count, 1);
    if (*pixels == NULL)
        return spt_fail_memory(err, project->database.path, count);
    answer.pixels = *pixels;
    if (fits && unpack(block, bytes, *pixels, count)) {
        *out = answer;
        return SEPTUM_OK;
    }
    free(*pixels);
    *pixels = NULL;
    return spt_fail(err, SEPTUM_EFORMAT,
                    "%s: is damaged (answer %" PRId64
                    " does not hold the labels of its pixels); go back to a copy of it",
                    project->database.path, answer.id);
}

/* Lay an answer over the labels of a box, where the two meet. */
static void
lay_over(const struct spt_answer *answer, const struct spt_box *box, uint8_t *labels)
{
    for (uint32_t y = 0; y < answer->height; y++) {
        /* Both wrap to large numbers before the box. */
        uint32_t row = answer->top + y - box->top;

        for (uint32_t x = 0; x < answer->width && row < box->height; x++) {
            uint32_t column = answer->left + x - box->left;
            uint8_t label = answer->pixels[(size_t)y * answer->width + x];

            if (label != SPT_LABEL_KEEP && column < box->width)
                labels[(size_t)row * box->width + column] = label;
        }
    }
}

enum septum_status
spt_project_labels_in(struct spt_project *project, int64_t image,
                      const struct spt_box *box, uint8_t *labels,
                      struct septum_error *err)
{
    struct spt_database *database = &project->database;
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum septum_status status = spt_database_query(
        database, &statement, err,
        "SELECT answer.id, top, \"left\", answer.height, answer.width, pixels, "
        "image.height, image.width FROM answer JOIN image ON image.id = answer.image "
        "WHERE image = ? AND top < ? AND top + answer.height > ? AND \"left\" < ? AND "
        "\"left\" + answer.width > ? ORDER BY answer.id",
        "iiiii", image, (int64_t)box->top + box->height, (int64_t)box->top,
        (int64_t)box->left + box->width, (int64_t)box->left);

    memset(labels, SPT_LABEL_UNKNOWN, (size_t)box->height * box->width);
    while (status == SEPTUM_OK) {
        struct spt_answer answer = {0};
        uint8_t *pixels;

        status = spt_database_step(database, statement, &row, err);
        if (status != SEPTUM_OK || !row)
            break;
        status = read_answer(project, statement, &answer, &pixels, err);
        if (status == SEPTUM_OK) {
            lay_over(&answer, box, labels);
            free(pixels);
        }
    }
    sqlite3_finalize(statement);
    return status;
}

enum septum_status
spt_project_labels(struct spt_project *project, int64_t image, uint32_t height,
                   uint32_t width, uint8_t *labels, struct septum_error *err)
{
    const struct spt_box all = {0, 0, height, width};

    return spt_project_labels_in(project, image, &all, labels, err);
}

enum septum_status
spt_project_new_answers(struct spt_project *project, int64_t after,
                        enum septum_status (*tell)(void *user,
                                                   const struct spt_answer *answer,
                                                   struct septum_error *err),
                        void *user, struct septum_error *err)
{
    struct spt_database *database = &project->database;
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum septum_status status = spt_database_query(
        database, &statement, err,
        "SELECT answer.id, top, \"left\", answer.height, answer.width, pixels, "
        "image.height, image.width, image, who, origin, lease, model FROM answer "
        "JOIN image ON image.id = answer.image WHERE answer.id > ? ORDER BY answer.id",
        "i", after);

    while (status == SEPTUM_OK) {
        struct spt_answer answer = {0};
        uint8_t *pixels;

        status = spt_database_step(database, statement, &row, err);
        if (status != SEPTUM_OK || !row)
            break;
        status = read_answer(project, statement, &answer, &pixels, err);
        if (status != SEPTUM_OK)
            break;
        answer.image = sqlite3_column_int64(statement, 8);
        answer.who = (const char *)sqlite3_column_text(statement, 9);
        answer.origin = (const char *)sqlite3_column_text(statement, 10);
        answer.lease = sqlite3_column_int64(statement, 11);
        answer.model = sqlite3_column_int64(statement, 12);
        status = tell(user, &answer, err);
        free(pixels);
    }
    sqlite3_finalize(statement);
    return status;
}

enum septum_status
spt_project_unlearnt(struct spt_project *project, int64_t *count,
                     struct septum_error *err)
{
    return spt_database_number(
        &project->database, 0, count, err,
        "SELECT count(*) FROM answer JOIN image ON image.id = answer.image WHERE "
        "validation = 0 AND confirmed > (SELECT added FROM model ORDER BY id DESC "
        "LIMIT "
        "1)",
        "");
}

enum septum_status
spt_project_history(struct spt_project *project,
                    enum septum_status (*tell)(void *user, const char *image,
                                               const struct spt_answer *answer,
                                               struct septum_error *err),
                    void *user, struct septum_error *err)
{
    struct spt_database *database = &project->database;
    sqlite3_stmt *s = NULL;
    bool row = false;
    enum septum_status status = spt_database_query(
        database, &s, err,
        "SELECT answer.id, image, top, \"left\", answer.height, answer.width, other, "
        "membrane, unknown, who, origin, confirmed, seconds, round, lease, model, name "
        "FROM answer JOIN image ON image.id = answer.image ORDER BY answer.id",
        "");

    while (status == SEPTUM_OK) {
        status = spt_database_step(database, s, &row, err);
        if (status != SEPTUM_OK || !row)
            break;
        const struct spt_answer answer = {
            .id = sqlite3_column_int64(s, 0),
            .image = sqlite3_column_int64(s, 1),
            .top = (uint32_t)sqlite3_column_int64(s, 2),
            .left = (uint32_t)sqlite3_column_int64(s, 3),
            .height = (uint32_t)sqlite3_column_int64(s, 4),
            .width = (uint32_t)sqlite3_column_int64(s, 5),
            .other = (uint64_t)sqlite3_column_int64(s, 6),
            .membrane = (uint64_t)sqlite3_column_int64(s, 7),
            .unknown = (uint64_t)sqlite3_column_int64(s, 8),
            .who = (const char *)sqlite3_column_text(s, 9),
            .origin = (const char *)sqlite3_column_text(s, 10),
            .confirmed = sqlite3_column_int64(s, 11),
            .seconds = sqlite3_column_type(s, 12) == SQLITE_NULL
                           ? -1
                           : sqlite3_column_double(s, 12),
            .round = sqlite3_column_int64(s, 13),
            .lease = sqlite3_column_int64(s, 14),
            .model = sqlite3_column_int64(s, 15),
        };
        status = tell(user, (const char *)sqlite3_column_text(s, 16), &answer, err);
    }
    sqlite3_finalize(s);
    return status;
}

enum septum_status
spt_project_last_answer(struct spt_project *project, int64_t *id,
                        struct septum_error *err)
{
    return spt_database_number(&project->database, 0, id, err,
                               "SELECT ifnull(max(id), 0) FROM answer", "");
}

enum septum_status
spt_project_seconds(struct spt_project *project, double *seconds,
                    struct septum_error *err)
{
    struct spt_database *database = &project->database;
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum septum_status status = spt_database_query(
        database, &statement, err, "SELECT total(seconds) FROM answer", "");

    if (status == SEPTUM_OK)
        status = spt_database_step(database, statement, &row, err);
    if (status == SEPTUM_OK && row)
        *seconds = sqlite3_column_double(statement, 0);
    sqlite3_finalize(statement);
    return status;
}
