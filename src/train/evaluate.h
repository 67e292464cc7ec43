/*
 * evaluate.h - how well a net does on samples whose labels are known.
 */
#ifndef SEPTUM_TRAIN_EVALUATE_H
#define SEPTUM_TRAIN_EVALUATE_H

#include "net/model.h"
#include "predict/predict.h"
#include "score/fscore.h"
#include "score/partition.h"
#include "train/samples.h"

/*
 * Predict every `every`-th sample that has known pixels and add its known pixels to
 * *tally.  `watch` (NULL = none) is asked before each.
 */
enum septum_status
spt_evaluate(struct spt_predictor *predictor, const struct spt_samples *samples,
             size_t every, const struct spt_watch *watch, struct spt_tally *tally,
             struct septum_error *err);

/* The same with a model. */
enum septum_status
spt_evaluate_model(const struct spt_model *model, enum spt_precision precision,
                   const struct spt_samples *samples, size_t every,
                   const struct spt_watch *watch, struct spt_tally *tally,
                   struct septum_error *err);

/* An `every` by which at most `most` of the samples that know something are taken; 1
 * where `most` is 0. */
size_t spt_evaluate_every(const struct spt_samples *samples, size_t most);

/* The first, which adds the cells of these samples to *cells as well. */
enum septum_status
spt_evaluate_cells(struct spt_predictor *predictor, const struct spt_samples *samples,
                   size_t every, const struct spt_watch *watch, struct spt_tally *tally,
                   struct spt_partition_tally *cells, struct septum_error *err);

#endif
