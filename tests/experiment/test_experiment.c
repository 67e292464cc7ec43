/*
 * test_experiment.c - the files of an experiment, and going on with one that was
 * stopped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "experiment/experiment.h"
#include "experiment/world.h"
#include "support/scratch.h"
#include "train/model_file.h"

#define SEEDS 2

static const char *const names[] = {"first test", "second test", "pool <0>", "pool 1",
                                    "pool 2"};

/* The trials of an experiment, as the files are called. */
static const char *const trials[] = {"frozen-seed0", "expert-seed0", "frozen-seed1",
                                     "expert-seed1"};

/* An experiment in a directory that is to be. */
static struct spt_experiment
plan(void **state, const char *directory)
{
    return (struct spt_experiment){
        .directory = directory,
        .strategies = "frozen,expert",
        .seeds = SEEDS,
        .names = names,
        .intro = "Stripes, and a small net.",
        .trial = ((struct world *)*state)->trial,
    };
}

/* The same in a new directory of that name. */
static struct spt_experiment
begin(void **state, const char *name)
{
    struct spt_experiment experiment = plan(state, NULL);

    experiment.directory = strdup(scratch_path(name));
    assert_non_null(experiment.directory);
    assert_int_equal(spt_directory_make(experiment.directory, NULL), SEPTUM_OK);
    return experiment;
}

static void
end(struct spt_experiment *experiment)
{
    free((void *)experiment->directory);
}

static void
run(const struct spt_experiment *experiment)
{
    struct septum_error err = {0};

    if (spt_experiment_run(experiment, &err) != SEPTUM_OK)
        fail_msg("%s", err.text);
}

static const char *
path_of(const struct spt_experiment *experiment, const char *name, const char *ending)
{
    static char paths[4][600];
    static unsigned next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s%s", experiment->directory, name, ending);
    return path;
}

/* A file's text; the caller frees it. */
static char *
read_text(const char *path)
{
    struct spt_bytes bytes = {0};
    struct septum_error err = {0};
    char *text;

    if (spt_file_read(path, (size_t)1 << 24, &bytes, &err) != SEPTUM_OK)
        fail_msg("%s", err.text);
    text = strndup((const char *)bytes.at, bytes.count);
    assert_non_null(text);
    spt_bytes_clear(&bytes);
    return text;
}

/* Blank the ninth column: the seconds of training, which are the clock's. */
static char *
without_clock(char *csv)
{
    size_t commas = 0;

    for (char *at = csv; *at != '\0'; at++) {
        commas = *at == '\n' ? 0 : commas + (*at == ',');
        if (commas == 8)
            *at = '-';
    }
    return csv;
}

static size_t
count_of(const char *text, const char *word)
{
    size_t count = 0;

    for (const char *at = text; (at = strstr(at, word)) != NULL; at += strlen(word))
        count++;
    return count;
}

/* ---- names of strategies --------------------------------------------------------- */

static void
assert_refused(const char *strategies, const char *sentence)
{
    struct septum_error err = {0};

    assert_int_equal(spt_experiment_check(strategies, &err), SEPTUM_EINVAL);
    assert_string_equal(err.text, sentence);
}

static void
refuses_strategies_that_there_are_not(void **state)
{
    static const char known[] =
        "there are source, scratch, frozen, finetune, all, expert, random, "
        "uncertainty, abundance, entropy, margin, bald, coreset, image";
    char sentence[240], many[400] = "";

    (void)state;
    assert_int_equal(spt_experiment_check("expert", NULL), SEPTUM_OK);
    assert_int_equal(
        spt_experiment_check("abundance,uncertainty,random,expert,finetune,frozen,"
                             "entropy,margin,bald,coreset,image",
                             NULL),
        SEPTUM_OK);
    snprintf(sentence, sizeof sentence, "strategies: there is none called \"%s\"; %s",
             "bold", known);
    assert_refused("frozen,bold,expert", sentence);
    snprintf(sentence, sizeof sentence, "strategies: there is none called \"%s\"; %s",
             "Expert", known);
    assert_refused("Expert", sentence);
    snprintf(sentence, sizeof sentence, "strategies: there is none called \"%s\"; %s",
             "", known);
    assert_refused("frozen,,expert", sentence);
    assert_refused("", "strategies: none is named");
    assert_refused("expert,frozen,expert", "strategies: \"expert\" is named twice");
    memset(many, 'x', sizeof many - 1);
    assert_int_equal(spt_experiment_check(many, NULL), SEPTUM_EINVAL);
}

static void
an_unknown_strategy_stops_it_before_anything_is_written(void **state)
{
    struct spt_experiment experiment = begin(state, "unknown");
    struct septum_error err = {0};

    experiment.strategies = "frozen,bold";
    assert_int_equal(spt_experiment_run(&experiment, &err), SEPTUM_EINVAL);
    assert_non_null(strstr(err.text, "\"bold\""));
    assert_int_equal(rmdir(experiment.directory), 0); /* it is empty */
    end(&experiment);
}

/* ---- files ----------------------------------------------------------------------- */

static void
check_model_and_points(const struct spt_experiment *experiment, const char *name,
                       const char *curves)
{
    struct spt_model model = {0};
    char *points = read_text(path_of(experiment, name, ".csv"));

    assert_int_equal(spt_model_read(path_of(experiment, name, ".onnx"), &model, NULL),
                     SEPTUM_OK);
    assert_true(model.trained_epochs == EPOCHS);
    assert_int_equal(count_of(points, "\n"), 1 + EPOCHS + 1);
    /* Its lines are those of the whole. */
    assert_non_null(strstr(curves, strchr(points, '\n') + 1));
    spt_model_clear(&model);
    free(points);
}

static void
writes_all_files(void **state)
{
    struct spt_experiment experiment = begin(state, "files");
    char *curves, *figure, *report;

    run(&experiment);
    curves = read_text(path_of(&experiment, "curves.csv", ""));
    figure = read_text(path_of(&experiment, "figure.svg", ""));
    report = read_text(path_of(&experiment, "report.html", ""));
    assert_int_equal(
        strncmp(
            curves,
            "strategy,seed,epoch,f_score,precision,recall,"
            "labelled_pixels,expert_seconds,train_seconds,v_rand,v_info,best_f_score\n"
            "frozen,0,0,",
            126),
        0);
    assert_int_equal(count_of(curves, "\n"), 1 + 4 * (EPOCHS + 1));
    for (size_t i = 0; i < 4; i++)
        check_model_and_points(&experiment, trials[i], curves);
    assert_non_null(strstr(figure, "<svg"));
    assert_non_null(strstr(report, "Stripes, and a small net."));
    /* Of seed 0 alone: the test images in five columns, and a question with its answer
     * after each epoch but the last. */
    assert_int_equal(count_of(report, "<img"), TEST * 5 + (EPOCHS - 1) * 2);
    assert_int_equal(count_of(report, "<figcaption>source model, untouched<"), TEST);
    assert_int_equal(count_of(report, "<figcaption>expert, after epoch 1: pool "), 1);
    free(curves);
    free(figure);
    free(report);
    end(&experiment);
}

static void
equal_experiments_write_equal_models_and_curves(void **state)
{
    struct spt_experiment a = begin(state, "once"), b = begin(state, "twice");
    char *curves_a, *curves_b;

    run(&a);
    run(&b);
    curves_a = without_clock(read_text(path_of(&a, "curves.csv", "")));
    curves_b = without_clock(read_text(path_of(&b, "curves.csv", "")));
    assert_string_equal(curves_a, curves_b);
    for (size_t i = 0; i < 4; i++) {
        struct spt_bytes bytes_a = {0}, bytes_b = {0};

        assert_int_equal(spt_file_read(path_of(&a, trials[i], ".onnx"), (size_t)1 << 24,
                                       &bytes_a, NULL),
                         SEPTUM_OK);
        assert_int_equal(spt_file_read(path_of(&b, trials[i], ".onnx"), (size_t)1 << 24,
                                       &bytes_b, NULL),
                         SEPTUM_OK);
        assert_int_equal(bytes_a.count, bytes_b.count);
        assert_memory_equal(bytes_a.at, bytes_b.at, bytes_a.count);
        spt_bytes_clear(&bytes_a);
        spt_bytes_clear(&bytes_b);
    }
    free(curves_a);
    free(curves_b);
    end(&a);
    end(&b);
}

/* ---- stopping and going on ------------------------------------------------------- */

/* Stops at the last milestone of trial number `trial`, and tells of whole ones. */
struct listener {
    size_t milestones, stop_at;
    double fraction;
};

static bool
listen(void *user, const struct septum_progress *progress)
{
    struct listener *listener = user;

    assert_true(progress->fraction >= listener->fraction && progress->fraction <= 1);
    assert_true(progress->what[0] != '\0');
    listener->fraction = progress->fraction;
    listener->milestones += progress->milestone;
    return listener->milestones != listener->stop_at;
}

/* When a file was written, or rather which file it is: each writing makes a new one. */
struct mark {
    ino_t file;
    struct timespec time;
};

static struct mark
mark_of(const char *path)
{
    struct stat about;

    assert_int_equal(stat(path, &about), 0);
    return (struct mark){about.st_ino, about.st_mtim};
}

static void
assert_untouched(struct mark before, const char *path)
{
    struct mark now = mark_of(path);

    assert_true(now.file == before.file);
    assert_true(now.time.tv_sec == before.time.tv_sec &&
                now.time.tv_nsec == before.time.tv_nsec);
}

static void
stop_in_third_trial(struct spt_experiment *experiment)
{
    struct listener listener = {.stop_at = 2 * (EPOCHS + 1) + 1};
    struct septum_error err = {0};

    experiment->progress = listen;
    experiment->user = &listener;
    assert_int_equal(spt_experiment_run(experiment, &err), SEPTUM_ESTOPPED);
    experiment->progress = NULL;
    assert_true(listener.fraction >= 0.5 && listener.fraction < 0.75);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(spt_file_exists(path_of(experiment, trials[i], ".onnx")),
                         i < 2);
        assert_int_equal(spt_file_exists(path_of(experiment, trials[i], ".csv")),
                         i < 2);
    }
    assert_false(spt_file_exists(path_of(experiment, "curves.csv", "")));
}

static void
resumed_it_keeps_finished_trials_and_ends_with_the_same_curves(void **state)
{
    struct spt_experiment whole = begin(state, "whole"),
                          halved = begin(state, "halved");
    struct mark marks[2][2];
    char *curves, *wanted;

    run(&whole);
    stop_in_third_trial(&halved);
    for (size_t i = 0; i < 2; i++) {
        marks[i][0] = mark_of(path_of(&halved, trials[i], ".onnx"));
        marks[i][1] = mark_of(path_of(&halved, trials[i], ".csv"));
    }
    halved.resume = true;
    run(&halved);
    for (size_t i = 0; i < 2; i++) {
        assert_untouched(marks[i][0], path_of(&halved, trials[i], ".onnx"));
        assert_untouched(marks[i][1], path_of(&halved, trials[i], ".csv"));
    }
    wanted = without_clock(read_text(path_of(&whole, "curves.csv", "")));
    curves = without_clock(read_text(path_of(&halved, "curves.csv", "")));
    assert_string_equal(curves, wanted);
    free(curves);
    free(wanted);

    /* Once more: now nothing is left to do, and even the clock's column stays. */
    wanted = read_text(path_of(&halved, "curves.csv", ""));
    run(&halved);
    curves = read_text(path_of(&halved, "curves.csv", ""));
    assert_string_equal(curves, wanted);
    free(curves);
    free(wanted);
    end(&whole);
    end(&halved);
}

static void
without_resume_finished_trials_run_again(void **state)
{
    struct spt_experiment experiment = begin(state, "again");
    struct mark mark;

    experiment.strategies = "frozen";
    experiment.seeds = 1;
    run(&experiment);
    mark = mark_of(path_of(&experiment, trials[0], ".onnx"));
    run(&experiment);
    assert_false(mark.file == mark_of(path_of(&experiment, trials[0], ".onnx")).file &&
                 mark.time.tv_nsec ==
                     mark_of(path_of(&experiment, trials[0], ".onnx")).time.tv_nsec);
    end(&experiment);
}

static void
resumed_it_runs_trials_again_whose_points_are_not_whole(void **state)
{
    struct spt_experiment experiment = begin(state, "torn");
    char *whole, *torn, *found;
    const char *path;

    experiment.strategies = "frozen";
    experiment.seeds = 1;
    run(&experiment);
    path = path_of(&experiment, trials[0], ".csv");
    whole = read_text(path);
    torn = strdup(whole);
    assert_non_null(torn);
    *strrchr(torn, 'f') = '\0'; /* the last line is gone */
    assert_int_equal(spt_file_write(path, torn, strlen(torn), true, NULL), SEPTUM_OK);
    experiment.resume = true;
    run(&experiment);
    found = read_text(path);
    assert_string_equal(without_clock(found), without_clock(whole));
    free(found);
    free(torn);
    free(whole);
    end(&experiment);
}

static void
resumed_with_other_epochs_trials_run_again(void **state)
{
    struct spt_experiment experiment = begin(state, "epochs");

    experiment.strategies = "frozen";
    experiment.seeds = 1;
    experiment.resume = true;
    for (uint32_t epochs = 3; epochs > 0; epochs--) {
        char *curves;

        experiment.trial.epochs = epochs;
        run(&experiment);
        curves = read_text(path_of(&experiment, "curves.csv", ""));
        assert_int_equal(count_of(curves, "\n"), 1 + epochs + 1);
        free(curves);
        curves = read_text(path_of(&experiment, trials[0], ".csv"));
        assert_int_equal(count_of(curves, "\n"), 1 + epochs + 1);
        free(curves);
    }
    end(&experiment);
}

static void
a_directory_that_is_not_there_is_named(void **state)
{
    struct spt_experiment experiment = plan(state, scratch_path("nowhere"));
    struct septum_error err = {0};

    assert_int_equal(spt_experiment_run(&experiment, &err), SEPTUM_EIO);
    assert_non_null(strstr(err.text, "nowhere/frozen-seed0.onnx"));
}

static void
trials_of_other_settings_are_not_gone_on_with(void **state)
{
    struct spt_experiment experiment = begin(state, "settings");
    struct spt_text settings = {0}, others = {0};
    struct septum_error err = {0};
    char sentence[800], *noted;
    struct mark before;

    spt_text_add(&settings, "lambda 0.8");
    spt_text_add(&others, "lambda 0.7");
    experiment.settings = &settings;
    run(&experiment);
    noted = read_text(path_of(&experiment, "settings.txt", ""));
    assert_string_equal(noted, "lambda 0.8\n");
    before = mark_of(path_of(&experiment, "report.html", ""));
    experiment.resume = true;
    experiment.settings = &others;
    assert_int_equal(spt_experiment_run(&experiment, &err), SEPTUM_EINVAL);
    snprintf(sentence, sizeof sentence,
             "%s: the experiment there was begun with other settings or data; choose "
             "another directory, or give --force without --resume to begin anew",
             path_of(&experiment, "settings.txt", ""));
    assert_string_equal(err.text, sentence);
    assert_untouched(before, path_of(&experiment, "report.html", ""));
    experiment.settings = &settings;
    run(&experiment);
    experiment.settings = &others;
    experiment.resume = false;
    run(&experiment); /* anew */
    free(noted);
    noted = read_text(path_of(&experiment, "settings.txt", ""));
    assert_string_equal(noted, "lambda 0.7\n");
    free(noted);
    spt_text_clear(&settings);
    spt_text_clear(&others);
    end(&experiment);
}

static void
compares_rivals_and_draws_how_reliable_they_are(void **state)
{
    struct spt_experiment experiment = begin(state, "rivals");
    char *comparison, *report;

    experiment.strategies = "random,expert,bald,coreset";
    experiment.trial.calibrate = true;
    experiment.trial.measure.passes = 2;
    experiment.trial.fade = 0.9;
    run(&experiment);
    comparison = read_text(path_of(&experiment, "comparison.csv", ""));
    report = read_text(path_of(&experiment, "report.html", ""));
    assert_int_equal(count_of(comparison, "\n"), 1 + 4);
    assert_non_null(strstr(comparison, "\nbald,2,0."));
    assert_non_null(strstr(comparison, ",expert,0.000000,0.000000,0.000000,"));
    assert_int_equal(count_of(report, "On the way there"), 1);
    assert_int_equal(count_of(report, "<figcaption>coreset: temperature "), 1);
    assert_int_equal(count_of(report, "calibration error "), 4);
    free(comparison);
    free(report);
    end(&experiment);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_strategies_that_there_are_not),
        cmocka_unit_test(an_unknown_strategy_stops_it_before_anything_is_written),
        cmocka_unit_test(writes_all_files),
        cmocka_unit_test(equal_experiments_write_equal_models_and_curves),
        cmocka_unit_test(
            resumed_it_keeps_finished_trials_and_ends_with_the_same_curves),
        cmocka_unit_test(without_resume_finished_trials_run_again),
        cmocka_unit_test(resumed_it_runs_trials_again_whose_points_are_not_whole),
        cmocka_unit_test(resumed_with_other_epochs_trials_run_again),
        cmocka_unit_test(a_directory_that_is_not_there_is_named),
        cmocka_unit_test(trials_of_other_settings_are_not_gone_on_with),
        cmocka_unit_test(compares_rivals_and_draws_how_reliable_they_are),
    };

    spt_engine_threads(1); /* so small a net only waits for a second one */
    return cmocka_run_group_tests(tests, world_open, world_close);
}
