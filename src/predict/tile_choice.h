/*
 * tile_choice.h - the side of a tile that suits this machine, found by trying.
 *
 * A larger tile has less border for each pixel, a smaller one stays in the cache and
 * leaves memory to others.  What was found is kept (base/cache.h).
 */
#ifndef SEPTUM_PREDICT_TILE_CHOICE_H
#define SEPTUM_PREDICT_TILE_CHOICE_H

#include "base/watch.h"
#include "net/net.h"

/*
 * Predict tiles of several sides, and find the smallest that is, but for 3 %, as fast
 * for each pixel as the fastest.  Takes as long as some 5 million pixels, and up to
 * 1 GiB.
 */
enum septum_status spt_tile_measure(struct spt_net *net, enum spt_precision precision,
                                    const struct spt_watch *watch, uint32_t *side,
                                    struct septum_error *err);

/* Keep it for nets of this kind, `threads` and this machine.  False when there is no
 * place for it. */
bool spt_tile_keep(const struct spt_spec *spec, enum spt_precision precision,
                   uint32_t threads, uint32_t side);

/* The one that was kept, a multiple of the net's stride; 0 when there is none. */
uint32_t spt_tile_recall(const struct spt_spec *spec, enum spt_precision precision,
                         uint32_t threads);

#endif
