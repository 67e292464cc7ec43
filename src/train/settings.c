/*
 * settings.c - see settings.h.  docs/training.md says how the default was found.
 */
#include "train/settings.h"

#include <math.h>
#include <string.h>

#include "image/symmetry.h"

static const struct spt_settings presets[] = {
    {
        .name = "default",
        .form = SPT_FORM_DENSE,
        .tile = 64,
        .windows = 256,
        .views = 1,
        .symmetries = SPT_SYMMETRIES,
        .rate = 1e-3,
        .ramp = 16,
        .hold = 0.5,
        .adapts = true,
        .judges = 8,
        .on_membrane = 0.5,
        .anchor = 1 << 15,
        .dropout = 0.5,
        .epochs = 15,
        .optimiser = {SPT_RULE_ADAM, .momentum = 0.9, .clip = 1, .horizon = 300},
        .augmentation = {.half = 1 << 18,
                         .zoom = 0.1,
                         .turn = 0.4,
                         .bend = 2,
                         .contrast = 0.2,
                         .brightness = 0.2,
                         .noise = 0.2},
    },
    {
        .name = "paper",
        .form = SPT_FORM_PATCH,
        .tile = 64,
        .windows = 256,
        .drawn = true,
        .views = 8,
        .symmetries = SPT_SYMMETRIES,
        .rate = 1e-2,
        .ramp = 0,
        .hold = 1,
        .dropout = 0.5,
        .epochs = 40,
        .optimiser = {SPT_RULE_SGD, .momentum = 0.9, .clip = 0, .horizon = 0},
    },
};

const struct spt_settings *
spt_settings_find(const char *name)
{
    for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++)
        if (strcmp(presets[i].name, name) == 0)
            return &presets[i];
    return NULL;
}

double
spt_settings_rate(const struct spt_settings *settings, uint64_t step, double progress)
{
    double rate = settings->rate;

    if (step < settings->ramp)
        rate *= (double)(step + 1) / settings->ramp;
    if (progress > settings->hold)
        rate *= fmax(0, (1 - progress) / (1 - settings->hold));
    return rate;
}

double
spt_settings_learnt(const struct spt_settings *settings, uint64_t known)
{
    return 1 / (1 + sqrt(settings->anchor / (double)known));
}
