/*
 * test_run_stop.c - a training that is stopped, by its observer or by the clock, and
 * resumed at any moment.
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

#include "base/file.h"
#include "support/material.h"
#include "train/checkpoint.h"
#include "train/trainer.h"
#include "train/training.h"

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
        status = training_run(training, &err);
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
    assert_int_equal(training_run(training, NULL), SEPTUM_OK);
}

static void
check_resumption(const struct training *wanted, const struct training_log *wanted_log,
                 size_t stop_at, size_t again)
{
    struct training training;
    struct training_log log;

    training_begin(&training, wanted->run.epochs);
    training.run.validation =
        wanted->run.validation != NULL ? &training.validation : NULL;
    training.run.anchored = wanted->run.anchored;
    run_in_pieces(&training, stop_at, again);
    assert_memory_equal(spt_net_parameters(training.net),
                        spt_net_parameters(wanted->net),
                        spt_net_spec(wanted->net)->parameter_count * sizeof(float));
    assert_true(training.result.epochs == wanted->result.epochs);
    assert_int_equal(training.result.windows, wanted->result.windows);
    assert_true(training.result.threshold == wanted->result.threshold);
    assert_true(training.result.f_score == wanted->result.f_score);
    training_read_log(training.run.log, &log);
    training_assert_same_log(&log, wanted_log);
    training_end(&training);
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
        struct training_log log;
        size_t calls;

        training_begin(&training, 1.5);
        if (!validated) {
            training.run.validation = NULL;
            training.run.anchored = true;
        }
        assert_int_equal(training_run(&training, NULL), SEPTUM_OK);
        training_read_log(training.run.log, &log);
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
        training_end(&training);
    }
}

static void
a_stop_at_the_very_last_moment_is_a_stop_too(void **state)
{
    struct training training, wanted;
    struct training_log log;

    (void)state;
    training_begin(&wanted, 1);
    wanted.run.validation = NULL; /* then the threshold is sought after the last row */
    assert_int_equal(training_run(&wanted, NULL), SEPTUM_OK);
    training_read_log(wanted.run.log, &log);
    assert_true(wanted.observer.calls > wanted.observer.milestones[0]);
    check_resumption(&wanted, &log, wanted.observer.calls, 0);
    training_begin(&training, 1);
    training.run.checkpoint = NULL;
    training.observer.stop_at = 5;
    assert_int_equal(training_run(&training, NULL), SEPTUM_ESTOPPED);
    assert_int_equal(training.observer.calls, 5);
    training_end(&training);
    training_end(&wanted);
}

static void
once_stopped_it_asks_no_more(void **state)
{
    struct training training;

    (void)state;
    for (size_t stop_at = 1; stop_at < 30; stop_at += 4) {
        training_begin(&training, 1.5);
        training.observer.stop_at = stop_at;
        assert_int_equal(training_run(&training, NULL), SEPTUM_ESTOPPED);
        assert_int_equal(training.observer.calls, stop_at);
        training_end(&training);
    }
}

static void
minutes_end_a_training_before_its_epochs(void **state)
{
    struct training training;

    (void)state;
    training_begin(&training, 1e6);
    training.run.validation = NULL;
    training.run.minutes = 0.05 / 60;
    training.run.log = NULL;
    training.run.progress = NULL;
    assert_int_equal(training_run(&training, NULL), SEPTUM_OK);
    assert_true(training.result.epochs > 0 && training.result.epochs < 1e5);
    assert_int_equal(training.result.windows,
                     llround(training.result.epochs * TRAINING_EPOCH_STEPS) * 64);
    training_end(&training);
}

/* Make the checkpoint say that an hour was spent so far. */
static void
age_checkpoint(struct training *training)
{
    struct spt_checkpoint checkpoint;
    struct spt_trainer *trainer;
    struct spt_text log = {0};

    assert_int_equal(spt_trainer_create(training->net, &training->samples,
                                        &training_settings, 1, 0, &trainer, NULL),
                     SEPTUM_OK);
    assert_int_equal(spt_checkpoint_read(
                         training->checkpoint, training->run.fingerprint, &checkpoint,
                         training->net, spt_trainer_optimiser(trainer), &log, NULL),
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
    struct training_log log;

    (void)state;
    for (int over = 0; over < 2; over++) {
        training_begin(&training, 2);
        training.observer.stop_at = 7;
        assert_int_equal(training_run(&training, NULL), SEPTUM_ESTOPPED);
        age_checkpoint(&training);
        training.observer = (struct observer){0};
        training.run.resume = true;
        training.run.minutes = over ? 59 : 600;
        assert_int_equal(training_run(&training, NULL), SEPTUM_OK);
        assert_true(training.result.epochs == (over ? 7.0 / TRAINING_EPOCH_STEPS : 2));
        training_read_log(training.run.log, &log);
        assert_int_equal(log.count, over ? 1 : 2);
        assert_true(training_read_number(log.rows[0].text[9]) >= 3600);
        training_end(&training);
    }
}

static void
refuses_to_resume_another_training(void **state)
{
    struct training training;
    struct septum_error err = {0};

    (void)state;
    training_begin(&training, 1);
    training.run.resume = true;
    assert_int_equal(training_run(&training, &err), SEPTUM_EIO);
    assert_non_null(strstr(err.text, training.run.checkpoint));
    training.run.resume = false;
    training.observer.stop_at = 5;
    assert_int_equal(training_run(&training, NULL), SEPTUM_ESTOPPED);
    training.run.resume = true;
    training.run.fingerprint++;
    assert_int_equal(training_run(&training, &err), SEPTUM_EINVAL);
    assert_non_null(strstr(err.text, "belongs to a training with other images"));
    training_end(&training);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resumed_it_equals_one_never_stopped),
        cmocka_unit_test(a_stop_at_the_very_last_moment_is_a_stop_too),
        cmocka_unit_test(once_stopped_it_asks_no_more),
        cmocka_unit_test(minutes_end_a_training_before_its_epochs),
        cmocka_unit_test(minutes_spent_before_a_stop_count),
        cmocka_unit_test(refuses_to_resume_another_training),
    };

    /* Threads that wait for each other at every tiny layer are slow where other
     * programs hold the cores. */
    spt_engine_threads(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
