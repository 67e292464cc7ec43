/*
 * model_file.h - a model on disk.
 */
#ifndef SEPTUM_TRAIN_MODEL_FILE_H
#define SEPTUM_TRAIN_MODEL_FILE_H

#include "net/model.h"

/* Largest model file that is read: far above any net that is of use, far below what
 * would drive a machine into its swap. */
#define SPT_MODEL_FILE_BYTES ((size_t)1 << 30)

/* Read the model file `path` into *out, whatever that held; the caller clears it. */
enum septum_status
spt_model_read(const char *path, struct spt_model *out, struct septum_error *err);

/* Write it as a model file, whole or not at all. */
enum septum_status spt_model_write(const struct spt_model *model, const char *path,
                                   bool force, struct septum_error *err);

#endif
