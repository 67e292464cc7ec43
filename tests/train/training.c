/*
 * training.c - see training.h.
 */
#include "train/training.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "support/material.h"
#include "support/scratch.h"

#define FINGERPRINT 77

const struct spt_settings training_settings = {
    .form = SPT_FORM_DENSE,
    .tile = 8,
    .windows = 64,
    .views = 1,
    .symmetries = 8,
    .rate = 5e-3,
    .ramp = 5,
    .hold = 0.5,
    .anchor = 1000, /* as many pixels as are labelled, about */
    .dropout = 0.25,
    .optimiser = {SPT_RULE_ADAM, .momentum = 0.9, .clip = 1, .horizon = 10},
};

static bool
observe(void *user, const struct septum_progress *progress)
{
    struct observer *observer = user;

    observer->calls++;
    assert_true(progress->fraction >= observer->fraction && progress->fraction <= 1);
    observer->fraction = progress->fraction;
    assert_non_null(progress->what);
    if (progress->milestone) {
        assert_true(observer->milestone_count < TRAINING_ROWS_MOST);
        observer->milestones[observer->milestone_count++] = observer->calls;
        snprintf(observer->what, sizeof observer->what, "%s", progress->what);
    }
    return observer->calls != observer->stop_at;
}

void
training_begin(struct training *training, double epochs)
{
    *training = (struct training){.net = material_net(MATERIAL_NET, 1)};
    material_samples(&training->samples, 2, 24, 24, 2);
    material_samples(&training->validation, 2, 20, 24, 3);
    snprintf(training->checkpoint, sizeof training->checkpoint, "%s",
             scratch_path("checkpoint"));
    snprintf(training->log, sizeof training->log, "%s", scratch_path("log.csv"));
    training->run = (struct spt_run){
        .samples = &training->samples,
        .validation = &training->validation,
        .settings = &training_settings,
        .seed = 4,
        .epochs = epochs,
        .checkpoint = training->checkpoint,
        .fingerprint = FINGERPRINT,
        .log = training->log,
        .progress = observe,
        .user = &training->observer,
    };
    unlink(training->run.checkpoint);
    unlink(training->run.log);
}

void
training_end(struct training *training)
{
    spt_net_free(training->net);
    spt_samples_clear(&training->samples);
    spt_samples_clear(&training->validation);
}

enum septum_status
training_run(struct training *training, struct septum_error *err)
{
    return spt_run(training->net, &training->run, &training->result, err);
}

static void
split_row(char *line, struct training_row *row)
{
    size_t column = 0;

    for (char *field; (field = strsep(&line, ",")) != NULL; column++) {
        assert_true(column < TRAINING_COLUMNS && strlen(field) < sizeof row->text[0]);
        memcpy(row->text[column], field, strlen(field) + 1);
    }
    assert_int_equal(column, TRAINING_COLUMNS);
}

void
training_read_log(const char *path, struct training_log *log)
{
    struct spt_bytes bytes = {0};
    char *text, *rest, *line;

    memset(log, 0, sizeof *log);
    assert_int_equal(spt_file_read(path, 1 << 20, &bytes, NULL), SEPTUM_OK);
    text = rest = strndup((const char *)bytes.at, bytes.count);
    assert_non_null(text);
    assert_true(bytes.count > 0 && text[bytes.count - 1] == '\n');
    snprintf(log->head, sizeof log->head, "%s", strsep(&rest, "\n"));
    while ((line = strsep(&rest, "\n")) != NULL && rest != NULL) {
        assert_true(log->count < TRAINING_ROWS_MOST);
        split_row(line, &log->rows[log->count++]);
    }
    free(text);
    spt_bytes_clear(&bytes);
}

void
training_assert_same_log(const struct training_log *a, const struct training_log *b)
{
    assert_string_equal(a->head, b->head);
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++)
        for (size_t column = 0; column + 1 < TRAINING_COLUMNS; column++)
            assert_string_equal(a->rows[i].text[column], b->rows[i].text[column]);
}

double
training_read_number(const char *field)
{
    char *rest;
    double value = strtod(field, &rest);

    assert_true(field[0] != '\0' && *rest == '\0' && isfinite(value));
    return value;
}
