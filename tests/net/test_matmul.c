/*
 * test_matmul.c - the matrix product against three nested loops in double.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "net/matmul.h"

#define GUARD 12345.0F

static float *
make_matrix(struct spt_random *random, size_t rows, size_t stride)
{
    float *matrix = calloc(rows * stride + 1, sizeof *matrix);

    assert_non_null(matrix);
    for (size_t i = 0; i < rows * stride; i++)
        matrix[i] = (float)spt_random_normal(random);
    return matrix;
}

static enum septum_status
multiply(struct spt_matrix a, struct spt_matrix b, float *c, size_t c_stride)
{
    return spt_matmul_abt(&a, &b, c, c_stride, NULL);
}

static void
check_product(size_t rows, size_t columns, size_t inner, size_t gap)
{
    size_t stride = inner + gap, c_stride = columns + gap;
    struct spt_random random;
    float *a, *b, *c;

    spt_random_init(&random, rows * 1000 + columns, inner);
    a = make_matrix(&random, rows, stride);
    b = make_matrix(&random, columns, stride + 1);
    c = make_matrix(&random, rows, c_stride);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < c_stride; j++)
            c[i * c_stride + j] = j < columns ? NAN : GUARD;
    assert_int_equal(multiply((struct spt_matrix){a, rows, inner, stride},
                              (struct spt_matrix){b, columns, inner, stride + 1}, c,
                              c_stride),
                     SEPTUM_OK);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < c_stride; j++) {
            double wanted = 0;

            for (size_t k = 0; j < columns && k < inner; k++)
                wanted += (double)a[i * stride + k] * (double)b[j * (stride + 1) + k];
            if (j < columns)
                assert_true(fabs((double)c[i * c_stride + j] - wanted) < 1e-4);
            else
                assert_true(c[i * c_stride + j] == GUARD);
        }
    free(a);
    free(b);
    free(c);
}

static void
multiplies_two_by_two_as_worked_out_by_hand(void **state)
{
    const float a[] = {1, 2, 3, 4}, b[] = {5, 6, 7, 8};
    float c[4] = {0};

    (void)state;
    assert_int_equal(multiply((struct spt_matrix){a, 2, 2, 2},
                              (struct spt_matrix){b, 2, 2, 2}, c, 2),
                     SEPTUM_OK);
    assert_true(c[0] == 17 && c[1] == 23 && c[2] == 39 && c[3] == 53);
}

static void
agrees_with_plain_loops_at_many_shapes(void **state)
{
    const size_t sizes[] = {1, 2, 7, 16, 33, 65};

    (void)state;
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < 6; j++)
            for (size_t k = 0; k < 6; k++)
                check_product(sizes[i], sizes[j], sizes[k], (i + j + k) % 4);
}

static void
leaves_what_lies_between_rows(void **state)
{
    (void)state;
    check_product(5, 3, 4, 9);
}

static void
gives_zeros_where_there_is_nothing_to_sum(void **state)
{
    float c[] = {1, 2, GUARD, 3, 4, GUARD};

    (void)state;
    assert_int_equal(multiply((struct spt_matrix){NULL, 2, 0, 0},
                              (struct spt_matrix){NULL, 2, 0, 0}, c, 3),
                     SEPTUM_OK);
    assert_true(c[0] == 0 && c[1] == 0 && c[3] == 0 && c[4] == 0);
    assert_true(c[2] == GUARD && c[5] == GUARD);
}

static void
does_nothing_for_no_rows_or_no_columns(void **state)
{
    float one = 1, c = GUARD;

    (void)state;
    assert_int_equal(multiply((struct spt_matrix){&one, 0, 1, 1},
                              (struct spt_matrix){&one, 1, 1, 1}, &c, 1),
                     SEPTUM_OK);
    assert_int_equal(multiply((struct spt_matrix){&one, 1, 1, 1},
                              (struct spt_matrix){&one, 0, 1, 1}, &c, 1),
                     SEPTUM_OK);
    assert_true(c == GUARD);
}

static void
refuses_strides_shorter_than_rows(void **state)
{
    float a[4] = {0}, c[4] = {GUARD, GUARD, GUARD, GUARD};
    struct spt_matrix narrow = {a, 2, 2, 1}, right = {a, 2, 2, 2};
    struct septum_error err = {0};

    (void)state;
    assert_int_equal(spt_matmul_abt(&narrow, &right, c, 2, &err), SEPTUM_ENGINE);
    assert_int_equal(err.status, SEPTUM_ENGINE);
    assert_non_null(strstr(err.text, "oneDNN refused a matrix product of 2 x 2 x 2 "
                                     "values with row strides 1, 2, 2 (status "));
    assert_true(c[0] == GUARD && c[3] == GUARD);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(multiplies_two_by_two_as_worked_out_by_hand),
        cmocka_unit_test(agrees_with_plain_loops_at_many_shapes),
        cmocka_unit_test(leaves_what_lies_between_rows),
        cmocka_unit_test(gives_zeros_where_there_is_nothing_to_sum),
        cmocka_unit_test(does_nothing_for_no_rows_or_no_columns),
        cmocka_unit_test(refuses_strides_shorter_than_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
