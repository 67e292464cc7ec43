/*
 * project.c - see project.h: making, opening and closing; models and scores are in
 * models.c, images in images.c.
 */
#include "project/project.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "project/private.h"

/* The real folder of a file, which itself need not be there. */
static enum septum_status
find_folder(const char *path, char **out, struct septum_error *err)
{
    const char *slash = strrchr(path, '/');
    char *name, *folder;

    if (slash == NULL)
        name = strdup(".");
    else
        name = strndup(path, slash > path ? (size_t)(slash - path) : 1);
    if (name == NULL)
        return spt_fail_memory(err, path, strlen(path));
    folder = realpath(name, NULL);
    free(name);
    if (folder == NULL)
        return spt_fail_errno(err, path);
    *out = folder;
    return SEPTUM_OK;
}

static enum septum_status
open_project(const char *path, const char *name, bool make, struct spt_project **out,
             struct septum_error *err)
{
    struct spt_project *project = spt_alloc_array(1, sizeof *project);
    enum septum_status status;

    *out = NULL;
    if (project == NULL)
        return spt_fail_memory(err, name, sizeof *project);
    status = spt_database_open(path, name, make, &project->database, err);
    if (status == SEPTUM_OK)
        status = find_folder(path, &project->folder, err);
    if (status != SEPTUM_OK) {
        spt_project_free(project);
        return status;
    }
    *out = project;
    return SEPTUM_OK;
}

enum septum_status
spt_project_open(const char *path, struct spt_project **out, struct septum_error *err)
{
    return open_project(path, path, false, out, err);
}

void
spt_project_free(struct spt_project *project)
{
    if (project == NULL)
        return;
    spt_database_close(&project->database);
    free(project->folder);
    free(project);
}

/* SQLite would take the log of a project that was once here for the new one's. */
static enum septum_status
refuse_leftovers(const char *path, struct septum_error *err)
{
    static const char *const endings[] = {"-wal", "-journal"};
    enum septum_status status = SEPTUM_OK;

    for (int i = 0; i < 2 && status == SEPTUM_OK; i++) {
        char *name;

        if (asprintf(&name, "%s%s", path, endings[i]) < 0)
            return spt_fail_memory(err, path, strlen(path));
        if (spt_file_exists(name))
            status = spt_fail(err, SEPTUM_EINVAL,
                              "%s: is left of an earlier project of this name and may "
                              "hold labels; remove it or choose another name",
                              name);
        free(name);
    }
    return status;
}

/* Take away what SQLite may have left beside a file in the making. */
static void
remove_beside(const char *path)
{
    static const char *const endings[] = {"-wal", "-shm", "-journal"};

    for (int i = 0; i < 3; i++) {
        char *name;

        if (asprintf(&name, "%s%s", path, endings[i]) >= 0) {
            unlink(name);
            free(name);
        }
    }
}

enum septum_status
spt_project_create(const char *path, const struct spt_bytes *model, const char *note,
                   struct septum_error *err)
{
    struct spt_output output = {0};
    struct spt_project *project = NULL;
    int64_t id;
    enum septum_status status = refuse_leftovers(path, err);

    if (status == SEPTUM_OK && spt_file_exists(path))
        status = spt_fail(err, SEPTUM_EINVAL, "%s: exists already; choose another name",
                          path);
    if (status == SEPTUM_OK)
        status = spt_output_begin(path, false, &output, err);
    if (status != SEPTUM_OK)
        return status;
    status = open_project(output.temporary, path, true, &project, err);
    if (status == SEPTUM_OK && model != NULL)
        status = spt_project_add_model(project, model, note, &id, err);
    if (status == SEPTUM_OK)
        status = spt_database_gather(&project->database, err);
    spt_project_free(project);
    remove_beside(output.temporary);
    if (status == SEPTUM_OK)
        status = spt_output_commit(&output, false, err);
    spt_output_abandon(&output);
    return status;
}

const char *
spt_project_path(const struct spt_project *project)
{
    return project->database.path;
}

enum septum_status
spt_project_begin(struct spt_project *project, struct septum_error *err)
{
    return spt_database_begin(&project->database, err);
}

enum septum_status
spt_project_end(struct spt_project *project, enum septum_status status,
                struct septum_error *err)
{
    return spt_database_end(&project->database, status, err);
}

enum septum_status
spt_project_rounds(struct spt_project *project, int64_t *rounds,
                   struct septum_error *err)
{
    return spt_database_number(&project->database, 0, rounds, err,
                               "SELECT count(*) FROM lease WHERE state = 'answered'",
                               "");
}
