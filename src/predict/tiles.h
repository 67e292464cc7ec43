/*
 * tiles.h - the net on one row of an image's tiles; what whole images and streams
 * share.
 */
#ifndef SEPTUM_PREDICT_TILES_H
#define SEPTUM_PREDICT_TILES_H

#include "image/mirror.h"
#include "predict/predict.h"

struct spt_predictor {
    struct spt_net *net;
    struct spt_predict_options options;
    struct spt_pass *pass; /* of the last image's tile, or NULL */
    uint32_t tile;         /* pixels a side of `pass` */
    uint32_t every;        /* of which it answers every so many-th */
    float *answer;         /* probabilities of a tile */
    float *crop;           /* what one symmetry sees, not turned; average only */
    float *turned[2];      /* a tile's probabilities, turned and turned back */
};

/* An image to be predicted. */
struct spt_predict_job {
    const char *name; /* NULL: nobody's */
    uint32_t height, width;
    struct spt_box box; /* to answer; all zero: the whole */
    bool streamed;      /* its bands are ours */
    uint64_t taken;
    bool average;   /* over the symmetries */
    uint32_t every; /* pixels from one answer to the next; 1 but for coarse ones */
    double dropout;
    uint64_t key, number;        /* of the draw; of the tile in it */
    const struct spt_grid *grid; /* whose windows' features are to be added up, or
                                    NULL */
    float *features;
    struct spt_watch watch;
};

/* ---- tile_fit.c: how large they are ---------------------------------------------- */

/* Refuse what cannot be predicted, and have a pass for its tiles. */
enum septum_status
spt_tiles_prepare(struct spt_predictor *predictor, struct spt_predict_job *job,
                  struct septum_error *err);

/* Bytes that the smallest tile takes in all. */
uint64_t spt_tiles_least(const struct spt_predictor *predictor,
                         const struct spt_predict_job *job);

/* Give up the pass and what depends on its tile. */
void spt_tiles_clear(struct spt_predictor *predictor);

/* How far from a pixel the net looks, at most. */
uint32_t spt_tiles_margin(const struct spt_predictor *predictor);

/* Floats of the rows that a row of tiles of this side sees, and of those it answers. */
uint64_t spt_tiles_seen(const struct spt_predictor *predictor,
                        const struct spt_predict_job *job, uint32_t tile);
uint64_t spt_tiles_found(const struct spt_predict_job *job, uint32_t tile);

/* ---- tiles.c: what they say ------------------------------------------------------ */

/* Where the row (or column) of tiles begins that holds row `y` of `size`, a multiple of
 * the tile: the last one inside, where there is room, or as far as pixels with answers
 * allow. */
uint32_t
spt_tiles_begin(const struct spt_predictor *predictor, uint32_t y, uint32_t size);

/* The rows of one row of tiles, from the box's row `y` on, into `out`. */
enum septum_status
spt_tiles_row(struct spt_predictor *predictor, struct spt_predict_job *job,
              const struct spt_band *band, uint32_t y, float *out,
              struct septum_error *err);

#endif
