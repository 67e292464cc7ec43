/*
 * test_trainer.c - what a step sees, how it weighs it, and that it learns.
 */
#include "train/trainer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/material.h"
#include "train/evaluate.h"

static const struct spt_settings dense = {
    .form = SPT_FORM_DENSE,
    .tile = 16,
    .windows = 32,
    .views = 1,
    .dropout = 0.25,
    .optimiser = {SPT_RULE_ADAM, .momentum = 0.9, .clip = 1, .horizon = 20},
};

static struct spt_settings
patch_settings(void)
{
    struct spt_settings settings = dense;

    settings.form = SPT_FORM_PATCH;
    return settings;
}

/* Nothing moves, so that a step only measures its loss. */
static struct spt_settings
still_settings(uint32_t tile)
{
    struct spt_settings settings = dense;

    settings.tile = tile;
    settings.dropout = 0;
    settings.optimiser = (struct spt_optimiser_settings){.rule = SPT_RULE_SGD};
    return settings;
}

static struct spt_trainer *
make_trainer(struct spt_net *net, const struct spt_samples *samples,
             struct spt_settings settings, uint64_t seed, uint32_t first_trained)
{
    struct spt_trainer *trainer;

    assert_int_equal(spt_trainer_create(net, samples, &settings, seed, first_trained,
                                        &trainer, NULL),
                     SEPTUM_OK);
    return trainer;
}

/* Some steps; returns the mean of their losses. */
static double
take_steps(struct spt_trainer *trainer, int steps, double rate)
{
    double sum = 0;

    for (int i = 0; i < steps; i++) {
        double loss;

        assert_int_equal(spt_trainer_step(trainer, rate, &loss, NULL), SEPTUM_OK);
        sum += loss / steps;
    }
    return sum;
}

static size_t
parameter_bytes(const struct spt_net *net)
{
    return spt_net_spec(net)->parameter_count * sizeof(float);
}

/* ---- what a step sees ------------------------------------------------------------ */

/* A net whose logit is 30 where the window's pixel is 1, and -30 where it is 0: its
 * convolution and its FC layer pick one value each. */
static struct spt_net *
make_pixel_net(const char *text)
{
    struct spt_spec spec;
    struct spt_net *net;
    float *parameters;
    const struct spt_layer *last;
    size_t at;

    assert_int_equal(spt_spec_parse(text, &spec, NULL), SEPTUM_OK);
    assert_int_equal(spt_net_create(&spec, &net, NULL), SEPTUM_OK);
    parameters = spt_net_parameters(net);
    last = &spec.layer[1];
    at = spec.window / 2 - 1;
    parameters[spec.layer[0].weights + 3 + 1] = 1;
    parameters[last->weights + at * last->in_side + at] = 60;
    parameters[last->biases] = -30;
    spt_net_changed(net);
    return net;
}

#define MASK_HEIGHT 13
#define MASK_WIDTH 19
#define MASK_PIXELS ((size_t)MASK_HEIGHT * MASK_WIDTH)

/* Images that are their own masks, without any symmetry; some pixels are unknown. */
static void
make_masks(struct spt_samples *out)
{
    struct spt_random random;

    spt_random_init(&random, 1, 0);
    material_samples(out, 2, MASK_HEIGHT, MASK_WIDTH, 1);
    for (size_t i = 0; i < 2; i++)
        for (size_t at = 0; at < MASK_PIXELS; at++) {
            uint8_t label = (uint8_t)spt_random_below(&random, 3);

            spt_samples_set_label(out, i, at, label);
            out->sample[i].pixels[at] = label == SPT_LABEL_MEMBRANE ? 1.0F : 0.0F;
        }
}

/* A pixel beside its label would cost a loss of 30. */
static void
each_label_belongs_to_the_middle_of_its_window(void **state)
{
    static const char *const nets[] = {"window4 conv3-1 FC-1", "window5 conv3-1 FC-1",
                                       "window8 conv3-1 FC-1"};
    static const uint32_t tiles[] = {5, 13, 17, 25};
    struct spt_samples samples;

    (void)state;
    make_masks(&samples);
    for (size_t n = 0; n < 3; n++)
        for (size_t t = 0; t <= 4; t++) {
            struct spt_net *net = make_pixel_net(nets[n]);
            struct spt_settings settings = still_settings(t < 4 ? tiles[t] : 0);
            struct spt_trainer *trainer;

            if (t == 4)
                settings.form = SPT_FORM_PATCH;
            trainer = make_trainer(net, &samples, settings, 2, 0);
            assert_true(take_steps(trainer, 40, 0) < 1e-9);
            spt_trainer_free(trainer);
            spt_net_free(net);
        }
    spt_samples_clear(&samples);
}

/* A net of zeros has the loss log 2 at every pixel, so that the loss of a step tells
 * the sum of its weights. */
static double
measure_weight(const struct spt_samples *samples, struct spt_settings settings,
               int steps, double *least, double *most)
{
    struct spt_spec spec;
    struct spt_net *net;
    struct spt_trainer *trainer;
    double sum = 0;

    *least = INFINITY;
    *most = 0;
    assert_int_equal(spt_spec_parse(MATERIAL_NET, &spec, NULL), SEPTUM_OK);
    assert_int_equal(spt_net_create(&spec, &net, NULL), SEPTUM_OK);
    trainer = make_trainer(net, samples, settings, 3, 0);
    for (int i = 0; i < steps; i++) {
        double weight = take_steps(trainer, 1, 0) / log(2);

        sum += weight / steps;
        *least = fmin(*least, weight);
        *most = fmax(*most, weight);
    }
    spt_trainer_free(trainer);
    spt_net_free(net);
    return sum;
}

/* The loss is the mean over a tile's windows when the classes weigh alike: 1 for a tile
 * whose pixels are those of all samples. */
static void
weights_balance_the_classes(void **state)
{
    struct spt_samples samples;
    double least, most;

    (void)state;
    material_samples(&samples, 1, 24, 24, 4);
    assert_true(samples.membrane > 0 && 2 * samples.membrane < samples.known);
    measure_weight(&samples, still_settings(24), 5, &least, &most);
    assert_true(fabs(least - 1) < 1e-5 && fabs(most - 1) < 1e-5);
    /* Unknown pixels have no weight. */
    for (size_t at = 0; at < 300; at++)
        spt_samples_set_label(&samples, 0, at, SPT_LABEL_UNKNOWN);
    measure_weight(&samples, still_settings(24), 5, &least, &most);
    assert_true(fabs(least - 276.0 / 576) < 1e-5 && fabs(most - 276.0 / 576) < 1e-5);
    spt_samples_clear(&samples);
    /* Nor has what lies outside the image: 400 of the tile's 576 pixels are within. */
    material_samples(&samples, 1, 20, 20, 4);
    measure_weight(&samples, still_settings(24), 5, &least, &most);
    assert_true(fabs(least - 400.0 / 576) < 1e-5 && fabs(most - 400.0 / 576) < 1e-5);
    spt_samples_clear(&samples);
}

/* Drawn, the weight is (membrane + others drawn) / (2 membrane): the others number as
 * many as the membrane pixels on average, and vary as a binomial number does. */
static void
a_drawn_balance_takes_as_many_others_as_membrane_pixels(void **state)
{
    enum {
        STEPS = 60
    };
    struct spt_settings settings = still_settings(24);
    struct spt_samples samples;
    double least, most, mean, others, membrane, deviation;

    (void)state;
    settings.drawn = true;
    material_samples(&samples, 1, 24, 24, 5);
    mean = measure_weight(&samples, settings, STEPS, &least, &most);
    membrane = (double)samples.membrane;
    others = (double)samples.known - membrane;
    deviation = sqrt(membrane * (1 - membrane / others)) / (2 * membrane);
    assert_true(fabs(mean - 1) < 5 * deviation / sqrt(STEPS));
    assert_true(least < 1 - deviation && least > 1 - 6 * deviation);
    assert_true(most > 1 + deviation && most < 1 + 6 * deviation);
    spt_samples_clear(&samples);
}

/* Mean loss of a net that says "other" of all, by a logit of -20, so that only membrane
 * costs; *holding becomes the share of tiles that have some. */
static double
miss_membrane(const struct spt_samples *samples, double on_membrane, double *holding)
{
    enum {
        STEPS = 4000
    };
    struct spt_settings settings = still_settings(16);
    struct spt_net *net = make_pixel_net("window4 conv3-1 FC-1");
    struct spt_trainer *trainer;
    double mean = 0;

    settings.on_membrane = on_membrane;
    memset(spt_net_parameters(net), 0, parameter_bytes(net));
    spt_net_parameters(net)[spt_net_spec(net)->layer[1].biases] = -20;
    spt_net_changed(net);
    trainer = make_trainer(net, samples, settings, 3, 0);
    *holding = 0;
    for (int i = 0; i < STEPS; i++) {
        double loss = take_steps(trainer, 1, 0);

        mean += loss / STEPS;
        *holding += (loss > 1e-3) / (double)STEPS;
    }
    spt_trainer_free(trainer);
    spt_net_free(net);
    return mean;
}

/* 10 x 10 pixels of membrane in the middle of 128 x 128. */
static void
rare_membrane_is_in_half_of_the_tiles_and_the_loss_stays_what_it_is(void **state)
{
    struct spt_samples samples;
    const size_t side = 128, first = 59, thick = 10;
    double anywhere, placed, rarely, often;

    (void)state;
    material_samples(&samples, 1, (uint32_t)side, (uint32_t)side, 5);
    for (size_t y = 0; y < side; y++)
        for (size_t x = 0; x < side; x++) {
            bool inside = y - first < thick && x - first < thick;

            spt_samples_set_label(&samples, 0, y * side + x,
                                  inside ? SPT_LABEL_MEMBRANE : SPT_LABEL_OTHER);
        }
    anywhere = miss_membrane(&samples, 0, &rarely);
    placed = miss_membrane(&samples, 0.5, &often);
    /* Half of the weight is membrane's. */
    assert_true(fabs(anywhere - 10) < 1.5);
    assert_true(fabs(placed - 10) < 0.5);
    assert_true(rarely < 0.06);
    assert_true(often > 0.48 && often < 0.56);
    spt_samples_clear(&samples);
}

static void
a_patch_weighs_each_of_its_windows_alike(void **state)
{
    struct spt_settings settings = still_settings(24);
    struct spt_samples samples;
    double least, most;

    (void)state;
    settings.form = SPT_FORM_PATCH;
    material_samples(&samples, 1, 24, 24, 5);
    measure_weight(&samples, settings, 5, &least, &most);
    assert_true(fabs(least - 1) < 1e-6 && fabs(most - 1) < 1e-6);
    spt_samples_clear(&samples);
}

/* A patch batch holds as many membrane pixels as others: a net that says "membrane" of
 * all, by a logit of 20, is wrong in half of them. */
static void
a_patch_holds_as_many_others_as_membrane_pixels(void **state)
{
    struct spt_settings settings = still_settings(24);
    struct spt_samples samples;
    struct spt_net *net = make_pixel_net("window4 conv3-1 FC-1");
    const struct spt_spec *spec = spt_net_spec(net);
    struct spt_trainer *trainer;

    (void)state;
    settings.form = SPT_FORM_PATCH;
    memset(spt_net_parameters(net), 0, parameter_bytes(net));
    spt_net_parameters(net)[spec->layer[1].biases] = 20;
    spt_net_changed(net);
    material_samples(&samples, 2, 24, 24, 5);
    trainer = make_trainer(net, &samples, settings, 3, 0);
    for (int i = 0; i < 5; i++)
        assert_true(fabs(take_steps(trainer, 1, 0) - 10) < 1e-5);
    spt_trainer_free(trainer);
    spt_net_free(net);
    spt_samples_clear(&samples);
}

/* ---- epochs ---------------------------------------------------------------------- */

static void
an_epoch_sees_each_known_pixel_as_often_as_it_should(void **state)
{
    struct spt_settings settings = dense;
    struct spt_samples samples;
    struct spt_net *net = material_net(MATERIAL_NET, 6);
    struct spt_trainer *trainer;

    (void)state;
    material_samples(&samples, 2, 24, 24, 6);
    settings.views = 3;
    settings.tile = 15; /* the net's stride is 4 */
    trainer = make_trainer(net, &samples, settings, 1, 0);
    assert_int_equal(spt_trainer_step_windows(trainer), 256);
    assert_int_equal(spt_trainer_epoch_steps(trainer), 14); /* 3 * 1152 / 256 = 13.5 */
    for (size_t at = 0; at < 214; at++)
        spt_samples_set_label(&samples, 0, at, SPT_LABEL_UNKNOWN);
    assert_int_equal(spt_trainer_epoch_steps(trainer), 11); /* 3 * 938 / 256 = 10.99 */
    spt_samples_set_label(&samples, 0, 0, SPT_LABEL_OTHER);
    spt_samples_set_label(&samples, 0, 1, SPT_LABEL_OTHER);
    assert_int_equal(spt_trainer_epoch_steps(trainer), 12); /* 3 * 940 / 256 = 11.02 */
    spt_trainer_free(trainer);

    settings.form = SPT_FORM_PATCH;
    trainer = make_trainer(net, &samples, settings, 1, 0);
    assert_int_equal(spt_trainer_step_windows(trainer), 32);
    assert_int_equal(spt_trainer_epoch_steps(trainer),
                     (6 * samples.membrane + 31) / 32);
    spt_trainer_free(trainer);
    spt_net_free(net);
    spt_samples_clear(&samples);
}

static void
an_epoch_has_a_step_even_where_nothing_is_known(void **state)
{
    struct spt_samples samples;
    struct spt_net *net = material_net(MATERIAL_NET, 6);

    (void)state;
    material_samples(&samples, 1, 16, 16, 6);
    for (size_t at = 0; at < 256; at++)
        spt_samples_set_label(&samples, 0, at, SPT_LABEL_UNKNOWN);
    for (int form = 0; form < 2; form++) {
        struct spt_trainer *trainer =
            make_trainer(net, &samples, form ? patch_settings() : dense, 1, 0);

        assert_int_equal(spt_trainer_epoch_steps(trainer), 1);
        spt_trainer_free(trainer);
    }
    spt_net_free(net);
    spt_samples_clear(&samples);
}

/* ---- learning -------------------------------------------------------------------- */

static double
find_f_score(struct spt_net *net, const struct spt_samples *samples)
{
    static const struct spt_predict_options options;
    struct spt_predictor *predictor;
    struct spt_tally tally = {0};

    assert_int_equal(spt_predictor_create(net, &options, &predictor, NULL), SEPTUM_OK);
    assert_int_equal(spt_evaluate(predictor, samples, 1, NULL, NULL, &tally, NULL),
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
        struct spt_settings settings = way % 2 ? patch_settings() : dense;
        struct spt_net *net = material_net(MATERIAL_NET, 9);
        struct spt_net *answer = material_net(MATERIAL_NET, 10);
        struct spt_trainer *trainer;
        double first, last;

        settings.dropout = 0;
        settings.precision = way < 2 ? SPT_PRECISION_F32 : SPT_PRECISION_BF16;
        trainer = make_trainer(net, &samples, settings, 1, 0);
        first = take_steps(trainer, 10, 6e-3);
        take_steps(trainer, 90, 6e-3);
        last = take_steps(trainer, 10, 6e-3);
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
            trainer = make_trainer(net[i], &samples, form ? patch_settings() : dense,
                                   i / 2, 0);
            take_steps(trainer, 2, 1e-3);
            spt_trainer_free(trainer);
        }
        assert_memory_equal(spt_net_parameters(net[0]), spt_net_parameters(net[1]),
                            parameter_bytes(net[0]));
        assert_memory_not_equal(spt_net_parameters(net[0]), spt_net_parameters(net[2]),
                                parameter_bytes(net[0]));
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
        struct spt_trainer *trainer = make_trainer(net, &samples, dense, 1, frozen);
        size_t kept =
            frozen < 4 ? spec->layer[place[frozen]].weights : spec->parameter_count;

        take_steps(trainer, 5, 1e-3);
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
    trainer = make_trainer(net, &samples, dense, 1, 0);
    take_steps(trainer, 5, 1e-3);
    spt_trainer_publish(trainer, answer);
    assert_memory_equal(spt_net_parameters(answer),
                        spt_optimiser_average(spt_trainer_optimiser(trainer)),
                        parameter_bytes(net));
    assert_memory_not_equal(spt_net_parameters(answer), spt_net_parameters(net),
                            parameter_bytes(net));
    spt_trainer_free(trainer);
    spt_net_free(net);
    spt_net_free(answer);
    spt_samples_clear(&samples);
}

static void
given_its_state_back_it_goes_on_as_if_it_had_never_stopped(void **state)
{
    struct spt_samples samples;

    (void)state;
    material_samples(&samples, 2, 30, 26, 17);
    for (int form = 0; form < 2; form++) {
        struct spt_settings settings = form ? patch_settings() : dense;
        struct spt_net *net = material_net(MATERIAL_NET, 18);
        struct spt_net *resumed = material_net(MATERIAL_NET, 19);
        struct spt_trainer *trainer = make_trainer(net, &samples, settings, 5, 0),
                           *other;
        struct spt_optimiser *from = spt_trainer_optimiser(trainer), *to;
        size_t bytes = parameter_bytes(net);

        take_steps(trainer, 7, 1e-3);
        other = make_trainer(resumed, &samples, settings, 5, 0);
        to = spt_trainer_optimiser(other);
        memcpy(spt_net_parameters(resumed), spt_net_parameters(net), bytes);
        spt_net_changed(resumed);
        memcpy(to->state, from->state, 3 * bytes);
        to->steps = from->steps;
        take_steps(trainer, 6, 1e-3);
        take_steps(other, 6, 1e-3);
        assert_int_equal(to->steps, 13);
        assert_memory_equal(spt_net_parameters(resumed), spt_net_parameters(net),
                            bytes);
        assert_memory_equal(to->state, from->state, 3 * bytes);
        spt_trainer_free(trainer);
        spt_trainer_free(other);
        spt_net_free(net);
        spt_net_free(resumed);
    }
    spt_samples_clear(&samples);
}

static void
labels_may_be_added_between_steps(void **state)
{
    struct spt_samples samples;
    struct spt_net *net = material_net(MATERIAL_NET, 20);
    struct spt_trainer *trainer;

    (void)state;
    make_masks(&samples);
    for (size_t at = 0; at < MASK_PIXELS; at++)
        spt_samples_set_label(&samples, 1, at, SPT_LABEL_UNKNOWN);
    trainer = make_trainer(net, &samples, dense, 1, 0);
    take_steps(trainer, 3, 1e-3);
    for (size_t at = 0; at < MASK_PIXELS; at++)
        spt_samples_set_label(&samples, 1, at, SPT_LABEL_OTHER);
    take_steps(trainer, 3, 1e-3);
    assert_int_equal(spt_trainer_optimiser(trainer)->steps, 6);
    spt_trainer_free(trainer);
    spt_trainer_free(NULL);
    spt_net_free(net);
    spt_samples_clear(&samples);
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
    trainer = make_trainer(net, &samples, dense, 1, 0);
    take_steps(trainer, 2, 1e-3);
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
        cmocka_unit_test(each_label_belongs_to_the_middle_of_its_window),
        cmocka_unit_test(weights_balance_the_classes),
        cmocka_unit_test(a_drawn_balance_takes_as_many_others_as_membrane_pixels),
        cmocka_unit_test(
            rare_membrane_is_in_half_of_the_tiles_and_the_loss_stays_what_it_is),
        cmocka_unit_test(a_patch_weighs_each_of_its_windows_alike),
        cmocka_unit_test(a_patch_holds_as_many_others_as_membrane_pixels),
        cmocka_unit_test(an_epoch_sees_each_known_pixel_as_often_as_it_should),
        cmocka_unit_test(an_epoch_has_a_step_even_where_nothing_is_known),
        cmocka_unit_test(both_forms_learn_to_tell_membranes_in_both_precisions),
        cmocka_unit_test(equal_seeds_learn_equal_weights_and_others_others),
        cmocka_unit_test(frozen_layers_stay_as_they_are),
        cmocka_unit_test(what_is_published_is_the_running_average),
        cmocka_unit_test(given_its_state_back_it_goes_on_as_if_it_had_never_stopped),
        cmocka_unit_test(labels_may_be_added_between_steps),
        cmocka_unit_test(refuses_to_go_on_once_the_loss_is_no_number),
    };

    /* Threads that wait for each other at every tiny layer are slow where other
     * programs hold the cores. */
    spt_engine_threads(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
