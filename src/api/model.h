/*
 * model.h - what the public model handle is.
 */
#ifndef SEPTUM_API_MODEL_H
#define SEPTUM_API_MODEL_H

#include "net/model.h"
#include "net/net.h"

struct septum_model {
    struct spt_model model;
    char net[SPT_SPEC_TEXT]; /* the specification as text, for septum_model_info() */
};

/* A net with the model's weights.  Refuses a model that wants intensities normalised
 * by another rule than ours; `name` is for messages. */
enum septum_status spt_model_net(const struct spt_model *model, const char *name,
                                 struct spt_net **out, struct septum_error *err);

#endif
