/*
 * training.h - a whole training of a small net, watched, and its log.
 */
#ifndef SEPTUM_TESTS_TRAINING_H
#define SEPTUM_TESTS_TRAINING_H

#include "train/run.h"

#define TRAINING_COLUMNS 10
#define TRAINING_ROWS_MOST 8

/* Two samples of 24 x 24 pixels are 18 tiles of 8 x 8. */
#define TRAINING_EPOCH_STEPS 18

extern const struct spt_settings training_settings;

/* What the callback has seen, and when it is to stop. */
struct observer {
    size_t calls, stop_at; /* counted from 1; 0: never */
    size_t milestones[TRAINING_ROWS_MOST],
        milestone_count; /* calls that were milestones */
    double fraction;
    char what[200]; /* of the last milestone */
};

struct training {
    char checkpoint[256], log[256]; /* paths */
    struct spt_samples samples, validation;
    struct spt_net *net;
    struct observer observer;
    struct spt_run run;
    struct spt_run_result result;
};

/* Make a training of so many epochs, which writes a checkpoint and a log, and run it.
 */
void training_begin(struct training *training, double epochs);
enum septum_status training_run(struct training *training, struct septum_error *err);
void training_end(struct training *training);

struct training_row {
    char text[TRAINING_COLUMNS][32];
};

struct training_log {
    char head[200];
    struct training_row rows[TRAINING_ROWS_MOST];
    size_t count;
};

void training_read_log(const char *path, struct training_log *log);

/* Two logs are the same in all but the time that the epochs took. */
void
training_assert_same_log(const struct training_log *a, const struct training_log *b);

/* The number that a field holds and nothing else. */
double training_read_number(const char *field);

#endif
