/*
 * precision.h - the two number formats that images between layers come in, and what
 * loops over both of them are written with.
 *
 * bf16 is the upper half of a float: its range, 8 bits of its mantissa.  A loop is
 * written once, as an always-inlined function that takes the format as a constant.
 */
#ifndef SEPTUM_NET_PRECISION_H
#define SEPTUM_NET_PRECISION_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum spt_precision {
    SPT_PRECISION_F32,
    SPT_PRECISION_BF16, /* images, and a copy of the weights; sums, gradients of weights
                           and logits stay f32 */
};

#define SPT_INLINE inline __attribute__((always_inline))

/*
 * Marks a function whose loops are to be compiled for wide vectors too; the better form
 * for the machine is taken when the program starts.  Without fused multiply-adds (which
 * avx2 does not imply) both forms give the same bits.  Clang 14 has no such mark for C.
 */
#if defined __x86_64__ && defined __gnu_linux__ && !defined __clang__
#    define SPT_CLONES __attribute__((target_clones("avx2", "default")))
#else
#    define SPT_CLONES
#endif

static inline size_t
spt_precision_bytes(enum spt_precision precision)
{
    return precision == SPT_PRECISION_BF16 ? sizeof(uint16_t) : sizeof(float);
}

static SPT_INLINE float
spt_bf16_widen(uint16_t value)
{
    uint32_t bits = (uint32_t)value << 16;
    float wide;

    memcpy(&wide, &bits, sizeof wide);
    return wide;
}

/* The nearest bf16, of two equally near the even one; not-a-number stays one. */
static SPT_INLINE uint16_t
spt_bf16_round(float value)
{
    uint32_t bits, rounded, quiet;

    memcpy(&bits, &value, sizeof bits);
    rounded = bits + 0x7fff + (bits >> 16 & 1);
    quiet = bits | 0x400000;
    return (uint16_t)((value != value ? quiet : rounded) >> 16);
}

static SPT_INLINE float
spt_load(const void *values, size_t at, enum spt_precision precision)
{
    return precision == SPT_PRECISION_BF16
               ? spt_bf16_widen(((const uint16_t *)values)[at])
               : ((const float *)values)[at];
}

static SPT_INLINE void
spt_store(void *values, size_t at, enum spt_precision precision, float value)
{
    if (precision == SPT_PRECISION_BF16)
        ((uint16_t *)values)[at] = spt_bf16_round(value);
    else
        ((float *)values)[at] = value;
}

/* Address of value number `at`. */
static inline const void *
spt_at(const void *values, size_t at, enum spt_precision precision)
{
    return (const char *)values + at * spt_precision_bytes(precision);
}

static inline void *
spt_at_mutable(void *values, size_t at, enum spt_precision precision)
{
    return (char *)values + at * spt_precision_bytes(precision);
}

#endif
