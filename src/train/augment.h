/*
 * augment.h - training tiles as other microscopes, days and cells might have shown
 * them, so that a net learns what a few labels cannot show it.
 *
 * Where a tile is looked at varies: a little larger or smaller, turned, bent.  And how
 * bright it is: contrast, brightness, noise.  Labels move with the pixels.
 */
#ifndef SEPTUM_TRAIN_AUGMENT_H
#define SEPTUM_TRAIN_AUGMENT_H

#include <stdint.h>

#include "base/random.h"

/* How much, at most or as a standard deviation; all 0 changes nothing. */
struct spt_augmentation {
    double half;     /* of the tiles are varied when so many pixels are labelled; fewer
                        are when there are more, which vary enough by themselves */
    double zoom;     /* standard deviation of the logarithm of the scale, up to 2 of
                        which are drawn */
    double turn;     /* radians; uniform up to so much to either side */
    double bend;     /* pixels; standard deviation of what a knot of the lattice is
                        moved by along an axis, up to 2 of which are drawn */
    double contrast; /* standard deviation of its logarithm */
    double brightness; /* standard deviation, in units of a normalised image */
    double noise; /* the most; the standard deviation of a tile is uniform up to it */
};

/* A square of pixels and the labels of a square within it: `side` pixels a side, and
 * `label_side` labels, the first of which belongs to the pixel `margin` rows down and
 * columns right of the first. */
struct spt_tile {
    float *pixels;
    uint8_t *labels;
    uint32_t side, margin, label_side;
};

/* The share of tiles to vary when `known` pixels are labelled, from 0 to 1. */
double spt_augment_share(const struct spt_augmentation *how, uint64_t known);

/* How far around a tile of `side` pixels it is looked for pixels. */
uint32_t spt_augment_reach(const struct spt_augmentation *how, uint32_t side);

/*
 * Draw a variation and make *to from *from, which reaches spt_augment_reach() pixels
 * further on all sides and has labels of all its pixels.  Pixels are interpolated,
 * labels are those of the nearest pixel.
 */
void spt_augment(const struct spt_augmentation *how, struct spt_random *random,
                 const struct spt_tile *from, const struct spt_tile *to);

#endif
