/*
 * file.h - whole files, in and out, and the promise that a result appears whole or not
 * at all.
 *
 * The only place in Septum, bar the TIFF and PNG readers, that opens a file: parsers
 * above it take bytes, so that tests and fuzzers can feed them directly.
 */
#ifndef SEPTUM_BASE_FILE_H
#define SEPTUM_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* A block of bytes that its holder owns.  All zero is a valid, empty block. */
struct spt_bytes {
    uint8_t *at;
    size_t count;
};

/*
 * Read all of `path` into *out, which the caller then frees with spt_bytes_clear().
 * Refuses directories and files of more than `limit` bytes.
 */
enum septum_status spt_file_read(const char *path, size_t limit, struct spt_bytes *out,
                                 struct septum_error *err);

void spt_bytes_clear(struct spt_bytes *bytes);

/* Add `count` bytes to the end of a block that was empty or made by this function
 * alone. False, and *bytes as it was, when memory runs out. */
bool spt_bytes_append(struct spt_bytes *bytes, const void *data, size_t count);

/*
 * A file in the making: it is written under a temporary name in the same directory and
 * takes its own name only when it is whole and on disk.  begin, then write to `path` by
 * any means, then commit; abandon() removes what was written and may follow any of
 * them.
 */
struct spt_output {
    char *temporary; /* where to write; owned */
    char *final;     /* the name it will take; owned */
};

/*
 * Refuse at once what could not be written at the end: an existing `path` unless
 * `force`, anything that is not a file (a device would be replaced by one), and a name
 * in a directory that is not there or takes none.
 */
enum septum_status
spt_output_check(const char *path, bool force, struct septum_error *err);

/*
 * Check `path`, and choose its temporary name.  Should the path appear in between, it
 * is refused at commit, unless `force`.
 */
enum septum_status spt_output_begin(const char *path, bool force,
                                    struct spt_output *out, struct septum_error *err);
enum septum_status
spt_output_commit(struct spt_output *output, bool force, struct septum_error *err);
void spt_output_abandon(struct spt_output *output);

/* begin, write all of `data`, commit; on failure nothing is left behind. */
enum septum_status spt_file_write(const char *path, const void *data, size_t count,
                                  bool force, struct septum_error *err);

/* Make the directory `path`, and those that it lies in, where they are missing. */
enum septum_status spt_directory_make(const char *path, struct septum_error *err);

/* True when something of that name exists. */
bool spt_file_exists(const char *path);

/* True when both are names of one file. */
bool spt_file_is(const char *path, const char *other);

/* Refuse (SEPTUM_EINVAL) to write to `path` where it is the file `input`, under
 * whatever name. */
enum septum_status
spt_file_spare(const char *input, const char *path, struct septum_error *err);

#endif
