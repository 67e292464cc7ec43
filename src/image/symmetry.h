/*
 * symmetry.h - the 8 symmetries of the square.
 *
 * Symmetry s in [0, 8) is: transpose if s & 4, then reverse the rows if s & 2, then
 * reverse the columns if s & 1.  0 is the identity.  The first two are a group, too:
 * what an image is that has no up and down, but whose sides are alike.
 */
#ifndef SEPTUM_IMAGE_SYMMETRY_H
#define SEPTUM_IMAGE_SYMMETRY_H

#include <stdbool.h>
#include <stdint.h>

#define SPT_SYMMETRIES 8

/* Are the first `count` of them a group? */
static inline bool
spt_symmetries_are_group(uint32_t count)
{
    return count == 1 || count == 2 || count == SPT_SYMMETRIES;
}

/* True when symmetry s turns height x width into width x height. */
static inline int
spt_symmetry_transposes(int s)
{
    return (s & 4) != 0;
}

/* out = s(in); `in` is height x width; `out` must not overlap it. */
void spt_symmetry_floats(const float *in, uint32_t height, uint32_t width, int s,
                         float *out);

/* The symmetry that undoes s. */
int spt_symmetry_inverse(int s);

#endif
