/*
 * naive_cells.c - see naive_cells.h.
 *
 * Nothing is clever: basins are renumbered by going over all pixels, the pixel that
 * water reaches next is looked for among all.
 */
#include "support/naive_cells.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

struct naive {
    uint32_t height, width, count;
    int level[NAIVE_CELLS_MOST];
    bool inside[NAIVE_CELLS_MOST];
    int basin[NAIVE_CELLS_MOST]; /* the lowest pixel of each pixel's; -1: above water */
    bool seed[NAIVE_CELLS_MOST];
};

static bool
are_neighbours(const struct naive *naive, uint32_t a, uint32_t b)
{
    uint32_t w = naive->width;
    int rows = (int)(a / w) - (int)(b / w), columns = (int)(a % w) - (int)(b % w);

    return rows * rows + columns * columns == 1;
}

/* Does pixel a come before b: lower, or as low and earlier? */
static bool
is_before(const struct naive *naive, int a, int b)
{
    return naive->level[a] != naive->level[b] ? naive->level[a] < naive->level[b]
                                              : a < b;
}

static uint32_t
count_inside(const struct naive *naive, int basin)
{
    uint32_t size = 0;

    for (uint32_t i = 0; i < naive->count; i++)
        size += naive->basin[i] == basin && naive->inside[i];
    return size;
}

static void
meet(struct naive *naive, const struct spt_cells_rule *rule, int a, int b, int level)
{
    int deep = is_before(naive, a, b) ? a : b, shallow = deep == a ? b : a;

    if (level - naive->level[shallow] >= rule->depth * SPT_CELLS_LEVELS &&
        count_inside(naive, shallow) >= rule->least)
        naive->seed[shallow] = true;
    for (uint32_t i = 0; i < naive->count; i++)
        if (naive->basin[i] == shallow)
            naive->basin[i] = deep;
}

static void
rise(struct naive *naive, const struct spt_cells_rule *rule)
{
    for (uint32_t done = 0; done < naive->count; done++) {
        int at = -1;

        for (int i = 0; i < (int)naive->count; i++)
            if (naive->basin[i] < 0 && (at < 0 || is_before(naive, i, at)))
                at = i;
        naive->basin[at] = at;
        /* Above, left, right, below: as they lie in memory. */
        for (uint32_t i = 0; i < naive->count; i++)
            if (are_neighbours(naive, i, (uint32_t)at) && naive->basin[i] >= 0 &&
                naive->basin[i] != naive->basin[at])
                meet(naive, rule, naive->basin[at], naive->basin[i], naive->level[at]);
    }
    if (count_inside(naive, naive->basin[0]) >= rule->least)
        naive->seed[naive->basin[0]] = true;
}

/* Each pixel is reached once, at a time and a level; the next one to be left is the one
 * of the lowest, and of these the first reached. */
static void
pour(const struct naive *naive, uint32_t *cells)
{
    uint32_t when[NAIVE_CELLS_MOST], clock = 0, seeds = 0;
    int reached[NAIVE_CELLS_MOST];
    bool left[NAIVE_CELLS_MOST] = {false};

    for (uint32_t i = 0; i < naive->count; i++) {
        cells[i] = naive->seed[i] ? ++seeds : 0;
        when[i] = clock++;
        reached[i] = naive->level[i];
    }
    for (;;) {
        uint32_t at = UINT32_MAX;

        for (uint32_t i = 0; i < naive->count; i++)
            if (cells[i] > 0 && !left[i] &&
                (at == UINT32_MAX || reached[i] < reached[at] ||
                 (reached[i] == reached[at] && when[i] < when[at])))
                at = i;
        if (at == UINT32_MAX)
            return;
        left[at] = true;
        for (uint32_t i = 0; i < naive->count; i++)
            if (are_neighbours(naive, i, at) && cells[i] == 0) {
                cells[i] = cells[at];
                when[i] = clock++;
                reached[i] =
                    naive->level[i] > reached[at] ? naive->level[i] : reached[at];
            }
    }
}

static void
part(const struct naive *naive, const float *membrane, uint32_t *cells)
{
    for (uint32_t i = 0; i < naive->count; i++)
        if (!naive->inside[i])
            cells[i] = 0;
    for (uint32_t i = 0; i < naive->count; i++)
        for (uint32_t k = i + 1; k < naive->count; k++)
            if (are_neighbours(naive, i, k) && cells[i] != cells[k] && cells[i] > 0 &&
                cells[k] > 0)
                cells[membrane[i] > membrane[k] ? i : k] = 0;
}

/* Number the parts: spread each number until nothing changes. */
static uint32_t
number(const struct naive *naive, uint32_t least, uint32_t *cells)
{
    uint32_t numbers[NAIVE_CELLS_MOST] = {0}, count = 0;

    for (uint32_t i = 0; i < naive->count; i++) {
        uint32_t size = 1, before = 0;

        if (cells[i] == 0 || numbers[i] > 0)
            continue;
        numbers[i] = count + 1;
        while (size != before) {
            before = size;
            for (uint32_t a = 0; a < naive->count; a++)
                for (uint32_t b = 0; b < naive->count; b++)
                    if (numbers[a] == count + 1 && numbers[b] == 0 && cells[b] > 0 &&
                        are_neighbours(naive, a, b)) {
                        numbers[b] = count + 1;
                        size++;
                    }
        }
        for (uint32_t a = 0; a < naive->count && size < least; a++)
            if (numbers[a] == count + 1)
                numbers[a] = cells[a] = 0;
        count += size >= least;
    }
    memcpy(cells, numbers, naive->count * sizeof *cells);
    return count;
}

uint32_t
naive_cells(const float *membrane, uint32_t height, uint32_t width,
            const struct spt_cells_rule *rule, uint32_t *cells)
{
    struct naive naive = {.height = height, .width = width, .count = height * width};

    for (uint32_t i = 0; i < naive.count; i++) {
        naive.level[i] =
            (int)lrintf(fminf(fmaxf(membrane[i], 0), 1) * SPT_CELLS_LEVELS);
        naive.inside[i] = !(membrane[i] >= (float)rule->threshold);
        naive.basin[i] = -1;
    }
    rise(&naive, rule);
    pour(&naive, cells);
    part(&naive, membrane, cells);
    return number(&naive, rule->least, cells);
}
