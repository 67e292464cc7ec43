/*
 * samples.h - what there is to learn from: images and what is known of their pixels.
 */
#ifndef SEPTUM_TRAIN_SAMPLES_H
#define SEPTUM_TRAIN_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/random.h"
#include "base/sha256.h"
#include "image/mask.h"
#include "image/set.h"

struct spt_sample {
    uint32_t height, width;
    float *pixels;            /* normalised; owned */
    uint8_t *labels;          /* enum spt_label; owned */
    uint64_t known, membrane; /* pixels */
};

/* All zero is a valid, empty collection. */
struct spt_samples {
    struct spt_sample *sample;
    size_t count;
    uint64_t known, membrane; /* pixels, of all samples */
};

/*
 * Read images, normalised, and their masks: mask_of[i] is the page of `masks` that
 * belongs to image i (image/set.h, spt_set_pair()).  Refuses images smaller than
 * `window` and, naming the first mask, a set without one membrane pixel or without one
 * other.  `masks` = NULL makes all labels unknown.  The caller clears *out.
 */
enum septum_status
spt_samples_load(const struct spt_set *images, const struct spt_set *masks,
                 const size_t *mask_of, const struct spt_mask_rule *rule,
                 uint32_t window, struct spt_samples *out, struct septum_error *err);
void spt_samples_clear(struct spt_samples *samples);

/* Put a copy of a sample behind those of `to`, which has room for it; with its labels,
 * or all of them unknown.  Fails with SEPTUM_ENOMEM, and `to` stays to be cleared. */
enum septum_status
spt_samples_append(struct spt_samples *to, const struct spt_sample *sample, bool labels,
                   struct septum_error *err);

/* Add an image's size and its normalised pixels to a digest. */
void spt_sample_digest(const struct spt_sample *sample, struct spt_sha256 *sha);

/* The least height or width of these samples, or `least` where that is less. */
uint32_t spt_samples_least_side(const struct spt_samples *samples, uint32_t least);

/* Set label `at` of sample `i`, keeping the counts. */
void
spt_samples_set_label(struct spt_samples *samples, size_t i, size_t at, uint8_t label);

/* A pixel drawn at random from all known ones, or from those of one label. */
struct spt_place {
    size_t sample;
    uint32_t y, x;
};
struct spt_place
spt_samples_draw_known(const struct spt_samples *samples, struct spt_random *random);
struct spt_place spt_samples_draw_label(const struct spt_samples *samples,
                                        uint8_t label, struct spt_random *random);

/*
 * Cut from sample `i`, seen under symmetry s (image/symmetry.h), the rectangle of side
 * x side pixels whose first corner is (top, left) in the turned image; beyond its
 * borders the mirror image goes on and labels are unknown.  `labels` covers only the
 * rectangle `margin` pixels inside the first corner, label_side pixels a side, and may
 * be NULL.
 */
struct spt_cut {
    int64_t top, left;
    uint32_t side;
    int symmetry;
    uint32_t margin, label_side;
};
void spt_samples_cut(const struct spt_samples *samples, size_t i,
                     const struct spt_cut *cut, float *pixels, uint8_t *labels);

#endif
