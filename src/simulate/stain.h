/*
 * stain.h - how brightly each point of an embryo shines.
 *
 * A membrane marker makes walls shine: each wall has its own level, which is grained
 * and in places fades (a weak signal); in places the two membranes of a wall part or
 * fold, and it looks broad and blurred (merged membranes).  Cells shine a little, each
 * at its own level, and less in their nuclei; gaps and the outside do not.
 *
 * Light is in units of a membrane of full brightness.  All of it is a function of the
 * embryo's key and of the place, so that two microscopes see the same.
 */
#ifndef SEPTUM_SIMULATE_STAIN_H
#define SEPTUM_SIMULATE_STAIN_H

#include "simulate/geometry.h"

struct spt_stain {
    double thickness; /* standard deviation across a wall, micrometres */
    double cytoplasm; /* light of a cell's inside */
    double weak;      /* share of a wall's light that is lost where it fades */
    double merged;    /* 0 no wall is broad, 1 nearly all of them */
};

/* How far from a wall its light reaches, micrometres. */
float spt_stain_reach(const struct spt_stain *stain);

/* The light at a point of which `place` tells. */
float spt_stain_light(const struct spt_stain *stain, const struct spt_embryo *embryo,
                      const struct spt_place *place, const float at[3]);

/* Smooth noise in [0, 1] with features of size 1: random values at the integer points
 * and a smooth way between them. */
float spt_stain_noise(uint64_t key, float x, float y, float z);

#endif
