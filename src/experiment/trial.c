/*
 * trial.c - see trial.h.
 */
#include "experiment/trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "train/hold_out.h"
#include "train/trainer.h"
#include "train/transfer.h"

#define THRESHOLD_IMAGES 2

/* Stream of the strategies' random choices, apart from those of the training. */
#define PURPOSE_ASKING 201

const struct spt_contender spt_contenders[] = {
    {.name = "source", .copied = SPT_COPIED_ALL, .frozen = true},
    {.name = "scratch", .copied = SPT_COPIED_NONE},
    {.name = "frozen", .frozen = true},
    {.name = "finetune"},
    {.name = "all", .knows_pool = true},
    {.name = "expert", .strategy = "equation"},
    {.name = "random", .strategy = "random"},
    {.name = "uncertainty", .strategy = "uncertainty"},
    {.name = "abundance", .strategy = "abundance"},
    {.name = "entropy", .strategy = "entropy"},
    {.name = "margin", .strategy = "margin"},
    {.name = "bald", .strategy = "bald"},
    {.name = "coreset", .strategy = "coreset"},
    {.name = "image", .strategy = "image"},
    {.name = NULL},
};

const struct spt_contender *
spt_contender_find(const char *name)
{
    for (const struct spt_contender *row = spt_contenders; row->name != NULL; row++)
        if (strcmp(row->name, name) == 0)
            return row;
    return NULL;
}

struct state {
    const struct spt_trial *trial;
    const struct spt_contender *contender;
    struct spt_samples samples; /* labelled ones, then the pool */
    struct spt_samples judges;  /* labels kept from learning; may be empty */
    struct spt_net *learner, *answer;
    struct spt_trainer *trainer;
    struct spt_predictor *predictor;
    struct spt_pool *pool;
    struct spt_random random;
    const uint8_t **answers; /* truth of each pool image */
    double expert_seconds, train_seconds;
    double threshold; /* see find_threshold() */
    bool learns;      /* false when every layer is transferred and frozen */
    uint32_t copied;  /* layers */
    uint32_t epoch;
    double fraction;
    char line[160];
    struct spt_watch watch; /* that all work of the trial is under */
};

static bool
report(struct state *state, bool milestone)
{
    const struct spt_trial *trial = state->trial;

    return trial->progress == NULL ||
           trial->progress(trial->user, state->fraction, state->line, milestone);
}

static bool
alive(void *user, double fraction)
{
    (void)fraction; /* of this part, not of the trial */
    return report(user, false);
}

static enum septum_status
append_samples(struct spt_samples *to, const struct spt_samples *from, bool labels,
               struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;

    for (size_t i = 0; i < from->count && status == SEPTUM_OK; i++)
        status = spt_samples_append(to, &from->sample[i], labels, err);
    return status;
}

static enum septum_status
gather_samples(struct state *state, struct septum_error *err)
{
    const struct spt_trial *trial = state->trial;
    size_t count = trial->labelled->count + trial->pool->count;
    enum septum_status status;

    state->samples.sample = spt_alloc_array(count, sizeof *state->samples.sample);
    if (state->samples.sample == NULL)
        return spt_fail_memory(err, "images", count * sizeof *state->samples.sample);
    status = append_samples(&state->samples, trial->labelled, true, err);
    if (status == SEPTUM_OK &&
        (state->contender->knows_pool || state->contender->strategy != NULL))
        status = append_samples(&state->samples, trial->pool,
                                state->contender->knows_pool, err);
    return status;
}

/* How many layers of the source model to copy. */
static uint32_t
layers(const struct state *state)
{
    const uint32_t counts[] = {
        [SPT_COPIED_SOME] = state->trial->transfer,
        [SPT_COPIED_ALL] = SPT_ALL_LAYERS,
        [SPT_COPIED_NONE] = 0,
    };

    return counts[state->contender->copied];
}

static enum septum_status
prepare_pool(struct state *state, uint64_t seed, struct septum_error *err)
{
    const struct spt_trial *trial = state->trial;
    uint32_t side = spt_net_spec(state->learner)->window;
    struct spt_pool_options options = spt_pool_defaults(side);

    options.measure = trial->measure;
    options.measure.key = seed;
    options.fade = trial->fade;
    options.abundance.density = trial->density;
    options.abundance.ncc.watch = state->watch;
    state->answers = spt_alloc_array(trial->pool->count, sizeof *state->answers);
    if (state->answers == NULL)
        return spt_fail_memory(err, "pool",
                               trial->pool->count * sizeof *state->answers);
    for (size_t i = 0; i < trial->pool->count; i++)
        state->answers[i] = trial->pool->sample[i].labels;
    snprintf(state->line, sizeof state->line, "%s: clustering the target's windows",
             state->contender->name);
    report(state, false);
    return spt_pool_create(&state->samples, trial->labelled->count, side, &options,
                           &state->pool, err);
}

static enum septum_status
prepare(struct state *state, uint64_t seed, struct septum_error *err)
{
    const struct spt_trial *trial = state->trial;
    const struct spt_predict_options options = {.precision =
                                                    trial->settings->precision};
    enum septum_status status = gather_samples(state, err);

    if (status == SEPTUM_OK)
        status =
            spt_samples_hold_out(&state->samples, trial->source->spec.window,
                                 trial->settings->judges, seed, &state->judges, err);
    if (status == SEPTUM_OK)
        status = spt_net_create(&trial->source->spec, &state->learner, err);
    if (status == SEPTUM_OK)
        status = spt_net_create(&trial->source->spec, &state->answer, err);
    if (status == SEPTUM_OK)
        status = spt_transfer(trial->source, layers(state), seed, state->learner,
                              &state->copied, err);
    state->learns =
        !state->contender->frozen || state->copied < trial->source->spec.weighted_count;
    if (status == SEPTUM_OK)
        status = spt_trainer_create(state->learner, &state->samples, trial->settings,
                                    seed, state->contender->frozen ? state->copied : 0,
                                    &state->trainer, err);
    if (status == SEPTUM_OK && state->copied == trial->source->spec.weighted_count)
        status = spt_trainer_anchor(state->trainer, err);
    if (status == SEPTUM_OK)
        status = spt_predictor_create(state->answer, &options, &state->predictor, err);
    if (status == SEPTUM_OK && state->contender->strategy != NULL)
        status = prepare_pool(state, seed, err);
    spt_random_init(&state->random, seed, PURPOSE_ASKING);
    return status;
}

/* One epoch's steps, or fewer when the minutes are over. */
static enum septum_status
train_epoch(struct state *state, struct septum_error *err)
{
    const struct spt_trial *trial = state->trial;
    double limit = 60 * trial->minutes, loss_sum = 0;
    double started = spt_clock_seconds(), before = state->train_seconds;

    for (uint64_t step = 0; step < trial->epoch_steps; step++) {
        double progress =
            (state->epoch - 1 + (double)step / (double)trial->epoch_steps) /
            trial->epochs;
        double rate = spt_settings_rate(
            trial->settings, spt_trainer_optimiser(state->trainer)->steps, progress);
        double loss;
        enum septum_status status = spt_trainer_step(state->trainer, rate, &loss, err);

        if (status != SEPTUM_OK)
            return status;
        loss_sum += loss;
        state->fraction = progress;
        state->train_seconds = before + spt_clock_seconds() - started;
        snprintf(state->line, sizeof state->line, "%s: epoch %u of %u, loss %.3f",
                 state->contender->name, state->epoch, trial->epochs,
                 loss_sum / (double)(step + 1));
        if (!report(state, false))
            return spt_fail(err, SEPTUM_ESTOPPED, "stopped");
        if (limit > 0 && state->train_seconds >= limit)
            break;
    }
    return SEPTUM_OK;
}

/* What there is to judge by: labels that were kept from learning, or else labelled
 * images, of which every *every-th is enough. */
static const struct spt_samples *
find_judges(const struct state *state, size_t *every)
{
    const struct spt_samples *labelled = state->trial->labelled;

    *every = 1;
    if (state->judges.count > 0)
        return &state->judges;
    *every = spt_evaluate_every(labelled, THRESHOLD_IMAGES);
    return labelled;
}

/* Find the threshold on all that is labelled: images, learnt or kept from learning, and
 * answers.  (Answers against what was predicted before them would be fairer, but a net
 * that has learnt since needs another threshold.)
 */
static enum septum_status
find_threshold(struct state *state, struct septum_error *err)
{
    const struct spt_samples *labelled = state->trial->labelled;
    const struct spt_samples answered = {
        .sample = state->samples.sample + labelled->count,
        .count = state->pool != NULL ? state->samples.count - labelled->count : 0,
    };
    struct spt_tally tally = {0};
    enum septum_status status = spt_evaluate(
        state->predictor, labelled, spt_evaluate_every(labelled, THRESHOLD_IMAGES),
        &state->watch, &tally, err);

    if (status == SEPTUM_OK)
        status =
            spt_evaluate(state->predictor, &answered, 1, &state->watch, &tally, err);
    if (status == SEPTUM_OK)
        state->threshold = spt_tally_choose(&tally).threshold;
    return status;
}

/* Find the threshold, score on the test images, note the point. */
static enum septum_status
note_point(struct state *state, uint64_t seed, struct spt_trial_result *result,
           struct septum_error *err)
{
    const struct spt_trial *trial = state->trial;
    struct spt_tally tally = {0};
    struct spt_partition_tally tally_of_cells = {0};
    struct spt_partition_score cells;
    struct spt_score score, best;
    enum septum_status status;

    spt_trainer_publish(state->trainer, state->answer);
    status = find_threshold(state, err);
    if (status != SEPTUM_OK)
        return status;
    spt_partition_threshold(&tally_of_cells, state->threshold);
    status = spt_evaluate_cells(state->predictor, trial->test, 1, &state->watch, &tally,
                                &tally_of_cells, err);
    if (status != SEPTUM_OK)
        return status;
    score = spt_tally_score(&tally, state->threshold);
    best = spt_tally_best(&tally);
    cells = spt_partition_mean(&tally_of_cells, 0);
    result->points[result->point_count++] = (struct spt_curve_point){
        .strategy = state->contender->name,
        .seed = seed,
        .epoch = state->epoch,
        .f_score = score.f_score,
        .precision = score.precision,
        .recall = score.recall,
        .v_rand = cells.v_rand,
        .v_info = cells.v_info,
        .best_f_score = best.f_score,
        .labelled_pixels = state->samples.known + state->judges.known,
        .expert_seconds = state->expert_seconds,
        .train_seconds = state->train_seconds,
    };
    snprintf(
        state->line, sizeof state->line,
        "%s, seed %llu: epoch %u of %u, F-score %.4f at %.3f (best %.4f), expert %.1f "
        "min",
        state->contender->name, (unsigned long long)seed, state->epoch, trial->epochs,
        score.f_score, state->threshold, best.f_score, state->expert_seconds / 60);
    return report(state, true) ? SEPTUM_OK : spt_fail(err, SEPTUM_ESTOPPED, "stopped");
}

static enum septum_status
calibrate(struct state *state, struct septum_error *err)
{
    size_t every;
    const struct spt_samples *judges = find_judges(state, &every);
    double temperature;
    enum septum_status status =
        spt_measure_temperature(state->predictor, judges, every, &state->trial->measure,
                                &state->watch, &temperature, err);

    if (status == SEPTUM_OK)
        spt_pool_calibrate(state->pool, temperature);
    return status;
}

static enum septum_status
ask(struct state *state, struct spt_trial_result *result, struct septum_error *err)
{
    const struct spt_strategy *strategy = spt_strategy_find(state->contender->strategy);
    struct spt_region_options how = state->trial->region;
    const struct spt_truth truth = {state->answers};
    const struct spt_expert expert = spt_expert_simulated(&truth);
    struct spt_asked *asked = &result->asked[result->asked_count];
    enum septum_status status =
        state->trial->calibrate ? calibrate(state, err) : SEPTUM_OK;
    const struct spt_sample *sample;
    size_t pixels;

    how.watch = state->watch;
    if (status == SEPTUM_OK)
        status = spt_pool_round(state->pool, state->predictor, strategy, &how, &expert,
                                &state->random, &asked->round, err);
    if (status != SEPTUM_OK || asked->round.region.count == 0)
        return status;
    result->asked_count++;
    asked->epoch = state->epoch;
    state->expert_seconds += asked->round.seconds;
    sample = &state->samples
                  .sample[state->trial->labelled->count + asked->round.region.image];
    pixels = (size_t)sample->height * sample->width;
    asked->answer = spt_alloc_array(pixels, 1);
    if (asked->answer == NULL)
        return spt_fail_memory(err, "answer", pixels);
    memcpy(asked->answer, sample->labels, pixels);
    return SEPTUM_OK;
}

/* A net that learns nothing scores what it scored before. */
static void
repeat_point(const struct state *state, struct spt_trial_result *result)
{
    struct spt_curve_point *point = &result->points[result->point_count++];

    *point = point[-1];
    point->epoch = state->epoch;
}

static enum septum_status
run_epochs(struct state *state, uint64_t seed, struct spt_trial_result *result,
           struct septum_error *err)
{
    enum septum_status status;

    snprintf(state->line, sizeof state->line, "%s: scoring the transferred layers",
             state->contender->name);
    status = note_point(state, seed, result, err);
    for (uint32_t epoch = 1; epoch <= state->trial->epochs && status == SEPTUM_OK;
         epoch++) {
        state->epoch = epoch;
        if (!state->learns) {
            repeat_point(state, result);
            continue;
        }
        status = train_epoch(state, err);
        if (status == SEPTUM_OK)
            status = note_point(state, seed, result, err);
        /* The answer to a question after the last epoch would teach nothing. */
        if (status == SEPTUM_OK && state->contender->strategy != NULL &&
            epoch < state->trial->epochs)
            status = ask(state, result, err);
    }
    return status;
}

static enum septum_status
take_model(const struct state *state, uint64_t seed, struct spt_model *model,
           struct septum_error *err)
{
    const struct spt_spec *spec = spt_net_spec(state->answer);
    uint64_t steps = spt_trainer_optimiser(state->trainer)->steps;
    unsigned long long labelled = state->samples.known + state->judges.known;
    char line[256];
    enum septum_status status = spt_model_init(model, spec, err);

    if (status != SEPTUM_OK)
        return status;
    memcpy(model->parameters, spt_net_parameters(state->answer),
           spec->parameter_count * sizeof(float));
    model->threshold = state->threshold;
    model->symmetries = state->learns ? state->trial->settings->symmetries
                                      : state->trial->source->symmetries;
    model->trained_epochs = state->epoch;
    model->trained_windows = steps * spt_trainer_step_windows(state->trainer);
    snprintf(line, sizeof line,
             "experiment: \"%s\", seed %llu, %u layers transferred, %u epochs, %llu "
             "labelled pixels, %.0f seconds of a simulated expert",
             state->contender->name, (unsigned long long)seed, state->copied,
             state->epoch, labelled, state->expert_seconds);
    return spt_model_add_history(model, line, err);
}

static void
clear_state(struct state *state)
{
    spt_pool_free(state->pool);
    spt_predictor_free(state->predictor);
    spt_trainer_free(state->trainer);
    spt_net_free(state->learner);
    spt_net_free(state->answer);
    spt_samples_clear(&state->samples);
    spt_samples_clear(&state->judges);
    free(state->answers);
}

enum septum_status
spt_trial_run(const struct spt_trial *trial, const struct spt_contender *contender,
              uint64_t seed, struct spt_trial_result *out, struct septum_error *err)
{
    struct state state = {
        .trial = trial, .contender = contender, .watch = {alive, &state}};
    struct spt_trial_result result = {0};
    enum septum_status status;

    result.points = spt_alloc_array(trial->epochs + (size_t)1, sizeof *result.points);
    result.asked = spt_alloc_array(trial->epochs, sizeof *result.asked);
    if (result.points == NULL || result.asked == NULL) {
        status =
            spt_fail_memory(err, "experiment", trial->epochs * sizeof *result.asked);
        goto done;
    }
    status = prepare(&state, seed, err);
    if (status == SEPTUM_OK)
        status = run_epochs(&state, seed, &result, err);
    if (status == SEPTUM_OK)
        status = take_model(&state, seed, &result.model, err);
    if (status == SEPTUM_OK && state.pool != NULL)
        result.clusters = spt_pool_clusters(state.pool);
done:
    clear_state(&state);
    if (status == SEPTUM_OK)
        *out = result;
    else
        spt_trial_result_clear(&result);
    return status;
}

void
spt_trial_result_clear(struct spt_trial_result *result)
{
    for (size_t i = 0; i < result->asked_count; i++) {
        spt_round_clear(&result->asked[i].round);
        free(result->asked[i].answer);
    }
    free(result->asked);
    free(result->points);
    spt_model_clear(&result->model);
    *result = (struct spt_trial_result){0};
}
