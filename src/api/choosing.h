/*
 * choosing.h - the public options of choosing a region, in the modules' own terms.
 */
#ifndef SEPTUM_API_CHOOSING_H
#define SEPTUM_API_CHOOSING_H

#include "active/region.h"
#include "loop/measure.h"
#include "septum.h"

struct spt_choosing {
    struct spt_region_options region;
    struct spt_measure_options measure;
    double fade; /* active/novelty.h; 1 = none */
    bool calibrate;
};

/* `lambda` and `windows` 0 are the defaults. */
struct spt_choosing spt_choosing_of(const struct septum_choosing *choosing,
                                    double lambda, uint32_t windows);

#endif
