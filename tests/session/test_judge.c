/*
 * test_judge.c - an answer speaks for the better net, whoever made the proposal.
 */
#include "session/judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SIDE 40
#define PIXELS (SIDE * SIDE)

/* A membrane from top to bottom, over columns [left, right), what two nets predict of
 * it, and what they score. */
struct fixture {
    uint8_t labels[PIXELS];
    float ours[PIXELS], theirs[PIXELS];
    struct spt_judged we, they;
};

static void
begin(struct fixture *fixture, uint32_t left, uint32_t right)
{
    for (uint32_t at = 0; at < PIXELS; at++) {
        const uint32_t x = at % SIDE;

        fixture->labels[at] =
            x >= left && x < right ? SPT_LABEL_MEMBRANE : SPT_LABEL_OTHER;
        fixture->ours[at] = fixture->theirs[at] =
            fixture->labels[at] == SPT_LABEL_MEMBRANE ? 0.9F : 0.1F;
    }
}

/* Paint a rectangle of predictions. */
static void
paint(float *map, uint32_t top, uint32_t bottom, uint32_t left, uint32_t right,
      float value)
{
    for (uint32_t y = top; y < bottom; y++)
        for (uint32_t x = left; x < right; x++)
            map[y * SIDE + x] = value;
}

static void
judge(struct fixture *fixture)
{
    const struct spt_sample sample = {
        .height = SIDE, .width = SIDE, .labels = fixture->labels};

    fixture->we = fixture->they = (struct spt_judged){.threshold = 0.5};
    assert_int_equal(spt_judged_add(&fixture->we, fixture->ours, &sample, NULL),
                     SEPTUM_OK);
    assert_int_equal(spt_judged_add(&fixture->they, fixture->theirs, &sample, NULL),
                     SEPTUM_OK);
}

/* They drew the proposal, whose edge was left as it was, and miss a piece; we draw the
 * membrane whole and thinner. */
static void
edges_have_no_say(void **state)
{
    struct fixture fixture;

    (void)state;
    begin(&fixture, 10, 16);
    paint(fixture.theirs, 20, 23, 10, 16, 0.1F);
    paint(fixture.ours, 0, SIDE, 10, 11, 0.1F);
    paint(fixture.ours, 0, SIDE, 15, 16, 0.1F);
    judge(&fixture);
    assert_false(spt_judge_by_images(&fixture.we, &fixture.they));
    assert_true(spt_judge_by_answers(&fixture.we, &fixture.they));
    assert_false(spt_judge_by_answers(&fixture.they, &fixture.we));
    assert_true(spt_judge_by_answers(&fixture.we, &fixture.we));
}

static void
a_thin_membrane_is_all_edge_and_judged_whole(void **state)
{
    struct fixture fixture;

    (void)state;
    begin(&fixture, 10, 12);
    paint(fixture.ours, 20, 23, 10, 12, 0.1F);
    judge(&fixture);
    assert_false(spt_tally_has_membrane(&fixture.we.inner));
    assert_false(spt_judge_by_answers(&fixture.we, &fixture.they));
    assert_true(spt_judge_by_answers(&fixture.they, &fixture.we));
}

static void
hardly_any_membrane_is_judged_by_wrong_pixels(void **state)
{
    struct fixture fixture;

    (void)state;
    begin(&fixture, 0, 0);
    paint(fixture.ours, 5, 15, 5, 15, 0.9F);
    fixture.labels[PIXELS - 1] = SPT_LABEL_MEMBRANE; /* which both miss */
    judge(&fixture);
    assert_false(spt_judge_by_answers(&fixture.we, &fixture.they));
    assert_true(spt_judge_by_answers(&fixture.they, &fixture.we));
}

/* What is not known is no other class, nor is what lies beyond the image. */
static void
only_known_neighbours_make_an_edge(void **state)
{
    struct fixture fixture;

    (void)state;
    begin(&fixture, 0, 20);
    for (uint32_t y = 0; y < SIDE; y++)
        fixture.labels[y * SIDE + 20] = SPT_LABEL_UNKNOWN;
    judge(&fixture);
    assert_memory_equal(&fixture.we.whole, &fixture.we.inner, sizeof fixture.we.inner);
    fixture.labels[5 * SIDE + 20] = SPT_LABEL_OTHER; /* beside membrane, and others */
    judge(&fixture);
    assert_int_equal(fixture.we.whole.membrane[900] - fixture.we.inner.membrane[900],
                     3);
    assert_int_equal(fixture.we.whole.other[100] - fixture.we.inner.other[100], 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges_have_no_say),
        cmocka_unit_test(a_thin_membrane_is_all_edge_and_judged_whole),
        cmocka_unit_test(hardly_any_membrane_is_judged_by_wrong_pixels),
        cmocka_unit_test(only_known_neighbours_make_an_edge),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
