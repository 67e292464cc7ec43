/*
 * material.c - see material.h.
 */
#include "support/material.h"

#include <stdlib.h>

#include "base/alloc.h"

struct spt_net *
material_net(const char *text, uint64_t seed)
{
    struct spt_spec spec;
    struct spt_net *net;
    struct spt_random random;

    if (spt_spec_parse(text, &spec, NULL) != SEPTUM_OK ||
        spt_net_create(&spec, &net, NULL) != SEPTUM_OK)
        abort();
    spt_net_initialise(net, seed, 0);
    spt_random_init(&random, seed, 1000);
    for (uint32_t i = 0; i < spec.layer_count; i++)
        for (uint32_t c = 0;
             !spt_layer_has_blocks(&spec.layer[i]) && c < spec.layer[i].out_channels;
             c++)
            spt_net_parameters(net)[spec.layer[i].biases + c] =
                (float)(0.2 * spt_random_normal(&random));
    spt_net_changed(net);
    return net;
}

void
material_fill(float *values, size_t count, uint64_t seed)
{
    struct spt_random random;

    spt_random_init(&random, seed, 1001);
    for (size_t i = 0; i < count; i++)
        values[i] = (float)spt_random_normal(&random);
}

static void
draw_sample(struct spt_sample *sample, struct spt_random *random)
{
    size_t down = spt_random_below(random, 9), right = spt_random_below(random, 11);

    for (size_t y = 0; y < sample->height; y++)
        for (size_t x = 0; x < sample->width; x++) {
            size_t at = y * sample->width + x;
            bool membrane = (y + down) % 9 == 0 || (x + y / 3 + right) % 11 == 0;

            sample->labels[at] = membrane ? SPT_LABEL_MEMBRANE : SPT_LABEL_OTHER;
            sample->pixels[at] =
                (float)((membrane ? 1.5 : -0.5) + 0.3 * spt_random_normal(random));
            sample->known++;
            sample->membrane += membrane;
        }
}

void
material_samples(struct spt_samples *out, size_t count, uint32_t height, uint32_t width,
                 uint64_t seed)
{
    struct spt_random random;

    spt_random_init(&random, seed, 1002);
    *out = (struct spt_samples){.count = count};
    out->sample = spt_alloc_array(count, sizeof *out->sample);
    if (out->sample == NULL)
        abort();
    for (size_t i = 0; i < count; i++) {
        struct spt_sample *sample = &out->sample[i];

        sample->height = height;
        sample->width = width;
        sample->pixels =
            spt_alloc_array((size_t)height * width, sizeof *sample->pixels);
        sample->labels = spt_alloc_array((size_t)height * width, 1);
        if (sample->pixels == NULL || sample->labels == NULL)
            abort();
        draw_sample(sample, &random);
        out->known += sample->known;
        out->membrane += sample->membrane;
    }
}
