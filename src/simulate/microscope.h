/*
 * microscope.h - what a microscope makes of an embryo.
 *
 * Light of one pixel = sum over planes around the slice, weighted by the axial
 * point-spread, of what shines there, plus a broader and blurred sum over planes
 * further away (ghosts of other cells), times the illumination that gets there, blurred
 * by the lateral point-spread, plus background.  The camera counts photons (Poisson),
 * adds read noise (normal) and rounds to 8 bits.
 *
 * A light sheet comes from the side, is thinnest in the middle of the embryo and
 * thickens towards both ends as a Gaussian beam does.  A laser that scans from above
 * loses light with depth, and what has been scanned is bleached.
 *
 * Lengths are micrometres.
 */
#ifndef SEPTUM_SIMULATE_MICROSCOPE_H
#define SEPTUM_SIMULATE_MICROSCOPE_H

#include <stdint.h>

#include "simulate/geometry.h"
#include "simulate/stain.h"

struct spt_microscope {
    const char *name;
    uint32_t size; /* side of an image, pixels */
    double pixel;  /* side of a pixel */
    double step;   /* distance of two slices at most */
    double truth;  /* thickness of an upright membrane in the truth */

    /* The paper's three difficulties, unless a user says otherwise: see stain.h for the
     * first two; the third is the light of far planes. */
    double weak, merged, ghosts;

    double axial, lateral; /* standard deviations of the point-spread */
    double waist;     /* way along the light on which a sheet gets 1.4 times as thick; 0
                         = the axial spread is the same everywhere */
    double shade;     /* path in the embryo that takes 63 % of the light */
    int shade_axis;   /* along which light comes: 0 x (from the side), 2 z */
    double bleaching; /* share of the light lost from the first slice to the last */
    double stripes;   /* depth of the shadows that run along the light */
    double background; /* light from everywhere */

    double photons;    /* counted for light 1 */
    double read_noise; /* standard deviation, photons */
    double gain;       /* grey levels a photon */
    double offset;     /* grey level of darkness; may be negative */
};

/* One slice to look at. */
struct spt_view {
    const struct spt_embryo *embryo;
    struct spt_stain stain;
    double z;
    double ghosts;   /* light of far planes */
    double bleached; /* share of the light lost so far */
    uint64_t key;    /* of the noise */
    uint32_t size;   /* side of the image, pixels */
};

/* What is seen, size * size of each. */
struct spt_slice {
    uint8_t *image;
    uint8_t *membrane; /* truth: 255 = membrane, 0 = not */
    uint16_t *cells;   /* numbers from 1, the same in all slices; 0 = membrane, gap or
                          outside */
};

/* Fails for want of memory only; what is in *out then has no meaning. */
enum septum_status
spt_microscope_expose(const struct spt_microscope *microscope,
                      const struct spt_view *view, const struct spt_slice *out,
                      struct septum_error *err);

#endif
