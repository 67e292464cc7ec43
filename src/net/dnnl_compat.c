/*
 * dnnl_compat.c - see dnnl_compat.h.
 */
#include "net/dnnl_compat.h"

static const dnnl_dims_t ones = {1, 1};
static const dnnl_dims_t zeros = {0, 0};

/* Scratch memory is ours, so that running takes none; ReLU on request. */
static dnnl_status_t
make_attributes(dnnl_primitive_attr_t *out, bool relu)
{
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_post_ops_t after = NULL;
    dnnl_status_t status = dnnl_primitive_attr_create(&attributes);

    if (status == dnnl_success)
        status = dnnl_primitive_attr_set_scratchpad_mode(attributes,
                                                         dnnl_scratchpad_mode_user);
    if (status == dnnl_success && relu)
        status = dnnl_post_ops_create(&after);
    if (status == dnnl_success && relu) {
#if DNNL_VERSION_MAJOR >= 3
        status = dnnl_post_ops_append_eltwise(after, dnnl_eltwise_relu, 0, 0);
#else
        status = dnnl_post_ops_append_eltwise(after, 1, dnnl_eltwise_relu, 0, 0);
#endif
    }
    if (status == dnnl_success && relu)
        status = dnnl_primitive_attr_set_post_ops(attributes, after);
    if (after != NULL)
        dnnl_post_ops_destroy(after);
    if (status == dnnl_success)
        *out = attributes;
    else if (attributes != NULL)
        dnnl_primitive_attr_destroy(attributes);
    return status;
}

#if DNNL_VERSION_MAJOR >= 3

dnnl_status_t
spt_layout_init(dnnl_memory_desc_t *layout, int dimensions, const dnnl_dim_t *sizes,
                dnnl_data_type_t type, dnnl_format_tag_t order)
{
    return dnnl_memory_desc_create_with_tag(layout, dimensions, sizes, type, order);
}

void
spt_layout_clear(dnnl_memory_desc_t *layout)
{
    if (*layout != NULL)
        dnnl_memory_desc_destroy(*layout);
    *layout = NULL;
}

dnnl_status_t
spt_conv_forward_create(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                        const struct spt_conv_layouts *layouts, bool training,
                        bool relu)
{
    dnnl_primitive_attr_t attributes;
    dnnl_status_t status = make_attributes(&attributes, relu);

    if (status != dnnl_success)
        return status;
    status = dnnl_convolution_forward_primitive_desc_create(
        out, engine, training ? dnnl_forward_training : dnnl_forward_inference,
        dnnl_convolution_direct, layouts->in, layouts->weights, layouts->biases,
        layouts->out, ones, zeros, zeros, zeros, attributes);
    dnnl_primitive_attr_destroy(attributes);
    return status;
}

dnnl_status_t
spt_conv_weights_create(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                        const struct spt_conv_layouts *layouts,
                        dnnl_primitive_desc_t forward)
{
    dnnl_primitive_attr_t attributes;
    dnnl_status_t status = make_attributes(&attributes, false);

    if (status != dnnl_success)
        return status;
    status = dnnl_convolution_backward_weights_primitive_desc_create(
        out, engine, dnnl_convolution_direct, layouts->in, layouts->weight_gradient,
        layouts->biases, layouts->out_gradient, ones, zeros, zeros, zeros, forward,
        attributes);
    dnnl_primitive_attr_destroy(attributes);
    return status;
}

dnnl_status_t
spt_conv_data_create(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                     const struct spt_conv_layouts *layouts,
                     dnnl_primitive_desc_t forward)
{
    dnnl_primitive_attr_t attributes;
    dnnl_status_t status = make_attributes(&attributes, false);

    if (status != dnnl_success)
        return status;
    status = dnnl_convolution_backward_data_primitive_desc_create(
        out, engine, dnnl_convolution_direct, layouts->in, layouts->weights,
        layouts->out_gradient, ones, zeros, zeros, zeros, forward, attributes);
    dnnl_primitive_attr_destroy(attributes);
    return status;
}

#else

dnnl_status_t
spt_layout_init(dnnl_memory_desc_t *layout, int dimensions, const dnnl_dim_t *sizes,
                dnnl_data_type_t type, dnnl_format_tag_t order)
{
    return dnnl_memory_desc_init_by_tag(layout, dimensions, sizes, type, order);
}

void
spt_layout_clear(dnnl_memory_desc_t *layout)
{
    (void)layout; /* a plain struct */
}

static dnnl_status_t
create(dnnl_primitive_desc_t *out, const dnnl_convolution_desc_t *operation,
       dnnl_engine_t engine, bool relu, const_dnnl_primitive_desc_t hint)
{
    dnnl_primitive_attr_t attributes;
    dnnl_status_t status = make_attributes(&attributes, relu);

    if (status != dnnl_success)
        return status;
    status = dnnl_primitive_desc_create(out, operation, attributes, engine, hint);
    dnnl_primitive_attr_destroy(attributes);
    return status;
}

dnnl_status_t
spt_conv_forward_create(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                        const struct spt_conv_layouts *layouts, bool training,
                        bool relu)
{
    dnnl_convolution_desc_t operation;
    dnnl_status_t status = dnnl_convolution_forward_desc_init(
        &operation, training ? dnnl_forward_training : dnnl_forward_inference,
        dnnl_convolution_direct, &layouts->in, &layouts->weights, &layouts->biases,
        &layouts->out, ones, zeros, zeros);

    return status != dnnl_success ? status
                                  : create(out, &operation, engine, relu, NULL);
}

dnnl_status_t
spt_conv_weights_create(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                        const struct spt_conv_layouts *layouts,
                        dnnl_primitive_desc_t forward)
{
    dnnl_convolution_desc_t operation;
    dnnl_status_t status = dnnl_convolution_backward_weights_desc_init(
        &operation, dnnl_convolution_direct, &layouts->in, &layouts->weight_gradient,
        &layouts->biases, &layouts->out_gradient, ones, zeros, zeros);

    return status != dnnl_success ? status
                                  : create(out, &operation, engine, false, forward);
}

dnnl_status_t
spt_conv_data_create(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                     const struct spt_conv_layouts *layouts,
                     dnnl_primitive_desc_t forward)
{
    dnnl_convolution_desc_t operation;
    dnnl_status_t status = dnnl_convolution_backward_data_desc_init(
        &operation, dnnl_convolution_direct, &layouts->in, &layouts->weights,
        &layouts->out_gradient, ones, zeros, zeros);

    return status != dnnl_success ? status
                                  : create(out, &operation, engine, false, forward);
}

#endif
