/*
 * Masks: what each rule makes of the same values.
 */
#include "image/mask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "image/craft.h"
#include "support/scratch.h"
#include "support/whole_tiff.h"

#define HEIGHT 7
#define WIDTH 8

static struct spt_set
save(const float *values, uint32_t height, uint32_t width)
{
    const char *path = scratch_path("mask.tif");

    assert_int_equal(whole_tiff_floats(path, values, height, width, 0, true, NULL),
                     SEPTUM_OK);
    return craft_open(path);
}

static void
assert_labels(const float *values, uint32_t height, uint32_t width,
              const struct spt_mask_rule *rule, const uint8_t *wanted)
{
    struct spt_set set = save(values, height, width);
    uint8_t labels[64];

    assert_int_equal(spt_mask_read(&set.pages[0], rule, labels, NULL), SEPTUM_OK);
    assert_memory_equal(labels, wanted, (size_t)height * width);
    spt_set_clear(&set);
}

static const float plain[6] = {0, 1, 128, 255, 0.5f, -1};

static void
takes_all_but_zero_as_membrane(void **state)
{
    struct spt_mask_rule rule = {0};

    (void)state;
    assert_labels(plain, 2, 3, &rule, (uint8_t[]){0, 1, 1, 1, 1, 1});
}

static void
takes_one_value_as_membrane(void **state)
{
    struct spt_mask_rule rule = {.has_membrane_value = true, .membrane_value = 128};

    (void)state;
    assert_labels(plain, 2, 3, &rule, (uint8_t[]){0, 0, 1, 0, 0, 0});
    rule.membrane_value = 0;
    assert_labels(plain, 2, 3, &rule, (uint8_t[]){1, 0, 0, 0, 0, 0});
}

static void
leaves_the_unlabelled_value_unknown(void **state)
{
    struct spt_mask_rule rule = {.has_unlabelled_value = true, .unlabelled_value = 128};

    (void)state;
    assert_labels(plain, 2, 3, &rule, (uint8_t[]){0, 1, 2, 1, 1, 1});
    rule.unlabelled_value = 0;
    rule.has_membrane_value = true;
    rule.membrane_value = 255;
    assert_labels(plain, 2, 3, &rule, (uint8_t[]){2, 0, 0, 1, 0, 0});
}

static void
draws_borders_between_cells(void **state)
{
    static const float cells[4 * 6] = {
        1, 1, 1, 2, 2, 2, //
        1, 1, 1, 2, 2, 2, //
        3, 3, 3, 3, 2, 2, //
        3, 3, 3, 3, 3, 0, //
    };
    static const uint8_t wanted[4 * 6] = {
        0, 0, 1, 1, 0, 0, //
        1, 1, 1, 1, 0, 0, //
        1, 1, 1, 1, 1, 1, //
        0, 0, 0, 0, 1, 1, //
    };
    struct spt_mask_rule rule = {.instances = true};

    (void)state;
    assert_labels(cells, 4, 6, &rule, wanted);
}

static void
draws_no_border_towards_the_unlabelled(void **state)
{
    static const float cells[7] = {4, 4, 9, 9, 9, 4, 5};
    struct spt_mask_rule rule = {
        .instances = true, .has_unlabelled_value = true, .unlabelled_value = 9};

    (void)state;
    assert_labels(cells, 1, 7, &rule, (uint8_t[]){0, 0, 2, 2, 2, 1, 1});
    rule.unlabelled_value = 0;
    assert_labels((const float[]){0, 4, 4}, 1, 3, &rule, (uint8_t[]){2, 0, 0});
}

/* The border of a pixel is where any of the four neighbours that exist differs. */
static void
agrees_with_the_definition_on_random_cells(void **state)
{
    static const int steps[4][2] = {{-1, 0}, {1, 0}, {0, -1}, {0, 1}};
    struct spt_mask_rule rule = {.instances = true};
    struct spt_random random;

    (void)state;
    spt_random_init(&random, 1, 7);
    for (int round = 0; round < 20; round++) {
        float cells[HEIGHT * WIDTH];
        uint8_t wanted[HEIGHT * WIDTH];

        for (int i = 0; i < HEIGHT * WIDTH; i++)
            cells[i] = (float)spt_random_below(&random, 3);
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                float own = cells[y * WIDTH + x];
                bool border = own == 0;

                for (int s = 0; s < 4; s++) {
                    int ny = y + steps[s][0], nx = x + steps[s][1];

                    if (ny >= 0 && ny < HEIGHT && nx >= 0 && nx < WIDTH)
                        border = border || cells[ny * WIDTH + nx] != own;
                }
                wanted[y * WIDTH + x] = border;
            }
        }
        assert_labels(cells, HEIGHT, WIDTH, &rule, wanted);
    }
}

static void
refuses_cell_numbers_that_are_not_told_apart(void **state)
{
    static const float cells[4] = {1, 16777215, 16777216, 2};
    struct spt_mask_rule rule = {.instances = true};
    struct spt_set set = save(cells, 2, 2);
    struct septum_error err;
    uint8_t labels[4] = {9, 9, 9, 9};

    (void)state;
    assert_int_equal(spt_mask_read(&set.pages[0], &rule, labels, &err), SEPTUM_EFORMAT);
    assert_string_equal(
        strstr(err.text, "mask.tif"),
        "mask.tif: the cell number at row 1, column 0 is above 16777215, "
        "the largest that is told apart; number the cells from 1");
    assert_int_equal(labels[0], 9);
    spt_set_clear(&set);
}

static void
refuses_two_rules_at_once(void **state)
{
    struct spt_mask_rule rule = {
        .instances = true, .has_membrane_value = true, .membrane_value = 1};
    struct spt_set set = save(plain, 2, 3);
    struct septum_error err;
    uint8_t labels[6];

    (void)state;
    assert_int_equal(spt_mask_read(&set.pages[0], &rule, labels, &err), SEPTUM_EINVAL);
    assert_string_equal(
        strstr(err.text, "mask.tif"),
        "mask.tif: cannot be read both as cell numbers and by a membrane "
        "value; choose one");
    spt_set_clear(&set);
}

static void
passes_on_that_the_file_is_gone(void **state)
{
    struct spt_mask_rule rule = {0};
    struct spt_set set = save(plain, 2, 3);
    struct septum_error err;
    uint8_t labels[6];

    (void)state;
    assert_int_equal(remove(set.pages[0].path), 0);
    assert_int_equal(spt_mask_read(&set.pages[0], &rule, labels, &err), SEPTUM_EIO);
    assert_string_equal(strstr(err.text, "mask.tif"),
                        "mask.tif: No such file or directory");
    spt_set_clear(&set);
}

static void
reads_cell_numbers_up_to_the_largest(void **state)
{
    static const float cells[4] = {0, 1, 16777215, 65536};
    static const uint32_t wanted[5] = {0, 1, 16777215, 65536, 77};
    struct spt_set set = save(cells, 2, 2);
    uint32_t numbers[5] = {77, 77, 77, 77, 77};

    (void)state;
    assert_int_equal(spt_mask_read_cells(&set.pages[0], numbers, NULL), SEPTUM_OK);
    assert_memory_equal(numbers, wanted, sizeof wanted);
    spt_set_clear(&set);
}

static void
refuses_what_is_no_cell_number(void **state)
{
    static const float wrong[] = {16777216, 0.5F, -1};
    static const char *const sentence[] = {
        "mask.tif: the cell number at row 0, column 1 is above 16777215, the largest "
        "that is told apart; number the cells from 1",
        "mask.tif: row 0, column 1: 0.5 is no cell number; give whole numbers, 0 for "
        "membrane",
        "mask.tif: row 0, column 1: -1 is no cell number; give whole numbers, 0 for "
        "membrane"};

    (void)state;
    for (int i = 0; i < 3; i++) {
        const float cells[4] = {1, wrong[i], 2, 2};
        struct spt_set set = save(cells, 2, 2);
        struct septum_error err = {0};
        uint32_t numbers[4] = {77, 77, 77, 77};

        assert_int_equal(spt_mask_read_cells(&set.pages[0], numbers, &err),
                         SEPTUM_EFORMAT);
        assert_non_null(strstr(err.text, sentence[i]));
        assert_int_equal(numbers[0], 77);
        spt_set_clear(&set);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_all_but_zero_as_membrane),
        cmocka_unit_test(takes_one_value_as_membrane),
        cmocka_unit_test(leaves_the_unlabelled_value_unknown),
        cmocka_unit_test(draws_borders_between_cells),
        cmocka_unit_test(draws_no_border_towards_the_unlabelled),
        cmocka_unit_test(agrees_with_the_definition_on_random_cells),
        cmocka_unit_test(refuses_cell_numbers_that_are_not_told_apart),
        cmocka_unit_test(refuses_two_rules_at_once),
        cmocka_unit_test(passes_on_that_the_file_is_gone),
        cmocka_unit_test(reads_cell_numbers_up_to_the_largest),
        cmocka_unit_test(refuses_what_is_no_cell_number),
    };

    return cmocka_run_group_tests_name("mask", tests, NULL, NULL);
}
