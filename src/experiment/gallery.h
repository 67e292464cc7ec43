/*
 * gallery.h - the pictures of an experiment: test images segmented before and after,
 * and the regions that were asked about.
 */
#ifndef SEPTUM_EXPERIMENT_GALLERY_H
#define SEPTUM_EXPERIMENT_GALLERY_H

#include "experiment/trial.h"

struct spt_gallery {
    const struct spt_trial *trial;
    const char *const *names; /* of the test images, then of the pool's; borrowed */
    size_t columns;           /* image, truth, source model, then each ConvNet */
    struct spt_figure *segmentations;
    size_t segmentation_count; /* whole rows */
    size_t filled;             /* columns that are drawn */
    struct spt_figure *regions;
    size_t region_count;
};

/* Begin with the images, their truth and what the untouched source model finds. */
enum septum_status
spt_gallery_init(struct spt_gallery *gallery, const struct spt_trial *trial,
                 const char *const *names, size_t contenders, struct septum_error *err);
void spt_gallery_clear(struct spt_gallery *gallery);

/* Add a column of what a trial's model finds, and what was asked in it. */
enum septum_status
spt_gallery_add(struct spt_gallery *gallery, const char *contender,
                const struct spt_trial_result *result, struct septum_error *err);

#endif
