/*
 * strategy.h - the ways to choose what an expert is asked, behind one interface.
 *
 * Every strategy answers with a region of the same shape and cap, so that they can be
 * compared at equal cost; adding one is a row of the table in strategy.c.
 */
#ifndef SEPTUM_ACTIVE_STRATEGY_H
#define SEPTUM_ACTIVE_STRATEGY_H

#include "active/region.h"
#include "base/random.h"

struct spt_strategy {
    const char *name;    /* as on the command line */
    const char *summary; /* one line for --help */
    enum septum_status (*choose)(const struct spt_candidate *candidates, size_t count,
                                 const struct spt_region_options *options,
                                 struct spt_random *random, struct spt_region *out,
                                 struct septum_error *err);
};

/*
 * "equation" (the paper's), "uncertainty" (lambda 1), "abundance" (lambda 0, divided by
 * nothing), "random" (a random askable window grown by random askable neighbours up to
 * the cap).  NULL when there is none of that name.
 */
const struct spt_strategy *spt_strategy_find(const char *name);

/* The table, ended by a row of NULL name. */
extern const struct spt_strategy spt_strategies[];

#endif
