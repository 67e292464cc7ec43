/*
 * naive_net.h - the definition of a net: one window, in double precision, loop by loop.
 */
#ifndef SEPTUM_TESTS_NAIVE_NET_H
#define SEPTUM_TESTS_NAIVE_NET_H

#include "net/spec.h"

/* The logit of one window of spec->window^2 values whose rows are `stride` apart. */
double naive_net_logit(const struct spt_spec *spec, const float *parameters,
                       const float *window, size_t stride);

#endif
