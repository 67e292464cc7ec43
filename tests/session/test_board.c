/*
 * test_board.c - which region is handed out next.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "session/board.h"

/* A region is painted on the map of its image or of its own: one that has neither waits
 * for it, and the others go first. */
static void
hands_out_the_first_region_that_has_a_map(void **state)
{
    struct spt_board_image images[3] = {{0}};
    struct spt_board board = {.image = images, .images = 3, .pick_count = 3};

    (void)state;
    board.picks[0].image = 2;
    board.picks[1].image = 0;
    board.picks[2].image = 1;
    assert_int_equal(spt_board_next(&board), 3);
    assert_true(spt_board_is_choosing(&board));

    images[1].map = spt_map_create(1, 1, 1);
    assert_int_equal(spt_board_next(&board), 2);
    assert_false(spt_board_is_choosing(&board));
    images[2].map = spt_map_create(1, 1, 1);
    assert_int_equal(spt_board_next(&board), 0);

    board.picks[0].proposal = spt_map_create(1, 1, 1);
    assert_ptr_equal(spt_board_proposal(&board, 0), images[2].map);
    spt_map_drop(images[2].map);
    images[2].map = NULL;
    assert_int_equal(spt_board_next(&board), 0);
    assert_ptr_equal(spt_board_proposal(&board, 0), board.picks[0].proposal);
    spt_pick_clear(&board.picks[0]);

    board.pick_count = 0; /* all are handed out, and no other is in the making */
    assert_int_equal(spt_board_next(&board), 0);
    assert_false(spt_board_is_choosing(&board));
    board.choosing = true;
    assert_true(spt_board_is_choosing(&board));
    spt_map_drop(images[1].map);
}

/* The map of a box is asked for pixels of the image. */
static void
a_map_of_a_box_knows_its_place(void **state)
{
    struct spt_map *map = spt_map_create(1, 2, 3);

    (void)state;
    map->top = 7;
    map->left = 5;
    for (uint8_t at = 0; at < 6; at++)
        map->values[at] = at;
    assert_int_equal(*spt_map_at(map, 7, 5), 0);
    assert_int_equal(*spt_map_at(map, 7, 7), 2);
    assert_int_equal(*spt_map_at(map, 8, 6), 4);
    spt_map_drop(map);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hands_out_the_first_region_that_has_a_map),
        cmocka_unit_test(a_map_of_a_box_knows_its_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
