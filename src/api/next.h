/*
 * next.h - a choice in the making: what the pictures of septum_next() are made of.
 */
#ifndef SEPTUM_API_NEXT_H
#define SEPTUM_API_NEXT_H

#include "api/choosing.h"
#include "loop/pictures.h"
#include "session/survey.h"

struct spt_choice {
    const struct septum_next_options *options;
    struct spt_workspace workspace;
    struct spt_survey survey;
    struct spt_choosing how;
    uint32_t side; /* of a window */
    double mean_f; /* of the windows that may be asked about */
    struct spt_region region, runner_up;
    struct spt_covered covered; /* clusters in the region */
};

/* Write the pictures of the chosen region and the mask to edit, and `why`. */
enum septum_status spt_choice_write(const struct spt_choice *choice, const char *why,
                                    struct septum_error *err);

/* Write the mask to edit into the directory's labels/: `membrane` is what the net says
 * of the region's image.  With --force, that of the round before leaves labels/ for
 * earlier/. */
enum septum_status
spt_choice_write_mask(const struct spt_choice *choice, const float *membrane,
                      struct septum_error *err);

#endif
