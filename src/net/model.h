/*
 * model.h - a net with its weights and what is known of them: what a model file holds.
 */
#ifndef SEPTUM_NET_MODEL_H
#define SEPTUM_NET_MODEL_H

#include "net/spec.h"

struct spt_model {
    struct spt_spec spec;
    float *parameters;   /* spec.parameter_count floats, see spec.h; owned */
    double threshold;    /* membrane from here on, in [0, 1] */
    uint32_t symmetries; /* of a square under which it saw its images: the first so
                            many, a group */
    double trained_epochs;
    uint64_t trained_windows;
    char *normalisation; /* name of the rule; owned */
    char *history; /* lines of text, oldest first, each ended by a newline; owned */
};

/* Make *model, whatever it held, a model of `spec` with zero weights, threshold 0.5,
 * all symmetries, empty history and normalisation SPT_NORMALISATION.  Clear it with
 * spt_model_clear(). */
enum septum_status spt_model_init(struct spt_model *model, const struct spt_spec *spec,
                                  struct septum_error *err);
void spt_model_clear(struct spt_model *model);

/* *out becomes a copy of `model`; what it held before is not freed. */
enum septum_status spt_model_copy(const struct spt_model *model, struct spt_model *out,
                                  struct septum_error *err);

/* Let the model say of an image what it said of its negative: the weights of the first
 * layer change sign, as normalised pixels would (the rule is symmetric). */
void spt_model_negate(struct spt_model *model);

/* Add a line (without its newline) to the history.  Control characters become blanks,
 * so that a model's texts can be shown anywhere. */
enum septum_status spt_model_add_history(struct spt_model *model, const char *line,
                                         struct septum_error *err);

#endif
