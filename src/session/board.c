/*
 * board.c - see board.h.
 */
#include "session/board.h"

#include <stdlib.h>

#include "base/alloc.h"

struct spt_map *
spt_map_create(int64_t model, uint32_t height, uint32_t width)
{
    size_t bytes = sizeof(struct spt_map) + (size_t)height * width;
    struct spt_map *map = spt_alloc_array(bytes, 1);

    if (map != NULL) {
        map->model = model;
        map->height = height;
        map->width = width;
        map->holders = 1;
    }
    return map;
}

struct spt_map *
spt_map_hold(struct spt_map *map)
{
    __atomic_add_fetch(&map->holders, 1, __ATOMIC_RELAXED);
    return map;
}

void
spt_map_drop(struct spt_map *map)
{
    if (map != NULL && __atomic_sub_fetch(&map->holders, 1, __ATOMIC_ACQ_REL) == 0)
        free(map);
}

struct spt_map *
spt_board_proposal(const struct spt_board *board, size_t pick)
{
    struct spt_map *map = board->image[board->picks[pick].image].map;

    return map != NULL ? map : board->picks[pick].proposal;
}

size_t
spt_board_next(const struct spt_board *board)
{
    size_t next = 0;

    while (next < board->pick_count && spt_board_proposal(board, next) == NULL)
        next++;
    return next;
}

bool
spt_board_is_choosing(const struct spt_board *board)
{
    return board->choosing ||
           (board->pick_count > 0 && spt_board_next(board) == board->pick_count);
}

void
spt_pick_clear(struct spt_pick *pick)
{
    free(pick->lease.windows);
    spt_map_drop(pick->proposal);
    *pick = (struct spt_pick){0};
}

void
spt_board_clear(struct spt_board *board)
{
    for (size_t i = 0; i < board->images && board->image != NULL; i++) {
        spt_map_drop(board->image[i].map);
        free(board->image[i].f);
        free(board->image[i].abundance);
    }
    free(board->image);
    free(board->curve);
    for (size_t i = 0; i < board->pick_count; i++)
        spt_pick_clear(&board->picks[i]);
    *board = (struct spt_board){0};
}
