/*
 * engine_private.h - the handles inside an engine, for the files that talk to oneDNN.
 */
#ifndef SEPTUM_NET_ENGINE_PRIVATE_H
#define SEPTUM_NET_ENGINE_PRIVATE_H

#include "net/dnnl_compat.h"
#include "net/engine.h"

struct spt_engine {
    dnnl_engine_t handle;
    dnnl_stream_t stream;
};

#endif
