/*
 * threads.h - the number of threads of a public call, and of that call only.
 *
 * OpenMP keeps a number for each thread of the process, and it is the caller's: a call
 * that has one of its own gives the other back when it ends, however it ends.
 */
#ifndef SEPTUM_API_THREADS_H
#define SEPTUM_API_THREADS_H

#include "net/engine.h"

/* Use `threads` (0 = all cores) from here on.  Returns what spt_threads_end() takes. */
static inline uint32_t
spt_threads_begin(uint32_t threads)
{
    uint32_t before = spt_engine_threads_now();

    spt_engine_threads(threads);
    return before;
}

static inline void
spt_threads_end(uint32_t before)
{
    spt_engine_threads(before);
}

#endif
