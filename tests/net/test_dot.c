/*
 * test_dot.c - the layer with one output against sums in double precision.
 */
#include "net/dot.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "net/engine.h"
#include "support/guarded.h"
#include "support/material.h"

/* Rows, their values as floats and as the kernels see them, and a gradient. */
struct trial {
    struct spt_rows rows;
    struct guarded values, weights, out, out_gradient;
    uint16_t *half;
};

static struct trial
begin(size_t count, size_t columns, enum spt_precision precision)
{
    struct trial trial = {
        .values = guarded_take(count * columns),
        .weights = guarded_take(columns),
        .out = guarded_take(count),
        .out_gradient = guarded_take(count),
        .half = calloc(count * columns + 1, sizeof(uint16_t)),
    };

    assert_non_null(trial.half);
    material_fill(trial.values.at, count * columns, 1);
    material_fill(trial.weights.at, columns, 2);
    material_fill(trial.out_gradient.at, count, 3);
    for (size_t i = 0; i < count * columns && precision == SPT_PRECISION_BF16; i++) {
        trial.half[i] = spt_bf16_round(trial.values.at[i]);
        trial.values.at[i] = spt_bf16_widen(trial.half[i]);
    }
    trial.rows = (struct spt_rows){precision, trial.values.at, count, columns};
    if (precision == SPT_PRECISION_BF16)
        trial.rows.at = trial.half;
    return trial;
}

static void
end(struct trial *trial)
{
    guarded_free(&trial->values);
    guarded_free(&trial->weights);
    guarded_free(&trial->out);
    guarded_free(&trial->out_gradient);
    free(trial->half);
}

static void
check_forward(struct trial *trial)
{
    size_t columns = trial->rows.columns;

    spt_dot_forward(&trial->rows, trial->weights.at, 0.75F, trial->out.at);
    assert_true(guarded_intact(&trial->out));
    for (size_t i = 0; i < trial->rows.count; i++) {
        double wanted = 0.75;

        for (size_t c = 0; c < columns; c++)
            wanted += (double)trial->values.at[i * columns + c] * trial->weights.at[c];
        assert_true(fabs(trial->out.at[i] - wanted) < 1e-4);
    }
}

static void
check_weights(struct trial *trial)
{
    size_t columns = trial->rows.columns, count = trial->rows.count;
    struct guarded gradient = guarded_take(columns);
    double wanted_bias = 0;
    float bias = NAN;

    spt_dot_backward_weights(&trial->rows, trial->out_gradient.at, gradient.at, &bias);
    assert_true(guarded_intact(&gradient));
    for (size_t i = 0; i < count; i++)
        wanted_bias += trial->out_gradient.at[i];
    assert_true(fabs(bias - wanted_bias) < 1e-4);
    for (size_t c = 0; c < columns; c++) {
        double wanted = 0;

        for (size_t i = 0; i < count; i++)
            wanted +=
                (double)trial->values.at[i * columns + c] * trial->out_gradient.at[i];
        assert_true(fabs(gradient.at[c] - wanted) < 1e-3);
    }
    guarded_free(&gradient);
}

static void
check_data(struct trial *trial)
{
    size_t columns = trial->rows.columns, count = trial->rows.count;
    bool wide = trial->rows.precision == SPT_PRECISION_F32;
    struct guarded gradient = guarded_take(count * columns);
    uint16_t *half = calloc(count * columns + 1, sizeof *half);

    assert_non_null(half);
    half[count * columns] = 99;
    spt_dot_backward_data(&trial->rows, trial->weights.at, trial->out_gradient.at, 2,
                          wide ? (void *)gradient.at : half);
    assert_true(guarded_intact(&gradient));
    assert_int_equal(half[count * columns], 99);
    for (size_t i = 0; i < count * columns; i++) {
        float wanted = trial->values.at[i] > 0
                           ? 2 * trial->out_gradient.at[i / columns] *
                                 trial->weights.at[i % columns]
                           : 0.0F;

        if (wide)
            assert_true(gradient.at[i] == wanted);
        else
            assert_int_equal(half[i], spt_bf16_round(wanted));
    }
    guarded_free(&gradient);
    free(half);
}

static void
all_directions_equal_plain_sums(void **state)
{
    static const size_t counts[] = {1, 63, 65, 700}, columns[] = {1, 15, 16, 50, 200};

    (void)state;
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 5; j++)
            for (int half = 0; half < 2; half++) {
                struct trial trial =
                    begin(counts[i], columns[j],
                          half ? SPT_PRECISION_BF16 : SPT_PRECISION_F32);

                check_forward(&trial);
                check_weights(&trial);
                check_data(&trial);
                end(&trial);
            }
}

static void
the_number_of_threads_changes_no_bit(void **state)
{
    struct trial trial = begin(3000, 77, SPT_PRECISION_F32);
    float *out = calloc(3000, sizeof *out), gradient[2][77], bias[2];

    (void)state;
    assert_non_null(out);
    spt_engine_threads(1);
    spt_dot_forward(&trial.rows, trial.weights.at, 1, out);
    spt_dot_backward_weights(&trial.rows, trial.out_gradient.at, gradient[0], &bias[0]);
    spt_engine_threads(3);
    spt_dot_forward(&trial.rows, trial.weights.at, 1, trial.out.at);
    spt_dot_backward_weights(&trial.rows, trial.out_gradient.at, gradient[1], &bias[1]);
    spt_engine_threads(0);
    assert_memory_equal(out, trial.out.at, 3000 * sizeof *out);
    assert_memory_equal(gradient[0], gradient[1], sizeof gradient[0]);
    assert_true(bias[0] == bias[1]);
    free(out);
    end(&trial);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_directions_equal_plain_sums),
        cmocka_unit_test(the_number_of_threads_changes_no_bit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
