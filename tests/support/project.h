/*
 * project.h - project files and images for the tests that need some.
 */
#ifndef SEPTUM_TESTS_PROJECT_H
#define SEPTUM_TESTS_PROJECT_H

#include "project/answer.h"
#include "project/project.h"

/* Make the project "<scratch directory>/<name>", whatever was there, and open it. */
struct spt_project *project_make(const char *name);

/* Open a project that must be whole. */
struct spt_project *project_reopen(const char *path);

/* Write a grey picture whose pixels depend on `seed`. */
void
project_write_image(const char *path, uint32_t height, uint32_t width, unsigned seed);

/* Write such a picture "<scratch directory>/<name>.png" and add it; its id. */
int64_t project_add(struct spt_project *project, const char *name, uint32_t height,
                    uint32_t width);

/* An answer of `who`, "import", to all of an image of that size. */
struct spt_answer
project_answer(int64_t image, uint32_t height, uint32_t width, const uint8_t *pixels);

/* Run SQL on the file at `path`, past the project's own code. */
void project_sql(const char *path, const char *sql);

#endif
