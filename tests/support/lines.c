/*
 * lines.c - see lines.h.
 */
#include "support/lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/material.h"

/* Says membrane where a pixel is below -1 (`sign` -1) or above 1 (`sign` 1). */
struct spt_model
lines_bright_model(float sign)
{
    struct spt_spec spec;
    struct spt_model model = {0};

    assert_int_equal(spt_spec_parse("window3 conv3-1 FC-1", &spec, NULL), SEPTUM_OK);
    assert_int_equal(spt_model_init(&model, &spec, NULL), SEPTUM_OK);
    model.parameters[spec.layer[0].weights + 4] = sign; /* the middle of the 3 x 3 */
    model.parameters[spec.layer[1].weights] = 8;
    model.parameters[spec.layer[1].biases] = -8;
    return model;
}

/* Says membrane where a pixel is brighter than those above and below it: lines one
 * pixel thick, not the inside of thicker ones. */
struct spt_model
lines_thin_model(void)
{
    struct spt_model model = lines_bright_model(1);
    float *kernel = model.parameters + model.spec.layer[0].weights;

    kernel[1] = kernel[7] = -1;
    return model;
}

/* One image with lines of `thickness` rows, 8 rows apart. */
void
lines_samples(struct spt_samples *samples, uint32_t thickness)
{
    struct spt_sample *sample;

    material_samples(samples, 1, 64, 64, 1);
    sample = samples->sample;
    for (uint32_t i = 0; i < 64 * 64; i++) {
        bool line = i / 64 % 8 < thickness;

        sample->pixels[i] = line ? 4 : 0;
        spt_samples_set_label(samples, 0, i,
                              line ? SPT_LABEL_MEMBRANE : SPT_LABEL_OTHER);
    }
}
