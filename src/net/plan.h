/*
 * plan.h - what follows from a net and the shape of its input before any memory is
 * taken: the size of each layer's values, and how one block of memory holds them.
 */
#ifndef SEPTUM_NET_PLAN_H
#define SEPTUM_NET_PLAN_H

#include "net/conv.h"
#include "net/net.h"

struct spt_plan {
    enum spt_precision precision; /* of all values but input and logits */
    size_t input, output[SPT_SPEC_LAYERS], logits;          /* values */
    uint32_t batch[SPT_SPEC_LAYERS], side[SPT_SPEC_LAYERS]; /* of each layer's input */
    uint32_t offsets[SPT_SPEC_LAYERS]; /* of each pooling's blocks, in each direction */
    uint32_t logit_side;               /* logits in a row of a tile; patches have one */

    /* Parts of the block: whole cache lines, so that no two tensors share one. */
    size_t input_bytes, logit_bytes;
    size_t image_bytes; /* the input in the pass's precision; f32: 0 */
    size_t output_bytes[SPT_SPEC_LAYERS]; /* one after the other, or in turns: */
    size_t kept_bytes;                    /* training: all of them */
    size_t turn_bytes[2];                 /* prediction: layers 0, 2, ...; 1, 3, ... */
    size_t gradient_bytes[2];             /* training: likewise in turns */
    size_t block_bytes;                   /* all together */

    /* Beside the block. */
    size_t winner_bytes, order_bytes;
};

void spt_plan_make(const struct spt_spec *spec, const struct spt_pass_shape *shape,
                   struct spt_plan *plan);

/* The convolution that layer i is, `weighted` layers with weights before it. */
struct spt_conv_shape
spt_plan_conv(const struct spt_plan *plan, const struct spt_spec *spec,
              const struct spt_pass_shape *shape, uint32_t i, uint32_t weighted);

#endif
