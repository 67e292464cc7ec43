/*
 * world.c - see world.h.
 */
#include "experiment/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

int
world_open(void **state)
{
    static struct world world;

    world.source = stripes_model(1);
    world.settings = stripes_settings();
    world.labelled = stripes_samples(LABELLED, 2);
    world.pool = stripes_samples(POOL, 3);
    world.test = stripes_samples(TEST, 4);
    world.trial = (struct spt_trial){
        .source = &world.source,
        .settings = &world.settings,
        .labelled = &world.labelled,
        .pool = &world.pool,
        .test = &world.test,
        .epochs = EPOCHS,
        .epoch_steps = STEPS,
        .transfer = TRANSFER,
        .region = {.lambda = 0.8, .most_windows = 2},
    };
    spt_engine_threads(1); /* so small a net only waits for a second one */
    *state = &world;
    return 0;
}

int
world_close(void **state)
{
    struct world *world = *state;

    spt_model_clear(&world->source);
    spt_samples_clear(&world->labelled);
    spt_samples_clear(&world->pool);
    spt_samples_clear(&world->test);
    return 0;
}

struct spt_trial_result
world_run(const struct spt_trial *trial, const char *name, uint64_t seed)
{
    struct spt_trial_result result = {0};
    struct septum_error err = {0};

    if (spt_trial_run(trial, spt_contender_find(name), seed, &result, &err) !=
        SEPTUM_OK)
        fail_msg("%s", err.text);
    assert_int_equal(result.point_count, trial->epochs + 1);
    return result;
}
