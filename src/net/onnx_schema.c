/*
 * onnx_schema.c - see onnx_schema.h.
 */
#include "net/onnx_schema.h"

#include <math.h>
#include <stdio.h>

size_t
spt_onnx_tensors(const struct spt_spec *spec,
                 struct spt_onnx_tensor list[2 * SPT_SPEC_LAYERS])
{
    size_t count = 0;

    for (uint32_t i = 0; i < spec->layer_count; i++) {
        const struct spt_layer *layer = &spec->layer[i];
        struct spt_onnx_tensor *weights = &list[count], *biases = weights + 1;

        if (spt_layer_has_blocks(layer))
            continue;
        *weights = (struct spt_onnx_tensor){
            .rank = 4,
            .dims = {layer->out_channels, layer->in_channels, layer->size, layer->size},
            .offset = layer->weights,
            .count = spt_layer_weight_count(layer),
        };
        *biases = (struct spt_onnx_tensor){
            .rank = 1,
            .dims = {layer->out_channels},
            .offset = layer->biases,
            .count = layer->out_channels,
        };
        snprintf(weights->name, SPT_ONNX_TEXT, "layer%u.weights", i + 1);
        snprintf(biases->name, SPT_ONNX_TEXT, "layer%u.biases", i + 1);
        count += 2;
    }
    return count;
}

bool
spt_onnx_finite(const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return false;
    return true;
}
