/*
 * lessons.h - what a round of learning draws from: all images with labels, and the last
 * answers again, cut out with what surrounds them, so often that they make up half.
 */
#ifndef SEPTUM_SESSION_LESSONS_H
#define SEPTUM_SESSION_LESSONS_H

#include "project/answer.h"
#include "train/samples.h"

/* Answers that weigh more than older ones. */
#define SPT_LESSONS_RECENT 4

struct spt_lessons {
    const struct spt_samples *images;             /* labels up to date; borrowed */
    struct spt_sample recent[SPT_LESSONS_RECENT]; /* crops, the newest last; owned */
    size_t recent_count, unseen_count; /* the last of them are not learnt yet */
    struct spt_samples list;           /* images and crops, whose blocks are borrowed */
};

void spt_lessons_clear(struct spt_lessons *lessons);

/* Take in an answer on image `i`, whose labels have it already.  One without a known
 * pixel, or nearly as large as its image, is only learnt with the image. */
enum septum_status
spt_lessons_take(struct spt_lessons *lessons, size_t i, const struct spt_answer *answer,
                 uint32_t window, struct septum_error *err);

/* Make the list of what is known now. */
enum septum_status
spt_lessons_list(struct spt_lessons *lessons, struct septum_error *err);

/* Does the list have both classes?  One alone teaches nothing. */
bool spt_lessons_teach(const struct spt_lessons *lessons);

#endif
