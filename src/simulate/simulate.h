/*
 * simulate.h - simulated slices of an embryo of cells, and their membranes.
 *
 * One embryo, a relaxed tessellation of an ellipsoid (geometry.h) that carries a
 * membrane stain (stain.h), is seen by one of two microscopes (microscope.h): "spim", a
 * light sheet from the side with pixels of 0.66 um, and "confocal", with pixels of
 * 0.308 um, more axial blur, few photons, and a signal that fades with depth.  The
 * embryo depends on the seed and the number of cells alone: both microscopes see the
 * same one.  Truth is where the nearest two cells are about equally far, and the
 * embryo's outline, traced as an annotator of the slice would trace them.  Nothing here
 * is a real image, and no file it makes says otherwise.
 */
#ifndef SEPTUM_SIMULATE_SIMULATE_H
#define SEPTUM_SIMULATE_SIMULATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "simulate/microscope.h"

#define SPT_SIMULATION_CELLS 180 /* when nobody asks for another number */

struct spt_simulation_settings {
    const char *microscope; /* "spim" or "confocal" */
    uint64_t seed;
    uint32_t count; /* slices */
    uint32_t size;  /* side of a slice, pixels; 0 = the microscope's own */
    uint32_t cells; /* 1 to SPT_EMBRYO_CELLS; 0 = SPT_SIMULATION_CELLS */
    bool has_weak, has_merged, has_ghosts; /* else the microscope's own */
    double weak, merged, ghosts;           /* 0 to 1; see stain.h and microscope.h */
};

struct spt_simulation;

/* "spim" or "confocal"; NULL when there is none of that name. */
const struct spt_microscope *spt_microscope_find(const char *name);

/* Grow the embryo.  Fails for want of memory, an unknown microscope, no slices, and
 * numbers out of bounds; a slice is at most 8192 pixels a side. */
enum septum_status
spt_simulation_create(const struct spt_simulation_settings *settings,
                      struct spt_simulation **out, struct septum_error *err);
void spt_simulation_free(struct spt_simulation *simulation);

/* Side of its slices, pixels. */
uint32_t spt_simulation_size(const struct spt_simulation *simulation);

/*
 * Make slice number `slice` of the stack.  Each slice can be made alone.  Pixels are
 * equally large whatever the size: another size than the microscope's own shows less,
 * or more, around the embryo's centre.  Fails for want of memory, and for a slice
 * outside the stack.
 */
enum septum_status
spt_simulation_slice(const struct spt_simulation *simulation, uint32_t slice,
                     const struct spt_slice *out, struct septum_error *err);

/* Add everything that the stack was made with to *text, as one JSON object. */
void
spt_simulation_describe(const struct spt_simulation *simulation, struct spt_text *text);

#endif
