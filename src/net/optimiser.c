/*
 * optimiser.c - see optimiser.h.
 */
#include "net/optimiser.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "net/precision.h"

#define BETA2 0.999
#define EPSILON 1e-8F

/*
 * The parameters are worked on in pieces of PIECE, which threads share out; sums are
 * made of the pieces' sums in their order, so that they do not depend on the number of
 * threads.
 */
#define PIECE 16384
#define LANES 8 /* sums side by side inside a piece */

enum septum_status
spt_optimiser_init(struct spt_optimiser *optimiser,
                   const struct spt_optimiser_settings *settings, size_t first,
                   size_t count, const float *parameters, struct septum_error *err)
{
    float *state = spt_alloc_array(count, 3 * sizeof *state);
    double *sums = spt_alloc_array(count / PIECE + 1, sizeof *sums);

    if (state == NULL || sums == NULL) {
        free(state);
        free(sums);
        return spt_fail_memory(err, "optimiser", 3 * count * sizeof *state);
    }
    memcpy(state, parameters, count * sizeof *state);
    *optimiser = (struct spt_optimiser){.settings = *settings,
                                        .first = first,
                                        .count = count,
                                        .state = state,
                                        .sums = sums};
    return SEPTUM_OK;
}

void
spt_optimiser_clear(struct spt_optimiser *optimiser)
{
    free(optimiser->state);
    free(optimiser->sums);
    *optimiser = (struct spt_optimiser){0};
}

/* A step's numbers, as floats. */
struct factors {
    float rate, beta1, beta2, unbias1, unbias2;
    float newest; /* weight of the new parameters in the running average */
};

SPT_CLONES static double
sum_squares(const float *values, size_t count)
{
    double sum[LANES] = {0}, all = 0;
    size_t i = 0;

    for (; i + LANES <= count; i += LANES)
        for (size_t k = 0; k < LANES; k++)
            sum[k] += (double)values[i + k] * values[i + k];
    for (; i < count; i++)
        all += (double)values[i] * values[i];
    for (size_t k = 0; k < LANES; k++)
        all += sum[k];
    return all;
}

SPT_CLONES static void
scale_piece(float *values, size_t count, float scale)
{
    for (size_t i = 0; i < count; i++)
        values[i] *= scale;
}

SPT_CLONES static void
step_sgd(const struct factors *with, size_t count, const float *restrict gradient,
         float *restrict velocity, float *restrict parameters)
{
    float momentum = with->beta1, rate = with->rate;

    for (size_t i = 0; i < count; i++) {
        velocity[i] = momentum * velocity[i] - rate * gradient[i];
        parameters[i] += velocity[i];
    }
}

SPT_CLONES static void
step_adam(const struct factors *with, size_t count, const float *restrict gradient,
          float *restrict mean, float *restrict square, float *restrict parameters)
{
    const struct factors use = *with;

    for (size_t i = 0; i < count; i++) {
        float g = gradient[i];

        mean[i] = use.beta1 * mean[i] + (1 - use.beta1) * g;
        square[i] = use.beta2 * square[i] + (1 - use.beta2) * g * g;
        parameters[i] -= use.rate * use.unbias1 * mean[i] /
                         (sqrtf(use.unbias2 * square[i]) + EPSILON);
    }
}

SPT_CLONES static void
follow(float newest, size_t count, const float *restrict parameters,
       float *restrict average)
{
    for (size_t i = 0; i < count; i++)
        average[i] += newest * (parameters[i] - average[i]);
}

static size_t
piece_length(const struct spt_optimiser *optimiser, size_t at)
{
    size_t left = optimiser->count - at;

    return left < PIECE ? left : PIECE;
}

/* Norm of the gradient; scale it down to `clip` where it is larger. */
static double
clip_gradient(struct spt_optimiser *optimiser, float *gradient)
{
    size_t first = optimiser->first, count = optimiser->count;
    double clip = optimiser->settings.clip, sum = 0, norm;

#pragma omp parallel for schedule(static)
    for (size_t at = first; at < count; at += PIECE)
        optimiser->sums[(at - first) / PIECE] =
            sum_squares(gradient + at, piece_length(optimiser, at));
    for (size_t at = first; at < count; at += PIECE)
        sum += optimiser->sums[(at - first) / PIECE];
    norm = sqrt(sum);
    if (clip > 0 && norm > clip) {
#pragma omp parallel for schedule(static)
        for (size_t at = first; at < count; at += PIECE)
            scale_piece(gradient + at, piece_length(optimiser, at),
                        (float)(clip / norm));
    }
    return norm;
}

double
spt_optimiser_step(struct spt_optimiser *optimiser, double rate, float *gradient,
                   float *parameters)
{
    const struct spt_optimiser_settings *settings = &optimiser->settings;
    double norm = clip_gradient(optimiser, gradient), n = (double)++optimiser->steps;
    float *average = optimiser->state, *mean = average + optimiser->count;
    float *square = mean + optimiser->count;
    const struct factors factors = {
        .rate = (float)rate,
        .beta1 = (float)settings->momentum,
        .beta2 = (float)BETA2,
        .unbias1 = (float)(1 / (1 - pow(settings->momentum, n))),
        .unbias2 = (float)(1 / (1 - pow(BETA2, n))),
        .newest = settings->horizon > 0
                      ? (float)fmax(1 / settings->horizon, 9.0 / (10.0 + n))
                      : 1,
    };

#pragma omp parallel for schedule(static)
    for (size_t at = optimiser->first; at < optimiser->count; at += PIECE) {
        size_t count = piece_length(optimiser, at);

        if (settings->rule == SPT_RULE_ADAM)
            step_adam(&factors, count, gradient + at, mean + at, square + at,
                      parameters + at);
        else
            step_sgd(&factors, count, gradient + at, mean + at, parameters + at);
        follow(factors.newest, count, parameters + at, average + at);
    }
    return norm;
}

const float *
spt_optimiser_average(const struct spt_optimiser *optimiser)
{
    return optimiser->state;
}
