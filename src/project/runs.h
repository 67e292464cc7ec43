/*
 * runs.h - pixels that take a value, as runs over the row-major pixels of a box: what a
 * stroke of the brush is in memory, and how it is kept in the project file.
 *
 * Packed, a run is three numbers of 7 bits a byte (LEB128): the distance of its start
 * from the end of the run before it (zigzag: runs may go back), its length, its value.
 */
#ifndef SEPTUM_PROJECT_RUNS_H
#define SEPTUM_PROJECT_RUNS_H

#include "base/file.h"
#include "image/mask.h"

struct spt_run {
    uint64_t start, length; /* pixels; length >= 1 */
    uint8_t value;          /* enum spt_label */
};

/* All zero is a valid, empty list. */
struct spt_runs {
    struct spt_run *run;
    size_t count, room;
};

void spt_runs_clear(struct spt_runs *runs);

/* Add a run at the end; false, and *runs as it was, when memory runs out. */
bool spt_runs_add(struct spt_runs *runs, struct spt_run run);

/* Add the runs of `count` pixels; those of SPT_LABEL_KEEP are in none.  False, and some
 * of them added, when memory runs out. */
bool spt_runs_add_pixels(struct spt_runs *runs, const uint8_t *pixels, size_t count);

/* Give the pixels of every run its value, one run after the other. */
void spt_runs_apply(const struct spt_runs *runs, uint8_t *pixels);

/* Are all pixels of `runs` among those of `base`, whose runs ascend without overlap? */
bool spt_runs_inside(const struct spt_runs *runs, const struct spt_runs *base);

bool spt_runs_equal(const struct spt_runs *a, const struct spt_runs *b);

/* Pack into a block that the caller clears; false when memory runs out. */
bool spt_runs_pack(const struct spt_runs *runs, struct spt_bytes *out);

/* The reverse.  False, and *out as it was, when the block is no list of runs within
 * `pixels` pixels, or memory runs out.  The caller clears *out. */
bool
spt_runs_unpack(const void *block, size_t bytes, uint64_t pixels, struct spt_runs *out);

#endif
