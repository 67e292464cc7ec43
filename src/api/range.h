/*
 * range.h - positions as a user writes them: "0-4,9".
 */
#ifndef SEPTUM_API_RANGE_H
#define SEPTUM_API_RANGE_H

#include <stddef.h>

#include "base/error.h"

/* All zero is a valid, empty range. */
struct spt_range {
    size_t *at; /* positions as written, from 0; owned */
    size_t count;
};

/*
 * Parse `text`, which the user knows as `name`; positions are below `limit`.  Refuses
 * what is not numbers, reversed ranges, repeated positions, and positions that are not
 * there.  The caller clears *out.
 */
enum septum_status spt_range_parse(const char *text, const char *name, size_t limit,
                                   struct spt_range *out, struct septum_error *err);
void spt_range_clear(struct spt_range *range);

/* Fail, naming it, when a position is in both. */
enum septum_status
spt_range_refuse_overlap(const struct spt_range *a, const char *a_name,
                         const struct spt_range *b, const char *b_name,
                         struct septum_error *err);

#endif
