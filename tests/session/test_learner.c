/*
 * test_learner.c - when what was learnt takes the model's place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "session/learner.h"
#include "support/workspace.h"

/* Of steps, for a slow machine to learn as much as a fast one. */
static const struct spt_round_length length = {.steps = 100};

struct fixture {
    struct spt_workspace workspace;
    struct spt_samples images, validation;
    size_t which[4], validation_which[4];
    struct spt_learner *learner;
};

static void
begin(struct fixture *fixture, const char *name, size_t validation)
{
    struct septum_error err;

    *fixture = (struct fixture){0};
    workspace_make(name, 2, validation, &fixture->workspace);
    if (spt_workspace_samples(&fixture->workspace, false, fixture->which,
                              &fixture->images, &err) != SEPTUM_OK ||
        spt_workspace_samples(&fixture->workspace, true, fixture->validation_which,
                              &fixture->validation, &err) != SEPTUM_OK ||
        spt_learner_create(&fixture->workspace, &fixture->images, &fixture->validation,
                           &length, &fixture->learner, &err) != SEPTUM_OK)
        fail_msg("%s", err.text);
}

static void
end(struct fixture *fixture)
{
    spt_learner_free(fixture->learner);
    spt_samples_clear(&fixture->images);
    spt_samples_clear(&fixture->validation);
    spt_workspace_clear(&fixture->workspace);
}

/* Answer for a window of an image, with the truth or its reverse. */
static void
answer(struct fixture *fixture, size_t i, uint32_t row, uint32_t column, bool right)
{
    uint8_t pixels[WORKSPACE_WINDOW * WORKSPACE_WINDOW];
    struct spt_answer said =
        workspace_answer(&fixture->workspace, i, row, column, pixels);
    struct septum_error err;

    for (size_t at = 0; at < sizeof pixels; at++) {
        pixels[at] = right ? pixels[at] : !pixels[at];
        spt_samples_set_label(&fixture->images, i,
                              (said.top + at / WORKSPACE_WINDOW) * WORKSPACE_SIDE +
                                  said.left + at % WORKSPACE_WINDOW,
                              pixels[at]);
    }
    assert_int_equal(spt_learner_hear(fixture->learner, i, &said, &err), SEPTUM_OK);
}

/* Make the candidate the model, as the worker does. */
static void
adopt(struct fixture *fixture, int64_t id)
{
    struct spt_model model;
    struct septum_error err;

    assert_int_equal(spt_learner_model(fixture->learner, &model, &err), SEPTUM_OK);
    spt_workspace_take_model(&fixture->workspace, id, &model);
}

/* Work until nothing is due; the last verdict that ended a round or found better.  A
 * model that is turned with the first answers is taken, and the work goes on. */
static struct spt_verdict
work(struct fixture *fixture)
{
    struct spt_verdict last = {0};

    for (int i = 0; i < 1000 && spt_learner_is_due(fixture->learner); i++) {
        struct spt_verdict verdict;
        struct septum_error err;

        if (spt_learner_work(fixture->learner, &verdict, &err) != SEPTUM_OK)
            fail_msg("%s", err.text);
        if (verdict.turned) {
            adopt(fixture, 100);
        } else if (verdict.ended || verdict.better) {
            last = verdict;
            if (verdict.better)
                break;
        }
    }
    return last;
}

static void
has_nothing_to_do_without_answers(void **state)
{
    struct fixture fixture;

    (void)state;
    begin(&fixture, "idle", 0);
    assert_false(spt_learner_is_due(fixture.learner));
    end(&fixture);
}

static void
waits_for_the_next_answer_to_be_judged_by(void **state)
{
    struct fixture fixture;
    struct spt_verdict verdict;
    struct spt_model model;
    struct septum_error err;

    (void)state;
    begin(&fixture, "waits", 0);
    for (uint32_t w = 0; w < 16; w++)
        answer(&fixture, 0, w / 4, w % 4, true);
    verdict = work(&fixture);
    assert_true(verdict.ended);
    assert_false(spt_learner_is_urgent(fixture.learner));
    assert_true(verdict.train_seconds > 0);
    assert_true(verdict.loss > 0);
    assert_false(verdict.better); /* nobody can say yet */
    assert_false(spt_learner_is_due(fixture.learner));
    /* The untrained model knows nothing; what was learnt of lines is better. */
    for (uint32_t w = 0; w < 4; w++)
        answer(&fixture, 1, w, w, true);
    assert_true(spt_learner_is_urgent(fixture.learner));
    verdict = work(&fixture);
    assert_true(verdict.better);
    assert_int_equal(spt_learner_model(fixture.learner, &model, &err), SEPTUM_OK);
    assert_memory_not_equal(model.parameters, fixture.workspace.model.parameters,
                            model.spec.parameter_count * sizeof(float));
    assert_non_null(strstr(model.history, "label: "));
    assert_true(model.trained_windows > 0);
    spt_model_clear(&model);
    end(&fixture);
}

/* The fixture's model, drawn at random, happens to find more in negatives. */
static void
turns_a_model_with_the_first_answers(void **state)
{
    struct fixture fixture;
    struct spt_verdict verdict;
    struct spt_model turned;
    struct septum_error err;

    (void)state;
    begin(&fixture, "turns", 0);
    assert_int_equal(spt_model_copy(&fixture.workspace.model, &turned, &err),
                     SEPTUM_OK);
    spt_model_negate(&turned);
    answer(&fixture, 0, 1, 1, true);
    assert_true(spt_learner_is_urgent(fixture.learner));
    assert_int_equal(spt_learner_work(fixture.learner, &verdict, &err), SEPTUM_OK);
    assert_true(verdict.turned && verdict.better && !verdict.ended);
    adopt(&fixture, 100);
    assert_memory_equal(fixture.workspace.model.parameters, turned.parameters,
                        turned.spec.parameter_count * sizeof(float));
    /* Nor is it turned back. */
    spt_learner_free(fixture.learner);
    assert_int_equal(spt_learner_create(&fixture.workspace, &fixture.images,
                                        &fixture.validation, &length, &fixture.learner,
                                        &err),
                     SEPTUM_OK);
    answer(&fixture, 0, 2, 1, true);
    assert_int_equal(spt_learner_work(fixture.learner, &verdict, &err), SEPTUM_OK);
    assert_false(verdict.turned || verdict.better);
    spt_model_clear(&turned);
    end(&fixture);
}

/* The best F-score of the current model on the validation images. */
static double
score_model(struct fixture *fixture)
{
    struct spt_tally tally = {0};
    struct septum_error err;

    assert_int_equal(spt_evaluate(fixture->workspace.predictor, &fixture->validation, 1,
                                  NULL, &tally, &err),
                     SEPTUM_OK);
    return spt_tally_best(&tally).f_score;
}

/* Taught the truth and then its reverse, over some rounds: whatever comes of a round,
 * the score never falls. */
static void
never_takes_what_scores_worse(void **state)
{
    struct fixture fixture;
    struct septum_error err;
    double best;
    int kept = 0, dropped = 0;

    (void)state;
    begin(&fixture, "never", 1);
    best = score_model(&fixture);
    for (uint32_t round = 0; round < 10; round++) {
        struct spt_verdict verdict;
        struct spt_model model;

        for (uint32_t w = 0; w < 16; w++)
            answer(&fixture, round % 2, w / 4, w % 4, round < 4);
        verdict = work(&fixture);
        assert_true(verdict.scored);
        assert_int_equal(verdict.better, verdict.score.f_score >= best);
        kept += verdict.better;
        dropped += !verdict.better;
        if (!verdict.better)
            continue;
        assert_int_equal(spt_learner_model(fixture.learner, &model, &err), SEPTUM_OK);
        spt_workspace_take_model(&fixture.workspace, round + 2, &model);
        assert_float_equal(score_model(&fixture), verdict.score.f_score, 1e-9);
        best = verdict.score.f_score;
    }
    assert_true(kept > 0);
    assert_true(dropped > 0);
    end(&fixture);
}

static void
judges_by_validation_images_where_there_are_any(void **state)
{
    struct fixture fixture;
    struct spt_verdict verdict;

    (void)state;
    begin(&fixture, "validation", 1);
    answer(&fixture, 0, 1, 1, true);
    answer(&fixture, 1, 2, 2, true);
    verdict = work(&fixture);
    assert_true(verdict.ended);
    assert_true(verdict.scored);
    assert_true(verdict.score.f_score > 0);
    end(&fixture);
}

/* One class alone teaches nothing, and ends nothing. */
static void
does_not_learn_from_one_class(void **state)
{
    const uint8_t pixels[4] = {0, 0, 0, 0};
    struct fixture fixture;
    struct spt_answer said = {.height = 2, .width = 2, .pixels = pixels};
    struct septum_error err;

    (void)state;
    begin(&fixture, "one-class", 0);
    for (size_t at = 0; at < 4; at++)
        spt_samples_set_label(&fixture.images, 0, at / 2 * WORKSPACE_SIDE + at % 2, 0);
    assert_int_equal(spt_learner_hear(fixture.learner, 0, &said, &err), SEPTUM_OK);
    assert_false(work(&fixture).ended);
    assert_false(spt_learner_is_due(fixture.learner));
    end(&fixture);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_nothing_to_do_without_answers),
        cmocka_unit_test(waits_for_the_next_answer_to_be_judged_by),
        cmocka_unit_test(turns_a_model_with_the_first_answers),
        cmocka_unit_test(never_takes_what_scores_worse),
        cmocka_unit_test(judges_by_validation_images_where_there_are_any),
        cmocka_unit_test(does_not_learn_from_one_class),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
