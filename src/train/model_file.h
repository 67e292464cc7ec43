/*
 * model_file.h - a model on disk, and as a net that runs.
 */
#ifndef SEPTUM_TRAIN_MODEL_FILE_H
#define SEPTUM_TRAIN_MODEL_FILE_H

#include "net/model.h"
#include "net/net.h"

/* Largest model file that is read: far above any net that is of use, far below what
 * would drive a machine into its swap. */
#define SPT_MODEL_FILE_BYTES ((size_t)1 << 30)

/* Read the model file `path` into *out, whatever that held; the caller clears it. */
enum septum_status
spt_model_read(const char *path, struct spt_model *out, struct septum_error *err);

/* Write it as a model file, whole or not at all. */
enum septum_status spt_model_write(const struct spt_model *model, const char *path,
                                   bool force, struct septum_error *err);

/* A net with the model's weights.  Refuses a model that wants intensities normalised
 * by another rule than ours; `name` is for messages. */
enum septum_status spt_model_net(const struct spt_model *model, const char *name,
                                 struct spt_net **out, struct septum_error *err);

#endif
