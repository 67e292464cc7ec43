/*
 * cache.c - see cache.h.
 *
 * A note is a file, named by the digest of its key, of two lines: the value, the key.
 */
#include "base/cache.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"
#include "base/text.h"

#define LARGEST_NOTE 4096
#define NAME_BYTES 8 /* of the digest */

/* Make each directory of `path` from character `from` on. */
static bool
make_directories(char *path, size_t from)
{
    for (char *end = strchr(path + from, '/'); end != NULL;
         end = strchr(end + 1, '/')) {
        enum septum_status status;

        *end = '\0';
        status = spt_directory_make(path, NULL);
        *end = '/';
        if (status != SEPTUM_OK)
            return false;
    }
    return true;
}

/* Where the note of `key` lies; with `make`, its directory exists. */
static bool
find_path(const char *key, bool make, char path[PATH_MAX])
{
    const char *cache = getenv("XDG_CACHE_HOME"); /* NOLINT(concurrency-mt-unsafe) */
    const char *home = getenv("HOME");            /* NOLINT(concurrency-mt-unsafe) */
    bool own = cache != NULL && cache[0] == '/';  /* others are to be ignored: XDG */
    uint8_t digest[SPT_SHA256_BYTES];
    int length;

    if (!own && (home == NULL || home[0] != '/'))
        return false;
    length = snprintf(path, PATH_MAX, "%s%s/septum/", own ? cache : home,
                      own ? "" : "/.cache");
    if (length >= PATH_MAX - 2 * NAME_BYTES ||
        (make && !make_directories(path, own ? strlen(cache) : strlen(home) + 1)))
        return false;
    spt_sha256_of(key, strlen(key), digest);
    for (int i = 0; i < NAME_BYTES; i++)
        length += snprintf(path + length, PATH_MAX - (size_t)length, "%02x", digest[i]);
    return true;
}

bool
spt_cache_recall(const char *key, uint32_t *value)
{
    char path[PATH_MAX], note[LARGEST_NOTE + 1], wanted[LARGEST_NOTE + 1];
    struct spt_bytes bytes;

    if (!find_path(key, false, path) ||
        spt_file_read(path, LARGEST_NOTE, &bytes, NULL) != SEPTUM_OK)
        return false;
    memcpy(note, bytes.at, bytes.count);
    note[bytes.count] = '\0';
    spt_bytes_clear(&bytes);
    /* Written again it is the same: nothing else is in it, and the key is this one. */
    *value = (uint32_t)strtoul(note, NULL, 10);
    snprintf(wanted, sizeof wanted, "%" PRIu32 "\n%s\n", *value, key);
    return strcmp(note, wanted) == 0;
}

bool
spt_cache_note(const char *key, uint32_t value)
{
    char path[PATH_MAX];
    struct spt_text text = {0};
    bool done = false;

    if (find_path(key, true, path)) {
        spt_text_add(&text, "%" PRIu32 "\n%s\n", value, key);
        done = spt_text_write(&text, path, true, NULL) == SEPTUM_OK;
        spt_text_clear(&text);
    }
    return done;
}
