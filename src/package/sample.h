/*
 * sample.h - a picture, made up, and what a model says of it: for programs to test that
 * they run the model as Septum does.
 *
 * The picture is a simulated light-sheet slice, as dark or as bright on its membranes
 * as the model wants them, and with intensities that reach as far below the median as
 * above: p95 - median = median - p5.  On such a picture two percentiles say all that
 * Septum's normalisation takes from three (image/normalise.h), and the two that
 * BioImage.IO can subtract and divide by do exactly the same.
 */
#ifndef SEPTUM_PACKAGE_SAMPLE_H
#define SEPTUM_PACKAGE_SAMPLE_H

#include "base/file.h"
#include "net/model.h"

struct spt_package_sample {
    uint32_t side;
    float *image;    /* side * side intensities in [0, 255] */
    float *membrane; /* as many probabilities */
};

/* Make it for `model`, `least` pixels a side or more.  The caller clears *out. */
enum septum_status
spt_package_sample_make(const struct spt_model *model, uint32_t least,
                        struct spt_package_sample *out, struct septum_error *err);
void spt_package_sample_clear(struct spt_package_sample *sample);

/* Both side by side as a PNG of twice its height's width: the picture on the left, the
 * probabilities, white for 1, on the right.  The caller clears *out. */
enum septum_status
spt_package_sample_draw(const struct spt_package_sample *sample, struct spt_bytes *out,
                        struct septum_error *err);

#endif
