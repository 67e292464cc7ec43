/*
 * transfer.c - see transfer.h.
 */
#include "train/transfer.h"

#include <string.h>

#include "base/random.h"
#include "image/normalise.h"

/* Of the layers that are new, apart from those that a net of the same seed was begun
 * with: the source model may be one. */
#define PURPOSE_NEW_LAYERS 104

enum septum_status
spt_transfer_check(const struct spt_model *from, uint32_t layers,
                   struct septum_error *err)
{
    if (layers == SPT_ALL_LAYERS || layers <= from->spec.weighted_count)
        return SEPTUM_OK;
    return spt_fail(err, SEPTUM_EINVAL,
                    "transfer: %u layers are wanted, and the source model has %u",
                    layers, from->spec.weighted_count);
}

enum septum_status
spt_transfer(const struct spt_model *from, uint32_t layers, uint64_t seed,
             struct spt_net *net, uint32_t *copied, struct septum_error *err)
{
    const struct spt_spec *spec = spt_net_spec(net);
    uint32_t wanted = layers == SPT_ALL_LAYERS ? from->spec.weighted_count : layers;
    uint32_t common = spt_spec_common(&from->spec, spec);
    float *parameters = spt_net_parameters(net);

    if (strcmp(from->normalisation, SPT_NORMALISATION) != 0)
        return spt_fail(err, SEPTUM_EINVAL,
                        "transfer: the source model sees intensities normalised by "
                        "\"%s\", this version only by \"%s\"",
                        from->normalisation, SPT_NORMALISATION);
    if (spt_transfer_check(from, layers, err) != SEPTUM_OK)
        return SEPTUM_EINVAL;
    if (wanted > common) {
        char ours[SPT_SPEC_TEXT], theirs[SPT_SPEC_TEXT];

        spt_spec_format(spec, ours);
        spt_spec_format(&from->spec, theirs);
        return spt_fail(
            err, SEPTUM_EINVAL,
            "transfer: %u layers are wanted, but only the first %u are alike "
            "in the source model's net \"%s\" and in \"%s\"",
            wanted, common, theirs, ours);
    }
    spt_net_initialise(net, spt_random_hash(seed, PURPOSE_NEW_LAYERS), wanted);
    for (uint32_t n = 0; n < wanted; n++) {
        const struct spt_layer *a = spt_spec_weighted(&from->spec, n),
                               *b = spt_spec_weighted(spec, n);

        memcpy(parameters + b->weights, from->parameters + a->weights,
               spt_layer_weight_count(a) * sizeof *parameters);
        memcpy(parameters + b->biases, from->parameters + a->biases,
               a->out_channels * sizeof *parameters);
    }
    spt_net_changed(net);
    *copied = wanted;
    return SEPTUM_OK;
}
