/*
 * sha256.h - a name for content: equal bytes, equal digest, and no two files met in
 * practice share one (FIPS 180-4).
 */
#ifndef SEPTUM_BASE_SHA256_H
#define SEPTUM_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define SPT_SHA256_BYTES 32

struct spt_sha256 {
    uint32_t state[8];
    uint8_t block[64]; /* what does not fill a block yet */
    uint64_t count;    /* bytes taken so far */
};

void spt_sha256_init(struct spt_sha256 *sha);
void spt_sha256_add(struct spt_sha256 *sha, const void *data, size_t count);
void spt_sha256_end(struct spt_sha256 *sha, uint8_t digest[SPT_SHA256_BYTES]);

/* The digest of one block of memory. */
void spt_sha256_of(const void *data, size_t count, uint8_t digest[SPT_SHA256_BYTES]);

/* The digest of a regular file of any size, in bounded memory. */
enum septum_status spt_sha256_file(const char *path, uint8_t digest[SPT_SHA256_BYTES],
                                   struct septum_error *err);

#endif
