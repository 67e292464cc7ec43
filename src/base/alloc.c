/*
 * alloc.c - see alloc.h.
 */
#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>

#define ALIGNMENT 64

void *
spt_alloc_array(size_t count, size_t size)
{
    return calloc(count > 0 ? count : 1, size);
}

void *
spt_alloc_aligned(size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - ALIGNMENT)
        return NULL;
    bytes = (bytes + ALIGNMENT) / ALIGNMENT * ALIGNMENT; /* a multiple, and never 0 */
    return aligned_alloc(ALIGNMENT, bytes);
}

void *
spt_alloc_grow(void *block, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    return realloc(block, bytes > 0 ? bytes : 1);
}
