/*
 * pass.c - a net compiled for one shape of input; see net.h.
 *
 * The plan is a list of steps, one a layer, each with its place for outputs.  A
 * training pass keeps every output; a prediction pass lets two buffers take turns.
 * Outputs and their gradients have the pass's precision, but for those of the last
 * layer: logits are floats.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/random.h"
#include "net/activation.h"
#include "net/conv.h"
#include "net/dot.h"
#include "net/net_private.h"
#include "net/plan.h"
#include "net/pool.h"

/* One layer at one shape. */
struct step {
    const struct spt_layer *layer;
    struct spt_conv *conv; /* NULL without weights and for a dot product */
    struct spt_pool pool;
    struct spt_rows rows; /* of a dot product, all but their place; else no columns */
    uint32_t weighted;    /* number among the layers with weights */
    size_t count;         /* values of the output */
    void *out;            /* inside the pass's block */
    uint8_t *winner;      /* of a pooling, in training */
    float dropped;        /* scale of the dropout applied to the output, 1 without */
};

struct spt_pass {
    struct spt_net *net;
    struct spt_pass_shape shape;
    uint32_t side;
    size_t logit_count;
    uint64_t version; /* of the parameters that the convolutions have loaded */
    struct step step[SPT_SPEC_LAYERS];
    char *values;          /* input, outputs, gradients: one block */
    float *input, *logits; /* inside it */
    void *image;           /* inside it: the input in the pass's precision */
    void *gradient[2];     /* inside it; training only */
    uint8_t *winners;      /* one block */
    uint32_t *order;       /* dense: where the logit of each output pixel lies */
    void *scratch;         /* oneDNN's */
};

/* The fragments' order: the logit of output pixel (y, x) of a tile lies in the fragment
 * that each pooling's offset (y % size, x % size) leads to. */
static void
fill_order(struct spt_pass *pass, const struct spt_plan *plan)
{
    const struct spt_spec *spec = &pass->net->spec;
    uint32_t row = plan->logit_side;
    uint32_t side = pass->shape.tile / spec->stride;

#pragma omp parallel for schedule(static)
    for (size_t at = 0; at < pass->logit_count; at++) {
        size_t fragment = at / ((size_t)row * row);
        uint32_t y = (uint32_t)(at / row % row), x = (uint32_t)(at % row);

        for (uint32_t i = 0; i < spec->layer_count; i++) {
            uint32_t size = spec->layer[i].size;

            if (!spt_layer_has_blocks(&spec->layer[i]) || plan->offsets[i] == 1)
                continue;
            fragment = (fragment * size + y % size) * size + x % size;
            y /= size;
            x /= size;
        }
        pass->order[at] = (uint32_t)((fragment * side + y) * side + x);
    }
}

static enum septum_status
make_step(struct spt_pass *pass, uint32_t i, const struct spt_plan *plan,
          struct septum_error *err)
{
    const struct spt_spec *spec = &pass->net->spec;
    const struct spt_layer *layer = &spec->layer[i];
    struct step *step = &pass->step[i];
    struct spt_conv_shape shape =
        spt_plan_conv(plan, spec, &pass->shape, i, step->weighted);

    step->pool = (struct spt_pool){
        .batch = shape.batch,
        .height = shape.height,
        .width = shape.width,
        .channels = layer->in_channels,
        .size = layer->size,
        .offsets = plan->offsets[i],
        .precision = shape.precision,
    };
    step->layer = layer;
    step->count = plan->output[i];
    step->dropped = 1;
    if (spt_layer_has_blocks(layer))
        return SEPTUM_OK;
    if (i + 1 == spec->layer_count && layer->size == 1) {
        step->rows = (struct spt_rows){
            .precision = shape.precision,
            .count = step->count,
            .columns = layer->in_channels,
        };
        return SEPTUM_OK;
    }
    return spt_conv_create(pass->net->engine, &shape, &step->conv, err);
}

/* Hand out the one block: input, logits, gradients, outputs. */
static void
share_memory(struct spt_pass *pass, const struct spt_plan *plan)
{
    const struct spt_spec *spec = &pass->net->spec;
    uint8_t *winner = pass->winners;
    char *at = pass->values;

    pass->input = (void *)at;
    at += plan->input_bytes;
    pass->image = plan->image_bytes > 0 ? at : (void *)pass->input;
    at += plan->image_bytes;
    pass->logits = (void *)at;
    at += plan->logit_bytes;
    for (int i = 0; i < 2; i++) {
        pass->gradient[i] = at;
        at += plan->gradient_bytes[i];
    }
    for (uint32_t i = 0; i < spec->layer_count; i++) {
        struct step *step = &pass->step[i];

        step->out = pass->shape.training || i % 2 == 0 ? at : at + plan->turn_bytes[0];
        if (!pass->shape.training)
            continue;
        at += plan->output_bytes[i];
        if (step->layer->kind == SPT_LAYER_POOL) {
            step->winner = winner;
            winner += step->count;
        }
    }
}

static enum septum_status
take_memory(struct spt_pass *pass, const struct spt_plan *plan,
            struct septum_error *err)
{
    const struct spt_spec *spec = &pass->net->spec;
    size_t scratch = 0;

    for (uint32_t i = 0; i < spec->layer_count; i++)
        if (pass->step[i].conv != NULL &&
            spt_conv_scratch(pass->step[i].conv) > scratch)
            scratch = spt_conv_scratch(pass->step[i].conv);
    pass->values = spt_alloc_aligned(plan->block_bytes, 1);
    pass->winners = spt_alloc_array(plan->winner_bytes, 1);
    pass->scratch = spt_alloc_aligned(scratch, 1);
    pass->order = spt_alloc_array(plan->order_bytes, 1);
    if (pass->values == NULL || pass->winners == NULL || pass->scratch == NULL ||
        pass->order == NULL)
        return spt_fail_memory(err, "net", spt_pass_memory(spec, &pass->shape));
    share_memory(pass, plan);
    return SEPTUM_OK;
}

enum septum_status
spt_pass_create(struct spt_net *net, const struct spt_pass_shape *shape,
                struct spt_pass **out, struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;
    struct spt_plan plan;
    uint32_t weighted = 0;
    struct spt_pass *pass = spt_alloc_array(1, sizeof *pass);

    *out = NULL;
    if (pass == NULL)
        return spt_fail_memory(err, "net", sizeof *pass);
    pass->net = net;
    pass->shape = *shape;
    spt_plan_make(&net->spec, shape, &plan);
    pass->shape.precision = plan.precision;
    pass->side = plan.side[0];
    pass->logit_count = plan.logits;
    for (uint32_t i = 0; i < net->spec.layer_count && status == SEPTUM_OK; i++) {
        pass->step[i].weighted = weighted;
        weighted += !spt_layer_has_blocks(&net->spec.layer[i]);
        status = make_step(pass, i, &plan, err);
    }
    if (status == SEPTUM_OK)
        status = take_memory(pass, &plan, err);
    if (status != SEPTUM_OK) {
        spt_pass_free(pass);
        return status;
    }
    if (shape->form == SPT_FORM_DENSE)
        fill_order(pass, &plan);
    *out = pass;
    return SEPTUM_OK;
}

void
spt_pass_free(struct spt_pass *pass)
{
    if (pass == NULL)
        return;
    for (uint32_t i = 0; i < SPT_SPEC_LAYERS; i++)
        spt_conv_free(pass->step[i].conv);
    free(pass->values);
    free(pass->winners);
    free(pass->order);
    free(pass->scratch);
    free(pass);
}

uint32_t
spt_pass_side(const struct spt_pass *pass)
{
    return pass->side;
}

float *
spt_pass_input(struct spt_pass *pass)
{
    return pass->input;
}

static enum septum_status
load_parameters(struct spt_pass *pass, struct septum_error *err)
{
    const struct spt_net *net = pass->net;
    enum septum_status status = SEPTUM_OK;

    if (pass->version == net->version)
        return SEPTUM_OK;
    for (uint32_t i = 0; i < net->spec.layer_count && status == SEPTUM_OK; i++) {
        const struct step *step = &pass->step[i];

        if (step->conv != NULL)
            status = spt_conv_load(step->conv, net->parameters + step->layer->weights,
                                   net->parameters + step->layer->biases, err);
    }
    if (status == SEPTUM_OK)
        pass->version = net->version;
    return status;
}

/* The last layer's outputs in the order of the pixels they belong to. */
static void
gather_logits(struct spt_pass *pass, const float *out)
{
    size_t count = pass->logit_count;

    if (pass->shape.form == SPT_FORM_DENSE) {
#pragma omp parallel for schedule(static)
        for (size_t at = 0; at < count; at++)
            pass->logits[at] = out[pass->order[at]];
    } else {
        memcpy(pass->logits, out, count * sizeof *out);
    }
}

static enum septum_status
step_forward(struct spt_pass *pass, struct step *step, void *in,
             struct septum_error *err)
{
    const float *parameters = pass->net->parameters;

    if (step->layer->kind == SPT_LAYER_MEAN) {
        spt_pool_mean(&step->pool, in, step->out);
        return SEPTUM_OK;
    }
    if (step->layer->kind == SPT_LAYER_POOL) {
        spt_pool_forward(&step->pool, in, step->out, step->winner);
        return SEPTUM_OK;
    }
    if (step->rows.columns > 0) {
        step->rows.at = in;
        spt_dot_forward(&step->rows, parameters + step->layer->weights,
                        parameters[step->layer->biases], step->out);
        return SEPTUM_OK;
    }
    return spt_conv_forward(step->conv, in, step->out, pass->scratch, err);
}

enum septum_status
spt_pass_forward(struct spt_pass *pass, double dropout, uint64_t key,
                 const float **logits, struct septum_error *err)
{
    uint32_t count = pass->net->spec.layer_count;
    enum septum_status status = load_parameters(pass, err);
    void *in = pass->image;

    if (pass->image != pass->input)
        spt_convert(pass->shape.precision, pass->input,
                    (size_t)pass->shape.batch * pass->side * pass->side, pass->image);
    for (uint32_t i = 0; i < count && status == SEPTUM_OK; i++) {
        struct step *step = &pass->step[i];

        status = step_forward(pass, step, in, err);
        step->dropped = 1;
        if (dropout > 0 && step->layer->kind == SPT_LAYER_FC && i + 1 < count) {
            step->dropped = spt_dropout(pass->shape.precision, step->out, step->count,
                                        dropout, spt_random_hash(key, i));
        }
        in = step->out;
    }
    if (status != SEPTUM_OK)
        return status;
    gather_logits(pass, in);
    *logits = pass->logits;
    return SEPTUM_OK;
}

static const struct step *
last_step(const struct spt_pass *pass)
{
    return &pass->step[pass->net->spec.layer_count - 1];
}

uint32_t
spt_pass_feature_count(const struct spt_pass *pass)
{
    return (uint32_t)last_step(pass)->rows.columns;
}

void
spt_pass_add_features(const struct spt_pass *pass, size_t at, float *sum)
{
    const struct spt_rows *rows = &last_step(pass)->rows;
    size_t row = pass->shape.form == SPT_FORM_DENSE ? pass->order[at] : at;

    for (size_t c = 0; c < rows->columns; c++)
        sum[c] += spt_load(rows->at, row * rows->columns + c, rows->precision);
}

/* Spread the logits' gradient into the order that the last layer works in, as what its
 * backward pass takes: the dot product floats, a convolution the pass's precision. */
static void
scatter_gradient(struct spt_pass *pass, const float *logit_gradient, void *out)
{
    const struct step *last = &pass->step[pass->net->spec.layer_count - 1];
    enum spt_precision precision =
        last->conv == NULL ? SPT_PRECISION_F32 : pass->shape.precision;
    size_t count = pass->logit_count;

    if (pass->shape.form == SPT_FORM_DENSE) {
#pragma omp parallel for schedule(static)
        for (size_t at = 0; at < count; at++)
            spt_store(out, pass->order[at], precision, logit_gradient[at]);
    } else {
        spt_convert(precision, logit_gradient, count, out);
    }
}

/* Gradient of the parameters of layer i from that at its output. */
static enum septum_status
find_gradient(struct spt_pass *pass, uint32_t i, void *out_gradient, float *gradient,
              struct septum_error *err)
{
    const struct step *step = &pass->step[i];
    void *in = i > 0 ? pass->step[i - 1].out : pass->image;
    float *weights = gradient + step->layer->weights;
    float *biases = gradient + step->layer->biases;

    if (spt_layer_has_blocks(step->layer))
        return SEPTUM_OK;
    if (step->rows.columns > 0) {
        spt_dot_backward_weights(&step->rows, out_gradient, weights, biases);
        return SEPTUM_OK;
    }
    return spt_conv_backward_weights(step->conv, in, out_gradient, weights, biases,
                                     pass->scratch, err);
}

/* Gradient at the input of layer i (i > 0), before the ReLU that made it, from that at
 * its output.  Behind a pooling, its backward pass applies the derivative of ReLU. */
static enum septum_status
step_back(struct spt_pass *pass, uint32_t i, void *out_gradient, void *in_gradient,
          struct septum_error *err)
{
    const struct step *step = &pass->step[i], *before = &pass->step[i - 1];
    enum septum_status status;

    if (step->layer->kind == SPT_LAYER_POOL) {
        spt_pool_backward(&step->pool, before->out, step->winner, out_gradient,
                          in_gradient);
        return SEPTUM_OK;
    }
    if (step->rows.columns > 0) {
        spt_dot_backward_data(&step->rows, pass->net->parameters + step->layer->weights,
                              out_gradient, before->dropped, in_gradient);
        return SEPTUM_OK;
    }
    status = spt_conv_backward_data(step->conv, out_gradient, in_gradient,
                                    pass->scratch, err);
    if (status == SEPTUM_OK && !spt_layer_has_blocks(before->layer))
        spt_relu_backward(pass->shape.precision, before->out, before->count,
                          before->dropped, in_gradient);
    return status;
}

enum septum_status
spt_pass_backward(struct spt_pass *pass, const float *logit_gradient, float *gradient,
                  struct septum_error *err)
{
    uint32_t i = pass->net->spec.layer_count - 1;

    if (pass->shape.first_trained >= pass->net->spec.weighted_count)
        return SEPTUM_OK; /* all is frozen */
    scatter_gradient(pass, logit_gradient, pass->gradient[i % 2]);
    for (;; i--) {
        const struct step *step = &pass->step[i];
        void *out_gradient = pass->gradient[i % 2];
        enum septum_status status = find_gradient(pass, i, out_gradient, gradient, err);

        if (status != SEPTUM_OK || (!spt_layer_has_blocks(step->layer) &&
                                    step->weighted == pass->shape.first_trained))
            return status;
        status = step_back(pass, i, out_gradient, pass->gradient[(i + 1) % 2], err);
        if (status != SEPTUM_OK)
            return status;
    }
}
