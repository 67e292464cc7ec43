/*
 * learner.h - rounds of learning from what the experts confirm, each of some seconds.
 *
 * A round starts from the newest weights and learns from all labelled pixels, of which
 * about half are drawn from the last answers.  What comes of it is a candidate.  It
 * takes the place of the current model only where it does no worse (judge.h) on truth
 * that neither has learnt from: the validation images, where there are any, at the end
 * of the round; otherwise the next answers, when they come and before they are learnt.
 * A candidate that does worse is dropped, and the next round starts from the model
 * again.  The first candidate, which learnt nothing, is the model turned to see
 * negatives, where the first answers ask for it (train/domain.h).
 */
#ifndef SEPTUM_SESSION_LEARNER_H
#define SEPTUM_SESSION_LEARNER_H

#include "session/workspace.h"

struct spt_learner;

/* A round ends with whichever comes first; 0 sets no limit.  Without either, nothing is
 * learnt.  Steps make it the same on a slow machine and a fast one. */
struct spt_round_length {
    double seconds;
    uint64_t steps;
};

/*
 * Learn for the workspace's current model from `images`, whose labels the caller keeps
 * up to date between calls; `validation` may be empty.  All are borrowed.
 */
enum septum_status
spt_learner_create(const struct spt_workspace *workspace,
                   const struct spt_samples *images,
                   const struct spt_samples *validation,
                   const struct spt_round_length *round, struct spt_learner **out,
                   struct septum_error *err);
void spt_learner_free(struct spt_learner *learner);

/* Take in an answer on image number `i`, whose labels have it already; without one
 * (NULL), learn what there is. */
enum septum_status
spt_learner_hear(struct spt_learner *learner, size_t i, const struct spt_answer *answer,
                 struct septum_error *err);

/* Is there anything to do?  And is it something short that may bring a better model at
 * once, a comparison with new answers? */
bool spt_learner_is_due(const struct spt_learner *learner);
bool spt_learner_is_urgent(const struct spt_learner *learner);

struct spt_verdict {
    bool ended;  /* a round has, with the two values below */
    bool better; /* the candidate is to be the model; spt_learner_model() makes it */
    bool turned; /* it is the old one, turned: what that one predicted means nothing */
    bool finer;  /* pixels seem half as wide as those that the model knows */
    double train_seconds, loss;
    bool scored; /* on the validation images: */
    struct spt_score score;
};

/* Go on for about a tenth of a second, or one image. */
enum septum_status spt_learner_work(struct spt_learner *learner,
                                    struct spt_verdict *out, struct septum_error *err);

/* The candidate as a model; the caller clears *out. */
enum septum_status spt_learner_model(struct spt_learner *learner, struct spt_model *out,
                                     struct septum_error *err);

/* What it does now, in words; how much of that is done; seconds left. */
void spt_learner_tell(const struct spt_learner *learner, char *what, size_t size,
                      double *fraction, double *seconds_left);

#endif
