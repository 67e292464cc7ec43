/*
 * conv.c - see conv.h.
 *
 * Every direction is a primitive and the memories it runs on.  Memories are made once;
 * running only points them at the caller's data.
 */
#include "net/conv.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "net/engine_private.h"
#include "net/winograd.h"

/* A tensor as one primitive wants it: its layout is the primitive's, its data come and
 * go. */
struct tensor {
    dnnl_memory_t memory;
    void *owned; /* data of our own, or NULL while the caller's are used */
};

enum direction {
    FORWARD,
    WEIGHTS,
    DATA,
    DIRECTIONS
};

struct spt_conv {
    struct spt_engine *engine;
    struct spt_conv_shape shape;
    struct spt_winograd *winograd; /* does all the work where it pays, else NULL */
    dnnl_primitive_t primitive[DIRECTIONS];
    struct tensor in[DIRECTIONS], out[DIRECTIONS], weights[DIRECTIONS];
    struct tensor biases, bias_gradient, plain_weights, scratch[DIRECTIONS];
    dnnl_primitive_t load[DIRECTIONS]; /* plain weights to the direction's own */
    dnnl_primitive_t unload;           /* weight gradient to plain */
    size_t scratch_bytes;
};

static dnnl_status_t
make_tensor(struct spt_conv *conv, spt_layout_ref layout, bool own, struct tensor *out)
{
    if (own) {
        size_t bytes = dnnl_memory_desc_get_size(layout);

        out->owned = spt_alloc_aligned(bytes, 1);
        if (out->owned == NULL)
            return dnnl_out_of_memory;
    }
    return dnnl_memory_create(&out->memory, layout, conv->engine->handle,
                              own ? out->owned : DNNL_MEMORY_NONE);
}

static void
clear_tensor(struct tensor *tensor)
{
    if (tensor->memory != NULL)
        dnnl_memory_destroy(tensor->memory);
    free(tensor->owned);
}

static dnnl_status_t
make_reorder(struct spt_conv *conv, spt_layout_ref from, spt_layout_ref to,
             dnnl_primitive_t *out)
{
    dnnl_primitive_desc_t description;
    dnnl_engine_t engine = conv->engine->handle;
    dnnl_status_t status = dnnl_reorder_primitive_desc_create(&description, from,
                                                              engine, to, engine, NULL);

    if (status != dnnl_success)
        return status;
    status = dnnl_primitive_create(out, description);
    dnnl_primitive_desc_destroy(description);
    return status;
}

/* Which queries name a direction's three tensors, in, weights and out. */
static const dnnl_query_t queries[DIRECTIONS][3] = {
    [FORWARD] = {dnnl_query_src_md, dnnl_query_weights_md, dnnl_query_dst_md},
    [WEIGHTS] = {dnnl_query_src_md, dnnl_query_diff_weights_md, dnnl_query_diff_dst_md},
    [DATA] = {dnnl_query_diff_src_md, dnnl_query_weights_md, dnnl_query_diff_dst_md},
};

/* Make the primitive of one direction and the tensors it runs on. */
static dnnl_status_t
make_direction(struct spt_conv *conv, enum direction direction,
               dnnl_primitive_desc_t description, spt_layout_ref plain)
{
    const dnnl_query_t *query = queries[direction];
    spt_layout_ref weights = dnnl_primitive_desc_query_md(description, query[1], 0);
    spt_layout_ref scratch =
        dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0);
    size_t scratch_bytes = dnnl_memory_desc_get_size(scratch);
    dnnl_status_t status =
        dnnl_primitive_create(&conv->primitive[direction], description);

    if (scratch_bytes > conv->scratch_bytes)
        conv->scratch_bytes = scratch_bytes;
    if (status == dnnl_success)
        status =
            make_tensor(conv, dnnl_primitive_desc_query_md(description, query[0], 0),
                        false, &conv->in[direction]);
    if (status == dnnl_success)
        status = make_tensor(conv, weights, true, &conv->weights[direction]);
    if (status == dnnl_success)
        status =
            make_tensor(conv, dnnl_primitive_desc_query_md(description, query[2], 0),
                        false, &conv->out[direction]);
    if (status == dnnl_success)
        status = make_tensor(conv, scratch, false, &conv->scratch[direction]);
    if (status != dnnl_success)
        return status;
    return direction == WEIGHTS
               ? make_reorder(conv, weights, plain, &conv->unload)
               : make_reorder(conv, plain, weights, &conv->load[direction]);
}

static dnnl_status_t
make_directions(struct spt_conv *conv, const struct spt_conv_layouts *layouts,
                spt_layout_ref plain)
{
    const struct spt_conv_shape *shape = &conv->shape;
    dnnl_engine_t engine = conv->engine->handle;
    dnnl_primitive_desc_t forward = NULL, backward = NULL;
    dnnl_status_t status = spt_conv_forward_create(
        &forward, engine, layouts, shape->weight_gradient || shape->data_gradient,
        shape->relu);

    if (status == dnnl_success)
        status = make_direction(conv, FORWARD, forward, plain);
    if (status == dnnl_success && shape->weight_gradient) {
        status = spt_conv_weights_create(&backward, engine, layouts, forward);
        if (status == dnnl_success) {
            status = make_direction(conv, WEIGHTS, backward, plain);
            dnnl_primitive_desc_destroy(backward);
        }
    }
    if (status == dnnl_success && shape->data_gradient) {
        status = spt_conv_data_create(&backward, engine, layouts, forward);
        if (status == dnnl_success) {
            status = make_direction(conv, DATA, backward, plain);
            dnnl_primitive_desc_destroy(backward);
        }
    }
    if (forward != NULL)
        dnnl_primitive_desc_destroy(forward);
    return status;
}

static void
clear_layouts(struct spt_conv_layouts *layouts)
{
    spt_layout_clear(&layouts->in);
    spt_layout_clear(&layouts->out);
    spt_layout_clear(&layouts->weights);
    spt_layout_clear(&layouts->biases);
    spt_layout_clear(&layouts->weight_gradient);
    spt_layout_clear(&layouts->out_gradient);
}

/* Images lie as ours do, weights as the kernels like them. */
static dnnl_status_t
make_layouts(const struct spt_conv_shape *shape, struct spt_conv_layouts *out)
{
    dnnl_dim_t k = shape->kernel, height = shape->height, width = shape->width;
    dnnl_dims_t in = {shape->batch, shape->in_channels, height, width};
    dnnl_dims_t result = {shape->batch, shape->out_channels, height - k + 1,
                          width - k + 1};
    dnnl_dims_t weights = {shape->out_channels, shape->in_channels, k, k};
    dnnl_dims_t biases = {shape->out_channels};
    dnnl_data_type_t type =
        shape->precision == SPT_PRECISION_BF16 ? dnnl_bf16 : dnnl_f32;
    dnnl_data_type_t result_type = shape->float_out ? dnnl_f32 : type;
    dnnl_format_tag_t any = dnnl_format_tag_any;
    dnnl_status_t status = spt_layout_init(&out->in, 4, in, type, dnnl_nhwc);

    if (status == dnnl_success)
        status = spt_layout_init(&out->out, 4, result, result_type, dnnl_nhwc);
    if (status == dnnl_success)
        status = spt_layout_init(&out->out_gradient, 4, result, type, dnnl_nhwc);
    if (status == dnnl_success)
        status = spt_layout_init(&out->weights, 4, weights, type, any);
    if (status == dnnl_success)
        status = spt_layout_init(&out->weight_gradient, 4, weights, dnnl_f32, any);
    if (status == dnnl_success)
        status = spt_layout_init(&out->biases, 1, biases, dnnl_f32, dnnl_a);
    return status;
}

enum septum_status
spt_conv_create(struct spt_engine *engine, const struct spt_conv_shape *shape,
                struct spt_conv **out, struct septum_error *err)
{
    dnnl_dims_t weights = {shape->out_channels, shape->in_channels, shape->kernel,
                           shape->kernel};
    struct spt_conv_layouts layouts = {0};
    dnnl_memory_desc_t plain = {0};
    dnnl_status_t status;
    struct spt_conv *conv = spt_alloc_array(1, sizeof *conv);

    *out = NULL;
    if (conv == NULL)
        return spt_fail_memory(err, "convolution", sizeof *conv);
    conv->engine = engine;
    conv->shape = *shape;
    if (spt_winograd_pays(shape)) {
        enum septum_status made = spt_winograd_create(shape, &conv->winograd, err);

        if (made == SEPTUM_OK)
            *out = conv;
        else
            free(conv);
        return made;
    }
    status = make_layouts(shape, &layouts);
    if (status == dnnl_success)
        status = spt_layout_init(&plain, 4, weights, dnnl_f32, dnnl_oihw);
    if (status == dnnl_success)
        status = make_tensor(conv, SPT_LAYOUT_REF(plain), false, &conv->plain_weights);
    if (status == dnnl_success)
        status = make_tensor(conv, SPT_LAYOUT_REF(layouts.biases), true, &conv->biases);
    if (status == dnnl_success)
        status = make_tensor(conv, SPT_LAYOUT_REF(layouts.biases), false,
                             &conv->bias_gradient);
    if (status == dnnl_success)
        status = make_directions(conv, &layouts, SPT_LAYOUT_REF(plain));
    clear_layouts(&layouts);
    spt_layout_clear(&plain);
    if (status != dnnl_success) {
        spt_conv_free(conv);
        return spt_fail_engine(err, "convolution", status);
    }
    *out = conv;
    return SEPTUM_OK;
}

void
spt_conv_free(struct spt_conv *conv)
{
    if (conv == NULL)
        return;
    for (int d = 0; d < DIRECTIONS; d++) {
        clear_tensor(&conv->in[d]);
        clear_tensor(&conv->out[d]);
        clear_tensor(&conv->weights[d]);
        clear_tensor(&conv->scratch[d]);
        if (conv->primitive[d] != NULL)
            dnnl_primitive_destroy(conv->primitive[d]);
        if (conv->load[d] != NULL)
            dnnl_primitive_destroy(conv->load[d]);
    }
    if (conv->unload != NULL)
        dnnl_primitive_destroy(conv->unload);
    clear_tensor(&conv->biases);
    clear_tensor(&conv->bias_gradient);
    clear_tensor(&conv->plain_weights);
    spt_winograd_free(conv->winograd);
    free(conv);
}

size_t
spt_conv_scratch(const struct spt_conv *conv)
{
    return conv->winograd != NULL ? spt_winograd_scratch(conv->winograd)
                                  : conv->scratch_bytes;
}

size_t
spt_conv_memory(const struct spt_conv_shape *shape, size_t *scratch)
{
    size_t kept, needed;

    if (!spt_winograd_pays(shape))
        return 0;
    kept = spt_winograd_memory(shape, &needed);
    if (needed > *scratch)
        *scratch = needed;
    return kept;
}

static dnnl_status_t
run_reorder(struct spt_conv *conv, dnnl_primitive_t reorder, dnnl_memory_t from,
            dnnl_memory_t to)
{
    dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    dnnl_status_t status =
        dnnl_primitive_execute(reorder, conv->engine->stream, 2, arguments);

    return status != dnnl_success ? status : dnnl_stream_wait(conv->engine->stream);
}

enum septum_status
spt_conv_load(struct spt_conv *conv, float *weights, const float *biases,
              struct septum_error *err)
{
    float *own_biases = conv->biases.owned;
    dnnl_status_t status;

    if (conv->winograd != NULL) {
        spt_winograd_load(conv->winograd, weights, biases);
        return SEPTUM_OK;
    }
    status = dnnl_memory_set_data_handle(conv->plain_weights.memory, weights);
    for (int d = 0; d < DIRECTIONS && status == dnnl_success; d++)
        if (conv->load[d] != NULL)
            status = run_reorder(conv, conv->load[d], conv->plain_weights.memory,
                                 conv->weights[d].memory);
    for (uint32_t c = 0; c < conv->shape.out_channels; c++)
        own_biases[c] = biases[c];
    return status == dnnl_success ? SEPTUM_OK
                                  : spt_fail_engine(err, "loading weights", status);
}

static dnnl_status_t
run(struct spt_conv *conv, enum direction direction, void *in, void *out, void *scratch,
    const dnnl_exec_arg_t *arguments, int count)
{
    dnnl_status_t status = dnnl_memory_set_data_handle(conv->in[direction].memory, in);

    if (status == dnnl_success)
        status = dnnl_memory_set_data_handle(conv->out[direction].memory, out);
    if (status == dnnl_success)
        status = dnnl_memory_set_data_handle(conv->scratch[direction].memory, scratch);
    if (status == dnnl_success)
        status = dnnl_primitive_execute(conv->primitive[direction],
                                        conv->engine->stream, count, arguments);
    return status != dnnl_success ? status : dnnl_stream_wait(conv->engine->stream);
}

enum septum_status
spt_conv_forward(struct spt_conv *conv, void *in, void *out, void *scratch,
                 struct septum_error *err)
{
    dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_SRC, conv->in[FORWARD].memory},
        {DNNL_ARG_WEIGHTS, conv->weights[FORWARD].memory},
        {DNNL_ARG_BIAS, conv->biases.memory},
        {DNNL_ARG_DST, conv->out[FORWARD].memory},
        {DNNL_ARG_SCRATCHPAD, conv->scratch[FORWARD].memory},
    };
    dnnl_status_t status;

    if (conv->winograd != NULL)
        return spt_winograd_forward(conv->winograd, in, out, scratch, err);
    status = run(conv, FORWARD, in, out, scratch, arguments, 5);
    return status == dnnl_success ? SEPTUM_OK
                                  : spt_fail_engine(err, "convolution", status);
}

enum septum_status
spt_conv_backward_weights(struct spt_conv *conv, void *in, void *out_gradient,
                          float *weight_gradient, float *bias_gradient, void *scratch,
                          struct septum_error *err)
{
    dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_SRC, conv->in[WEIGHTS].memory},
        {DNNL_ARG_DIFF_WEIGHTS, conv->weights[WEIGHTS].memory},
        {DNNL_ARG_DIFF_BIAS, conv->bias_gradient.memory},
        {DNNL_ARG_DIFF_DST, conv->out[WEIGHTS].memory},
        {DNNL_ARG_SCRATCHPAD, conv->scratch[WEIGHTS].memory},
    };
    dnnl_status_t status;

    if (conv->winograd != NULL)
        return spt_winograd_backward_weights(conv->winograd, in, out_gradient,
                                             weight_gradient, bias_gradient, scratch,
                                             err);
    status = dnnl_memory_set_data_handle(conv->bias_gradient.memory, bias_gradient);
    if (status == dnnl_success)
        status =
            dnnl_memory_set_data_handle(conv->plain_weights.memory, weight_gradient);
    if (status == dnnl_success)
        status = run(conv, WEIGHTS, in, out_gradient, scratch, arguments, 5);
    if (status == dnnl_success)
        status = run_reorder(conv, conv->unload, conv->weights[WEIGHTS].memory,
                             conv->plain_weights.memory);
    return status == dnnl_success ? SEPTUM_OK
                                  : spt_fail_engine(err, "weight gradient", status);
}

enum septum_status
spt_conv_backward_data(struct spt_conv *conv, void *out_gradient, void *in_gradient,
                       void *scratch, struct septum_error *err)
{
    dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_DIFF_SRC, conv->in[DATA].memory},
        {DNNL_ARG_WEIGHTS, conv->weights[DATA].memory},
        {DNNL_ARG_DIFF_DST, conv->out[DATA].memory},
        {DNNL_ARG_SCRATCHPAD, conv->scratch[DATA].memory},
    };
    dnnl_status_t status;

    if (conv->winograd != NULL)
        return spt_winograd_backward_data(conv->winograd, out_gradient, in_gradient,
                                          scratch, err);
    status = run(conv, DATA, in_gradient, out_gradient, scratch, arguments, 4);

    return status == dnnl_success ? SEPTUM_OK
                                  : spt_fail_engine(err, "data gradient", status);
}
