/*
 * trainer.h - one training step after another.
 *
 * A step draws a mini-batch, runs it forward and backward and lets the optimiser act.
 * In the dense form a mini-batch is one tile of neighbouring windows under a random
 * symmetry, with a weight for each pixel; its gradient is that of the same windows, so
 * weighted, in patch form.  All that a step draws depends on the seed and the step's
 * number alone: a trainer that is given its state back goes on as if it had never
 * stopped.
 */
#ifndef SEPTUM_TRAIN_TRAINER_H
#define SEPTUM_TRAIN_TRAINER_H

#include "train/samples.h"
#include "train/settings.h"

struct spt_trainer;

/*
 * Train `net` on `samples`, both of which outlive the trainer.  Labels may be added to
 * the samples between steps.  Layers with weights before number `first_trained` stay as
 * they are.
 */
enum septum_status
spt_trainer_create(struct spt_net *net, const struct spt_samples *samples,
                   const struct spt_settings *settings, uint64_t seed,
                   uint32_t first_trained, struct spt_trainer **out,
                   struct septum_error *err);
void spt_trainer_free(struct spt_trainer *trainer);

/* Steps that make an epoch with the labels there are now: each known pixel `views`
 * times in expectation (dense), or each window that a balanced draw holds (patch).  At
 * least 1. */
uint64_t spt_trainer_epoch_steps(const struct spt_trainer *trainer);

/* Windows (pixels) that a step learns from, at most. */
uint64_t spt_trainer_step_windows(const struct spt_trainer *trainer);

/*
 * One step at `rate`.  *loss becomes the mini-batch's loss.  Fails when the loss is not
 * a finite number.
 */
enum septum_status spt_trainer_step(struct spt_trainer *trainer, double rate,
                                    double *loss, struct septum_error *err);

/* The optimiser, whose state and step count a checkpoint holds. */
struct spt_optimiser *spt_trainer_optimiser(struct spt_trainer *trainer);

/*
 * Before the first step of a net that is a source model, whole: what is published is to
 * stay near to the weights that the net has now, as far as its settings say.
 */
enum septum_status
spt_trainer_anchor(struct spt_trainer *trainer, struct septum_error *err);

/* Write the weights to predict with into another net of the same specification: the
 * running average or, where there is an anchor, its mean with that, as
 * spt_settings_learnt() weighs them. */
void spt_trainer_publish(const struct spt_trainer *trainer, struct spt_net *to);

#endif
