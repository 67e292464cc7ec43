/*
 * test_pool.c - max-pooling in both forms against its definition.
 */
#include "net/pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "support/guarded.h"
#include "support/naive_pool.h"

static size_t
in_count(const struct spt_pool *pool)
{
    return (size_t)pool->batch * pool->height * pool->width * pool->channels;
}

/* Few different values, so that blocks tie, and some of them 0 or below; sums of a few
 * are exact in any order. */
static void
fill_coarse(float *values, size_t count, int least, int most, uint64_t seed)
{
    struct spt_random random;

    spt_random_init(&random, seed, 0);
    for (size_t i = 0; i < count; i++)
        values[i] =
            0.25F *
            (float)(least + (int)spt_random_below(&random, (uint64_t)(most - least)));
}

static void
assert_same(const struct guarded *found, const struct guarded *wanted)
{
    assert_true(guarded_intact(found));
    for (size_t i = 0; i < found->count; i++)
        assert_true(found->at[i] == wanted->at[i]);
}

static void
check_shape(const struct spt_pool *pool, int levels)
{
    size_t outputs = naive_pool_out_count(pool), inputs = in_count(pool);
    struct guarded in = guarded_take(inputs), out = guarded_take(outputs);
    struct guarded wanted = guarded_take(outputs), gradient = guarded_take(outputs);
    struct guarded back = guarded_take(inputs), wanted_back = guarded_take(inputs);
    uint8_t *winner = calloc(2, outputs + 1);

    assert_non_null(winner);
    winner[outputs] = 99;
    fill_coarse(in.at, inputs, -levels, levels, 1);
    fill_coarse(gradient.at, outputs, -20, 20, 2);
    naive_pool_forward(pool, in.at, wanted.at, winner + outputs + 1);
    spt_pool_forward(pool, in.at, out.at, winner);
    assert_same(&out, &wanted);
    assert_memory_equal(winner, winner + outputs + 1, outputs);
    assert_int_equal(winner[outputs], 99);

    memset(out.at, 0, outputs * sizeof *out.at);
    spt_pool_forward(pool, in.at, out.at, NULL);
    assert_same(&out, &wanted);

    naive_pool_backward(pool, in.at, gradient.at, wanted_back.at);
    spt_pool_backward(pool, in.at, winner, gradient.at, back.at);
    assert_same(&back, &wanted_back);
    guarded_free(&in);
    guarded_free(&out);
    guarded_free(&wanted);
    guarded_free(&gradient);
    guarded_free(&back);
    guarded_free(&wanted_back);
    free(winner);
}

/* The same values as bf16, which must be representable. */
static uint16_t *
narrow(const struct guarded *values)
{
    uint16_t *narrow = calloc(values->count, sizeof *narrow);

    assert_non_null(narrow);
    for (size_t i = 0; i < values->count; i++) {
        narrow[i] = spt_bf16_round(values->at[i]);
        assert_true(spt_bf16_widen(narrow[i]) == values->at[i]);
    }
    return narrow;
}

/* In bf16 too, when all inputs and gradients fit it: the sums are rounded once. */
static void
check_bf16(struct spt_pool pool)
{
    size_t outputs = naive_pool_out_count(&pool), inputs = in_count(&pool);
    struct guarded in = guarded_take(inputs), wanted = guarded_take(outputs);
    struct guarded gradient = guarded_take(outputs), back = guarded_take(inputs);
    uint8_t *winner = calloc(2, outputs);
    uint16_t *half[4];

    assert_non_null(winner);
    fill_coarse(in.at, inputs, -100, 100, 1);
    fill_coarse(gradient.at, outputs, -120, 120, 2);
    naive_pool_forward(&pool, in.at, wanted.at, winner + outputs);
    naive_pool_backward(&pool, in.at, gradient.at, back.at);
    half[0] = narrow(&in);
    half[1] = narrow(&gradient);
    half[2] = calloc(outputs, sizeof *half[2]);
    half[3] = calloc(inputs, sizeof *half[3]);
    assert_non_null(half[2]);
    assert_non_null(half[3]);
    pool.precision = SPT_PRECISION_BF16;
    for (int trained = 0; trained < 2; trained++) {
        memset(half[2], 0, outputs * sizeof *half[2]);
        spt_pool_forward(&pool, half[0], half[2], trained ? winner : NULL);
        for (size_t i = 0; i < outputs; i++)
            assert_true(spt_bf16_widen(half[2][i]) == wanted.at[i]);
    }
    assert_memory_equal(winner, winner + outputs, outputs);
    spt_pool_backward(&pool, half[0], winner, half[1], half[3]);
    for (size_t i = 0; i < inputs; i++)
        assert_int_equal(half[3][i], spt_bf16_round(back.at[i]));
    for (int i = 0; i < 4; i++)
        free(half[i]);
    free(winner);
    guarded_free(&in);
    guarded_free(&wanted);
    guarded_free(&gradient);
    guarded_free(&back);
}

/* Sums of a few values of fill_coarse() are exact, and so are means of 4 and 16. */
static void
check_mean(struct spt_pool pool)
{
    size_t outputs = naive_pool_out_count(&pool), inputs = in_count(&pool);
    struct guarded in = guarded_take(inputs), out = guarded_take(outputs);
    struct guarded wanted = guarded_take(outputs);
    uint16_t *half[2];

    fill_coarse(in.at, inputs, -8, 8, 3);
    naive_pool_mean(&pool, in.at, wanted.at);
    spt_pool_mean(&pool, in.at, out.at);
    assert_same(&out, &wanted);
    half[0] = narrow(&in);
    half[1] = calloc(outputs, sizeof *half[1]);
    assert_non_null(half[1]);
    pool.precision = SPT_PRECISION_BF16;
    spt_pool_mean(&pool, half[0], half[1]);
    for (size_t i = 0; i < outputs; i++)
        assert_int_equal(half[1][i], spt_bf16_round(wanted.at[i]));
    free(half[0]);
    free(half[1]);
    guarded_free(&in);
    guarded_free(&out);
    guarded_free(&wanted);
}

static void
means_equal_their_definition(void **state)
{
    (void)state;
    for (uint32_t size = 2; size <= 4; size += 2)
        for (uint32_t offsets = 1; offsets <= size; offsets += size - 1)
            for (uint32_t channels = 1; channels <= 3; channels += 2)
                check_mean((struct spt_pool){
                    .batch = 2,
                    .height = 3 * size + offsets - 1,
                    .width = 4 * size + offsets - 1,
                    .channels = channels,
                    .size = size,
                    .offsets = offsets,
                });
}

/* Images of `blocks` x `blocks` + 1 blocks, which the dense form needs larger. */
static void
check_sizes(uint32_t batch, uint32_t size, uint32_t blocks, uint32_t channels)
{
    const uint32_t offsets[] = {1, size};

    for (size_t i = 0; i < 2; i++) {
        struct spt_pool pool = {
            .batch = batch,
            .height = blocks * size + offsets[i] - 1,
            .width = (blocks + 1) * size + offsets[i] - 1,
            .channels = channels,
            .size = size,
            .offsets = offsets[i],
        };

        assert_int_equal(spt_pool_out(&pool, pool.height), blocks);
        assert_int_equal(spt_pool_out(&pool, pool.width), blocks + 1);
        check_shape(&pool, 2);
        check_shape(&pool, 1000);
        check_bf16(pool);
    }
}

static void
both_forms_equal_their_definition(void **state)
{
    static const uint32_t channels[] = {1, 3, 48, 67};

    (void)state;
    for (size_t c = 0; c < 4; c++)
        for (uint32_t size = 2; size <= 3; size++)
            for (uint32_t batch = 1; batch <= 3; batch += 2)
                for (uint32_t blocks = 1; blocks <= 4; blocks += 3)
                    check_sizes(batch, size, blocks, channels[c]);
}

static void
the_smallest_and_the_largest_block_work_too(void **state)
{
    (void)state;
    check_sizes(2, 1, 5, 3);
    check_sizes(2, 15, 2, 3);
}

/* One image of 3 x 3, one channel, 2 x 2 blocks at all four offsets. */
static void
dense_form_gives_the_fragments_worked_out_by_hand(void **state)
{
    static const float in[] = {1, 2, 3, 6, 5, 4, 7, 9, 8};
    struct spt_pool pool = {1, 3, 3, 1, 2, 2, SPT_PRECISION_F32};
    float out[4];
    uint8_t winner[4];

    (void)state;
    spt_pool_forward(&pool, in, out, winner);
    assert_true(out[0] == 6 && out[1] == 5 && out[2] == 9 && out[3] == 9);
    assert_int_equal(winner[0], 2);
    assert_int_equal(winner[1], 2);
    assert_int_equal(winner[2], 3);
    assert_int_equal(winner[3], 2);
}

static void
the_gradient_of_overlapping_blocks_adds_up(void **state)
{
    static const float in[] = {1, 2, 3, 6, 5, 4, 7, 9, 8}, gradient[] = {1, 2, 4, 8};
    static const uint8_t winner[] = {2, 2, 3, 2};
    static const float wanted[] = {0, 0, 0, 1, 2, 0, 0, 12, 0};
    struct spt_pool pool = {1, 3, 3, 1, 2, 2, SPT_PRECISION_F32};
    float back[9];

    (void)state;
    spt_pool_backward(&pool, in, winner, gradient, back);
    for (size_t i = 0; i < 9; i++)
        assert_true(back[i] == wanted[i]);
}

static void
the_first_of_equals_gets_all_of_the_gradient(void **state)
{
    static const float in[] = {3, 7, 7, 7}, gradient = 5;
    struct spt_pool pool = {1, 2, 2, 1, 2, 1, SPT_PRECISION_F32};
    float out, back[4];
    uint8_t winner;

    (void)state;
    spt_pool_forward(&pool, in, &out, &winner);
    assert_int_equal(winner, 1);
    spt_pool_backward(&pool, in, &winner, &gradient, back);
    assert_true(back[0] == 0 && back[1] == 5 && back[2] == 0 && back[3] == 0);
}

static void
no_gradient_passes_an_input_that_is_not_positive(void **state)
{
    static const float gradient = 5, values[] = {0, -1, 1e-30F};
    struct spt_pool pool = {1, 2, 2, 1, 2, 1, SPT_PRECISION_F32};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const float in[] = {-2, values[i], -2, -2};
        float out, back[4];
        uint8_t winner;

        spt_pool_forward(&pool, in, &out, &winner);
        assert_true(out == values[i]);
        spt_pool_backward(&pool, in, &winner, &gradient, back);
        assert_true(back[1] == (values[i] > 0 ? 5 : 0));
        assert_true(back[0] == 0 && back[2] == 0 && back[3] == 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means_equal_their_definition),
        cmocka_unit_test(both_forms_equal_their_definition),
        cmocka_unit_test(the_smallest_and_the_largest_block_work_too),
        cmocka_unit_test(dense_form_gives_the_fragments_worked_out_by_hand),
        cmocka_unit_test(the_gradient_of_overlapping_blocks_adds_up),
        cmocka_unit_test(the_first_of_equals_gets_all_of_the_gradient),
        cmocka_unit_test(no_gradient_passes_an_input_that_is_not_positive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
