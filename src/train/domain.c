/*
 * domain.c - see domain.h.
 */
#include "train/domain.h"

#include <stdio.h>

#define MARGIN 0.05
#define MOST_IMAGES 2

/* The model's best F-score. */
static enum septum_status
score(const struct spt_model *model, const struct spt_samples *labelled,
      enum spt_precision precision, spt_alive_fn alive, void *user, double *f_score,
      struct septum_error *err)
{
    struct spt_tally tally = {0};
    enum septum_status status = spt_evaluate_model(
        model, precision, labelled, spt_evaluate_every(labelled, MOST_IMAGES), alive,
        user, &tally, err);

    if (status == SEPTUM_OK)
        *f_score = spt_tally_best(&tally).f_score;
    return status;
}

enum septum_status
spt_domain_meet(struct spt_model *model, const struct spt_samples *labelled,
                enum spt_precision precision, spt_alive_fn alive, void *user,
                struct spt_domain *out, struct septum_error *err)
{
    struct spt_domain domain = {0};
    enum septum_status status =
        score(model, labelled, precision, alive, user, &domain.f_score, err);

    if (status != SEPTUM_OK)
        return status;
    spt_model_negate(model);
    status =
        score(model, labelled, precision, alive, user, &domain.negative_f_score, err);
    domain.inverse =
        status == SEPTUM_OK && domain.negative_f_score > domain.f_score + MARGIN;
    if (!domain.inverse)
        spt_model_negate(model);
    if (status == SEPTUM_OK)
        *out = domain;
    return status;
}

void
spt_domain_describe(const struct spt_domain *domain, char text[SPT_DOMAIN_TEXT])
{
    snprintf(
        text, SPT_DOMAIN_TEXT,
        "the source model, untouched, has F-score %.3f here and %.3f on negatives%s",
        domain->f_score, domain->negative_f_score,
        domain->inverse ? ": it is turned to see negatives" : "");
}
