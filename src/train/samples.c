/*
 * samples.c - see samples.h.
 */
#include "train/samples.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "image/mirror.h"
#include "image/normalise.h"
#include "image/symmetry.h"

static void
count_labels(struct spt_samples *samples, struct spt_sample *sample)
{
    size_t pixels = (size_t)sample->height * sample->width;

    for (size_t i = 0; i < pixels; i++) {
        sample->known += sample->labels[i] != SPT_LABEL_UNKNOWN;
        sample->membrane += sample->labels[i] == SPT_LABEL_MEMBRANE;
    }
    samples->known += sample->known;
    samples->membrane += sample->membrane;
}

static enum septum_status
load_sample(const struct spt_page *page, const struct spt_page *mask,
            const struct spt_mask_rule *rule, uint32_t window,
            struct spt_sample *sample, struct septum_error *err)
{
    size_t pixels = (size_t)page->height * page->width;
    enum septum_status status;

    if (page->height < window || page->width < window)
        return spt_fail(err, SEPTUM_EINVAL,
                        "%s: %u x %u pixels, smaller than the net's window of %u x %u",
                        page->path, page->width, page->height, window, window);
    sample->height = page->height;
    sample->width = page->width;
    sample->pixels = spt_alloc_array(pixels, sizeof *sample->pixels);
    sample->labels = spt_alloc_array(pixels, 1);
    if (sample->pixels == NULL || sample->labels == NULL)
        return spt_fail_memory(err, page->path, pixels * (sizeof *sample->pixels + 1));
    status = spt_page_read(page, sample->pixels, err);
    if (status == SEPTUM_OK)
        status = spt_normalise(sample->pixels, pixels, err);
    if (status == SEPTUM_OK && mask != NULL)
        status = spt_mask_read(mask, rule, sample->labels, err);
    for (size_t i = 0; i < pixels && mask == NULL; i++)
        sample->labels[i] = SPT_LABEL_UNKNOWN;
    return status;
}

static enum septum_status
refuse_one_class(const struct spt_samples *samples, const char *path,
                 struct septum_error *err)
{
    if (samples->membrane == 0)
        return spt_fail(
            err, SEPTUM_EINVAL,
            "%s: no pixel of this mask%s is membrane, so there is nothing to "
            "learn; --membrane-value names the value that is",
            path, samples->count > 1 ? " or of the others" : "");
    if (samples->membrane == samples->known)
        return spt_fail(
            err, SEPTUM_EINVAL,
            "%s: every known pixel of this mask%s is membrane, so there is "
            "nothing to tell it from; --membrane-value names the value that is",
            path, samples->count > 1 ? " and of the others" : "");
    return SEPTUM_OK;
}

enum septum_status
spt_samples_load(const struct spt_set *images, const struct spt_set *masks,
                 const size_t *mask_of, const struct spt_mask_rule *rule,
                 uint32_t window, struct spt_samples *out, struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;
    struct spt_samples samples = {0};

    samples.sample = spt_alloc_array(images->count, sizeof *samples.sample);
    if (samples.sample == NULL)
        return spt_fail_memory(err, "images", images->count * sizeof *samples.sample);
    for (size_t i = 0; i < images->count && status == SEPTUM_OK; i++) {
        const struct spt_page *mask = masks != NULL ? &masks->pages[mask_of[i]] : NULL;

        samples.count++;
        status =
            load_sample(&images->pages[i], mask, rule, window, &samples.sample[i], err);
        if (status == SEPTUM_OK)
            count_labels(&samples, &samples.sample[i]);
    }
    if (status == SEPTUM_OK && masks != NULL)
        status = refuse_one_class(&samples, masks->pages[mask_of[0]].path, err);
    if (status == SEPTUM_OK)
        *out = samples;
    else
        spt_samples_clear(&samples);
    return status;
}

enum septum_status
spt_samples_append(struct spt_samples *to, const struct spt_sample *sample, bool labels,
                   struct septum_error *err)
{
    const size_t pixels = (size_t)sample->height * sample->width;
    struct spt_sample *copy = &to->sample[to->count++];

    *copy = (struct spt_sample){.height = sample->height, .width = sample->width};
    copy->pixels = spt_alloc_array(pixels, sizeof *copy->pixels);
    copy->labels = spt_alloc_array(pixels, 1);
    if (copy->pixels == NULL || copy->labels == NULL)
        return spt_fail_memory(err, "a copy of an image",
                               pixels * (sizeof *copy->pixels + 1));
    memcpy(copy->pixels, sample->pixels, pixels * sizeof *copy->pixels);
    if (!labels) {
        memset(copy->labels, SPT_LABEL_UNKNOWN, pixels);
        return SEPTUM_OK;
    }
    memcpy(copy->labels, sample->labels, pixels);
    copy->known = sample->known;
    copy->membrane = sample->membrane;
    to->known += copy->known;
    to->membrane += copy->membrane;
    return SEPTUM_OK;
}

void
spt_samples_clear(struct spt_samples *samples)
{
    for (size_t i = 0; i < samples->count; i++) {
        free(samples->sample[i].pixels);
        free(samples->sample[i].labels);
    }
    free(samples->sample);
    *samples = (struct spt_samples){0};
}

void
spt_sample_digest(const struct spt_sample *sample, struct spt_sha256 *sha)
{
    spt_sha256_add(sha, &sample->height, sizeof sample->height);
    spt_sha256_add(sha, &sample->width, sizeof sample->width);
    spt_sha256_add(sha, sample->pixels,
                   (size_t)sample->height * sample->width * sizeof *sample->pixels);
}

uint32_t
spt_samples_least_side(const struct spt_samples *samples, uint32_t least)
{
    for (size_t i = 0; i < samples->count; i++) {
        const struct spt_sample *sample = &samples->sample[i];
        uint32_t side = sample->height < sample->width ? sample->height : sample->width;

        least = side < least ? side : least;
    }
    return least;
}

void
spt_samples_set_label(struct spt_samples *samples, size_t i, size_t at, uint8_t label)
{
    struct spt_sample *sample = &samples->sample[i];
    uint8_t old = sample->labels[at];
    int known = (label != SPT_LABEL_UNKNOWN) - (old != SPT_LABEL_UNKNOWN);
    int membrane = (label == SPT_LABEL_MEMBRANE) - (old == SPT_LABEL_MEMBRANE);

    sample->labels[at] = label;
    sample->known += (uint64_t)(int64_t)known;
    samples->known += (uint64_t)(int64_t)known;
    sample->membrane += (uint64_t)(int64_t)membrane;
    samples->membrane += (uint64_t)(int64_t)membrane;
}

/* Pixels of a sample that a draw may hit. */
static uint64_t
count_of(const struct spt_sample *sample, int label)
{
    if (label == SPT_LABEL_MEMBRANE)
        return sample->membrane;
    return label == SPT_LABEL_OTHER ? sample->known - sample->membrane : sample->known;
}

/* A sample in proportion to its pixels, then one of its pixels by trial and error: the
 * smaller the labelled share, the more trials, but even one window in a thousand costs
 * less than a thousandth of a training step. */
static struct spt_place
draw(const struct spt_samples *samples, int label, struct spt_random *random)
{
    struct spt_place place = {0};
    uint64_t total = 0, at;

    for (size_t i = 0; i < samples->count; i++)
        total += count_of(&samples->sample[i], label);
    at = spt_random_below(random, total);
    while (at >= count_of(&samples->sample[place.sample], label))
        at -= count_of(&samples->sample[place.sample++], label);
    for (;;) {
        const struct spt_sample *sample = &samples->sample[place.sample];
        uint64_t pixel =
            spt_random_below(random, (uint64_t)sample->height * sample->width);
        uint8_t found = sample->labels[pixel];

        place.y = (uint32_t)(pixel / sample->width);
        place.x = (uint32_t)(pixel % sample->width);
        if (label == SPT_LABEL_UNKNOWN ? found != SPT_LABEL_UNKNOWN : found == label)
            return place;
    }
}

struct spt_place
spt_samples_draw_known(const struct spt_samples *samples, struct spt_random *random)
{
    return draw(samples, SPT_LABEL_UNKNOWN, random);
}

struct spt_place
spt_samples_draw_label(const struct spt_samples *samples, uint8_t label,
                       struct spt_random *random)
{
    return draw(samples, label, random);
}

/* Where position `at` of a turned axis comes from, reversed or not. */
static int64_t
source_of(int64_t at, bool reversed, uint32_t size)
{
    return reversed ? (int64_t)size - 1 - at : at;
}

void
spt_samples_cut(const struct spt_samples *samples, size_t i, const struct spt_cut *cut,
                float *pixels, uint8_t *labels)
{
    const struct spt_sample *sample = &samples->sample[i];
    bool transposed = spt_symmetry_transposes(cut->symmetry);
    uint32_t height = transposed ? sample->width : sample->height;
    uint32_t width = transposed ? sample->height : sample->width;
    /* Steps in memory for a step down and to the right in the turned image. */
    size_t down = transposed ? 1 : sample->width,
           right = transposed ? sample->width : 1;

    for (uint32_t y = 0; y < cut->side; y++) {
        int64_t row = source_of(cut->top + y, cut->symmetry & 2, height);
        size_t row_at = spt_mirror_index(row, height) * down;
        uint32_t label_y = y - cut->margin;

        for (uint32_t x = 0; x < cut->side; x++) {
            int64_t column = source_of(cut->left + x, cut->symmetry & 1, width);
            size_t at = row_at + spt_mirror_index(column, width) * right;
            uint32_t label_x = x - cut->margin;
            bool inside = row >= 0 && row < height && column >= 0 && column < width;

            *pixels++ = sample->pixels[at];
            if (labels != NULL && label_y < cut->label_side &&
                label_x < cut->label_side)
                *labels++ = inside ? sample->labels[at] : (uint8_t)SPT_LABEL_UNKNOWN;
        }
    }
}
