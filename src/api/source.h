/*
 * source.h - sources of images and masks, from the caller's words to what image/ takes.
 */
#ifndef SEPTUM_API_SOURCE_H
#define SEPTUM_API_SOURCE_H

#include "image/mask.h"
#include "image/set.h"

/* Images, the masks that belong to them, and how to read the masks.  All zero is a
 * valid, empty value. */
struct spt_labelled {
    struct spt_set images, masks;
    size_t *mask_of; /* mask_of[i] is the mask page of image i; owned */
    struct spt_mask_rule rule;
};

/* Open both sources, have `sift` (or NULL) drop images that are none, and pair them.
 * The caller clears *out. */
enum septum_status
spt_labelled_open(const struct septum_source *images, const struct septum_masks *masks,
                  void (*sift)(struct spt_set *images), struct spt_labelled *out,
                  struct septum_error *err);
void spt_labelled_clear(struct spt_labelled *labelled);

/* Refuse to write `path`, NULL for none, where it is one of the set's files. */
enum septum_status
spt_set_spare(const struct spt_set *set, const char *path, struct septum_error *err);

/* Read the labels of image number `index` into height * width bytes (enum
 * spt_label). */
enum septum_status spt_labelled_read(const struct spt_labelled *labelled, size_t index,
                                     uint8_t *labels, struct septum_error *err);

#endif
