/*
 * dnnl_compat.h - one way to say what oneDNN 2 and 3 say differently.
 *
 * Version 3 made memory descriptors opaque handles that must be destroyed, and folded
 * the operation descriptors of version 2 into the creation of primitive descriptors.
 * Only files of net/ that talk to oneDNN include this.
 */
#ifndef SEPTUM_NET_DNNL_COMPAT_H
#define SEPTUM_NET_DNNL_COMPAT_H

#include <oneapi/dnnl/dnnl.h>
#include <stdbool.h>

#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t spt_layout_ref; /* borrowed */
#    define SPT_LAYOUT_REF(layout) (layout)
#else
typedef const dnnl_memory_desc_t *spt_layout_ref; /* borrowed */
#    define SPT_LAYOUT_REF(layout) (&(layout))
#endif

/* Describe data of up to 4 dimensions; release with spt_layout_clear(). */
dnnl_status_t
spt_layout_init(dnnl_memory_desc_t *layout, int dimensions, const dnnl_dim_t *sizes,
                dnnl_data_type_t type, dnnl_format_tag_t order);
void spt_layout_clear(dnnl_memory_desc_t *layout);

/* What a convolution is made of.  The gradient at the input is laid out as the input,
 * that of the biases as the biases. */
struct spt_conv_layouts {
    dnnl_memory_desc_t in, weights, biases, out;
    dnnl_memory_desc_t weight_gradient, out_gradient;
};

/* Stride 1, no padding, no dilation; `relu` follows the forward direction.  Backward
 * directions need the forward descriptor as hint. */
dnnl_status_t spt_conv_forward_create(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                                      const struct spt_conv_layouts *layouts,
                                      bool training, bool relu);
dnnl_status_t spt_conv_weights_create(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                                      const struct spt_conv_layouts *layouts,
                                      dnnl_primitive_desc_t forward);
dnnl_status_t spt_conv_data_create(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                                   const struct spt_conv_layouts *layouts,
                                   dnnl_primitive_desc_t forward);

#endif
