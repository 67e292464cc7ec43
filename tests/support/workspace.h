/*
 * workspace.h - a small project with a model and images, opened to work on.
 */
#ifndef SEPTUM_TESTS_WORKSPACE_H
#define SEPTUM_TESTS_WORKSPACE_H

#include "session/workspace.h"

#define WORKSPACE_SIDE ((size_t)56) /* of each image, pixels: 4 x 4 windows of */
#define WORKSPACE_WINDOW ((size_t)14)

/* Make the project "<scratch directory>/<name>" of `images` to ask about and, after
 * them, `validation` to score on, whose truth is known, and open it with its model. */
void workspace_make(const char *name, size_t images, size_t validation,
                    struct spt_workspace *out);

/* What is true of image number `i`: its bright lines are membranes. */
uint8_t workspace_truth(size_t i, size_t row, size_t column);

/* The truth of a box of window (row, column) of image number `i`, as an answer. */
struct spt_answer
workspace_answer(const struct spt_workspace *workspace, size_t i, uint32_t row,
                 uint32_t column, uint8_t pixels[WORKSPACE_WINDOW * WORKSPACE_WINDOW]);

#endif
