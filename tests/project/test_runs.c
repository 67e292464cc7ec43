/*
 * test_runs.c - runs against the same done pixel by pixel.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "project/answer.h"
#include "project/runs.h"

#define PIXELS 600

static struct spt_runs
draw_runs(struct spt_random *random, size_t count)
{
    struct spt_runs runs = {0};

    for (size_t i = 0; i < count; i++) {
        uint64_t start = spt_random_below(random, PIXELS);
        struct spt_run run = {start, 1 + spt_random_below(random, PIXELS - start),
                              (uint8_t)spt_random_below(random, 3)};

        assert_true(spt_runs_add(&runs, run));
    }
    return runs;
}

static void
applies_one_run_after_the_other(void **state)
{
    struct spt_random random;

    (void)state;
    spt_random_init(&random, 1, 1);
    for (size_t round = 0; round < 50; round++) {
        struct spt_runs runs = draw_runs(&random, round % 20);
        uint8_t found[PIXELS] = {0}, wanted[PIXELS] = {0};

        for (size_t r = 0; r < runs.count; r++)
            for (uint64_t i = 0; i < runs.run[r].length; i++)
                wanted[runs.run[r].start + i] = runs.run[r].value;
        spt_runs_apply(&runs, found);
        assert_memory_equal(found, wanted, sizeof wanted);
        spt_runs_clear(&runs);
    }
}

static void
makes_runs_of_all_pixels_but_those_to_keep(void **state)
{
    const uint8_t pixels[] = {3, 0, 0, 1, 3, 3, 2, 2, 2, 0};
    const struct spt_run wanted[] = {{1, 2, 0}, {3, 1, 1}, {6, 3, 2}, {9, 1, 0}};
    struct spt_runs runs = {0};

    (void)state;
    assert_true(spt_runs_add_pixels(&runs, pixels, sizeof pixels));
    assert_int_equal(runs.count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(runs.run[i].start, wanted[i].start);
        assert_int_equal(runs.run[i].length, wanted[i].length);
        assert_int_equal(runs.run[i].value, wanted[i].value);
    }
    spt_runs_clear(&runs);
}

static void
knows_what_lies_inside_of_a_base(void **state)
{
    struct spt_random random;
    int inside = 0;

    (void)state;
    spt_random_init(&random, 2, 1);
    for (size_t round = 0; round < 400; round++) {
        struct spt_runs base = {0}, runs = {0};
        uint8_t pixels[PIXELS];
        bool wanted = true;

        /* Mostly paintable, with some holes, and runs that touch each other. */
        for (size_t i = 0; i < PIXELS; i++)
            pixels[i] = spt_random_below(&random, 40) == 0
                            ? SPT_LABEL_KEEP
                            : (uint8_t)spt_random_below(&random, 2);
        assert_true(spt_runs_add_pixels(&base, pixels, PIXELS));
        for (int r = 0; r < 2; r++) {
            uint64_t start = spt_random_below(&random, PIXELS - 20);
            struct spt_run run = {start, 1 + spt_random_below(&random, 20), 1};

            assert_true(spt_runs_add(&runs, run));
            for (uint64_t i = 0; i < run.length; i++)
                wanted = wanted && pixels[start + i] != SPT_LABEL_KEEP;
        }
        inside += wanted;
        assert_int_equal(spt_runs_inside(&runs, &base), wanted);
        spt_runs_clear(&runs);
        spt_runs_clear(&base);
    }
    assert_in_range(inside, 50, 350); /* both happen */
}

static void
comes_back_from_its_packed_form(void **state)
{
    struct spt_random random;

    (void)state;
    spt_random_init(&random, 3, 1);
    for (size_t round = 0; round < 50; round++) {
        struct spt_runs runs = draw_runs(&random, round % 20), back = {0};
        struct spt_bytes packed = {0};

        assert_true(spt_runs_pack(&runs, &packed));
        assert_true(spt_runs_unpack(packed.at, packed.count, PIXELS, &back));
        assert_true(spt_runs_equal(&runs, &back));
        spt_bytes_clear(&packed);
        spt_runs_clear(&runs);
        spt_runs_clear(&back);
    }
}

static void
packs_as_the_file_format_says(void **state)
{
    /* 200 pixels at 300, then back to 10: zigzag of 300 is 600 = 0xd8 0x04, of
     * 10 - 500 = -490 is 981 = 0xd5 0x07. */
    const uint8_t wanted[] = {0xd8, 0x04, 0xc8, 0x01, 0x01, 0xd5, 0x07, 0x05, 0x02};
    struct spt_runs runs = {0};
    struct spt_bytes packed = {0};

    (void)state;
    assert_true(spt_runs_add(&runs, (struct spt_run){300, 200, 1}));
    assert_true(spt_runs_add(&runs, (struct spt_run){10, 5, 2}));
    assert_true(spt_runs_pack(&runs, &packed));
    assert_int_equal(packed.count, sizeof wanted);
    assert_memory_equal(packed.at, wanted, sizeof wanted);
    spt_bytes_clear(&packed);
    spt_runs_clear(&runs);
}

static void
refuses_blocks_that_are_no_runs(void **state)
{
    static const struct {
        const char *bytes;
        size_t count;
    } bad[] = {
        {"\x00", 1},                                                  /* cut short */
        {"\x00\x05", 2},                                              /* no value */
        {"\x00\x05\x03", 3},                                          /* no label */
        {"\x00\x00\x01", 3},                                          /* empty */
        {"\x00\x8a\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01\x01", 12}, /* endless */
        {"\xbe\x01\x06\x01", 4}, /* beyond the end */
        {"\x03\x01\x01", 3},     /* before the start */
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct spt_runs runs = {0};

        assert_false(spt_runs_unpack(bad[i].bytes, bad[i].count, 100, &runs));
        assert_null(runs.run);
    }
}

/* Whatever a damaged file holds, no run reaches out of the box. */
static void
keeps_noise_inside_of_the_box(void **state)
{
    struct spt_random random;

    (void)state;
    spt_random_init(&random, 4, 1);
    for (size_t round = 0; round < 2000; round++) {
        uint8_t noise[24];
        struct spt_runs runs = {0};

        for (size_t i = 0; i < sizeof noise; i++)
            noise[i] = (uint8_t)(spt_random_bits(&random) >>
                                 (spt_random_below(&random, 2) ? 57 : 62));
        if (spt_runs_unpack(noise, 3 + round % 22, PIXELS, &runs))
            for (size_t i = 0; i < runs.count; i++)
                assert_in_range(runs.run[i].start + runs.run[i].length, 1, PIXELS);
        spt_runs_clear(&runs);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(applies_one_run_after_the_other),
        cmocka_unit_test(makes_runs_of_all_pixels_but_those_to_keep),
        cmocka_unit_test(knows_what_lies_inside_of_a_base),
        cmocka_unit_test(comes_back_from_its_packed_form),
        cmocka_unit_test(packs_as_the_file_format_says),
        cmocka_unit_test(refuses_blocks_that_are_no_runs),
        cmocka_unit_test(keeps_noise_inside_of_the_box),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
