/*
 * test_threads.c - a call's number of threads is that call's: the process, and what it
 * has told OpenMP, are left as they were.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/engine.h"
#include "septum.h"
#include "support/scratch.h"
#include "support/stripes.h"
#include "train/model_file.h"

#ifdef _OPENMP
#    define OURS 3 /* threads of whoever calls the library */
#else
#    define OURS 1
#endif

static const char *model_path, *images_path;

static int
make_files(void **state)
{
    struct spt_model model = stripes_model(1);
    const struct septum_simulate_options simulate = {.microscope = "spim",
                                                     .directory = scratch_path("spim"),
                                                     .count = 1,
                                                     .size = 48};

    (void)state;
    model_path = strdup(scratch_path("model.onnx"));
    images_path = strdup(scratch_path("spim/images"));
    if (spt_model_write(&model, model_path, false, NULL) != SEPTUM_OK ||
        septum_simulate(&simulate, NULL) != SEPTUM_OK)
        return -1;
    spt_model_clear(&model);
    return 0;
}

static int
forget_files(void **state)
{
    (void)state;
    free((void *)model_path);
    free((void *)images_path);
    return 0;
}

static bool
note_threads(void *user, const struct septum_progress *progress)
{
    uint32_t *seen = user;

    (void)progress;
    *seen = spt_engine_threads_now();
    return true;
}

/* Segment with so many threads; returns how many there were on the way. */
static uint32_t
segment(uint32_t threads)
{
    uint32_t seen = 0;
    const struct septum_segment_options options = {
        .model = model_path,
        .images = {&images_path, 1},
        .directory = scratch_path("maps"),
        .force = true,
        .threads = threads,
        .progress = note_threads,
        .user = &seen,
    };
    struct septum_error err = {0};

    if (septum_segment(&options, &err) != SEPTUM_OK)
        fail_msg("%s", err.text);
    return seen;
}

static void
gives_openmp_its_number_back(void **state)
{
    (void)state;
    spt_engine_threads(OURS);
    assert_int_equal(segment(1), 1);
    assert_int_equal(spt_engine_threads_now(), OURS);
    assert_true(segment(0) >= 1);
    assert_int_equal(spt_engine_threads_now(), OURS);
}

static void
gives_it_back_from_a_call_that_fails(void **state)
{
    const char *nowhere = "nowhere";
    const struct septum_source source = {&nowhere, 1};
    const struct septum_train_options train = {.images = source,
                                               .labels.source = source,
                                               .output = "nowhere/model.onnx",
                                               .threads = 2};
    const struct septum_segment_options segment = {
        .model = nowhere, .images = source, .directory = "maps", .threads = 2};
    const struct septum_next_options next = {.project = nowhere, .threads = 2};
    const struct septum_experiment_options experiment = {
        .directory = nowhere,
        .source_model = nowhere,
        .target_images = source,
        .target_labels.source = source,
        .labelled = "0",
        .pool = "1",
        .test = "2",
        .threads = 2,
    };
    const struct septum_bench_options bench = {.net = "nonsense", .threads = 2};
    struct septum_question *question;
    struct septum_bench found;

    (void)state;
    spt_engine_threads(OURS);
    assert_int_not_equal(septum_train(&train, NULL), SEPTUM_OK);
    assert_int_equal(spt_engine_threads_now(), OURS);
    assert_int_not_equal(septum_segment(&segment, NULL), SEPTUM_OK);
    assert_int_equal(spt_engine_threads_now(), OURS);
    assert_int_not_equal(septum_next(&next, &question, NULL), SEPTUM_OK);
    assert_int_equal(spt_engine_threads_now(), OURS);
    assert_int_not_equal(septum_experiment(&experiment, NULL), SEPTUM_OK);
    assert_int_equal(spt_engine_threads_now(), OURS);
    assert_int_not_equal(septum_bench(&bench, &found, NULL), SEPTUM_OK);
    assert_int_equal(spt_engine_threads_now(), OURS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_openmp_its_number_back),
        cmocka_unit_test(gives_it_back_from_a_call_that_fails),
    };

    return cmocka_run_group_tests(tests, make_files, forget_files);
}
