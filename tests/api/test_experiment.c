/*
 * test_experiment.c - septum_experiment(): from options and files to an experiment, and
 * what it refuses before it begins.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/file.h"
#include "septum.h"
#include "support/scratch.h"
#include "support/stripes.h"
#include "train/model_file.h"

#define IMAGES 6
#define SIZE 96 /* of an image; more than the window of a net trained here */

static const char *source_path, *target_images, *target_labels;

static int
make_files(void **state)
{
    struct spt_model model = stripes_model(1);
    const struct septum_simulate_options simulate = {
        .microscope = "confocal",
        .directory = scratch_path("target"),
        .count = IMAGES,
        .size = SIZE,
        .seed = 2,
    };

    (void)state;
    if (septum_simulate(&simulate, NULL) != SEPTUM_OK)
        return -1;
    source_path = strdup(scratch_path("source.onnx"));
    target_images = strdup(scratch_path("target/images"));
    target_labels = strdup(scratch_path("target/labels"));
    if (spt_model_write(&model, source_path, false, NULL) != SEPTUM_OK)
        return -1;
    spt_model_clear(&model);
    return 0;
}

static int
forget_files(void **state)
{
    (void)state;
    free((void *)source_path);
    free((void *)target_images);
    free((void *)target_labels);
    return 0;
}

static struct septum_experiment_options
options_for(const char *name)
{
    return (struct septum_experiment_options){
        .directory = scratch_path(name),
        .source_model = source_path,
        .target_images = {&target_images, 1},
        .target_labels = {.source = {&target_labels, 1}},
        .labelled = "0-1",
        .pool = "2,3",
        .test = "5",
        .strategies = "finetune,expert",
        .epochs = 2,
        .epoch_steps = 2,
        .choosing.region.windows = 2,
        .threads = 1,
    };
}

static void
assert_refused(const struct septum_experiment_options *options, const char *sentence)
{
    struct septum_error err = {0};

    assert_int_equal(septum_experiment(options, &err), SEPTUM_EINVAL);
    assert_string_equal(err.text, sentence);
}

/* What a user needs to know is said of the data and settings. */
static void
assert_told(const char *page, const char *what)
{
    if (strstr(page, what) == NULL)
        fail_msg("the report does not say: %s", what);
}

static void
runs_on_files_and_describes_what_it_did(void **state)
{
    struct septum_experiment_options options = options_for("results");
    struct septum_error err = {0};
    struct spt_bytes page = {0};
    char *text, sentence[600];

    (void)state;
    if (septum_experiment(&options, &err) != SEPTUM_OK)
        fail_msg("%s", err.text);
    assert_true(spt_file_exists(scratch_path("results/curves.csv")));
    assert_true(spt_file_exists(scratch_path("results/expert-seed0.onnx")));
    assert_int_equal(spt_file_read(scratch_path("results/report.html"), (size_t)1 << 26,
                                   &page, NULL),
                     SEPTUM_OK);
    text = strndup((const char *)page.at, page.count);
    assert_non_null(text);
    assert_told(text, "source.onnx (window16 conv3-4 pool2 FC-6 FC-1).");
    assert_told(text, "2 labelled images (18432 pixels), 2 in the pool, 1 to test on.");
    assert_told(text, "The first 3 layers are transferred; 2 epochs of 2 steps each, "
                      "preset default, f32, 1 seed.");
    assert_told(text, "2 to 2 windows after each epoch, lambda 0.8.");
    assert_told(text, "<figcaption>005</figcaption>"); /* the test image's name */
    free(text);
    spt_bytes_clear(&page);
    snprintf(sentence, sizeof sentence,
             "%s: exists already; choose another directory or give --force",
             scratch_path("results/report.html"));
    assert_refused(&options, sentence);
    options.force = true;
    assert_int_equal(septum_experiment(&options, NULL), SEPTUM_OK);
}

static void
refuses_images_of_two_roles_and_images_that_are_not_there(void **state)
{
    struct septum_experiment_options options = options_for("roles");

    (void)state;
    options.pool = "1-3";
    assert_refused(&options, "image 1 is in both --labelled and --pool; an image can "
                             "have one role only");
    options.test = "0";
    options.pool = "2,3";
    assert_refused(&options, "image 0 is in both --labelled and --test; an image can "
                             "have one role only");
    options.test = "3-5";
    assert_refused(&options, "image 3 is in both --pool and --test; an image can have "
                             "one role only");
    options.test = "4-6";
    assert_refused(&options, "--test 4-6: there is no image 6 among the 6, which count "
                             "from 0");
    options.labelled = "";
    assert_refused(&options, "--labelled: the range is empty");
}

static void
refuses_presets_and_strategies_that_there_are_not(void **state)
{
    struct septum_experiment_options options = options_for("names");

    (void)state;
    options.strategies = "expert,bold";
    assert_refused(&options,
                   "strategies: there is none called \"bold\"; there are source, "
                   "scratch, frozen, finetune, all, expert, random, uncertainty, "
                   "abundance, entropy, margin, bald, coreset, image");
    options.preset = "fast";
    assert_refused(&options, "preset \"fast\": there is none of that name");
    assert_false(spt_file_exists(options.directory)); /* nothing was begun */
}

static void
trains_a_source_model_and_keeps_it_when_resumed(void **state)
{
    struct septum_experiment_options options = options_for("trained");
    struct septum_error err = {0};
    const char *image = scratch_path("target/images/000.png");
    const char *label = scratch_path("target/labels/000.png");
    struct stat before, after;
    char sentence[600];

    (void)state;
    options.source_model = NULL;
    options.source_images = (struct septum_source){&image, 1};
    options.source_labels.source = (struct septum_source){&label, 1};
    options.source_epochs = 0.01; /* a step */
    options.strategies = "frozen";
    options.labelled = "0";
    options.pool = "1";
    options.epochs = 1;
    options.epoch_steps = 1;
    if (septum_experiment(&options, &err) != SEPTUM_OK)
        fail_msg("%s", err.text);
    assert_int_equal(stat(scratch_path("trained/source.onnx"), &before), 0);
    options.resume = true;
    assert_int_equal(septum_experiment(&options, NULL), SEPTUM_OK);
    assert_int_equal(stat(scratch_path("trained/source.onnx"), &after), 0);
    assert_true(before.st_ino == after.st_ino &&
                before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
    options.source_epochs = 0.02; /* another model than the one that is there */
    snprintf(sentence, sizeof sentence,
             "%s: the experiment there was begun with other settings or data",
             scratch_path("trained/settings.txt"));
    assert_int_equal(septum_experiment(&options, &err), SEPTUM_EINVAL);
    assert_memory_equal(err.text, sentence, strlen(sentence));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_on_files_and_describes_what_it_did),
        cmocka_unit_test(refuses_images_of_two_roles_and_images_that_are_not_there),
        cmocka_unit_test(refuses_presets_and_strategies_that_there_are_not),
        cmocka_unit_test(trains_a_source_model_and_keeps_it_when_resumed),
    };

    return cmocka_run_group_tests(tests, make_files, forget_files);
}
