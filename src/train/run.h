/*
 * run.h - a whole training: epochs, validation, log, checkpoints, and a stop at any
 * time.
 */
#ifndef SEPTUM_TRAIN_RUN_H
#define SEPTUM_TRAIN_RUN_H

#include "train/samples.h"
#include "train/settings.h"

/* Without validation samples a threshold is found on at most so many of those learnt
 * from, too: more would change its second digit at best. */
#define SPT_RUN_THRESHOLD_IMAGES 8

struct spt_run {
    const struct spt_samples *samples;
    const struct spt_samples *validation; /* or NULL */
    const struct spt_samples *judges;     /* labels kept from learning, to judge by when
                                             there is no validation; or NULL */
    const struct spt_settings *settings;
    uint64_t seed;
    uint32_t first_trained; /* layers with weights before it are frozen */
    bool anchored;          /* the net is a source model, whole: see trainer.h */
    double epochs;          /* > 0 */
    double minutes;         /* 0 = no limit */
    const char *checkpoint; /* path, or NULL for none */
    bool resume;            /* begin at the checkpoint */
    uint64_t fingerprint;   /* of what this training is, see checkpoint.h */
    const char *log;        /* path of the CSV, or NULL */
    septum_progress_fn progress;
    void *user;
};

struct spt_run_result {
    double epochs;    /* done */
    uint64_t windows; /* learnt from */
    double threshold; /* of highest F-score on the validation samples; without any,
                         spt_tally_choose() of judges and what was learnt together */
    double f_score;   /* at best, on the validation samples, or the judges, or with
                         neither on what was learnt */
};

/*
 * Train `net` from the weights it has.  Its weights end up as the running average. When
 * `progress` asks to stop, the checkpoint is written and SEPTUM_ESTOPPED returned.  The
 * checkpoint of a training that is done is the caller's to remove, once the weights are
 * safe.
 */
enum septum_status spt_run(struct spt_net *net, const struct spt_run *run,
                           struct spt_run_result *out, struct septum_error *err);

#endif
