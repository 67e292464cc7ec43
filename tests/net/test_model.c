/*
 * test_model.c - a net with its weights: making, copying, remembering.
 */
#include "net/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct spt_model
make(void)
{
    struct spt_spec spec;
    struct spt_model model;

    assert_int_equal(spt_spec_parse("window8 conv3-2 pool2 FC-1", &spec, NULL),
                     SEPTUM_OK);
    assert_int_equal(spt_model_init(&model, &spec, NULL), SEPTUM_OK);
    return model;
}

static void
begins_with_nothing_learnt(void **state)
{
    struct spt_model model = make();

    (void)state;
    assert_int_equal(model.spec.parameter_count, 2 * 9 + 2 + 2 * 9 + 1);
    for (size_t i = 0; i < model.spec.parameter_count; i++)
        assert_true(model.parameters[i] == 0);
    assert_true(model.threshold == 0.5);
    assert_true(model.trained_epochs == 0);
    assert_int_equal(model.trained_windows, 0);
    assert_string_equal(model.normalisation, "median-p5-p95");
    assert_string_equal(model.history, "");
    spt_model_clear(&model);
}

static void
keeps_its_history_in_lines(void **state)
{
    struct spt_model model = make();

    (void)state;
    assert_int_equal(spt_model_add_history(&model, "trained once", NULL), SEPTUM_OK);
    assert_int_equal(spt_model_add_history(&model, "", NULL), SEPTUM_OK);
    assert_int_equal(spt_model_add_history(&model, "and again", NULL), SEPTUM_OK);
    assert_int_equal(spt_model_add_history(&model, "a\nb\t\33\177\303\251", NULL),
                     SEPTUM_OK);
    assert_string_equal(model.history, "trained once\n\nand again\na b   \303\251\n");
    spt_model_clear(&model);
}

static void
shares_nothing_with_its_copy(void **state)
{
    struct spt_model model = make(), copy;

    (void)state;
    model.parameters[5] = 1.5F;
    model.threshold = 0.25;
    model.trained_epochs = 3.5;
    model.trained_windows = 99;
    assert_int_equal(spt_model_add_history(&model, "first", NULL), SEPTUM_OK);
    assert_int_equal(spt_model_copy(&model, &copy, NULL), SEPTUM_OK);
    model.parameters[5] = -1;
    assert_int_equal(spt_model_add_history(&model, "second", NULL), SEPTUM_OK);
    model.normalisation[0] = 'X';
    spt_model_clear(&model);

    assert_int_equal(copy.spec.window, 8);
    assert_true(copy.parameters[5] == 1.5F);
    assert_true(copy.threshold == 0.25);
    assert_true(copy.trained_epochs == 3.5);
    assert_int_equal(copy.trained_windows, 99);
    assert_string_equal(copy.normalisation, "median-p5-p95");
    assert_string_equal(copy.history, "first\n");
    spt_model_clear(&copy);
}

static void
is_empty_after_clear_and_may_be_cleared_again(void **state)
{
    struct spt_model model = make();

    (void)state;
    spt_model_clear(&model);
    assert_null(model.parameters);
    assert_null(model.normalisation);
    assert_null(model.history);
    spt_model_clear(&model);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_with_nothing_learnt),
        cmocka_unit_test(keeps_its_history_in_lines),
        cmocka_unit_test(shares_nothing_with_its_copy),
        cmocka_unit_test(is_empty_after_clear_and_may_be_cleared_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
