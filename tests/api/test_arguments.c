/*
 * test_arguments.c - what public calls refuse before they begin, each in a sentence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "septum.h"

static const char *const path = "nowhere";

#define SOURCE                                                                         \
    {                                                                                  \
        &path, 1                                                                       \
    }

/* ---- calls with options ---------------------------------------------------------- */

/* Options that lack nothing, but name files that are not there. */
static const struct septum_train_options train_options = {
    .images = SOURCE,
    .labels.source = SOURCE,
    .validation_images = SOURCE,
    .validation_labels.source = SOURCE,
    .output = "nowhere/model.onnx",
};
static const struct septum_segment_options segment_options = {
    .model = "nowhere", .images = SOURCE, .directory = "nowhere"};
static const struct septum_score_options score_options = {.truth.source = SOURCE,
                                                          .probability = SOURCE};
static const struct septum_project_add_options add_options = {
    .project = "nowhere", .images = SOURCE, .labels.source = SOURCE};
static const struct septum_project_import_options import_options = {
    .project = "nowhere", .labels.source = SOURCE};
static const struct septum_next_options next_options = {.project = "nowhere"};
static const struct septum_label_options label_options = {.project = "nowhere"};
static const struct septum_simulate_options simulate_options = {.microscope = "light",
                                                                .directory = "nowhere"};
static const struct septum_model_export_options export_options = {.model = "nowhere",
                                                                  .output = "nowhere"};
static const struct septum_experiment_options experiment_options = {
    .directory = "nowhere",
    .source_images = SOURCE,
    .source_labels.source = SOURCE,
    .target_images = SOURCE,
    .target_labels.source = SOURCE,
    .labelled = "0",
    .pool = "1",
    .test = "2",
};
static const struct septum_bench_options bench_options = {.net = "nonsense"};

/* Each call with all it needs beside its options; `out` may be NULL where there is
 * none. */
static enum septum_status
train(const void *options, void *out, struct septum_error *err)
{
    (void)out;
    return septum_train(options, err);
}

static enum septum_status
segment(const void *options, void *out, struct septum_error *err)
{
    (void)out;
    return septum_segment(options, err);
}

static enum septum_status
score(const void *options, void *out, struct septum_error *err)
{
    return septum_score(options, out, err);
}

static enum septum_status
add(const void *options, void *out, struct septum_error *err)
{
    return septum_project_add(options, out, err);
}

static enum septum_status
import(const void *options, void *out, struct septum_error *err)
{
    return septum_project_import(options, out, err);
}

static enum septum_status
next(const void *options, void *out, struct septum_error *err)
{
    return septum_next(options, out, err);
}

static enum septum_status
label(const void *options, void *out, struct septum_error *err)
{
    (void)out;
    return septum_label(options, err);
}

static enum septum_status
simulate(const void *options, void *out, struct septum_error *err)
{
    (void)out;
    return septum_simulate(options, err);
}

static enum septum_status export(const void *options, void *out,
                                 struct septum_error *err) {
    (void)out; return septum_model_export(options, err);
}

static enum septum_status
experiment(const void *options, void *out, struct septum_error *err)
{
    (void)out;
    return septum_experiment(options, err);
}

static enum septum_status
bench(const void *options, void *out, struct septum_error *err)
{
    return septum_bench(options, out, err);
}

#define MOST_FIELDS 8
#define FIELD(type, member, words)                                                     \
    {                                                                                  \
        (words), offsetof(struct type, member), sizeof(((struct type *)NULL)->member)  \
    }

static const struct call {
    const char *name;
    enum septum_status (*run)(const void *options, void *out, struct septum_error *err);
    bool has_out;
    const void *options;
    size_t size;
    struct {
        const char *name;
        size_t at, size;
    } required[MOST_FIELDS + 1];
} calls[] = {
    {"septum_train",
     train,
     false,
     &train_options,
     sizeof train_options,
     {FIELD(septum_train_options, images.paths, "images"),
      FIELD(septum_train_options, images.count, "images"),
      FIELD(septum_train_options, labels, "labels"),
      FIELD(septum_train_options, output, "output"),
      FIELD(septum_train_options, validation_images, "validation_images"),
      FIELD(septum_train_options, validation_images.paths, "validation_images"),
      FIELD(septum_train_options, validation_labels, "validation_labels")}},
    {"septum_segment",
     segment,
     false,
     &segment_options,
     sizeof segment_options,
     {FIELD(septum_segment_options, model, "model"),
      FIELD(septum_segment_options, images, "images"),
      FIELD(septum_segment_options, directory, "directory")}},
    {"septum_score",
     score,
     true,
     &score_options,
     sizeof score_options,
     {FIELD(septum_score_options, truth, "truth")}},
    {"septum_project_add",
     add,
     true,
     &add_options,
     sizeof add_options,
     {FIELD(septum_project_add_options, project, "project"),
      FIELD(septum_project_add_options, images, "images"),
      FIELD(septum_project_add_options, labels.source.paths, "labels")}},
    {"septum_project_import",
     import,
     true,
     &import_options,
     sizeof import_options,
     {FIELD(septum_project_import_options, project, "project"),
      FIELD(septum_project_import_options, labels, "labels")}},
    {"septum_next",
     next,
     true,
     &next_options,
     sizeof next_options,
     {FIELD(septum_next_options, project, "project")}},
    {"septum_label",
     label,
     false,
     &label_options,
     sizeof label_options,
     {FIELD(septum_label_options, project, "project")}},
    {"septum_simulate",
     simulate,
     false,
     &simulate_options,
     sizeof simulate_options,
     {FIELD(septum_simulate_options, microscope, "microscope"),
      FIELD(septum_simulate_options, directory, "directory")}},
    {"septum_experiment",
     experiment,
     false,
     &experiment_options,
     sizeof experiment_options,
     {FIELD(septum_experiment_options, directory, "directory"),
      FIELD(septum_experiment_options, target_images, "target_images"),
      FIELD(septum_experiment_options, target_labels, "target_labels"),
      FIELD(septum_experiment_options, labelled, "labelled"),
      FIELD(septum_experiment_options, pool, "pool"),
      FIELD(septum_experiment_options, test, "test"),
      FIELD(septum_experiment_options, source_images, "source_model or source_images"),
      FIELD(septum_experiment_options, source_labels, "source_labels")}},
    {"septum_bench", bench, true, &bench_options, sizeof bench_options, {{0}}},
    {"septum_model_export",
     export,
     false,
     &export_options,
     sizeof export_options,
     {FIELD(septum_model_export_options, model, "model"),
      FIELD(septum_model_export_options, output, "output")}},
};

#define CALLS (sizeof calls / sizeof calls[0])

/* Room for any options, and for any output. */
union any {
    struct septum_train_options train;
    struct septum_experiment_options experiment;
    struct septum_next_options next;
    struct septum_score score;
    struct septum_bench bench;
    char bytes[1024];
    void *handle;
};

static void
assert_missing(const struct call *call, const void *options, void *out,
               const char *field)
{
    struct septum_error err = {0};
    char sentence[128];

    snprintf(sentence, sizeof sentence, "%s: %s is required, and is not given",
             call->name, field);
    assert_int_equal(call->run(options, out, &err), SEPTUM_EINVAL);
    assert_int_equal(err.status, SEPTUM_EINVAL);
    assert_string_equal(err.text, sentence);
}

static void
names_the_field_that_is_missing(void **state)
{
    (void)state;
    for (size_t c = 0; c < CALLS; c++) {
        const struct call *call = &calls[c];
        union any out = {0};

        assert_missing(call, NULL, &out, "options");
        if (call->has_out)
            assert_missing(call, call->options, NULL, "out");
        for (size_t f = 0; call->required[f].name != NULL; f++) {
            union any options;
            char field[64];

            assert_in_range(call->size, 1, sizeof options);
            memcpy(&options, call->options, call->size);
            memset(options.bytes + call->required[f].at, 0, call->required[f].size);
            snprintf(field, sizeof field, "options->%s", call->required[f].name);
            assert_missing(call, &options, &out, field);
        }
    }
}

static void
begins_where_nothing_is_missing(void **state)
{
    (void)state;
    for (size_t c = 0; c < CALLS; c++) {
        struct septum_error err = {0};
        union any out = {0};

        assert_int_not_equal(calls[c].run(calls[c].options, &out, &err), SEPTUM_OK);
        assert_null(strstr(err.text, "is required"));
        assert_int_equal(calls[c].run(calls[c].options, &out, NULL), err.status);
    }
}

static void
takes_a_path_of_null_as_missing(void **state)
{
    static const char *const paths[] = {"nowhere", NULL};
    struct septum_segment_options options = segment_options;
    struct septum_error err = {0};

    (void)state;
    options.images = (struct septum_source){paths, 2};
    assert_int_equal(septum_segment(&options, &err), SEPTUM_EINVAL);
    assert_string_equal(
        err.text, "septum_segment: options->images is required, and is not given");
}

/* ---- calls without options ------------------------------------------------------- */

static void
names_the_argument_that_is_missing(void **state)
{
    struct septum_error err[18] = {{0}};
    struct septum_model *handle = (struct septum_model *)&err; /* is not looked at */
    const struct septum_model *model = handle;
    struct septum_project_status about;
    struct septum_project_relinked relinked;
    const struct septum_source images = SOURCE, none = {0};
    float pixel = 0;
    const struct {
        enum septum_status status;
        const char *sentence;
    } rows[] = {
        {septum_model_load("nowhere", NULL, &err[0]), "septum_model_load: out"},
        {septum_model_load(NULL, &handle, &err[1]), "septum_model_load: path"},
        {septum_model_save(NULL, "nowhere", false, &err[2]),
         "septum_model_save: model"},
        {septum_model_filters(NULL, "nowhere", false, &err[3]),
         "septum_model_filters: model"},
        {septum_predict(NULL, &pixel, 1, 1, 0, &pixel, &err[4]),
         "septum_predict: model"},
        {septum_predict(model, NULL, 1, 1, 0, &pixel, &err[5]),
         "septum_predict: pixels"},
        {septum_predict(model, &pixel, 1, 1, 0, NULL, &err[6]),
         "septum_predict: membrane"},
        {septum_model_save(model, NULL, false, &err[7]), "septum_model_save: path"},
        {septum_model_filters(model, NULL, false, &err[8]),
         "septum_model_filters: path"},
        {septum_project_create(NULL, NULL, false, &err[9]),
         "septum_project_create: path"},
        {septum_project_status(NULL, &about, &err[10]), "septum_project_status: path"},
        {septum_project_status("nowhere", NULL, &err[11]),
         "septum_project_status: out"},
        {septum_project_export(NULL, "nowhere", false, &err[12]),
         "septum_project_export: path"},
        {septum_project_export("nowhere", NULL, false, &err[13]),
         "septum_project_export: directory"},
        {septum_project_relink(NULL, &images, &relinked, &err[14]),
         "septum_project_relink: path"},
        {septum_project_relink("nowhere", NULL, &relinked, &err[15]),
         "septum_project_relink: images"},
        {septum_project_relink("nowhere", &none, &relinked, &err[16]),
         "septum_project_relink: images"},
        {septum_project_relink("nowhere", &images, NULL, &err[17]),
         "septum_project_relink: out"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char sentence[128];

        snprintf(sentence, sizeof sentence, "%s is required, and is not given",
                 rows[i].sentence);
        assert_int_equal(rows[i].status, SEPTUM_EINVAL);
        assert_string_equal(err[i].text, sentence);
    }
    assert_null(handle); /* as after any failure */
    assert_null(septum_model_info(NULL).net);
}

/* ---- values that do not exist, or do not go together ----------------------------- */

static void
assert_refused(enum septum_status status, const struct septum_error *err,
               const char *sentence)
{
    assert_int_equal(status, SEPTUM_EINVAL);
    assert_int_equal(err->status, SEPTUM_EINVAL);
    assert_string_equal(err->text, sentence);
}

/* Each enum of a call's options, at a value that it has not. */
static void
refuses_values_that_an_enum_does_not_have(void **state)
{
    static const struct {
        size_t call; /* in `calls` */
        const char *name;
        size_t at;
        unsigned first_wrong;
    } rows[] = {
        {0, "polarity", offsetof(struct septum_train_options, polarity), 3},
        {0, "pixel_size", offsetof(struct septum_train_options, pixel_size), 3},
        {0, "symmetries", offsetof(struct septum_train_options, symmetries), 3},
        {0, "form", offsetof(struct septum_train_options, form), 2},
        {0, "precision", offsetof(struct septum_train_options, precision), 3},
        {1, "precision", offsetof(struct septum_segment_options, precision), 3},
        {5, "search", offsetof(struct septum_next_options, choosing.region.search), 4},
        {5, "abundance", offsetof(struct septum_next_options, choosing.abundance), 2},
        {5, "novelty", offsetof(struct septum_next_options, choosing.novelty), 4},
        {5, "measure", offsetof(struct septum_next_options, choosing.measure), 3},
        {6, "search", offsetof(struct septum_label_options, region.search), 4},
        {8, "precision", offsetof(struct septum_experiment_options, precision), 3},
        {8, "polarity", offsetof(struct septum_experiment_options, polarity), 3},
        {8, "pixel_size", offsetof(struct septum_experiment_options, pixel_size), 3},
        {8, "measure", offsetof(struct septum_experiment_options, choosing.measure), 3},
        {9, "precision", offsetof(struct septum_bench_options, precision), 3},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const unsigned values[] = {rows[i].first_wrong, 100000000, (unsigned)-1};

        for (size_t v = 0; v < 3; v++) {
            const struct call *call = &calls[rows[i].call];
            struct septum_error err = {0};
            union any options = {0}, out = {0};
            char sentence[128];

            memcpy(&options, call->options, call->size);
            options.train.has_form = options.train.has_form || rows[i].call == 0;
            memcpy(options.bytes + rows[i].at, &values[v], sizeof values[v]);
            snprintf(sentence, sizeof sentence,
                     "%s is %u, which is no value of enum septum_%s", rows[i].name,
                     values[v], rows[i].name);
            assert_refused(call->run(&options, &out, &err), &err, sentence);
        }
    }
}

static void
refuses_to_take_layers_from_no_model(void **state)
{
    const struct {
        struct septum_train_options options;
        const char *name;
    } rows[] = {
        {{.transfer = 99}, "transfer"},
        {{.transfer = -1}, "transfer"},
        {{.freeze = true}, "freeze"},
        {{.polarity = SEPTUM_POLARITY_SAME}, "polarity"},
        {{.pixel_size = SEPTUM_PIXEL_SIZE_HALF}, "pixel_size"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct septum_train_options options = rows[i].options;
        struct septum_error err = {0};
        char sentence[128];

        options.images = options.labels.source = (struct septum_source)SOURCE;
        options.output = "nowhere/model.onnx";
        snprintf(sentence, sizeof sentence,
                 "%s needs `from`, a source model to take layers from", rows[i].name);
        assert_refused(septum_train(&options, &err), &err, sentence);
    }
}

static void
refuses_half_the_pixel_size_for_a_net_that_is_told(void **state)
{
    struct septum_train_options options = train_options;
    struct septum_error err = {0};

    (void)state;
    options.from = "nowhere";
    options.net = "default";
    options.pixel_size = SEPTUM_PIXEL_SIZE_HALF;
    assert_refused(septum_train(&options, &err), &err,
                   "half the pixel_size and `net` exclude each other: a net that "
                   "begins with mean2 sees half the size");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_the_field_that_is_missing),
        cmocka_unit_test(begins_where_nothing_is_missing),
        cmocka_unit_test(takes_a_path_of_null_as_missing),
        cmocka_unit_test(names_the_argument_that_is_missing),
        cmocka_unit_test(refuses_values_that_an_enum_does_not_have),
        cmocka_unit_test(refuses_to_take_layers_from_no_model),
        cmocka_unit_test(refuses_half_the_pixel_size_for_a_net_that_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
