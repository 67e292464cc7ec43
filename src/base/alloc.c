/*
 * alloc.c - see alloc.h.
 */
#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define ALIGNMENT 64
#define HUGE_PAGE ((size_t)2 << 20)

void *
spt_alloc_array(size_t count, size_t size)
{
    return calloc(count > 0 ? count : 1, size);
}

void *
spt_alloc_aligned(size_t count, size_t size)
{
    size_t bytes, huge;
    void *block = NULL;

    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - HUGE_PAGE)
        return NULL;
    bytes = (bytes + ALIGNMENT) / ALIGNMENT * ALIGNMENT; /* a multiple, and never 0 */
    huge = bytes / HUGE_PAGE * HUGE_PAGE; /* what lies beyond keeps its small pages */
    /* Not aligned_alloc(), which may want whole multiples of the alignment. */
    if (posix_memalign(&block, huge > 0 ? HUGE_PAGE : ALIGNMENT, bytes) != 0)
        return NULL;
    if (huge > 0)
        madvise(block, huge, MADV_HUGEPAGE); /* a wish: without it all works as well */
    return block;
}

void *
spt_alloc_grow(void *block, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    return realloc(block, bytes > 0 ? bytes : 1);
}
