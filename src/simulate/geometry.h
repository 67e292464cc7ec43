/*
 * geometry.h - an embryo made of cells: who owns each point, and how far the nearest
 * membrane is.
 *
 * A cell is a site c with a bulge r.  A point belongs to the cell of least reach
 *
 *	d(p) = |p - c| - r
 *
 * (an additively weighted Voronoi diagram: cells of unlike size with curved walls, as
 * soap bubbles have).  Sites are scattered evenly and then relaxed: each moves to the
 * middle of its cell, several times (Lloyd 1982), which rounds the cells as tension in
 * their walls does.  Some cells inside are gaps: spaces between cells.  Between the
 * nearest cell 1 and any cell j the wall lies where d_j = d_1, to first order
 * (d_j - d_1) / |grad d_j - grad d_1| away.  The embryo ends where d_1 = crust, so that
 * the cells at its surface bulge out; holes well inside the ellipsoid that holds the
 * sites are closed.
 *
 * Lengths are micrometres, the origin is the embryo's centre, z is the depth of a
 * slice.
 */
#ifndef SEPTUM_SIMULATE_GEOMETRY_H
#define SEPTUM_SIMULATE_GEOMETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Cells are kept in arrays of this size on the stack of the kernels below. */
#define SPT_EMBRYO_CELLS 1024

/* What an embryo of a kind has in common with all others of its kind. */
struct spt_embryo_shape {
    double x, y, z;    /* half axes */
    uint32_t cells;    /* <= SPT_EMBRYO_CELLS */
    double unevenness; /* spread of the bulges, in mean distances of neighbours */
    double gaps;       /* share of the cells inside that are gaps */
};

struct spt_embryo {
    struct spt_embryo_shape shape;
    double spacing; /* mean distance of neighbours */
    double crust;   /* how far cells reach out where nobody stops them */
    uint64_t key;   /* of all that is random about it */
    uint32_t count;
    float x[SPT_EMBRYO_CELLS], y[SPT_EMBRYO_CELLS], z[SPT_EMBRYO_CELLS];
    float bulge[SPT_EMBRYO_CELLS];
    bool gap[SPT_EMBRYO_CELLS];
};

/* Make the embryo of that shape that `key` stands for. */
void spt_embryo_grow(struct spt_embryo *embryo, const struct spt_embryo_shape *shape,
                     uint64_t key);

/* The cells that matter in some small part of the embryo. */
struct spt_cells {
    bool dark; /* no cell and no membrane comes near: there is nothing to look at */
    uint32_t count;
    uint16_t at[SPT_EMBRYO_CELLS];
};

/* All cells that own, or have a wall closer than `reach` to, any point within `radius`
 * of (x, y, z). */
void spt_embryo_near(const struct spt_embryo *embryo, const float at[3], float radius,
                     float reach, struct spt_cells *cells);

#define SPT_CELL_OUTSIDE UINT32_MAX

/* What there is at a point. */
struct spt_place {
    uint32_t cell;  /* the owner, perhaps a gap, or SPT_CELL_OUTSIDE */
    uint32_t other; /* behind the nearest membrane; the owner itself when there is no
                       membrane within reach */
    float distance; /* to the nearest membrane, at most reach */
    float trace;    /* the same, as an annotator of the slice draws it: where a slanting
                       membrane cuts a broad band out of the slice, only what is near
                       the band's middle counts */
    float centre;   /* from the owner's site, in units of the mean distance */
};

/* Look at a point of which `cells` are the cells that matter. */
struct spt_place
spt_embryo_look(const struct spt_embryo *embryo, const struct spt_cells *cells,
                const float at[3], float reach);

/* How much of the embryo's ellipsoid light crosses to get to the point, coming along
 * the axis (0 x, 1 y, 2 z) from its negative end. */
float spt_embryo_path(const struct spt_embryo *embryo, const float at[3], int axis);

#endif
