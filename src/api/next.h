/*
 * next.h - a choice in the making: what the pictures of septum_next() are made of.
 */
#ifndef SEPTUM_API_NEXT_H
#define SEPTUM_API_NEXT_H

#include "api/choosing.h"
#include "api/workspace.h"
#include "loop/pictures.h"

struct spt_choice {
    const struct septum_next_options *options;
    struct spt_workspace workspace;
    struct spt_samples samples; /* all images but those for validation */
    struct spt_choosing how;
    size_t *which; /* place of each in workspace.images */
    uint32_t side; /* of a window */
    struct spt_candidate *candidates;
    float **f, **abundance;
    uint8_t **askable;
    size_t *first; /* number of each image's first window among all */
    size_t windows;
    uint32_t *cluster_of; /* of all windows */
    size_t clusters;
    double mean_f; /* of the windows that may be asked about */
    struct spt_region region, runner_up;
    size_t covered;             /* clusters in the region */
    uint32_t *covered_clusters; /* their numbers, largest first */
    uint64_t *covered_sizes;
};

/* Write the pictures of the chosen region and the mask to edit, and `why`. */
enum septum_status spt_choice_write(const struct spt_choice *choice, const char *why,
                                    struct septum_error *err);

#endif
