/*
 * strategy.h - the ways to choose what an expert is asked, behind one interface.
 *
 * Every strategy answers with a region of the same shape and cap, and tells its
 * objective, uncertainty and abundance as equation 1 has them at options->lambda, so
 * that the choices can be compared.  Adding one is a row of the table in strategy.c.
 *
 *	equation     the paper's: region.h with options->lambda; it stops where another
 *	             window would not lower the objective
 *	uncertainty  the lowest mean f
 *	abundance    the highest sum of S
 *	random       a random askable window, grown by random askable neighbours
 *	entropy      the lowest mean entropy measure
 *	bald         the lowest mean of the measure by mutual information
 *	coreset      the window furthest from all known ones by the net's features, grown by
 *	             the neighbour furthest from those and from the region (see coreset.h)
 *	margin       the least difference between the two classes' probabilities: with two
 *	             of them that is 2 f, so that it asks what "uncertainty" asks
 *	image        the image whose askable windows have the lowest mean f, and in it the
 *	             region of lowest mean f: what is common where whole images are ranked
 *
 * All but the first grow to the cap wherever the image has room, each by the neighbour
 * that is best by its own measure; the region then is the best among the largest ones.
 * Were they to stop where their measure does, as the equation may, uncertainty (a mean
 * that almost every neighbour makes worse) would ask for single windows, and strategies
 * would be compared at different numbers of labelled pixels.
 */
#ifndef SEPTUM_ACTIVE_STRATEGY_H
#define SEPTUM_ACTIVE_STRATEGY_H

#include "active/region.h"
#include "base/random.h"

struct spt_strategy {
    const char *name;    /* as on the command line */
    const char *summary; /* one line for --help */
    bool needs_bald;     /* of the candidates */
    bool needs_features; /* and gaps */
    /*
     * As spt_region_search(), which says what an empty region means and how it fails;
     * it also fails with SEPTUM_EINVAL where a candidate does not have the measure that
     * is asked for.  `random` is drawn from by strategies that need it only;
     * options->fill makes "equation" fill its regions, too.
     */
    enum septum_status (*choose)(const struct spt_candidate *candidates, size_t count,
                                 const struct spt_region_options *options,
                                 struct spt_random *random, struct spt_region *out,
                                 struct septum_error *err);
};

/* The table, ended by a row of NULL name. */
extern const struct spt_strategy spt_strategies[];

/* The row of that name; NULL when there is none. */
const struct spt_strategy *spt_strategy_find(const char *name);

#endif
