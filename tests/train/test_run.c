/*
 * test_run.c - a whole training, and one that is stopped and resumed at any moment.
 */
#include "train/run.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "support/material.h"
#include "support/scratch.h"
#include "train/checkpoint.h"
#include "train/evaluate.h"
#include "train/trainer.h"

#define FINGERPRINT 77
#define COLUMNS 10
#define ROWS_MOST 8

/* Two samples of 24 x 24 pixels are 18 tiles of 8 x 8. */
#define EPOCH_STEPS 18

static const struct spt_settings settings = {
    .form = SPT_FORM_DENSE,
    .tile = 8,
    .windows = 64,
    .views = 1,
    .rate = 5e-3,
    .ramp = 5,
    .hold = 0.5,
    .dropout = 0.25,
    .optimiser = {SPT_RULE_ADAM, .momentum = 0.9, .clip = 1, .horizon = 10},
};

/* ---- a training and its observer ------------------------------------------------- */

/* What the callback has seen, and when it is to stop. */
struct observer {
    size_t calls, stop_at;                         /* counted from 1; 0: never */
    size_t milestones[ROWS_MOST], milestone_count; /* calls that were milestones */
    double fraction;
    char what[200]; /* of the last milestone */
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
        assert_true(observer->milestone_count < ROWS_MOST);
        observer->milestones[observer->milestone_count++] = observer->calls;
        snprintf(observer->what, sizeof observer->what, "%s", progress->what);
    }
    return observer->calls != observer->stop_at;
}

struct training {
    char checkpoint[256], log[256]; /* paths */
    struct spt_samples samples, validation;
    struct spt_net *net;
    struct observer observer;
    struct spt_run run;
    struct spt_run_result result;
};

static void
begin(struct training *training, double epochs)
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
        .settings = &settings,
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

static void
end(struct training *training)
{
    spt_net_free(training->net);
    spt_samples_clear(&training->samples);
    spt_samples_clear(&training->validation);
}

static enum septum_status
run(struct training *training, struct septum_error *err)
{
    return spt_run(training->net, &training->run, &training->result, err);
}

/* ---- its log --------------------------------------------------------------------- */

struct row {
    char text[COLUMNS][32];
};

struct log {
    char head[200];
    struct row rows[ROWS_MOST];
    size_t count;
};

static void
split_row(char *line, struct row *row)
{
    size_t column = 0;

    for (char *field; (field = strsep(&line, ",")) != NULL; column++) {
        assert_true(column < COLUMNS && strlen(field) < sizeof row->text[0]);
        memcpy(row->text[column], field, strlen(field) + 1);
    }
    assert_int_equal(column, COLUMNS);
}

static void
read_log(const char *path, struct log *log)
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
        assert_true(log->count < ROWS_MOST);
        split_row(line, &log->rows[log->count++]);
    }
    free(text);
    spt_bytes_clear(&bytes);
}

static void
assert_same_but_for_seconds(const struct log *a, const struct log *b)
{
    assert_string_equal(a->head, b->head);
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++)
        for (size_t column = 0; column + 1 < COLUMNS; column++)
            assert_string_equal(a->rows[i].text[column], b->rows[i].text[column]);
}

/* The number that a field holds and nothing else. */
static double
read_number(const char *field)
{
    char *rest;
    double value = strtod(field, &rest);

    assert_true(field[0] != '\0' && *rest == '\0' && isfinite(value));
    return value;
}

/* ---- tests ----------------------------------------------------------------------- */

static void
a_training_learns_and_says_what_it_did(void **state)
{
    struct training training;
    struct log log;

    (void)state;
    begin(&training, 4);
    assert_int_equal(run(&training, NULL), SEPTUM_OK);
    assert_true(training.result.epochs == 4);
    assert_int_equal(training.result.windows, 4 * EPOCH_STEPS * 64);
    assert_true(training.result.f_score > 0.5);
    assert_int_equal(training.observer.milestone_count, 4);
    assert_true(training.observer.fraction == 1);
    assert_int_equal(strncmp(training.observer.what, "epoch 4 of 4, loss 0.", 21), 0);
    read_log(training.run.log, &log);
    assert_true(read_number(log.rows[3].text[3]) < read_number(log.rows[0].text[3]));
    end(&training);
}

static void
each_epoch_has_a_row_and_so_has_what_is_left_of_one(void **state)
{
    static const double epochs[] = {1, 2, 2.5};
    struct training training;
    struct log log;

    (void)state;
    begin(&training, 2.5);
    assert_int_equal(run(&training, NULL), SEPTUM_OK);
    assert_true(training.result.epochs == 2.5);
    assert_int_equal(training.result.windows, 45 * 64);
    read_log(training.run.log, &log);
    assert_string_equal(log.head, "epoch,steps,windows,loss,rate,f_score,best_f_score,"
                                  "best_threshold,pixel_error,train_seconds");
    assert_int_equal(log.count, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct row *row = &log.rows[i];

        assert_true(read_number(row->text[0]) == epochs[i]);
        assert_true(read_number(row->text[1]) == EPOCH_STEPS * epochs[i]);
        assert_true(read_number(row->text[2]) == 64 * EPOCH_STEPS * epochs[i]);
        assert_true(read_number(row->text[3]) > 0);
        for (size_t column = 5; column < 9; column++)
            assert_true(read_number(row->text[column]) >= 0 &&
                        read_number(row->text[column]) <= 1);
        assert_true(read_number(row->text[6]) >= read_number(row->text[5]));
        assert_true(read_number(row->text[9]) >= 0);
    }
    /* The rates of steps 17, 35 and 44 (from 0) of 45: full until half, then falling.
     */
    assert_true(read_number(log.rows[0].text[4]) == 0.005);
    assert_true(fabs(read_number(log.rows[1].text[4]) - 0.01 * 10 / 45) < 1e-5);
    assert_true(fabs(read_number(log.rows[2].text[4]) - 0.01 * 1 / 45) < 1e-5);
    end(&training);
}

static void
epochs_may_be_a_fraction_and_are_at_least_a_step(void **state)
{
    struct training training;

    (void)state;
    begin(&training, 0.25);
    assert_int_equal(run(&training, NULL), SEPTUM_OK);
    assert_true(training.result.epochs == 5.0 / EPOCH_STEPS); /* 4.5 steps, rounded */
    end(&training);
    begin(&training, 1e-9);
    assert_int_equal(run(&training, NULL), SEPTUM_OK);
    assert_true(training.result.epochs == 1.0 / EPOCH_STEPS);
    end(&training);
}

/* The best that can be had of a net on samples, and the threshold to choose on them. */
static struct spt_score
find_best(struct spt_net *net, const struct spt_samples *samples, double *chosen)
{
    static const struct spt_predict_options options;
    struct spt_predictor *predictor;
    struct spt_tally tally = {0};

    assert_int_equal(spt_predictor_create(net, &options, &predictor, NULL), SEPTUM_OK);
    assert_int_equal(spt_evaluate(predictor, samples, 1, NULL, NULL, &tally, NULL),
                     SEPTUM_OK);
    spt_predictor_free(predictor);
    *chosen = spt_tally_choose(&tally).threshold;
    return spt_tally_best(&tally);
}

static void
the_threshold_is_that_of_the_best_f_score(void **state)
{
    struct training training;
    struct spt_score best;
    double chosen;
    struct log log;

    (void)state;
    begin(&training, 2);
    assert_int_equal(run(&training, NULL), SEPTUM_OK);
    best = find_best(training.net, &training.validation, &chosen);
    assert_true(training.result.threshold == best.threshold);
    assert_true(training.result.f_score == best.f_score);
    read_log(training.run.log, &log);
    assert_true(fabs(read_number(log.rows[1].text[6]) - best.f_score) < 1e-5);
    assert_true(fabs(read_number(log.rows[1].text[7]) - best.threshold) < 1e-3);
    end(&training);
}

static void
without_validation_the_training_samples_give_the_threshold(void **state)
{
    struct training training;
    struct spt_score best;
    double chosen;
    struct log log;

    (void)state;
    begin(&training, 2);
    training.run.validation = NULL;
    assert_int_equal(run(&training, NULL), SEPTUM_OK);
    best = find_best(training.net, &training.samples, &chosen);
    assert_true(training.result.threshold == chosen);
    assert_true(training.result.f_score == best.f_score);
    read_log(training.run.log, &log);
    assert_int_equal(log.count, 2);
    for (size_t column = 5; column < 9; column++)
        assert_string_equal(log.rows[1].text[column], "");
    end(&training);
}

/* The threshold is found on what was learnt and what was kept together, the F-score on
 * what was kept alone. */
static void
labels_kept_to_judge_by_help_to_find_the_threshold(void **state)
{
    static const struct spt_predict_options options;
    struct training training;
    struct spt_predictor *predictor;
    struct spt_tally tally = {0};
    struct spt_score best;
    double chosen;

    (void)state;
    begin(&training, 1);
    /* With wrong labels, to be far from what was learnt. */
    for (size_t i = 0; i < training.validation.count; i++)
        for (size_t at = 0; at < 20 * 24; at++)
            spt_samples_set_label(&training.validation, i, at,
                                  training.validation.sample[i].labels[at] ==
                                          SPT_LABEL_MEMBRANE
                                      ? SPT_LABEL_OTHER
                                      : SPT_LABEL_MEMBRANE);
    training.run.judges = &training.validation;
    training.run.validation = NULL;
    assert_int_equal(run(&training, NULL), SEPTUM_OK);
    best = find_best(training.net, &training.validation, &chosen);
    assert_true(training.result.f_score == best.f_score);
    assert_int_equal(spt_predictor_create(training.net, &options, &predictor, NULL),
                     SEPTUM_OK);
    for (int kept = 0; kept < 2; kept++)
        assert_int_equal(spt_evaluate(predictor,
                                      kept ? &training.validation : &training.samples,
                                      1, NULL, NULL, &tally, NULL),
                         SEPTUM_OK);
    spt_predictor_free(predictor);
    assert_true(training.result.threshold == spt_tally_choose(&tally).threshold);
    assert_true(training.result.threshold != chosen); /* of those kept alone */
    end(&training);
}

/* Samples that know nothing must not keep the threshold from being found. */
static void
samples_without_labels_do_not_hide_those_with(void **state)
{
    struct training training;

    (void)state;
    begin(&training, 0.2);
    spt_samples_clear(&training.samples);
    material_samples(&training.samples, 16, 16, 16, 5);
    for (size_t i = 0; i < 16; i += 2)
        for (size_t at = 0; at < 256; at++)
            spt_samples_set_label(&training.samples, i, at, SPT_LABEL_UNKNOWN);
    training.run.validation = NULL;
    assert_int_equal(run(&training, NULL), SEPTUM_OK);
    assert_true(training.result.f_score > 0);
    end(&training);
}

static void
equal_runs_are_equal_and_other_seeds_are_not(void **state)
{
    struct training training[3];
    struct log log[3];
    size_t bytes;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        begin(&training[i], 1.5);
        training[i].run.seed = 10 + i / 2;
        assert_int_equal(run(&training[i], NULL), SEPTUM_OK);
        read_log(training[i].run.log, &log[i]);
    }
    bytes = spt_net_spec(training[0].net)->parameter_count * sizeof(float);
    assert_same_but_for_seconds(&log[0], &log[1]);
    assert_memory_equal(spt_net_parameters(training[0].net),
                        spt_net_parameters(training[1].net), bytes);
    assert_memory_not_equal(spt_net_parameters(training[0].net),
                            spt_net_parameters(training[2].net), bytes);
    for (size_t i = 0; i < 3; i++)
        end(&training[i]);
}

/* Stop the training at call `stop_at` of its callback, resume it, stop it once more
 * `again` calls later (0: never), and resume it to its end. */
static void
run_in_pieces(struct training *training, size_t stop_at, size_t again)
{
    const size_t stops[] = {stop_at, again};

    for (size_t i = 0; i < 2 && stops[i] > 0; i++) {
        struct septum_error err = {0};
        enum septum_status status;

        training->observer = (struct observer){.stop_at = stops[i]};
        status = run(training, &err);
        if (i > 0 && status == SEPTUM_OK)
            return;
        assert_int_equal(status, SEPTUM_ESTOPPED);
        assert_int_equal(err.status, SEPTUM_ESTOPPED);
        assert_string_equal(err.text, "stopped");
        assert_true(spt_file_exists(training->run.checkpoint));
        /* The next process has the net of the beginning. */
        spt_net_free(training->net);
        training->net = material_net(MATERIAL_NET, 1);
        training->run.resume = true;
    }
    training->observer = (struct observer){0};
    assert_int_equal(run(training, NULL), SEPTUM_OK);
}

static void
check_resumption(const struct training *wanted, const struct log *wanted_log,
                 size_t stop_at, size_t again)
{
    struct training training;
    struct log log;

    begin(&training, wanted->run.epochs);
    training.run.validation =
        wanted->run.validation != NULL ? &training.validation : NULL;
    run_in_pieces(&training, stop_at, again);
    assert_memory_equal(spt_net_parameters(training.net),
                        spt_net_parameters(wanted->net),
                        spt_net_spec(wanted->net)->parameter_count * sizeof(float));
    assert_true(training.result.epochs == wanted->result.epochs);
    assert_int_equal(training.result.windows, wanted->result.windows);
    assert_true(training.result.threshold == wanted->result.threshold);
    assert_true(training.result.f_score == wanted->result.f_score);
    read_log(training.run.log, &log);
    assert_same_but_for_seconds(&log, wanted_log);
    end(&training);
}

/* Around each milestone lie the last step of an epoch, its validation and the step
 * after it. */
static void
resumed_it_equals_one_never_stopped(void **state)
{
    (void)state;
    for (int validated = 0; validated < 2; validated++) {
        struct training training;
        struct spt_random random;
        struct log log;
        size_t calls;

        begin(&training, 1.5);
        if (!validated)
            training.run.validation = NULL;
        assert_int_equal(run(&training, NULL), SEPTUM_OK);
        read_log(training.run.log, &log);
        calls = training.observer.calls;
        assert_int_equal(training.observer.milestone_count, 2);
        for (size_t i = 0; i < 2; i++)
            for (size_t at = training.observer.milestones[i] - 3;
                 at <= training.observer.milestones[i] + 1 && at <= calls; at++)
                check_resumption(&training, &log, at, 0);
        spt_random_init(&random, 6, (uint64_t)validated);
        for (int trial = 0; trial < 6; trial++)
            check_resumption(&training, &log, 1 + spt_random_below(&random, calls - 1),
                             1 + spt_random_below(&random, calls / 2));
        end(&training);
    }
}

static void
a_stop_at_the_very_last_moment_is_a_stop_too(void **state)
{
    struct training training, wanted;
    struct log log;

    (void)state;
    begin(&wanted, 1);
    wanted.run.validation = NULL; /* then the threshold is sought after the last row */
    assert_int_equal(run(&wanted, NULL), SEPTUM_OK);
    read_log(wanted.run.log, &log);
    assert_true(wanted.observer.calls > wanted.observer.milestones[0]);
    check_resumption(&wanted, &log, wanted.observer.calls, 0);
    begin(&training, 1);
    training.run.checkpoint = NULL;
    training.observer.stop_at = 5;
    assert_int_equal(run(&training, NULL), SEPTUM_ESTOPPED);
    assert_int_equal(training.observer.calls, 5);
    end(&training);
    end(&wanted);
}

static void
once_stopped_it_asks_no_more(void **state)
{
    struct training training;

    (void)state;
    for (size_t stop_at = 1; stop_at < 30; stop_at += 4) {
        begin(&training, 1.5);
        training.observer.stop_at = stop_at;
        assert_int_equal(run(&training, NULL), SEPTUM_ESTOPPED);
        assert_int_equal(training.observer.calls, stop_at);
        end(&training);
    }
}

static void
minutes_end_a_training_before_its_epochs(void **state)
{
    struct training training;

    (void)state;
    begin(&training, 1e6);
    training.run.validation = NULL;
    training.run.minutes = 0.05 / 60;
    training.run.log = NULL;
    training.run.progress = NULL;
    assert_int_equal(run(&training, NULL), SEPTUM_OK);
    assert_true(training.result.epochs > 0 && training.result.epochs < 1e5);
    assert_int_equal(training.result.windows,
                     llround(training.result.epochs * EPOCH_STEPS) * 64);
    end(&training);
}

/* Make the checkpoint say that an hour was spent so far. */
static void
age_checkpoint(struct training *training)
{
    struct spt_checkpoint checkpoint;
    struct spt_trainer *trainer;
    struct spt_text log = {0};

    assert_int_equal(spt_trainer_create(training->net, &training->samples, &settings, 1,
                                        0, &trainer, NULL),
                     SEPTUM_OK);
    assert_int_equal(spt_checkpoint_read(training->checkpoint, FINGERPRINT, &checkpoint,
                                         training->net, spt_trainer_optimiser(trainer),
                                         &log, NULL),
                     SEPTUM_OK);
    assert_true(checkpoint.seconds > 0 && checkpoint.seconds < 3600);
    checkpoint.seconds = 3600;
    assert_int_equal(spt_checkpoint_write(training->checkpoint, checkpoint,
                                          training->net, spt_trainer_optimiser(trainer),
                                          &log, NULL),
                     SEPTUM_OK);
    spt_text_clear(&log);
    spt_trainer_free(trainer);
}

static void
minutes_spent_before_a_stop_count(void **state)
{
    struct training training;
    struct log log;

    (void)state;
    for (int over = 0; over < 2; over++) {
        begin(&training, 2);
        training.observer.stop_at = 7;
        assert_int_equal(run(&training, NULL), SEPTUM_ESTOPPED);
        age_checkpoint(&training);
        training.observer = (struct observer){0};
        training.run.resume = true;
        training.run.minutes = over ? 59 : 600;
        assert_int_equal(run(&training, NULL), SEPTUM_OK);
        assert_true(training.result.epochs == (over ? 7.0 / EPOCH_STEPS : 2));
        read_log(training.run.log, &log);
        assert_int_equal(log.count, over ? 1 : 2);
        assert_true(read_number(log.rows[0].text[9]) >= 3600);
        end(&training);
    }
}

/* A training without time for a single step has the net of the beginning to score. */
static void
a_training_of_no_time_scores_what_there_is(void **state)
{
    struct training training;
    struct spt_score best;
    double chosen;

    (void)state;
    for (int validated = 0; validated < 2; validated++) {
        begin(&training, 2);
        if (!validated)
            training.run.validation = NULL;
        training.run.minutes = 1e-12;
        best = find_best(training.net,
                         validated ? &training.validation : &training.samples, &chosen);
        assert_int_equal(run(&training, NULL), SEPTUM_OK);
        assert_true(training.result.epochs == 0);
        assert_true(training.result.threshold == (validated ? best.threshold : chosen));
        assert_true(training.result.f_score == best.f_score);
        end(&training);
    }
}

static void
frozen_layers_stay_as_they_are(void **state)
{
    struct training training;
    struct spt_net *before = material_net(MATERIAL_NET, 1);
    size_t first = spt_net_spec(before)->layer[4].weights;

    (void)state;
    begin(&training, 1);
    training.run.first_trained = 2;
    assert_int_equal(run(&training, NULL), SEPTUM_OK);
    assert_memory_equal(spt_net_parameters(training.net), spt_net_parameters(before),
                        first * sizeof(float));
    assert_memory_not_equal(
        spt_net_parameters(training.net) + first, spt_net_parameters(before) + first,
        (spt_net_spec(before)->parameter_count - first) * sizeof(float));
    end(&training);
    spt_net_free(before);
}

static void
refuses_to_resume_another_training(void **state)
{
    struct training training;
    struct septum_error err = {0};

    (void)state;
    begin(&training, 1);
    training.run.resume = true;
    assert_int_equal(run(&training, &err), SEPTUM_EIO);
    assert_non_null(strstr(err.text, training.run.checkpoint));
    training.run.resume = false;
    training.observer.stop_at = 5;
    assert_int_equal(run(&training, NULL), SEPTUM_ESTOPPED);
    training.run.resume = true;
    training.run.fingerprint++;
    assert_int_equal(run(&training, &err), SEPTUM_EINVAL);
    assert_non_null(strstr(err.text, "belongs to a training with other images"));
    end(&training);
}

static void
tells_when_the_log_cannot_be_written(void **state)
{
    struct training training;
    struct septum_error err = {0};

    (void)state;
    begin(&training, 1);
    training.run.log = scratch_path("no/such/folder.csv");
    assert_int_equal(run(&training, &err), SEPTUM_EIO);
    assert_non_null(strstr(err.text, "no/such/folder.csv"));
    end(&training);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_training_learns_and_says_what_it_did),
        cmocka_unit_test(each_epoch_has_a_row_and_so_has_what_is_left_of_one),
        cmocka_unit_test(epochs_may_be_a_fraction_and_are_at_least_a_step),
        cmocka_unit_test(the_threshold_is_that_of_the_best_f_score),
        cmocka_unit_test(without_validation_the_training_samples_give_the_threshold),
        cmocka_unit_test(labels_kept_to_judge_by_help_to_find_the_threshold),
        cmocka_unit_test(samples_without_labels_do_not_hide_those_with),
        cmocka_unit_test(equal_runs_are_equal_and_other_seeds_are_not),
        cmocka_unit_test(resumed_it_equals_one_never_stopped),
        cmocka_unit_test(a_stop_at_the_very_last_moment_is_a_stop_too),
        cmocka_unit_test(once_stopped_it_asks_no_more),
        cmocka_unit_test(minutes_end_a_training_before_its_epochs),
        cmocka_unit_test(minutes_spent_before_a_stop_count),
        cmocka_unit_test(a_training_of_no_time_scores_what_there_is),
        cmocka_unit_test(frozen_layers_stay_as_they_are),
        cmocka_unit_test(refuses_to_resume_another_training),
        cmocka_unit_test(tells_when_the_log_cannot_be_written),
    };

    /* Threads that wait for each other at every tiny layer are slow where other
     * programs hold the cores. */
    spt_engine_threads(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
