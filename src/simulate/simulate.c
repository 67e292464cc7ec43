/*
 * simulate.c - see simulate.h.
 */
#include "simulate/simulate.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/random.h"

#define LARGEST 8192 /* side of a slice: most of a gigabyte of working memory */
#define STACK 0.6    /* share of the embryo's depth that a stack covers at most */
#define PURPOSE_EMBRYO 301

/* About 0.2 mm long, and so made that it fits the light sheet's field of view. */
static const struct spt_embryo_shape embryo_shape = {
    .x = 92, .y = 80, .z = 74, .unevenness = 0.09, .gaps = 0.05};

#define THICKNESS 0.55
#define CYTOPLASM 0.14

static const struct spt_microscope microscopes[] = {
    {
        .name = "spim",
        .size = 301,
        .pixel = 0.66,
        .step = 5.3,
        .truth = 2.9,
        .weak = 0.8,
        .merged = 0.25,
        .ghosts = 0.3,
        .axial = 1.7,
        .lateral = 0.62,
        .waist = 80,
        .shade = 260,
        .shade_axis = 0,
        .stripes = 0.4,
        .background = 0.05,
        .photons = 60,
        .read_noise = 1.5,
        .gain = 4.4,
        .offset = 6,
    },
    {
        .name = "confocal",
        .size = 1024,
        .pixel = 0.308,
        .step = 2.5,
        .truth = 2.3,
        .weak = 0.85,
        .merged = 0.35,
        .ghosts = 0.55,
        .axial = 2.2,
        .lateral = 0.58,
        .shade = 170,
        .shade_axis = 2,
        .bleaching = 0.3,
        .background = 0.02,
        .photons = 45,
        .read_noise = 1,
        .gain = 4.7,
        .offset = 0,
    },
};

struct spt_simulation {
    const struct spt_microscope *microscope;
    struct spt_simulation_settings settings; /* with nothing left to defaults */
    struct spt_stain stain;
    struct spt_embryo embryo;
};

const struct spt_microscope *
spt_microscope_find(const char *name)
{
    for (size_t i = 0; i < sizeof microscopes / sizeof *microscopes; i++)
        if (strcmp(microscopes[i].name, name) == 0)
            return &microscopes[i];
    return NULL;
}

static enum septum_status
check_settings(const struct spt_simulation_settings *settings, struct septum_error *err)
{
    const struct {
        const char *name;
        double share;
    } shares[] = {{"weak", settings->weak},
                  {"merged", settings->merged},
                  {"ghosts", settings->ghosts}};

    if (settings->count == 0)
        return spt_fail(err, SEPTUM_EINVAL, "a simulated stack has no slice");
    if (settings->size > LARGEST)
        return spt_fail(err, SEPTUM_EINVAL,
                        "a simulated slice of %" PRIu32
                        " pixels a side: 1 to %d are possible",
                        settings->size, LARGEST);
    if (settings->cells > SPT_EMBRYO_CELLS)
        return spt_fail(err, SEPTUM_EINVAL,
                        "a simulated embryo of %" PRIu32 " cells: 1 to %d are possible",
                        settings->cells, SPT_EMBRYO_CELLS);
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
        if (!(shares[i].share >= 0 && shares[i].share <= 1))
            return spt_fail(err, SEPTUM_EINVAL, "%s: %g is not from 0 to 1",
                            shares[i].name, shares[i].share);
    return SEPTUM_OK;
}

enum septum_status
spt_simulation_create(const struct spt_simulation_settings *settings,
                      struct spt_simulation **out, struct septum_error *err)
{
    const struct spt_microscope *microscope = spt_microscope_find(settings->microscope);
    struct spt_simulation_settings full = *settings;
    struct spt_embryo_shape shape = embryo_shape;
    struct spt_simulation *simulation;
    enum septum_status status;

    *out = NULL;
    if (microscope == NULL)
        return spt_fail(err, SEPTUM_EINVAL,
                        "there is no microscope \"%s\", only spim and confocal",
                        settings->microscope);
    full.microscope = microscope->name;
    full.size = settings->size > 0 ? settings->size : microscope->size;
    full.cells = settings->cells > 0 ? settings->cells : SPT_SIMULATION_CELLS;
    full.weak = settings->has_weak ? settings->weak : microscope->weak;
    full.merged = settings->has_merged ? settings->merged : microscope->merged;
    full.ghosts = settings->has_ghosts ? settings->ghosts : microscope->ghosts;
    status = check_settings(&full, err);
    if (status != SEPTUM_OK)
        return status;
    simulation = spt_alloc_array(1, sizeof *simulation);
    if (simulation == NULL)
        return spt_fail_memory(err, "a simulated embryo", sizeof *simulation);
    simulation->microscope = microscope;
    simulation->settings = full;
    simulation->stain = (struct spt_stain){.thickness = THICKNESS,
                                           .cytoplasm = CYTOPLASM,
                                           .weak = full.weak,
                                           .merged = full.merged};
    shape.cells = full.cells;
    spt_embryo_grow(&simulation->embryo, &shape,
                    spt_random_hash(settings->seed, PURPOSE_EMBRYO));
    *out = simulation;
    return SEPTUM_OK;
}

void
spt_simulation_free(struct spt_simulation *simulation)
{
    free(simulation);
}

uint32_t
spt_simulation_size(const struct spt_simulation *simulation)
{
    return simulation->settings.size;
}

/* Slices are as far apart as the part of the embryo that a stack covers allows, but
 * never so far that neighbours are unlike. */
static double
find_step(const struct spt_simulation *simulation)
{
    double whole = 2 * simulation->embryo.shape.z * STACK;

    return fmin(simulation->microscope->step, whole / simulation->settings.count);
}

/* Depth of a slice: a stack is centred in the embryo. */
static double
find_depth(const struct spt_simulation *simulation, uint32_t slice)
{
    return (slice - (simulation->settings.count - 1) / 2.0) * find_step(simulation);
}

enum septum_status
spt_simulation_slice(const struct spt_simulation *simulation, uint32_t slice,
                     const struct spt_slice *out, struct septum_error *err)
{
    const struct spt_simulation_settings *settings = &simulation->settings;
    const struct spt_microscope *microscope = simulation->microscope;
    /* Another microscope's noise is another one. */
    uint64_t key = spt_random_hash(settings->seed, microscope->size);
    const struct spt_view view = {
        .embryo = &simulation->embryo,
        .stain = simulation->stain,
        .z = find_depth(simulation, slice),
        .ghosts = settings->ghosts,
        .bleached = microscope->bleaching * (slice + 0.5) / settings->count,
        .key = spt_random_hash(key, slice),
        .size = settings->size,
    };

    if (slice >= settings->count)
        return spt_fail(err, SEPTUM_EINVAL,
                        "slice %" PRIu32 " is not in a stack of %" PRIu32
                        " slices, counted from 0",
                        slice, settings->count);
    return spt_microscope_expose(microscope, &view, out, err);
}

static void
describe_microscope(const struct spt_microscope *microscope, struct spt_text *text)
{
    spt_text_add(text,
                 "  \"optics\": {\n"
                 "    \"axial_um\": %g,\n    \"lateral_um\": %g,\n"
                 "    \"sheet_waist_um\": %g,\n    \"shade_um\": %g,\n"
                 "    \"shade_axis\": \"%c\",\n    \"bleaching\": %g,\n"
                 "    \"stripes\": %g,\n    \"background\": %g\n  },\n",
                 microscope->axial, microscope->lateral, microscope->waist,
                 microscope->shade, "xyz"[microscope->shade_axis],
                 microscope -> bleaching, microscope -> stripes,
                 microscope -> background);
    spt_text_add(text,
                 "  \"camera\": {\n"
                 "    \"photons\": %g,\n    \"read_noise\": %g,\n"
                 "    \"gain\": %g,\n    \"offset\": %g\n  }\n}\n",
                 microscope->photons, microscope->read_noise, microscope->gain,
                 microscope->offset);
}

void
spt_simulation_describe(const struct spt_simulation *simulation, struct spt_text *text)
{
    const struct spt_simulation_settings *settings = &simulation->settings;
    const struct spt_embryo_shape *shape = &simulation->embryo.shape;
    uint32_t gaps = 0;

    for (uint32_t i = 0; i < simulation->embryo.count; i++)
        gaps += simulation->embryo.gap[i];
    spt_text_add(text,
                 "{\n  \"simulated\": true,\n"
                 "  \"about\": \"simulated by septum %s; no real microscope has seen "
                 "this\",\n"
                 "  \"microscope\": \"%s\",\n  \"seed\": %" PRIu64 ",\n"
                 "  \"count\": %" PRIu32 ",\n  \"size\": %" PRIu32 ",\n"
                 "  \"pixel_um\": %g,\n  \"step_um\": %g,\n  \"first_z_um\": %g,\n",
                 SEPTUM_VERSION, settings->microscope, settings->seed, settings->count,
                 settings->size, simulation->microscope->pixel, find_step(simulation),
                 find_depth(simulation, 0));
    spt_text_add(text,
                 "  \"embryo\": {\n"
                 "    \"half_axes_um\": [%g, %g, %g],\n    \"cells\": %" PRIu32 ",\n"
                 "    \"gaps\": %" PRIu32 ",\n    \"unevenness\": %g\n  },\n",
                 shape->x, shape->y, shape->z, settings->cells - gaps, gaps,
                 shape->unevenness);
    spt_text_add(text,
                 "  \"stain\": {\n"
                 "    \"thickness_um\": %g,\n    \"cytoplasm\": %g,\n"
                 "    \"truth_thickness_um\": %g\n  },\n"
                 "  \"difficulties\": {\n"
                 "    \"weak\": %g,\n    \"merged\": %g,\n    \"ghosts\": %g\n  },\n",
                 simulation->stain.thickness, simulation->stain.cytoplasm,
                 simulation->microscope->truth, settings->weak, settings->merged,
                 settings->ghosts);
    describe_microscope(simulation->microscope, text);
}
