/*
 * adapt.c - see adapt.h.
 */
#include "api/adapt.h"

#include <stdio.h>
#include <string.h>

static bool
tell(const struct spt_listener *listener, double fraction, const char *what,
     bool milestone)
{
    const struct septum_progress about = {
        .fraction = fraction, .seconds_left = -1, .what = what, .milestone = milestone};

    return listener->progress == NULL || listener->progress(listener->user, &about);
}

static bool
is_meeting(void *user, double fraction)
{
    (void)fraction; /* of a look, which comes before the training */
    return tell(user, 0, "looking at the new domain with the source model", false);
}

static bool
is_comparing(void *user, double fraction)
{
    (void)fraction; /* of the comparison, which comes last */
    return tell(user, 1, "comparing what was learnt with the source model", false);
}

/* Find out what the samples can tell of all that `how` leaves open. */
static enum septum_status
look(struct spt_model *model, const struct spt_samples *labelled,
     const struct spt_adaptation *how, const struct spt_settings *settings,
     struct spt_listener *listener, struct spt_domain *domain, struct septum_error *err)
{
    const struct spt_watch watch = {is_meeting, listener};
    enum septum_status status = SEPTUM_OK;

    if (how->polarity == SEPTUM_POLARITY_AUTO && settings->adapts)
        status =
            spt_domain_meet(model, labelled, settings->precision, &watch, domain, err);
    if (status == SEPTUM_OK && how->pixel_size == SEPTUM_PIXEL_SIZE_AUTO &&
        settings->adapts)
        status =
            spt_domain_zoom(model, labelled, settings->precision, &watch, domain, err);
    return status;
}

/* Half the size where that was asked for, or was found better for a whole model and
 * every image has room for 2 x 2 windows that are twice as wide. */
static enum septum_status
choose_size(struct spt_model *model, const struct spt_adaptation *how,
            struct spt_domain *domain, struct septum_error *err)
{
    const uint32_t window = 2 * model->spec.window;
    const bool asked = how->pixel_size == SEPTUM_PIXEL_SIZE_HALF;
    const bool found = how->whole && spt_domain_better_size(domain) == SPT_ZOOM_HALF &&
                       how->least_side / 2 >= window && window <= SPT_SPEC_WINDOW;

    if (asked && how->least_side < window)
        return spt_fail(err, SEPTUM_EINVAL,
                        "half the size needs images of %u x %u pixels or more, and one "
                        "is only %u wide or high",
                        window, window, how->least_side);
    domain->coarse = asked || found;
    return domain->coarse ? spt_spec_coarsen(&model->spec, 2, &model->spec, err)
                          : SEPTUM_OK;
}

enum septum_status
spt_adapt(struct spt_model *model, const struct spt_samples *labelled,
          const struct spt_adaptation *how, const struct spt_settings *settings,
          const struct spt_listener *listener, char text[SPT_DOMAIN_TEXT],
          struct septum_error *err)
{
    struct spt_listener told = *listener;
    struct spt_domain domain = {0};
    enum septum_status status;

    text[0] = '\0';
    if (how->polarity == SEPTUM_POLARITY_INVERSE)
        spt_model_negate(model);
    status = look(model, labelled, how, settings, &told, &domain, err);
    if (status == SEPTUM_OK)
        status = choose_size(model, how, &domain, err);
    if (status != SEPTUM_OK)
        return status;
    spt_domain_describe(&domain, text);
    if (text[0] == '\0' || tell(listener, 0, text, true))
        return SEPTUM_OK;
    return spt_fail(err, SEPTUM_ESTOPPED, "stopped");
}

/* Find the threshold of the source model on what was tallied of the judges and, without
 * validation images, on what only the other net has learnt. */
static enum septum_status
find_threshold(const struct spt_model *source, const struct spt_run *run,
               struct spt_listener *listener, struct spt_tally *tally,
               double *threshold, struct septum_error *err)
{
    const struct spt_watch watch = {is_comparing, listener};
    enum septum_status status;

    *threshold = spt_tally_best(tally).threshold;
    if (run->validation != NULL)
        return SEPTUM_OK;
    status = spt_evaluate_model(
        source, run->settings->precision, run->samples,
        spt_evaluate_every(run->samples, SPT_RUN_THRESHOLD_IMAGES), &watch, tally, err);
    *threshold = spt_tally_choose(tally).threshold;
    return status;
}

enum septum_status
spt_adapt_keep_better(const struct spt_model *source, const struct spt_run *run,
                      struct spt_net *net, struct spt_run_result *result,
                      char text[SPT_DOMAIN_TEXT], struct septum_error *err)
{
    const struct spt_samples *judges =
        run->validation != NULL ? run->validation : run->judges;
    struct spt_listener listener = {run->progress, run->user};
    const struct spt_watch watch = {is_comparing, &listener};
    struct spt_tally tally = {0};
    enum septum_status status;
    double f_score;

    text[0] = '\0';
    if (judges == NULL)
        return SEPTUM_OK;
    status = spt_evaluate_model(source, run->settings->precision, judges, 1, &watch,
                                &tally, err);
    f_score = spt_tally_best(&tally).f_score;
    if (status != SEPTUM_OK || f_score <= result->f_score)
        return status;
    snprintf(text, SPT_DOMAIN_TEXT,
             "untouched, the source model is better (F-score %.3f against %.3f) and "
             "stays: more labels are needed",
             f_score, result->f_score);
    memcpy(spt_net_parameters(net), source->parameters,
           source->spec.parameter_count * sizeof(float));
    spt_net_changed(net);
    *result = (struct spt_run_result){.f_score = f_score};
    status = find_threshold(source, run, &listener, &tally, &result->threshold, err);
    tell(&listener, 1, text, true);
    return status;
}
