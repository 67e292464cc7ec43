/*
 * predicting.c - see predicting.h.
 */
#include "support/predicting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "support/guarded.h"
#include "support/material.h"

size_t
predicting_memory(const struct spt_net *net, uint32_t tile)
{
    struct spt_pass_shape shape = {.form = SPT_FORM_DENSE, .batch = 1, .tile = tile};

    return spt_pass_memory(spt_net_spec(net), &shape) + sizeof(float) * tile * tile;
}

void
predicting_whole(struct spt_net *net, struct spt_predict_options options,
                 uint32_t height, uint32_t width, float *membrane)
{
    size_t count = (size_t)height * width;
    struct guarded image = guarded_take(count), out = guarded_take(count);
    struct spt_predictor *predictor;

    material_fill(image.at, count, height);
    assert_int_equal(spt_predictor_create(net, &options, &predictor, NULL), SEPTUM_OK);
    assert_int_equal(spt_predict(predictor, image.at, height, width, out.at, NULL),
                     SEPTUM_OK);
    assert_true(guarded_intact(&image));
    assert_true(guarded_intact(&out));
    memcpy(membrane, out.at, count * sizeof *membrane);
    spt_predictor_free(predictor);
    guarded_free(&image);
    guarded_free(&out);
}
