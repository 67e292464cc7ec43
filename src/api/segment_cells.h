/*
 * segment_cells.h - the cells of a page whose probabilities come row by row.
 *
 * Where a basin ends is known when all of the map is.  So it is kept whole, unlike all
 * else that segmenting a page gives.
 */
#ifndef SEPTUM_API_SEGMENT_CELLS_H
#define SEPTUM_API_SEGMENT_CELLS_H

#include "cells/cells.h"
#include "image/set.h"
#include "image/write.h"

/* Memory that it takes, bytes a pixel: the map, the cells, and cutting them. */
#define SPT_MAP_BYTES (sizeof(float) + sizeof(uint32_t) + SPT_CELLS_BYTES)

/* A map in the making.  All zero is a valid, empty one. */
struct spt_map {
    float *membrane; /* NULL: not wanted */
    size_t known;    /* pixels of it, so far */
};

/* Room for the map of `page`; the caller clears *out. */
enum septum_status spt_map_init(const struct spt_page *page, struct spt_map *out,
                                struct septum_error *err);
void spt_map_clear(struct spt_map *map);

/* Keep the next `count` pixels. */
void spt_map_add(struct spt_map *map, const float *membrane, size_t count);

/* Cut the whole map of `page` into cells and write them for `path`, 16 bits a pixel
 * where their numbers fit, else 32.  The caller commits *out. */
enum septum_status
spt_map_cut(const struct spt_map *map, const struct spt_page *page,
            const struct spt_cells_rule *rule, const char *path, bool force,
            struct spt_writer **out, struct septum_error *err);

#endif
