/*
 * coreset.c - see coreset.h.
 */
#include "active/coreset.h"

double
spt_coreset_distance(const float *a, const float *b, size_t dimensions)
{
    double sum = 0;

    for (size_t d = 0; d < dimensions; d++) {
        double difference = (double)a[d] - (double)b[d];

        sum += difference * difference;
    }
    return sum;
}

void
spt_coreset_close(const float *points, size_t count, const float *centres,
                  size_t centre_count, size_t dimensions, float *gaps)
{
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < count; i++)
        for (size_t c = 0; c < centre_count; c++) {
            float distance = (float)spt_coreset_distance(
                points + i * dimensions, centres + c * dimensions, dimensions);

            gaps[i] = distance < gaps[i] ? distance : gaps[i];
        }
}
