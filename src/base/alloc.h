/*
 * alloc.h - checked allocation.
 *
 * Every size is a product that may overflow, and every request may fail: both end here
 * as NULL.
 */
#ifndef SEPTUM_BASE_ALLOC_H
#define SEPTUM_BASE_ALLOC_H

#include <stddef.h>

/* `count` zeroed items of `size` bytes, or NULL.  Never NULL for want of items: count 0
 * gives a block to free.  Release with free(). */
void *spt_alloc_array(size_t count, size_t size);

/* The same, not zeroed, aligned to 64 bytes (a cache line, and the widest vector). */
void *spt_alloc_aligned(size_t count, size_t size);

/* Grow `block` from its old size to `count` items; NULL, and `block` still valid, when
 * that fails.  New items are not zeroed. */
void *spt_alloc_grow(void *block, size_t count, size_t size);

#endif
