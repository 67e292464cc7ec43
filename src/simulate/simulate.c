/*
 * simulate.c - see simulate.h.
 */
#include "simulate/simulate.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/random.h"
#include "simulate/geometry.h"
#include "simulate/microscope.h"

#define LARGEST 8192 /* side of a slice: half a gigabyte of working memory */

static const struct spt_microscope microscopes[] = {
    {
        .name = "spim",
        .size = 301,
        .embryo = {.x = 144, .y = 124, .z = 116, .cells = 150, .unevenness = 0.08},
        .stack = 0.6,
        .step = 8,
        .truth = 4.4,
        .thickness = 1.3,
        .weakness = 0.8,
        .cytoplasm = 0.14,
        .axial = 3,
        .lateral = 0.9,
        .shade = 380,
        .shade_axis = 0,
        .stripes = 0.4,
        .background = 0.06,
        .photons = 50,
        .read_noise = 1.5,
        .gain = 4.5,
        .offset = 8,
    },
    {
        .name = "confocal",
        .size = 1024,
        .embryo = {.x = 492, .y = 428, .z = 340, .cells = 900, .unevenness = 0.1},
        .stack = 0.65,
        .step = 8,
        .truth = 7.5,
        .thickness = 2,
        .weakness = 0.85,
        .cytoplasm = 0.16,
        .axial = 7,
        .lateral = 1.9,
        .shade = 650,
        .shade_axis = 2,
        .stripes = 0,
        .background = 0.02,
        .photons = 17,
        .read_noise = 0.7,
        .gain = 9.5,
        .offset = 0,
    },
};

const struct spt_microscope *
spt_microscope_find(const char *name)
{
    for (size_t i = 0; i < sizeof microscopes / sizeof *microscopes; i++)
        if (strcmp(microscopes[i].name, name) == 0)
            return &microscopes[i];
    return NULL;
}

uint32_t
spt_microscope_size(const struct spt_microscope *microscope)
{
    return microscope->size;
}

/* Depth of a slice: a stack is centred in the embryo, and slices are as far apart as
 * its part of the embryo allows, but never so far that neighbours are unlike. */
static double
find_depth(const struct spt_microscope *microscope, uint32_t slice, uint32_t count)
{
    double whole = 2 * microscope->embryo.z * microscope->stack;
    double step = fmin(microscope->step, whole / count);

    return (slice - (count - 1) / 2.0) * step;
}

enum septum_status
spt_simulate_slice(const struct spt_microscope *microscope, uint64_t seed,
                   uint32_t slice, uint32_t count, uint32_t size, uint8_t *image,
                   uint8_t *membrane, struct septum_error *err)
{
    uint64_t key = spt_random_hash(seed, microscope->size);
    struct spt_embryo embryo;

    if (slice >= count)
        return spt_fail(err, SEPTUM_EINVAL,
                        "slice %u is not in a stack of %u slices, counted from 0",
                        slice, count);
    if (size == 0 || size > LARGEST)
        return spt_fail(err, SEPTUM_EINVAL,
                        "a simulated slice of %u pixels a side: 1 to %u are possible",
                        size, LARGEST);
    spt_embryo_grow(&embryo, &microscope->embryo, key);
    return spt_microscope_expose(
        microscope, &embryo, find_depth(microscope, slice, count),
        spt_random_hash(key, slice), size, image, membrane, err);
}
