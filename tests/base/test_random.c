/*
 * Random numbers: the published sequences of the two generators, and the statistics of
 * what is made of them.  All seeds are fixed, so a bound of five standard deviations
 * either holds always or never.
 */
#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define DRAWS 200000

static void
follows_the_published_xoshiro_sequence(void **state)
{
    /* The authors' xoshiro256plusplus.c from the state 1, 2, 3, 4. */
    static const uint64_t expected[] = {
        UINT64_C(41943041),
        UINT64_C(58720359),
        UINT64_C(3588806011781223),
        UINT64_C(3591011842654386),
        UINT64_C(9228616714210784205),
        UINT64_C(9973669472204895162),
        UINT64_C(14011001112246962877),
        UINT64_C(12406186145184390807),
        UINT64_C(15849039046786891736),
        UINT64_C(10450023813501588000),
    };
    struct spt_random random = {{1, 2, 3, 4}};

    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_true(spt_random_bits(&random) == expected[i]);
}

static void
hashes_as_the_published_splitmix_does(void **state)
{
    static const uint64_t expected[] = {
        UINT64_C(6457827717110365317),  UINT64_C(3203168211198807973),
        UINT64_C(9817491932198370423),  UINT64_C(4593380528125082431),
        UINT64_C(16408922859458223821),
    };

    (void)state;
    for (uint64_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_true(spt_random_hash(1234567, i) == expected[i]);
}

static void
repeats_itself_for_the_same_seed_and_purpose(void **state)
{
    struct spt_random a, b;

    (void)state;
    spt_random_init(&a, 42, 3);
    spt_random_init(&b, 42, 3);
    for (int i = 0; i < 100; i++)
        assert_true(spt_random_bits(&a) == spt_random_bits(&b));
}

static void
goes_on_from_a_copied_state(void **state)
{
    struct spt_random a, copy;

    (void)state;
    spt_random_init(&a, 1, 1);
    for (int i = 0; i < 10; i++)
        spt_random_normal(&a);
    memcpy(&copy, &a, sizeof copy);
    for (int i = 0; i < 10; i++)
        assert_true(spt_random_normal(&a) == spt_random_normal(&copy));
}

/* Bits in which two streams agree, of DRAWS * 64. */
static uint64_t
count_agreements(struct spt_random *a, struct spt_random *b)
{
    uint64_t agreements = 0;

    for (size_t i = 0; i < DRAWS; i++)
        agreements +=
            (uint64_t)__builtin_popcountll(~(spt_random_bits(a) ^ spt_random_bits(b)));
    return agreements;
}

static void
has_independent_streams_for_neighbouring_seeds_and_purposes(void **state)
{
    static const uint64_t pairs[][4] = {
        {0, 0, 0, 1}, {0, 0, 1, 0}, {5, 6, 6, 5}, {7, 0, 7, 1}};
    const double bits = 64.0 * DRAWS;

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct spt_random a, b;

        spt_random_init(&a, pairs[i][0], pairs[i][1]);
        spt_random_init(&b, pairs[i][2], pairs[i][3]);
        assert_true(fabs((double)count_agreements(&a, &b) - bits / 2) <
                    5 * sqrt(bits / 4));
    }
}

static void
is_uniform_in_the_unit_interval(void **state)
{
    struct spt_random random;
    double sum = 0, squares = 0, least = 1, most = 0;

    (void)state;
    spt_random_init(&random, 1, 0);
    for (int i = 0; i < DRAWS; i++) {
        double x = spt_random_uniform(&random);

        assert_true(x >= 0 && x < 1);
        sum += x;
        squares += x * x;
        least = fmin(least, x);
        most = fmax(most, x);
    }
    /* Variance of x is 1/12, of x squared 4/45. */
    assert_true(fabs(sum / DRAWS - 0.5) < 5 * sqrt(1.0 / 12 / DRAWS));
    assert_true(fabs(squares / DRAWS - 1.0 / 3) < 5 * sqrt(4.0 / 45 / DRAWS));
    assert_true(least < 1e-4 && most > 1 - 1e-4);
}

static void
uniform_uses_the_highest_53_bits(void **state)
{
    struct spt_random random, bits;

    (void)state;
    spt_random_init(&random, 9, 9);
    bits = random;
    for (int i = 0; i < 100; i++)
        assert_true(spt_random_uniform(&random) * 9007199254740992.0 ==
                    (double)(spt_random_bits(&bits) >> 11));
}

static void
is_normal_with_mean_0_and_deviation_1(void **state)
{
    struct spt_random random;
    double sum = 0, squares = 0, cubes = 0, fourths = 0;
    int within = 0;

    (void)state;
    spt_random_init(&random, 2, 0);
    for (int i = 0; i < DRAWS; i++) {
        double x = spt_random_normal(&random);

        assert_true(isfinite(x));
        sum += x;
        squares += x * x;
        cubes += x * x * x;
        fourths += x * x * x * x;
        within += fabs(x) < 1;
    }
    /* Variances of the powers of a normal variable: 1, 2, 15, 96. */
    assert_true(fabs(sum / DRAWS) < 5 * sqrt(1.0 / DRAWS));
    assert_true(fabs(squares / DRAWS - 1) < 5 * sqrt(2.0 / DRAWS));
    assert_true(fabs(cubes / DRAWS) < 5 * sqrt(15.0 / DRAWS));
    assert_true(fabs(fourths / DRAWS - 3) < 5 * sqrt(96.0 / DRAWS));
    assert_true(fabs((double)within / DRAWS - 0.682689) < 5 * sqrt(0.2166 / DRAWS));
}

static void
draws_every_number_below_a_limit_equally_often(void **state)
{
    static const uint64_t limits[] = {1, 2, 3, 7, 10, 64, 100};
    struct spt_random random;

    (void)state;
    spt_random_init(&random, 3, 0);
    for (size_t k = 0; k < sizeof limits / sizeof limits[0]; k++) {
        uint64_t limit = limits[k];
        double share = 1 / (double)limit;
        double slack = 5 * sqrt(DRAWS * share * (1 - share));
        int counts[100] = {0};

        for (int i = 0; i < DRAWS; i++) {
            uint64_t drawn = spt_random_below(&random, limit);

            assert_true(drawn < limit);
            counts[drawn]++;
        }
        for (uint64_t i = 0; i < limit; i++)
            assert_true(fabs(counts[i] - DRAWS * share) <= slack);
    }
}

static void
is_not_biased_by_a_limit_that_is_near_two_to_the_64(void **state)
{
    /* Of 2^64 draws modulo 3 * 2^62, the lowest third would come up twice as often. */
    const uint64_t limit = UINT64_C(3) << 62;
    struct spt_random random;
    int lowest = 0;

    (void)state;
    spt_random_init(&random, 4, 0);
    for (int i = 0; i < DRAWS; i++) {
        uint64_t drawn = spt_random_below(&random, limit);

        assert_true(drawn < limit);
        lowest += drawn < limit / 3;
    }
    assert_true(fabs(lowest - DRAWS / 3.0) < 5 * sqrt(DRAWS * 2.0 / 9));
}

static void
hash_depends_on_key_and_index_alike(void **state)
{
    const double bits = 64.0 * DRAWS;
    uint64_t of_key = 0, of_index = 0;

    (void)state;
    for (uint64_t i = 0; i < DRAWS; i++) {
        uint64_t here = spt_random_hash(i, 5);

        of_key += (uint64_t)__builtin_popcountll(here ^ spt_random_hash(i + 1, 5));
        of_index += (uint64_t)__builtin_popcountll(here ^ spt_random_hash(i, 6));
    }
    assert_true(fabs((double)of_key - bits / 2) < 5 * sqrt(bits / 4));
    assert_true(fabs((double)of_index - bits / 2) < 5 * sqrt(bits / 4));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_the_published_xoshiro_sequence),
        cmocka_unit_test(hashes_as_the_published_splitmix_does),
        cmocka_unit_test(repeats_itself_for_the_same_seed_and_purpose),
        cmocka_unit_test(goes_on_from_a_copied_state),
        cmocka_unit_test(has_independent_streams_for_neighbouring_seeds_and_purposes),
        cmocka_unit_test(is_uniform_in_the_unit_interval),
        cmocka_unit_test(uniform_uses_the_highest_53_bits),
        cmocka_unit_test(is_normal_with_mean_0_and_deviation_1),
        cmocka_unit_test(draws_every_number_below_a_limit_equally_often),
        cmocka_unit_test(is_not_biased_by_a_limit_that_is_near_two_to_the_64),
        cmocka_unit_test(hash_depends_on_key_and_index_alike),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
