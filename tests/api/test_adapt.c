/*
 * test_adapt.c - what a source model becomes when it meets a new domain.
 */
#include "api/adapt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "support/lines.h"

/* The text of the net that thin lines' model becomes, and what is said of it. */
struct outcome {
    enum septum_status status;
    char net[SPT_SPEC_TEXT], text[SPT_DOMAIN_TEXT];
    float middle; /* weight of the pixel itself */
    struct septum_error err;
};

static struct outcome
adapt(uint32_t thickness, const char *preset, struct spt_adaptation how)
{
    const struct spt_listener nobody = {0};
    struct spt_model model = lines_thin_model();
    struct spt_samples samples;
    struct outcome outcome = {0};

    lines_samples(&samples, thickness);
    outcome.status = spt_adapt(&model, &samples, &how, spt_settings_find(preset),
                               &nobody, outcome.text, &outcome.err);
    spt_spec_format(&model.spec, outcome.net);
    outcome.middle = model.parameters[spt_spec_weighted(&model.spec, 0)->weights + 4];
    spt_samples_clear(&samples);
    spt_model_clear(&model);
    return outcome;
}

static void
looks_at_half_the_size_where_that_suits_it_better(void **state)
{
    const struct spt_adaptation how = {.least_side = LINES_SIDE, .whole = true};
    struct outcome thin = adapt(1, "default", how), thick = adapt(2, "default", how);

    (void)state;
    assert_int_equal(thin.status, SEPTUM_OK);
    assert_string_equal(thin.net, "window3 conv3-1 FC-1");
    assert_null(strstr(thin.text, "look"));
    assert_int_equal(thick.status, SEPTUM_OK);
    assert_string_equal(thick.net, "window6 mean2 conv3-1 FC-1");
    assert_non_null(
        strstr(thick.text, ": it looks at these images at half their size"));
}

static void
only_says_so_where_an_image_is_too_small_or_the_first_layers_are_taken(void **state)
{
    struct outcome part =
        adapt(2, "default",
              (struct spt_adaptation){.least_side = LINES_SIDE, .whole = false});
    struct outcome outcome =
        adapt(2, "default", (struct spt_adaptation){.least_side = 11, .whole = true});

    (void)state;
    assert_int_equal(outcome.status, SEPTUM_OK);
    assert_string_equal(outcome.net, "window3 conv3-1 FC-1");
    assert_non_null(
        strstr(outcome.text, "images of half the size would suit it better"));
    assert_string_equal(part.net, "window3 conv3-1 FC-1");
    assert_string_equal(part.text, outcome.text);
}

static void
does_what_it_is_told_without_looking(void **state)
{
    struct spt_adaptation how = {
        .polarity = SEPTUM_POLARITY_SAME,
        .pixel_size = SEPTUM_PIXEL_SIZE_SAME,
        .least_side = LINES_SIDE,
    };
    struct outcome same = adapt(2, "default", how), turned, half;

    (void)state;
    assert_string_equal(same.net, "window3 conv3-1 FC-1");
    assert_string_equal(same.text, "");
    assert_true(same.middle > 0);
    how.polarity = SEPTUM_POLARITY_INVERSE;
    turned = adapt(2, "default", how);
    assert_string_equal(turned.text, "");
    assert_true(turned.middle == -same.middle);
    how.pixel_size = SEPTUM_PIXEL_SIZE_HALF;
    half = adapt(1, "default", how);
    assert_string_equal(half.net, "window6 mean2 conv3-1 FC-1");
    how.least_side = 5;
    half = adapt(1, "default", how);
    assert_int_equal(half.status, SEPTUM_EINVAL);
    assert_string_equal(
        half.err.text, "half the size needs images of 6 x 6 pixels or more, and one is "
                       "only 5 wide or high");
}

static void
the_papers_preset_leaves_it_as_it_is(void **state)
{
    struct outcome outcome = adapt(
        2, "paper", (struct spt_adaptation){.least_side = LINES_SIDE, .whole = true});

    (void)state;
    assert_int_equal(outcome.status, SEPTUM_OK);
    assert_string_equal(outcome.net, "window3 conv3-1 FC-1");
    assert_string_equal(outcome.text, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks_at_half_the_size_where_that_suits_it_better),
        cmocka_unit_test(
            only_says_so_where_an_image_is_too_small_or_the_first_layers_are_taken),
        cmocka_unit_test(does_what_it_is_told_without_looking),
        cmocka_unit_test(the_papers_preset_leaves_it_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
