/*
 * file.c - see file.h.
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

/* Read `count` bytes, or fewer when the file ends before. */
static ssize_t
read_fully(int file, uint8_t *at, size_t count)
{
    size_t done = 0;

    while (done < count) {
        ssize_t got = read(file, at + done, count - done);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

enum septum_status
spt_file_read(const char *path, size_t limit, struct spt_bytes *out,
              struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;
    struct spt_bytes bytes = {0};
    struct stat about;
    ssize_t got;
    /* Without waiting: opening a pipe that nobody writes to would never return. */
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

    if (file < 0 || fstat(file, &about) != 0) {
        status = spt_fail_errno(err, path);
        goto done;
    }
    if (!S_ISREG(about.st_mode)) {
        status = spt_fail(err, SEPTUM_EIO, "%s: not a regular file", path);
        goto done;
    }
    if ((uintmax_t)about.st_size > limit) {
        status = spt_fail(err, SEPTUM_EFORMAT,
                          "%s: %jd bytes, more than the %zu that such a file may have",
                          path, (intmax_t)about.st_size, limit);
        goto done;
    }
    bytes.count = (size_t)about.st_size;
    bytes.at = spt_alloc_array(bytes.count, 1);
    if (bytes.at == NULL) {
        status = spt_fail_memory(err, path, bytes.count);
        goto done;
    }
    got = read_fully(file, bytes.at, bytes.count);
    if (got < 0) {
        status = spt_fail_errno(err, path);
        goto done;
    }
    if ((size_t)got != bytes.count) {
        status = spt_fail(err, SEPTUM_EIO, "%s: grew shorter while it was read", path);
        goto done;
    }
    *out = bytes;
    bytes = (struct spt_bytes){0}; /* now the caller's */
done:
    spt_bytes_clear(&bytes);
    if (file >= 0)
        close(file);
    return status;
}

void
spt_bytes_clear(struct spt_bytes *bytes)
{
    free(bytes->at);
    *bytes = (struct spt_bytes){0};
}

bool
spt_bytes_append(struct spt_bytes *bytes, const void *data, size_t count)
{
    /* Whole powers of two, so that growing byte by byte stays linear.  The capacity is
     * not stored: it follows from the count. */
    size_t needed, capacity = 64;

    if (count == 0)
        return true;
    if (__builtin_add_overflow(bytes->count, count, &needed) || needed > SIZE_MAX / 4)
        return false;
    while (capacity < bytes->count)
        capacity *= 2;
    if (bytes->at == NULL || needed > capacity) {
        uint8_t *grown;

        while (capacity < needed)
            capacity *= 2;
        grown = spt_alloc_grow(bytes->at, capacity, 1);
        if (grown == NULL)
            return false;
        bytes->at = grown;
    }
    memcpy(bytes->at + bytes->count, data, count);
    bytes->count = needed;
    return true;
}

bool
spt_file_exists(const char *path)
{
    struct stat about;

    return lstat(path, &about) == 0;
}

bool
spt_file_is(const char *path, const char *other)
{
    struct stat first, second;

    return stat(path, &first) == 0 && stat(other, &second) == 0 &&
           first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

enum septum_status
spt_file_spare(const char *input, const char *path, struct septum_error *err)
{
    if (spt_file_is(input, path))
        return spt_fail(err, SEPTUM_EINVAL,
                        "%s: is read from, and must not be written over; choose "
                        "another name",
                        path);
    return SEPTUM_OK;
}

static enum septum_status
refuse_existing(const char *path, struct septum_error *err)
{
    return spt_fail(err, SEPTUM_EINVAL,
                    "%s: exists already; choose another name or give --force", path);
}

/* The directory that holds `path`; the caller frees it. */
static char *
directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
}

enum septum_status
spt_output_check(const char *path, bool force, struct septum_error *err)
{
    struct stat about;
    char *directory;
    enum septum_status status = SEPTUM_OK;

    if (!force && spt_file_exists(path))
        return refuse_existing(path, err);
    if (stat(path, &about) == 0 && !S_ISREG(about.st_mode))
        return spt_fail(err, SEPTUM_EINVAL,
                        "%s: is no file that could be replaced; choose another name",
                        path);
    directory = directory_of(path);
    if (directory == NULL)
        return spt_fail_memory(err, path, strlen(path));
    if (access(directory, W_OK | X_OK) != 0)
        status = spt_fail_errno(err, path);
    free(directory);
    return status;
}

enum septum_status
spt_output_begin(const char *path, bool force, struct spt_output *out,
                 struct septum_error *err)
{
    struct spt_output output = {0};
    enum septum_status status = spt_output_check(path, force, err);

    if (status != SEPTUM_OK)
        return status;
    output.final = strdup(path);
    if (output.final == NULL ||
        asprintf(&output.temporary, "%s.%ld.part", path, (long)getpid()) < 0) {
        free(output.final);
        return spt_fail_memory(err, path, strlen(path));
    }
    *out = output;
    return SEPTUM_OK;
}

/* Have the directory that holds `path` remember its new entry through a power cut. */
static int
sync_directory_of(const char *path)
{
    char *parent = directory_of(path);
    int directory, failed;

    if (parent == NULL)
        return -1;
    directory = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(parent);
    if (directory < 0)
        return -1;
    failed = fsync(directory);
    close(directory);
    return failed;
}

static int
take_name(const struct spt_output *output, bool force)
{
    unsigned flags = force ? 0 : RENAME_NOREPLACE;

    if (renameat2(AT_FDCWD, output->temporary, AT_FDCWD, output->final, flags) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    /* A file system without that flag: begin() has looked, which must do. */
    return rename(output->temporary, output->final);
}

enum septum_status
spt_output_commit(struct spt_output *output, bool force, struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;
    int file = open(output->temporary, O_RDONLY | O_CLOEXEC);

    if (file < 0 || fsync(file) != 0) {
        status = spt_fail_errno(err, output->final);
        goto done;
    }
    if (take_name(output, force) != 0) {
        status = !force && errno == EEXIST ? refuse_existing(output->final, err)
                                           : spt_fail_errno(err, output->final);
        goto done;
    }
    if (sync_directory_of(output->final) != 0)
        status = spt_fail_errno(err, output->final);
done:
    if (file >= 0)
        close(file);
    spt_output_abandon(output);
    return status;
}

void
spt_output_abandon(struct spt_output *output)
{
    if (output->temporary != NULL)
        unlink(output->temporary);
    free(output->temporary);
    free(output->final);
    *output = (struct spt_output){0};
}

static int
write_fully(int file, const uint8_t *at, size_t count)
{
    while (count > 0) {
        ssize_t wrote = write(file, at, count);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return -1;
        at += wrote;
        count -= (size_t)wrote;
    }
    return 0;
}

enum septum_status
spt_file_write(const char *path, const void *data, size_t count, bool force,
               struct septum_error *err)
{
    struct spt_output output = {0};
    enum septum_status status = spt_output_begin(path, force, &output, err);
    int file = -1;

    if (output.temporary == NULL)
        return status;
    file = open(output.temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0 || write_fully(file, data, count) != 0)
        status = spt_fail_errno(err, path);
    if (file >= 0 && close(file) != 0 && status == SEPTUM_OK)
        status = spt_fail_errno(err, path);
    if (status == SEPTUM_OK)
        status = spt_output_commit(&output, force, err);
    spt_output_abandon(&output);
    return status;
}

static enum septum_status
make_one(const char *path, struct septum_error *err)
{
    struct stat about;

    /* Looked at first: where one may not write, mkdir() may not say that it is there.
     */
    if ((stat(path, &about) == 0 && S_ISDIR(about.st_mode)) || mkdir(path, 0777) == 0)
        return SEPTUM_OK;
    /* Somebody else may have made it since. */
    if (errno == EEXIST && stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        return SEPTUM_OK;
    return spt_fail_errno(err, path);
}

enum septum_status
spt_directory_make(const char *path, struct septum_error *err)
{
    char *part = strdup(path);
    enum septum_status status = SEPTUM_OK;

    if (part == NULL)
        return spt_fail_memory(err, path, strlen(path) + 1);
    for (char *slash = part; *slash != '\0' && status == SEPTUM_OK; slash++)
        if (*slash == '/' && slash != part) {
            *slash = '\0';
            status = make_one(part, err);
            *slash = '/';
        }
    if (status == SEPTUM_OK)
        status = make_one(path, err);
    free(part);
    return status;
}
