/*
 * simulate.h - simulated slices of an embryo of cells, and their membranes.
 *
 * Cells are the 3-D Voronoi cells of random points inside an ellipsoid; the membrane of
 * a slice is where the nearest two cells are about equally far, and the embryo's
 * outline. A microscope adds its blur, brightness that varies along the membrane,
 * background, Poisson and read noise.  Two domains: "spim" (light sheet: small
 * isotropic images, thin bright membranes, stripes) and "confocal" (larger
 * magnification, dimmer, blurred). Nothing here is a real image, and no file it makes
 * says otherwise.
 */
#ifndef SEPTUM_SIMULATE_SIMULATE_H
#define SEPTUM_SIMULATE_SIMULATE_H

#include <stdint.h>

#include "base/error.h"

struct spt_microscope; /* a row of the table in simulate.c */

/* "spim" or "confocal"; NULL when there is none of that name. */
const struct spt_microscope *spt_microscope_find(const char *name);

/* Side of its images when nobody asks for another, pixels. */
uint32_t spt_microscope_size(const struct spt_microscope *microscope);

/*
 * Slice number `slice` of `count` of the embryo that `seed` makes: size * size 8-bit
 * intensities, and membrane truth (255 = membrane, 0 = not).  Each slice can be made
 * alone.
 */
enum septum_status
spt_simulate_slice(const struct spt_microscope *microscope, uint64_t seed,
                   uint32_t slice, uint32_t count, uint32_t size, uint8_t *image,
                   uint8_t *membrane, struct septum_error *err);

#endif
