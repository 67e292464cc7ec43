/*
 * growth.c - see growth.h.
 */
#include "active/growth.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum septum_status
spt_growth_init(struct spt_growth *growth, const struct spt_candidate *candidates,
                size_t count, struct septum_error *err)
{
    struct spt_growth made = {0};
    size_t largest = 0;

    for (size_t i = 0; i < count; i++) {
        size_t windows = spt_grid_count(&candidates[i].grid);

        largest = windows > largest ? windows : largest;
    }
    made.members = spt_alloc_array(largest, sizeof *made.members);
    made.frontier = spt_alloc_array(largest, sizeof *made.frontier);
    made.seen = spt_alloc_array(largest, sizeof *made.seen);
    if (made.members == NULL || made.frontier == NULL || made.seen == NULL) {
        spt_growth_clear(&made);
        return spt_fail_memory(err, "growing a region",
                               largest * (2 * sizeof *made.members + 1));
    }
    *growth = made;
    return SEPTUM_OK;
}

size_t
spt_grid_neighbours(const struct spt_grid *grid, size_t window, size_t neighbours[4])
{
    size_t row = window / grid->columns, column = window % grid->columns;
    size_t count = 0;

    if (row > 0)
        neighbours[count++] = window - grid->columns;
    if (column > 0)
        neighbours[count++] = window - 1;
    if (column + 1 < grid->columns)
        neighbours[count++] = window + 1;
    if (row + 1 < grid->rows)
        neighbours[count++] = window + grid->columns;
    return count;
}

static void
offer(struct spt_growth *growth, size_t window)
{
    size_t at = growth->frontier_count;

    if (growth->seen[window] || !growth->candidate->askable[window])
        return;
    for (; at > 0 && growth->frontier[at - 1] > window; at--)
        growth->frontier[at] = growth->frontier[at - 1];
    growth->frontier[at] = window;
    growth->frontier_count++;
    growth->seen[window] = 1;
}

static void
add_member(struct spt_growth *growth, size_t window)
{
    size_t neighbours[4];
    size_t count = spt_grid_neighbours(&growth->candidate->grid, window, neighbours);

    growth->members[growth->count++] = window;
    growth->seen[window] = 1;
    for (size_t i = 0; i < count; i++)
        offer(growth, neighbours[i]);
}

void
spt_growth_start(struct spt_growth *growth, const struct spt_candidate *candidate,
                 size_t seed)
{
    /* Undone one by one: a region is small, an image may be large. */
    for (size_t i = 0; i < growth->count; i++)
        growth->seen[growth->members[i]] = 0;
    for (size_t i = 0; i < growth->frontier_count; i++)
        growth->seen[growth->frontier[i]] = 0;
    growth->candidate = candidate;
    growth->count = growth->frontier_count = 0;
    assert(seed < spt_grid_count(&candidate->grid) && candidate->askable[seed]);
    add_member(growth, seed);
}

void
spt_growth_join(struct spt_growth *growth, size_t position)
{
    size_t window;

    assert(position < growth->frontier_count);
    window = growth->frontier[position];
    growth->frontier_count--;
    memmove(growth->frontier + position, growth->frontier + position + 1,
            (growth->frontier_count - position) * sizeof *growth->frontier);
    add_member(growth, window);
}

void
spt_growth_clear(struct spt_growth *growth)
{
    free(growth->members);
    free(growth->frontier);
    free(growth->seen);
    *growth = (struct spt_growth){0};
}
