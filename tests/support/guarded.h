/*
 * guarded.h - memory that tells when something was written beside it.
 */
#ifndef SEPTUM_TESTS_GUARDED_H
#define SEPTUM_TESTS_GUARDED_H

#include <stdbool.h>
#include <stddef.h>

struct guarded {
    float *all; /* the guards and what lies between them; owned */
    float *at;  /* `count` values, NaN at first, aligned to 64 bytes */
    size_t count;
};

struct guarded guarded_take(size_t count);
void guarded_free(struct guarded *guarded);

/* Are the guards on both sides as they were? */
bool guarded_intact(const struct guarded *guarded);

#endif
