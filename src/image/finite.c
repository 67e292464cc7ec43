/*
 * finite.c - see finite.h.
 */
#include "image/finite.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

bool
spt_finite_check(const float *pixels, uint32_t top, uint32_t rows, uint32_t width,
                 struct spt_finite_fault *out)
{
    const size_t count = (size_t)rows * width;
    size_t i = 0;

    while (i < count && isfinite(pixels[i]))
        i++;
    if (i == count)
        return true;
    snprintf(out->text, sizeof out->text,
             "the value at row %zu, column %zu is %s; Septum needs a number for every "
             "pixel",
             top + i / width, i % width,
             isnan(pixels[i]) ? "not a number (NaN)" : "infinite");
    return false;
}
