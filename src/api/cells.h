/*
 * cells.h - how a map is cut into cells: from the caller's options to the rule of
 * cells/.
 */
#ifndef SEPTUM_API_CELLS_H
#define SEPTUM_API_CELLS_H

#include "cells/cells.h"

/* Refuse options out of range; `threshold` is taken where they give none. */
enum septum_status
spt_cells_rule(const struct septum_cells_options *options, double threshold,
               struct spt_cells_rule *out, struct septum_error *err);

#endif
