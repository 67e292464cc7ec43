/*
 * spec.h - a net as data, in the paper's notation.
 *
 *	[window<side>] [mean<size>] LAYER... FC-1
 *
 * where LAYER is conv<kernel>-<channels>, pool<size> or FC-<channels>; for example the
 * default preset
 *
 *	conv5-48 pool2 conv5-48 pool2 conv4-48 pool2 FC-200 FC-200 FC-1
 *
 * A convolution is square, without padding, stride 1, followed by ReLU.  A pooling
 * takes the maximum of size x size blocks; a mean, which may only stand first, their
 * mean, so that the layers behind it see the image at a smaller size.  An FC layer sees
 * all that the layer before it left (so the first is a convolution as large as its
 * input, and only FC layers may follow it); ReLU follows each but the last, whose one
 * output is the logit of "the window's pixel is membrane".  The window's side is 64
 * when it is not said.  Every size must fit: a pooling or a mean must divide its input.
 *
 * Parameters of a net lie in one block of floats: for each layer with weights, in
 * order, its weights [output channel][input channel][row][column], then its biases
 * [output channel].
 */
#ifndef SEPTUM_NET_SPEC_H
#define SEPTUM_NET_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define SPT_SPEC_LAYERS 32     /* most layers of a net, poolings included */
#define SPT_SPEC_TEXT 512      /* bytes that hold any specification */
#define SPT_SPEC_WINDOW 1024   /* largest window */
#define SPT_SPEC_CHANNELS 4096 /* most channels of a layer */

/* Most parameters of a net: 1 GiB of floats, half of what a protobuf file may hold. */
#define SPT_SPEC_PARAMETERS ((size_t)1 << 28)

enum spt_layer_kind {
    SPT_LAYER_CONV,
    SPT_LAYER_POOL,
    SPT_LAYER_MEAN,
    SPT_LAYER_FC,
};

/* A layer as it stands in the net of one window (the patch form). */
struct spt_layer {
    enum spt_layer_kind kind;
    uint32_t size; /* of the kernel or the block; of an FC, its input's side */
    uint32_t in_side, out_side;         /* pixels */
    uint32_t in_channels, out_channels; /* equal where there are no weights */
    uint32_t dilation; /* in the dense form: the product of all blocks before it */
    size_t weights;    /* offset of its weights in the parameter block */
    size_t biases;     /* offset of its biases */
};

struct spt_spec {
    uint32_t window; /* side, pixels */
    uint32_t layer_count;
    uint32_t weighted_count; /* layers with weights */
    uint32_t stride;         /* product of all blocks' sizes */
    size_t parameter_count;
    struct spt_layer layer[SPT_SPEC_LAYERS];
};

/*
 * Parse a specification or the name of a preset ("default", "paper": the same net).
 * Words are separated by blanks; upper and lower case are the same.  Refuses unknown
 * words, zero sizes, no FC-1 at the end, sizes that do not fit (naming the layer, its
 * input's side and what would fit), and absurd sizes, with SEPTUM_EINVAL.
 */
enum septum_status
spt_spec_parse(const char *text, struct spt_spec *out, struct septum_error *err);

/* Write the canonical text ("window<side>" only when it is not 64) into SPT_SPEC_TEXT
 * bytes. */
void spt_spec_format(const struct spt_spec *spec, char *text);

/* Does it make one of each block of size x size, without weights: a pooling or a mean?
 */
static inline bool
spt_layer_has_blocks(const struct spt_layer *layer)
{
    return layer->kind == SPT_LAYER_POOL || layer->kind == SPT_LAYER_MEAN;
}

/* Layer number `n` of those with weights, of which there are more. */
const struct spt_layer *spt_spec_weighted(const struct spt_spec *spec, uint32_t n);

static inline size_t
spt_layer_weight_count(const struct spt_layer *layer)
{
    return (size_t)layer->out_channels * layer->in_channels * layer->size * layer->size;
}

/*
 * How many of the first layers with weights two nets have in common: of equal kind,
 * kernel and channels, with the same poolings between them; a mean does not matter.
 */
uint32_t spt_spec_common(const struct spt_spec *a, const struct spt_spec *b);

/*
 * The same net for images at 1 / `times` of their size: a mean, or a larger one, stands
 * first, and the window is `times` as wide.  Parameters keep their places.  Refuses
 * what spt_spec_parse() does.
 */
enum septum_status spt_spec_coarsen(const struct spt_spec *spec, uint32_t times,
                                    struct spt_spec *out, struct septum_error *err);

/*
 * How far apart the outputs of a coarse prediction may lie that are to be at most
 * `most` pixels apart and to divide `side`: the product of some of the first poolings'
 * sizes, 1 when there is none such.
 */
uint32_t spt_spec_every(const struct spt_spec *spec, uint32_t most, uint32_t side);

/* The least side of a tile, of `side` outputs or more, that the dense form takes: a
 * multiple of the stride. */
static inline uint32_t
spt_spec_tile(const struct spt_spec *spec, uint32_t side)
{
    return (side + spec->stride - 1) / spec->stride * spec->stride;
}

#endif
