/*
 * stepping.h - trainers of small nets, and their steps.
 */
#ifndef SEPTUM_TESTS_STEPPING_H
#define SEPTUM_TESTS_STEPPING_H

#include "train/trainer.h"

/* A little of everything, in either form. */
extern const struct spt_settings stepping_dense, stepping_patch;

struct spt_trainer *
stepping_trainer(struct spt_net *net, const struct spt_samples *samples,
                 struct spt_settings settings, uint64_t seed, uint32_t first_trained);

/* Some steps; returns the mean of their losses. */
double stepping_take(struct spt_trainer *trainer, int steps, double rate);

size_t stepping_parameter_bytes(const struct spt_net *net);

#define STEPPING_MASK_HEIGHT 13
#define STEPPING_MASK_WIDTH 19
#define STEPPING_MASK_PIXELS ((size_t)STEPPING_MASK_HEIGHT * STEPPING_MASK_WIDTH)

/* Images that are their own masks, without any symmetry; some pixels are unknown. */
void stepping_masks(struct spt_samples *out);

#endif
