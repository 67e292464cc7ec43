/*
 * cells.c - see cells.h.
 */
#include "cells/cells.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"

#define NONE UINT32_MAX

/* In `cells`: while basins are found, what has become one's seed; while the water
 * rises, what it has not reached; while cells are counted, a pixel that is. */
#define SEED UINT32_MAX
#define DRY UINT32_MAX
#define COUNTED ((uint32_t)1 << 31)

struct land {
    const float *membrane;
    uint32_t height, width, pixels;
    float threshold;
    uint16_t *level;  /* P in steps */
    uint32_t *parent; /* of a pixel in its basin, whose root is its lowest pixel */
    uint32_t *next;   /* all pixels by level; then the next in a queue */
    uint32_t *cells;
};

/* The neighbours of pixel `at`, of which there are up to 4: returns how many. */
static int
find_neighbours(const struct land *land, uint32_t at, uint32_t neighbours[4])
{
    uint32_t column = at % land->width;
    int count = 0;

    if (at >= land->width)
        neighbours[count++] = at - land->width;
    if (column > 0)
        neighbours[count++] = at - 1;
    if (column + 1 < land->width)
        neighbours[count++] = at + 1;
    if (at + land->width < land->pixels)
        neighbours[count++] = at + land->width;
    return count;
}

static bool
is_membrane(const struct land *land, uint32_t at)
{
    return land->membrane[at] >= land->threshold;
}

/* ---- basins ---------------------------------------------------------------------- */

static uint16_t
find_level(float probability)
{
    return probability >= 1  ? SPT_CELLS_LEVELS
           : probability > 0 ? (uint16_t)lrintf(probability * SPT_CELLS_LEVELS)
                             : 0; /* as is a NaN */
}

/* List all pixels in `next`, the lowest first: a counting sort. */
static void
sort_pixels(struct land *land)
{
    uint32_t first[SPT_CELLS_LEVELS + 2] = {0};

    for (uint32_t i = 0; i < land->pixels; i++)
        first[(land->level[i] = find_level(land->membrane[i])) + 1]++;
    for (int level = 1; level <= SPT_CELLS_LEVELS; level++)
        first[level] += first[level - 1];
    for (uint32_t i = 0; i < land->pixels; i++)
        land->next[first[land->level[i]]++] = i;
}

static uint32_t
find_root(uint32_t *parent, uint32_t at)
{
    while (parent[at] != at)
        at = parent[at] = parent[parent[at]];
    return at;
}

/* Two basins meet at `level`: the shallower becomes part of the other, and a seed if it
 * is a cell.  While it is a root, `cells` holds how many of its pixels are no membrane.
 */
static void
join_basins(struct land *land, const struct spt_cells_rule *rule, uint32_t one,
            uint32_t other, uint16_t level)
{
    const uint16_t *levels = land->level;
    bool one_is_lower =
        levels[one] != levels[other] ? levels[one] < levels[other] : one < other;
    uint32_t deep = one_is_lower ? one : other, shallow = one_is_lower ? other : one;
    uint32_t size = land->cells[shallow];
    bool is_deep = level - levels[shallow] >= rule->depth * SPT_CELLS_LEVELS;

    land->parent[shallow] = deep;
    land->cells[deep] += size;
    land->cells[shallow] = is_deep && size >= rule->least ? SEED : 0;
}

/* Let the water rise: afterwards `cells` is SEED where a cell begins. */
static void
find_seeds(struct land *land, const struct spt_cells_rule *rule)
{
    uint32_t neighbours[4], last;

    for (uint32_t i = 0; i < land->pixels; i++)
        land->parent[i] = NONE;
    for (uint32_t k = 0; k < land->pixels; k++) {
        uint32_t at = land->next[k];
        int count = find_neighbours(land, at, neighbours);

        land->parent[at] = at;
        land->cells[at] = is_membrane(land, at) ? 0 : 1;
        for (int n = 0; n < count; n++) {
            uint32_t one = find_root(land->parent, at), other;

            if (land->parent[neighbours[n]] == NONE)
                continue;
            other = find_root(land->parent, neighbours[n]);
            if (other != one)
                join_basins(land, rule, one, other, land->level[at]);
        }
    }
    last = land->next[0]; /* the lowest of all: no other has swallowed it */
    land->cells[last] = land->cells[last] >= rule->least ? SEED : 0;
}

/* ---- flooding -------------------------------------------------------------------- */

/* Pixels at the water's edge, of each level those first that were reached first. */
struct edge {
    uint32_t first[SPT_CELLS_LEVELS + 1], last[SPT_CELLS_LEVELS + 1];
};

static void
push_pixel(struct land *land, struct edge *edge, uint32_t at, uint16_t level)
{
    land->next[at] = NONE;
    if (edge->first[level] == NONE)
        edge->first[level] = at;
    else
        land->next[edge->last[level]] = at;
    edge->last[level] = at;
}

/* Give every pixel to the seed whose water reaches it first. */
static void
flood(struct land *land)
{
    struct edge edge;
    uint32_t seeds = 0, neighbours[4];

    for (int level = 0; level <= SPT_CELLS_LEVELS; level++)
        edge.first[level] = NONE;
    for (uint32_t i = 0; i < land->pixels; i++) {
        if (land->cells[i] == SEED) {
            land->cells[i] = ++seeds;
            push_pixel(land, &edge, i, land->level[i]);
        } else {
            land->cells[i] = DRY;
        }
    }
    for (uint16_t level = 0; level <= SPT_CELLS_LEVELS; level++)
        while (edge.first[level] != NONE) {
            uint32_t at = edge.first[level];
            int count = find_neighbours(land, at, neighbours);

            edge.first[level] = land->next[at];
            for (int n = 0; n < count; n++) {
                uint32_t to = neighbours[n];

                if (land->cells[to] != DRY)
                    continue;
                land->cells[to] = land->cells[at];
                push_pixel(land, &edge, to,
                           land->level[to] > level ? land->level[to] : level);
            }
        }
}

/* ---- what is left ---------------------------------------------------------------- */

/* Of two neighbours in different cells the one more like membrane, or else the later,
 * becomes part of the line that divides them. */
static void
divide(struct land *land, uint32_t at, uint32_t later)
{
    if (land->cells[at] == 0 || land->cells[later] == 0 ||
        land->cells[at] == land->cells[later])
        return;
    land->cells[land->membrane[at] > land->membrane[later] ? at : later] = 0;
}

static void
draw_lines(struct land *land)
{
    for (uint32_t i = 0; i < land->pixels; i++)
        if (land->cells[i] == DRY || is_membrane(land, i)) /* dry: there was no seed */
            land->cells[i] = 0;
    for (uint32_t i = 0; i < land->pixels; i++) {
        if (i % land->width + 1 < land->width)
            divide(land, i, i + 1);
        if (i + land->width < land->pixels)
            divide(land, i, i + land->width);
    }
}

/* List in `next` all pixels of the part that `at` belongs to, and mark them as of cell
 * `number`; returns how many they are. */
static uint32_t
walk_part(struct land *land, uint32_t at, uint32_t number)
{
    uint32_t first = 0, last = 0, neighbours[4];

    land->cells[at] = number | COUNTED;
    land->next[last++] = at;
    while (first < last) {
        int count = find_neighbours(land, land->next[first++], neighbours);

        for (int n = 0; n < count; n++) {
            uint32_t to = neighbours[n];

            if (land->cells[to] == 0 || (land->cells[to] & COUNTED) != 0)
                continue;
            land->cells[to] = number | COUNTED;
            land->next[last++] = to;
        }
    }
    return last;
}

/* Number the parts of `least` pixels and more, and drop the others. */
static uint32_t
number_cells(struct land *land, uint32_t least)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < land->pixels; i++) {
        uint32_t size;

        if (land->cells[i] == 0 || (land->cells[i] & COUNTED) != 0)
            continue;
        size = walk_part(land, i, count + 1);
        count += size >= least;
        for (uint32_t k = 0; k < size && size < least; k++)
            land->cells[land->next[k]] = 0;
    }
    for (uint32_t i = 0; i < land->pixels; i++)
        land->cells[i] &= ~COUNTED;
    return count;
}

enum septum_status
spt_cells_cut(const char *name, const float *membrane, uint32_t height, uint32_t width,
              const struct spt_cells_rule *rule, uint32_t *cells, uint32_t *count,
              struct septum_error *err)
{
    const uint64_t pixels = (uint64_t)height * width;
    struct land land = {.membrane = membrane,
                        .height = height,
                        .width = width,
                        .pixels = (uint32_t)pixels,
                        .threshold = (float)rule->threshold};
    enum septum_status status = SEPTUM_OK;

    if (pixels > SPT_CELLS_PIXELS_MAX || pixels == 0)
        return spt_fail(err, SEPTUM_EINVAL,
                        "%s: %" PRIu32 " x %" PRIu32
                        " pixels cannot be cut into cells; "
                        "1 to %" PRIu64 " pixels can",
                        name, width, height, SPT_CELLS_PIXELS_MAX);
    land.cells = cells;
    land.level = spt_alloc_array(land.pixels, sizeof *land.level);
    land.parent = spt_alloc_array(land.pixels, sizeof *land.parent);
    land.next = spt_alloc_array(land.pixels, sizeof *land.next);
    if (land.level == NULL || land.parent == NULL || land.next == NULL) {
        status = spt_fail_memory(err, name, land.pixels * (size_t)SPT_CELLS_BYTES);
        goto done;
    }
    sort_pixels(&land);
    find_seeds(&land, rule);
    flood(&land);
    draw_lines(&land);
    *count = number_cells(&land, rule->least);
done:
    free(land.level);
    free(land.parent);
    free(land.next);
    return status;
}
