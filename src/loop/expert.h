/*
 * expert.h - who answers for a region: a person, or truth in a person's place.
 */
#ifndef SEPTUM_LOOP_EXPERT_H
#define SEPTUM_LOOP_EXPERT_H

#include "active/region.h"

/* A region of one image, as an expert is shown it. */
struct spt_question {
    size_t image; /* of the pool */
    uint32_t height, width;
    struct spt_grid grid;
    const size_t *windows; /* of the grid */
    size_t count;
};

struct spt_expert {
    /*
     * Label every pixel of the question's windows: `labels`, enum spt_label, is the
     * whole image, and only those pixels of it are written.  *seconds becomes the
     * expert's time.
     */
    enum septum_status (*answer)(const void *self, const struct spt_question *question,
                                 uint8_t *labels, double *seconds,
                                 struct septum_error *err);
    const void *self;
};

/*
 * The simulated expert answers from truth and is charged for looking at each window and
 * for tracing each pixel side where membrane and other meet inside it.  The two rates
 * are chosen so that 22,000 pixels of neural tissue (5.4 windows, 1,300 sides, measured
 * on the vnc set) take half a minute, as the paper reports, a third of it spent on
 * looking.
 */
#define SPT_EXPERT_SECONDS_PER_WINDOW 2.0
#define SPT_EXPERT_SECONDS_PER_SIDE 0.015

struct spt_truth {
    const uint8_t *const *labels; /* of each pool image; enum spt_label */
};

/* `truth` outlives the expert. */
struct spt_expert spt_expert_simulated(const struct spt_truth *truth);

#endif
