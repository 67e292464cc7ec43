/*
 * stripes.h - a small world to learn in: noisy images of stripes, whose dark lines are
 * the membranes, and a tiny net.
 */
#ifndef SEPTUM_TESTS_STRIPES_H
#define SEPTUM_TESTS_STRIPES_H

#include "loop/pool.h"
#include "net/model.h"
#include "train/settings.h"

#define STRIPES_SIDE 48 /* of an image: 3 x 3 windows */
#define STRIPES_WINDOW 16
#define STRIPES_NET "window16 conv3-4 pool2 FC-6 FC-1"
#define STRIPES_LAYERS 3 /* with weights */

/* `count` images and their whole truth.  Stripes of each image run their own way. */
struct spt_samples stripes_samples(size_t count, uint64_t seed);

/* A model of that net with weights drawn at random and no history. */
struct spt_model stripes_model(uint64_t seed);

/* A net that holds the model's weights, to predict with. */
struct spt_net *stripes_net(const struct spt_model *model);
struct spt_predictor *stripes_predictor(struct spt_net *net);

/* Dense training on tiles of one window, with everything the default has. */
struct spt_settings stripes_settings(void);

#endif
