/*
 * probability.c - see probability.h.
 */
#include "image/probability.h"

bool
spt_probability_check(const float *values, size_t count, size_t *fault)
{
    for (size_t i = 0; i < count; i++)
        if (!(values[i] >= -SPT_PROBABILITY_TOLERANCE &&
              values[i] <= 1 + SPT_PROBABILITY_TOLERANCE)) {
            *fault = i;
            return false;
        }
    return true;
}
