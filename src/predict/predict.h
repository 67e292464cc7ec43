/*
 * predict.h - a whole image through the net, tile by tile, inside a memory bound.
 *
 * A predictor keeps the compiled net between images.  Tiles overlap by the net's
 * context; the last tile of a row or column is moved back inside the image, so that all
 * tiles have one size and the answer does not depend on it.
 */
#ifndef SEPTUM_PREDICT_PREDICT_H
#define SEPTUM_PREDICT_PREDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/watch.h"
#include "image/box.h"
#include "image/grid.h"
#include "net/net.h"

struct spt_predictor;

struct spt_predict_options {
    uint32_t tile;   /* outputs a side, rounded up to the net's stride; 0 = the largest
                        up to 512 that `memory` allows */
    uint64_t memory; /* bytes of working memory; 0 = 1 GiB */
    bool average;    /* the mean over the symmetries below */
    uint32_t symmetries; /* of a square, under which the net learnt: the first so many,
                            a group; 0 = all 8 */
    enum spt_precision precision;
    struct spt_watch watch; /* asked before each pass of the net, but for streams, which
                               have their own: fails with SEPTUM_ESTOPPED */
};

/* The predictor reads `net`'s weights as they are at each call; the net outlives it. */
enum septum_status
spt_predictor_create(struct spt_net *net, const struct spt_predict_options *options,
                     struct spt_predictor **out, struct septum_error *err);
void spt_predictor_free(struct spt_predictor *predictor);

/*
 * Probabilities of a normalised image of height x width into `membrane`.  Refuses an
 * image smaller than the window, naming both sizes.  The image and its probabilities do
 * not count as working memory.
 */
enum septum_status
spt_predict(struct spt_predictor *predictor, const float *image, uint32_t height,
            uint32_t width, float *membrane, struct septum_error *err);

/* The same of a box of the image, of one pixel at least: box->height x box->width
 * probabilities, equal to those of the whole. */
enum septum_status
spt_predict_box(struct spt_predictor *predictor, const float *image, uint32_t height,
                uint32_t width, const struct spt_box *box, float *membrane,
                struct septum_error *err);

/*
 * Probabilities of the pixels (every * y, every * x) only, rows of width / every
 * rounded up: an image at every 4th pixel takes a tenth of the time that it takes at
 * all, since what lies between need not be computed.  `every` is one of
 * spt_spec_every(); one pass, whatever the options say.
 */
enum septum_status
spt_predict_coarse(struct spt_predictor *predictor, const float *image, uint32_t height,
                   uint32_t width, uint32_t every, float *membrane,
                   struct septum_error *err);

/* As spt_spec_every() for the predictor's net; 1 where its options ask for the mean
 * over the symmetries. */
uint32_t
spt_predict_every(const struct spt_predictor *predictor, uint32_t most, uint32_t side);

/*
 * The same with values of the FC layers dropped, as in training: one draw, that of
 * `key`.  The mean over many keys is the prediction of the net's own ensemble (Gal and
 * Ghahramani, "Dropout as a Bayesian approximation", 2016).
 */
enum septum_status
spt_predict_dropout(struct spt_predictor *predictor, const float *image,
                    uint32_t height, uint32_t width, double dropout, uint64_t key,
                    float *membrane, struct septum_error *err);

/* The mean over the symmetries, whatever the options say of it. */
enum septum_status
spt_predict_symmetries(struct spt_predictor *predictor, const float *image,
                       uint32_t height, uint32_t width, float *membrane,
                       struct septum_error *err);

/*
 * One pass, and beside the probabilities what the last layer sees of each window of
 * `grid`, on average over its pixels: `features` takes the number of windows times
 * spt_predict_feature_count() floats.  Fails with SEPTUM_EINVAL where that is 0.
 */
enum septum_status
spt_predict_features(struct spt_predictor *predictor, const float *image,
                     uint32_t height, uint32_t width, const struct spt_grid *grid,
                     float *membrane, float *features, struct septum_error *err);

/* Values of each window; 0 for a net whose last layer looks at more than one place. */
uint32_t spt_predict_feature_count(const struct spt_predictor *predictor);

/* An image that comes and goes some rows at a time. */
struct spt_predict_stream {
    const char *name; /* for messages */
    uint32_t height, width;
    uint64_t taken; /* bytes of the working memory that the caller uses himself */

    /* Give `count` normalised rows from row `top` on: each row once, in order. */
    enum septum_status (*read)(void *user, uint32_t top, uint32_t count, float *pixels,
                               struct septum_error *err);
    /* Take the probabilities of the next `count` rows. */
    enum septum_status (*write)(void *user, uint32_t count, const float *membrane,
                                struct septum_error *err);
    void *user;

    struct spt_watch watch; /* asked before each pass of the net */
};

/* The same for such an image, of which only as many rows as a tile needs are in memory
 * at a time; they count.  Stops at the first failure of read or write, which it passes
 * on. */
enum septum_status
spt_predict_stream(struct spt_predictor *predictor,
                   const struct spt_predict_stream *stream, struct septum_error *err);

/* Bytes of working memory that it needs, `taken` among them, with the smallest tile. */
uint64_t spt_predict_stream_least(const struct spt_predictor *predictor,
                                  const struct spt_predict_stream *stream);

#endif
