/*
 * net_private.h - the inside of a net, for its passes.
 */
#ifndef SEPTUM_NET_NET_PRIVATE_H
#define SEPTUM_NET_NET_PRIVATE_H

#include "net/net.h"

struct spt_net {
    struct spt_spec spec;
    struct spt_engine *engine;
    float *parameters;
    uint64_t version; /* grows with every change, so that passes know to reload */
};

#endif
