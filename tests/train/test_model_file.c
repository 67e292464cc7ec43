/*
 * test_model_file.c - a model on disk and back; the format itself is onnx.h's.
 */
#include "train/model_file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "support/material.h"
#include "support/scratch.h"

static struct spt_model
make_model(uint64_t seed)
{
    struct spt_spec spec;
    struct spt_model model;

    assert_int_equal(spt_spec_parse(MATERIAL_NET, &spec, NULL), SEPTUM_OK);
    assert_int_equal(spt_model_init(&model, &spec, NULL), SEPTUM_OK);
    material_fill(model.parameters, spec.parameter_count, seed);
    model.threshold = 0.375;
    model.trained_epochs = 2.5;
    model.trained_windows = 1234;
    assert_int_equal(spt_model_add_history(&model, "made by a test", NULL), SEPTUM_OK);
    return model;
}

static void
gives_back_the_model_that_was_written(void **state)
{
    const char *path = scratch_path("model.onnx");
    struct spt_model model = make_model(1), found;

    (void)state;
    assert_int_equal(spt_model_write(&model, path, false, NULL), SEPTUM_OK);
    assert_int_equal(spt_model_read(path, &found, NULL), SEPTUM_OK);
    assert_memory_equal(&found.spec, &model.spec, sizeof found.spec);
    assert_memory_equal(found.parameters, model.parameters,
                        model.spec.parameter_count * sizeof *model.parameters);
    assert_true(found.threshold == 0.375);
    assert_true(found.trained_epochs == 2.5);
    assert_int_equal(found.trained_windows, 1234);
    assert_string_equal(found.normalisation, model.normalisation);
    assert_string_equal(found.history, "made by a test\n");
    spt_model_clear(&model);
    spt_model_clear(&found);
}

static void
replaces_a_file_only_by_force(void **state)
{
    const char *path = scratch_path("twice.onnx");
    struct spt_model model = make_model(1), other = make_model(2), found;
    struct septum_error err = {0};

    (void)state;
    assert_int_equal(spt_model_write(&model, path, false, NULL), SEPTUM_OK);
    assert_int_not_equal(spt_model_write(&other, path, false, &err), SEPTUM_OK);
    assert_non_null(strstr(err.text, path));
    assert_int_equal(spt_model_read(path, &found, NULL), SEPTUM_OK);
    assert_true(found.parameters[0] == model.parameters[0]);
    spt_model_clear(&found);
    assert_int_equal(spt_model_write(&other, path, true, NULL), SEPTUM_OK);
    assert_int_equal(spt_model_read(path, &found, NULL), SEPTUM_OK);
    assert_true(found.parameters[0] == other.parameters[0]);
    spt_model_clear(&found);
    spt_model_clear(&model);
    spt_model_clear(&other);
}

static void
writes_no_file_of_weights_that_are_no_numbers(void **state)
{
    const char *path = scratch_path("nan.onnx");
    struct spt_model model = make_model(1);

    (void)state;
    model.parameters[3] = NAN;
    assert_int_equal(spt_model_write(&model, path, false, NULL), SEPTUM_EINVAL);
    assert_false(spt_file_exists(path));
    spt_model_clear(&model);
}

/* Reading fails in this way, with a sentence that begins with the path, and leaves the
 * model alone. */
static void
check_refusal(const char *path, enum septum_status status)
{
    struct spt_model model = {.threshold = 7};
    struct septum_error err = {0};

    assert_int_equal(spt_model_read(path, &model, &err), status);
    assert_int_equal(err.status, status);
    assert_int_equal(strncmp(err.text, path, strlen(path)), 0);
    assert_int_equal(strncmp(err.text + strlen(path), ": ", 2), 0);
    assert_true(model.threshold == 7);
    assert_null(model.parameters);
}

static void
refuses_what_is_no_model(void **state)
{
    (void)state;
    check_refusal(scratch_path("missing.onnx"), SEPTUM_EIO);
    check_refusal(scratch_write("text.onnx", "no model", 8), SEPTUM_EFORMAT);
    check_refusal(scratch_write("empty.onnx", "", 0), SEPTUM_EFORMAT);
}

/* A file with a hole is as large as one wants and takes no room. */
static void
refuses_a_file_too_large_to_be_a_model(void **state)
{
    const char *path = scratch_write("large.onnx", "x", 1);

    (void)state;
    assert_int_equal(truncate(path, (off_t)SPT_MODEL_FILE_BYTES + 1), 0);
    check_refusal(path, SEPTUM_EFORMAT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_back_the_model_that_was_written),
        cmocka_unit_test(replaces_a_file_only_by_force),
        cmocka_unit_test(writes_no_file_of_weights_that_are_no_numbers),
        cmocka_unit_test(refuses_what_is_no_model),
        cmocka_unit_test(refuses_a_file_too_large_to_be_a_model),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
