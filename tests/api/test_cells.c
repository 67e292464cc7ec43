/*
 * test_cells.c - septum_cells(): a map in memory, and what it refuses.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "septum.h"

#define SIDE 10
#define COUNT (SIDE * SIDE)

/* Two halves, and between them a column of membrane with a gap of .4 in row 5. */
static void
draw_halves(float *membrane)
{
    for (int i = 0; i < COUNT; i++)
        membrane[i] = i % SIDE == 5 ? 0.9F : 0.05F;
    membrane[5 * SIDE + 5] = 0.4F;
}

static uint32_t
cut(const struct septum_cells_options *options, uint32_t *cells)
{
    float membrane[COUNT];
    uint32_t count = 77;

    draw_halves(membrane);
    assert_int_equal(septum_cells(membrane, SIDE, SIDE, options, cells, &count, NULL),
                     SEPTUM_OK);
    return count;
}

static void
cuts_by_default_where_a_membrane_has_a_gap(void **state)
{
    uint32_t cells[COUNT];

    (void)state;
    assert_int_equal(cut(&(struct septum_cells_options){0}, cells), 2);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(cells[i], i % SIDE < 5 ? 1 : i % SIDE == 5 ? 0 : 2);
}

static void
takes_what_is_asked_for(void **state)
{
    const struct septum_cells_options deep = {.depth = 0.5};
    const struct septum_cells_options large = {.min_size = 45};
    const struct septum_cells_options low = {.threshold = 0.01, .has_threshold = true};
    const struct septum_cells_options high = {.threshold = 1, .has_threshold = true};
    uint32_t cells[COUNT];

    (void)state;
    assert_int_equal(cut(&deep, cells), 1);
    assert_int_equal(cells[5 * SIDE + 5], 1); /* the gap is open */
    assert_int_equal(cut(&large, cells), 1);  /* halves have 50 and 40 pixels */
    assert_int_equal(cut(&low, cells), 0);
    assert_int_equal(cut(&high, cells), 2);
}

static void
assert_refused(const float *membrane, uint32_t side,
               const struct septum_cells_options *options, const char *sentence)
{
    struct septum_error err = {0};
    uint32_t cells[COUNT] = {77}, count = 77;

    assert_int_equal(septum_cells(membrane, side, side, options, cells, &count, &err),
                     SEPTUM_EINVAL);
    assert_string_equal(err.text, sentence);
    assert_int_equal(cells[0], 77);
    assert_int_equal(count, 77);
}

static void
refuses_what_is_no_probability_and_says_where(void **state)
{
    const struct septum_cells_options options = {0};
    float membrane[COUNT];

    (void)state;
    draw_halves(membrane);
    membrane[23] = NAN;
    assert_refused(membrane, SIDE, &options,
                   "the value at row 2, column 3 is nan, which is no probability; give "
                   "numbers from 0 to 1");
    membrane[23] = 255;
    assert_refused(membrane, SIDE, &options,
                   "the value at row 2, column 3 is 255, which is no probability; give "
                   "numbers from 0 to 1");
    assert_refused(membrane, 0, &options,
                   "the map: 0 x 0 pixels cannot be cut into cells; 1 to 1073741824 "
                   "pixels can");
}

static void
refuses_options_out_of_range(void **state)
{
    float membrane[COUNT];

    (void)state;
    draw_halves(membrane);
    assert_refused(
        membrane, SIDE,
        &(struct septum_cells_options){.threshold = 1.5, .has_threshold = true},
        "the threshold is 1.5, not from 0 to 1");
    assert_refused(membrane, SIDE, &(struct septum_cells_options){.depth = -0.1},
                   "the depth of a cell is -0.1, not above 0 and up to 1");
    assert_refused(membrane, SIDE, NULL,
                   "septum_cells: options is required, and is not given");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_by_default_where_a_membrane_has_a_gap),
        cmocka_unit_test(takes_what_is_asked_for),
        cmocka_unit_test(refuses_what_is_no_probability_and_says_where),
        cmocka_unit_test(refuses_options_out_of_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
