/*
 * test_answer.c - what is said is kept to the pixel, in layers, with who said it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "project/lease.h"
#include "support/project.h"
#include "support/scratch.h"

#define HEIGHT 37
#define WIDTH 53
#define PIXELS ((size_t)HEIGHT * WIDTH)

static void
read_labels(struct spt_project *project, int64_t image, uint8_t *labels)
{
    struct septum_error err = {0};

    if (spt_project_labels(project, image, HEIGHT, WIDTH, labels, &err) != SEPTUM_OK)
        fail_msg("%s", err.text);
}

static void
knows_nothing_at_first(void **state)
{
    struct spt_project *project = project_make("nothing");
    int64_t image = project_add(project, "nothing-image", HEIGHT, WIDTH);
    uint8_t labels[PIXELS];

    (void)state;
    read_labels(project, image, labels);
    for (size_t i = 0; i < PIXELS; i++)
        assert_int_equal(labels[i], SPT_LABEL_UNKNOWN);
    spt_project_free(project);
}

/* Against the same done on an array, pixel by pixel, for random boxes. */
static void
lays_later_answers_over_earlier_ones(void **state)
{
    struct spt_project *project = project_make("layers");
    int64_t image = project_add(project, "layers-image", HEIGHT, WIDTH);
    int64_t other = project_add(project, "layers-other", HEIGHT, WIDTH);
    uint8_t wanted[PIXELS], found[PIXELS], said[PIXELS];
    struct spt_random random;

    (void)state;
    spt_random_init(&random, 1, 1);
    memset(wanted, SPT_LABEL_UNKNOWN, sizeof wanted);
    for (int round = 0; round < 60; round++) {
        struct spt_answer answer =
            project_answer(round % 5 == 0 ? other : image,
                           (uint32_t)spt_random_below(&random, HEIGHT) + 1,
                           (uint32_t)spt_random_below(&random, WIDTH) + 1, said);
        int64_t id;

        answer.top = (uint32_t)spt_random_below(&random, HEIGHT - answer.height + 1);
        answer.left = (uint32_t)spt_random_below(&random, WIDTH - answer.width + 1);
        for (size_t i = 0; i < (size_t)answer.height * answer.width; i++) {
            size_t at = (answer.top + i / answer.width) * WIDTH + answer.left +
                        i % answer.width;

            said[i] = (uint8_t)spt_random_below(&random, i == 0 ? 3 : 4);
            if (said[i] != SPT_LABEL_KEEP && answer.image == image)
                wanted[at] = said[i];
        }
        assert_int_equal(spt_project_answer(project, &answer, &id, NULL), SEPTUM_OK);
        assert_int_equal(id, round + 1);
    }
    spt_project_free(project);
    project = project_reopen(scratch_path("layers"));
    read_labels(project, image, found);
    assert_memory_equal(found, wanted, sizeof found);
    spt_project_free(project);
}

static void
refuses(struct spt_project *project, const struct spt_answer *answer,
        const char *sentence)
{
    struct septum_error err = {0};
    int64_t id = -1;

    assert_int_equal(spt_project_answer(project, answer, &id, &err), SEPTUM_EINVAL);
    assert_int_equal(id, -1);
    if (strstr(err.text, sentence) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.text, sentence);
}

static void
refuses_answers_that_make_no_sense(void **state)
{
    struct spt_project *project = project_make("senseless");
    int64_t image = project_add(project, "senseless-image", HEIGHT, WIDTH);
    uint8_t said[PIXELS] = {0}, nothing[PIXELS], labels[PIXELS];
    struct spt_answer answer = project_answer(image, 4, 4, nothing);

    (void)state;
    memset(nothing, SPT_LABEL_KEEP, sizeof nothing);
    refuses(project, &answer, "an answer must speak of some pixel");
    answer.pixels = said;
    answer.top = HEIGHT - 3;
    refuses(project, &answer,
            "an answer of 4 x 4 pixels at row 34, column 0 does not lie in the image");
    answer.top = 0;
    answer.left = UINT32_MAX - 1;
    refuses(project, &answer, "does not lie in the image");
    answer.left = 0;
    answer.image = 99;
    refuses(project, &answer, "does not lie in the image");
    answer.image = image;
    answer.lease = 1;
    refuses(project, &answer, "has been answered or given back already");
    read_labels(project, image, labels);
    for (size_t i = 0; i < PIXELS; i++)
        assert_int_equal(labels[i], SPT_LABEL_UNKNOWN);
    spt_project_free(project);
}

struct told {
    int count;
    struct spt_answer last;
    char image[64], who[64], origin[64];
};

static enum septum_status
tell(void *user, const char *image, const struct spt_answer *answer,
     struct septum_error *err)
{
    struct told *told = user;

    (void)err;
    told->count++;
    told->last = *answer;
    strcpy(told->image, image);
    strcpy(told->who, answer->who);
    strcpy(told->origin, answer->origin);
    return SEPTUM_OK;
}

static void
remembers_who_when_how_long_and_why(void **state)
{
    struct spt_project *project = project_make("history");
    int64_t image = project_add(project, "history-image", HEIGHT, WIDTH), id, lease = 0;
    struct spt_bytes model = {(uint8_t *)"model", 5};
    struct spt_lease_window window = {0, 1};
    char who[] = "Zo\xc3\xab \"Z\", PhD";
    struct spt_lease region = {.image = image,
                               .who = who,
                               .until = INT64_MAX,
                               .side = 16,
                               .windows = &window,
                               .count = 1};
    uint8_t said[4] = {SPT_LABEL_OTHER, SPT_LABEL_MEMBRANE, SPT_LABEL_MEMBRANE,
                       SPT_LABEL_UNKNOWN};
    struct spt_answer answer = project_answer(image, 2, 2, said);
    struct told told = {0};
    int64_t rounds = -1;
    double seconds = -1;

    (void)state;
    assert_int_equal(spt_project_answer(project, &answer, &id, NULL), SEPTUM_OK);
    assert_int_equal(spt_project_add_model(project, &model, "", &region.model, NULL),
                     SEPTUM_OK);
    assert_int_equal(spt_project_lend(project, &region, &lease, NULL), SEPTUM_OK);
    answer.who = who;
    answer.origin = "page";
    answer.seconds = 12.5;
    answer.lease = lease;
    answer.model = region.model;
    answer.left = 16;
    assert_int_equal(spt_project_answer(project, &answer, &id, NULL), SEPTUM_OK);
    assert_int_equal(spt_project_history(project, tell, &told, NULL), SEPTUM_OK);
    assert_int_equal(told.count, 2);
    assert_string_equal(told.image, "history-image");
    assert_string_equal(told.who, who);
    assert_string_equal(told.origin, "page");
    assert_int_equal(told.last.left, 16);
    assert_int_equal(told.last.other, 1);
    assert_int_equal(told.last.membrane, 2);
    assert_int_equal(told.last.unknown, 1);
    assert_int_equal(told.last.round, 1);
    assert_int_equal(told.last.lease, lease);
    assert_int_equal(told.last.model, region.model);
    assert_true(told.last.seconds == 12.5);
    assert_true(told.last.confirmed > 1600000000000);
    assert_int_equal(spt_project_rounds(project, &rounds, NULL), SEPTUM_OK);
    assert_int_equal(rounds, 1);
    assert_int_equal(spt_project_seconds(project, &seconds, NULL), SEPTUM_OK);
    assert_true(seconds == 12.5); /* the first took nobody knows how long */
    refuses(project, &answer, "answered or given back already");
    spt_project_free(project);
}

static void
notices_an_answer_whose_bytes_are_damaged(void **state)
{
    struct spt_project *project = project_make("bytes");
    int64_t image = project_add(project, "bytes-image", HEIGHT, WIDTH), id;
    uint8_t said[PIXELS] = {0}, labels[PIXELS];
    struct spt_answer answer = project_answer(image, HEIGHT, WIDTH, said);
    struct septum_error err = {0};

    (void)state;
    assert_int_equal(spt_project_answer(project, &answer, &id, NULL), SEPTUM_OK);
    spt_project_free(project);
    project_sql(scratch_path("bytes"),
                "UPDATE answer SET pixels = substr(pixels, 1, length(pixels) - 1)");
    project = project_reopen(scratch_path("bytes"));
    assert_int_equal(spt_project_labels(project, image, HEIGHT, WIDTH, labels, &err),
                     SEPTUM_EFORMAT);
    assert_non_null(strstr(err.text, "is damaged (answer 1 does not hold the labels"));
    spt_project_free(project);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_nothing_at_first),
        cmocka_unit_test(lays_later_answers_over_earlier_ones),
        cmocka_unit_test(refuses_answers_that_make_no_sense),
        cmocka_unit_test(remembers_who_when_how_long_and_why),
        cmocka_unit_test(notices_an_answer_whose_bytes_are_damaged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
