/*
 * judge.h - which of two nets an expert's answers speak for.
 *
 * An answer is a corrected proposal.  An expert corrects what is wrong of it, and
 * leaves the edge of what is right where it was drawn: pixels beside an edge agree with
 * the net that made the proposal, whatever the truth, and no other net would ever be
 * better.  So they have no say, as long as something of the membranes is left.
 */
#ifndef SEPTUM_SESSION_JUDGE_H
#define SEPTUM_SESSION_JUDGE_H

#include "score/fscore.h"
#include "train/samples.h"

/* What one net scores on answers, or on images whose truth nobody proposed. */
struct spt_judged {
    double threshold;       /* that the net is used with */
    struct spt_tally whole; /* on all that is known, */
    struct spt_tally inner; /* and on what lies beside none of the other class */
};

/* Add what it predicts of a sample, height x width probabilities. */
enum septum_status
spt_judged_add(struct spt_judged *judged, const float *membrane,
               const struct spt_sample *sample, struct septum_error *err);

/*
 * Is the first no worse than the second, on all pixels of the same images?  By F-score,
 * each at its best threshold; where there is hardly any membrane, that is a matter of a
 * few pixels, and the share of wrong ones at the nets' own thresholds says more.
 */
bool
spt_judge_by_images(const struct spt_judged *ours, const struct spt_judged *theirs);

/* The same by answers: where something of the membranes is left, by what is inner. */
bool
spt_judge_by_answers(const struct spt_judged *ours, const struct spt_judged *theirs);

#endif
