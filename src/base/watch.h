/*
 * watch.h - somebody who is told how far long work is, and may stop it.
 */
#ifndef SEPTUM_BASE_WATCH_H
#define SEPTUM_BASE_WATCH_H

#include <stdbool.h>
#include <stddef.h>

/* All zero: nobody watches. */
struct spt_watch {
    /* Called now and then, by the thread that the work was begun in; `fraction` of it
     * is done.  False stops it: what works fails with SEPTUM_ESTOPPED. */
    bool (*alive)(void *user, double fraction);
    void *user;
};

/* NULL: nobody watches. */
static inline bool
spt_watch_alive(const struct spt_watch *watch, double fraction)
{
    return watch == NULL || watch->alive == NULL || watch->alive(watch->user, fraction);
}

#endif
