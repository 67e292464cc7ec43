/*
 * file.c - see file.h.
 */
#include "project/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/sha256.h"

bool
spt_stamp_read(const char *path, struct spt_stamp *out)
{
    struct stat about;

    if (stat(path, &about) != 0 || !S_ISREG(about.st_mode))
        return false;
    out->bytes = about.st_size;
    out->changed_ns =
        (int64_t)about.st_mtim.tv_sec * 1000000000 + about.st_mtim.tv_nsec;
    return true;
}

char *
spt_path_record(const struct spt_project *project, const char *path)
{
    char *real = realpath(path, NULL);
    size_t length = strlen(project->folder);

    if (real == NULL)
        return NULL;
    if (strncmp(real, project->folder, length) == 0 &&
        (real[length] == '/' || length == 1)) {
        size_t skip = length == 1 ? 1 : length + 1;

        memmove(real, real + skip, strlen(real + skip) + 1);
    }
    return real;
}

char *
spt_path_resolve(const struct spt_project *project, const char *recorded)
{
    char *path;

    if (recorded[0] == '/')
        return strdup(recorded);
    return asprintf(&path, "%s/%s", project->folder, recorded) < 0 ? NULL : path;
}

enum septum_status
spt_stamp_check(const char *path, struct spt_stamp *recorded, const void *digest,
                enum spt_file_state *state, struct septum_error *err)
{
    uint8_t found[SPT_SHA256_BYTES];
    enum septum_status status = SEPTUM_OK;
    struct spt_stamp now;

    *state = SPT_FILE_SAME;
    if (!spt_stamp_read(path, &now))
        *state = SPT_FILE_MISSING;
    else if (now.bytes != recorded->bytes)
        *state = SPT_FILE_CHANGED;
    else if (now.changed_ns != recorded->changed_ns) {
        status = spt_sha256_file(path, found, err);
        if (status == SEPTUM_OK && memcmp(found, digest, sizeof found) != 0)
            *state = SPT_FILE_CHANGED;
        else if (status == SEPTUM_OK)
            *recorded = now;
    }
    return status;
}
