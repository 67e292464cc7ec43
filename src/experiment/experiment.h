/*
 * experiment.h - several ConvNets, several seeds, one directory of results.
 *
 * Each trial leaves NAME-seedK.onnx and NAME-seedK.csv as soon as it ends; with all of
 * them done come curves.csv, comparison.csv, figure.svg and report.html.  settings.txt
 * keeps trials of other settings from being taken for this experiment's.
 */
#ifndef SEPTUM_EXPERIMENT_EXPERIMENT_H
#define SEPTUM_EXPERIMENT_EXPERIMENT_H

#include "experiment/trial.h"

struct spt_experiment {
    const char *directory;           /* exists */
    struct spt_trial trial;          /* its progress is filled in here */
    const char *strategies;          /* names of contenders, with commas between */
    uint32_t seeds;                  /* 0, 1, ... below it */
    const char *const *names;        /* of the test images, then of the pool's */
    const char *intro;               /* what the report says of data and settings */
    const struct spt_text *settings; /* all that the trials share, in words, one line or
                                        more without an end; NULL = not noted */
    bool resume; /* keep trials that have ended, if they were of these settings */
    septum_progress_fn progress;
    void *user;
};

/* Refuse a list of strategies that is empty or names one there is not. */
enum septum_status
spt_experiment_check(const char *strategies, struct septum_error *err);

/* Run all trials and write all results, replacing those of the same names. */
enum septum_status
spt_experiment_run(const struct spt_experiment *experiment, struct septum_error *err);

#endif
