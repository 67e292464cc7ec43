/*
 * test_trial.c - the three ConvNets: what each may change, what each is told, and that
 * all of it comes out equal twice.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "experiment/trial.h"
#include "net/onnx.h"
#include "support/stripes.h"

#define EPOCHS 3
#define STEPS 4
#define TRANSFER 1
#define LABELLED 2
#define POOL 3
#define TEST 2
#define PIXELS ((size_t)STRIPES_SIDE * STRIPES_SIDE)
#define AREA ((size_t)STRIPES_WINDOW * STRIPES_WINDOW)

/* What all trials of these tests share. */
struct world {
    struct spt_model source;
    struct spt_settings settings;
    struct spt_samples labelled, pool, test;
    struct spt_trial trial;
};

static int
open_world(void **state)
{
    static struct world world;

    world.source = stripes_model(1);
    world.settings = stripes_settings();
    world.labelled = stripes_samples(LABELLED, 2);
    world.pool = stripes_samples(POOL, 3);
    world.test = stripes_samples(TEST, 4);
    world.trial = (struct spt_trial){
        .source = &world.source,
        .settings = &world.settings,
        .labelled = &world.labelled,
        .pool = &world.pool,
        .test = &world.test,
        .epochs = EPOCHS,
        .epoch_steps = STEPS,
        .transfer = TRANSFER,
        .region = {.lambda = 0.8, .most_windows = 2},
    };
    *state = &world;
    return 0;
}

static int
close_world(void **state)
{
    struct world *world = *state;

    spt_model_clear(&world->source);
    spt_samples_clear(&world->labelled);
    spt_samples_clear(&world->pool);
    spt_samples_clear(&world->test);
    return 0;
}

static struct spt_trial_result
run(const struct spt_trial *trial, const char *name, uint64_t seed)
{
    struct spt_trial_result result = {0};
    struct septum_error err = {0};

    if (spt_trial_run(trial, spt_contender_find(name), seed, &result, &err) !=
        SEPTUM_OK)
        fail_msg("%s", err.text);
    assert_int_equal(result.point_count, trial->epochs + 1);
    return result;
}

/* ---- the table ------------------------------------------------------------------- */

static void
finds_contenders_by_name_and_their_strategies(void **state)
{
    (void)state;
    assert_null(spt_contender_find("nobody"));
    assert_null(spt_contender_find(""));
    for (const struct spt_contender *row = spt_contenders; row->name != NULL; row++) {
        assert_ptr_equal(spt_contender_find(row->name), row);
        assert_true(row->strategy == NULL || spt_strategy_find(row->strategy) != NULL);
    }
    assert_true(spt_contender_find("frozen")->frozen);
    assert_false(spt_contender_find("finetune")->frozen);
    assert_null(spt_contender_find("frozen")->strategy);
    assert_null(spt_contender_find("finetune")->strategy);
    assert_string_equal(spt_contender_find("expert")->strategy, "equation");
}

/* ---- transfer -------------------------------------------------------------------- */

static bool
has_equal_layer(const struct spt_model *a, const struct spt_model *b, uint32_t weighted)
{
    uint32_t i = 0;
    size_t count;

    while (a->spec.layer[i].kind == SPT_LAYER_POOL || weighted-- > 0)
        i++;
    count = spt_layer_weight_count(&a->spec.layer[i]) + a->spec.layer[i].out_channels;
    return memcmp(a->parameters + a->spec.layer[i].weights,
                  b->parameters + b->spec.layer[i].weights,
                  count * sizeof *a->parameters) == 0;
}

static void
frozen_keeps_the_transferred_layers_and_learns_the_others(void **state)
{
    struct spt_trial trial = ((struct world *)*state)->trial;

    for (trial.transfer = 1; trial.transfer < STRIPES_LAYERS; trial.transfer++) {
        struct spt_trial_result result = run(&trial, "frozen", 0);

        for (uint32_t layer = 0; layer < STRIPES_LAYERS; layer++)
            assert_int_equal(has_equal_layer(&result.model, trial.source, layer),
                             layer < trial.transfer);
        spt_trial_result_clear(&result);
    }
}

static void
frozen_in_every_layer_stays_the_source_model(void **state)
{
    struct spt_trial trial = ((struct world *)*state)->trial;
    struct spt_trial_result result;

    trial.transfer = STRIPES_LAYERS;
    result = run(&trial, "frozen", 0);
    assert_memory_equal(result.model.parameters, trial.source->parameters,
                        trial.source->spec.parameter_count * sizeof(float));
    assert_int_equal(result.model.trained_windows, 0);
    assert_true(result.points[EPOCHS].f_score == result.points[0].f_score);
    spt_trial_result_clear(&result);
}

static void
finetune_begins_with_the_transferred_layers_and_changes_them_all(void **state)
{
    struct spt_trial trial = ((struct world *)*state)->trial;
    struct spt_trial_result result = run(&trial, "finetune", 0);

    for (uint32_t layer = 0; layer < STRIPES_LAYERS; layer++)
        assert_false(has_equal_layer(&result.model, trial.source, layer));
    spt_trial_result_clear(&result);

    trial.epochs = 0;
    result = run(&trial, "finetune", 0);
    for (uint32_t layer = 0; layer < STRIPES_LAYERS; layer++)
        assert_int_equal(has_equal_layer(&result.model, trial.source, layer),
                         layer < TRANSFER);
    spt_trial_result_clear(&result);
}

static void
refuses_to_transfer_more_layers_than_there_are(void **state)
{
    struct spt_trial trial = ((struct world *)*state)->trial;
    struct spt_trial_result result = {.clusters = 42};
    struct septum_error err = {0};

    trial.transfer = STRIPES_LAYERS + 1;
    assert_int_equal(
        spt_trial_run(&trial, spt_contender_find("expert"), 0, &result, &err),
        SEPTUM_EINVAL);
    assert_string_equal(err.text,
                        "transfer: 4 layers are wanted, and the source model has 3");
    assert_true(result.clusters == 42 && result.points == NULL);
}

/* ---- what is told, and when ------------------------------------------------------ */

/* Equal in all but the time that the training took. */
static void
assert_equal_points(const struct spt_curve_point *a, const struct spt_curve_point *b)
{
    assert_true(a->f_score == b->f_score);
    assert_true(a->precision == b->precision);
    assert_true(a->recall == b->recall);
    assert_true(a->epoch == b->epoch);
    assert_true(a->seed == b->seed);
    assert_true(a->labelled_pixels == b->labelled_pixels);
    assert_true(a->expert_seconds == b->expert_seconds);
}

static void
finetune_and_expert_are_equal_until_the_first_answer_is_learnt_from(void **state)
{
    const struct spt_trial *trial = &((struct world *)*state)->trial;
    struct spt_trial_result alone = run(trial, "finetune", 7);
    struct spt_trial_result asking = run(trial, "expert", 7);

    assert_equal_points(&alone.points[0], &asking.points[0]);
    assert_equal_points(&alone.points[1], &asking.points[1]);
    assert_true(alone.points[2].f_score != asking.points[2].f_score);
    assert_true(alone.points[2].labelled_pixels < asking.points[2].labelled_pixels);
    spt_trial_result_clear(&alone);
    spt_trial_result_clear(&asking);
}

static void
who_does_not_ask_gets_no_labels_and_takes_no_time(void **state)
{
    static const char *const names[] = {"frozen", "finetune"};
    const struct spt_trial *trial = &((struct world *)*state)->trial;

    for (size_t i = 0; i < 2; i++) {
        struct spt_trial_result result = run(trial, names[i], 0);

        assert_int_equal(result.asked_count, 0);
        assert_int_equal(result.clusters, 0);
        for (uint32_t epoch = 0; epoch <= EPOCHS; epoch++) {
            assert_int_equal(result.points[epoch].labelled_pixels, LABELLED * PIXELS);
            assert_true(result.points[epoch].expert_seconds == 0);
        }
        spt_trial_result_clear(&result);
    }
}

/* The answer holds truth in all windows asked about so far, and nothing more. */
static void
check_answer(const struct spt_trial *trial, const struct spt_trial_result *result,
             size_t round)
{
    const struct spt_asked *asked = &result->asked[round];
    size_t image = asked->round.region.image;
    uint8_t wanted[PIXELS];

    memset(wanted, SPT_LABEL_UNKNOWN, sizeof wanted);
    for (size_t r = 0; r <= round; r++) {
        const struct spt_region *region = &result->asked[r].round.region;

        for (size_t w = 0; w < region->count && region->image == image; w++)
            for (size_t i = 0; i < AREA; i++) {
                size_t at = (region->windows[w] / 3 * 16 + i / 16) * STRIPES_SIDE +
                            region->windows[w] % 3 * 16 + i % 16;

                wanted[at] = trial->pool->sample[image].labels[at];
            }
    }
    assert_memory_equal(asked->answer, wanted, sizeof wanted);
}

static void
who_asks_gets_a_region_after_every_epoch_but_the_last(void **state)
{
    const struct spt_trial *trial = &((struct world *)*state)->trial;

    for (const struct spt_contender *row = spt_contenders; row->name != NULL; row++) {
        uint64_t pixels = LABELLED * PIXELS;
        double seconds = 0;
        struct spt_trial_result result;

        if (row->strategy == NULL)
            continue;
        result = run(trial, row->name, 0);
        assert_int_equal(result.asked_count, EPOCHS - 1);
        assert_in_range(result.clusters, 1, (LABELLED + POOL) * 9);
        assert_int_equal(result.points[0].labelled_pixels, pixels);
        for (uint32_t epoch = 1; epoch <= EPOCHS; epoch++) {
            const struct spt_asked *asked = &result.asked[epoch - 1];

            assert_string_equal(result.points[epoch].strategy, row->name);
            assert_int_equal(result.points[epoch].epoch, epoch);
            assert_int_equal(result.points[epoch].labelled_pixels, pixels);
            assert_true(result.points[epoch].expert_seconds == seconds);
            if (epoch == EPOCHS)
                break;
            assert_int_equal(asked->epoch, epoch);
            assert_in_range(asked->round.region.count, 1, 2);
            check_answer(trial, &result, epoch - 1);
            pixels += asked->round.region.count * AREA;
            seconds += asked->round.seconds;
            assert_true(asked->round.seconds > 0);
        }
        spt_trial_result_clear(&result);
    }
}

static void
what_is_copied_and_known_differs_from_row_to_row(void **state)
{
    const struct spt_trial *trial = &((struct world *)*state)->trial;
    struct spt_trial_result source = run(trial, "source", 0);
    struct spt_trial_result scratch = run(trial, "scratch", 0);
    struct spt_trial_result finetune = run(trial, "finetune", 0);
    struct spt_trial_result all = run(trial, "all", 0);

    /* Untouched: the same weights, the same score after every epoch. */
    assert_memory_equal(source.model.parameters, trial->source->parameters,
                        trial->source->spec.parameter_count * sizeof(float));
    assert_int_equal(source.point_count, EPOCHS + 1);
    for (uint32_t epoch = 0; epoch <= EPOCHS; epoch++) {
        assert_int_equal(source.points[epoch].epoch, epoch);
        assert_true(source.points[epoch].f_score == source.points[0].f_score);
        assert_true(source.points[epoch].train_seconds == 0);
    }
    /* The weights that a net of nothing begins with are those of a net of its seed. */
    assert_non_null(strstr(scratch.model.history, " 0 layers transferred"));
    assert_null(strstr(finetune.model.history, " 0 layers transferred"));
    assert_true(scratch.points[0].f_score != source.points[0].f_score ||
                scratch.points[0].recall != source.points[0].recall);
    assert_true(all.points[0].f_score == finetune.points[0].f_score);
    assert_int_equal(scratch.points[0].labelled_pixels, LABELLED * PIXELS);
    assert_int_equal(all.points[0].labelled_pixels, (LABELLED + POOL) * PIXELS);
    assert_int_equal(all.asked_count, 0);
    spt_trial_result_clear(&source);
    spt_trial_result_clear(&scratch);
    spt_trial_result_clear(&finetune);
    spt_trial_result_clear(&all);
}

static void
goes_on_when_nothing_is_left_to_ask(void **state)
{
    struct spt_trial trial = ((struct world *)*state)->trial;
    struct spt_samples pool = stripes_samples(1, 3);
    struct spt_trial_result result;

    trial.pool = &pool;
    trial.epochs = 5;
    trial.epoch_steps = 1;
    trial.region.most_windows = 9;
    result = run(&trial, "random", 0); /* whose first region fills the image */
    assert_int_equal(result.asked_count, 1);
    assert_int_equal(result.points[2].labelled_pixels, (LABELLED + 1) * PIXELS);
    assert_int_equal(result.points[5].labelled_pixels, (LABELLED + 1) * PIXELS);
    assert_true(result.points[5].expert_seconds == result.points[2].expert_seconds);
    spt_trial_result_clear(&result);
    spt_samples_clear(&pool);
}

/* ---- the same twice -------------------------------------------------------------- */

static struct spt_bytes
encode(const struct spt_model *model)
{
    struct spt_bytes bytes = {0};

    assert_int_equal(spt_onnx_encode(model, &bytes, NULL), SEPTUM_OK);
    return bytes;
}

static void
equal_arguments_give_equal_points_and_equal_model_files(void **state)
{
    const struct spt_trial *trial = &((struct world *)*state)->trial;

    for (const struct spt_contender *row = spt_contenders; row->name != NULL; row++) {
        struct spt_trial_result a = run(trial, row->name, 3);
        struct spt_trial_result b = run(trial, row->name, 3);
        struct spt_bytes file_a = encode(&a.model), file_b = encode(&b.model);

        for (uint32_t epoch = 0; epoch <= EPOCHS; epoch++)
            assert_equal_points(&a.points[epoch], &b.points[epoch]);
        assert_int_equal(file_a.count, file_b.count);
        assert_memory_equal(file_a.at, file_b.at, file_a.count);
        spt_bytes_clear(&file_a);
        spt_bytes_clear(&file_b);
        spt_trial_result_clear(&a);
        spt_trial_result_clear(&b);
    }
}

static void
another_seed_gives_another_model(void **state)
{
    const struct spt_trial *trial = &((struct world *)*state)->trial;
    struct spt_trial_result a = run(trial, "finetune", 3);
    struct spt_trial_result b = run(trial, "finetune", 4);

    assert_int_equal(b.points[0].seed, 4);
    assert_memory_not_equal(a.model.parameters, b.model.parameters,
                            a.model.spec.parameter_count * sizeof(float));
    spt_trial_result_clear(&a);
    spt_trial_result_clear(&b);
}

static void
leaves_images_labels_and_source_as_they_were(void **state)
{
    struct world *world = *state;
    struct spt_samples labelled = stripes_samples(LABELLED, 2);
    struct spt_samples pool = stripes_samples(POOL, 3);
    struct spt_model source = stripes_model(1);
    struct spt_trial_result result = run(&world->trial, "expert", 0);

    assert_int_equal(world->labelled.known, labelled.known);
    assert_int_equal(world->pool.known, pool.known);
    for (size_t i = 0; i < LABELLED; i++)
        assert_memory_equal(world->labelled.sample[i].labels, labelled.sample[i].labels,
                            PIXELS);
    for (size_t i = 0; i < POOL; i++)
        assert_memory_equal(world->pool.sample[i].labels, pool.sample[i].labels,
                            PIXELS);
    assert_memory_equal(world->source.parameters, source.parameters,
                        source.spec.parameter_count * sizeof(float));
    spt_trial_result_clear(&result);
    spt_model_clear(&source);
    spt_samples_clear(&labelled);
    spt_samples_clear(&pool);
}

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
    struct spt_trial_result result = run(trial, "expert", 0);
    const struct spt_curve_point *last = &result.points[EPOCHS];
    struct spt_tally tally = {0};
    struct spt_score score;

    add_found(&result.model, trial->test, &tally);
    score = spt_tally_score(&tally, result.model.threshold);
    assert_true(score.f_score > 0);
    assert_true(last->precision == score.precision);
    assert_true(last->recall == score.recall);
    assert_true(last->f_score == score.f_score);
    spt_trial_result_clear(&result);
}

static void
threshold_is_chosen_on_the_labelled_images(void **state)
{
    const struct spt_trial *trial = &((struct world *)*state)->trial;
    struct spt_trial_result result = run(trial, "finetune", 0);
    struct spt_tally tally = {0};

    add_found(&result.model, trial->labelled, &tally);
    assert_true(result.model.threshold == spt_tally_choose(&tally).threshold);
    spt_trial_result_clear(&result);
}

static void
answers_count_with_the_labelled_images_in_finding_the_threshold(void **state)
{
    struct spt_trial trial = ((struct world *)*state)->trial;
    struct spt_trial_result result;
    struct spt_tally tally = {0};
    struct spt_sample answered;
    double without;

    trial.epochs = 2;
    trial.region.most_windows = 4;
    result = run(&trial, "random", 0);
    assert_int_equal(result.asked_count, 1);
    answered = trial.pool->sample[result.asked[0].round.region.image];
    answered.labels = result.asked[0].answer; /* unknown elsewhere */
    add_found(&result.model, trial.labelled, &tally);
    without = spt_tally_choose(&tally).threshold;
    add_found(&result.model, &(struct spt_samples){.sample = &answered, .count = 1},
              &tally);
    assert_true(result.model.threshold == spt_tally_choose(&tally).threshold);
    assert_true(result.model.threshold != without);
    spt_trial_result_clear(&result);
}

static void
epoch_0_of_a_whole_transfer_is_the_untouched_source(void **state)
{
    struct spt_trial trial = ((struct world *)*state)->trial;
    struct spt_trial_result result;
    struct spt_tally tally = {0};

    trial.transfer = STRIPES_LAYERS;
    trial.epochs = 0;
    result = run(&trial, "expert", 0);
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
    trial.epoch_steps = 60;
    result = run(&trial, "expert", 0);
    assert_true(result.points[EPOCHS].f_score > result.points[0].f_score + 0.1);
    assert_true(result.points[EPOCHS].f_score > 0.7);
    spt_trial_result_clear(&result);
}

static void
model_says_how_it_came_to_be(void **state)
{
    const struct spt_trial *trial = &((struct world *)*state)->trial;
    struct spt_trial_result result = run(trial, "expert", 5);
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
    result = run(&trial, "finetune", 0);
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
    result = run(&trial, "expert", 2);
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
        cmocka_unit_test(finds_contenders_by_name_and_their_strategies),
        cmocka_unit_test(frozen_keeps_the_transferred_layers_and_learns_the_others),
        cmocka_unit_test(frozen_in_every_layer_stays_the_source_model),
        cmocka_unit_test(
            finetune_begins_with_the_transferred_layers_and_changes_them_all),
        cmocka_unit_test(refuses_to_transfer_more_layers_than_there_are),
        cmocka_unit_test(
            finetune_and_expert_are_equal_until_the_first_answer_is_learnt_from),
        cmocka_unit_test(who_does_not_ask_gets_no_labels_and_takes_no_time),
        cmocka_unit_test(who_asks_gets_a_region_after_every_epoch_but_the_last),
        cmocka_unit_test(what_is_copied_and_known_differs_from_row_to_row),
        cmocka_unit_test(goes_on_when_nothing_is_left_to_ask),
        cmocka_unit_test(equal_arguments_give_equal_points_and_equal_model_files),
        cmocka_unit_test(another_seed_gives_another_model),
        cmocka_unit_test(leaves_images_labels_and_source_as_they_were),
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

    spt_engine_threads(1); /* so small a net only waits for a second one */
    return cmocka_run_group_tests(tests, open_world, close_world);
}
