/*
 * random.c - see random.h.
 */
#include "base/random.h"

#include <assert.h>
#include <math.h>

static uint64_t
rotate(uint64_t x, int by)
{
    return (x << by) | (x >> (64 - by));
}

void
spt_random_init(struct spt_random *random, uint64_t seed, uint64_t purpose)
{
    uint64_t key = spt_random_hash(seed, purpose);

    for (uint64_t i = 0; i < 4; i++)
        random->state[i] = spt_random_hash(key, i);
}

uint64_t
spt_random_bits(struct spt_random *random)
{
    uint64_t *s = random->state;
    uint64_t result = rotate(s[0] + s[3], 23) + s[0];
    uint64_t t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

double
spt_random_uniform(struct spt_random *random)
{
    return (double)(spt_random_bits(random) >> 11) * 0x1p-53;
}

uint64_t
spt_random_below(struct spt_random *random, uint64_t limit)
{
    uint64_t excess, bits;

    assert(limit > 0);
    excess = -limit % limit; /* 2^64 mod limit: draws below it would be biased */
    do
        bits = spt_random_bits(random);
    while (bits < excess);
    return bits % limit;
}

double
spt_random_normal(struct spt_random *random)
{
    double radius = sqrt(-2 * log1p(-spt_random_uniform(random)));

    return radius * cos(6.283185307179586 * spt_random_uniform(random));
}
