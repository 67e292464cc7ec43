/*
 * hold_out.c - see hold_out.h.
 */
#include "train/hold_out.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/whole.h"

#define PURPOSE_HOLD_OUT 111
#define MOST_IMAGES 8    /* more would change the threshold's second digit at best */
#define FEWEST_BLOCKS 8  /* fewer judge by chance: 2 were worse than none */
#define SMALLEST_SIDE 16 /* of a block: in smaller ones nearly all is an edge */

/* A block of an image: a window, or a part of one. */
struct place {
    size_t image;
    uint32_t top, left;
};

static bool
is_labelled(const struct spt_sample *sample, uint32_t side, uint32_t top, uint32_t left)
{
    for (uint32_t y = top; y < top + side; y++)
        for (uint32_t x = left; x < left + side; x++)
            if (sample->labels[(size_t)y * sample->width + x] == SPT_LABEL_UNKNOWN)
                return false;
    return true;
}

/* List the wholly labelled blocks of every `every`-th image that has labels, unless
 * `places` is NULL; returns how many there are. */
static size_t
list_blocks(const struct spt_samples *samples, uint32_t side, size_t every,
            struct place *places)
{
    size_t count = 0, labelled = 0;

    for (size_t i = 0; i < samples->count; i++) {
        const struct spt_sample *sample = &samples->sample[i];

        if (sample->known == 0 || labelled++ % every != 0)
            continue;
        for (uint32_t top = 0; top + side <= sample->height; top += side)
            for (uint32_t left = 0; left + side <= sample->width; left += side)
                if (is_labelled(sample, side, top, left)) {
                    if (places != NULL)
                        places[count] = (struct place){i, top, left};
                    count++;
                }
    }
    return count;
}

/*
 * Blocks to hold out of every `every`-th image: one in `share`, or, where these are too
 * few since most images are passed over, as many as are worth it, if that is not more
 * than one in `share` of all images' and leaves half of what these images know.
 */
static size_t
count_held(const struct spt_samples *samples, uint32_t side, size_t every,
           uint32_t share)
{
    size_t seen = list_blocks(samples, side, every, NULL), held = seen / share;

    if (held >= FEWEST_BLOCKS || every == 1)
        return held;
    held = spt_least(list_blocks(samples, side, 1, NULL) / share, seen / 2);
    return spt_least(held, FEWEST_BLOCKS);
}

/* Let all of `places` be known on one side only. */
static void
move_labels(struct spt_samples *from, struct spt_samples *to, const size_t *copy_of,
            const struct place *places, size_t count, uint32_t side)
{
    for (size_t i = 0; i < count; i++) {
        const struct place *place = &places[i];
        const struct spt_sample *sample = &from->sample[place->image];

        for (uint32_t y = place->top; y < place->top + side; y++)
            for (uint32_t x = place->left; x < place->left + side; x++) {
                size_t at = (size_t)y * sample->width + x;

                spt_samples_set_label(to, copy_of[place->image], at,
                                      sample->labels[at]);
                spt_samples_set_label(from, place->image, at, SPT_LABEL_UNKNOWN);
            }
    }
}

/* Copy the images of `places`, without labels. */
static enum septum_status
copy_images(const struct spt_samples *from, const struct place *places, size_t count,
            struct spt_samples *to, size_t *copy_of, struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;

    to->sample = spt_alloc_array(from->count, sizeof *to->sample);
    if (to->sample == NULL)
        return spt_fail_memory(err, "labels to judge by",
                               from->count * sizeof *to->sample);
    for (size_t i = 0; i < from->count && status == SEPTUM_OK; i++) {
        bool wanted = false;

        for (size_t j = 0; j < count && !wanted; j++)
            wanted = places[j].image == i;
        if (!wanted)
            continue;
        copy_of[i] = to->count;
        status = spt_samples_append(to, &from->sample[i], false, err);
    }
    return status;
}

static bool
has_both(uint64_t known, uint64_t membrane)
{
    return membrane > 0 && membrane < known;
}

/* Would both sides know both classes? */
static bool
is_fair(const struct spt_samples *samples, const struct place *places, size_t count,
        uint32_t side)
{
    uint64_t known = (uint64_t)count * side * side, membrane = 0;

    for (size_t i = 0; i < count; i++) {
        const struct spt_sample *sample = &samples->sample[places[i].image];

        for (uint32_t y = places[i].top; y < places[i].top + side; y++)
            for (uint32_t x = places[i].left; x < places[i].left + side; x++)
                membrane +=
                    sample->labels[(size_t)y * sample->width + x] == SPT_LABEL_MEMBRANE;
    }
    return has_both(known, membrane) &&
           has_both(samples->known - known, samples->membrane - membrane);
}

static void
draw_first(struct place *places, size_t count, size_t drawn, uint64_t seed)
{
    struct spt_random random;

    spt_random_init(&random, seed, PURPOSE_HOLD_OUT);
    for (size_t i = 0; i < drawn; i++) {
        size_t other = i + spt_random_below(&random, count - i);
        struct place place = places[i];

        places[i] = places[other];
        places[other] = place;
    }
}

enum septum_status
spt_samples_hold_out(struct spt_samples *samples, uint32_t side, uint32_t share,
                     uint64_t seed, struct spt_samples *held, struct septum_error *err)
{
    struct spt_samples copies = {0};
    size_t labelled = 0, every, count, drawn, *copy_of;
    struct place *places;
    enum septum_status status = SEPTUM_OK;

    for (size_t i = 0; i < samples->count; i++)
        labelled += samples->sample[i].known > 0;
    if (share == 0 || labelled == 0)
        return SEPTUM_OK;
    every = (labelled + MOST_IMAGES - 1) / MOST_IMAGES;
    drawn = count_held(samples, side, every, share);
    while (drawn < FEWEST_BLOCKS && side / 2 >= SMALLEST_SIDE) {
        side /= 2;
        drawn = count_held(samples, side, every, share);
    }
    if (drawn < FEWEST_BLOCKS)
        return SEPTUM_OK;
    count = list_blocks(samples, side, every, NULL);
    places = spt_alloc_array(count, sizeof *places);
    copy_of = spt_alloc_array(samples->count, sizeof *copy_of);
    if (places == NULL || copy_of == NULL) {
        status = spt_fail_memory(err, "labels to judge by", count * sizeof *places);
        goto done;
    }
    list_blocks(samples, side, every, places);
    draw_first(places, count, drawn, seed);
    if (!is_fair(samples, places, drawn, side))
        goto done;
    status = copy_images(samples, places, drawn, &copies, copy_of, err);
    if (status == SEPTUM_OK) {
        move_labels(samples, &copies, copy_of, places, drawn, side);
        *held = copies;
        copies = (struct spt_samples){0}; /* now the caller's */
    }
done:
    spt_samples_clear(&copies);
    free(places);
    free(copy_of);
    return status;
}

/* Is the pixel in one of the blocks? */
static bool
is_kept(const struct place *places, size_t count, uint32_t side, size_t image,
        size_t row, size_t column)
{
    for (size_t i = 0; i < count; i++)
        if (places[i].image == image && row - places[i].top < side &&
            column - places[i].left < side)
            return true;
    return false;
}

enum septum_status
spt_samples_keep_windows(struct spt_samples *samples, uint32_t side, size_t count,
                         uint64_t seed, struct septum_error *err)
{
    size_t labelled = list_blocks(samples, side, 1, NULL);
    struct place *places = spt_alloc_array(labelled, sizeof *places);

    if (places == NULL)
        return spt_fail_memory(err, "labelled windows", labelled * sizeof *places);
    list_blocks(samples, side, 1, places);
    count = count < labelled ? count : labelled;
    draw_first(places, labelled, count, seed);
    for (size_t i = 0; i < samples->count; i++) {
        const struct spt_sample *sample = &samples->sample[i];

        for (size_t y = 0; y < sample->height; y++)
            for (size_t x = 0; x < sample->width; x++)
                if (!is_kept(places, count, side, i, y, x))
                    spt_samples_set_label(samples, i, y * sample->width + x,
                                          SPT_LABEL_UNKNOWN);
    }
    free(places);
    return SEPTUM_OK;
}
