/*
 * naive_cells.h - cutting a map into cells by its definition, in quadratic time: what
 * src/cells/ is compared with.
 */
#ifndef TESTS_NAIVE_CELLS_H
#define TESTS_NAIVE_CELLS_H

#include "cells/cells.h"

#define NAIVE_CELLS_MOST 1024 /* pixels */

uint32_t naive_cells(const float *membrane, uint32_t height, uint32_t width,
                     const struct spt_cells_rule *rule, uint32_t *cells);

#endif
