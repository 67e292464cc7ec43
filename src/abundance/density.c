/*
 * density.c - see density.h.
 */
#include "abundance/density.h"

void
spt_density_find(const float *distances, size_t count, float cut, float *density)
{
    for (size_t i = 0; i < count; i++)
        density[i] = 1;
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++, distances++)
            if (*distances <= cut) {
                density[i]++;
                density[j]++;
            }
    for (size_t i = 0; i < count; i++)
        density[i] /= (float)count;
}
