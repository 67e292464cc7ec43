/*
 * ncc_by_products.h - the distances of ncc.h, by one matrix product for each shift.
 */
#ifndef SEPTUM_BENCH_NCC_BY_PRODUCTS_H
#define SEPTUM_BENCH_NCC_BY_PRODUCTS_H

#include "abundance/ncc.h"

/* As spt_ncc_distances(); a least overlap is not looked at. */
enum septum_status ncc_by_products(const float *windows, size_t count, uint32_t side,
                                   const struct spt_ncc_options *options,
                                   float *distances, struct septum_error *err);

#endif
