/*
 * search.h - what the searches for a region share: a set of windows with its sums.
 */
#ifndef SEPTUM_ACTIVE_SEARCH_H
#define SEPTUM_ACTIVE_SEARCH_H

#include "active/growth.h"

/* Images and options; f is rescaled already where that was asked for. */
struct spt_search {
    const struct spt_candidate *candidates;
    size_t count;
    const struct spt_region_options *options;
    size_t largest; /* windows that a region may have, in any image */
};

/* A region under construction; the sums belong to its windows. */
struct spt_draft {
    size_t image;
    size_t *windows; /* room for search->largest, or borrowed */
    size_t count;
    double f, abundance; /* sums */
    double objective;
    bool capped;
};

/* The objective once `window` has joined. */
double spt_draft_with(const struct spt_search *search, const struct spt_draft *draft,
                      size_t window);

bool spt_draft_has(const struct spt_draft *draft, size_t window);

/* Whether `window` may join, as far as the cap and clusters go. */
bool spt_draft_fits(const struct spt_search *search, const struct spt_draft *draft,
                    size_t window);

/* Add to the sums, and to draft->windows if `keep`. */
void spt_draft_add(const struct spt_search *search, struct spt_draft *draft,
                   size_t window, bool keep);

/* Take out window number `position`; the others keep their order. */
void spt_draft_remove(const struct spt_search *search, struct spt_draft *draft,
                      size_t position);

/* Whether it is to be taken rather than `best`, which may be empty. */
bool spt_draft_is_better(const struct spt_search *search, const struct spt_draft *draft,
                         const struct spt_draft *best);

/* Whether another window would join, were it not for the cap. */
bool
spt_draft_is_capped(const struct spt_search *search, const struct spt_draft *draft);

/* Copy all but the place of the windows, which both have their own room for. */
void spt_draft_copy(struct spt_draft *to, const struct spt_draft *from);

/* Tell the watch that the search is at that window of that image; false stops it. */
bool spt_search_alive(const struct spt_search *search, size_t image, size_t window);

/* Each lowers *best, which may hold a region already, to the best it finds.  They fail
 * with SEPTUM_ENOMEM, the latter two with SEPTUM_ESTOPPED. */
enum septum_status spt_search_greedy(const struct spt_search *search,
                                     struct spt_draft *best, struct septum_error *err);
enum septum_status spt_search_beam(const struct spt_search *search,
                                   struct spt_draft *best, struct septum_error *err);
enum septum_status
spt_search_exact(const struct spt_search *search, struct spt_draft *best, bool *proved,
                 struct septum_error *err);

#endif
