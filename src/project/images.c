/*
 * images.c - the images of a project and the files they are in; see project.h.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/sha256.h"
#include "project/file.h"
#include "project/project.h"

/* ---- listing --------------------------------------------------------------------- */

enum column {
    FILE_ID,
    ID,
    NAME,
    PATH,
    PAGE,
    HEIGHT,
    WIDTH,
    VALIDATION,
    ADDED,
    BYTES,
    CHANGED,
    DIGEST,
};

/* Files that have another time of change than is recorded, and the same bytes. */
struct touched {
    struct {
        int64_t file, changed_ns;
    } * at;
    size_t count;
};

/* Record the times, so that the files are not read the next time.  Where that cannot
 * be, in a file that may only be read, they are. */
static void
record_times(struct spt_database *database, const struct touched *touched)
{
    enum septum_status status = SEPTUM_OK;

    if (touched->count == 0 || sqlite3_db_readonly(database->handle, "main") != 0 ||
        spt_database_begin(database, NULL) != SEPTUM_OK)
        return;
    for (size_t i = 0; i < touched->count && status == SEPTUM_OK; i++)
        status = spt_database_run(database, NULL,
                                  "UPDATE file SET changed_ns = ? WHERE id = ?", "ii",
                                  touched->at[i].changed_ns, touched->at[i].file);
    spt_database_end(database, status, NULL);
}

static enum septum_status
read_image(struct spt_project *project, sqlite3_stmt *row, bool check,
           const struct spt_project_image *previous, struct spt_project_image *image,
           struct touched *touched, struct septum_error *err)
{
    const char *recorded = (const char *)sqlite3_column_text(row, PATH);
    struct spt_stamp stamp = {sqlite3_column_int64(row, BYTES),
                              sqlite3_column_int64(row, CHANGED)};
    enum septum_status status;

    *image = (struct spt_project_image){
        .id = sqlite3_column_int64(row, ID),
        .name = spt_database_text(row, NAME),
        .path = recorded != NULL ? spt_path_resolve(project, recorded) : NULL,
        .page = (uint32_t)sqlite3_column_int64(row, PAGE),
        .height = (uint32_t)sqlite3_column_int64(row, HEIGHT),
        .width = (uint32_t)sqlite3_column_int64(row, WIDTH),
        .validation = sqlite3_column_int(row, VALIDATION) != 0,
        .added = sqlite3_column_int64(row, ADDED),
    };
    if (image->name == NULL || image->path == NULL)
        return spt_fail_memory(err, project->database.path, 256);
    if (!check)
        return SEPTUM_OK;
    /* The pages of a file come one after the other: one look will do. */
    if (previous != NULL && previous->path != NULL &&
        strcmp(previous->path, image->path) == 0) {
        image->state = previous->state;
        return SEPTUM_OK;
    }
    status = spt_stamp_check(image->path, &stamp, sqlite3_column_blob(row, DIGEST),
                             &image->state, err);
    if (status == SEPTUM_OK && stamp.changed_ns != sqlite3_column_int64(row, CHANGED)) {
        touched->at[touched->count].file = sqlite3_column_int64(row, FILE_ID);
        touched->at[touched->count++].changed_ns = stamp.changed_ns;
    }
    return status;
}

/* List the image of number `only`, or all where it is 0. */
static enum septum_status
list_images(struct spt_project *project, int64_t only, bool check,
            struct spt_project_images *out, struct septum_error *err)
{
    struct spt_database *database = &project->database;
    struct spt_project_images images = {0};
    struct touched touched = {0};
    sqlite3_stmt *statement = NULL;
    int64_t count = 0;
    bool row = false;
    enum septum_status status =
        spt_database_number(database, 0, &count, err, "SELECT count(*) FROM image", "");

    if (status != SEPTUM_OK)
        return status;
    images.image = spt_alloc_array((size_t)count, sizeof *images.image);
    touched.at = spt_alloc_array((size_t)count, sizeof *touched.at);
    if (images.image == NULL || touched.at == NULL) {
        status =
            spt_fail_memory(err, database->path, (size_t)count * sizeof *images.image);
        goto done;
    }
    /* Another process may add images meanwhile: no more than there is room for. */
    status = spt_database_query(
        database, &statement, err,
        "SELECT file.id, image.id, name, path, page, height, width, validation, added, "
        "bytes, changed_ns, sha256 FROM image JOIN file ON file.id = image.file "
        "WHERE ?1 IN (0, image.id) ORDER BY image.id LIMIT ?2",
        "ii", only, count);
    while (status == SEPTUM_OK) {
        status = spt_database_step(database, statement, &row, err);
        if (status != SEPTUM_OK || !row)
            break;
        images.count++;
        status = read_image(project, statement, check,
                            images.count > 1 ? &images.image[images.count - 2] : NULL,
                            &images.image[images.count - 1], &touched, err);
    }
    sqlite3_finalize(statement); /* a reader cannot turn writer */
    if (status == SEPTUM_OK)
        record_times(database, &touched);
done:
    free(touched.at);
    if (status == SEPTUM_OK)
        *out = images;
    else
        spt_project_images_clear(&images);
    return status;
}

enum septum_status
spt_project_images(struct spt_project *project, bool check,
                   struct spt_project_images *out, struct septum_error *err)
{
    return list_images(project, 0, check, out, err);
}

enum septum_status
spt_project_image(struct spt_project *project, int64_t id,
                  struct spt_project_images *out, struct septum_error *err)
{
    enum septum_status status = list_images(project, id, true, out, err);

    if (status == SEPTUM_OK)
        status = out->count == 1
                     ? spt_project_check_image(project, &out->image[0], err)
                     : spt_fail(err, SEPTUM_EINVAL, "%s: has no such image any more",
                                project->database.path);
    if (status != SEPTUM_OK)
        spt_project_images_clear(out);
    return status;
}

void
spt_project_images_clear(struct spt_project_images *images)
{
    for (size_t i = 0; i < images->count; i++) {
        free(images->image[i].name);
        free(images->image[i].path);
    }
    free(images->image);
    *images = (struct spt_project_images){0};
}

enum septum_status
spt_project_check_image(const struct spt_project *project,
                        const struct spt_project_image *image, struct septum_error *err)
{
    const char *file = project->database.path;

    if (image->state == SPT_FILE_MISSING)
        return spt_fail(err, SEPTUM_EIO,
                        "%s: is not there any more (image %s of the project); if it "
                        "was moved, run: septum project relink %s --images SRC",
                        image->path, image->name, file);
    if (image->state == SPT_FILE_CHANGED)
        return spt_fail(err, SEPTUM_EFORMAT,
                        "%s: holds other bytes than when it was added on %s, so that "
                        "its labels may no longer fit it; put the old file back (if it "
                        "is elsewhere, septum project relink %s --images SRC finds it)",
                        image->path, spt_clock_date_text(image->added).text, file);
    return SEPTUM_OK;
}

/* The page of a set that is this image's, looked for from *at on, going round. */
static const struct spt_page *
find_page(const struct spt_set *set, const struct spt_project_image *image, size_t *at)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct spt_page *page = &set->pages[(*at + i) % set->count];

        if (page->index == image->page && strcmp(page->path, image->path) == 0) {
            *at = (*at + i + 1) % set->count;
            return page;
        }
    }
    return NULL;
}

enum septum_status
spt_project_pages(const struct spt_project_image *const *images, size_t count,
                  struct spt_set *files, struct spt_set *pages,
                  struct septum_error *err)
{
    const char **paths = spt_alloc_array(count, sizeof *paths);
    struct spt_set set = {0}, chosen = {.count = count};
    size_t path_count = 0, at = 0;
    enum septum_status status = SEPTUM_OK;

    chosen.pages = spt_alloc_array(count, sizeof *chosen.pages);
    if (paths == NULL || chosen.pages == NULL) {
        status = spt_fail_memory(err, "images", count * sizeof *chosen.pages);
        goto done;
    }
    for (size_t i = 0; i < count; i++)
        if (i == 0 || strcmp(images[i]->path, images[i - 1]->path) != 0)
            paths[path_count++] = images[i]->path;
    if (count > 0)
        status = spt_set_open(paths, path_count, &set, err);
    for (size_t i = 0; i < count && status == SEPTUM_OK; i++) {
        const struct spt_page *page = find_page(&set, images[i], &at);

        if (page != NULL && page->height == images[i]->height &&
            page->width == images[i]->width)
            chosen.pages[i] = *page;
        else
            status = spt_fail(err, SEPTUM_EFORMAT,
                              "%s: has no page %" PRIu32 " of %" PRIu32 " x %" PRIu32
                              " pixels any more",
                              images[i]->path, images[i]->page, images[i]->width,
                              images[i]->height);
    }
    if (status != SEPTUM_OK)
        goto done;
    *files = set;
    *pages = chosen;
    set = chosen = (struct spt_set){0};
done:
    free(paths);
    free(chosen.pages);
    spt_set_clear(&set);
    return status;
}

/* ---- adding ---------------------------------------------------------------------- */

/* A file that is about to be added. */
struct newcomer {
    struct spt_stamp stamp;
    uint8_t digest[SPT_SHA256_BYTES];
};

static enum septum_status
look_at(const char *path, struct newcomer *file, struct septum_error *err)
{
    struct spt_stamp before = {0};
    bool there = spt_stamp_read(path, &before);
    enum septum_status status = spt_sha256_file(path, file->digest, err);

    if (status == SEPTUM_OK && (!there || !spt_stamp_read(path, &file->stamp) ||
                                before.bytes != file->stamp.bytes ||
                                before.changed_ns != file->stamp.changed_ns))
        status = spt_fail(err, SEPTUM_EIO,
                          "%s: is being written to; add it when it is whole", path);
    return status;
}

static enum septum_status
add_file(struct spt_project *project, const char *recorded, const struct newcomer *file,
         int64_t *id, struct septum_error *err)
{
    struct spt_database *database = &project->database;
    enum septum_status status = spt_database_run(
        database, err,
        "INSERT INTO file (path, sha256, bytes, changed_ns, added) VALUES (?, ?, ?, ?, "
        "?)",
        "tbiii", recorded, (const void *)file->digest, sizeof file->digest,
        file->stamp.bytes, file->stamp.changed_ns, spt_clock_date());

    *id = sqlite3_last_insert_rowid(database->handle);
    return status;
}

/* Find the file among those that were added before, unchanged; *id is 0 if it is
 * new. */
static enum septum_status
find_file(struct spt_project *project, const char *path, const char *recorded,
          int64_t *id, struct septum_error *err)
{
    struct spt_database *database = &project->database;
    enum spt_file_state state = SPT_FILE_SAME;
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum septum_status status = spt_database_query(
        database, &statement, err,
        "SELECT id, bytes, changed_ns, sha256, added FROM file WHERE path = ?", "t",
        recorded);

    if (status == SEPTUM_OK)
        status = spt_database_step(database, statement, &row, err);
    if (status == SEPTUM_OK && row) {
        struct spt_stamp stamp = {sqlite3_column_int64(statement, 1),
                                  sqlite3_column_int64(statement, 2)};

        status = spt_stamp_check(path, &stamp, sqlite3_column_blob(statement, 3),
                                 &state, err);
        if (status == SEPTUM_OK && state != SPT_FILE_SAME)
            status = spt_fail(
                err, SEPTUM_EFORMAT,
                "%s: holds other bytes than when it was added on %s, so that its "
                "labels may no longer fit it; put the old file back, and add the new "
                "one under another name",
                path, spt_clock_date_text(sqlite3_column_int64(statement, 4)).text);
    }
    if (status == SEPTUM_OK)
        *id = row ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return status;
}

static enum septum_status
add_page(struct spt_project *project, int64_t file, const struct spt_page *page,
         bool validation, int64_t *id, struct septum_error *err)
{
    struct spt_database *database = &project->database;
    int64_t namesake = 0;
    enum septum_status status =
        spt_database_number(database, 0, &namesake, err,
                            "SELECT id FROM image WHERE name = ?", "t", page->name);

    if (status == SEPTUM_OK && namesake != 0)
        status = spt_fail(err, SEPTUM_EINVAL,
                          "%s: the project has an image named %s already, and masks go "
                          "by name; give the file another name",
                          page->path, page->name);
    if (status == SEPTUM_OK)
        status = spt_database_run(
            database, err,
            "INSERT INTO image (file, page, name, height, width, validation) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            "iitiii", file, (int64_t)page->index, page->name, (int64_t)page->height,
            (int64_t)page->width, (int64_t)validation);
    *id = sqlite3_last_insert_rowid(database->handle);
    return status;
}

enum septum_status
spt_project_add_image(struct spt_project *project, const struct spt_page *page,
                      bool validation, int64_t *id, bool *added,
                      struct septum_error *err)
{
    struct spt_database *database = &project->database;
    struct newcomer newcomer = {0};
    int64_t file = 0, known = 0, found = 0;
    char *recorded = spt_path_record(project, page->path);
    enum septum_status status;

    if (recorded == NULL)
        return spt_fail_errno(err, page->path);
    /* Read before the transaction: others wait while that lasts. */
    status = find_file(project, page->path, recorded, &file, err);
    if (status == SEPTUM_OK && file == 0)
        status = look_at(page->path, &newcomer, err);
    if (status == SEPTUM_OK)
        status = spt_database_begin(database, err);
    if (status != SEPTUM_OK)
        goto done;
    /* Another process may have added it meanwhile. */
    status = spt_database_number(database, 0, &file, err,
                                 "SELECT id FROM file WHERE path = ?", "t", recorded);
    if (status == SEPTUM_OK)
        status = spt_database_number(database, 0, &known, err,
                                     "SELECT id FROM image WHERE file = ? AND page = ?",
                                     "ii", file, (int64_t)page->index);
    found = known;
    if (status == SEPTUM_OK && file == 0)
        status = add_file(project, recorded, &newcomer, &file, err);
    if (status == SEPTUM_OK && known == 0)
        status = add_page(project, file, page, validation, &found, err);
    status = spt_database_end(database, status, err);
    if (status == SEPTUM_OK) {
        *id = found;
        *added = known == 0;
    }
done:
    free(recorded);
    return status;
}
