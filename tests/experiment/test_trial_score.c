/*
 * test_trial_score.c - what comes of a trial: scores, the model, its threshold, and
 * word of how it goes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "experiment/world.h"

/* ---- scores and the model -------------------------------------------------------- */

/* Add what a model finds in samples. */
static void
add_found(const struct spt_model *model, const struct spt_samples *samples,
          struct spt_tally *tally)
{
    struct spt_net *net = stripes_net(model);
    struct spt_predictor *predictor = stripes_predictor(net);
    float membrane[PIXELS];

    for (size_t i = 0; i < samples->count; i++) {
        assert_int_equal(spt_predict(predictor, samples->sample[i].pixels, STRIPES_SIDE,
                                     STRIPES_SIDE, membrane, NULL),
                         SEPTUM_OK);
        spt_tally_add(tally, membrane, samples->sample[i].labels, PIXELS);
    }
    spt_predictor_free(predictor);
    spt_net_free(net);
}

static void
scores_the_model_at_its_threshold_on_the_test_images(void **state)
{
    const struct spt_trial *trial = &((struct world *)*state)->trial;
    struct spt_trial_result result = world_run(trial, "expert", 0);
    const struct spt_curve_point *last = &result.points[EPOCHS];
    struct spt_tally tally = {0};
    struct spt_score score;

    add_found(&result.model, trial->test, &tally);
    score = spt_tally_score(&tally, result.model.threshold);
    assert_true(score.f_score > 0);
    assert_true(last->precision == score.precision);
    assert_true(last->recall == score.recall);
    assert_true(last->f_score == score.f_score);
    assert_true(last->best_f_score == spt_tally_best(&tally).f_score);
    assert_true(last->best_f_score >= last->f_score);
    spt_trial_result_clear(&result);
}

static void
threshold_is_chosen_on_the_labelled_images(void **state)
{
    const struct spt_trial *trial = &((struct world *)*state)->trial;
    struct spt_trial_result result = world_run(trial, "finetune", 0);
    struct spt_tally tally = {0};

    add_found(&result.model, trial->labelled, &tally);
    assert_true(result.model.threshold == spt_tally_choose(&tally).threshold);
    spt_trial_result_clear(&result);
}

static void
answers_count_with_the_labelled_images_in_finding_the_threshold(void **state)
{
    struct spt_trial trial = ((struct world *)*state)->trial;
    int moved = 0;

    trial.epochs = 2;
    trial.region.most_windows = 4;
    for (uint64_t seed = 0; seed < 3; seed++) {
        struct spt_trial_result result = world_run(&trial, "random", seed);
        struct spt_tally tally = {0};
        struct spt_sample answered;
        double without;

        assert_int_equal(result.asked_count, 1);
        answered = trial.pool->sample[result.asked[0].round.region.image];
        answered.labels = result.asked[0].answer; /* unknown elsewhere */
        add_found(&result.model, trial.labelled, &tally);
        without = spt_tally_choose(&tally).threshold;
        add_found(&result.model, &(struct spt_samples){.sample = &answered, .count = 1},
                  &tally);
        assert_true(result.model.threshold == spt_tally_choose(&tally).threshold);
        moved += result.model.threshold != without;
        spt_trial_result_clear(&result);
    }
    assert_true(moved > 0);
}

static void
epoch_0_of_a_whole_transfer_is_the_untouched_source(void **state)
{
    struct spt_trial trial = ((struct world *)*state)->trial;
    struct spt_trial_result result;
    struct spt_tally tally = {0};

    trial.transfer = STRIPES_LAYERS;
    trial.epochs = 0;
    result = world_run(&trial, "expert", 0);
    assert_memory_equal(result.model.parameters, trial.source->parameters,
                        trial.source->spec.parameter_count * sizeof(float));
    add_found(trial.source, trial.test, &tally);
    assert_true(result.points[0].f_score ==
                spt_tally_score(&tally, result.model.threshold).f_score);
    assert_true(result.points[0].train_seconds == 0);
    assert_int_equal(result.asked_count, 0);
    spt_trial_result_clear(&result);
}

static void
learns(void **state)
{
    struct spt_trial trial = ((struct world *)*state)->trial;
    struct spt_settings settings = *trial.settings;
    struct spt_trial_result result;

    /* Bent by 2 pixels, stripes of 2 pixels are no stripes any more. */
    settings.augmentation = (struct spt_augmentation){0};
    trial.settings = &settings;
    trial.epoch_steps = 150;
    result = world_run(&trial, "expert", 0);
    assert_true(result.points[EPOCHS].f_score > result.points[0].f_score + 0.1);
    assert_true(result.points[EPOCHS].f_score > 0.7);
    spt_trial_result_clear(&result);
}

static void
model_says_how_it_came_to_be(void **state)
{
    const struct spt_trial *trial = &((struct world *)*state)->trial;
    struct spt_trial_result result = world_run(trial, "expert", 5);
    char wanted[256];

    assert_true(result.model.trained_epochs == EPOCHS);
    assert_int_equal(result.model.trained_windows, (size_t)EPOCHS * STEPS * AREA);
    assert_true(result.model.threshold >= 0 && result.model.threshold <= 1);
    snprintf(wanted, sizeof wanted,
             "experiment: \"expert\", seed 5, 1 layers transferred, 3 epochs, %llu "
             "labelled pixels, %.0f seconds of a simulated expert\n",
             (unsigned long long)result.points[EPOCHS].labelled_pixels,
             result.points[EPOCHS].expert_seconds);
    assert_string_equal(result.model.history, wanted);
    spt_trial_result_clear(&result);
}

/* ---- limits and stops ------------------------------------------------------------ */

static void
out_of_minutes_an_epoch_is_one_step(void **state)
{
    struct spt_trial trial = ((struct world *)*state)->trial;
    struct spt_trial_result result;

    trial.minutes = 1e-9;
    result = world_run(&trial, "finetune", 0);
    assert_int_equal(result.model.trained_windows, EPOCHS * AREA);
    assert_true(result.points[EPOCHS].train_seconds > 0);
    assert_true(result.points[EPOCHS].v_rand > 0 && result.points[EPOCHS].v_rand <= 1);
    assert_true(result.points[EPOCHS].v_info >= 0 && result.points[EPOCHS].v_info <= 1);
    spt_trial_result_clear(&result);
}

/* Whom progress is told to; it stops after so many calls. */
struct listener {
    size_t calls, milestones, stop_after;
    double fraction;
    char last[160];
};

static bool
listen(void *user, double fraction, const char *what, bool milestone)
{
    struct listener *listener = user;

    assert_true(fraction >= listener->fraction && fraction <= 1);
    listener->fraction = fraction;
    listener->calls++;
    if (milestone) {
        listener->milestones++;
        snprintf(listener->last, sizeof listener->last, "%s", what);
    }
    return listener->calls != listener->stop_after;
}

static void
tells_a_milestone_for_each_point(void **state)
{
    struct spt_trial trial = ((struct world *)*state)->trial;
    struct listener listener = {0};
    struct spt_trial_result result;
    char wanted[160];

    trial.progress = listen;
    trial.user = &listener;
    result = world_run(&trial, "expert", 2);
    assert_int_equal(listener.milestones, EPOCHS + 1);
    assert_true(listener.calls > (size_t)EPOCHS * STEPS);
    snprintf(wanted, sizeof wanted,
             "expert, seed 2: epoch 3 of 3, F-score %.4f at %.3f",
             result.points[EPOCHS].f_score, result.model.threshold);
    assert_memory_equal(listener.last, wanted, strlen(wanted));
    spt_trial_result_clear(&result);
}

static void
stops_wherever_it_is_asked_to(void **state)
{
    struct spt_trial trial = ((struct world *)*state)->trial;

    trial.epochs = 2;
    trial.epoch_steps = 2;
    /* The first call is about the clustering; it cannot stop there. */
    for (size_t after = 2; after < 10; after++) {
        struct listener listener = {.stop_after = after};
        struct spt_trial_result result = {.clusters = 42};
        struct septum_error err = {0};

        trial.progress = listen;
        trial.user = &listener;
        assert_int_equal(
            spt_trial_run(&trial, spt_contender_find("expert"), 0, &result, &err),
            SEPTUM_ESTOPPED);
        assert_string_equal(err.text, "stopped");
        assert_int_equal(listener.calls, after);
        assert_true(result.clusters == 42 && result.points == NULL);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_the_model_at_its_threshold_on_the_test_images),
        cmocka_unit_test(threshold_is_chosen_on_the_labelled_images),
        cmocka_unit_test(
            answers_count_with_the_labelled_images_in_finding_the_threshold),
        cmocka_unit_test(epoch_0_of_a_whole_transfer_is_the_untouched_source),
        cmocka_unit_test(learns),
        cmocka_unit_test(model_says_how_it_came_to_be),
        cmocka_unit_test(out_of_minutes_an_epoch_is_one_step),
        cmocka_unit_test(tells_a_milestone_for_each_point),
        cmocka_unit_test(stops_wherever_it_is_asked_to),
    };

    return cmocka_run_group_tests(tests, world_open, world_close);
}
