/*
 * test_settings.c - the presets, and the rate over a training.
 */
#include "train/settings.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
finds_the_presets_by_name(void **state)
{
    const struct spt_settings *settings = spt_settings_find("default");

    (void)state;
    assert_non_null(settings);
    assert_string_equal(settings->name, "default");
    assert_int_equal(settings->form, SPT_FORM_DENSE);
    assert_false(settings->drawn);
    settings = spt_settings_find("paper");
    assert_non_null(settings);
    assert_string_equal(settings->name, "paper");
    assert_int_equal(settings->form, SPT_FORM_PATCH);
    assert_true(settings->drawn);
    assert_int_equal(settings->optimiser.rule, SPT_RULE_SGD);
}

static void
finds_nothing_under_another_name(void **state)
{
    (void)state;
    assert_null(spt_settings_find("Default"));
    assert_null(spt_settings_find("def"));
    assert_null(spt_settings_find(""));
}

/* What a preset must have for a training to make sense. */
static void
the_presets_are_usable_in_both_forms(void **state)
{
    static const char *const names[] = {"default", "paper"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct spt_settings *settings = spt_settings_find(names[i]);

        assert_true(settings->tile > 0 && settings->windows > 0);
        assert_true(settings->views > 0 && settings->epochs > 0 && settings->rate > 0);
        assert_true(settings->hold > 0 && settings->hold <= 1);
        assert_true(settings->dropout >= 0 && settings->dropout < 1);
        assert_true(settings->optimiser.momentum >= 0 &&
                    settings->optimiser.momentum < 1);
    }
}

static bool
is_close(double found, double wanted)
{
    return fabs(found - wanted) < 1e-12;
}

static void
the_rate_grows_over_the_ramp(void **state)
{
    struct spt_settings settings = {.rate = 0.4, .ramp = 4, .hold = 0.5};

    (void)state;
    assert_true(is_close(spt_settings_rate(&settings, 0, 0), 0.1));
    assert_true(is_close(spt_settings_rate(&settings, 1, 0), 0.2));
    assert_true(is_close(spt_settings_rate(&settings, 3, 0), 0.4));
    assert_true(is_close(spt_settings_rate(&settings, 4, 0), 0.4));
    settings.ramp = 0;
    assert_true(is_close(spt_settings_rate(&settings, 0, 0), 0.4));
}

static void
the_rate_holds_and_then_falls_to_nothing(void **state)
{
    struct spt_settings settings = {.rate = 0.4, .ramp = 4, .hold = 0.75};

    (void)state;
    assert_true(is_close(spt_settings_rate(&settings, 100, 0.1), 0.4));
    assert_true(is_close(spt_settings_rate(&settings, 100, 0.75), 0.4));
    assert_true(is_close(spt_settings_rate(&settings, 100, 0.875), 0.2));
    assert_true(is_close(spt_settings_rate(&settings, 100, 0.95), 0.08));
    assert_true(is_close(spt_settings_rate(&settings, 100, 1), 0));
    assert_true(is_close(spt_settings_rate(&settings, 100, 1.5), 0));
}

/* A training so short that it ends within the ramp. */
static void
ramp_and_fall_may_overlap(void **state)
{
    struct spt_settings settings = {.rate = 0.4, .ramp = 10, .hold = 0.5};

    (void)state;
    assert_true(is_close(spt_settings_rate(&settings, 4, 0.75), 0.4 * 0.5 * 0.5));
}

static void
a_hold_of_one_never_falls(void **state)
{
    struct spt_settings settings = {.rate = 0.4, .hold = 1};

    (void)state;
    assert_true(is_close(spt_settings_rate(&settings, 9, 0.999), 0.4));
    assert_true(is_close(spt_settings_rate(&settings, 9, 1), 0.4));
}

static void
what_is_learnt_weighs_more_the_more_is_labelled(void **state)
{
    struct spt_settings settings = {.anchor = 3000};

    (void)state;
    assert_true(is_close(spt_settings_learnt(&settings, 750), 1 / 3.0));
    assert_true(is_close(spt_settings_learnt(&settings, 3000), 0.5));
    assert_true(is_close(spt_settings_learnt(&settings, 27000), 0.75));
    settings.anchor = 0;
    assert_true(is_close(spt_settings_learnt(&settings, 1000), 1));
    assert_true(is_close(spt_settings_learnt(spt_settings_find("paper"), 1), 1));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_presets_by_name),
        cmocka_unit_test(finds_nothing_under_another_name),
        cmocka_unit_test(the_presets_are_usable_in_both_forms),
        cmocka_unit_test(the_rate_grows_over_the_ramp),
        cmocka_unit_test(the_rate_holds_and_then_falls_to_nothing),
        cmocka_unit_test(ramp_and_fall_may_overlap),
        cmocka_unit_test(a_hold_of_one_never_falls),
        cmocka_unit_test(what_is_learnt_weighs_more_the_more_is_labelled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
