/*
 * vectors.h - eight floats side by side, for compilers that know vectors.
 *
 * Loops over them are compiled for wide registers, too; the form for the machine is
 * taken when the program starts.  Clang 14 has no such mark for C.  Eight, since gcc 12
 * takes a vector that is wider than the machine's registers to pieces, float by float:
 * sixteen were twenty times slower where there is AVX2 but no AVX-512.
 */
#ifndef SEPTUM_ABUNDANCE_VECTORS_H
#define SEPTUM_ABUNDANCE_VECTORS_H

#include <stdint.h>

#define SPT_LANES 8

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#    define SPT_FOR_EVERY_CPU                                                          \
        __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#    define SPT_FOR_EVERY_CPU
#endif
#define SPT_LANES_INLINE inline __attribute__((always_inline))

typedef float spt_lanes_t __attribute__((vector_size(SPT_LANES * sizeof(float))));
typedef int32_t spt_mask_t __attribute__((vector_size(SPT_LANES * sizeof(int32_t))));

#endif
