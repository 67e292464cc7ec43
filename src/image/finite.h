/*
 * finite.h - every pixel is a number, wherever pixels come from.
 *
 * One pixel that is none would make no number of a whole image once that is normalised,
 * or would be taken for a bright one; so it is refused, and its place is told.
 */
#ifndef SEPTUM_IMAGE_FINITE_H
#define SEPTUM_IMAGE_FINITE_H

#include <stdbool.h>
#include <stdint.h>

/* "the value at row 3, column 5 is infinite; Septum needs a number for every pixel" */
struct spt_finite_fault {
    char text[160];
};

/* Are all pixels of rows [top, top + rows) of an image finite?  If not, *out says which
 * is the first that is not. */
bool spt_finite_check(const float *pixels, uint32_t top, uint32_t rows, uint32_t width,
                      struct spt_finite_fault *out);

#endif
