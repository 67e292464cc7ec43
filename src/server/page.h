/*
 * page.h - the files of the labelling page, which are part of the program.
 */
#ifndef SEPTUM_SERVER_PAGE_H
#define SEPTUM_SERVER_PAGE_H

#include <stddef.h>

struct spt_page_file {
    const char *name; /* "page.css" */
    const unsigned char *bytes;
    size_t count;
};

/* The table, ended by a row without a name; made of page/ when the program is built. */
extern const struct spt_page_file spt_page_files[];

/* The file for a path ("/" is index.html), or NULL; *type is its content type. */
const struct spt_page_file *spt_page_find(const char *path, const char **type);

#endif
