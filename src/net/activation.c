/*
 * activation.c - see activation.h.
 */
#include "net/activation.h"

#include <math.h>

#include "base/random.h"

/* Values decided by one 64-bit hash, at 8 bits each: rates are multiples of 1/256. */
#define VALUES_PER_HASH 8

/* Values that a thread takes at once; whole hashes, whole cache lines. */
#define CHUNK 2048

static size_t
shorter(size_t a, size_t b)
{
    return a < b ? a : b;
}

static SPT_INLINE void
drop(enum spt_precision precision, void *values, size_t count, const uint8_t *chances,
     uint32_t limit)
{
    float scale = (float)(256.0 / (256 - limit));

#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        float value = scale * spt_load(values, i, precision);

        spt_store(values, i, precision, chances[i] < limit ? 0.0F : value);
    }
}

SPT_CLONES static void
drop_f32(float *values, size_t count, const uint8_t *chances, uint32_t limit)
{
    drop(SPT_PRECISION_F32, values, count, chances, limit);
}

SPT_CLONES static void
drop_bf16(uint16_t *values, size_t count, const uint8_t *chances, uint32_t limit)
{
    drop(SPT_PRECISION_BF16, values, count, chances, limit);
}

float
spt_dropout(enum spt_precision precision, void *values, size_t count, double rate,
            uint64_t key)
{
    uint32_t limit = (uint32_t)fmin(round(rate * 256), 255);

#pragma omp parallel for schedule(static)
    for (size_t first = 0; first < count; first += CHUNK) {
        size_t taken = shorter(CHUNK, count - first);
        void *at = spt_at_mutable(values, first, precision);
        uint8_t chances[CHUNK];

        for (size_t i = 0; i < taken; i += VALUES_PER_HASH) {
            uint64_t bits = spt_random_hash(key, (first + i) / VALUES_PER_HASH);

            for (size_t k = 0; k < VALUES_PER_HASH; k++)
                chances[i + k] = (uint8_t)(bits >> 8 * k);
        }
        if (precision == SPT_PRECISION_BF16)
            drop_bf16(at, taken, chances, limit);
        else
            drop_f32(at, taken, chances, limit);
    }
    return (float)(256.0 / (256 - limit));
}

static SPT_INLINE void
derive(enum spt_precision precision, const void *output, size_t count, float scale,
       void *gradient)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        float value = scale * spt_load(gradient, i, precision);

        spt_store(gradient, i, precision,
                  spt_load(output, i, precision) > 0 ? value : 0.0F);
    }
}

SPT_CLONES static void
derive_f32(const float *output, size_t count, float scale, float *gradient)
{
    derive(SPT_PRECISION_F32, output, count, scale, gradient);
}

SPT_CLONES static void
derive_bf16(const uint16_t *output, size_t count, float scale, uint16_t *gradient)
{
    derive(SPT_PRECISION_BF16, output, count, scale, gradient);
}

void
spt_relu_backward(enum spt_precision precision, const void *output, size_t count,
                  float scale, void *gradient)
{
#pragma omp parallel for schedule(static)
    for (size_t first = 0; first < count; first += CHUNK) {
        size_t taken = shorter(CHUNK, count - first);
        const void *from = spt_at(output, first, precision);
        void *at = spt_at_mutable(gradient, first, precision);

        if (precision == SPT_PRECISION_BF16)
            derive_bf16(from, taken, scale, at);
        else
            derive_f32(from, taken, scale, at);
    }
}

SPT_CLONES static void
convert_bf16(const float *restrict from, size_t count, uint16_t *restrict to)
{
    for (size_t i = 0; i < count; i++)
        to[i] = spt_bf16_round(from[i]);
}

void
spt_convert(enum spt_precision precision, const float *from, size_t count, void *to)
{
    if (precision == SPT_PRECISION_BF16)
        convert_bf16(from, count, to);
    else
        memcpy(to, from, count * sizeof *from);
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
