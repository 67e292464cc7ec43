/*
 * Normalisation, against sorted values and the formula.
 */
#include "image/normalise.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"

#define COUNT 20000

static int
compare_floats(const void *left, const void *right)
{
    float a = *(const float *)left, b = *(const float *)right;

    return (a > b) - (a < b);
}

/* numpy.percentile(values, percent) of sorted values. */
static double
find_percentile(const float *sorted, size_t count, double percent)
{
    double at = percent / 100 * (double)(count - 1);
    size_t below = (size_t)floor(at), above = (size_t)ceil(at);

    return sorted[below] + (at - floor(at)) * ((double)sorted[above] - sorted[below]);
}

static void
assert_normalised(const float *in, size_t count)
{
    float *sorted = malloc(count * sizeof *sorted), *out = malloc(count * sizeof *out);
    double median, range;

    assert_non_null(sorted);
    assert_non_null(out);
    memcpy(sorted, in, count * sizeof *sorted);
    memcpy(out, in, count * sizeof *out);
    qsort(sorted, count, sizeof *sorted, compare_floats);
    median = find_percentile(sorted, count, 50);
    range = find_percentile(sorted, count, 95) - find_percentile(sorted, count, 5);
    if (range == 0)
        range = 1;
    assert_int_equal(spt_normalise(out, count, NULL), SEPTUM_OK);
    for (size_t i = 0; i < count; i++) {
        double wanted = (in[i] - median) * 3.29 / range;

        assert_true(fabs(out[i] - wanted) <= 1e-6 * (1 + fabs(wanted)));
    }
    free(sorted);
    free(out);
}

/* numpy.percentile([0, 1, 2, 3, 4], [5, 50, 95]) = 0.2, 2, 3.8 */
static void
gives_the_values_worked_out_by_hand(void **state)
{
    float pixels[] = {4, 0, 3, 1, 2};
    static const double expected[] = {2, -2, 1, -1, 0};

    (void)state;
    assert_int_equal(spt_normalise(pixels, 5, NULL), SEPTUM_OK);
    for (int i = 0; i < 5; i++)
        assert_true(fabs(pixels[i] - expected[i] * 3.29 / 3.6) < 1e-6);
}

static void
agrees_with_sorting_at_every_size(void **state)
{
    float pixels[300];
    struct spt_random random;

    (void)state;
    spt_random_init(&random, 1, 2);
    for (size_t count = 1; count <= 300; count++) {
        for (size_t i = 0; i < count; i++)
            pixels[i] = (float)(spt_random_normal(&random) * 1000);
        assert_normalised(pixels, count);
    }
}

/* Many equal values, neighbouring ranks in one bin and in different ones, signs. */
static float
draw_value(struct spt_random *random, int kind)
{
    double value = spt_random_uniform(random);

    switch (kind) {
    case 0:
        return (float)floor(value * 256);
    case 1:
        return (float)(value * 1e-6 + 1);
    case 2:
        return (float)(value - 0.5);
    case 3:
        return value < 0.5 ? -0.0f : 0.0f;
    default:
        return (float)exp(80 * (value - 0.5));
    }
}

static void
agrees_with_sorting_on_values_of_every_kind(void **state)
{
    float *pixels = malloc(COUNT * sizeof *pixels);
    struct spt_random random;

    (void)state;
    assert_non_null(pixels);
    spt_random_init(&random, 1, 3);
    for (int kind = 0; kind < 5; kind++) {
        for (int i = 0; i < COUNT; i++)
            pixels[i] = draw_value(&random, kind);
        assert_normalised(pixels, COUNT);
    }
    free(pixels);
}

static void
makes_an_even_image_zero(void **state)
{
    float pixels[100], alone = 17;

    (void)state;
    for (int i = 0; i < 100; i++)
        pixels[i] = 200;
    assert_int_equal(spt_normalise(pixels, 100, NULL), SEPTUM_OK);
    assert_int_equal(spt_normalise(&alone, 1, NULL), SEPTUM_OK);
    assert_true(alone == 0);
    for (int i = 0; i < 100; i++)
        assert_true(pixels[i] == 0);
}

/* p5 = p95 = 3: what lies outside is not scaled beyond 3.29. */
static void
divides_by_one_when_the_percentiles_are_equal(void **state)
{
    float pixels[100];

    (void)state;
    for (int i = 0; i < 100; i++)
        pixels[i] = 3;
    pixels[50] = 13;
    assert_int_equal(spt_normalise(pixels, 100, NULL), SEPTUM_OK);
    assert_true(pixels[0] == 0);
    assert_true(fabs(pixels[50] - 32.9) < 1e-5);
}

static void
stays_finite_whatever_the_range(void **state)
{
    float pixels[100] = {0};

    (void)state;
    for (int i = 0; i < 100; i++)
        pixels[i] = (float)i * FLT_MIN;
    pixels[7] = FLT_MAX;
    pixels[8] = -FLT_MAX;
    assert_int_equal(spt_normalise(pixels, 100, NULL), SEPTUM_OK);
    for (int i = 0; i < 100; i++)
        assert_true(isfinite(pixels[i]));
    assert_true(pixels[7] > pixels[99]);
}

static void
does_not_care_for_gain_and_offset(void **state)
{
    float plain[500], changed[500];
    struct spt_random random;

    (void)state;
    spt_random_init(&random, 1, 4);
    for (int i = 0; i < 500; i++) {
        plain[i] = (float)spt_random_below(&random, 256);
        changed[i] = plain[i] * 64 + 4096;
    }
    assert_int_equal(spt_normalise(plain, 500, NULL), SEPTUM_OK);
    assert_int_equal(spt_normalise(changed, 500, NULL), SEPTUM_OK);
    for (int i = 0; i < 500; i++)
        assert_true(fabsf(plain[i] - changed[i]) < 1e-6f);
}

/* Pieces of 1, 2, 3, ... values, in both passes in another order. */
static void
gives_the_same_bits_piece_by_piece(void **state)
{
    static float whole[COUNT], pieces[COUNT];
    struct spt_normaliser normaliser;
    struct spt_random random;

    (void)state;
    spt_random_init(&random, 4, 4);
    for (size_t i = 0; i < COUNT; i++)
        pieces[i] = whole[i] = (float)(spt_random_uniform(&random) * 1e3 - 70);
    assert_int_equal(spt_normalise(whole, COUNT, NULL), SEPTUM_OK);
    assert_int_equal(spt_normaliser_init(&normaliser, COUNT, NULL), SEPTUM_OK);
    for (size_t at = 0, n = 1; at < COUNT; at += n, n = n + 1 < COUNT - at ? n + 1 : 1)
        spt_normaliser_see(&normaliser, pieces + at, n);
    spt_normaliser_pass(&normaliser);
    spt_normaliser_see(&normaliser, pieces + 700, COUNT - 700);
    spt_normaliser_see(&normaliser, pieces, 700);
    spt_normaliser_pass(&normaliser);
    for (size_t at = 0; at < COUNT; at += 500)
        spt_normaliser_apply(&normaliser, pieces + at, 500);
    spt_normaliser_clear(&normaliser);
    assert_memory_equal(pieces, whole, sizeof whole);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_values_worked_out_by_hand),
        cmocka_unit_test(agrees_with_sorting_at_every_size),
        cmocka_unit_test(agrees_with_sorting_on_values_of_every_kind),
        cmocka_unit_test(makes_an_even_image_zero),
        cmocka_unit_test(divides_by_one_when_the_percentiles_are_equal),
        cmocka_unit_test(stays_finite_whatever_the_range),
        cmocka_unit_test(does_not_care_for_gain_and_offset),
        cmocka_unit_test(gives_the_same_bits_piece_by_piece),
    };

    return cmocka_run_group_tests_name("normalise", tests, NULL, NULL);
}
