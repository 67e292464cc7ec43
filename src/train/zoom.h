/*
 * zoom.h - a part of a sample as it would look with pixels half or twice as wide.
 */
#ifndef SEPTUM_TRAIN_ZOOM_H
#define SEPTUM_TRAIN_ZOOM_H

#include "train/samples.h"

/* Side of a part at most, pixels of the sample. */
#define SPT_ZOOM_PART 512

enum spt_zoom {
    SPT_ZOOM_SAME,
    SPT_ZOOM_HALF,   /* pixels twice as wide: each the mean of four */
    SPT_ZOOM_DOUBLE, /* pixels half as wide: linear between the sample's */
    SPT_ZOOM_COUNT,
};

/* A rectangle of a sample, with even sides. */
struct spt_part {
    uint32_t top, left, height, width;
};

/* The part of `sample` (2 x 2 pixels or more) that has the most known pixels. */
struct spt_part spt_zoom_find(const struct spt_sample *sample);

/*
 * Take the part of `sample`, at that size, into *out as its only sample.  A pixel at
 * half size is membrane when two of its four are, and unknown when one of them is.  The
 * caller clears *out.  SEPTUM_ENOMEM.
 */
enum septum_status
spt_zoom_part(const struct spt_sample *sample, const struct spt_part *part,
              enum spt_zoom zoom, struct spt_samples *out, struct septum_error *err);

#endif
