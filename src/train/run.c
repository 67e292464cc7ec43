/*
 * run.c - see run.h.
 */
#include "train/run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "train/checkpoint.h"
#include "train/evaluate.h"
#include "train/trainer.h"

#define CHECKPOINT_SECONDS 60
#define LOG_HEAD                                                                       \
    "epoch,steps,windows,loss,rate,f_score,best_f_score,best_threshold,pixel_error,"   \
    "train_seconds\n"

struct state {
    const struct spt_run *run;
    struct spt_trainer *trainer;
    struct spt_net *answer; /* the averaged weights, to predict with */
    struct spt_predictor *predictor;
    struct spt_text log;
    uint64_t epoch_steps, total_steps;
    double before;          /* seconds spent before this process */
    double started;         /* on this process's clock */
    double saved;           /* when the last checkpoint was written */
    double loss_sum;        /* over the current epoch */
    double rate;            /* of the last step */
    struct spt_tally tally; /* of the last evaluation, */
    uint64_t evaluated;     /* after so many steps */
    bool stopped;
    char line[160];
    struct spt_watch watch; /* that evaluations are under */
};

static uint64_t
steps_done(const struct state *state)
{
    return spt_trainer_optimiser(state->trainer)->steps;
}

static double
seconds_spent(const struct state *state)
{
    return state->before + spt_clock_seconds() - state->started;
}

/* How much of the training is done, by steps or by the clock, whichever is further. */
static double
find_progress(const struct state *state)
{
    double by_steps = (double)steps_done(state) / (double)state->total_steps;
    double limit = 60 * state->run->minutes;
    double by_clock = limit > 0 ? seconds_spent(state) / limit : 0;

    return fmin(1, fmax(by_steps, by_clock));
}

static bool
report(struct state *state, bool milestone)
{
    double progress = find_progress(state);
    double here = spt_clock_seconds() - state->started;
    struct septum_progress about = {
        .fraction = progress,
        .seconds_left = -1,
        .what = state->line,
        .milestone = milestone,
    };

    if (progress > 0 && here > 1)
        about.seconds_left = seconds_spent(state) * (1 - progress) / progress;
    if (!state->stopped && state->run->progress != NULL &&
        !state->run->progress(state->run->user, &about))
        state->stopped = true;
    return !state->stopped;
}

static bool
alive(void *user, double fraction)
{
    (void)fraction; /* of an evaluation, not of the training */
    return report(user, false);
}

static enum septum_status
save(struct state *state, struct spt_net *net, struct septum_error *err)
{
    struct spt_checkpoint checkpoint = {
        .fingerprint = state->run->fingerprint,
        .steps = steps_done(state),
        .seconds = seconds_spent(state),
        .loss_sum = state->loss_sum,
        .rate = state->rate,
    };

    if (state->run->checkpoint == NULL)
        return SEPTUM_OK;
    state->saved = spt_clock_seconds();
    return spt_checkpoint_write(state->run->checkpoint, checkpoint, net,
                                spt_trainer_optimiser(state->trainer), &state->log,
                                err);
}

/* Score the averaged weights on what they have not learnt: the validation samples, or
 * else those kept to judge. */
static enum septum_status
evaluate(struct state *state, struct septum_error *err)
{
    const struct spt_run *run = state->run;
    const struct spt_samples *samples =
        run->validation != NULL ? run->validation : run->judges;

    spt_trainer_publish(state->trainer, state->answer);
    state->tally = (struct spt_tally){0};
    state->evaluated = steps_done(state);
    return samples != NULL ? spt_evaluate(state->predictor, samples, 1, &state->watch,
                                          &state->tally, err)
                           : SEPTUM_OK;
}

/*
 * Find threshold and F-score after the last evaluation.  Labels that were kept from
 * learning are too few to find a threshold on, and of those that were learnt the net is
 * surer than of others: both together said most (docs/training.md).
 */
static enum septum_status
find_threshold(struct state *state, struct spt_run_result *out,
               struct septum_error *err)
{
    const struct spt_run *run = state->run;
    const struct spt_score judged = spt_tally_best(&state->tally);
    enum septum_status status;

    out->f_score = judged.f_score;
    out->threshold = judged.threshold;
    if (run->validation != NULL)
        return SEPTUM_OK;
    status = spt_evaluate(state->predictor, run->samples,
                          spt_evaluate_every(run->samples, SPT_RUN_THRESHOLD_IMAGES),
                          &state->watch, &state->tally, err);
    out->threshold = spt_tally_choose(&state->tally).threshold;
    if (run->judges == NULL)
        out->f_score = spt_tally_best(&state->tally).f_score;
    return status;
}

/* A row of the log and a line for the user.  A stop in the middle leaves both as they
 * were, and the row owed. */
static enum septum_status
note_epoch(struct state *state, struct septum_error *err)
{
    const struct spt_run *run = state->run;
    uint64_t steps = steps_done(state);
    uint64_t windows = steps * spt_trainer_step_windows(state->trainer);
    uint64_t in_epoch = (steps - 1) % state->epoch_steps + 1;
    double epoch = (double)steps / (double)state->epoch_steps;
    double loss = state->loss_sum / (double)in_epoch;
    char scores[80] = ",,,", told[80] = "";

    if (run->validation != NULL) {
        struct spt_score half, best;
        enum septum_status status = evaluate(state, err);

        if (status != SEPTUM_OK)
            return status;
        half = spt_tally_score(&state->tally, 0.5);
        best = spt_tally_best(&state->tally);
        snprintf(scores, sizeof scores, "%.5f,%.5f,%.3f,%.5f", half.f_score,
                 best.f_score, best.threshold, best.pixel_error);
        snprintf(told, sizeof told, ", F-score %.4f (%.4f at 0.5)", best.f_score,
                 half.f_score);
    }
    spt_text_add(&state->log, "%.6g,%llu,%llu,%.6f,%.3g,%s,%.1f\n", epoch,
                 (unsigned long long)steps, (unsigned long long)windows, loss,
                 state->rate, scores, seconds_spent(state));
    snprintf(state->line, sizeof state->line, "epoch %.4g of %.4g, loss %.3f%s", epoch,
             run->epochs, loss, told);
    state->loss_sum = 0;
    report(state, true);
    return run->log != NULL ? spt_text_write(&state->log, run->log, true, err)
                            : SEPTUM_OK;
}

static enum septum_status
take_step(struct state *state, struct septum_error *err)
{
    const struct spt_run *run = state->run;
    uint64_t step = steps_done(state);
    unsigned long long epoch = step / state->epoch_steps + 1;
    uint64_t in_epoch = step % state->epoch_steps + 1;
    enum septum_status status;
    double loss;

    state->rate = spt_settings_rate(run->settings, step, find_progress(state));
    status = spt_trainer_step(state->trainer, state->rate, &loss, err);
    if (status != SEPTUM_OK)
        return status;
    state->loss_sum += loss;
    snprintf(state->line, sizeof state->line, "epoch %llu of %.4g, loss %.3f", epoch,
             run->epochs, state->loss_sum / (double)in_epoch);
    return report(state, false) ? SEPTUM_OK : spt_fail(err, SEPTUM_ESTOPPED, "stopped");
}

/* Steps until done, stopped or out of time. */
static enum septum_status
take_steps(struct state *state, struct spt_net *net, struct septum_error *err)
{
    for (;;) {
        enum septum_status status = SEPTUM_OK;
        bool done = find_progress(state) >= 1;
        bool whole = steps_done(state) % state->epoch_steps == 0;
        bool owed = state->loss_sum > 0 && (done || whole);

        if (owed)
            status = note_epoch(state, err);
        if (status == SEPTUM_OK && !done &&
            (owed || spt_clock_seconds() - state->saved > CHECKPOINT_SECONDS))
            status = save(state, net, err);
        if (status != SEPTUM_OK || done)
            return status;
        status = take_step(state, err);
        if (status != SEPTUM_OK)
            return status;
    }
}

static enum septum_status
begin(struct state *state, struct spt_net *net, struct septum_error *err)
{
    const struct spt_run *run = state->run;
    static const struct spt_predict_options options;
    enum septum_status status =
        spt_trainer_create(net, run->samples, run->settings, run->seed,
                           run->first_trained, &state->trainer, err);

    if (status == SEPTUM_OK && run->anchored)
        status = spt_trainer_anchor(state->trainer, err);
    if (status == SEPTUM_OK)
        status = spt_net_create(spt_net_spec(net), &state->answer, err);
    if (status == SEPTUM_OK)
        status = spt_predictor_create(state->answer, &options, &state->predictor, err);
    if (status != SEPTUM_OK)
        return status;
    state->epoch_steps = spt_trainer_epoch_steps(state->trainer);
    state->total_steps =
        (uint64_t)fmax(1, round(run->epochs * (double)state->epoch_steps));
    spt_text_add(&state->log, LOG_HEAD);
    if (run->resume && run->checkpoint != NULL) {
        struct spt_checkpoint checkpoint;

        status = spt_checkpoint_read(run->checkpoint, run->fingerprint, &checkpoint,
                                     net, spt_trainer_optimiser(state->trainer),
                                     &state->log, err);
        if (status != SEPTUM_OK)
            return status;
        state->before = checkpoint.seconds;
        state->loss_sum = checkpoint.loss_sum;
        state->rate = checkpoint.rate;
    }
    state->started = state->saved = spt_clock_seconds();
    return SEPTUM_OK;
}

enum septum_status
spt_run(struct spt_net *net, const struct spt_run *run, struct spt_run_result *out,
        struct septum_error *err)
{
    struct state state = {
        .run = run,
        .evaluated = UINT64_MAX, /* never */
        .watch = {alive, &state},
    };
    struct spt_run_result result = {0};
    enum septum_status status = begin(&state, net, err);

    if (status == SEPTUM_OK)
        status = take_steps(&state, net, err);
    if (status == SEPTUM_OK && state.evaluated != steps_done(&state))
        status = evaluate(&state, err);
    if (status == SEPTUM_OK)
        status = find_threshold(&state, &result, err);
    if (status == SEPTUM_OK && state.stopped) /* when told of the last epoch */
        status = spt_fail(err, SEPTUM_ESTOPPED, "stopped");
    if (status == SEPTUM_ESTOPPED) {
        enum septum_status saved = save(&state, net, err);

        status = saved != SEPTUM_OK ? saved : SEPTUM_ESTOPPED;
    }
    if (status != SEPTUM_OK)
        goto done;
    result.epochs = (double)steps_done(&state) / (double)state.epoch_steps;
    result.windows = steps_done(&state) * spt_trainer_step_windows(state.trainer);
    *out = result;
    spt_trainer_publish(state.trainer, net);
done:
    spt_predictor_free(state.predictor);
    spt_net_free(state.answer);
    spt_trainer_free(state.trainer);
    spt_text_clear(&state.log);
    return status;
}
