/*
 * test_hold_out.c - labels that are kept from learning: how many, whose, and when none.
 */
#include "train/hold_out.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/material.h"

#define WINDOW 8

/* Is every pixel's label of the image known on just one side, and as it was? */
static void
check_image(const struct spt_sample *was, const struct spt_sample *left,
            const struct spt_sample *held)
{
    for (size_t at = 0; at < (size_t)was->height * was->width; at++) {
        assert_true((left->labels[at] == SPT_LABEL_UNKNOWN) !=
                    (held->labels[at] == SPT_LABEL_UNKNOWN));
        assert_int_equal(was->labels[at], left->labels[at] != SPT_LABEL_UNKNOWN
                                              ? left->labels[at]
                                              : held->labels[at]);
        assert_true(held->pixels[at] == was->pixels[at]);
    }
}

/* 2 images of 6 x 5 windows and a rest: 60 windows, of which one in 7 are 8. */
static void
moves_one_window_in_so_many_and_loses_no_label(void **state)
{
    struct spt_samples was, left, held = {0}, again = {0};
    uint64_t known;

    (void)state;
    material_samples(&was, 2, 6 * WINDOW + 3, 5 * WINDOW + 1, 1);
    material_samples(&left, 2, 6 * WINDOW + 3, 5 * WINDOW + 1, 1);
    assert_int_equal(spt_samples_hold_out(&left, WINDOW, 7, 5, &held, NULL), SEPTUM_OK);
    assert_int_equal(held.known, 8 * WINDOW * WINDOW);
    assert_int_equal(held.known + left.known, was.known);
    assert_int_equal(held.membrane + left.membrane, was.membrane);
    assert_int_equal(held.count, 2); /* with this seed */
    for (size_t i = 0; i < 2; i++)
        check_image(&was.sample[i], &left.sample[i], &held.sample[i]);

    /* The same seed takes the same; what is left over is not whole anywhere else. */
    spt_samples_clear(&left);
    material_samples(&left, 2, 6 * WINDOW + 3, 5 * WINDOW + 1, 1);
    assert_int_equal(spt_samples_hold_out(&left, WINDOW, 7, 5, &again, NULL),
                     SEPTUM_OK);
    for (size_t i = 0; i < 2; i++)
        assert_memory_equal(held.sample[i].labels, again.sample[i].labels,
                            (size_t)was.sample[i].height * was.sample[i].width);
    known = left.known;
    spt_samples_clear(&again);
    assert_int_equal(spt_samples_hold_out(&left, WINDOW, 6, 6, &again, NULL),
                     SEPTUM_OK);
    assert_int_equal(left.known + again.known, known); /* 52 windows: 8 more */
    assert_int_equal(again.known, 8 * WINDOW * WINDOW);
    spt_samples_clear(&was);
    spt_samples_clear(&left);
    spt_samples_clear(&held);
    spt_samples_clear(&again);
}

static void
takes_whole_windows_of_the_grid(void **state)
{
    struct spt_samples left, held = {0};

    (void)state;
    material_samples(&left, 1, 6 * WINDOW, 6 * WINDOW, 2);
    /* A pixel that is not known spoils its window. */
    spt_samples_set_label(&left, 0, 0, SPT_LABEL_UNKNOWN);
    assert_int_equal(spt_samples_hold_out(&left, WINDOW, 2, 1, &held, NULL), SEPTUM_OK);
    assert_int_equal(held.known, 17 * WINDOW * WINDOW);
    for (uint32_t top = 0; top < 6; top++)
        for (uint32_t at = 0; at < 6; at++) {
            const uint8_t *first =
                held.sample[0].labels + (size_t)top * WINDOW * 6 * WINDOW + at * WINDOW;

            for (size_t y = 0; y < WINDOW; y++)
                for (size_t x = 0; x < WINDOW; x++)
                    assert_int_equal(first[0] == SPT_LABEL_UNKNOWN,
                                     first[y * 6 * WINDOW + x] == SPT_LABEL_UNKNOWN);
            if (top == 0 && at == 0)
                assert_int_equal(first[0], SPT_LABEL_UNKNOWN);
        }
    spt_samples_clear(&left);
    spt_samples_clear(&held);
}

static void
moves_nothing_when_it_would_not_be_worth_it(void **state)
{
    static const struct {
        uint32_t windows, share;
    } cases[] = {{8, 0}, {7, 7}, {0, 8}}; /* a side; 49 / 7 is one too few */
    struct spt_samples samples, held = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t known;

        material_samples(&samples, 1, cases[i].windows * WINDOW + 4,
                         cases[i].windows * WINDOW + 4, 3);
        known = samples.known;
        assert_int_equal(
            spt_samples_hold_out(&samples, WINDOW, cases[i].share, 1, &held, NULL),
            SEPTUM_OK);
        assert_int_equal(held.count, 0);
        assert_int_equal(samples.known, known);
        spt_samples_clear(&samples);
    }
}

/* All membrane lies in one window: whichever side has it, the other has none. */
static void
keeps_both_classes_on_both_sides(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 8; seed++) {
        struct spt_samples samples, held = {0};
        uint64_t known;

        material_samples(&samples, 1, 6 * WINDOW, 6 * WINDOW, 3);
        for (size_t at = 0; at < (size_t)36 * WINDOW * WINDOW; at++)
            spt_samples_set_label(&samples, 0, at,
                                  at == 0 ? SPT_LABEL_MEMBRANE : SPT_LABEL_OTHER);
        known = samples.known;
        assert_int_equal(spt_samples_hold_out(&samples, WINDOW, 4, seed, &held, NULL),
                         SEPTUM_OK);
        assert_int_equal(held.count, 0);
        assert_int_equal(samples.known, known);
        spt_samples_clear(&samples);
    }
}

static void
copies_eight_images_at_most(void **state)
{
    struct spt_samples samples, held = {0};

    (void)state;
    material_samples(&samples, 20, 4 * WINDOW, 4 * WINDOW, 4);
    assert_int_equal(spt_samples_hold_out(&samples, WINDOW, 2, 1, &held, NULL),
                     SEPTUM_OK);
    /* Every third of 20: 7 images of 16 windows. */
    assert_int_equal(held.count, 7);
    assert_int_equal(held.known, 7 * 8 * WINDOW * WINDOW);
    spt_samples_clear(&samples);
    spt_samples_clear(&held);
}

/* 100 images of one block each: the eight that are looked at have four to spare, which
 * are too few, and 16 of half the side. */
static void
judges_by_few_blocks_of_many_images(void **state)
{
    const uint32_t side = 64;
    struct spt_samples samples, held = {0};

    (void)state;
    material_samples(&samples, 100, side, side, 4);
    assert_int_equal(spt_samples_hold_out(&samples, side, 8, 1, &held, NULL),
                     SEPTUM_OK);
    assert_int_equal(held.known, 8 * 32 * 32);
    spt_samples_clear(&samples);
    spt_samples_clear(&held);

    /* Two blocks each: eight of 16 whole ones, which are one in 25 of all. */
    material_samples(&samples, 100, side, 2 * side, 4);
    assert_int_equal(spt_samples_hold_out(&samples, side, 8, 1, &held, NULL),
                     SEPTUM_OK);
    assert_int_equal(held.known, 8 * side * side);
    spt_samples_clear(&samples);
    spt_samples_clear(&held);
}

/* 20 windows of 64 are too few to take one in 8 of; 80 blocks of 32 are not. */
static void
takes_parts_of_windows_where_windows_are_few(void **state)
{
    const uint32_t side = 64, rows = 4, columns = 5;
    struct spt_samples was, left, held = {0};
    size_t blocks = 0;

    (void)state;
    material_samples(&was, 1, rows * side, columns * side, 1);
    material_samples(&left, 1, rows * side, columns * side, 1);
    assert_int_equal(spt_samples_hold_out(&left, side, 8, 5, &held, NULL), SEPTUM_OK);
    assert_int_equal(held.count, 1);
    assert_int_equal(held.known, 10 * 32 * 32);
    check_image(&was.sample[0], &left.sample[0], &held.sample[0]);
    for (size_t y = 0; y < (size_t)rows * side; y += 32)
        for (size_t x = 0; x < (size_t)columns * side; x += 32)
            blocks +=
                held.sample[0].labels[y * columns * side + x] != SPT_LABEL_UNKNOWN;
    assert_int_equal(blocks, 10);
    spt_samples_clear(&was);
    spt_samples_clear(&left);
    spt_samples_clear(&held);

    /* A window makes 16 blocks of 16, of which one in 8 are still too few. */
    material_samples(&left, 1, side, side, 1);
    assert_int_equal(spt_samples_hold_out(&left, side, 8, 5, &held, NULL), SEPTUM_OK);
    assert_int_equal(held.count, 0);
    spt_samples_clear(&left);
}

static void
keeps_so_many_windows_and_forgets_the_rest(void **state)
{
    const struct {
        size_t asked, kept;
    } rows[] = {{7, 7}, {60, 60}, {61, 60}, {SIZE_MAX, 60}};

    (void)state;
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        struct spt_samples was, left;
        uint64_t membrane = 0;
        size_t windows = 0;

        material_samples(&was, 2, 6 * WINDOW + 3, 5 * WINDOW + 1, 1);
        material_samples(&left, 2, 6 * WINDOW + 3, 5 * WINDOW + 1, 1);
        assert_int_equal(
            spt_samples_keep_windows(&left, WINDOW, rows[r].asked, 5, NULL), SEPTUM_OK);
        for (size_t i = 0; i < 2; i++) {
            const uint32_t width = left.sample[i].width;
            const uint8_t *labels = left.sample[i].labels;

            for (size_t at = 0; at < (size_t)left.sample[i].height * width; at++) {
                size_t corner =
                    at / width / WINDOW * WINDOW * width + at % width / WINDOW * WINDOW;

                /* A window is kept whole or not at all. */
                assert_int_equal(labels[at] == SPT_LABEL_UNKNOWN,
                                 labels[corner] == SPT_LABEL_UNKNOWN);
                if (labels[at] == SPT_LABEL_UNKNOWN)
                    continue;
                assert_int_equal(labels[at], was.sample[i].labels[at]);
                membrane += labels[at] == SPT_LABEL_MEMBRANE;
                windows += at == corner;
            }
        }
        assert_int_equal(windows, rows[r].kept);
        assert_int_equal(left.known, rows[r].kept * WINDOW * WINDOW);
        assert_int_equal(left.membrane, membrane);
        spt_samples_clear(&was);
        spt_samples_clear(&left);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_one_window_in_so_many_and_loses_no_label),
        cmocka_unit_test(takes_whole_windows_of_the_grid),
        cmocka_unit_test(moves_nothing_when_it_would_not_be_worth_it),
        cmocka_unit_test(keeps_both_classes_on_both_sides),
        cmocka_unit_test(copies_eight_images_at_most),
        cmocka_unit_test(judges_by_few_blocks_of_many_images),
        cmocka_unit_test(takes_parts_of_windows_where_windows_are_few),
        cmocka_unit_test(keeps_so_many_windows_and_forgets_the_rest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
