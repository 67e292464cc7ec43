/*
 * course.h - how labelling and learning went, round by round.
 */
#ifndef SEPTUM_PROJECT_COURSE_H
#define SEPTUM_PROJECT_COURSE_H

#include "project/project.h"

/* Record that learning after `round` rounds took so long and ended at that loss; model
 * 0 = nothing was kept of it. */
struct spt_lesson {
    int64_t round, model;
    double train_seconds, loss;
};
enum septum_status
spt_project_add_lesson(struct spt_project *project, const struct spt_lesson *lesson,
                       struct septum_error *err);

/* A round.  What is not known is NaN. */
struct spt_course_point {
    int64_t round;
    double expert_seconds; /* of all answers so far */
    double train_seconds;  /* of all lessons so far */
    double loss;           /* of the last lesson after that round */
    double f_score;        /* the last after that round, on validation images */
    double agreement;      /* F-score of what was proposed against the answer */
};

/* All rounds, oldest first; the caller frees *out. */
enum septum_status
spt_project_course(struct spt_project *project, struct spt_course_point **out,
                   size_t *count, struct septum_error *err);

#endif
