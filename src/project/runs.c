/*
 * runs.c - see runs.h.
 */
#include "project/runs.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "project/answer.h"

void
spt_runs_clear(struct spt_runs *runs)
{
    free(runs->run);
    *runs = (struct spt_runs){0};
}

bool
spt_runs_add(struct spt_runs *runs, struct spt_run run)
{
    if (runs->count == runs->room) {
        size_t room = runs->room > 0 ? 2 * runs->room : 64;
        struct spt_run *grown = spt_alloc_grow(runs->run, room, sizeof *grown);

        if (grown == NULL)
            return false;
        runs->run = grown;
        runs->room = room;
    }
    runs->run[runs->count++] = run;
    return true;
}

bool
spt_runs_add_pixels(struct spt_runs *runs, const uint8_t *pixels, size_t count)
{
    size_t end;

    for (size_t at = 0; at < count; at = end) {
        for (end = at + 1; end < count && pixels[end] == pixels[at];)
            end++;
        if (pixels[at] != SPT_LABEL_KEEP &&
            !spt_runs_add(runs, (struct spt_run){at, end - at, pixels[at]}))
            return false;
    }
    return true;
}

void
spt_runs_apply(const struct spt_runs *runs, uint8_t *pixels)
{
    for (size_t i = 0; i < runs->count; i++)
        memset(pixels + runs->run[i].start, runs->run[i].value,
               (size_t)runs->run[i].length);
}

/* Number of the first run that ends after pixel `at`. */
static size_t
find_run(const struct spt_runs *base, uint64_t at)
{
    size_t low = 0, high = base->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (base->run[middle].start + base->run[middle].length <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool
spt_runs_inside(const struct spt_runs *runs, const struct spt_runs *base)
{
    for (size_t i = 0; i < runs->count; i++) {
        uint64_t at = runs->run[i].start, end = at + runs->run[i].length;

        for (size_t b = find_run(base, at); at < end; b++) {
            if (b == base->count || base->run[b].start > at)
                return false;
            at = base->run[b].start + base->run[b].length;
        }
    }
    return true;
}

bool
spt_runs_equal(const struct spt_runs *a, const struct spt_runs *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->run[i].start != b->run[i].start ||
            a->run[i].length != b->run[i].length || a->run[i].value != b->run[i].value)
            return false;
    return true;
}

/* ---- packing --------------------------------------------------------------------- */

static size_t
put_number(uint64_t value, uint8_t out[10])
{
    size_t count = 0;

    for (; value >= 0x80; value >>= 7)
        out[count++] = (uint8_t)(value | 0x80);
    out[count++] = (uint8_t)value;
    return count;
}

static bool
take_number(const uint8_t **at, const uint8_t *end, uint64_t *out)
{
    uint64_t value = 0;

    for (int shift = 0; *at < end && shift < 63; shift += 7) {
        uint8_t byte = *(*at)++;

        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *out = value;
            return true;
        }
    }
    return false;
}

bool
spt_runs_pack(const struct spt_runs *runs, struct spt_bytes *out)
{
    uint8_t *block = spt_alloc_array(runs->count, 30);
    size_t count = 0;
    uint64_t before = 0;

    if (block == NULL)
        return false;
    for (size_t i = 0; i < runs->count; i++) {
        const struct spt_run *run = &runs->run[i];
        bool back = run->start < before;
        uint64_t distance = back ? before - run->start : run->start - before;

        count += put_number(distance << 1 | back, block + count);
        count += put_number(run->length, block + count);
        count += put_number(run->value, block + count);
        before = run->start + run->length;
    }
    *out = (struct spt_bytes){block, count};
    return true;
}

bool
spt_runs_unpack(const void *block, size_t bytes, uint64_t pixels, struct spt_runs *out)
{
    const uint8_t *at = block, *end = at + bytes;
    struct spt_runs runs = {0};
    uint64_t before = 0;

    while (at < end) {
        struct spt_run run;
        uint64_t distance, value;

        if (!take_number(&at, end, &distance) || !take_number(&at, end, &run.length) ||
            !take_number(&at, end, &value) || value > SPT_LABEL_UNKNOWN)
            goto fail;
        run.start = before + (distance & 1 ? -(distance >> 1) : distance >> 1);
        run.value = (uint8_t)value;
        if (run.start > pixels || run.length == 0 || run.length > pixels - run.start ||
            !spt_runs_add(&runs, run))
            goto fail;
        before = run.start + run.length;
    }
    *out = runs;
    return true;
fail:
    spt_runs_clear(&runs);
    return false;
}
