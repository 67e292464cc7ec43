/*
 * trial.h - one ConvNet's way to the target domain, scored after every epoch.
 *
 * The paper's three are rows of one table: the transferred layers frozen; fine-tuned;
 * fine-tuned while an expert is asked for one region after each epoch.  A rival is one
 * more row: the third with another rule for what to ask.  And three say what there is
 * to win: the source model untouched, a net that starts from nothing, and one that has
 * all labels.
 */
#ifndef SEPTUM_EXPERIMENT_TRIAL_H
#define SEPTUM_EXPERIMENT_TRIAL_H

#include "experiment/report.h"
#include "loop/pool.h"
#include "net/model.h"
#include "train/settings.h"

struct spt_contender {
    const char *name; /* as on the command line */
    enum spt_copied {
        SPT_COPIED_SOME, /* as many layers as the trial says */
        SPT_COPIED_ALL,
        SPT_COPIED_NONE,
    } copied;
    bool frozen;          /* the transferred layers stay as they are */
    bool knows_pool;      /* the truth of the pool is known from the start */
    const char *strategy; /* how regions are chosen; NULL = the expert is not asked */
};

/* NULL when there is none of that name. */
const struct spt_contender *spt_contender_find(const char *name);

/* The table, ended by a row of NULL name. */
extern const struct spt_contender spt_contenders[];

/* What all trials of an experiment share. */
struct spt_trial {
    const struct spt_model *source;
    const struct spt_settings *settings; /* its precision is that of predictions, too */
    const struct spt_samples *labelled;  /* what is known from the start */
    const struct spt_samples *pool;      /* with the truth that the expert tells */
    const struct spt_samples *test;      /* to score on */
    uint32_t epochs;
    uint64_t epoch_steps; /* training steps an epoch, the same for all */
    double minutes;       /* limit of training; 0 = none */
    uint32_t transfer;    /* layers copied */
    struct spt_region_options region;
    struct spt_measure_options measure; /* of the pool; its key is filled in */
    double fade;                        /* loop/pool.h; 0 = none */
    bool density;                       /* loop/abundance.h */
    bool calibrate; /* the temperature of `measure`, on labels kept from learning or
                       else on labelled images, before each question */
    /* False stops the trial: `fraction` of it is done. */
    bool (*progress)(void *user, double fraction, const char *what, bool milestone);
    void *user;
};

/* What was asked, once. */
struct spt_asked {
    uint32_t epoch;
    struct spt_round round;
    uint8_t *answer; /* labels of the image after it; owned */
};

struct spt_trial_result {
    struct spt_curve_point
        *points; /* epochs + 1 at most, from before the first; owned */
    size_t point_count;
    struct spt_asked *asked; /* owned */
    size_t asked_count;
    struct spt_model model; /* the net at the end, with its threshold */
    size_t clusters;        /* of the pool's windows; 0 when nobody was asked */
};

/*
 * Run it.  Equal arguments give an equal result on one machine.  The F-score is that on
 * the test images at a threshold found elsewhere: on (at most two of) the labelled
 * images and on all that the expert has answered, as the net predicts them now.  The
 * caller clears *out.
 */
enum septum_status
spt_trial_run(const struct spt_trial *trial, const struct spt_contender *contender,
              uint64_t seed, struct spt_trial_result *out, struct septum_error *err);
void spt_trial_result_clear(struct spt_trial_result *result);

#endif
