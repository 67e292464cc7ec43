/*
 * test_trial.c - the three ConvNets: what each may change, what each is told, and that
 * all of it comes out equal twice.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "experiment/world.h"
#include "net/onnx.h"

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
    const struct spt_layer *layer = spt_spec_weighted(&a->spec, weighted);
    size_t count = spt_layer_weight_count(layer) + layer->out_channels;

    return memcmp(a->parameters + layer->weights, b->parameters + layer->weights,
                  count * sizeof *a->parameters) == 0;
}

static void
frozen_keeps_the_transferred_layers_and_learns_the_others(void **state)
{
    struct spt_trial trial = ((struct world *)*state)->trial;

    for (trial.transfer = 1; trial.transfer < STRIPES_LAYERS; trial.transfer++) {
        struct spt_trial_result result = world_run(&trial, "frozen", 0);

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
    result = world_run(&trial, "frozen", 0);
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
    struct spt_trial_result result = world_run(&trial, "finetune", 0);

    for (uint32_t layer = 0; layer < STRIPES_LAYERS; layer++)
        assert_false(has_equal_layer(&result.model, trial.source, layer));
    spt_trial_result_clear(&result);

    trial.epochs = 0;
    result = world_run(&trial, "finetune", 0);
    for (uint32_t layer = 0; layer < STRIPES_LAYERS; layer++)
        assert_int_equal(has_equal_layer(&result.model, trial.source, layer),
                         layer < TRANSFER);
    spt_trial_result_clear(&result);
}

/* How far weight number `i` has gone, from the source model to what `result` ends at.
 */
static double
find_move(const struct spt_trial *trial, const struct spt_trial_result *result,
          size_t i)
{
    return (double)result->model.parameters[i] - trial->source->parameters[i];
}

static void
a_model_taken_whole_goes_as_far_as_the_labels_weigh(void **state)
{
    struct spt_trial trial = ((struct world *)*state)->trial;
    struct spt_settings far = *trial.settings, half = far;
    const size_t count = trial.source->spec.parameter_count;
    size_t moved = 0;

    far.anchor = 0;
    half.anchor = (double)trial.labelled->known; /* half of the way */
    for (uint32_t layers = TRANSFER; layers <= STRIPES_LAYERS;
         layers += STRIPES_LAYERS - TRANSFER) {
        const double share = layers == STRIPES_LAYERS ? 0.5 : 1;
        struct spt_trial_result whole, part;

        trial.transfer = layers;
        trial.settings = &far;
        whole = world_run(&trial, "finetune", 0);
        trial.settings = &half;
        part = world_run(&trial, "finetune", 0);
        for (size_t i = 0; i < count; i++) {
            const double move = find_move(&trial, &whole, i);

            assert_true(fabs(find_move(&trial, &part, i) - share * move) < 1e-6);
            moved += fabs(move) > 1e-4;
        }
        spt_trial_result_clear(&whole);
        spt_trial_result_clear(&part);
    }
    assert_true(moved > count / 2);
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
    struct spt_trial_result alone = world_run(trial, "finetune", 7);
    struct spt_trial_result asking = world_run(trial, "expert", 7);

    assert_equal_points(&alone.points[0], &asking.points[0]);
    assert_equal_points(&alone.points[1], &asking.points[1]);
    assert_memory_not_equal(alone.model.parameters, asking.model.parameters,
                            trial->source->spec.parameter_count * sizeof(float));
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
        struct spt_trial_result result = world_run(trial, names[i], 0);

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
        result = world_run(trial, row->name, 0);
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
    struct spt_trial_result source = world_run(trial, "source", 0);
    struct spt_trial_result scratch = world_run(trial, "scratch", 0);
    struct spt_trial_result finetune = world_run(trial, "finetune", 0);
    struct spt_trial_result all = world_run(trial, "all", 0);

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
    result = world_run(&trial, "random", 0); /* whose first region fills the image */
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
        struct spt_trial_result a = world_run(trial, row->name, 3);
        struct spt_trial_result b = world_run(trial, row->name, 3);
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
    struct spt_trial_result a = world_run(trial, "finetune", 3);
    struct spt_trial_result b = world_run(trial, "finetune", 4);

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
    struct spt_trial_result result = world_run(&world->trial, "expert", 0);

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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_contenders_by_name_and_their_strategies),
        cmocka_unit_test(frozen_keeps_the_transferred_layers_and_learns_the_others),
        cmocka_unit_test(frozen_in_every_layer_stays_the_source_model),
        cmocka_unit_test(
            finetune_begins_with_the_transferred_layers_and_changes_them_all),
        cmocka_unit_test(a_model_taken_whole_goes_as_far_as_the_labels_weigh),
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
    };

    return cmocka_run_group_tests(tests, world_open, world_close);
}
