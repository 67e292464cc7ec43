/*
 * file.h - the files that images are in: by what paths they are recorded, and whether
 * they are what they were.
 */
#ifndef SEPTUM_PROJECT_FILE_H
#define SEPTUM_PROJECT_FILE_H

#include "project/private.h"
#include "project/project.h"

/* What tells that a file is the one that it was, without reading it. */
struct spt_stamp {
    int64_t bytes, changed_ns;
};

/* False where there is no file. */
bool spt_stamp_read(const char *path, struct spt_stamp *out);

/* What has become of a file of this digest.  *recorded becomes the stamp of now where
 * the bytes are the same. */
enum septum_status
spt_stamp_check(const char *path, struct spt_stamp *recorded, const void *digest,
                enum spt_file_state *state, struct septum_error *err);

/* The path as it is recorded: from the project's folder when below it, so that the
 * folder can be moved as a whole.  NULL, with errno set, if the file is not there. */
char *spt_path_record(const struct spt_project *project, const char *path);

/* Where the recorded path leads; NULL when memory runs out. */
char *spt_path_resolve(const struct spt_project *project, const char *recorded);

#endif
