/*
 * domain.c - see domain.h.
 */
#include "train/domain.h"

#include <stdio.h>

#define MARGIN 0.05
#define MOST_IMAGES 2

/* The model's best F-score, and how far its probabilities are off (may be NULL). */
static enum septum_status
score(const struct spt_model *model, const struct spt_samples *labelled,
      enum spt_precision precision, const struct spt_watch *watch, double *f_score,
      double *calibration_error, struct septum_error *err)
{
    struct spt_tally tally = {0};
    enum septum_status status = spt_evaluate_model(
        model, precision, labelled, spt_evaluate_every(labelled, MOST_IMAGES), watch,
        &tally, err);

    if (status != SEPTUM_OK)
        return status;
    *f_score = spt_tally_best(&tally).f_score;
    if (calibration_error != NULL)
        *calibration_error = spt_tally_calibration_error(&tally);
    return SEPTUM_OK;
}

enum septum_status
spt_domain_meet(struct spt_model *model, const struct spt_samples *labelled,
                enum spt_precision precision, const struct spt_watch *watch,
                struct spt_domain *out, struct septum_error *err)
{
    struct spt_domain domain = {0};
    double negative_error = 0;
    enum septum_status status = score(model, labelled, precision, watch,
                                      &domain.f_score, &domain.calibration_error, err);

    if (status != SEPTUM_OK)
        return status;
    spt_model_negate(model);
    status = score(model, labelled, precision, watch, &domain.negative_f_score,
                   &negative_error, err);
    domain.inverse =
        status == SEPTUM_OK && domain.negative_f_score > domain.f_score + MARGIN;
    if (domain.inverse)
        domain.calibration_error = negative_error;
    else
        spt_model_negate(model);
    if (status == SEPTUM_OK)
        *out = domain;
    return status;
}

static const struct spt_sample *
best_known(const struct spt_samples *labelled)
{
    const struct spt_sample *best = labelled->sample;

    for (size_t i = 1; i < labelled->count; i++)
        if (labelled->sample[i].known > best->known)
            best = &labelled->sample[i];
    return best;
}

enum septum_status
spt_domain_zoom(const struct spt_model *model, const struct spt_samples *labelled,
                enum spt_precision precision, const struct spt_watch *watch,
                struct spt_domain *domain, struct septum_error *err)
{
    const struct spt_sample *sample = best_known(labelled);
    const uint32_t twice = 2 * model->spec.window;
    enum septum_status status = SEPTUM_OK;
    struct spt_part place;

    if (sample->height < twice || sample->width < twice || twice > SPT_ZOOM_PART)
        return SEPTUM_OK;
    place = spt_zoom_find(sample);
    for (int zoom = 0; zoom < SPT_ZOOM_COUNT && status == SEPTUM_OK; zoom++) {
        struct spt_samples part;

        status = spt_zoom_part(sample, &place, (enum spt_zoom)zoom, &part, err);
        if (status == SEPTUM_OK)
            status = score(model, &part, precision, watch, &domain->zoom_f_score[zoom],
                           NULL, err);
        spt_samples_clear(&part);
    }
    return status;
}

enum spt_zoom
spt_domain_better_size(const struct spt_domain *domain)
{
    const double *f_score = domain->zoom_f_score;
    enum spt_zoom best = f_score[SPT_ZOOM_HALF] > f_score[SPT_ZOOM_DOUBLE]
                             ? SPT_ZOOM_HALF
                             : SPT_ZOOM_DOUBLE;

    return f_score[best] > f_score[SPT_ZOOM_SAME] + MARGIN ? best : SPT_ZOOM_SAME;
}

void
spt_domain_describe(const struct spt_domain *domain, char text[SPT_DOMAIN_TEXT])
{
    static const char *const advice[SPT_ZOOM_COUNT] = {
        [SPT_ZOOM_SAME] = "",
        [SPT_ZOOM_HALF] = ": images of half the size would suit it better",
        [SPT_ZOOM_DOUBLE] = ": images of double the size would suit it better",
    };
    const double *zoom = domain->zoom_f_score;
    char whole[SPT_DOMAIN_TEXT / 2] = "", part[SPT_DOMAIN_TEXT / 2] = "";

    if (domain->f_score > 0 || domain->negative_f_score > 0)
        snprintf(
            whole, sizeof whole,
            " has F-score %.3f here and %.3f on negatives%s; its probabilities are "
            "off by %.2f on average",
            domain->f_score, domain->negative_f_score,
            domain->inverse ? ": it is turned to see negatives" : "",
            domain->calibration_error);
    if (zoom[SPT_ZOOM_SAME] > 0)
        snprintf(part, sizeof part,
                 "%s %.3f, at half the size %.3f, at double "
                 "%.3f%s",
                 whole[0] != '\0' ? "; on a part of an image it has"
                                  : " on a part of an image has",
                 zoom[SPT_ZOOM_SAME], zoom[SPT_ZOOM_HALF], zoom[SPT_ZOOM_DOUBLE],
                 domain->coarse ? ": it looks at these images at half their size"
                                : advice[spt_domain_better_size(domain)]);
    snprintf(text, SPT_DOMAIN_TEXT, "%s%s%s",
             whole[0] != '\0' || part[0] != '\0' ? "the source model, untouched," : "",
             whole, part);
}
