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
    double fade;  /* active/novelty.h; 1 = none */
    bool density; /* loop/abundance.h */
    bool calibrate;
};

/* Both refuse numbers that do not go together (SEPTUM_EINVAL). */
enum septum_status
spt_region_read(const struct septum_region_options *options,
                struct spt_region_options *out, struct septum_error *err);
enum septum_status
spt_choosing_read(const struct septum_choosing *choosing, struct spt_choosing *out,
                  struct septum_error *err);

#endif
