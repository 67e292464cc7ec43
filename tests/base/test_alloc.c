/*
 * Allocation: what is asked for is there, and what cannot be is NULL.
 */
#include "base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Out of the compiler's sight, which would refuse impossible sizes on its own. */
static volatile size_t huge = SIZE_MAX;

static void
gives_zeroed_items(void **state)
{
    uint32_t *block = spt_alloc_array(1000, sizeof *block);

    (void)state;
    assert_non_null(block);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(block[i], 0);
    free(block);
}

static void
gives_a_block_for_no_items(void **state)
{
    void *array = spt_alloc_array(0, 8);
    void *aligned = spt_alloc_aligned(0, 8);
    void *grown = spt_alloc_grow(NULL, 0, 8);

    (void)state;
    assert_non_null(array);
    assert_non_null(aligned);
    assert_non_null(grown);
    free(array);
    free(aligned);
    free(grown);
}

static void
aligns_to_a_cache_line(void **state)
{
    (void)state;
    for (size_t count = 0; count < 200; count++) {
        uint8_t *block = spt_alloc_aligned(count, 1);

        assert_non_null(block);
        assert_int_equal((uintptr_t)block % 64, 0);
        memset(block, 1, count); /* for the address sanitizer to see */
        free(block);
    }
}

static void
keeps_the_items_of_a_block_that_grows(void **state)
{
    uint16_t *block = spt_alloc_array(3, sizeof *block);
    uint16_t *grown;

    (void)state;
    assert_non_null(block);
    for (size_t i = 0; i < 3; i++)
        block[i] = (uint16_t)(7 * i);
    grown = spt_alloc_grow(block, 100000, sizeof *block);
    assert_non_null(grown);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(grown[i], 7 * i);
    free(grown);
}

static void
refuses_a_product_that_overflows(void **state)
{
    uint8_t *block = spt_alloc_array(4, 1);

    (void)state;
    assert_non_null(block);
    assert_null(spt_alloc_array(huge / 2, 3));
    assert_null(spt_alloc_aligned(huge / 2, 3));
    assert_null(spt_alloc_grow(block, huge / 2, 3));
    block[3] = 1; /* the old block is still valid */
    free(block);
}

static void
refuses_more_than_any_machine_has(void **state)
{
    (void)state;
    assert_null(spt_alloc_array(huge, 1));
    assert_null(spt_alloc_array(huge / 8, 4));
    assert_null(spt_alloc_aligned(huge, 1));
    assert_null(spt_alloc_aligned(huge - 63, 1));
    assert_null(spt_alloc_aligned(huge / 8, 4));
    assert_null(spt_alloc_grow(NULL, huge / 8, 4));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_zeroed_items),
        cmocka_unit_test(gives_a_block_for_no_items),
        cmocka_unit_test(aligns_to_a_cache_line),
        cmocka_unit_test(keeps_the_items_of_a_block_that_grows),
        cmocka_unit_test(refuses_a_product_that_overflows),
        cmocka_unit_test(refuses_more_than_any_machine_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
