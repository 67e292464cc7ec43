/*
 * stripes.c - see stripes.h.
 */
#include "support/stripes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define PERIOD 7 /* of the stripes, pixels; 2 of them are membrane */

/* End the test program: what cannot fail here has failed. */
static void
demand(bool held, const struct septum_error *err)
{
    if (!held) {
        fprintf(stderr, "stripes: %s\n", err->text);
        abort();
    }
}

struct spt_samples
stripes_samples(size_t count, uint64_t seed)
{
    static const uint32_t ways[][2] = {{1, 0}, {0, 1}, {1, 1}, {2, 1}, {1, 2}};
    struct septum_error err = {.text = "no memory"};
    size_t pixels = (size_t)STRIPES_SIDE * STRIPES_SIDE;
    struct spt_samples samples = {.count = count};
    struct spt_random random;

    spt_random_init(&random, seed, 1);
    samples.sample = spt_alloc_array(count, sizeof *samples.sample);
    demand(samples.sample != NULL, &err);
    for (size_t i = 0; i < count; i++) {
        struct spt_sample *sample = &samples.sample[i];
        const uint32_t *way = ways[(seed + i) % 5];

        sample->height = sample->width = STRIPES_SIDE;
        sample->pixels = spt_alloc_array(pixels, sizeof *sample->pixels);
        sample->labels = spt_alloc_array(pixels, 1);
        demand(sample->pixels != NULL && sample->labels != NULL, &err);
        memset(sample->labels, SPT_LABEL_UNKNOWN, pixels);
        for (uint32_t at = 0; at < pixels; at++) {
            uint32_t y = at / STRIPES_SIDE, x = at % STRIPES_SIDE;
            bool dark = (way[0] * y + way[1] * x + i) % PERIOD < 2;

            sample->pixels[at] =
                (float)((dark ? -1.2 : 0.4) + 0.5 * spt_random_normal(&random));
            spt_samples_set_label(&samples, i, at,
                                  dark ? SPT_LABEL_MEMBRANE : SPT_LABEL_OTHER);
        }
    }
    return samples;
}

struct spt_model
stripes_model(uint64_t seed)
{
    struct septum_error err = {0};
    struct spt_model model = {0};
    struct spt_spec spec;
    struct spt_net *net;

    demand(spt_spec_parse(STRIPES_NET, &spec, &err) == SEPTUM_OK, &err);
    demand(spt_model_init(&model, &spec, &err) == SEPTUM_OK, &err);
    demand(spt_net_create(&spec, &net, &err) == SEPTUM_OK, &err);
    spt_net_initialise(net, seed, 0);
    memcpy(model.parameters, spt_net_parameters(net),
           spec.parameter_count * sizeof(float));
    spt_net_free(net);
    return model;
}

struct spt_net *
stripes_net(const struct spt_model *model)
{
    struct septum_error err = {0};
    struct spt_net *net;

    demand(spt_net_create(&model->spec, &net, &err) == SEPTUM_OK, &err);
    memcpy(spt_net_parameters(net), model->parameters,
           model->spec.parameter_count * sizeof(float));
    spt_net_changed(net);
    return net;
}

struct spt_predictor *
stripes_predictor(struct spt_net *net)
{
    static const struct spt_predict_options options;
    struct septum_error err = {0};
    struct spt_predictor *predictor;

    demand(spt_predictor_create(net, &options, &predictor, &err) == SEPTUM_OK, &err);
    return predictor;
}

struct spt_settings
stripes_settings(void)
{
    struct spt_settings settings = *spt_settings_find("default");

    settings.tile = STRIPES_WINDOW;
    settings.rate = 1e-2;
    settings.ramp = 2;
    return settings;
}
