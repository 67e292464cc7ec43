/*
 * scratch.h - what tests of files and messages need.
 */
#ifndef SEPTUM_TESTS_SCRATCH_H
#define SEPTUM_TESTS_SCRATCH_H

#include <stddef.h>

/* A new empty directory, the same for all calls in one process; removed with all that
 * is in it when the process ends. */
const char *scratch_directory(void);

/* "<scratch directory>/<name>", valid until the 8th next call. */
const char *scratch_path(const char *name);

/* Write a file there and return its path. */
const char *scratch_write(const char *name, const void *data, size_t count);

#endif
