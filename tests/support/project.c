/*
 * project.c - see project.h.
 */
#include "support/project.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "image/write.h"
#include "support/scratch.h"

struct spt_project *
project_reopen(const char *path)
{
    struct spt_project *project;
    struct septum_error err = {0};

    if (spt_project_open(path, &project, &err) != SEPTUM_OK)
        fail_msg("%s", err.text);
    return project;
}

struct spt_project *
project_make(const char *name)
{
    const char *path = scratch_path(name);
    struct septum_error err = {0};

    unlink(path);
    if (spt_project_create(path, NULL, NULL, &err) != SEPTUM_OK)
        fail_msg("%s", err.text);
    return project_reopen(path);
}

void
project_write_image(const char *path, uint32_t height, uint32_t width, unsigned seed)
{
    uint8_t *pixels = malloc((size_t)height * width);

    assert_non_null(pixels);
    for (size_t i = 0; i < (size_t)height * width; i++)
        pixels[i] = (uint8_t)(seed * 31 + i * (seed % 7 + 3));
    assert_int_equal(spt_write_png(path, pixels, height, width, 1, true, NULL),
                     SEPTUM_OK);
    free(pixels);
}

int64_t
project_add(struct spt_project *project, const char *name, uint32_t height,
            uint32_t width)
{
    struct septum_error err = {0};
    struct spt_set set = {0};
    char path[600];
    const char *one = path;
    unsigned seed = 0;
    int64_t id = 0;
    bool added = false;

    for (const char *at = name; *at != '\0'; at++)
        seed = seed * 31 + (unsigned char)*at;
    snprintf(path, sizeof path, "%s/%s.png", scratch_directory(), name);
    project_write_image(path, height, width, seed);
    assert_int_equal(spt_set_open(&one, 1, &set, &err), SEPTUM_OK);
    if (spt_project_add_image(project, &set.pages[0], false, &id, &added, &err) !=
        SEPTUM_OK)
        fail_msg("%s", err.text);
    assert_true(added);
    spt_set_clear(&set);
    return id;
}

struct spt_answer
project_answer(int64_t image, uint32_t height, uint32_t width, const uint8_t *pixels)
{
    return (struct spt_answer){.image = image,
                               .height = height,
                               .width = width,
                               .pixels = pixels,
                               .who = "ann",
                               .origin = "import",
                               .seconds = -1};
}

void
project_sql(const char *path, const char *sql)
{
    sqlite3 *database;
    char *message = NULL;

    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    if (sqlite3_exec(database, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
    sqlite3_close(database);
}
