/*
 * optimiser.c - see optimiser.h.
 */
#include "net/optimiser.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define BETA2 0.999
#define EPSILON 1e-8F

enum septum_status
spt_optimiser_init(struct spt_optimiser *optimiser,
                   const struct spt_optimiser_settings *settings, size_t first,
                   size_t count, const float *parameters, struct septum_error *err)
{
    float *state = spt_alloc_array(count, 3 * sizeof *state);

    if (state == NULL)
        return spt_fail_memory(err, "optimiser", 3 * count * sizeof *state);
    memcpy(state, parameters, count * sizeof *state);
    *optimiser = (struct spt_optimiser){
        .settings = *settings, .first = first, .count = count, .state = state};
    return SEPTUM_OK;
}

void
spt_optimiser_clear(struct spt_optimiser *optimiser)
{
    free(optimiser->state);
    *optimiser = (struct spt_optimiser){0};
}

/* Norm of the gradient; scale it down to `clip` where it is larger. */
static double
clip_gradient(float *gradient, size_t first, size_t count, double clip)
{
    double sum = 0, norm;

    for (size_t i = first; i < count; i++)
        sum += (double)gradient[i] * gradient[i];
    norm = sqrt(sum);
    if (clip > 0 && norm > clip) {
        float scale = (float)(clip / norm);

        for (size_t i = first; i < count; i++)
            gradient[i] *= scale;
    }
    return norm;
}

static void
step_sgd(const struct spt_optimiser *optimiser, float rate, const float *gradient,
         float *parameters)
{
    float *velocity = optimiser->state + optimiser->count;
    float momentum = (float)optimiser->settings.momentum;

    for (size_t i = optimiser->first; i < optimiser->count; i++) {
        velocity[i] = momentum * velocity[i] - rate * gradient[i];
        parameters[i] += velocity[i];
    }
}

static void
step_adam(const struct spt_optimiser *optimiser, float rate, const float *gradient,
          float *parameters)
{
    double n = (double)optimiser->steps;
    float *mean = optimiser->state + optimiser->count,
          *square = mean + optimiser->count;
    float beta1 = (float)optimiser->settings.momentum, beta2 = (float)BETA2;
    float unbias1 = (float)(1 / (1 - pow(optimiser->settings.momentum, n)));
    float unbias2 = (float)(1 / (1 - pow(BETA2, n)));

    for (size_t i = optimiser->first; i < optimiser->count; i++) {
        float g = gradient[i];

        mean[i] = beta1 * mean[i] + (1 - beta1) * g;
        square[i] = beta2 * square[i] + (1 - beta2) * g * g;
        parameters[i] -=
            rate * unbias1 * mean[i] / (sqrtf(unbias2 * square[i]) + EPSILON);
    }
}

double
spt_optimiser_step(struct spt_optimiser *optimiser, double rate, float *gradient,
                   float *parameters)
{
    const struct spt_optimiser_settings *settings = &optimiser->settings;
    double norm =
        clip_gradient(gradient, optimiser->first, optimiser->count, settings->clip);
    float *average = optimiser->state, newest = 1;

    optimiser->steps++;
    if (settings->rule == SPT_RULE_ADAM)
        step_adam(optimiser, (float)rate, gradient, parameters);
    else
        step_sgd(optimiser, (float)rate, gradient, parameters);
    if (settings->horizon > 0)
        newest =
            (float)fmax(1 / settings->horizon, 9.0 / (10.0 + (double)optimiser->steps));
    for (size_t i = optimiser->first; i < optimiser->count; i++)
        average[i] += newest * (parameters[i] - average[i]);
    return norm;
}

const float *
spt_optimiser_average(const struct spt_optimiser *optimiser)
{
    return optimiser->state;
}
