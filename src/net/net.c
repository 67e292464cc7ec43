/*
 * net.c - parameters and their first values; see net.h.  Passes are in pass.c.
 */
#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/random.h"
#include "net/net_private.h"

enum septum_status
spt_net_create(const struct spt_spec *spec, struct spt_net **out,
               struct septum_error *err)
{
    enum septum_status status;
    struct spt_net *net = spt_alloc_array(1, sizeof *net);

    *out = NULL;
    if (net == NULL)
        return spt_fail_memory(err, "net", sizeof *net);
    net->spec = *spec;
    net->version = 1;
    net->parameters = spt_alloc_array(spec->parameter_count, sizeof *net->parameters);
    status = net->parameters != NULL
                 ? spt_engine_create(&net->engine, err)
                 : spt_fail_memory(err, "net", spec->parameter_count * sizeof(float));
    if (status != SEPTUM_OK) {
        spt_net_free(net);
        return status;
    }
    *out = net;
    return SEPTUM_OK;
}

void
spt_net_free(struct spt_net *net)
{
    if (net == NULL)
        return;
    spt_engine_free(net->engine);
    free(net->parameters);
    free(net);
}

const struct spt_spec *
spt_net_spec(const struct spt_net *net)
{
    return &net->spec;
}

float *
spt_net_parameters(struct spt_net *net)
{
    return net->parameters;
}

void
spt_net_changed(struct spt_net *net)
{
    net->version++;
}

void
spt_net_initialise(struct spt_net *net, uint64_t seed, uint32_t first)
{
    uint32_t weighted = 0;

    for (uint32_t i = 0; i < net->spec.layer_count; i++) {
        const struct spt_layer *layer = &net->spec.layer[i];
        struct spt_random random;
        size_t count = spt_layer_weight_count(layer),
               inputs = count / layer->out_channels;
        double deviation = sqrt(2.0 / (double)inputs);

        if (spt_layer_has_blocks(layer) || weighted++ < first)
            continue;
        /* A stream a layer: what one layer draws does not depend on the others. */
        spt_random_init(&random, seed, i);
        for (size_t w = 0; w < count; w++)
            net->parameters[layer->weights + w] =
                (float)(deviation * spt_random_normal(&random));
        for (uint32_t c = 0; c < layer->out_channels; c++)
            net->parameters[layer->biases + c] = 0;
    }
    spt_net_changed(net);
}
