/*
 * test_run.c - a whole training: what it learns, writes and finds.
 */
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

#include "support/material.h"
#include "support/scratch.h"
#include "train/evaluate.h"
#include "train/trainer.h"
#include "train/training.h"

static void
a_training_learns_and_says_what_it_did(void **state)
{
    struct training training;
    struct training_log log;

    (void)state;
    training_begin(&training, 4);
    assert_int_equal(training_run(&training, NULL), SEPTUM_OK);
    assert_true(training.result.epochs == 4);
    assert_int_equal(training.result.windows, 4 * TRAINING_EPOCH_STEPS * 64);
    assert_true(training.result.f_score > 0.5);
    assert_int_equal(training.observer.milestone_count, 4);
    assert_true(training.observer.fraction == 1);
    assert_int_equal(strncmp(training.observer.what, "epoch 4 of 4, loss 0.", 21), 0);
    training_read_log(training.run.log, &log);
    assert_true(training_read_number(log.rows[3].text[3]) <
                training_read_number(log.rows[0].text[3]));
    training_end(&training);
}

static void
each_epoch_has_a_row_and_so_has_what_is_left_of_one(void **state)
{
    static const double epochs[] = {1, 2, 2.5};
    struct training training;
    struct training_log log;

    (void)state;
    training_begin(&training, 2.5);
    assert_int_equal(training_run(&training, NULL), SEPTUM_OK);
    assert_true(training.result.epochs == 2.5);
    assert_int_equal(training.result.windows, 45 * 64);
    training_read_log(training.run.log, &log);
    assert_string_equal(log.head, "epoch,steps,windows,loss,rate,f_score,best_f_score,"
                                  "best_threshold,pixel_error,train_seconds");
    assert_int_equal(log.count, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct training_row *row = &log.rows[i];

        assert_true(training_read_number(row->text[0]) == epochs[i]);
        assert_true(training_read_number(row->text[1]) ==
                    TRAINING_EPOCH_STEPS * epochs[i]);
        assert_true(training_read_number(row->text[2]) ==
                    64 * TRAINING_EPOCH_STEPS * epochs[i]);
        assert_true(training_read_number(row->text[3]) > 0);
        for (size_t column = 5; column < 9; column++)
            assert_true(training_read_number(row->text[column]) >= 0 &&
                        training_read_number(row->text[column]) <= 1);
        assert_true(training_read_number(row->text[6]) >=
                    training_read_number(row->text[5]));
        assert_true(training_read_number(row->text[9]) >= 0);
    }
    /* The rates of steps 17, 35 and 44 (from 0) of 45: full until half, then falling.
     */
    assert_true(training_read_number(log.rows[0].text[4]) == 0.005);
    assert_true(fabs(training_read_number(log.rows[1].text[4]) - 0.01 * 10 / 45) <
                1e-5);
    assert_true(fabs(training_read_number(log.rows[2].text[4]) - 0.01 * 1 / 45) < 1e-5);
    training_end(&training);
}

static void
epochs_may_be_a_fraction_and_are_at_least_a_step(void **state)
{
    struct training training;

    (void)state;
    training_begin(&training, 0.25);
    assert_int_equal(training_run(&training, NULL), SEPTUM_OK);
    assert_true(training.result.epochs ==
                5.0 / TRAINING_EPOCH_STEPS); /* 4.5 steps, rounded */
    training_end(&training);
    training_begin(&training, 1e-9);
    assert_int_equal(training_run(&training, NULL), SEPTUM_OK);
    assert_true(training.result.epochs == 1.0 / TRAINING_EPOCH_STEPS);
    training_end(&training);
}

/* The best that can be had of a net on samples, and the threshold to choose on them. */
static struct spt_score
find_best(struct spt_net *net, const struct spt_samples *samples, double *chosen)
{
    static const struct spt_predict_options options;
    struct spt_predictor *predictor;
    struct spt_tally tally = {0};

    assert_int_equal(spt_predictor_create(net, &options, &predictor, NULL), SEPTUM_OK);
    assert_int_equal(spt_evaluate(predictor, samples, 1, NULL, &tally, NULL),
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
    struct training_log log;

    (void)state;
    training_begin(&training, 2);
    assert_int_equal(training_run(&training, NULL), SEPTUM_OK);
    best = find_best(training.net, &training.validation, &chosen);
    assert_true(training.result.threshold == best.threshold);
    assert_true(training.result.f_score == best.f_score);
    training_read_log(training.run.log, &log);
    assert_true(fabs(training_read_number(log.rows[1].text[6]) - best.f_score) < 1e-5);
    assert_true(fabs(training_read_number(log.rows[1].text[7]) - best.threshold) <
                1e-3);
    training_end(&training);
}

static void
without_validation_the_training_samples_give_the_threshold(void **state)
{
    struct training training;
    struct spt_score best;
    double chosen;
    struct training_log log;

    (void)state;
    training_begin(&training, 2);
    training.run.validation = NULL;
    assert_int_equal(training_run(&training, NULL), SEPTUM_OK);
    best = find_best(training.net, &training.samples, &chosen);
    assert_true(training.result.threshold == chosen);
    assert_true(training.result.f_score == best.f_score);
    training_read_log(training.run.log, &log);
    assert_int_equal(log.count, 2);
    for (size_t column = 5; column < 9; column++)
        assert_string_equal(log.rows[1].text[column], "");
    training_end(&training);
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
    training_begin(&training, 1);
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
    assert_int_equal(training_run(&training, NULL), SEPTUM_OK);
    best = find_best(training.net, &training.validation, &chosen);
    assert_true(training.result.f_score == best.f_score);
    assert_int_equal(spt_predictor_create(training.net, &options, &predictor, NULL),
                     SEPTUM_OK);
    for (int kept = 0; kept < 2; kept++)
        assert_int_equal(spt_evaluate(predictor,
                                      kept ? &training.validation : &training.samples,
                                      1, NULL, &tally, NULL),
                         SEPTUM_OK);
    spt_predictor_free(predictor);
    assert_true(training.result.threshold == spt_tally_choose(&tally).threshold);
    assert_true(training.result.threshold != chosen); /* of those kept alone */
    training_end(&training);
}

/* Samples that know nothing must not keep the threshold from being found. */
static void
samples_without_labels_do_not_hide_those_with(void **state)
{
    struct training training;

    (void)state;
    training_begin(&training, 0.2);
    spt_samples_clear(&training.samples);
    material_samples(&training.samples, 16, 16, 16, 5);
    for (size_t i = 0; i < 16; i += 2)
        for (size_t at = 0; at < 256; at++)
            spt_samples_set_label(&training.samples, i, at, SPT_LABEL_UNKNOWN);
    training.run.validation = NULL;
    assert_int_equal(training_run(&training, NULL), SEPTUM_OK);
    assert_true(training.result.f_score > 0);
    training_end(&training);
}

static void
equal_runs_are_equal_and_other_seeds_are_not(void **state)
{
    struct training training[3];
    struct training_log log[3];
    size_t bytes;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        training_begin(&training[i], 1.5);
        training[i].run.seed = 10 + i / 2;
        assert_int_equal(training_run(&training[i], NULL), SEPTUM_OK);
        training_read_log(training[i].run.log, &log[i]);
    }
    bytes = spt_net_spec(training[0].net)->parameter_count * sizeof(float);
    training_assert_same_log(&log[0], &log[1]);
    assert_memory_equal(spt_net_parameters(training[0].net),
                        spt_net_parameters(training[1].net), bytes);
    assert_memory_not_equal(spt_net_parameters(training[0].net),
                            spt_net_parameters(training[2].net), bytes);
    for (size_t i = 0; i < 3; i++)
        training_end(&training[i]);
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
        training_begin(&training, 2);
        if (!validated)
            training.run.validation = NULL;
        training.run.minutes = 1e-12;
        best = find_best(training.net,
                         validated ? &training.validation : &training.samples, &chosen);
        assert_int_equal(training_run(&training, NULL), SEPTUM_OK);
        assert_true(training.result.epochs == 0);
        assert_true(training.result.threshold == (validated ? best.threshold : chosen));
        assert_true(training.result.f_score == best.f_score);
        training_end(&training);
    }
}

static void
frozen_layers_stay_as_they_are(void **state)
{
    struct training training;
    struct spt_net *before = material_net(MATERIAL_NET, 1);
    size_t first = spt_net_spec(before)->layer[4].weights;

    (void)state;
    training_begin(&training, 1);
    training.run.first_trained = 2;
    assert_int_equal(training_run(&training, NULL), SEPTUM_OK);
    assert_memory_equal(spt_net_parameters(training.net), spt_net_parameters(before),
                        first * sizeof(float));
    assert_memory_not_equal(
        spt_net_parameters(training.net) + first, spt_net_parameters(before) + first,
        (spt_net_spec(before)->parameter_count - first) * sizeof(float));
    training_end(&training);
    spt_net_free(before);
}

static void
tells_when_the_log_cannot_be_written(void **state)
{
    struct training training;
    struct septum_error err = {0};

    (void)state;
    training_begin(&training, 1);
    training.run.log = scratch_path("no/such/folder.csv");
    assert_int_equal(training_run(&training, &err), SEPTUM_EIO);
    assert_non_null(strstr(err.text, "no/such/folder.csv"));
    training_end(&training);
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
        cmocka_unit_test(a_training_of_no_time_scores_what_there_is),
        cmocka_unit_test(frozen_layers_stay_as_they_are),
        cmocka_unit_test(tells_when_the_log_cannot_be_written),
    };

    /* Threads that wait for each other at every tiny layer are slow where other
     * programs hold the cores. */
    spt_engine_threads(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
