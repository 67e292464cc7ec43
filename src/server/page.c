/*
 * page.c - see page.h.
 */
#include "server/page.h"

#include <string.h>

static const struct {
    const char *ending, *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".svg", "image/svg+xml"},
};

static const char *
find_type(const char *name)
{
    size_t length = strlen(name);

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        size_t ending = strlen(types[i].ending);

        if (length > ending && strcmp(name + length - ending, types[i].ending) == 0)
            return types[i].type;
    }
    return "application/octet-stream";
}

const struct spt_page_file *
spt_page_find(const char *path, const char **type)
{
    const char *name = strcmp(path, "/") == 0 ? "index.html" : path + 1;

    for (const struct spt_page_file *file = spt_page_files; file->name != NULL; file++)
        if (path[0] == '/' && strcmp(file->name, name) == 0) {
            *type = find_type(name);
            return file;
        }
    return NULL;
}
