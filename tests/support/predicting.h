/*
 * predicting.h - whole images through a net, for tests.
 */
#ifndef SEPTUM_SUPPORT_PREDICTING_H
#define SEPTUM_SUPPORT_PREDICTING_H

#include "predict/predict.h"

/* What a tile takes, bytes. */
size_t predicting_memory(const struct spt_net *net, uint32_t tile);

/* Predict an image of drawn values into `membrane`, guarded, with a predictor of its
 * own. */
void predicting_whole(struct spt_net *net, struct spt_predict_options options,
                      uint32_t height, uint32_t width, float *membrane);

#endif
