/*
 * answer.h - what was said of pixels, and what is known of them when all that was said
 * is laid one over the other.
 *
 * Answers are only ever added.  An answer covers a box, but need not speak of all of
 * it: SPT_LABEL_KEEP leaves a pixel to earlier answers, while SPT_LABEL_UNKNOWN takes
 * them back.
 */
#ifndef SEPTUM_PROJECT_ANSWER_H
#define SEPTUM_PROJECT_ANSWER_H

#include "image/box.h"
#include "image/mask.h"
#include "project/project.h"

#define SPT_LABEL_KEEP 3

struct spt_answer {
    int64_t id; /* given when it is recorded */
    int64_t image;
    uint32_t top, left, height, width; /* box, inside the image */
    const uint8_t *pixels; /* of the box: enum spt_label or SPT_LABEL_KEEP */
    uint64_t other, membrane, unknown; /* pixels; counted when it is recorded */
    const char *who;
    const char *origin; /* "add", "import", "page" */
    int64_t confirmed;  /* date; given when it is recorded */
    double seconds;     /* of the expert; negative when not known */
    int64_t round;      /* given when it is recorded: answered regions, with this one */
    int64_t lease;      /* that it answers, or 0 */
    int64_t model;      /* that proposed it, or 0 */
};

/*
 * Record an answer; the lease that it answers is then closed.  When this returns
 * SEPTUM_OK (outside begin and end) the answer will not be lost.  Refuses one that
 * speaks of no pixel, lies outside of the image, or answers a lease that is not open.
 */
enum septum_status
spt_project_answer(struct spt_project *project, const struct spt_answer *answer,
                   int64_t *id, struct septum_error *err);

/*
 * Make an answer's box, whose pixels are in the caller's `pixels`, the smallest around
 * all that it says; its pixels are moved to the front.  False, and nothing done, when
 * it says nothing.
 */
bool spt_answer_cut(struct spt_answer *answer, uint8_t *pixels);

/* What is known of each pixel of an image: height * width labels. */
enum septum_status
spt_project_labels(struct spt_project *project, int64_t image, uint32_t height,
                   uint32_t width, uint8_t *labels, struct septum_error *err);

/* The same for a box of the image. */
enum septum_status spt_project_labels_in(struct spt_project *project, int64_t image,
                                         const struct spt_box *box, uint8_t *labels,
                                         struct septum_error *err);

/* Call `tell` with each answer, oldest first, `pixels` being NULL, until it fails; all
 * text is borrowed for the call. */
enum septum_status
spt_project_history(struct spt_project *project,
                    enum septum_status (*tell)(void *user, const char *image,
                                               const struct spt_answer *answer,
                                               struct septum_error *err),
                    void *user, struct septum_error *err);

/* Number of the last answer that was recorded; 0 = there is none. */
enum septum_status spt_project_last_answer(struct spt_project *project, int64_t *id,
                                           struct septum_error *err);

/* Call `tell` with each answer after number `after`, oldest first, until it fails; all
 * is borrowed for the call. */
enum septum_status
spt_project_new_answers(struct spt_project *project, int64_t after,
                        enum septum_status (*tell)(void *user,
                                                   const struct spt_answer *answer,
                                                   struct septum_error *err),
                        void *user, struct septum_error *err);

/* How many answers, on images that are not for validation, are younger than the
 * current model. */
enum septum_status spt_project_unlearnt(struct spt_project *project, int64_t *count,
                                        struct septum_error *err);

/* The expert's seconds of all answers. */
enum septum_status spt_project_seconds(struct spt_project *project, double *seconds,
                                       struct septum_error *err);

#endif
