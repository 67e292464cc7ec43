/*
 * pictures.h - images, probabilities, labels and regions as pictures for people.
 */
#ifndef SEPTUM_LOOP_PICTURES_H
#define SEPTUM_LOOP_PICTURES_H

#include "active/region.h"
#include "train/samples.h"

struct spt_figure {
    const char *caption;
    uint8_t *pixels; /* red, green, blue bytes, height * width * 3; owned */
    uint32_t height, width;
};

/* The part of an image that a picture shows. */
struct spt_view {
    uint32_t top, left, height, width;
};

/* The middle of an image, at most `most` pixels a side. */
struct spt_view spt_view_middle(const struct spt_sample *image, uint32_t most);

/* A region's windows with a margin of half a window, inside the image. */
struct spt_view
spt_view_region(const struct spt_sample *image, const struct spt_grid *grid,
                const struct spt_region *region);

/*
 * Each makes the pixels of *out; its caption is the caller's to set, its pixels to
 * free. Fails for want of memory only.
 */

/* The image in grey, from black to white but for a few outliers; labels known as
 * membrane, where given, in orange. */
enum septum_status spt_picture_image(const struct spt_sample *image,
                                     const uint8_t *labels, struct spt_view view,
                                     struct spt_figure *out, struct septum_error *err);

/* Probabilities: black is membrane. */
enum septum_status
spt_picture_membrane(const struct spt_sample *image, const float *membrane,
                     struct spt_view view, struct spt_figure *out,
                     struct septum_error *err);

/* Values of the image's pixels, in [0, 1]: white is 1. */
enum septum_status spt_picture_values(const struct spt_sample *image,
                                      const float *values, struct spt_view view,
                                      struct spt_figure *out, struct septum_error *err);

/*
 * Windows of normalised pixels, side * side each, one after the other: in rows of
 * `columns`, white between them.
 */
enum septum_status
spt_picture_windows(const float *windows, size_t count, uint32_t side, size_t columns,
                    struct spt_figure *out, struct septum_error *err);

/* Tint a picture of the image by probabilities of at least `threshold`, in orange. */
void
spt_picture_tint(const struct spt_sample *image, const float *membrane, float threshold,
                 struct spt_view view, struct spt_figure *picture);

/* Outline a region's windows, in blue. */
void spt_picture_outline(const struct spt_grid *grid, const struct spt_region *region,
                         struct spt_view view, struct spt_figure *picture);

#endif
