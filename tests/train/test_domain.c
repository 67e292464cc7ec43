/*
 * test_domain.c - a source model that knows dark membranes meets bright ones, or
 * membranes of another width.
 */
#include "train/domain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/lines.h"
#include "support/material.h"

#define SIDE 24
#define PIXELS ((size_t)SIDE * SIDE)

static void
predict(const struct spt_model *model, const float *pixels, float *membrane)
{
    static const struct spt_predict_options options;
    struct spt_predictor *predictor;
    struct spt_net *net;

    assert_int_equal(spt_net_create(&model->spec, &net, NULL), SEPTUM_OK);
    memcpy(spt_net_parameters(net), model->parameters,
           model->spec.parameter_count * sizeof(float));
    spt_net_changed(net);
    assert_int_equal(spt_predictor_create(net, &options, &predictor, NULL), SEPTUM_OK);
    assert_int_equal(spt_predict(predictor, pixels, SIDE, SIDE, membrane, NULL),
                     SEPTUM_OK);
    spt_predictor_free(predictor);
    spt_net_free(net);
}

static struct spt_domain
meet(struct spt_model *model, const struct spt_samples *samples)
{
    struct spt_domain domain;

    assert_int_equal(
        spt_domain_meet(model, samples, SPT_PRECISION_F32, NULL, &domain, NULL),
        SEPTUM_OK);
    return domain;
}

static void
a_negated_model_says_of_an_image_what_it_said_of_its_negative(void **state)
{
    struct spt_net *drawn = material_net(MATERIAL_NET, 3);
    struct spt_model model = {0};
    float pixels[PIXELS], negative[PIXELS], before[PIXELS], after[PIXELS];

    (void)state;
    material_fill(pixels, PIXELS, 4);
    for (size_t i = 0; i < PIXELS; i++)
        negative[i] = -pixels[i];
    assert_int_equal(spt_model_init(&model, spt_net_spec(drawn), NULL), SEPTUM_OK);
    memcpy(model.parameters, spt_net_parameters(drawn),
           model.spec.parameter_count * sizeof(float));
    predict(&model, negative, before);
    spt_model_negate(&model);
    predict(&model, pixels, after);
    assert_memory_equal(before, after, sizeof before);
    spt_model_negate(&model);
    assert_memory_equal(model.parameters, spt_net_parameters(drawn),
                        model.spec.parameter_count * sizeof(float));
    spt_model_clear(&model);
    spt_net_free(drawn);
}

static void
turns_a_model_of_dark_membranes_that_meets_bright_ones(void **state)
{
    struct spt_model model = lines_bright_model(-1);
    const size_t middle = model.spec.layer[0].weights + 4;
    struct spt_samples samples;
    struct spt_domain domain;

    (void)state;
    material_samples(&samples, 2, SIDE, SIDE, 1);
    domain = meet(&model, &samples);
    assert_true(domain.inverse);
    assert_true(domain.negative_f_score > domain.f_score + 0.05);
    assert_true(model.parameters[middle] == 1);
    spt_samples_clear(&samples);
    spt_model_clear(&model);
}

static void
leaves_a_model_of_bright_membranes_that_meets_bright_ones(void **state)
{
    struct spt_model model = lines_bright_model(1), dark = lines_bright_model(-1);
    const size_t middle = model.spec.layer[0].weights + 4;
    struct spt_domain domain, other;
    struct spt_samples samples;

    (void)state;
    material_samples(&samples, 2, SIDE, SIDE, 1);
    domain = meet(&model, &samples);
    assert_false(domain.inverse);
    assert_true(model.parameters[middle] == 1);
    /* What one finds in the images, the other finds in their negatives. */
    other = meet(&dark, &samples);
    assert_true(domain.f_score == other.negative_f_score);
    assert_true(domain.negative_f_score == other.f_score);
    spt_samples_clear(&samples);
    spt_model_clear(&model);
    spt_model_clear(&dark);
}

/* A model that knows nothing finds as much in an image as in its negative. */
static void
leaves_a_model_when_there_is_nothing_to_choose(void **state)
{
    struct spt_model model = lines_bright_model(0);
    struct spt_samples samples;
    struct spt_domain domain;

    (void)state;
    material_samples(&samples, 2, SIDE, SIDE, 1);
    domain = meet(&model, &samples);
    assert_false(domain.inverse);
    assert_true(domain.f_score == domain.negative_f_score);
    spt_samples_clear(&samples);
    spt_model_clear(&model);
}

static bool
refuse(void *user, double fraction)
{
    (void)user;
    (void)fraction;
    return false;
}

static void
leaves_a_model_as_it_was_when_stopped(void **state)
{
    struct spt_model model = lines_bright_model(-1);
    const size_t middle = model.spec.layer[0].weights + 4;
    struct spt_samples samples;
    const struct spt_watch watch = {refuse, NULL};
    struct spt_domain domain;

    (void)state;
    material_samples(&samples, 2, SIDE, SIDE, 1);
    assert_int_equal(
        spt_domain_meet(&model, &samples, SPT_PRECISION_F32, &watch, &domain, NULL),
        SEPTUM_ESTOPPED);
    assert_true(model.parameters[middle] == -1);
    spt_samples_clear(&samples);
    spt_model_clear(&model);
}

static struct spt_domain
zoom(const struct spt_model *model, uint32_t thickness)
{
    struct spt_domain domain = {0};
    struct spt_samples samples;

    lines_samples(&samples, thickness);
    assert_int_equal(
        spt_domain_zoom(model, &samples, SPT_PRECISION_F32, NULL, &domain, NULL),
        SEPTUM_OK);
    spt_samples_clear(&samples);
    return domain;
}

static void
finds_the_size_that_suits_the_model(void **state)
{
    struct spt_model model = lines_thin_model();
    struct spt_domain thin = zoom(&model, 1), thick = zoom(&model, 2);
    char text[SPT_DOMAIN_TEXT];

    (void)state;
    assert_true(thin.zoom_f_score[SPT_ZOOM_SAME] == 1);
    assert_true(thin.zoom_f_score[SPT_ZOOM_DOUBLE] < 0.9);
    spt_domain_describe(&thin, text);
    assert_null(strstr(text, "would suit"));
    assert_true(thick.zoom_f_score[SPT_ZOOM_HALF] == 1);
    assert_true(thick.zoom_f_score[SPT_ZOOM_SAME] < 0.9);
    spt_domain_describe(&thick, text);
    assert_non_null(strstr(text, ": images of half the size would suit it better"));
    spt_model_clear(&model);
}

static void
says_what_was_found(void **state)
{
    const struct spt_domain turned = {
        .f_score = 0.2,
        .negative_f_score = 0.65,
        .inverse = true,
        .calibration_error = 0.123,
        .zoom_f_score = {0.65, 0.6, 0.75},
    };
    const struct spt_domain same = {.f_score = 0.8, .negative_f_score = 0.3};
    const struct spt_domain coarse = {.zoom_f_score = {0.5, 0.7, 0.1}, .coarse = true};
    const struct spt_domain nothing = {0};
    char text[SPT_DOMAIN_TEXT];

    (void)state;
    spt_domain_describe(&turned, text);
    assert_string_equal(
        text, "the source model, untouched, has F-score 0.200 here and 0.650 on "
              "negatives: it is turned to see negatives; its probabilities are off by "
              "0.12 on average; on a part of an image it has 0.650, at half the size "
              "0.600, at double 0.750: images of double the size would suit it better");
    spt_domain_describe(&same, text);
    assert_string_equal(text, "the source model, untouched, has F-score 0.800 here and "
                              "0.300 on negatives; its probabilities are off by 0.00 "
                              "on average");
    spt_domain_describe(&coarse, text);
    assert_string_equal(text,
                        "the source model, untouched, on a part of an image has "
                        "0.500, at half the size 0.700, at double 0.100: it looks "
                        "at these images at half their size");
    spt_domain_describe(&nothing, text);
    assert_string_equal(text, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_negated_model_says_of_an_image_what_it_said_of_its_negative),
        cmocka_unit_test(turns_a_model_of_dark_membranes_that_meets_bright_ones),
        cmocka_unit_test(leaves_a_model_of_bright_membranes_that_meets_bright_ones),
        cmocka_unit_test(leaves_a_model_when_there_is_nothing_to_choose),
        cmocka_unit_test(leaves_a_model_as_it_was_when_stopped),
        cmocka_unit_test(finds_the_size_that_suits_the_model),
        cmocka_unit_test(says_what_was_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
