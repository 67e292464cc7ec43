/*
 * guarded.c - see guarded.h.
 */
#include "support/guarded.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"

#define GUARD 12345.0F
#define MARGIN ((size_t)16) /* values on either side: one cache line */

struct guarded
guarded_take(size_t count)
{
    struct guarded guarded = {.count = count};

    guarded.all = spt_alloc_aligned(count + 2 * MARGIN, sizeof *guarded.all);
    if (guarded.all == NULL)
        abort();
    guarded.at = guarded.all + MARGIN;
    for (size_t i = 0; i < count + 2 * MARGIN; i++)
        guarded.all[i] = i < MARGIN || i >= MARGIN + count ? GUARD : NAN;
    return guarded;
}

void
guarded_free(struct guarded *guarded)
{
    free(guarded->all);
    *guarded = (struct guarded){0};
}

bool
guarded_intact(const struct guarded *guarded)
{
    for (size_t i = 0; i < MARGIN; i++)
        if (guarded->all[i] != GUARD || guarded->at[guarded->count + i] != GUARD)
            return false;
    return true;
}
