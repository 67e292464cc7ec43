/*
 * domain.h - how far a source model is from a new domain before it learns anything
 * there, and whether the membranes of one are bright where those of the other are dark.
 */
#ifndef SEPTUM_TRAIN_DOMAIN_H
#define SEPTUM_TRAIN_DOMAIN_H

#include "net/model.h"
#include "train/evaluate.h"

struct spt_domain {
    double f_score;          /* of the untouched model, at its best threshold */
    double negative_f_score; /* the same on the images' negatives */
    bool inverse;            /* the model was turned to see negatives */
};

/*
 * Measure `model` on (at most two of) the labelled samples, and turn it for good, by
 * spt_model_negate(), when their negatives score higher by more than 0.05, which chance
 * does not bring.  `alive` may be NULL.
 */
enum septum_status
spt_domain_meet(struct spt_model *model, const struct spt_samples *labelled,
                enum spt_precision precision, spt_alive_fn alive, void *user,
                struct spt_domain *out, struct septum_error *err);

/* Say in a sentence, without a newline, what was found. */
#define SPT_DOMAIN_TEXT 192
void spt_domain_describe(const struct spt_domain *domain, char text[SPT_DOMAIN_TEXT]);

#endif
