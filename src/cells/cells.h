/*
 * cells.h - a membrane probability map cut into cells, gaps in membranes bridged.
 *
 * The map is a landscape: cells are its basins, membranes its ridges.  Rising water
 * fills the basins and the place where two of them meet is a pass.  Where the shallower
 * of the two is less than `depth` deep by then, or is too small, it is no cell of its
 * own and joins the other; else both stay, and the ridge between them divides them,
 * however low: that bridges a gap.  So basins are told from dents by their dynamics
 * (Grimaud, "A new measure of contrast: the dynamics", 1992), which are the minima that
 * remain after an h-minima transform (Soille, "Morphological image analysis", 2003).
 * What remains is flooded level by level from their lowest pixels (Meyer, "Un
 * algorithme optimal pour la ligne de partage des eaux", 1991; the watershed of Vincent
 * and Soille 1991 in its seeded form).
 *
 * Equal input gives equal cells: P counts in steps of 1 / SPT_CELLS_LEVELS; of pixels
 * of one level the earlier, row by row, comes first in finding basins, and the one that
 * the water reached first in flooding.  Time grows with the pixels (times their inverse
 * Ackermann function, for the basins that join).
 */
#ifndef SEPTUM_CELLS_CELLS_H
#define SEPTUM_CELLS_CELLS_H

#include <stdint.h>

#include "base/error.h"

#define SPT_CELLS_LEVELS 1000

#define SPT_CELLS_PIXELS_MAX ((uint64_t)1 << 30)

/* What cutting takes for each pixel, bytes, beside the map and the cells themselves. */
#define SPT_CELLS_BYTES 10

#define SPT_CELLS_DEPTH 0.3
#define SPT_CELLS_LEAST 20

struct spt_cells_rule {
    double threshold; /* P from which on a pixel is membrane */
    double depth;     /* of a basin that is a cell of its own, in P; above 0 */
    uint32_t least;   /* pixels of a cell, 1 or more */
};

/*
 * Number the cells of `membrane`, height * width probabilities, in `cells`, of as many:
 * 1 to *count in the order of their first pixels, row by row; 0 is membrane, the line
 * that divides two cells, or a part of less than `least` pixels that membrane cuts off.
 * Pixels are neighbours across their four sides; each cell hangs together, and none
 * touches another.  A probability outside [0, 1] counts as the nearer end, a NaN as 0.
 * Fails, naming `name`, for want of memory and above SPT_CELLS_PIXELS_MAX pixels.
 */
enum septum_status
spt_cells_cut(const char *name, const float *membrane, uint32_t height, uint32_t width,
              const struct spt_cells_rule *rule, uint32_t *cells, uint32_t *count,
              struct septum_error *err);

#endif
