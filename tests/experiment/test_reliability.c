/*
 * test_reliability.c - how reliable a trial's model is, and the diagram of it.
 */
#include "experiment/reliability.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "support/stripes.h"
#include "support/wellformed.h"
#include "train/hold_out.h"

struct world {
    struct spt_model model;
    struct spt_settings settings;
    struct spt_samples labelled, test;
    struct spt_trial trial;
};

static void
open_world(struct world *world)
{
    *world = (struct world){.model = stripes_model(1),
                            .settings = stripes_settings(),
                            .labelled = stripes_samples(2, 2),
                            .test = stripes_samples(2, 3)};
    world->trial = (struct spt_trial){.source = &world->model,
                                      .settings = &world->settings,
                                      .labelled = &world->labelled,
                                      .test = &world->test};
}

static void
close_world(struct world *world)
{
    spt_model_clear(&world->model);
    spt_samples_clear(&world->labelled);
    spt_samples_clear(&world->test);
}

static double
find_temperature(struct world *world, const struct spt_samples *samples)
{
    static struct spt_logits logits;
    const struct spt_measure_options options = {0};
    struct spt_net *net = stripes_net(&world->model);
    struct spt_predictor *predictor = stripes_predictor(net);

    memset(&logits, 0, sizeof logits);
    assert_int_equal(
        spt_measure_logits(predictor, samples, 1, &options, NULL, &logits, NULL),
        SEPTUM_OK);
    spt_predictor_free(predictor);
    spt_net_free(net);
    return spt_logits_temperature(&logits);
}

static void
finds_the_temperature_on_labelled_images_and_reliability_on_the_others(void **state)
{
    struct spt_reliability_row row = {0};
    struct world world;
    uint64_t pixels = 0;

    (void)state;
    open_world(&world);
    world.settings.judges = 0;
    assert_int_equal(spt_reliability_find(&world.trial, &world.model, 0, &row, NULL),
                     SEPTUM_OK);
    assert_true(fabs(row.temperature - find_temperature(&world, &world.labelled)) <
                1e-9);
    for (size_t i = 0; i < SPT_RELIABILITY_BINS; i++)
        pixels += row.before.count[i];
    assert_int_equal(pixels, world.test.known);
    close_world(&world);
}

static void
finds_the_temperature_on_labels_kept_from_learning_where_there_are_some(void **state)
{
    struct spt_reliability_row row = {0};
    struct spt_samples copies = stripes_samples(2, 2), held = {0};
    struct world world;
    uint64_t known;

    (void)state;
    open_world(&world);
    known = world.labelled.known;
    world.settings.judges = 2;
    assert_int_equal(spt_samples_hold_out(&copies, STRIPES_WINDOW, 2, 9, &held, NULL),
                     SEPTUM_OK);
    assert_true(held.count > 0);
    assert_int_equal(spt_reliability_find(&world.trial, &world.model, 9, &row, NULL),
                     SEPTUM_OK);
    assert_true(fabs(row.temperature - find_temperature(&world, &held)) < 1e-9);
    assert_int_equal(world.labelled.known, known); /* not touched */
    spt_samples_clear(&copies);
    spt_samples_clear(&held);
    close_world(&world);
}

static void
draws_a_diagram_that_is_well_formed(void **state)
{
    const struct spt_reliability_row row = {
        .name = "a < b & c",
        .temperature = 2,
        .before = {.said = {[9] = 0.95}, .found = {[9] = 0.6}, .count = {[9] = 100}},
        .after = {.said = {[1] = 0.15, [7] = 0.75},
                  .found = {[1] = 0.1, [7] = 0.6},
                  .count = {[1] = 0, [7] = 100}},
    };
    struct spt_text text = {0};

    (void)state;
    spt_reliability_svg(&row, &text);
    assert_false(text.failed);
    spt_text_add(&text, "%c", 0);
    assert_null(wellformed_until((const char *)text.bytes.at));
    /* 0.95 of 260 right of 58, 0.6 of 260 above 274; a bin without pixels is not drawn
     */
    assert_non_null(
        strstr((const char *)text.bytes.at,
               "<circle cx=\"305.0\" cy=\"118.0\" r=\"9.0\" fill=\"none\""));
    assert_non_null(strstr((const char *)text.bytes.at, "<circle cx=\"253.0\""));
    assert_null(strstr((const char *)text.bytes.at, "<circle cx=\"97.0\""));
    spt_text_clear(&text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            finds_the_temperature_on_labelled_images_and_reliability_on_the_others),
        cmocka_unit_test(
            finds_the_temperature_on_labels_kept_from_learning_where_there_are_some),
        cmocka_unit_test(draws_a_diagram_that_is_well_formed),
    };

    spt_engine_threads(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
