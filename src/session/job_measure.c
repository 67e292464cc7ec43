/*
 * job_measure.c - how unsure the current model is of the windows of all images, an
 * image at a time.
 */
#include "session/worker_jobs.h"

#include <stdlib.h>

#include "base/clock.h"
#include "loop/measure.h"

/* While there is something to learn, measuring all images gives way after so many times
 * the length of a round: neither a thousand images nor a slow machine may keep the net
 * from learning while its expert is there.
 */
#define SWEEP_ROUNDS 0.5

size_t
spt_worker_count_unmeasured(const struct spt_worker *worker)
{
    size_t count = 0;

    for (size_t i = 0; i < worker->survey.samples.count; i++)
        count += !worker->sheets[worker->survey.which[i]].measured;
    return count;
}

bool
spt_measure_is_due(struct spt_worker *worker)
{
    if (spt_worker_count_unmeasured(worker) == 0)
        return false;
    return !spt_learn_is_due(worker) ||
           worker->swept < SWEEP_ROUNDS * worker->shared->options.learn_seconds;
}

static enum septum_status
publish(struct spt_worker *worker, size_t i, struct septum_error *err)
{
    const size_t windows = spt_grid_count(&worker->survey.candidates[i].grid);
    float *f = spt_worker_copy(worker->survey.f[i], windows), *old;
    struct spt_board_image *image;

    if (f == NULL)
        return spt_fail_memory(err, "windows", windows * sizeof *f);
    image = &spt_worker_lock(worker)->image[worker->survey.which[i]];
    old = image->f;
    image->f = f;
    spt_worker_unlock(worker);
    free(old);
    return SEPTUM_OK;
}

enum septum_status
spt_measure_next(struct spt_worker *worker, struct septum_error *err)
{
    static const struct spt_measure_options options = {.every = SPT_MEASURE_EVERY};
    double started = spt_clock_seconds();
    size_t i = 0;
    enum septum_status status;

    while (worker->sheets[worker->survey.which[i]].measured)
        i++;
    status = spt_survey_measure(&worker->survey, i, &options, err);
    if (status == SEPTUM_OK)
        status = publish(worker, i, err);
    if (status != SEPTUM_OK)
        return status;
    worker->swept += spt_clock_seconds() - started;
    worker->sheets[worker->survey.which[i]].measured = true;
    worker->exhausted = false;
    /* With all measured anew, other regions may be best. */
    worker->old_picks = worker->old_picks || spt_worker_count_unmeasured(worker) == 0;
    return SEPTUM_OK;
}
