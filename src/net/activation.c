/*
 * activation.c - see activation.h.
 */
#include "net/activation.h"

#include <math.h>

#include "base/random.h"

/* Values decided by one 64-bit hash, at 8 bits each: rates are multiples of 1/256. */
#define VALUES_PER_HASH 8

float
spt_dropout(float *values, size_t count, double rate, uint64_t key)
{
    uint32_t limit = (uint32_t)fmin(round(rate * 256), 255);
    float scale = (float)(256.0 / (256 - limit));

#pragma omp parallel for schedule(static)
    for (size_t block = 0; block < count; block += VALUES_PER_HASH) {
        uint64_t bits = spt_random_hash(key, block / VALUES_PER_HASH);
        size_t end = block + VALUES_PER_HASH < count ? block + VALUES_PER_HASH : count;

        for (size_t i = block; i < end; i++, bits >>= 8)
            values[i] = (bits & 255) < limit ? 0.0F : scale * values[i];
    }
    return scale;
}

void
spt_relu_backward(const float *output, size_t count, float scale, float *gradient)
{
#pragma omp parallel for simd schedule(static)
    for (size_t i = 0; i < count; i++)
        gradient[i] = output[i] > 0 ? scale * gradient[i] : 0.0F;
}

void
spt_logistic(const float *logits, size_t count, float *probabilities)
{
    for (size_t i = 0; i < count; i++)
        probabilities[i] = 1.0F / (1.0F + expf(-logits[i]));
}

double
spt_logistic_loss(const float *logits, const uint8_t *labels, const float *weights,
                  size_t count, double divisor, float *gradient)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++) {
        double z = logits[i], y = labels[i];

        if (weights[i] == 0) {
            gradient[i] = 0;
            continue;
        }
        /* log(1 + exp(z)) without overflow. */
        sum += weights[i] * (fmax(z, 0) + log1p(exp(-fabs(z))) - y * z);
        gradient[i] = (float)(weights[i] * (1 / (1 + exp(-z)) - y) / divisor);
    }
    return sum / divisor;
}
