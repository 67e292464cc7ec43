/*
 * two_precisions.c - see two_precisions.h.
 */
#include "support/two_precisions.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/activation.h"
#include "net/net.h"
#include "support/material.h"

enum {
    TILE = 8,
    COUNT = TILE * TILE
};

/* What a training step finds. */
struct answer {
    float logits[COUNT];
    float *gradient;
};

static struct answer
ask(struct spt_net *net, enum spt_form form, enum spt_precision precision,
    double dropout)
{
    size_t parameters = spt_net_spec(net)->parameter_count;
    struct spt_pass_shape shape = {.form = form,
                                   .batch = form == SPT_FORM_DENSE ? 1 : COUNT,
                                   .tile = TILE,
                                   .training = true,
                                   .precision = precision};
    struct answer answer = {.gradient = calloc(parameters, sizeof(float))};
    float weights[COUNT], by_logit[COUNT];
    uint8_t labels[COUNT];
    struct spt_pass *pass;
    const float *logits;

    assert_non_null(answer.gradient);
    assert_int_equal(spt_pass_create(net, &shape, &pass, NULL), SEPTUM_OK);
    material_fill(spt_pass_input(pass),
                  (size_t)shape.batch * spt_pass_side(pass) * spt_pass_side(pass), 3);
    assert_int_equal(spt_pass_forward(pass, dropout, 5, &logits, NULL), SEPTUM_OK);
    memcpy(answer.logits, logits, sizeof answer.logits);
    for (size_t i = 0; i < COUNT; i++) {
        labels[i] = 1; /* of one class, so that their gradients do not cancel */
        weights[i] = 1;
    }
    spt_logistic_loss(logits, labels, weights, COUNT, COUNT, by_logit);
    assert_int_equal(spt_pass_backward(pass, by_logit, answer.gradient, NULL),
                     SEPTUM_OK);
    spt_pass_free(pass);
    return answer;
}

static double
relative_difference(const float *a, const float *b, size_t count)
{
    double difference = 0, norm = 0;

    for (size_t i = 0; i < count; i++) {
        difference += pow((double)a[i] - b[i], 2);
        norm += pow(b[i], 2);
    }
    assert_true(norm > 0);
    return sqrt(difference / norm);
}

/* The nets differ in their last layer: a dot product, a product with the whole of its
 * input, a dot product behind a pooling. */
static const char *const nets[] = {"default", MATERIAL_NET,
                                   "window14 conv3-16 pool2 conv3-20 pool2 FC-1",
                                   "window10 conv3-16 pool2 conv3-20 pool2 FC-1"};

void
two_precisions_agree(double most_by_logits, double most_by_gradients)
{
    for (size_t n = 0; n < sizeof nets / sizeof nets[0]; n++)
        for (int dense = n == 0; dense < 2; dense++) { /* the first is large */
            enum spt_form form = dense ? SPT_FORM_DENSE : SPT_FORM_PATCH;
            struct spt_net *net = material_net(nets[n], 1);
            struct answer wide = ask(net, form, SPT_PRECISION_F32, 0.5);
            struct answer narrow = ask(net, form, SPT_PRECISION_BF16, 0.5);

            assert_true(relative_difference(narrow.logits, wide.logits, COUNT) <=
                        most_by_logits);
            assert_true(relative_difference(narrow.gradient, wide.gradient,
                                            spt_net_spec(net)->parameter_count) <=
                        most_by_gradients);
            free(wide.gradient);
            free(narrow.gradient);
            spt_net_free(net);
        }
}
