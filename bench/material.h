/*
 * material.h - what the measuring programs share: windows of real images, ranks.
 */
#ifndef SEPTUM_BENCH_MATERIAL_H
#define SEPTUM_BENCH_MATERIAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Ends the program with the error's sentence unless all is well. */
void bench_stop_on(enum septum_status status, const struct septum_error *err);

/* Windows one after the other; ends the program with a message where that fails. */
struct bench_windows {
    float *at;
    size_t count;
    uint32_t side;
};

/* The non-overlapping windows of all images of a folder, normalised, image by image;
 * no more than `most`, spread evenly over all of them. */
struct bench_windows bench_windows_read(const char *folder, uint32_t side, size_t most);

/* Spearman's correlation of two lists; equal values share their mean rank. */
double bench_spearman(const float *a, const float *b, size_t count);

/* malloc() that ends the program when it fails. */
void *bench_alloc(size_t count, size_t size);

/* The most memory that this process has held so far. */
double bench_peak_megabytes(void);

#endif
