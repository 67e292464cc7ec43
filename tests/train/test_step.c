/*
 * test_step.c - what a step sees, how it weighs it, and how many make an epoch.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "support/material.h"
#include "train/stepping.h"

/* Nothing moves, so that a step only measures its loss. */
static struct spt_settings
still_settings(uint32_t tile)
{
    struct spt_settings settings = stepping_dense;

    settings.tile = tile;
    settings.dropout = 0;
    settings.optimiser = (struct spt_optimiser_settings){.rule = SPT_RULE_SGD};
    return settings;
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

/* A pixel beside its label would cost a loss of 30. */
static void
each_label_belongs_to_the_middle_of_its_window(void **state)
{
    static const char *const nets[] = {"window4 conv3-1 FC-1", "window5 conv3-1 FC-1",
                                       "window8 conv3-1 FC-1"};
    static const uint32_t tiles[] = {5, 13, 17, 25};
    struct spt_samples samples;

    (void)state;
    stepping_masks(&samples);
    for (size_t n = 0; n < 3; n++)
        for (size_t t = 0; t <= 4; t++) {
            struct spt_net *net = make_pixel_net(nets[n]);
            struct spt_settings settings = still_settings(t < 4 ? tiles[t] : 0);
            struct spt_trainer *trainer;

            if (t == 4)
                settings.form = SPT_FORM_PATCH;
            trainer = stepping_trainer(net, &samples, settings, 2, 0);
            assert_true(stepping_take(trainer, 40, 0) < 1e-9);
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
    trainer = stepping_trainer(net, samples, settings, 3, 0);
    for (int i = 0; i < steps; i++) {
        double weight = stepping_take(trainer, 1, 0) / log(2);

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
    memset(spt_net_parameters(net), 0, stepping_parameter_bytes(net));
    spt_net_parameters(net)[spt_net_spec(net)->layer[1].biases] = -20;
    spt_net_changed(net);
    trainer = stepping_trainer(net, samples, settings, 3, 0);
    *holding = 0;
    for (int i = 0; i < STEPS; i++) {
        double loss = stepping_take(trainer, 1, 0);

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

/* Of one image that a tile covers: as many losses as views, each again and again. */
static void
an_image_is_seen_under_so_many_symmetries(void **state)
{
    static const uint32_t groups[] = {1, 2, 8};

    (void)state;
    for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++) {
        struct spt_settings settings = still_settings(24);
        struct spt_net *net = make_pixel_net("window4 conv3-2 FC-1");
        struct spt_samples samples;
        struct spt_trainer *trainer;
        double seen[9];
        size_t count = 0;

        settings.symmetries = groups[g];
        material_samples(&samples, 1, 24, 24, 6);
        spt_net_initialise(net, 3, 0);
        spt_net_changed(net);
        trainer = stepping_trainer(net, &samples, settings, 3, 0);
        for (int i = 0; i < 200; i++) {
            double loss = stepping_take(trainer, 1, 0);
            size_t at = 0;

            while (at < count && fabs(seen[at] - loss) > 1e-9)
                at++;
            if (at < count)
                continue;
            assert_true(count < groups[g]);
            seen[count++] = loss;
        }
        assert_int_equal(count, groups[g]);
        spt_trainer_free(trainer);
        spt_net_free(net);
        spt_samples_clear(&samples);
    }
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
    memset(spt_net_parameters(net), 0, stepping_parameter_bytes(net));
    spt_net_parameters(net)[spec->layer[1].biases] = 20;
    spt_net_changed(net);
    material_samples(&samples, 2, 24, 24, 5);
    trainer = stepping_trainer(net, &samples, settings, 3, 0);
    for (int i = 0; i < 5; i++)
        assert_true(fabs(stepping_take(trainer, 1, 0) - 10) < 1e-5);
    spt_trainer_free(trainer);
    spt_net_free(net);
    spt_samples_clear(&samples);
}

/* ---- epochs ---------------------------------------------------------------------- */

static void
an_epoch_sees_each_known_pixel_as_often_as_it_should(void **state)
{
    struct spt_settings settings = stepping_dense;
    struct spt_samples samples;
    struct spt_net *net = material_net(MATERIAL_NET, 6);
    struct spt_trainer *trainer;

    (void)state;
    material_samples(&samples, 2, 24, 24, 6);
    settings.views = 3;
    settings.tile = 15; /* the net's stride is 4 */
    trainer = stepping_trainer(net, &samples, settings, 1, 0);
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
    trainer = stepping_trainer(net, &samples, settings, 1, 0);
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
        struct spt_trainer *trainer = stepping_trainer(
            net, &samples, form ? stepping_patch : stepping_dense, 1, 0);

        assert_int_equal(spt_trainer_epoch_steps(trainer), 1);
        spt_trainer_free(trainer);
    }
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
        cmocka_unit_test(an_image_is_seen_under_so_many_symmetries),
        cmocka_unit_test(a_patch_weighs_each_of_its_windows_alike),
        cmocka_unit_test(a_patch_holds_as_many_others_as_membrane_pixels),
        cmocka_unit_test(an_epoch_sees_each_known_pixel_as_often_as_it_should),
        cmocka_unit_test(an_epoch_has_a_step_even_where_nothing_is_known),
    };

    /* Threads that wait for each other at every tiny layer are slow where other
     * programs hold the cores. */
    spt_engine_threads(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
