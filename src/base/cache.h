/*
 * cache.h - small notes about this machine that can be made again: they lie in the
 * user's cache ($XDG_CACHE_HOME/septum, else ~/.cache/septum), and nothing fails for
 * want of them.
 */
#ifndef SEPTUM_BASE_CACHE_H
#define SEPTUM_BASE_CACHE_H

#include <stdbool.h>
#include <stdint.h>

/* What was noted under `key`, a line of text.  False when that is nothing, or nothing
 * that can be read. */
bool spt_cache_recall(const char *key, uint32_t *value);

/* Note it, in the place of an earlier value.  False when there is no place for it. */
bool spt_cache_note(const char *key, uint32_t value);

#endif
