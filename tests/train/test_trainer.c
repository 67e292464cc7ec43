/*
 * test_trainer.c - steps learn, and what they learn from and keep is as it was said.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "support/material.h"
#include "train/evaluate.h"
#include "train/stepping.h"

static double
find_f_score(struct spt_net *net, const struct spt_samples *samples)
{
    static const struct spt_predict_options options;
    struct spt_predictor *predictor;
    struct spt_tally tally = {0};

    assert_int_equal(spt_predictor_create(net, &options, &predictor, NULL), SEPTUM_OK);
    assert_int_equal(spt_evaluate(predictor, samples, 1, NULL, &tally, NULL),
                     SEPTUM_OK);
    spt_predictor_free(predictor);
    return spt_tally_best(&tally).f_score;
}

static void
both_forms_learn_to_tell_membranes_in_both_precisions(void **state)
{
    struct spt_samples samples, others;

    (void)state;
    material_samples(&samples, 2, 40, 36, 7);
    material_samples(&others, 1, 40, 36, 8);
    for (int way = 0; way < 4; way++) {
        struct spt_settings settings = way % 2 ? stepping_patch : stepping_dense;
        struct spt_net *net = material_net(MATERIAL_NET, 9);
        struct spt_net *answer = material_net(MATERIAL_NET, 10);
        struct spt_trainer *trainer;
        double first, last;

        settings.dropout = 0;
        settings.precision = way < 2 ? SPT_PRECISION_F32 : SPT_PRECISION_BF16;
        trainer = stepping_trainer(net, &samples, settings, 1, 0);
        first = stepping_take(trainer, 10, 6e-3);
        stepping_take(trainer, 90, 6e-3);
        last = stepping_take(trainer, 10, 6e-3);
        assert_true(last < 0.5 * first);
        spt_trainer_publish(trainer, answer);
        /* One pixel beside the thin lines it would be a third of that. */
        assert_true(find_f_score(answer, &others) > 0.75);
        spt_trainer_free(trainer);
        spt_net_free(net);
        spt_net_free(answer);
    }
    spt_samples_clear(&samples);
    spt_samples_clear(&others);
}

static void
equal_seeds_learn_equal_weights_and_others_others(void **state)
{
    struct spt_samples samples;

    (void)state;
    spt_engine_threads(2); /* whose sums have one order all the same */
    material_samples(&samples, 2, 30, 26, 11);
    for (int form = 0; form < 2; form++) {
        struct spt_net *net[3];

        for (uint64_t i = 0; i < 3; i++) {
            struct spt_trainer *trainer;

            net[i] = material_net(MATERIAL_NET, 12);
            trainer = stepping_trainer(
                net[i], &samples, form ? stepping_patch : stepping_dense, i / 2, 0);
            stepping_take(trainer, 2, 1e-3);
            spt_trainer_free(trainer);
        }
        assert_memory_equal(spt_net_parameters(net[0]), spt_net_parameters(net[1]),
                            stepping_parameter_bytes(net[0]));
        assert_memory_not_equal(spt_net_parameters(net[0]), spt_net_parameters(net[2]),
                                stepping_parameter_bytes(net[0]));
        for (size_t i = 0; i < 3; i++)
            spt_net_free(net[i]);
    }
    spt_samples_clear(&samples);
    spt_engine_threads(1);
}

/* The layers of MATERIAL_NET with weights are numbers 0, 2, 4 and 5. */
static void
frozen_layers_stay_as_they_are(void **state)
{
    static const uint32_t place[] = {0, 2, 4, 5};
    struct spt_samples samples;

    (void)state;
    material_samples(&samples, 1, 30, 26, 13);
    for (uint32_t frozen = 1; frozen <= 4; frozen++) {
        struct spt_net *net = material_net(MATERIAL_NET, 14);
        struct spt_net *before = material_net(MATERIAL_NET, 14);
        const struct spt_spec *spec = spt_net_spec(net);
        struct spt_trainer *trainer =
            stepping_trainer(net, &samples, stepping_dense, 1, frozen);
        size_t kept =
            frozen < 4 ? spec->layer[place[frozen]].weights : spec->parameter_count;

        stepping_take(trainer, 5, 1e-3);
        assert_memory_equal(spt_net_parameters(net), spt_net_parameters(before),
                            kept * sizeof(float));
        for (uint32_t i = frozen; i < 4; i++) {
            const struct spt_layer *layer = &spec->layer[place[i]];

            assert_memory_not_equal(spt_net_parameters(net) + layer->weights,
                                    spt_net_parameters(before) + layer->weights,
                                    spt_layer_weight_count(layer) * sizeof(float));
        }
        spt_trainer_publish(trainer, before);
        assert_memory_equal(spt_net_parameters(net), spt_net_parameters(before),
                            kept * sizeof(float));
        spt_trainer_free(trainer);
        spt_net_free(net);
        spt_net_free(before);
    }
    spt_samples_clear(&samples);
}

static void
what_is_published_is_the_running_average(void **state)
{
    struct spt_samples samples;
    struct spt_net *net = material_net(MATERIAL_NET, 15);
    struct spt_net *answer = material_net(MATERIAL_NET, 16);
    struct spt_trainer *trainer;

    (void)state;
    material_samples(&samples, 1, 30, 26, 13);
    trainer = stepping_trainer(net, &samples, stepping_dense, 1, 0);
    stepping_take(trainer, 5, 1e-3);
    spt_trainer_publish(trainer, answer);
    assert_memory_equal(spt_net_parameters(answer),
                        spt_optimiser_average(spt_trainer_optimiser(trainer)),
                        stepping_parameter_bytes(net));
    assert_memory_not_equal(spt_net_parameters(answer), spt_net_parameters(net),
                            stepping_parameter_bytes(net));
    spt_trainer_free(trainer);
    spt_net_free(net);
    spt_net_free(answer);
    spt_samples_clear(&samples);
}

static void
what_is_published_stays_near_to_the_anchor(void **state)
{
    struct spt_settings settings = stepping_dense;
    struct spt_samples samples;
    struct spt_net *net = material_net(MATERIAL_NET, 15);
    struct spt_net *start = material_net(MATERIAL_NET, 15);
    struct spt_net *answer = material_net(MATERIAL_NET, 16);
    struct spt_trainer *trainer;
    const float *from = spt_net_parameters(start), *found = spt_net_parameters(answer);
    const float *average;

    (void)state;
    material_samples(&samples, 1, 30, 26, 13);
    settings.anchor = 9 * (double)samples.known; /* what is learnt weighs a quarter */
    trainer = stepping_trainer(net, &samples, settings, 1, 0);
    assert_int_equal(spt_trainer_anchor(trainer, NULL), SEPTUM_OK);
    stepping_take(trainer, 5, 1e-3);
    average = spt_optimiser_average(spt_trainer_optimiser(trainer));
    spt_trainer_publish(trainer, answer);
    for (size_t i = 0; i < spt_net_spec(net)->parameter_count; i++)
        assert_true(fabsf(found[i] - (0.75F * from[i] + 0.25F * average[i])) < 1e-6F);
    assert_memory_not_equal(found, from, stepping_parameter_bytes(net));
    spt_trainer_free(trainer);
    spt_net_free(net);
    spt_net_free(start);
    spt_net_free(answer);
    spt_samples_clear(&samples);
}

/* A trainer of `net`, which becomes what `from` has made of its own so far. */
static struct spt_trainer *
go_on_with(struct spt_net *net, const struct spt_samples *samples,
           struct spt_settings settings, struct spt_trainer *from,
           struct spt_net *from_net)
{
    struct spt_trainer *trainer = stepping_trainer(net, samples, settings, 5, 0);
    const struct spt_optimiser *before = spt_trainer_optimiser(from);
    struct spt_optimiser *optimiser = spt_trainer_optimiser(trainer);
    size_t bytes = stepping_parameter_bytes(net);

    memcpy(spt_net_parameters(net), spt_net_parameters(from_net), bytes);
    spt_net_changed(net);
    memcpy(optimiser->state, before->state, 3 * bytes);
    optimiser->steps = before->steps;
    return trainer;
}

static void
given_its_state_back_it_goes_on_as_if_it_had_never_stopped(void **state)
{
    struct spt_samples samples;

    (void)state;
    material_samples(&samples, 2, 30, 26, 17);
    for (int form = 0; form < 2; form++) {
        struct spt_settings settings = form ? stepping_patch : stepping_dense;
        struct spt_net *net = material_net(MATERIAL_NET, 18);
        struct spt_net *resumed = material_net(MATERIAL_NET, 19);
        struct spt_trainer *trainer = stepping_trainer(net, &samples, settings, 5, 0),
                           *other;
        size_t bytes = stepping_parameter_bytes(net);

        stepping_take(trainer, 7, 1e-3);
        other = go_on_with(resumed, &samples, settings, trainer, net);
        stepping_take(trainer, 6, 1e-3);
        stepping_take(other, 6, 1e-3);
        assert_int_equal(spt_trainer_optimiser(other)->steps, 13);
        assert_memory_equal(spt_net_parameters(resumed), spt_net_parameters(net),
                            bytes);
        assert_memory_equal(spt_trainer_optimiser(other)->state,
                            spt_trainer_optimiser(trainer)->state, 3 * bytes);
        spt_trainer_free(trainer);
        spt_trainer_free(other);
        spt_net_free(net);
        spt_net_free(resumed);
    }
    spt_samples_clear(&samples);
}

/* From then on it learns as one that has known them from the start, and not as it would
 * have without them. */
static void
labels_may_be_added_between_steps(void **state)
{
    struct spt_samples samples, fewer;
    struct spt_net *net = material_net(MATERIAL_NET, 20);
    struct spt_net *knowing = material_net(MATERIAL_NET, 21);
    struct spt_net *ignorant = material_net(MATERIAL_NET, 22);
    struct spt_trainer *trainer, *with, *without;
    size_t bytes = stepping_parameter_bytes(net);

    (void)state;
    stepping_masks(&samples);
    stepping_masks(&fewer);
    for (size_t at = 0; at < STEPPING_MASK_PIXELS; at++) {
        spt_samples_set_label(&samples, 1, at, SPT_LABEL_UNKNOWN);
        spt_samples_set_label(&fewer, 1, at, SPT_LABEL_UNKNOWN);
    }
    trainer = stepping_trainer(net, &samples, stepping_dense, 5, 0);
    stepping_take(trainer, 3, 1e-3);
    for (size_t at = 0; at < STEPPING_MASK_PIXELS; at++)
        spt_samples_set_label(&samples, 1, at, SPT_LABEL_OTHER);
    with = go_on_with(knowing, &samples, stepping_dense, trainer, net);
    without = go_on_with(ignorant, &fewer, stepping_dense, trainer, net);
    stepping_take(trainer, 3, 1e-3);
    stepping_take(with, 3, 1e-3);
    stepping_take(without, 3, 1e-3);
    assert_memory_equal(spt_net_parameters(net), spt_net_parameters(knowing), bytes);
    assert_memory_not_equal(spt_net_parameters(net), spt_net_parameters(ignorant),
                            bytes);
    spt_trainer_free(trainer);
    spt_trainer_free(with);
    spt_trainer_free(without);
    spt_trainer_free(NULL);
    spt_net_free(net);
    spt_net_free(knowing);
    spt_net_free(ignorant);
    spt_samples_clear(&samples);
    spt_samples_clear(&fewer);
}

static void
refuses_to_go_on_once_the_loss_is_no_number(void **state)
{
    struct spt_samples samples;
    struct spt_net *net = material_net(MATERIAL_NET, 21);
    size_t last = spt_net_spec(net)->parameter_count - 1;
    struct spt_trainer *trainer;
    struct septum_error err = {0};
    double loss;

    (void)state;
    material_samples(&samples, 1, 30, 26, 13);
    trainer = stepping_trainer(net, &samples, stepping_dense, 1, 0);
    stepping_take(trainer, 2, 1e-3);
    spt_net_parameters(net)[last] = NAN;
    spt_net_changed(net);
    assert_int_equal(spt_trainer_step(trainer, 0.5, &loss, &err), SEPTUM_EINVAL);
    assert_int_equal(err.status, SEPTUM_EINVAL);
    assert_string_equal(err.text, "training: the loss is no longer a number at step 2; "
                                  "the rate of 0.5 is too high for this net");
    assert_int_equal(spt_trainer_optimiser(trainer)->steps, 2);
    spt_trainer_free(trainer);
    spt_net_free(net);
    spt_samples_clear(&samples);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_forms_learn_to_tell_membranes_in_both_precisions),
        cmocka_unit_test(equal_seeds_learn_equal_weights_and_others_others),
        cmocka_unit_test(frozen_layers_stay_as_they_are),
        cmocka_unit_test(what_is_published_is_the_running_average),
        cmocka_unit_test(what_is_published_stays_near_to_the_anchor),
        cmocka_unit_test(given_its_state_back_it_goes_on_as_if_it_had_never_stopped),
        cmocka_unit_test(labels_may_be_added_between_steps),
        cmocka_unit_test(refuses_to_go_on_once_the_loss_is_no_number),
    };

    /* Threads that wait for each other at every tiny layer are slow where other
     * programs hold the cores. */
    spt_engine_threads(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
