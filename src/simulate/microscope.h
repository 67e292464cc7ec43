/*
 * microscope.h - what a microscope makes of an embryo.
 *
 * Light of one pixel = sum over planes around the slice, weighted by the axial
 * point-spread, of (membrane + cytoplasm), times the illumination that gets there,
 * blurred by the lateral point-spread, plus background.  The camera counts photons
 * (Poisson), adds read noise (normal) and rounds to 8 bits.
 *
 * Light is in units of a membrane of full brightness in the focal plane.
 */
#ifndef SEPTUM_SIMULATE_MICROSCOPE_H
#define SEPTUM_SIMULATE_MICROSCOPE_H

#include <stdint.h>

#include "simulate/geometry.h"

struct spt_microscope {
    const char *name;
    uint32_t size; /* side of an image, pixels */
    struct spt_embryo_shape embryo;
    double stack; /* share of the embryo's depth that a stack covers at most */
    double step;  /* distance of two slices at most, pixels */

    double truth;     /* thickness of an upright membrane in the truth, pixels */
    double thickness; /* standard deviation of its stain across it, pixels */
    double weakness;  /* share of a membrane's brightness that may be missing */
    double cytoplasm; /* light of a cell's inside */

    double axial, lateral; /* standard deviations of the point-spread, pixels */
    double shade;      /* path in the embryo, in pixels, that takes 63 % of the light */
    int shade_axis;    /* along which light comes: 0 x (from the side), 2 z */
    double stripes;    /* depth of the shadows that run along the light */
    double background; /* light from everywhere */

    double photons;    /* counted for light 1 */
    double read_noise; /* standard deviation, photons */
    double gain;       /* grey levels a photon */
    double offset;     /* grey level of darkness; may be negative */
};

/*
 * Look at the plane `z` of the embryo.  `image` and `membrane` take size * size bytes;
 * `key` is of the noise.  Fails for want of memory only.
 */
enum septum_status spt_microscope_expose(const struct spt_microscope *microscope,
                                         const struct spt_embryo *embryo, double z,
                                         uint64_t key, uint32_t size, uint8_t *image,
                                         uint8_t *membrane, struct septum_error *err);

#endif
