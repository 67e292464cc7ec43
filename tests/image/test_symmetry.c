/*
 * The 8 symmetries: each worked out by hand on 2 x 3 pixels, and the laws of the group.
 */
#include "image/symmetry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEIGHT 2
#define WIDTH 3
#define COUNT (HEIGHT * WIDTH)

static const float picture[COUNT] = {1, 2, 3, /**/ 4, 5, 6};

/* s(picture); those from 4 on are 3 x 2. */
static const float expected[SPT_SYMMETRIES][COUNT] = {
    {1, 2, 3, 4, 5, 6}, {3, 2, 1, 6, 5, 4}, {4, 5, 6, 1, 2, 3}, {6, 5, 4, 3, 2, 1},
    {1, 4, 2, 5, 3, 6}, {4, 1, 5, 2, 6, 3}, {3, 6, 2, 5, 1, 4}, {6, 3, 5, 2, 4, 1},
};

static void
moves_each_pixel_where_the_header_says(void **state)
{
    float out[COUNT];

    (void)state;
    for (int s = 0; s < SPT_SYMMETRIES; s++) {
        spt_symmetry_floats(picture, HEIGHT, WIDTH, s, out);
        assert_memory_equal(out, expected[s], sizeof out);
        assert_int_equal(spt_symmetry_transposes(s), s >= 4);
    }
}

/* out = second(first(picture)) */
static void
apply_both(int first, int second, float *out)
{
    float once[COUNT];
    int turned = spt_symmetry_transposes(first);

    spt_symmetry_floats(picture, HEIGHT, WIDTH, first, once);
    spt_symmetry_floats(once, turned ? WIDTH : HEIGHT, turned ? HEIGHT : WIDTH, second,
                        out);
}

static void
is_undone_by_its_inverse_on_either_side(void **state)
{
    float out[COUNT];

    (void)state;
    for (int s = 0; s < SPT_SYMMETRIES; s++) {
        apply_both(s, spt_symmetry_inverse(s), out);
        assert_memory_equal(out, picture, sizeof out);
        apply_both(spt_symmetry_inverse(s), s, out);
        assert_memory_equal(out, picture, sizeof out);
        assert_int_equal(spt_symmetry_inverse(spt_symmetry_inverse(s)), s);
    }
}

/* Any two make exactly one of the 8, and each row of the table has all of them. */
static void
forms_a_group(void **state)
{
    float out[COUNT];

    (void)state;
    for (int first = 0; first < SPT_SYMMETRIES; first++) {
        unsigned seen = 0;

        for (int second = 0; second < SPT_SYMMETRIES; second++) {
            int turned = (first ^ second) & 4;

            apply_both(first, second, out);
            for (int s = 0; s < SPT_SYMMETRIES; s++)
                if ((s & 4) == turned && memcmp(out, expected[s], sizeof out) == 0)
                    seen |= 1u << s;
        }
        assert_int_equal(seen, 0xff);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_each_pixel_where_the_header_says),
        cmocka_unit_test(is_undone_by_its_inverse_on_either_side),
        cmocka_unit_test(forms_a_group),
    };

    return cmocka_run_group_tests_name("symmetry", tests, NULL, NULL);
}
