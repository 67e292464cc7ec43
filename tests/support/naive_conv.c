/*
 * naive_conv.c - see naive_conv.h.
 */
#include "support/naive_conv.h"

#include <string.h>

size_t
naive_conv_in_count(const struct spt_conv_shape *shape)
{
    return (size_t)shape->batch * shape->height * shape->width * shape->in_channels;
}

size_t
naive_conv_weight_count(const struct spt_conv_shape *shape)
{
    return (size_t)shape->out_channels * shape->in_channels * shape->kernel *
           shape->kernel;
}

size_t
naive_conv_out_count(const struct spt_conv_shape *shape)
{
    return (size_t)shape->batch * (shape->height - shape->kernel + 1) *
           (shape->width - shape->kernel + 1) * shape->out_channels;
}

/* Every product of a convolution joins one input, one weight and one output: the
 * product of two of them belongs to the sum of the third. */
enum role {
    SUM_IN,
    SUM_WEIGHTS,
    SUM_OUT
};

struct product {
    enum role role;
    const float *a, *b; /* the other two tensors, in the order in, weights, out */
    double *sum;
};

static void
add_product(const struct product *product, size_t in, size_t weight, size_t out)
{
    switch (product->role) {
    case SUM_IN:
        product->sum[in] += (double)product->a[weight] * (double)product->b[out];
        break;
    case SUM_WEIGHTS:
        product->sum[weight] += (double)product->a[in] * (double)product->b[out];
        break;
    case SUM_OUT:
        product->sum[out] += (double)product->a[in] * (double)product->b[weight];
        break;
    }
}

/* The products of one output pixel's channel: with all taps and channels of its input.
 */
static void
add_products(const struct spt_conv_shape *shape, const struct product *product,
             size_t first_in, size_t o, size_t out)
{
    size_t k = shape->kernel, channels = shape->in_channels;

    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < k; j++)
            for (size_t c = 0; c < channels; c++)
                add_product(product, first_in + (i * shape->width + j) * channels + c,
                            ((o * channels + c) * k + i) * k + j, out);
}

static void
add_all_products(const struct spt_conv_shape *shape, const struct product *product)
{
    size_t height = shape->height - shape->kernel + 1;
    size_t width = shape->width - shape->kernel + 1, out = 0;

    for (size_t n = 0; n < shape->batch; n++)
        for (size_t y = 0; y < height; y++)
            for (size_t x = 0; x < width; x++)
                for (size_t o = 0; o < shape->out_channels; o++, out++)
                    add_products(shape, product,
                                 ((n * shape->height + y) * shape->width + x) *
                                     shape->in_channels,
                                 o, out);
}

void
naive_conv_forward(const struct spt_conv_shape *shape, const float *in,
                   const float *weights, const float *biases, double *out)
{
    struct product product = {SUM_OUT, in, weights, out};
    size_t count = naive_conv_out_count(shape);

    for (size_t i = 0; i < count; i++)
        out[i] = biases[i % shape->out_channels];
    add_all_products(shape, &product);
    for (size_t i = 0; i < count; i++)
        out[i] = shape->relu && out[i] < 0 ? 0 : out[i];
}

void
naive_conv_backward_weights(const struct spt_conv_shape *shape, const float *in,
                            const float *out_gradient, double *weight_gradient,
                            double *bias_gradient)
{
    struct product product = {SUM_WEIGHTS, in, out_gradient, weight_gradient};

    memset(weight_gradient, 0,
           naive_conv_weight_count(shape) * sizeof *weight_gradient);
    memset(bias_gradient, 0, shape->out_channels * sizeof *bias_gradient);
    add_all_products(shape, &product);
    for (size_t i = 0; i < naive_conv_out_count(shape); i++)
        bias_gradient[i % shape->out_channels] += (double)out_gradient[i];
}

void
naive_conv_backward_data(const struct spt_conv_shape *shape, const float *weights,
                         const float *out_gradient, double *in_gradient)
{
    struct product product = {SUM_IN, weights, out_gradient, in_gradient};

    memset(in_gradient, 0, naive_conv_in_count(shape) * sizeof *in_gradient);
    add_all_products(shape, &product);
}
