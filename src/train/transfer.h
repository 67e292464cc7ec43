/*
 * transfer.h - the first layers of one net become those of another.
 */
#ifndef SEPTUM_TRAIN_TRANSFER_H
#define SEPTUM_TRAIN_TRANSFER_H

#include "net/model.h"
#include "net/net.h"

#define SPT_ALL_LAYERS UINT32_MAX

/* Refuses (SEPTUM_EINVAL) more layers with weights than `from` has. */
enum septum_status spt_transfer_check(const struct spt_model *from, uint32_t layers,
                                      struct septum_error *err);

/*
 * Copy the weights of the first `layers` layers with weights of `from` (or all that it
 * has) into `net`, and draw new ones for the layers after them, others than a net that
 * begins from nothing with this seed would have.  *copied becomes the number of layers
 * copied.  Refuses more than the nets have in common, naming the first
 * that differs, and a model that sees intensities on another scale.
 */
enum septum_status
spt_transfer(const struct spt_model *from, uint32_t layers, uint64_t seed,
             struct spt_net *net, uint32_t *copied, struct septum_error *err);

#endif
