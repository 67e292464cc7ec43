/*
 * simulate.h - simulated slices of an embryo of cells, and their membranes.
 *
 * Cells are the 3-D Voronoi cells of random points inside an ellipsoid, with bulges;
 * the membrane of a slice is where the nearest two cells are about equally far, and the
 * embryo's outline, both traced as an annotator of the slice would trace them.  A
 * microscope adds its blur, in the slice and across it, brightness that varies along
 * the membrane, shade, background, Poisson and read noise.  Two domains: "spim" (light
 * sheet: small images, thin bright membranes, light and stripes from one side) and
 * "confocal" (larger magnification, more cells, dimmer, more blurred and noisy, darker
 * with depth). Nothing here is a real image, and no file it makes says otherwise.
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
 * alone.  Pixels are equally large whatever the size: another size than the
 * microscope's own shows less, or more, around the embryo's centre.  Fails for want of
 * memory, a slice outside the stack, and a size of 0 or more than 8192.
 */
enum septum_status
spt_simulate_slice(const struct spt_microscope *microscope, uint64_t seed,
                   uint32_t slice, uint32_t count, uint32_t size, uint8_t *image,
                   uint8_t *membrane, struct septum_error *err);

#endif
