/*
 * naive_net.c - see naive_net.h.
 */
#include "support/naive_net.h"

#include <stdbool.h>
#include <stdlib.h>

static void
convolve(const struct spt_layer *layer, const float *parameters, bool relu,
         const double *in, double *out)
{
    size_t side = layer->in_side, k = layer->size, result = side - k + 1;

    for (size_t o = 0; o < layer->out_channels; o++)
        for (size_t y = 0; y < result; y++)
            for (size_t x = 0; x < result; x++) {
                double sum = parameters[layer->biases + o];

                for (size_t c = 0; c < layer->in_channels; c++)
                    for (size_t i = 0; i < k; i++)
                        for (size_t j = 0; j < k; j++)
                            sum += in[(c * side + y + i) * side + x + j] *
                                   (double)parameters
                                       [layer->weights +
                                        ((o * layer->in_channels + c) * k + i) * k + j];
                out[(o * result + y) * result + x] = relu && sum < 0 ? 0 : sum;
            }
}

static void
pool(const struct spt_layer *layer, const double *in, double *out)
{
    size_t side = layer->in_side, p = layer->size, result = side / p;

    for (size_t c = 0; c < layer->in_channels; c++)
        for (size_t y = 0; y < result; y++)
            for (size_t x = 0; x < result; x++) {
                double most = in[(c * side + y * p) * side + x * p];

                for (size_t i = 0; i < p; i++)
                    for (size_t j = 0; j < p; j++) {
                        double value = in[(c * side + y * p + i) * side + x * p + j];

                        most = value > most ? value : most;
                    }
                out[(c * result + y) * result + x] = most;
            }
}

static void
mean(const struct spt_layer *layer, const double *in, double *out)
{
    size_t side = layer->in_side, p = layer->size, result = side / p;

    for (size_t c = 0; c < layer->in_channels; c++)
        for (size_t y = 0; y < result; y++)
            for (size_t x = 0; x < result; x++) {
                double sum = 0;

                for (size_t i = 0; i < p * p; i++)
                    sum += in[(c * side + y * p + i / p) * side + x * p + i % p];
                out[(c * result + y) * result + x] = sum / (double)(p * p);
            }
}

double
naive_net_logit(const struct spt_spec *spec, const float *parameters,
                const float *window, size_t stride)
{
    size_t largest = (size_t)spec->window * spec->window;
    double *in, *out, logit;

    for (uint32_t i = 0; i < spec->layer_count; i++) {
        const struct spt_layer *layer = &spec->layer[i];
        size_t count = (size_t)layer->out_side * layer->out_side * layer->out_channels;

        largest = count > largest ? count : largest;
    }
    in = calloc(largest, sizeof *in);
    out = calloc(largest, sizeof *out);
    if (in == NULL || out == NULL)
        abort();
    for (size_t y = 0; y < spec->window; y++)
        for (size_t x = 0; x < spec->window; x++)
            in[y * spec->window + x] = window[y * stride + x];
    for (uint32_t i = 0; i < spec->layer_count; i++) {
        double *swap = in;

        if (spec->layer[i].kind == SPT_LAYER_POOL)
            pool(&spec->layer[i], in, out);
        else if (spec->layer[i].kind == SPT_LAYER_MEAN)
            mean(&spec->layer[i], in, out);
        else
            convolve(&spec->layer[i], parameters, i + 1 < spec->layer_count, in, out);
        in = out;
        out = swap;
    }
    logit = in[0];
    free(in);
    free(out);
    return logit;
}
