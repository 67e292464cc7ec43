/*
 * tile_choice.c - see tile_choice.h.
 */
#include "predict/tile_choice.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cache.h"
#include "base/clock.h"
#include "net/engine.h"

static const uint32_t sides[] = {128, 256, 384, 512, 768};

#define SIDES (sizeof sides / sizeof sides[0])
#define RUNS 3
#define AS_FAST 0.97

/* The least time that a tile takes of each pixel; what disturbs only adds to it. */
static enum septum_status
time_pixel(struct spt_net *net, const struct spt_pass_shape *shape, double *seconds,
           struct septum_error *err)
{
    struct spt_pass *pass = NULL;
    const float *logits;
    enum septum_status status = spt_pass_create(net, shape, &pass, err);
    size_t side;

    *seconds = INFINITY;
    if (status != SEPTUM_OK)
        return status;
    side = spt_pass_side(pass);
    memset(spt_pass_input(pass), 0, side * side * sizeof(float));
    status = spt_pass_forward(pass, 0, 0, &logits, err); /* to warm up */
    for (int run = 0; run < RUNS && status == SEPTUM_OK; run++) {
        double started = spt_clock_seconds();

        status = spt_pass_forward(pass, 0, 0, &logits, err);
        *seconds = fmin(*seconds, spt_clock_seconds() - started);
    }
    *seconds /= (double)shape->tile * shape->tile;
    spt_pass_free(pass);
    return status;
}

enum septum_status
spt_tile_measure(struct spt_net *net, enum spt_precision precision,
                 const struct spt_watch *watch, uint32_t *side,
                 struct septum_error *err)
{
    const struct spt_spec *spec = spt_net_spec(net);
    double seconds[SIDES], least = INFINITY, done = 0, all = 0;
    size_t chosen = 0;

    for (size_t i = 0; i < SIDES; i++)
        all += pow(sides[i], 2);
    for (size_t i = 0; i < SIDES; i++) {
        const struct spt_pass_shape shape = {.form = SPT_FORM_DENSE,
                                             .batch = 1,
                                             .tile = spt_spec_tile(spec, sides[i]),
                                             .precision = precision};
        enum septum_status status = spt_watch_alive(watch, done / all)
                                        ? time_pixel(net, &shape, &seconds[i], err)
                                        : spt_fail(err, SEPTUM_ESTOPPED, "stopped");

        if (status != SEPTUM_OK)
            return status;
        done += pow(sides[i], 2);
        least = fmin(least, seconds[i]);
    }
    while (seconds[chosen] * AS_FAST > least)
        chosen++;
    *side = spt_spec_tile(spec, sides[chosen]);
    return SEPTUM_OK;
}

/* All that the best side may depend on. */
static void
describe_case(const struct spt_spec *spec, enum spt_precision precision,
              uint32_t threads, char *text, size_t size)
{
    char net[SPT_SPEC_TEXT];

    spt_spec_format(spec, net);
    snprintf(text, size, "tile of %s, %s, %u threads, %s, caches of %ld and %ld", net,
             spt_engine_precision(precision) == SPT_PRECISION_BF16 ? "bf16" : "f32",
             threads, spt_engine_isa(), sysconf(_SC_LEVEL2_CACHE_SIZE),
             sysconf(_SC_LEVEL3_CACHE_SIZE));
}

bool
spt_tile_keep(const struct spt_spec *spec, enum spt_precision precision,
              uint32_t threads, uint32_t side)
{
    char key[SPT_SPEC_TEXT + 256];

    describe_case(spec, precision, threads, key, sizeof key);
    return spt_cache_note(key, side);
}

uint32_t
spt_tile_recall(const struct spt_spec *spec, enum spt_precision precision,
                uint32_t threads)
{
    char key[SPT_SPEC_TEXT + 256];
    uint32_t side = 0;

    describe_case(spec, precision, threads, key, sizeof key);
    if (!spt_cache_recall(key, &side) || side > 2 * sides[SIDES - 1] ||
        side % spec->stride != 0)
        return 0;
    return side;
}
