/*
 * lessons.c - see lessons.h.
 */
#include "session/lessons.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* A crop reaches so far around its answer that no tile of a training step, nor what the
 * net sees around it, nor what a varied one is made of, needs the mirror; for windows of
 * 64 and tiles of 64. */
#define MARGIN 144

/* A crop that is longer than this counts as the image that it is of. */
#define LONGEST 1024

static void
clear_crop(struct spt_sample *crop)
{
    free(crop->pixels);
    free(crop->labels);
    *crop = (struct spt_sample){0};
}

/* Bounds of a crop along one axis: the answer and a margin, inside the image. */
static void
bound(uint32_t at, uint32_t length, uint32_t size, uint32_t *start, uint32_t *count)
{
    uint32_t end = at + length + MARGIN;

    *start = at > MARGIN ? at - MARGIN : 0;
    *count = (end < size ? end : size) - *start;
}

static enum septum_status
cut_crop(const struct spt_sample *image, const struct spt_answer *answer,
         uint32_t window, struct spt_sample *out, struct septum_error *err)
{
    uint32_t top, left;
    struct spt_sample crop = {0};

    bound(answer->top, answer->height, image->height, &top, &crop.height);
    bound(answer->left, answer->width, image->width, &left, &crop.width);
    if (crop.height > LONGEST || crop.width > LONGEST || crop.height < window ||
        crop.width < window)
        return SEPTUM_OK; /* *out stays empty */
    crop.pixels = spt_alloc_array((size_t)crop.height * crop.width, sizeof(float));
    crop.labels = spt_alloc_array((size_t)crop.height * crop.width, 1);
    if (crop.pixels == NULL || crop.labels == NULL) {
        clear_crop(&crop);
        return spt_fail_memory(err, "an answer", (size_t)LONGEST * LONGEST);
    }
    for (uint32_t y = 0; y < crop.height; y++)
        memcpy(crop.pixels + (size_t)y * crop.width,
               image->pixels + (size_t)(top + y) * image->width + left,
               crop.width * sizeof(float));
    memset(crop.labels, SPT_LABEL_UNKNOWN, (size_t)crop.height * crop.width);
    for (uint32_t y = 0; y < answer->height; y++)
        for (uint32_t x = 0; x < answer->width; x++) {
            uint8_t label = answer->pixels[(size_t)y * answer->width + x];
            size_t at =
                (size_t)(answer->top + y - top) * crop.width + answer->left + x - left;

            crop.labels[at] = label <= SPT_LABEL_MEMBRANE ? label : SPT_LABEL_UNKNOWN;
            crop.known += label <= SPT_LABEL_MEMBRANE;
            crop.membrane += label == SPT_LABEL_MEMBRANE;
        }
    *out = crop;
    return SEPTUM_OK;
}

static void
add(struct spt_samples *list, const struct spt_sample *sample)
{
    list->sample[list->count++] = *sample;
    list->known += sample->known;
    list->membrane += sample->membrane;
}

enum septum_status
spt_lessons_list(struct spt_lessons *lessons, struct septum_error *err)
{
    const struct spt_samples *images = lessons->images;
    uint64_t recent = 0, times;
    struct spt_samples list = {0};

    for (size_t i = 0; i < lessons->recent_count; i++)
        recent += lessons->recent[i].known;
    times = recent > 0 ? images->known / recent : 0;
    times = times > 32 ? 32 : times;
    list.sample = spt_alloc_array(images->count + SPT_LESSONS_RECENT * (size_t)times,
                                  sizeof *list.sample);
    if (list.sample == NULL)
        return spt_fail_memory(err, "lessons", images->count);
    for (size_t i = 0; i < images->count; i++)
        if (images->sample[i].known > 0)
            add(&list, &images->sample[i]);
    for (uint64_t t = 0; t < times; t++)
        for (size_t i = 0; i < lessons->recent_count; i++)
            add(&list, &lessons->recent[i]);
    free(lessons->list.sample);
    lessons->list = list;
    return SEPTUM_OK;
}

bool
spt_lessons_teach(const struct spt_lessons *lessons)
{
    return lessons->list.membrane > 0 && lessons->list.membrane < lessons->list.known;
}

static void
keep_crop(struct spt_lessons *lessons, const struct spt_sample *crop)
{
    if (lessons->recent_count == SPT_LESSONS_RECENT) {
        clear_crop(&lessons->recent[0]);
        memmove(lessons->recent, lessons->recent + 1,
                (SPT_LESSONS_RECENT - 1) * sizeof *lessons->recent);
        lessons->recent_count--;
    }
    lessons->recent[lessons->recent_count++] = *crop;
    if (lessons->unseen_count < lessons->recent_count)
        lessons->unseen_count++;
}

enum septum_status
spt_lessons_take(struct spt_lessons *lessons, size_t i, const struct spt_answer *answer,
                 uint32_t window, struct septum_error *err)
{
    struct spt_sample crop = {0};
    enum septum_status status =
        cut_crop(&lessons->images->sample[i], answer, window, &crop, err);

    if (status != SEPTUM_OK)
        return status;
    if (crop.known > 0)
        keep_crop(lessons, &crop);
    else
        clear_crop(&crop);
    return SEPTUM_OK;
}

void
spt_lessons_clear(struct spt_lessons *lessons)
{
    for (size_t i = 0; i < lessons->recent_count; i++)
        clear_crop(&lessons->recent[i]);
    free(lessons->list.sample);
    *lessons = (struct spt_lessons){0};
}
