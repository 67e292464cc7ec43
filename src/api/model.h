/*
 * model.h - what the public model handle is.
 */
#ifndef SEPTUM_API_MODEL_H
#define SEPTUM_API_MODEL_H

#include "net/model.h"

struct septum_model {
    struct spt_model model;
    char net[SPT_SPEC_TEXT]; /* the specification as text, for septum_model_info() */
    char *path;              /* of the file that it was read from; owned */
};

#endif
