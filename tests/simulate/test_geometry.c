/*
 * test_geometry.c - cells and walls against an embryo looked at point by point.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "simulate/geometry.h"

static const struct spt_embryo_shape shape = {
    .x = 60, .y = 50, .z = 40, .cells = 40, .unevenness = 0.1};

static void
draw_point(struct spt_random *random, float at[3])
{
    at[0] = (float)(140 * spt_random_uniform(random) - 70);
    at[1] = (float)(120 * spt_random_uniform(random) - 60);
    at[2] = (float)(100 * spt_random_uniform(random) - 50);
}

static struct spt_place
look_at(const struct spt_embryo *embryo, const float at[3], float reach)
{
    struct spt_cells all = {.count = embryo->count};

    for (uint32_t i = 0; i < embryo->count; i++)
        all.at[i] = (uint16_t)i;
    return spt_embryo_look(embryo, &all, at, reach);
}

static void
spaces_its_sites_evenly_inside_the_ellipsoid(void **state)
{
    struct spt_embryo embryo;

    (void)state;
    spt_embryo_grow(&embryo, &shape, 5);
    assert_int_equal(embryo.count, 40);
    for (uint32_t i = 0; i < embryo.count; i++) {
        double x = embryo.x[i] / shape.x, y = embryo.y[i] / shape.y,
               z = embryo.z[i] / shape.z;
        double nearest = INFINITY;

        assert_true(x * x + y * y + z * z < 1);
        for (uint32_t j = 0; j < embryo.count; j++) {
            double distance = sqrt(pow(embryo.x[i] - embryo.x[j], 2) +
                                   pow(embryo.y[i] - embryo.y[j], 2) +
                                   pow(embryo.z[i] - embryo.z[j], 2));

            if (j == i)
                continue;
            nearest = fmin(nearest, distance);
            assert_true(fabsf(embryo.bulge[i] - embryo.bulge[j]) < distance);
        }
        assert_true(nearest > 0.45 * embryo.spacing && nearest < 1.5 * embryo.spacing);
    }
}

static void
relaxes_cells_to_like_volumes(void **state)
{
    /* Without bulges cells differ by their places alone.  Scattered evenly but not
     * relaxed, their volumes would spread by a quarter or more. */
    struct spt_embryo_shape even = shape;
    struct spt_embryo embryo;
    struct spt_random random;
    double hits[40] = {0}, mean = 0, square = 0;

    (void)state;
    even.unevenness = 0;
    spt_embryo_grow(&embryo, &even, 12);
    spt_random_init(&random, 1, 1);
    for (int k = 0; k < 40000; k++) {
        float at[3];
        struct spt_place place;

        draw_point(&random, at);
        if (at[0] * at[0] / 3600 + at[1] * at[1] / 2500 + at[2] * at[2] / 1600 > 0.9F)
            continue;
        place = look_at(&embryo, at, 1);
        if (place.cell != SPT_CELL_OUTSIDE)
            hits[place.cell]++;
    }
    for (int i = 0; i < 40; i++) {
        mean += hits[i] / 40;
        square += hits[i] * hits[i] / 40;
    }
    assert_true(sqrt(square - mean * mean) < 0.24 * mean);
}

static void
opens_gaps_inside_and_no_wall_between_them(void **state)
{
    struct spt_embryo_shape holed = shape;
    static struct spt_embryo embryo;
    uint32_t gaps = 0;
    struct spt_place place;

    (void)state;
    spt_embryo_grow(&embryo, &shape, 5);
    for (uint32_t i = 0; i < 40; i++)
        assert_false(embryo.gap[i]);
    holed.gaps = 1;
    spt_embryo_grow(&embryo, &holed, 5);
    for (uint32_t i = 0; i < 40; i++) {
        double x = embryo.x[i] / shape.x, y = embryo.y[i] / shape.y,
               z = embryo.z[i] / shape.z;

        assert_int_equal(embryo.gap[i], x * x + y * y + z * z < 0.75 * 0.75);
        gaps += embryo.gap[i];
    }
    assert_true(gaps > 5);

    embryo = (struct spt_embryo){.shape = {.x = 40, .y = 40, .z = 40, .cells = 2}};
    embryo.count = 2;
    embryo.spacing = 20;
    embryo.crust = 30;
    embryo.x[0] = -10;
    embryo.x[1] = 10;
    for (int k = 0; k < 3; k++) {
        embryo.gap[0] = k > 0;
        embryo.gap[1] = k > 1;
        place = look_at(&embryo, (float[3]){-0.5F, 0, 0}, 3);
        assert_int_equal(place.cell, 0);
        assert_int_equal(place.other, k > 1 ? 0 : 1);
        assert_true(fabsf(place.distance - (k > 1 ? 3 : 0.5F)) < 1e-3F);
    }
}

static void
says_where_there_is_nothing_at_all(void **state)
{
    static struct spt_embryo embryo;
    struct spt_random random;
    struct spt_cells cells;
    int dark = 0, light = 0;

    (void)state;
    spt_embryo_grow(&embryo, &shape, 9);
    spt_random_init(&random, 9, 9);
    for (int i = 0; i < 600; i++) {
        float centre[3];

        draw_point(&random, centre);
        spt_embryo_near(&embryo, centre, 4, 3, &cells);
        dark += cells.dark;
        light += !cells.dark;
        for (int k = 0; k < 20 && cells.dark; k++) {
            float at[3];

            for (int axis = 0; axis < 3; axis++)
                at[axis] =
                    centre[axis] + (float)(4.6 * spt_random_uniform(&random) - 2.3);
            assert_int_equal(look_at(&embryo, at, 3).cell, SPT_CELL_OUTSIDE);
            assert_true(look_at(&embryo, at, 3).distance == 3);
        }
    }
    assert_true(dark > 60 && light > 60);
}

static void
makes_equal_embryos_of_equal_keys_only(void **state)
{
    struct spt_embryo first, second;

    (void)state;
    spt_embryo_grow(&first, &shape, 5);
    spt_embryo_grow(&second, &shape, 5);
    assert_memory_equal(first.x, second.x, 40 * sizeof *first.x);
    assert_memory_equal(first.bulge, second.bulge, 40 * sizeof *first.bulge);
    spt_embryo_grow(&second, &shape, 6);
    assert_memory_not_equal(first.x, second.x, 40 * sizeof *first.x);
}

static void
sees_the_same_with_the_cells_that_matter_as_with_all(void **state)
{
    struct spt_embryo embryo;
    struct spt_random random;
    size_t left_out = 0;

    (void)state;
    spt_embryo_grow(&embryo, &shape, 7);
    spt_random_init(&random, 7, 7);
    for (int i = 0; i < 300; i++) {
        struct spt_cells cells;
        float centre[3];

        draw_point(&random, centre);
        spt_embryo_near(&embryo, centre, 4, 3, &cells);
        left_out += embryo.count - cells.count;
        for (int k = 0; k < 20; k++) {
            float at[3];
            struct spt_place some, all;

            for (int axis = 0; axis < 3; axis++)
                at[axis] =
                    centre[axis] + (float)(4.6 * spt_random_uniform(&random) - 2.3);
            some = spt_embryo_look(&embryo, &cells, at, 3);
            all = look_at(&embryo, at, 3);
            assert_int_equal(some.cell, all.cell);
            assert_int_equal(some.other, all.other);
            assert_true(some.distance == all.distance);
            assert_true(some.trace == all.trace && some.trace >= some.distance);
            assert_true(some.centre == all.centre);
        }
    }
    assert_true(left_out > (size_t)300 * 20); /* the lists are worth their making */
}

/* True when some point `radius` away from `at` belongs to another owner. */
static int
meets_another(const struct spt_embryo *embryo, const float at[3], float radius,
              struct spt_random *random)
{
    uint32_t cell = look_at(embryo, at, 1).cell;

    for (int k = 0; k < 400; k++) {
        float way[3], length = 0;

        for (int axis = 0; axis < 3; axis++) {
            way[axis] = (float)spt_random_normal(random);
            length += way[axis] * way[axis];
        }
        for (int axis = 0; axis < 3; axis++)
            way[axis] = at[axis] + way[axis] * radius / sqrtf(length);
        if (look_at(embryo, way, 1).cell != cell)
            return 1;
    }
    return 0;
}

static void
measures_how_far_the_nearest_membrane_is(void **state)
{
    struct spt_embryo embryo;
    struct spt_random random;
    int near = 0, far = 0;

    (void)state;
    spt_embryo_grow(&embryo, &shape, 8);
    spt_random_init(&random, 8, 8);
    while (near < 100 || far < 100) {
        float at[3];
        struct spt_place place;

        draw_point(&random, at);
        place = look_at(&embryo, at, 4);
        if (place.cell != SPT_CELL_OUTSIDE && place.distance < 1) {
            near++;
            assert_true(
                meets_another(&embryo, at, place.distance * 1.3F + 0.3F, &random));
        }
        if (place.cell != SPT_CELL_OUTSIDE && place.distance > 2 &&
            place.distance < 4) {
            far++;
            assert_false(meets_another(&embryo, at, place.distance * 0.7F, &random));
        }
    }
}

static void
finds_the_flat_wall_between_two_equal_cells(void **state)
{
    /* Sites at x = -10 and 10: the wall is the plane x = 0. */
    static struct spt_embryo embryo;
    struct spt_place place;

    (void)state;
    embryo.shape = (struct spt_embryo_shape){.x = 40, .y = 40, .z = 40, .cells = 2};
    embryo.count = 2;
    embryo.spacing = 20;
    embryo.crust = 30;
    embryo.x[0] = -10;
    embryo.x[1] = 10;
    place = look_at(&embryo, (float[3]){-0.5F, 0, 0}, 3);
    assert_int_equal(place.cell, 0);
    assert_int_equal(place.other, 1);
    assert_true(fabsf(place.distance - 0.5F) < 1e-3F);
    assert_true(fabsf(place.centre - 9.5F / 20) < 1e-5F);
    place = look_at(&embryo, (float[3]){0.8F, 6, -5}, 3);
    assert_int_equal(place.cell, 1);
    assert_true(fabsf(place.distance - 0.8F) < 0.02F);
    place = look_at(&embryo, (float[3]){8, 0, 0}, 3);
    assert_int_equal(place.other, 1); /* itself: nothing within reach */
    assert_true(place.distance == 3);

    /* A bulge of 2 more moves the wall by 1 towards the other site. */
    embryo.bulge[0] = 2;
    place = look_at(&embryo, (float[3]){0.75F, 0, 0}, 3);
    assert_int_equal(place.cell, 0);
    assert_true(fabsf(place.distance - 0.25F) < 1e-3F);
}

static void
traces_a_slanting_wall_thinner_than_it_cuts_the_slice(void **state)
{
    static struct spt_embryo embryo;
    /* The angle between the wall's normal and the slice, and what a distance of 0.5
     * then counts: 0.5 / (1.5 cos), but never less than 0.5. */
    const struct {
        float normal[3];
        double trace;
    } walls[] = {
        {{1, 0, 0}, 0.5},
        {{0, 1, 0}, 0.5},
        {{0.8F, 0, 0.6F}, 0.5},
        {{0.6F, 0, -0.8F}, 0.5 / 0.9},
        {{0, -0.28F, 0.96F}, 0.5 / 0.42},
        {{0, 0, 1}, 3}, /* the reach */
    };

    (void)state;
    embryo.shape = (struct spt_embryo_shape){.x = 40, .y = 40, .z = 40, .cells = 2};
    embryo.count = 2;
    embryo.spacing = 20;
    embryo.crust = 30;
    for (size_t k = 0; k < sizeof walls / sizeof *walls; k++) {
        const float *normal = walls[k].normal;
        struct spt_place place;

        embryo.x[0] = 10 * normal[0];
        embryo.y[0] = 10 * normal[1];
        embryo.z[0] = 10 * normal[2];
        embryo.x[1] = -embryo.x[0];
        embryo.y[1] = -embryo.y[0];
        embryo.z[1] = -embryo.z[0];
        place = look_at(&embryo,
                        (float[3]){normal[0] / 2, normal[1] / 2, normal[2] / 2}, 3);
        assert_true(fabs(place.distance - 0.5) < 1e-3);
        assert_true(fabs(place.trace - walls[k].trace) < 2e-3);
    }
}

static void
ends_where_its_outermost_cells_end(void **state)
{
    static struct spt_embryo embryo;
    struct spt_place place;

    (void)state;
    embryo.shape = (struct spt_embryo_shape){.x = 12, .y = 12, .z = 12, .cells = 1};
    embryo.count = 1;
    embryo.spacing = 20;
    embryo.crust = 12;
    place = look_at(&embryo, (float[3]){11, 0, 0}, 3);
    assert_int_equal(place.cell, 0);
    assert_int_equal(place.other, SPT_CELL_OUTSIDE);
    assert_true(fabsf(place.distance - 1) < 1e-4F);
    place = look_at(&embryo, (float[3]){0, 0, -14}, 3);
    assert_int_equal(place.cell, SPT_CELL_OUTSIDE);
    assert_int_equal(place.other, 0);
    assert_true(fabsf(place.distance - 2) < 1e-4F);
    assert_true(place.trace == 3); /* the slice touches the ball from above */
    place = look_at(&embryo, (float[3]){0, 40, 0}, 3);
    assert_int_equal(place.cell, SPT_CELL_OUTSIDE);
    assert_int_equal(place.other, SPT_CELL_OUTSIDE);
    assert_true(place.distance == 3);
}

static void
measures_the_way_of_light_through_the_ellipsoid(void **state)
{
    static struct spt_embryo embryo;

    (void)state;
    embryo.shape = (struct spt_embryo_shape){.x = 30, .y = 20, .z = 10, .cells = 1};
    assert_true(spt_embryo_path(&embryo, (float[3]){-30, 0, 0}, 0) == 0);
    assert_true(spt_embryo_path(&embryo, (float[3]){0, 0, 0}, 0) == 30);
    assert_true(spt_embryo_path(&embryo, (float[3]){90, 0, 0}, 0) == 60);
    assert_true(spt_embryo_path(&embryo, (float[3]){0, 0, 5}, 2) == 15);
    assert_true(spt_embryo_path(&embryo, (float[3]){0, 21, 5}, 2) == 0);
    /* At x = 18 the ellipse of x and z is 0.8 of its height high. */
    assert_true(fabsf(spt_embryo_path(&embryo, (float[3]){18, 0, 99}, 2) - 16) < 1e-4F);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spaces_its_sites_evenly_inside_the_ellipsoid),
        cmocka_unit_test(relaxes_cells_to_like_volumes),
        cmocka_unit_test(opens_gaps_inside_and_no_wall_between_them),
        cmocka_unit_test(says_where_there_is_nothing_at_all),
        cmocka_unit_test(makes_equal_embryos_of_equal_keys_only),
        cmocka_unit_test(sees_the_same_with_the_cells_that_matter_as_with_all),
        cmocka_unit_test(measures_how_far_the_nearest_membrane_is),
        cmocka_unit_test(finds_the_flat_wall_between_two_equal_cells),
        cmocka_unit_test(traces_a_slanting_wall_thinner_than_it_cuts_the_slice),
        cmocka_unit_test(ends_where_its_outermost_cells_end),
        cmocka_unit_test(measures_the_way_of_light_through_the_ellipsoid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
