/*
 * test_export.c - a model package as another program opens it: which files, that they
 * are what the description says, and that the test picture's answer is Septum's own.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zip.h>

#include "base/file.h"
#include "base/sha256.h"
#include "support/scratch.h"
#include "support/stripes.h"
#include "train/model_file.h"

#define NPY_START 128
#define SIDE 256 /* of the picture */
#define COUNT ((size_t)SIDE * SIDE)
#define LIMIT ((size_t)1 << 24)

static const char *const names[] = {"rdf.yaml",        "weights.onnx", "test_input.npy",
                                    "test_output.npy", "cover.png",    "README.md"};
#define NAMES (sizeof names / sizeof names[0])
enum {
    RDF,
    WEIGHTS,
    INPUT,
    OUTPUT
};

static const char *
write_model(const char *name, bool negated)
{
    struct spt_model model = stripes_model(1);
    const char *path = scratch_path(name);

    if (negated)
        spt_model_negate(&model);
    assert_int_equal(spt_model_write(&model, path, true, NULL), SEPTUM_OK);
    spt_model_clear(&model);
    return path;
}

static const char *
export_model(const char *model, const char *name)
{
    const struct septum_model_export_options options = {
        .model = model, .output = scratch_path(name), .force = true};
    struct septum_error err = {0};

    assert_int_equal(septum_model_export(&options, &err), SEPTUM_OK);
    assert_string_equal(err.text, "");
    return options.output;
}

static void
read_package(const char *path, struct spt_bytes files[NAMES])
{
    zip_t *archive = zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, NULL);

    assert_non_null(archive);
    assert_int_equal(zip_get_num_entries(archive, 0), NAMES);
    for (size_t i = 0; i < NAMES; i++) {
        zip_stat_t about;
        zip_file_t *file = zip_fopen_index(archive, i, 0);

        assert_non_null(file);
        assert_int_equal(zip_stat_index(archive, i, 0, &about), 0);
        assert_string_equal(about.name, names[i]);
        files[i].count = about.size;
        files[i].at = malloc(about.size + 1);
        assert_int_equal(zip_fread(file, files[i].at, about.size), about.size);
        files[i].at[about.size] = '\0'; /* for strstr() */
        zip_fclose(file);
    }
    zip_discard(archive);
}

/* That of the model as it is drawn, made once for all tests. */
static const char *
find_package(void)
{
    if (!spt_file_exists(scratch_path("one.zip")))
        export_model(write_model("model.onnx", false), "one.zip");
    return scratch_path("one.zip");
}

static void
clear_package(struct spt_bytes files[NAMES])
{
    for (size_t i = 0; i < NAMES; i++)
        spt_bytes_clear(&files[i]);
}

static void
holds_the_model_and_files_of_the_digests_it_tells(void **state)
{
    struct spt_bytes files[NAMES] = {{0}}, bytes = {0};

    (void)state;
    read_package(find_package(), files);
    assert_int_equal(spt_file_read(scratch_path("model.onnx"), LIMIT, &bytes, NULL),
                     SEPTUM_OK);
    assert_int_equal(files[WEIGHTS].count, bytes.count);
    assert_memory_equal(files[WEIGHTS].at, bytes.at, bytes.count);
    spt_bytes_clear(&bytes);
    for (size_t i = WEIGHTS; i < NAMES; i++) {
        uint8_t digest[SPT_SHA256_BYTES];
        char line[128];
        int length = snprintf(line, sizeof line, "{source: %s, sha256: ", names[i]);

        spt_sha256_of(files[i].at, files[i].count, digest);
        for (size_t k = 0; k < sizeof digest; k++)
            length += snprintf(line + length, sizeof line - (size_t)length, "%02x",
                               digest[k]);
        assert_non_null(strstr((const char *)files[RDF].at, line));
    }
    clear_package(files);
}

/* The only array of a file, 256 x 256. */
static const float *
find_array(const struct spt_bytes *file)
{
    assert_int_equal(file->count, NPY_START + COUNT * sizeof(float));
    assert_memory_equal(file->at, "\x93NUMPY\x01\x00\x76\x00", 10);
    assert_non_null(strstr((const char *)file->at + 10, "'shape': (1, 1, 256, 256)"));
    assert_int_equal(file->at[NPY_START - 1], '\n');
    return (const float *)(const void *)(file->at + NPY_START);
}

static void
answers_its_picture_as_a_prediction_does(void **state)
{
    static float membrane[COUNT];
    const char *path = write_model("model.onnx", false);
    struct spt_bytes files[NAMES] = {{0}};
    struct septum_model *model;
    const float *expected;

    (void)state;
    read_package(find_package(), files);
    assert_int_equal(septum_model_load(path, &model, NULL), SEPTUM_OK);
    assert_int_equal(
        septum_predict(model, find_array(&files[INPUT]), SIDE, SIDE, 0, membrane, NULL),
        SEPTUM_OK);
    expected = find_array(&files[OUTPUT]);
    for (size_t i = 0; i < COUNT; i++)
        assert_true(membrane[i] == expected[i]);
    septum_model_free(model);
    clear_package(files);
}

static int
compare_floats(const void *left, const void *right)
{
    const float *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

static void
has_a_picture_whose_median_is_midway(void **state)
{
    static float sorted[COUNT];
    struct spt_bytes files[NAMES] = {{0}};
    float p5, median, p95;

    (void)state;
    read_package(find_package(), files);
    memcpy(sorted, find_array(&files[INPUT]), sizeof sorted);
    qsort(sorted, COUNT, sizeof *sorted, compare_floats);
    p5 = sorted[65535 / 20];
    median = sorted[65535 / 2];
    p95 = sorted[65535 / 20 * 19 + 14]; /* .95 * 65535 = 62258.25 */
    assert_true(p95 - median > 1);
    assert_true(fabsf(p95 - median - (median - p5)) < 1e-3F);
    assert_true(sorted[0] == 0 && sorted[65535] == 255);
    clear_package(files);
}

/* What is bright to a model is dark to its negative, which gets the negative picture.
 */
static void
shows_membranes_as_the_model_wants_them(void **state)
{
    struct spt_bytes files[2][NAMES] = {{{0}}};
    const float *image[2], *membrane[2];

    (void)state;
    for (int i = 0; i < 2; i++) {
        read_package(i == 0 ? find_package()
                            : export_model(write_model("negative.onnx", true), "2.zip"),
                     files[i]);
        image[i] = find_array(&files[i][INPUT]);
        membrane[i] = find_array(&files[i][OUTPUT]);
    }
    for (size_t i = 0; i < COUNT; i++) {
        assert_true(fabsf(image[0][i] + image[1][i] - 255) < 1e-3F);
        assert_true(fabsf(membrane[0][i] - membrane[1][i]) < 1e-4F);
    }
    clear_package(files[0]);
    clear_package(files[1]);
}

static void
gives_equal_bytes_for_equal_models(void **state)
{
    const char *model = write_model("model.onnx", false);
    struct spt_bytes first = {0}, second = {0};

    (void)state;
    assert_int_equal(spt_file_read(find_package(), LIMIT, &first, NULL), SEPTUM_OK);
    /* A zip archive tells its files' dates in local time. */
    setenv("TZ", "Asia/Tokyo", 1);
    assert_int_equal(spt_file_read(export_model(model, "2.zip"), LIMIT, &second, NULL),
                     SEPTUM_OK);
    unsetenv("TZ");
    assert_int_equal(first.count, second.count);
    assert_memory_equal(first.at, second.at, first.count);
    spt_bytes_clear(&first);
    spt_bytes_clear(&second);
}

static void
refuses_words_that_the_format_does_not_allow(void **state)
{
    char long_name[130], long_text[1026];
    const char *model = write_model("model.onnx", false);
    const char *output = scratch_path("never.zip");
#define WITH(...)                                                                      \
    {                                                                                  \
        .model = model, .output = output, __VA_ARGS__                                  \
    }
    const struct {
        struct septum_model_export_options options;
        const char *said;
    } rows[] = {
        {WITH(.name = "four"), "the name \"four\" cannot be one"},
        {WITH(.name = "no/slash"), "the name \"no/slash\" cannot be one"},
        {WITH(.name = long_name), "cannot be one; wanted: 5 to 128"},
        {WITH(.description = ""), "the description \"\""},
        {WITH(.description = long_text), ""},
        {WITH(.author = "a/b"), "the author \"a/b\""},
        {WITH(.author = "A", .github = "a b"), "the GitHub user \"a b\""},
        {WITH(.github = "ab"), "a GitHub user takes the author's name"},
        {WITH(.license = "my own"), "the license \"my own\""},
        {WITH(.cite = "A paper"), "a citation takes both"},
        {WITH(.doi = "10.1000/182"), "a citation takes both"},
        {WITH(.cite = "", .doi = "10.1000/182"), "the citation \"\""},
        {WITH(.cite = "A paper", .doi = "10.1000"), "the DOI \"10.1000\""},
    };
#undef WITH

    (void)state;
    memset(long_name, 'n', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    memset(long_text, 't', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct septum_error err = {0};

        assert_int_equal(septum_model_export(&rows[i].options, &err), SEPTUM_EINVAL);
        assert_non_null(strstr(err.text, rows[i].said));
    }
    assert_false(spt_file_exists(output));
}

/* A quote, a colon or a line's end in a text is the text's, and no other field's. */
static void
keeps_words_in_their_fields(void **state)
{
    const struct septum_model_export_options options = {
        .model = write_model("model.onnx", false),
        .output = scratch_path("words.zip"),
        .name = "A name (of 1)",
        .description = "say \"x\": y\nlicense: z",
        .author = "O. K\xc3\xb6nig",
        .github = "o-k",
        .license = "CC-BY-4.0",
        .cite = "#1: a paper",
        .doi = "10.1000/182",
    };
    static const char *const lines[] = {
        "\nname: \"A name (of 1)\"\n",
        "\ndescription: \"say \\\"x\\\": y\\u000alicense: z\"\n",
        "\nauthors:\n- name: \"O. K\xc3\xb6nig\"\n  github_user: \"o-k\"\n",
        "\nlicense: \"CC-BY-4.0\"\n",
        "\ncite:\n- text: \"#1: a paper\"\n  doi: \"10.1000/182\"\n",
    };
    struct spt_bytes files[NAMES] = {{0}};

    (void)state;
    assert_int_equal(septum_model_export(&options, NULL), SEPTUM_OK);
    read_package(options.output, files);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_non_null(strstr((const char *)files[RDF].at, lines[i]));
    clear_package(files);
}

static void
refuses_to_write_over_the_model_and_what_is_there(void **state)
{
    const char *model = write_model("model.onnx", false);
    const char *there = scratch_write("there.zip", "x", 1);
    struct septum_model_export_options options = {
        .model = model, .output = model, .force = true};
    struct septum_error err = {0};
    struct septum_model *loaded;

    (void)state;
    assert_int_equal(septum_model_export(&options, &err), SEPTUM_EINVAL);
    assert_non_null(strstr(err.text, "is read from"));
    assert_int_equal(septum_model_load(model, &loaded, NULL), SEPTUM_OK);
    assert_int_equal(septum_model_filters(loaded, model, true, &err), SEPTUM_EINVAL);
    assert_non_null(strstr(err.text, "is read from"));
    septum_model_free(loaded);
    assert_int_equal(septum_model_load(model, &loaded, NULL), SEPTUM_OK);
    septum_model_free(loaded);
    options = (struct septum_model_export_options){.model = model, .output = there};
    assert_int_equal(septum_model_export(&options, &err), SEPTUM_EINVAL);
    assert_non_null(strstr(err.text, "exists already"));
    options.model = there;
    options.output = scratch_path("never.zip");
    assert_int_equal(septum_model_export(&options, &err), SEPTUM_EFORMAT);
    assert_false(spt_file_exists(options.output));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_the_model_and_files_of_the_digests_it_tells),
        cmocka_unit_test(answers_its_picture_as_a_prediction_does),
        cmocka_unit_test(has_a_picture_whose_median_is_midway),
        cmocka_unit_test(shows_membranes_as_the_model_wants_them),
        cmocka_unit_test(gives_equal_bytes_for_equal_models),
        cmocka_unit_test(refuses_words_that_the_format_does_not_allow),
        cmocka_unit_test(keeps_words_in_their_fields),
        cmocka_unit_test(refuses_to_write_over_the_model_and_what_is_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
