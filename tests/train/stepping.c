/*
 * stepping.c - see stepping.h.
 */
#include "train/stepping.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/material.h"

#define COMMON                                                                         \
    .tile = 16, .windows = 32, .views = 1, .symmetries = 8, .dropout = 0.25,           \
    .optimiser = {SPT_RULE_ADAM, .momentum = 0.9, .clip = 1, .horizon = 20}

const struct spt_settings stepping_dense = {.form = SPT_FORM_DENSE, COMMON};
const struct spt_settings stepping_patch = {.form = SPT_FORM_PATCH, COMMON};

struct spt_trainer *
stepping_trainer(struct spt_net *net, const struct spt_samples *samples,
                 struct spt_settings settings, uint64_t seed, uint32_t first_trained)
{
    struct spt_trainer *trainer;

    assert_int_equal(spt_trainer_create(net, samples, &settings, seed, first_trained,
                                        &trainer, NULL),
                     SEPTUM_OK);
    return trainer;
}

double
stepping_take(struct spt_trainer *trainer, int steps, double rate)
{
    double sum = 0;

    for (int i = 0; i < steps; i++) {
        double loss;

        assert_int_equal(spt_trainer_step(trainer, rate, &loss, NULL), SEPTUM_OK);
        sum += loss / steps;
    }
    return sum;
}

size_t
stepping_parameter_bytes(const struct spt_net *net)
{
    return spt_net_spec(net)->parameter_count * sizeof(float);
}

void
stepping_masks(struct spt_samples *out)
{
    struct spt_random random;

    spt_random_init(&random, 1, 0);
    material_samples(out, 2, STEPPING_MASK_HEIGHT, STEPPING_MASK_WIDTH, 1);
    for (size_t i = 0; i < 2; i++)
        for (size_t at = 0; at < STEPPING_MASK_PIXELS; at++) {
            uint8_t label = (uint8_t)spt_random_below(&random, 3);

            spt_samples_set_label(out, i, at, label);
            out->sample[i].pixels[at] = label == SPT_LABEL_MEMBRANE ? 1.0F : 0.0F;
        }
}
