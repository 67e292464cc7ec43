/*
 * random.h - random numbers that are the same wherever and however often a job runs.
 *
 * Two kinds.  A stream (xoshiro256++, Blackman and Vigna 2019) is for code that draws
 * in order; all its state is in the struct, so that a checkpoint can hold it.  A hash
 * (splitmix64's finaliser) is for code that draws in parallel: number i is a function
 * of the key and i alone.
 */
#ifndef SEPTUM_BASE_RANDOM_H
#define SEPTUM_BASE_RANDOM_H

#include <stdint.h>

struct spt_random {
    uint64_t state[4];
};

/* Start the stream that belongs to `seed` and `purpose`; different purposes of one seed
 * are independent. */
void spt_random_init(struct spt_random *random, uint64_t seed, uint64_t purpose);

uint64_t spt_random_bits(struct spt_random *random);

/* Uniform in [0, 1), with 53 random bits. */
double spt_random_uniform(struct spt_random *random);

/* Uniform in [0, limit), exactly; `limit` > 0. */
uint64_t spt_random_below(struct spt_random *random, uint64_t limit);

/* Normal with mean 0 and standard deviation 1. */
double spt_random_normal(struct spt_random *random);

/* 64 bits that depend on key and index alone. */
static inline uint64_t
spt_random_hash(uint64_t key, uint64_t index)
{
    uint64_t x = key + (index + 1) * UINT64_C(0x9e3779b97f4a7c15);

    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

#endif
