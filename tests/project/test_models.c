/*
 * test_models.c - the models of a project, the newest being the current, and scores.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/project.h"
#include "support/scratch.h"

static int64_t
add(struct spt_project *project, const char *content)
{
    struct spt_bytes onnx = {0};
    int64_t id = 0;

    assert_true(spt_bytes_append(&onnx, content, 3));
    assert_int_equal(spt_project_add_model(project, &onnx, "note", &id, NULL),
                     SEPTUM_OK);
    spt_bytes_clear(&onnx);
    return id;
}

static void
takes_the_newest_and_none_twice_in_a_row(void **state)
{
    struct spt_project *project = project_make("models");
    struct spt_bytes found = {0};
    int64_t id = -1, count = -1;

    (void)state;
    assert_int_equal(spt_project_model(project, &id, &found, NULL), SEPTUM_OK);
    assert_int_equal(id, 0);
    assert_null(found.at);
    assert_int_equal(add(project, "one"), 1);
    assert_int_equal(add(project, "one"), 1);
    assert_int_equal(add(project, "two"), 2);
    assert_int_equal(add(project, "one"), 3);
    assert_int_equal(spt_project_model(project, &id, &found, NULL), SEPTUM_OK);
    assert_int_equal(id, 3);
    assert_int_equal(found.count, 3);
    assert_memory_equal(found.at, "one", 3);
    assert_int_equal(spt_project_models(project, &count, NULL), SEPTUM_OK);
    assert_int_equal(count, 3);
    spt_bytes_clear(&found);
    spt_project_free(project);
}

static void
a_score_holds_for_its_model_and_its_truth(void **state)
{
    struct spt_project *project = project_make("scores");
    struct spt_project_score score = {0.75, 0.5, 1, 0.625, 1234}, found = {0};
    uint8_t said[4] = {0};
    int64_t image = project_add(project, "scores-0", 8, 8), id;
    struct spt_answer answer = project_answer(image, 2, 2, said);
    bool has = true;

    (void)state;
    assert_int_equal(spt_project_score(project, &found, &has, NULL), SEPTUM_OK);
    assert_false(has);
    add(project, "one");
    assert_int_equal(spt_project_add_score(project, 1, &score, NULL), SEPTUM_OK);
    assert_int_equal(spt_project_score(project, &found, &has, NULL), SEPTUM_OK);
    assert_true(has);
    assert_true(found.f_score == 0.75 && found.precision == 0.5 && found.recall == 1 &&
                found.threshold == 0.625 && found.pixels == 1234);
    assert_int_equal(spt_project_answer(project, &answer, &id, NULL), SEPTUM_OK);
    spt_project_score(project, &found, &has, NULL);
    assert_true(has); /* that image is not one of validation */
    spt_project_free(project);
    project_sql(scratch_path("scores"), "UPDATE image SET validation = 1");
    project = project_reopen(scratch_path("scores"));
    spt_project_score(project, &found, &has, NULL);
    assert_false(has);
    assert_int_equal(spt_project_add_score(project, 1, &score, NULL), SEPTUM_OK);
    add(project, "two");
    spt_project_score(project, &found, &has, NULL);
    assert_false(has);
    spt_project_free(project);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_newest_and_none_twice_in_a_row),
        cmocka_unit_test(a_score_holds_for_its_model_and_its_truth),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
