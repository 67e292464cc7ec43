/*
 * checkpoint.h - all that a training needs to go on as if it had never stopped.
 *
 * The file, in this machine's byte order: the 8 bytes "SEPTUM-C", the struct below,
 * then the parameters, the optimiser's state, the log's text, and a checksum of all
 * that.  It is replaced as a whole, so that a kill at any moment leaves the last one.
 */
#ifndef SEPTUM_TRAIN_CHECKPOINT_H
#define SEPTUM_TRAIN_CHECKPOINT_H

#include "base/text.h"
#include "net/net.h"
#include "net/optimiser.h"

struct spt_checkpoint {
    uint64_t fingerprint; /* of settings and data: another training must not go on */
    uint64_t parameters;  /* of the net */
    uint64_t steps;       /* done */
    double seconds;       /* spent on them */
    double loss_sum;      /* over the steps of the current epoch */
    double rate;          /* of the last step */
    uint64_t log_bytes;
};

/* Write `state` (its sizes are filled in here), with what net, optimiser and log hold.
 */
enum septum_status
spt_checkpoint_write(const char *path, struct spt_checkpoint state, struct spt_net *net,
                     const struct spt_optimiser *optimiser, const struct spt_text *log,
                     struct septum_error *err);

/*
 * Read it back into all of them.  Refuses what is not a checkpoint, a damaged one, and
 * one of another fingerprint or size.
 */
enum septum_status
spt_checkpoint_read(const char *path, uint64_t fingerprint,
                    struct spt_checkpoint *state, struct spt_net *net,
                    struct spt_optimiser *optimiser, struct spt_text *log,
                    struct septum_error *err);

/* Mix `count` bytes into a 64-bit fingerprint. */
uint64_t spt_fingerprint(uint64_t before, const void *data, size_t count);

#endif
