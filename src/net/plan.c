/*
 * plan.c - see plan.h.
 */
#include "net/plan.h"

/* Pixels from one output of the dense form to the next. */
static uint32_t
step_of(const struct spt_pass_shape *shape)
{
    return shape->every > 0 ? shape->every : 1;
}

/* Offsets in each direction that layer i, one of blocks, of outputs `step` pixels apart
 * takes its blocks from: where outputs are wanted no closer than that, one is enough.
 */
static uint32_t
offsets_of(const struct spt_spec *spec, const struct spt_pass_shape *shape, uint32_t i)
{
    uint32_t apart = 1;

    if (shape->form == SPT_FORM_PATCH)
        return 1;
    for (uint32_t k = 0; k < i; k++)
        if (spt_layer_has_blocks(&spec->layer[k]))
            apart *= spec->layer[k].size;
    return apart < step_of(shape) ? 1 : spec->layer[i].size;
}

static void
work_out_sizes(const struct spt_spec *spec, const struct spt_pass_shape *shape,
               struct spt_plan *plan)
{
    bool dense = shape->form == SPT_FORM_DENSE;
    uint32_t batch = shape->batch;
    uint32_t side = dense ? shape->tile + spec->window - 1 : spec->window;

    plan->input = (size_t)batch * side * side;
    for (uint32_t i = 0; i < spec->layer_count; i++) {
        const struct spt_layer *layer = &spec->layer[i];

        plan->batch[i] = batch;
        plan->side[i] = side;
        if (spt_layer_has_blocks(layer)) {
            uint32_t offsets = offsets_of(spec, shape, i);

            plan->offsets[i] = offsets;
            batch *= offsets * offsets;
            side = (side - offsets + 1) / layer->size;
        } else {
            side -= layer->size - 1;
        }
        plan->output[i] = (size_t)batch * side * side * layer->out_channels;
    }
}

static size_t
larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Whole cache lines, so that no two tensors share one. */
static size_t
padded(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

static void
work_out_bytes(const struct spt_spec *spec, const struct spt_pass_shape *shape,
               struct spt_plan *plan)
{
    const size_t value = spt_precision_bytes(plan->precision);

    plan->input_bytes = padded(plan->input * sizeof(float));
    plan->logit_bytes = padded(plan->logits * sizeof(float));
    plan->order_bytes = plan->logits * sizeof(uint32_t);
    if (plan->precision != SPT_PRECISION_F32)
        plan->image_bytes = padded(plan->input * value);
    for (uint32_t i = 0; i < spec->layer_count; i++) {
        const bool last = i + 1 == spec->layer_count;
        const size_t bytes = padded(plan->output[i] * (last ? sizeof(float) : value));

        plan->output_bytes[i] = bytes;
        if (!shape->training) {
            plan->turn_bytes[i % 2] = larger(plan->turn_bytes[i % 2], bytes);
            continue;
        }
        plan->kept_bytes += bytes;
        plan->gradient_bytes[i % 2] = larger(plan->gradient_bytes[i % 2], bytes);
        if (spec->layer[i].kind == SPT_LAYER_POOL)
            plan->winner_bytes += plan->output[i];
    }
    plan->block_bytes = plan->input_bytes + plan->image_bytes + plan->logit_bytes +
                        plan->kept_bytes + plan->turn_bytes[0] + plan->turn_bytes[1] +
                        plan->gradient_bytes[0] + plan->gradient_bytes[1];
}

void
spt_plan_make(const struct spt_spec *spec, const struct spt_pass_shape *shape,
              struct spt_plan *plan)
{
    const size_t side =
        shape->form == SPT_FORM_DENSE ? shape->tile / step_of(shape) : 1;

    *plan = (struct spt_plan){
        .precision = spt_engine_precision(shape->precision),
        .logits = shape->batch * side * side,
        .logit_side = (uint32_t)side,
    };
    work_out_sizes(spec, shape, plan);
    work_out_bytes(spec, shape, plan);
}

struct spt_conv_shape
spt_plan_conv(const struct spt_plan *plan, const struct spt_spec *spec,
              const struct spt_pass_shape *shape, uint32_t i, uint32_t weighted)
{
    const struct spt_layer *layer = &spec->layer[i];
    bool trained = shape->training && weighted >= shape->first_trained;

    return (struct spt_conv_shape){
        .batch = plan->batch[i],
        .height = plan->side[i],
        .width = plan->side[i],
        .in_channels = layer->in_channels,
        .out_channels = layer->out_channels,
        .kernel = layer->size,
        .relu = i + 1 < spec->layer_count,
        .weight_gradient = trained,
        .data_gradient = trained && weighted > shape->first_trained,
        .float_out = i + 1 == spec->layer_count,
        .precision = plan->precision,
    };
}

size_t
spt_pass_memory(const struct spt_spec *spec, const struct spt_pass_shape *shape)
{
    struct spt_plan plan;
    size_t kept = 0, scratch = 0;
    uint32_t weighted = 0;

    spt_plan_make(spec, shape, &plan);
    for (uint32_t i = 0; i < spec->layer_count; i++) {
        struct spt_conv_shape conv = spt_plan_conv(&plan, spec, shape, i, weighted);

        if (spt_layer_has_blocks(&spec->layer[i]))
            continue;
        kept += spt_conv_memory(&conv, &scratch);
        weighted++;
    }
    return plan.block_bytes + plan.winner_bytes + plan.order_bytes + kept + scratch;
}

double
spt_pass_operations(const struct spt_spec *spec, const struct spt_pass_shape *shape)
{
    struct spt_plan plan;
    double operations = 0;

    spt_plan_make(spec, shape, &plan);
    for (uint32_t i = 0; i < spec->layer_count; i++) {
        const struct spt_layer *layer = &spec->layer[i];

        if (!spt_layer_has_blocks(layer))
            operations +=
                (double)plan.output[i] * layer->in_channels * layer->size * layer->size;
    }
    return operations;
}
