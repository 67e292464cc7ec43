/*
 * test_stain.c - light of walls and cells between two equal cells.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "simulate/stain.h"

/* Light at `distance` from a wall between cells 0 and `other`, far from any nucleus. */
static float
light_at(const struct spt_stain *stain, const struct spt_embryo *embryo, uint32_t other,
         float distance, float x)
{
    const struct spt_place place = {
        .cell = 0, .other = other, .distance = distance, .centre = 1};

    return spt_stain_light(stain, embryo, &place, (const float[3]){x, 3, 5});
}

static void
draws_noise_that_is_smooth_and_fills_its_range(void **state)
{
    float least = 1, most = 0, steepest = 0;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        float x = (float)i * 0.01F;
        float here = spt_stain_noise(5, x, 0.3F, -7.6F);

        assert_true(here >= 0 && here <= 1);
        steepest =
            fmaxf(steepest, fabsf(spt_stain_noise(5, x + 0.01F, 0.3F, -7.6F) - here));
        least = fminf(least, here);
        most = fmaxf(most, here);
    }
    assert_true(least < 0.2F && most > 0.8F && steepest < 0.02F);
    assert_true(spt_stain_noise(5, 1, 1, 1) != spt_stain_noise(6, 1, 1, 1));
}

static void
fades_across_a_wall_as_a_normal_curve(void **state)
{
    const struct spt_stain stain = {.thickness = 2};
    static struct spt_embryo embryo = {.spacing = 20, .key = 4};
    float middle = light_at(&stain, &embryo, 1, 0, 0);

    (void)state;
    assert_true(middle > 0.49F && middle <= 1.3F * 1.3F);
    assert_true(fabsf(light_at(&stain, &embryo, 1, 2, 0) / middle - 0.60653F) < 1e-4F);
    assert_true(spt_stain_reach(&stain) == 6);
    assert_true(light_at(&stain, &embryo, 1, 6.01F, 0) == 0);
    assert_true(light_at(&stain, &embryo, 2, 0, 0) != middle); /* another wall */
}

static void
loses_light_in_places_when_weak(void **state)
{
    const struct spt_stain strong = {.thickness = 2},
                           weak = {.thickness = 2, .weak = 1};
    static struct spt_embryo embryo = {.spacing = 20, .key = 4};
    int gone = 0, kept = 0;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        float share = light_at(&weak, &embryo, 1, 0, (float)i) /
                      light_at(&strong, &embryo, 1, 0, (float)i);

        gone += share < 0.05F;
        kept += share > 0.95F;
    }
    assert_true(gone > 50 && kept > 300);
}

static void
broadens_more_of_a_wall_the_more_is_merged(void **state)
{
    static struct spt_embryo embryo = {.spacing = 20, .key = 4};
    const double merged[] = {0, 0.3, 1};
    int broad[3] = {0};

    (void)state;
    for (int k = 0; k < 3; k++) {
        const struct spt_stain stain = {.thickness = 2, .merged = merged[k]};

        assert_true(spt_stain_reach(&stain) == (k == 0 ? 6 : 18));
        for (int i = 0; i < 1000; i++)
            broad[k] += light_at(&stain, &embryo, 1, 8, (float)i) > 0.1F;
    }
    assert_int_equal(broad[0], 0);
    assert_true(broad[1] > 50 && broad[1] < 600 && broad[2] > broad[1] + 200);
}

static void
lights_cells_but_neither_gaps_nor_the_outside(void **state)
{
    const struct spt_stain stain = {.thickness = 2, .cytoplasm = 0.2};
    static struct spt_embryo embryo = {.spacing = 20, .key = 4};
    const float at[3] = {1, 2, 3};
    struct spt_place place = {.cell = 0, .other = 0, .distance = 9, .centre = 1};
    float light = spt_stain_light(&stain, &embryo, &place, at);

    (void)state;
    assert_true(light > 0.2F * 0.36F && light < 0.2F * 1.96F);
    place.centre = 0; /* in the nucleus */
    assert_true(fabsf(spt_stain_light(&stain, &embryo, &place, at) / light - 0.45F) <
                1e-3F);
    embryo.gap[0] = true;
    assert_true(spt_stain_light(&stain, &embryo, &place, at) == 0);
    embryo.gap[0] = false;
    place.cell = place.other = SPT_CELL_OUTSIDE;
    assert_true(spt_stain_light(&stain, &embryo, &place, at) == 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_noise_that_is_smooth_and_fills_its_range),
        cmocka_unit_test(fades_across_a_wall_as_a_normal_curve),
        cmocka_unit_test(loses_light_in_places_when_weak),
        cmocka_unit_test(broadens_more_of_a_wall_the_more_is_merged),
        cmocka_unit_test(lights_cells_but_neither_gaps_nor_the_outside),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
