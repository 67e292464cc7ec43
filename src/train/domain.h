/*
 * domain.h - how far a source model is from a new domain before it learns anything
 * there: whether the membranes of one are bright where those of the other are dark,
 * whether they are as wide, and whether its probabilities still mean what they say.
 */
#ifndef SEPTUM_TRAIN_DOMAIN_H
#define SEPTUM_TRAIN_DOMAIN_H

#include "net/model.h"
#include "train/evaluate.h"
#include "train/zoom.h"

struct spt_domain {
    double f_score;           /* of the untouched model, at its best threshold */
    double negative_f_score;  /* the same on the images' negatives */
    bool inverse;             /* the model was turned to see negatives */
    double calibration_error; /* of the model as it now is, score/fscore.h */
    /* Of the model as it now is, on one part of a sample: train/zoom.h.  All zero where
     * nothing was measured. */
    double zoom_f_score[SPT_ZOOM_COUNT];
    bool coarse; /* the model was made to look at images at half their size */
};

/*
 * Measure `model` on (at most two of) the labelled samples, and turn it for good, by
 * spt_model_negate(), when their negatives score higher by more than 0.05, which chance
 * does not bring.  `watch` may be NULL.
 */
enum septum_status
spt_domain_meet(struct spt_model *model, const struct spt_samples *labelled,
                enum spt_precision precision, const struct spt_watch *watch,
                struct spt_domain *out, struct septum_error *err);

/* Measure the model that has met the domain at half and at double size as well, on one
 * part of the sample that has the most known pixels; or not at all where that is too
 * small for its window at half the size. */
enum septum_status
spt_domain_zoom(const struct spt_model *model, const struct spt_samples *labelled,
                enum spt_precision precision, const struct spt_watch *watch,
                struct spt_domain *domain, struct septum_error *err);

/* The size at which it finds more, by more than chance brings; else SPT_ZOOM_SAME. */
enum spt_zoom spt_domain_better_size(const struct spt_domain *domain);

/* Say in a sentence, without a newline, what was found; empty where nothing was. */
#define SPT_DOMAIN_TEXT 384
void spt_domain_describe(const struct spt_domain *domain, char text[SPT_DOMAIN_TEXT]);

#endif
