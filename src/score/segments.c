/*
 * segments.c - see segments.h.
 */
#include "score/segments.h"

#include <assert.h>
#include <stdbool.h>

/* Above any cell's number, of which there is one a pixel at most. */
#define OPEN UINT32_MAX          /* to be flooded or numbered */
#define WAITING (UINT32_MAX - 1) /* in the queue */

#define NONE SIZE_MAX

/* The neighbours of pixel `at`: left, above, right, below; NONE beyond the edge. */
static void
find_neighbours(size_t at, uint32_t height, uint32_t width, size_t neighbours[4])
{
    size_t row = at / width, column = at % width;

    neighbours[0] = column > 0 ? at - 1 : NONE;
    neighbours[1] = row > 0 ? at - width : NONE;
    neighbours[2] = column + 1 < width ? at + 1 : NONE;
    neighbours[3] = row + 1 < height ? at + width : NONE;
}

static void
fill_part(size_t seed, uint32_t height, uint32_t width, uint32_t number,
          uint32_t *numbers, uint32_t *queue)
{
    size_t first = 0, last = 0;

    numbers[seed] = number;
    queue[last++] = (uint32_t)seed;
    while (first < last) {
        size_t neighbours[4];

        find_neighbours(queue[first++], height, width, neighbours);
        for (int k = 0; k < 4; k++)
            if (neighbours[k] != NONE && numbers[neighbours[k]] == OPEN) {
                numbers[neighbours[k]] = number;
                queue[last++] = (uint32_t)neighbours[k];
            }
    }
}

uint32_t
spt_segments_label(const uint8_t *inside, uint32_t height, uint32_t width,
                   uint32_t *numbers, uint32_t *queue)
{
    const size_t pixels = (size_t)height * width;
    uint32_t cells = 0;

    assert(pixels <= SPT_SEGMENTS_PIXELS_MAX);
    for (size_t i = 0; i < pixels; i++)
        numbers[i] = inside[i] != 0 ? OPEN : 0;
    for (size_t column = 0; column < width; column++)
        for (size_t at = column; at < pixels; at += width)
            if (numbers[at] == OPEN)
                fill_part(at, height, width, ++cells, numbers, queue);
    return cells;
}

static bool
touches_a_cell(const uint32_t *numbers, const size_t neighbours[4])
{
    for (int k = 0; k < 4; k++)
        if (neighbours[k] != NONE && numbers[neighbours[k]] < WAITING)
            return true;
    return false;
}

/* Decide a waiting pixel by its neighbours, in their order: a cell's number, or 0. */
static uint32_t
decide_pixel(const uint32_t *numbers, const size_t neighbours[4])
{
    uint32_t number = WAITING;
    bool yields = false; /* a line for want of a cell, not because two have met */

    for (int k = 0; k < 4; k++) {
        uint32_t other = neighbours[k] != NONE ? numbers[neighbours[k]] : OPEN;

        if (other >= WAITING)
            continue;
        if (other == 0) {
            yields = yields || number == WAITING;
            number = number == WAITING ? 0 : number;
        } else if (number == WAITING || (number == 0 && yields)) {
            number = other;
        } else if (number != 0 && number != other) {
            number = 0;
            yields = false;
        }
    }
    return number;
}

uint32_t
spt_segments_thin(uint32_t *numbers, uint32_t height, uint32_t width, uint32_t cells,
                  uint32_t *queue)
{
    const size_t pixels = (size_t)height * width;
    size_t first = 0, last = 0, neighbours[4];

    for (size_t i = 0; i < pixels; i++)
        numbers[i] = cells == 0 ? 1 : numbers[i] == 0 ? OPEN : numbers[i];
    if (cells == 0)
        return pixels > 0 ? 1 : 0;
    for (size_t column = 0; column < width; column++)
        for (size_t at = column; at < pixels; at += width) {
            if (numbers[at] != OPEN)
                continue;
            find_neighbours(at, height, width, neighbours);
            if (touches_a_cell(numbers, neighbours)) {
                numbers[at] = WAITING;
                queue[last++] = (uint32_t)at;
            }
        }
    while (first < last) {
        size_t at = queue[first++];

        find_neighbours(at, height, width, neighbours);
        numbers[at] = decide_pixel(numbers, neighbours);
        for (int k = 0; k < 4; k++)
            if (neighbours[k] != NONE && numbers[neighbours[k]] == OPEN) {
                numbers[neighbours[k]] = WAITING;
                queue[last++] = (uint32_t)neighbours[k];
            }
    }
    return cells;
}
