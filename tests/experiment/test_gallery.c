/*
 * test_gallery.c - which pictures an experiment shows, in which order, and what is
 * written below them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "experiment/gallery.h"
#include "loop/pictures.h"
#include "support/stripes.h"

#define PIXELS ((size_t)STRIPES_SIDE * STRIPES_SIDE)
#define POOL 2

static const char *const names[] = {"t0", "t1", "t2", "t3", "t4", "t5", "p0", "p1"};

/* A trial that is not run, but whose images and source model are shown. */
struct show {
    struct spt_model source;
    struct spt_samples pool, test;
    struct spt_trial trial;
    struct spt_gallery gallery;
};

static void
open_show(struct show *show, size_t test_images, size_t contenders)
{
    *show = (struct show){.source = stripes_model(1),
                          .pool = stripes_samples(POOL, 2),
                          .test = stripes_samples(test_images, 3)};
    show->trial = (struct spt_trial){
        .source = &show->source,
        .pool = &show->pool,
        .test = &show->test,
        .epochs = 3,
    };
    /* The pool's names follow those of the test images. */
    assert_int_equal(spt_gallery_init(&show->gallery, &show->trial,
                                      names + 6 - test_images, contenders, NULL),
                     SEPTUM_OK);
}

static void
close_show(struct show *show)
{
    spt_gallery_clear(&show->gallery);
    spt_gallery_clear(&show->gallery); /* empty is valid */
    spt_model_clear(&show->source);
    spt_samples_clear(&show->pool);
    spt_samples_clear(&show->test);
}

static void
assert_equal_picture(const struct spt_figure *found, struct spt_figure wanted,
                     const char *caption)
{
    assert_string_equal(found->caption, caption);
    assert_int_equal(found->height, wanted.height);
    assert_int_equal(found->width, wanted.width);
    assert_memory_equal(found->pixels, wanted.pixels,
                        (size_t)wanted.height * wanted.width * 3);
    free(wanted.pixels);
}

static struct spt_figure
picture_of(const struct spt_sample *image, const uint8_t *labels)
{
    struct spt_figure picture = {0};

    assert_int_equal(
        spt_picture_image(image, labels, spt_view_middle(image, 512), &picture, NULL),
        SEPTUM_OK);
    return picture;
}

static struct spt_figure
picture_found_by(const struct spt_model *model, const struct spt_sample *image)
{
    struct spt_net *net = stripes_net(model);
    struct spt_predictor *predictor = stripes_predictor(net);
    struct spt_figure picture = {0};
    float membrane[PIXELS];

    assert_int_equal(spt_predict(predictor, image->pixels, STRIPES_SIDE, STRIPES_SIDE,
                                 membrane, NULL),
                     SEPTUM_OK);
    assert_int_equal(spt_picture_membrane(image, membrane, spt_view_middle(image, 512),
                                          &picture, NULL),
                     SEPTUM_OK);
    spt_predictor_free(predictor);
    spt_net_free(net);
    return picture;
}

static void
rows_show_image_truth_and_what_each_model_finds(void **state)
{
    struct spt_trial_result result = {.model = stripes_model(9)};
    struct show show;

    (void)state;
    open_show(&show, 2, 1);
    assert_int_equal(show.gallery.columns, 4);
    assert_int_equal(show.gallery.filled, 3);
    assert_int_equal(show.gallery.segmentation_count, 8);
    assert_int_equal(spt_gallery_add(&show.gallery, "finetune", &result, NULL),
                     SEPTUM_OK);
    assert_int_equal(show.gallery.filled, 4);
    assert_int_equal(show.gallery.region_count, 0);
    for (size_t row = 0; row < 2; row++) {
        const struct spt_figure *figures = show.gallery.segmentations + 4 * row;
        const struct spt_sample *image = &show.test.sample[row];

        assert_equal_picture(&figures[0], picture_of(image, NULL),
                             row == 0 ? "t4" : "t5");
        assert_equal_picture(&figures[1], picture_of(image, image->labels), "truth");
        assert_equal_picture(&figures[2], picture_found_by(&show.source, image),
                             "source model, untouched");
        assert_equal_picture(&figures[3], picture_found_by(&result.model, image),
                             "finetune");
    }
    spt_model_clear(&result.model);
    close_show(&show);
}

static void
of_many_test_images_three_are_shown_spread_over_them_all(void **state)
{
    struct show show;

    (void)state;
    open_show(&show, 6, 2);
    assert_int_equal(show.gallery.columns, 5);
    assert_int_equal(show.gallery.segmentation_count, 15);
    assert_string_equal(show.gallery.segmentations[0].caption, "t0");
    assert_string_equal(show.gallery.segmentations[5].caption, "t2");
    assert_string_equal(show.gallery.segmentations[10].caption, "t4");
    close_show(&show);
}

/* What was asked after an epoch: two windows of pool image 1. */
static struct spt_asked
ask_by_hand(const struct show *show, uint32_t epoch, bool capped)
{
    struct spt_asked asked = {.epoch = epoch, .round = {.seconds = 12.6}};

    asked.round.region = (struct spt_region){
        .image = 1,
        .windows = malloc(2 * sizeof(size_t)),
        .count = 2,
        .objective = 0.4321,
        .uncertainty = 0.25,
        .abundance = 0.125,
        .capped = capped,
    };
    asked.round.proposal = malloc(PIXELS * sizeof(float));
    asked.answer = malloc(PIXELS);
    assert_non_null(asked.round.region.windows);
    assert_non_null(asked.round.proposal);
    assert_non_null(asked.answer);
    asked.round.region.windows[0] = 4;
    asked.round.region.windows[1] = 5;
    for (size_t i = 0; i < PIXELS; i++)
        asked.round.proposal[i] = (float)(i % 10) / 10;
    memcpy(asked.answer, show->pool.sample[1].labels, PIXELS);
    return asked;
}

static void
each_question_is_shown_as_proposed_and_as_answered(void **state)
{
    struct spt_trial_result result = {.model = stripes_model(9), .asked_count = 2};
    const struct spt_view view = {8, 8, 32, 40}; /* half a window around 4 and 5 */
    const struct spt_grid grid = spt_grid_of(STRIPES_SIDE, STRIPES_SIDE, 16);
    struct spt_figure before = {0}, after = {0};
    const struct spt_figure *found;
    struct show show;

    (void)state;
    open_show(&show, 1, 1);
    result.asked = calloc(2, sizeof *result.asked);
    assert_non_null(result.asked);
    result.asked[0] = ask_by_hand(&show, 1, true);
    result.asked[1] = ask_by_hand(&show, 2, false);
    result.model.threshold = 0.7;
    assert_int_equal(spt_gallery_add(&show.gallery, "expert", &result, NULL),
                     SEPTUM_OK);
    assert_int_equal(show.gallery.region_count, 4);
    found = show.gallery.regions;
    assert_string_equal(found[2].caption,
                        "expert, after epoch 2: p1, 2 windows; objective 0.432, mean f "
                        "0.250, sum of S 0.125");
    assert_string_equal(found[3].caption, "the answer, 13 seconds");

    assert_int_equal(spt_picture_image(&show.pool.sample[1], NULL, view, &before, NULL),
                     SEPTUM_OK);
    spt_picture_tint(&show.pool.sample[1], result.asked[0].round.proposal, 0.7F, view,
                     &before);
    spt_picture_outline(&grid, &result.asked[0].round.region, view, &before);
    assert_equal_picture(&found[0], before,
                         "expert, after epoch 1: p1, 2 windows; objective 0.432, mean "
                         "f 0.250, sum of S 0.125; stopped by the cap");
    assert_int_equal(spt_picture_image(&show.pool.sample[1], result.asked[0].answer,
                                       view, &after, NULL),
                     SEPTUM_OK);
    spt_picture_outline(&grid, &result.asked[0].round.region, view, &after);
    assert_equal_picture(&found[1], after, "the answer, 13 seconds");
    spt_trial_result_clear(&result);
    close_show(&show);
}

static void
has_room_for_what_every_contender_asks(void **state)
{
    struct spt_trial_result result = {.model = stripes_model(9), .asked_count = 3};
    struct show show;

    (void)state;
    open_show(&show, 1, 3);
    result.asked = calloc(3, sizeof *result.asked);
    assert_non_null(result.asked);
    for (uint32_t i = 0; i < 3; i++)
        result.asked[i] = ask_by_hand(&show, i + 1, false);
    for (int i = 0; i < 3; i++)
        assert_int_equal(spt_gallery_add(&show.gallery, "random", &result, NULL),
                         SEPTUM_OK);
    assert_int_equal(show.gallery.region_count, 3 * 3 * 2);
    assert_int_equal(show.gallery.filled, show.gallery.columns);
    spt_trial_result_clear(&result);
    close_show(&show);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_show_image_truth_and_what_each_model_finds),
        cmocka_unit_test(of_many_test_images_three_are_shown_spread_over_them_all),
        cmocka_unit_test(each_question_is_shown_as_proposed_and_as_answered),
        cmocka_unit_test(has_room_for_what_every_contender_asks),
    };

    spt_engine_threads(1); /* so small a net only waits for a second one */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
