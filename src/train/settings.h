/*
 * settings.h - how to train: the presets, and what one of them fixes.
 */
#ifndef SEPTUM_TRAIN_SETTINGS_H
#define SEPTUM_TRAIN_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "net/net.h"
#include "net/optimiser.h"
#include "train/augment.h"

struct spt_settings {
    const char *name;
    enum spt_form form;
    uint32_t tile;    /* dense form: outputs a side of the tile that is a mini-batch */
    uint32_t windows; /* patch form: windows of a mini-batch */
    uint32_t views;   /* times each labelled pixel is seen in an epoch */
    uint32_t symmetries; /* of a square that what is seen is drawn from: the first so
                            many; a group */
    uint32_t ramp;       /* steps over which the rate grows from 0 */
    uint32_t judges; /* one in so many labelled windows is kept from learning, to find
                        the threshold on, when there are no validation images; 0 = none:
                        it is found on what was learnt */
    enum spt_precision precision; /* of training; whoever predicts chooses for itself */
    bool drawn;  /* balance the classes by drawing as many others as there are
                    membrane pixels, the paper's way; else by weighing them so */
    bool adapts; /* a transferred model is turned when the new domain's images are
                    rather the negatives of its own */
    double on_membrane; /* share of the tiles that are placed around a membrane pixel,
                           the others around any: where membranes are rare, most tiles
                           would hold none; each weighs so that the loss stays what it
                           is over tiles placed around any pixel; dense form only */
    double anchor;      /* labelled pixels that weigh as much as a source model of which
                           all layers were transferred: spt_settings_learnt(); 0 = it
                           weighs nothing */
    double rate;        /* of the optimiser */
    double hold;        /* share of the training at the full rate; from there it falls
                           linearly to 0 at the end; 1 = never */
    double dropout;     /* of FC layers but the last */
    double epochs;
    struct spt_optimiser_settings optimiser;
    struct spt_augmentation augmentation; /* beside the 8 symmetries; dense form only */
};

/* "default" or "paper"; NULL when there is none of that name. */
const struct spt_settings *spt_settings_find(const char *name);

/* The rate at `step`, when `progress` in [0, 1] of the training is done. */
double
spt_settings_rate(const struct spt_settings *settings, uint64_t step, double progress);

/*
 * The share, in (0, 1], of what is learnt from `known` > 0 labelled pixels in the mean
 * of its weights and those of the source model, which keeps what that one knows of
 * images unlike the labelled ones (Wortsman et al., "Robust fine-tuning of zero-shot
 * models", CVPR 2022).  As chance in what is learnt falls with the root of what it was
 * learnt from, so does the source model's weight.
 */
double spt_settings_learnt(const struct spt_settings *settings, uint64_t known);

#endif
