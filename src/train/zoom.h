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

/*
 * Take the part of `sample` (2 x 2 pixels or more) that has the most known pixels, at
 * that size, into *out as its only sample.  A pixel at half size is membrane when two
 * of its four are, and unknown when one of them is.  The caller clears *out.
 * SEPTUM_ENOMEM.
 */
enum septum_status spt_zoom_part(const struct spt_sample *sample, enum spt_zoom zoom,
                                 struct spt_samples *out, struct septum_error *err);

#endif
