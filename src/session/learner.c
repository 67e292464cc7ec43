/*
 * learner.c - see learner.h.
 */
#include "session/learner.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "predict/predict.h"
#include "session/judge.h"
#include "session/lessons.h"
#include "train/domain.h"
#include "train/model_file.h"
#include "train/trainer.h"

#define WORK_SECONDS 0.1

/* A candidate that learnt for a smaller part of its round is not judged. */
#define LEAST_PART 0.3

/* Gentler than a training from new weights: what is known is not to be forgotten. */
#define RATE 5e-4

enum phase {
    PHASE_IDLE,     /* nothing to learn */
    PHASE_LEARNING, /* steps */
    PHASE_TESTING,  /* on validation images */
    PHASE_WAITING,  /* for answers to judge the candidate by */
};

struct spt_learner {
    const struct spt_workspace *workspace;
    const struct spt_samples *validation;
    struct spt_settings settings;
    struct spt_round_length round;
    enum phase phase;
    bool owed; /* answers came while a round was on */
    struct spt_lessons lessons;
    struct spt_net *student, *candidate;
    struct spt_predictor *predictor; /* of the candidate */
    struct spt_trainer *trainer;
    bool has_candidate;
    bool met; /* whether membranes are bright here or dark is known */
    double spent, loss;
    uint64_t steps, all_steps, rounds;
    size_t tested;                  /* validation images so far */
    struct spt_judged ours, theirs; /* candidate's and current model's, on them */
    struct spt_tally known;         /* the candidate's, on the last answers */
    double threshold;               /* of the candidate */
};

/* ---- making ---------------------------------------------------------------------- */

void
spt_learner_free(struct spt_learner *learner)
{
    if (learner == NULL)
        return;
    spt_trainer_free(learner->trainer);
    spt_predictor_free(learner->predictor);
    spt_net_free(learner->candidate);
    spt_net_free(learner->student);
    spt_lessons_clear(&learner->lessons);
    free(learner);
}

enum septum_status
spt_learner_create(const struct spt_workspace *workspace,
                   const struct spt_samples *images,
                   const struct spt_samples *validation,
                   const struct spt_round_length *round, struct spt_learner **out,
                   struct septum_error *err)
{
    /* The predictor of the current model beside it has memory of its own. */
    const struct spt_predict_options options = {.memory = 256 << 20,
                                                .watch = workspace->watch};
    const char *path = spt_project_path(workspace->project);
    struct spt_learner *learner = spt_alloc_array(1, sizeof *learner);
    enum septum_status status;

    *out = NULL;
    if (learner == NULL)
        return spt_fail_memory(err, path, sizeof *learner);
    learner->workspace = workspace;
    learner->lessons.images = images;
    learner->validation = validation;
    learner->round = *round;
    learner->settings = *spt_settings_find("default");
    learner->settings.rate = RATE;
    status = spt_model_net(&workspace->model, path, &learner->student, err);
    if (status == SEPTUM_OK)
        status = spt_model_net(&workspace->model, path, &learner->candidate, err);
    if (status == SEPTUM_OK)
        status = spt_predictor_create(learner->candidate, &options, &learner->predictor,
                                      err);
    if (status == SEPTUM_OK)
        *out = learner;
    else
        spt_learner_free(learner);
    return status;
}

/* ---- hearing --------------------------------------------------------------------- */

enum septum_status
spt_learner_hear(struct spt_learner *learner, size_t i, const struct spt_answer *answer,
                 struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;

    if (learner->round.seconds <= 0 && learner->round.steps == 0)
        return SEPTUM_OK;
    learner->owed = true;
    if (answer != NULL)
        status = spt_lessons_take(&learner->lessons, i, answer,
                                  learner->workspace->model.spec.window, err);
    if (status != SEPTUM_OK)
        return status;
    /* A round that is on draws by counts, which have changed. */
    if (learner->phase != PHASE_LEARNING)
        return SEPTUM_OK;
    status = spt_lessons_list(&learner->lessons, err);
    if (!spt_lessons_teach(&learner->lessons))
        learner->phase = PHASE_IDLE;
    return status;
}

/* ---- rounds ---------------------------------------------------------------------- */

static void
copy_weights(struct spt_net *from, struct spt_net *to)
{
    memcpy(spt_net_parameters(to), spt_net_parameters(from),
           spt_net_spec(to)->parameter_count * sizeof(float));
    spt_net_changed(to);
}

/* Begin a round, from the candidate if there is one; what comes of it stays between
 * that and what is learnt. */
static enum septum_status
begin(struct spt_learner *learner, struct septum_error *err)
{
    enum septum_status status = spt_lessons_list(&learner->lessons, err);

    if (status != SEPTUM_OK)
        return status;
    learner->owed = false;
    learner->lessons.unseen_count = 0;
    if (!spt_lessons_teach(&learner->lessons)) {
        learner->phase = PHASE_IDLE;
        return SEPTUM_OK;
    }
    copy_weights(learner->has_candidate ? learner->candidate : learner->workspace->net,
                 learner->student);
    spt_trainer_free(learner->trainer);
    learner->trainer = NULL;
    status =
        spt_trainer_create(learner->student, &learner->lessons.list, &learner->settings,
                           ++learner->rounds, 0, &learner->trainer, err);
    if (status == SEPTUM_OK)
        status = spt_trainer_anchor(learner->trainer, err);
    learner->spent = learner->loss = 0;
    learner->steps = 0;
    learner->phase = PHASE_LEARNING;
    return status;
}

/* How much of the round is done, from 0 to 1. */
static double
part(const struct spt_learner *learner)
{
    const struct spt_round_length *round = &learner->round;
    double time = round->seconds > 0 ? learner->spent / round->seconds : 0;
    double steps = round->steps > 0 ? (double)learner->steps / (double)round->steps : 0;

    return fmin(fmax(time, steps), 1);
}

static enum septum_status
take_steps(struct spt_learner *learner, struct septum_error *err)
{
    double started = spt_clock_seconds();
    enum septum_status status = SEPTUM_OK;

    while (status == SEPTUM_OK && part(learner) < 1 &&
           spt_clock_seconds() - started < WORK_SECONDS) {
        double rate =
            spt_settings_rate(&learner->settings, learner->steps, part(learner));
        double loss;

        status = spt_trainer_step(learner->trainer, rate, &loss, err);
        if (status != SEPTUM_OK)
            break;
        /* A mean that forgets: the loss at the end is what counts. */
        learner->loss += (loss - learner->loss) /
                         (learner->steps < 50 ? (double)learner->steps + 1 : 50);
        learner->steps++;
        learner->all_steps++;
    }
    learner->spent += spt_clock_seconds() - started;
    return status;
}

static enum septum_status
add_judged(struct spt_predictor *predictor, const struct spt_sample *sample,
           struct spt_judged *judged, struct septum_error *err)
{
    size_t pixels = (size_t)sample->height * sample->width;
    float *membrane = spt_alloc_array(pixels, sizeof *membrane);
    enum septum_status status =
        membrane != NULL
            ? spt_predict(predictor, sample->pixels, sample->height, sample->width,
                          membrane, err)
            : spt_fail_memory(err, "probabilities", pixels * sizeof(float));

    if (status == SEPTUM_OK)
        status = spt_judged_add(judged, membrane, sample, err);
    free(membrane);
    return status;
}

/* The threshold found on what was tallied, if that is enough to say. */
static double
find_threshold(const struct spt_learner *learner, const struct spt_tally *known,
               double otherwise)
{
    return spt_tally_is_enough(known, learner->workspace->model.spec.window)
               ? spt_tally_choose(known).threshold
               : otherwise;
}

/* Make the candidate, and find its threshold on what it has learnt from: the last
 * answers, or some image. */
static enum septum_status
publish(struct spt_learner *learner, struct septum_error *err)
{
    struct spt_judged known = {0};
    enum septum_status status = SEPTUM_OK;
    size_t learnt = learner->lessons.recent_count - learner->lessons.unseen_count;

    spt_trainer_publish(learner->trainer, learner->candidate);
    learner->has_candidate = true;
    for (size_t i = 0; i < learnt && status == SEPTUM_OK; i++)
        status =
            add_judged(learner->predictor, &learner->lessons.recent[i], &known, err);
    if (status == SEPTUM_OK && learnt == 0)
        status = add_judged(learner->predictor, &learner->lessons.list.sample[0],
                            &known, err);
    learner->known = known.whole;
    learner->threshold =
        find_threshold(learner, &learner->known, learner->workspace->model.threshold);
    return status;
}

/* Judge the candidate by the answers that it has not learnt. */
static enum septum_status
judge_by_answers(struct spt_learner *learner, struct spt_verdict *verdict,
                 struct septum_error *err)
{
    size_t first = learner->lessons.recent_count - learner->lessons.unseen_count;
    struct spt_judged ours = {.threshold = learner->threshold};
    struct spt_judged theirs = {.threshold = learner->workspace->model.threshold};
    enum septum_status status = SEPTUM_OK;

    if (!learner->has_candidate)
        return SEPTUM_OK;
    for (size_t i = first; i < learner->lessons.recent_count && status == SEPTUM_OK;
         i++) {
        status =
            add_judged(learner->predictor, &learner->lessons.recent[i], &ours, err);
        if (status == SEPTUM_OK)
            status = add_judged(learner->workspace->predictor,
                                &learner->lessons.recent[i], &theirs, err);
    }
    verdict->better = spt_judge_by_answers(&ours, &theirs);
    learner->has_candidate = verdict->better;
    spt_tally_join(&learner->known, &ours.whole);
    learner->threshold = find_threshold(learner, &learner->known, learner->threshold);
    return status;
}

/* With the first answers: are membranes bright where the model knows dark ones?  Then
 * the model, turned, is the candidate, and at once the better one.  (That pixels are
 * finer can only be told: the windows of a project are those of its model.) */
static enum septum_status
meet(struct spt_learner *learner, struct spt_verdict *verdict, struct septum_error *err)
{
    const struct spt_samples answers = {.sample = learner->lessons.recent,
                                        .count = learner->lessons.recent_count};
    const bool tests = learner->validation->membrane > 0;
    const struct spt_samples *known = tests ? learner->validation : &answers;
    struct spt_model model = {0};
    struct spt_domain domain = {0};
    struct spt_judged turned = {0};
    enum septum_status status = spt_model_copy(&learner->workspace->model, &model, err);

    learner->met = true;
    if (status == SEPTUM_OK)
        status = spt_domain_meet(&model, known, learner->settings.precision, NULL,
                                 &domain, err);
    if (status == SEPTUM_OK)
        status = spt_domain_zoom(&model, known, learner->settings.precision, NULL,
                                 &domain, err);
    verdict->finer =
        status == SEPTUM_OK && spt_domain_better_size(&domain) == SPT_ZOOM_HALF;
    if (status == SEPTUM_OK && domain.inverse) {
        memcpy(spt_net_parameters(learner->candidate), model.parameters,
               model.spec.parameter_count * sizeof(float));
        spt_net_changed(learner->candidate);
        for (size_t i = 0; i < known->count && status == SEPTUM_OK; i++)
            status = add_judged(learner->predictor, &known->sample[i], &turned, err);
        verdict->score = spt_tally_best(&turned.whole);
        verdict->scored = tests;
        learner->threshold = find_threshold(learner, &turned.whole, model.threshold);
        learner->has_candidate = verdict->better = verdict->turned =
            status == SEPTUM_OK;
        learner->phase = PHASE_IDLE; /* a round that is on learns for the other */
    }
    spt_model_clear(&model);
    return status;
}

static void
end_round(struct spt_learner *learner, struct spt_verdict *verdict)
{
    verdict->ended = true;
    verdict->train_seconds = learner->spent;
    verdict->loss = learner->loss;
}

/* New answers have come, and there are no validation images. */
static enum septum_status
take_answers(struct spt_learner *learner, struct spt_verdict *verdict,
             struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;

    if (learner->phase == PHASE_LEARNING) {
        if (part(learner) >= LEAST_PART)
            status = publish(learner, err);
        end_round(learner, verdict);
    }
    if (status == SEPTUM_OK)
        status = judge_by_answers(learner, verdict, err);
    learner->phase = PHASE_IDLE; /* owed: the next call begins */
    learner->lessons.unseen_count = 0;
    return status;
}

/* One validation image more; at the end of them, the verdict. */
static enum septum_status
test(struct spt_learner *learner, struct spt_verdict *verdict, struct septum_error *err)
{
    const struct spt_sample *sample = &learner->validation->sample[learner->tested];
    enum septum_status status = SEPTUM_OK;

    if (sample->known > 0)
        status = add_judged(learner->predictor, sample, &learner->ours, err);
    if (status == SEPTUM_OK && sample->known > 0)
        status =
            add_judged(learner->workspace->predictor, sample, &learner->theirs, err);
    if (status != SEPTUM_OK || ++learner->tested < learner->validation->count)
        return status;
    verdict->score = spt_tally_best(&learner->ours.whole);
    verdict->scored = true;
    learner->threshold = learner->ours.threshold = verdict->score.threshold;
    learner->theirs.threshold = learner->workspace->model.threshold;
    verdict->better = spt_judge_by_images(&learner->ours, &learner->theirs);
    learner->has_candidate = verdict->better;
    learner->phase = PHASE_IDLE;
    end_round(learner, verdict);
    return SEPTUM_OK;
}

/* The round is over. */
static enum septum_status
finish(struct spt_learner *learner, struct spt_verdict *verdict,
       struct septum_error *err)
{
    enum septum_status status = publish(learner, err);

    if (learner->validation->membrane > 0) {
        learner->phase = PHASE_TESTING;
        learner->tested = 0;
        learner->ours = learner->theirs = (struct spt_judged){0};
    } else {
        learner->phase = PHASE_WAITING;
        end_round(learner, verdict);
    }
    return status;
}

bool
spt_learner_is_urgent(const struct spt_learner *learner)
{
    return learner->lessons.unseen_count > 0 &&
           (!learner->met ||
            (learner->phase == PHASE_WAITING && learner->validation->membrane == 0));
}

bool
spt_learner_is_due(const struct spt_learner *learner)
{
    return learner->owed || learner->phase == PHASE_LEARNING ||
           learner->phase == PHASE_TESTING;
}

enum septum_status
spt_learner_work(struct spt_learner *learner, struct spt_verdict *out,
                 struct septum_error *err)
{
    bool tests = learner->validation->membrane > 0;

    *out = (struct spt_verdict){0};
    if (!learner->met && learner->lessons.unseen_count > 0)
        return meet(learner, out, err);
    if (!tests && learner->lessons.unseen_count > 0 && learner->phase != PHASE_IDLE)
        return take_answers(learner, out, err);
    if (learner->phase == PHASE_TESTING)
        return test(learner, out, err);
    if (learner->phase == PHASE_LEARNING)
        return part(learner) < 1 ? take_steps(learner, err) : finish(learner, out, err);
    return learner->owed ? begin(learner, err) : SEPTUM_OK;
}

/* ---- results --------------------------------------------------------------------- */

enum septum_status
spt_learner_model(struct spt_learner *learner, struct spt_model *out,
                  struct septum_error *err)
{
    char line[128];
    struct spt_model model = {0};
    enum septum_status status = spt_model_copy(&learner->workspace->model, &model, err);

    if (status != SEPTUM_OK)
        return status;
    memcpy(model.parameters, spt_net_parameters(learner->candidate),
           model.spec.parameter_count * sizeof(float));
    model.threshold = learner->threshold;
    if (learner->trainer != NULL) {
        model.symmetries = learner->settings.symmetries;
        model.trained_windows +=
            learner->all_steps * spt_trainer_step_windows(learner->trainer);
        model.trained_epochs += (double)learner->all_steps /
                                (double)spt_trainer_epoch_steps(learner->trainer);
    }
    snprintf(line, sizeof line,
             "label: %" PRIu64 " steps on %" PRIu64 " labelled pixels",
             learner->all_steps, learner->lessons.images->known);
    status = spt_model_add_history(&model, line, err);
    if (status == SEPTUM_OK)
        *out = model;
    else
        spt_model_clear(&model);
    learner->all_steps = 0;
    learner->has_candidate = false; /* it is the model now */
    return status;
}

void
spt_learner_tell(const struct spt_learner *learner, char *what, size_t size,
                 double *fraction, double *seconds_left)
{
    *fraction = 0;
    *seconds_left = -1;
    if (learner->phase == PHASE_LEARNING) {
        snprintf(what, size, "learning from %" PRIu64 " labelled pixels",
                 learner->lessons.images->known);
        *fraction = part(learner);
        if (*fraction > 0)
            *seconds_left = learner->spent * (1 / *fraction - 1);
    } else if (learner->phase == PHASE_TESTING) {
        snprintf(what, size, "testing what was learnt, image %zu of %zu",
                 learner->tested + 1, learner->validation->count);
        *fraction = (double)learner->tested / (double)learner->validation->count;
    } else {
        snprintf(what, size, "beginning to learn");
    }
}
