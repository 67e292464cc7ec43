/*
 * test_partition.c - scores of partitions, worked out by hand.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "image/mask.h"
#include "score/partition.h"

#define NEAR(got, wanted) assert_true(fabs((got) - (wanted)) < 1e-12)

enum {
    O = SPT_LABEL_OTHER,
    M = SPT_LABEL_MEMBRANE,
    U = SPT_LABEL_UNKNOWN,
};

static struct spt_partition_score
score_row(const float *probabilities, const uint8_t *labels, uint32_t width,
          double threshold)
{
    struct spt_partition_tally tally = {0};

    assert_int_equal(spt_partition_threshold(&tally, threshold), 0);
    assert_int_equal(spt_partition_add(&tally, probabilities, labels, 1, width, NULL),
                     SEPTUM_OK);
    return spt_partition_mean(&tally, 0);
}

/* x log x. */
static double
xlog(double x)
{
    return x > 0 ? x * log(x) : 0;
}

static void
scores_equal_cells_1(void **state)
{
    const uint8_t labels[] = {O, O, M, O, O, O};
    const float p[] = {0, 0.2F, 0.9F, 0.1F, 0, 0.4F};
    struct spt_partition_score score;

    (void)state;
    score = score_row(p, labels, 6, 0.5);
    NEAR(score.v_rand, 1);
    NEAR(score.v_info, 1);
}

static void
scores_a_merger_as_worked_out_by_hand(void **state)
{
    /* True cells of 2 and 3 pixels, found as one. */
    const uint8_t labels[] = {O, O, M, O, O, O};
    const float p[] = {0, 0, 0.4F, 0, 0, 0};
    struct spt_partition_score score;

    (void)state;
    score = score_row(p, labels, 6, 0.5);
    /* sum p^2 = 4 + 9, sum a^2 = 13, sum b^2 = 25. */
    NEAR(score.v_rand, 2 * 13.0 / (13 + 25));
    NEAR(score.v_info, 0); /* one cell knows nothing of two */
}

static void
scores_a_split_as_worked_out_by_hand(void **state)
{
    /* A true cell of 5 pixels, found as 2, a line of 1, and 2. */
    const uint8_t labels[] = {O, O, O, O, O};
    const float p[] = {0, 0, 1, 0, 0};
    struct spt_partition_score score;

    (void)state;
    score = score_row(p, labels, 5, 0.5);
    /* sum p^2 = 4 + 4 + 1 = sum b^2, sum a^2 = 25. */
    NEAR(score.v_rand, 2 * 9.0 / (25 + 9));
    NEAR(score.v_info, 0);
}

static void
scores_shifted_cells_as_worked_out_by_hand(void **state)
{
    /* Truth 3 | 3, found 4 | 2: the true line does not count, the found one is a cell
     * of its own within true cell 2. */
    const uint8_t labels[] = {O, O, O, M, O, O, O};
    const float p[] = {0, 0, 0, 0, 0.7F, 0, 0};
    const double n = 6;
    struct spt_partition_score score;
    double truth, found, both;

    (void)state;
    score = score_row(p, labels, 7, 0.7);
    NEAR(score.v_rand, 2 * (9 + 4 + 1) / (9.0 + 9 + 9 + 4 + 1));
    truth = -2 * xlog(3 / n);
    found = -xlog(3 / n) - xlog(2 / n) - xlog(1 / n);
    both = found; /* what was found tells the truth */
    NEAR(score.v_info, 2 * (truth + found - both) / (truth + found));
}

static void
thins_broad_borders_before_it_scores(void **state)
{
    /* Of the 5 found border pixels 4 go to the cells at their sides: 1110222. */
    const uint8_t labels[] = {O, O, O, M, O, O, O};
    const float p[] = {0, 1, 1, 1, 1, 1, 0};
    struct spt_partition_score score;

    (void)state;
    score = score_row(p, labels, 7, 0.5);
    NEAR(score.v_rand, 1);
    NEAR(score.v_info, 1);
}

static void
passes_over_pixels_of_unknown_truth(void **state)
{
    /* They count nowhere; and they part the true cell as a membrane would. */
    const uint8_t labels[] = {O, O, U, U, O, O};
    const float p[] = {0, 0, 0, 1, 0, 0};
    struct spt_partition_score score;

    (void)state;
    score = score_row(p, labels, 6, 0.5);
    NEAR(score.v_rand, 1);
    NEAR(score.v_info, 1);
}

static void
compares_floats_at_the_threshold_and_counts_0_as_above_0(void **state)
{
    const uint8_t labels[] = {O, M, O};
    const float p[] = {0.2F, 0.7F, 0.2F};
    const float zero[] = {0, 1e-30F, 0};

    (void)state;
    NEAR(score_row(p, labels, 3, 0.7).v_rand, 1);
    assert_true(score_row(p, labels, 3, 0.701).v_rand < 0.8);
    NEAR(score_row(zero, labels, 3, 0).v_rand, 1);
    /* All is membrane: one cell, 2 * 2 / (2 + 4). */
    NEAR(score_row(p, labels, 3, 0.1).v_rand, 2.0 / 3);
}

static void
counts_a_nan_as_no_membrane(void **state)
{
    const uint8_t labels[] = {O, M, O};
    const float p[] = {NAN, 0.7F, 0};

    (void)state;
    NEAR(score_row(p, labels, 3, 0.5).v_rand, 1);
}

static void
averages_over_images_that_have_cells(void **state)
{
    const uint8_t cells[] = {O, M, O}, none[] = {M, M, U};
    const float right[] = {0, 1, 0}, wrong[] = {0, 0, 0};
    struct spt_partition_tally tally = {0};

    (void)state;
    spt_partition_threshold(&tally, 0.5);
    assert_int_equal(spt_partition_threshold(&tally, 1), 1);
    assert_true(isnan(spt_partition_mean(&tally, 0).v_rand));
    spt_partition_add(&tally, wrong, none, 1, 3, NULL);
    assert_true(isnan(spt_partition_mean(&tally, 1).v_info));
    spt_partition_add(&tally, right, cells, 1, 3, NULL);
    spt_partition_add(&tally, wrong, cells, 1, 3, NULL);
    assert_int_equal(tally.images, 2);
    NEAR(spt_partition_mean(&tally, 0).v_rand, (1 + 2.0 / 3) / 2);
    NEAR(spt_partition_mean(&tally, 1).v_info, 0.5);
}

static void
calls_one_cell_found_as_one_equal(void **state)
{
    const uint8_t labels[] = {O, O, O, O, O, O, O};
    const float p[7] = {0};

    (void)state;
    NEAR(score_row(p, labels, 7, 0.5).v_info, 1);
    NEAR(score_row(p, labels, 7, 0.5).v_rand, 1);
}

static void
refuses_more_pixels_than_it_can_number(void **state)
{
    struct spt_partition_tally tally = {0};
    struct septum_error err;
    const float p = 0;
    const uint8_t label = O;

    (void)state;
    assert_int_equal(spt_partition_add(&tally, &p, &label, 65536, 65536, &err),
                     SEPTUM_EINVAL);
    assert_string_equal(err.text, "65536 x 65536 pixels are too many to score cells "
                                  "on; 1073741824 are possible");
    assert_int_equal(tally.images, 0);
}

/* Found numbers against true cells, two pixels at a time: of all pairs of pixels in
 * true cells, each with itself among them, those in one cell of both, of truth, of what
 * was found. */
static double
count_pairs(const uint32_t *found, const uint32_t *truth, int count)
{
    double both = 0, true_pairs = 0, found_pairs = 0;

    for (int i = 0; i < count; i++)
        for (int k = 0; k < count; k++) {
            bool together = i == k || (found[i] == found[k] && found[i] > 0);

            if (truth[i] == 0 || truth[k] == 0)
                continue;
            true_pairs += truth[i] == truth[k];
            found_pairs += together;
            both += together && truth[i] == truth[k];
        }
    return 2 * both / (true_pairs + found_pairs);
}

static void
scores_given_cells_as_pairs_of_pixels_say(void **state)
{
    enum {
        WIDTH = 60
    };
    struct spt_random random;

    (void)state;
    spt_random_init(&random, 3, 1);
    for (int round = 0; round < 40; round++) {
        uint32_t found[WIDTH], truth[WIDTH], cell = 1;
        uint8_t labels[WIDTH];
        struct spt_partition_tally tally = {0};

        /* Numbers as they come, any twice; single zeros lie between two cells, where
         * flooding leaves them. */
        for (int i = 0; i < WIDTH; i++) {
            found[i] = i % 5 == 4 ? 0 : 1 + (uint32_t)(i / 5 * 7919) % 100000;
            if (spt_random_below(&random, 4) == 0 && i % 5 != 4)
                found[i] = 3;
            labels[i] = spt_random_below(&random, 6) == 0 ? M : O;
            cell += labels[i] == M;
            truth[i] = labels[i] == M ? 0 : cell;
        }
        found[WIDTH - 1] = 9;
        for (int i = 4; i + 1 < WIDTH; i += 5)
            if (found[i - 1] == found[i + 1])
                found[i] = found[i - 1];
        assert_int_equal(spt_partition_add_cells(&tally, found, labels, 1, WIDTH, NULL),
                         SEPTUM_OK);
        NEAR(spt_partition_mean(&tally, 0).v_rand, count_pairs(found, truth, WIDTH));
    }
}

static void
thins_between_given_cells_as_between_those_of_a_map(void **state)
{
    const uint8_t labels[] = {O, O, O, M, O, O, O};
    const float p[] = {0, 1, 1, 1, 1, 1, 0};
    const uint32_t cells[] = {16777215, 0, 0, 0, 0, 0, 4};
    struct spt_partition_tally tally = {0};

    (void)state;
    assert_int_equal(spt_partition_add_cells(&tally, cells, labels, 1, 7, NULL),
                     SEPTUM_OK);
    NEAR(spt_partition_mean(&tally, 0).v_info, score_row(p, labels, 7, 0.5).v_info);
    NEAR(spt_partition_mean(&tally, 0).v_rand, 1);
}

static void
takes_no_cell_at_all_for_one(void **state)
{
    const uint8_t labels[] = {O, O, M, O, O};
    const uint32_t cells[5] = {0};
    struct spt_partition_tally tally = {0};

    (void)state;
    assert_int_equal(spt_partition_add_cells(&tally, cells, labels, 1, 5, NULL),
                     SEPTUM_OK);
    NEAR(spt_partition_mean(&tally, 0).v_rand, 2 * 8.0 / (8 + 16));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_equal_cells_1),
        cmocka_unit_test(scores_a_merger_as_worked_out_by_hand),
        cmocka_unit_test(scores_a_split_as_worked_out_by_hand),
        cmocka_unit_test(scores_shifted_cells_as_worked_out_by_hand),
        cmocka_unit_test(thins_broad_borders_before_it_scores),
        cmocka_unit_test(passes_over_pixels_of_unknown_truth),
        cmocka_unit_test(compares_floats_at_the_threshold_and_counts_0_as_above_0),
        cmocka_unit_test(counts_a_nan_as_no_membrane),
        cmocka_unit_test(averages_over_images_that_have_cells),
        cmocka_unit_test(calls_one_cell_found_as_one_equal),
        cmocka_unit_test(refuses_more_pixels_than_it_can_number),
        cmocka_unit_test(scores_given_cells_as_pairs_of_pixels_say),
        cmocka_unit_test(thins_between_given_cells_as_between_those_of_a_map),
        cmocka_unit_test(takes_no_cell_at_all_for_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
