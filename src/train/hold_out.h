/*
 * hold_out.h - labelled windows that are kept from learning.
 *
 * Some, to judge the net by: it is surer of pixels that it has learnt than of others,
 * so that a threshold found on them is too high elsewhere.  Or all but some, to see how
 * few labels are enough.
 */
#ifndef SEPTUM_TRAIN_HOLD_OUT_H
#define SEPTUM_TRAIN_HOLD_OUT_H

#include "train/samples.h"

/*
 * Move the labels of one in `share` of the wholly labelled blocks of at most eight
 * images, drawn at random, from `samples` to *held, which has copies of these images;
 * of more images, every n-th is taken, so that less than one in `share` of all labels
 * is held out, or the eight blocks that are the fewest to judge by.  A block
 * is a window (of `side` pixels, on its grid), or where that makes fewer than eight to
 * hold out, a quarter of one, and so on down to 16 pixels.  *held stays empty, and
 * nothing is moved, when it would not be worth it: with `share` 0, with fewer than
 * eight blocks all the same, or when one of the two classes would be missing on either
 * side.  The caller clears *held.
 */
enum septum_status
spt_samples_hold_out(struct spt_samples *samples, uint32_t side, uint32_t share,
                     uint64_t seed, struct spt_samples *held, struct septum_error *err);

/*
 * Keep the labels of `count` wholly labelled windows, drawn at random; all other pixels
 * become unknown.  With fewer such windows, all of them stay.
 */
enum septum_status
spt_samples_keep_windows(struct spt_samples *samples, uint32_t side, size_t count,
                         uint64_t seed, struct septum_error *err);

#endif
