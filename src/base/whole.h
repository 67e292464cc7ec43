/*
 * whole.h - whole numbers: the lesser of two, and how many pieces something takes.
 */
#ifndef SEPTUM_BASE_WHOLE_H
#define SEPTUM_BASE_WHOLE_H

#include <stdint.h>

/* The lesser, one of which fits. */
static inline uint32_t
spt_least(uint64_t a, uint64_t b)
{
    return (uint32_t)(a < b ? a : b);
}

/* Pieces of `by` that hold `value`, which is not within `by` of the largest number. */
static inline uint32_t
spt_divide_up(uint32_t value, uint32_t by)
{
    return (value + by - 1) / by;
}

#endif
