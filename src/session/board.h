/*
 * board.h - what the worker has found so far, for all to see.
 */
#ifndef SEPTUM_SESSION_BOARD_H
#define SEPTUM_SESSION_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "project/course.h"
#include "project/lease.h"

/* A probability map of an image, or of a box in it, in bytes, round(255 P).  Shared:
 * whoever wants it after the board is unlocked takes it by spt_map_hold() and gives it
 * back by spt_map_drop(). */
struct spt_map {
    int64_t model;
    double threshold;   /* of that model */
    uint32_t top, left; /* of the box */
    uint32_t height, width;
    unsigned holders; /* counted atomically */
    uint8_t values[];
};

struct spt_map *spt_map_create(int64_t model, uint32_t height, uint32_t width);
struct spt_map *spt_map_hold(struct spt_map *map);
void spt_map_drop(struct spt_map *map); /* NULL is allowed */

/* The byte of a pixel of the image, which the map must hold. */
static inline uint8_t *
spt_map_at(struct spt_map *map, uint32_t row, uint32_t column)
{
    return &map->values[(size_t)(row - map->top) * map->width + column - map->left];
}

/* What is known of an image, in the order of the project's images. */
struct spt_board_image {
    uint64_t labelled;      /* pixels */
    struct spt_map *map;    /* NULL: not predicted yet */
    bool in_sight;          /* somebody has looked at it */
    uint32_t rows, columns; /* windows */
    float *f, *abundance;   /* of each window; abundance is NULL while not known, both
                               are for images to score on */
};

/* A region to be asked about, who is not set. */
struct spt_pick {
    struct spt_lease lease;
    size_t image;             /* place in the project's images */
    struct spt_map *proposal; /* of its box, where the image has no map; or NULL */
    char why[192];
};

#define SPT_BOARD_PICKS 6

struct spt_board {
    uint64_t version; /* grows with every change */
    struct spt_board_image *image;
    size_t images;
    int64_t model; /* current; 0 = none */
    uint32_t side; /* of a window, pixels; 0 without a model */
    int64_t model_round;
    bool finer_pixels; /* as its learner found: half as wide as those it knows */
    double threshold;
    int64_t rounds;
    double expert_seconds;
    struct spt_course_point *curve;
    size_t points;
    struct spt_pick picks[SPT_BOARD_PICKS]; /* the next first */
    size_t pick_count;
    bool choosing;                 /* picks are in the making */
    bool done;                     /* nothing is left to ask */
    char what[96];                 /* the worker does now; "" = nothing */
    double fraction, seconds_left; /* of that; negative: not known */
    char error[1024];              /* what went wrong last, or "" */
};

/* The map to propose from for a pick: its image's or its own; NULL while there is none.
 */
struct spt_map *spt_board_proposal(const struct spt_board *board, size_t pick);

/* Number of the pick to hand out next, the first with a map to propose from; pick_count
 * while there is none. */
size_t spt_board_next(const struct spt_board *board);

/* Is what to hand out next, a pick or what to propose for it, in the making? */
bool spt_board_is_choosing(const struct spt_board *board);

void spt_pick_clear(struct spt_pick *pick);
void spt_board_clear(struct spt_board *board);

#endif
