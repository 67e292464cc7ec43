/*
 * predict.c - see predict.h.
 *
 * An image that comes row by row passes through a band: the rows that one row of tiles
 * sees.  Bands overlap; what the next one needs of the last one is moved up, so that no
 * row is read twice.
 */
#include "predict/predict.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/random.h"
#include "image/mirror.h"
#include "image/symmetry.h"
#include "net/activation.h"

#define DEFAULT_MEMORY ((uint64_t)1 << 30)
#define DEFAULT_TILE 512

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

enum septum_status
spt_predictor_create(struct spt_net *net, const struct spt_predict_options *options,
                     struct spt_predictor **out, struct septum_error *err)
{
    struct spt_predictor *predictor = spt_alloc_array(1, sizeof *predictor);

    *out = NULL;
    if (predictor == NULL)
        return spt_fail_memory(err, "prediction", sizeof *predictor);
    predictor->net = net;
    predictor->options = *options;
    if (predictor->options.memory == 0)
        predictor->options.memory = DEFAULT_MEMORY;
    if (predictor->options.symmetries == 0)
        predictor->options.symmetries = SPT_SYMMETRIES;
    *out = predictor;
    return SEPTUM_OK;
}

/* Give up the pass and what depends on its tile. */
static void
clear_tile(struct spt_predictor *predictor)
{
    spt_pass_free(predictor->pass);
    free(predictor->answer);
    free(predictor->crop);
    free(predictor->turned[0]);
    free(predictor->turned[1]);
    predictor->pass = NULL;
    predictor->answer = predictor->crop = NULL;
    predictor->turned[0] = predictor->turned[1] = NULL;
}

void
spt_predictor_free(struct spt_predictor *predictor)
{
    if (predictor == NULL)
        return;
    clear_tile(predictor);
    free(predictor);
}

/* ---- how large a tile ------------------------------------------------------------ */

static uint32_t
least(uint64_t a, uint64_t b)
{
    return (uint32_t)(a < b ? a : b);
}

static uint32_t
divide_up(uint32_t value, uint32_t by)
{
    return (value + by - 1) / by;
}

static uint32_t
round_up(uint32_t value, uint32_t multiple)
{
    return divide_up(value, multiple) * multiple;
}

/* How far from a pixel the net looks, at most. */
static uint32_t
margin_of(const struct spt_predictor *predictor)
{
    return spt_net_spec(predictor->net)->window / 2;
}

/* An image to be predicted. */
struct job {
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

static struct spt_pass_shape
shape_of(const struct spt_predictor *predictor, const struct job *job, uint32_t tile)
{
    return (struct spt_pass_shape){.form = SPT_FORM_DENSE,
                                   .batch = 1,
                                   .tile = tile,
                                   .every = job->every,
                                   .precision = predictor->options.precision};
}

/* Floats of the band that tiles see, and of the probabilities of their rows. */
static uint64_t
seen_floats(const struct spt_predictor *predictor, const struct job *job, uint32_t tile)
{
    uint64_t rows = tile + 2 * (uint64_t)margin_of(predictor);

    return least(rows, job->height) * (uint64_t)job->width;
}

static uint64_t
found_floats(const struct job *job, uint32_t tile)
{
    return least(tile, job->height) * (uint64_t)job->width;
}

/* Floats beside the pass that a tile takes. */
static uint64_t
tile_floats(const struct spt_predictor *predictor, const struct job *job, uint64_t tile)
{
    uint64_t side = tile + spt_net_spec(predictor->net)->window - 1;

    return tile * tile + (job->average ? side * side + 2 * tile * tile : 0);
}

static uint64_t
memory_of(const struct spt_predictor *predictor, const struct job *job, uint32_t tile)
{
    struct spt_pass_shape shape = shape_of(predictor, job, tile);
    uint64_t floats = tile_floats(predictor, job, tile);

    if (job->streamed)
        floats += seen_floats(predictor, job, tile) + found_floats(job, tile);
    return job->taken + sizeof(float) * floats +
           spt_pass_memory(spt_net_spec(predictor->net), &shape);
}

/* The largest tile that the options and the image have use for and memory bears. */
static enum septum_status
choose_tile(const struct spt_predictor *predictor, const struct job *job, uint32_t *out,
            struct septum_error *err)
{
    uint32_t wanted =
        predictor->options.tile > 0 ? predictor->options.tile : DEFAULT_TILE;
    uint32_t longest =
        job->box.height > job->box.width ? job->box.height : job->box.width;
    const struct spt_spec *spec = spt_net_spec(predictor->net);
    uint32_t tile = spt_spec_tile(spec, least(wanted, longest));

    while (memory_of(predictor, job, tile) > predictor->options.memory &&
           tile > spec->stride)
        tile -= spec->stride;
    if (memory_of(predictor, job, tile) > predictor->options.memory)
        return spt_fail(
            err, SEPTUM_EINVAL,
            "%s%sthe smallest tile needs %llu bytes of working memory, more than "
            "the %llu allowed",
            job->name != NULL ? job->name : "", job->name != NULL ? ": " : "",
            (unsigned long long)memory_of(predictor, job, tile),
            (unsigned long long)predictor->options.memory);
    *out = tile;
    return SEPTUM_OK;
}

static enum septum_status
take_tile(struct spt_predictor *predictor, const struct job *job, uint32_t tile,
          struct septum_error *err)
{
    struct spt_pass_shape shape = shape_of(predictor, job, tile);
    size_t outputs = (size_t)tile * tile;
    enum septum_status status;

    if (predictor->pass != NULL && predictor->tile == tile &&
        predictor->every == job->every)
        return SEPTUM_OK;
    clear_tile(predictor);
    status = spt_pass_create(predictor->net, &shape, &predictor->pass, err);
    if (status != SEPTUM_OK)
        return status;
    predictor->tile = tile;
    predictor->every = job->every;
    predictor->answer = spt_alloc_array(outputs, sizeof(float));
    return predictor->answer != NULL
               ? SEPTUM_OK
               : spt_fail_memory(err, "prediction", outputs * sizeof(float));
}

/* Room to turn tiles in. */
static enum septum_status
take_turned(struct spt_predictor *predictor, struct septum_error *err)
{
    size_t outputs = (size_t)predictor->tile * predictor->tile;
    size_t side = spt_pass_side(predictor->pass);

    if (predictor->crop != NULL)
        return SEPTUM_OK;
    predictor->crop = spt_alloc_array(side * side, sizeof(float));
    for (int i = 0; i < 2; i++)
        predictor->turned[i] = spt_alloc_array(outputs, sizeof(float));
    return predictor->crop != NULL && predictor->turned[0] != NULL &&
                   predictor->turned[1] != NULL
               ? SEPTUM_OK
               : spt_fail_memory(err, "prediction", side * side * sizeof(float));
}

/* Refuse what cannot be predicted, and have a pass for its tiles. */
static enum septum_status
prepare(struct spt_predictor *predictor, struct job *job, struct septum_error *err)
{
    uint32_t window = spt_net_spec(predictor->net)->window, tile = 0;
    enum septum_status status;

    if (job->box.height == 0)
        job->box = (struct spt_box){0, 0, job->height, job->width};
    if (job->height < window || job->width < window)
        return spt_fail(err, SEPTUM_EINVAL,
                        "%s%s%u x %u pixels, smaller than the net's window of %u x %u",
                        job->name != NULL ? job->name : "",
                        job->name != NULL ? ": " : "", job->width, job->height, window,
                        window);
    status = choose_tile(predictor, job, &tile, err);
    if (status == SEPTUM_OK)
        status = take_tile(predictor, job, tile, err);
    if (status == SEPTUM_OK && job->average)
        status = take_turned(predictor, err);
    if (status != SEPTUM_OK)
        clear_tile(predictor);
    return status;
}

/* ---- tiles ----------------------------------------------------------------------- */

/* Passes of the net over the whole box. */
static uint64_t
count_passes(const struct spt_predictor *predictor, const struct job *job)
{
    uint64_t down = divide_up(job->box.height, predictor->tile);
    uint64_t across = divide_up(job->box.width, predictor->tile);

    return down * across * (job->average ? predictor->options.symmetries : 1);
}

/* Answers a side of a tile. */
static uint32_t
answer_side(const struct spt_predictor *predictor)
{
    return predictor->tile / predictor->every;
}

static enum septum_status
run_pass(struct spt_predictor *predictor, struct job *job, float *probabilities,
         struct septum_error *err)
{
    double done = (double)job->number / (double)count_passes(predictor, job);
    const float *logits;
    enum septum_status status;

    if (!spt_watch_alive(&job->watch, done))
        return spt_fail(err, SEPTUM_ESTOPPED, "stopped");
    status = spt_pass_forward(predictor->pass, job->dropout,
                              spt_random_hash(job->key, job->number++), &logits, err);

    if (status == SEPTUM_OK)
        spt_logistic(logits, (size_t)answer_side(predictor) * answer_side(predictor),
                     probabilities);
    return status;
}

/* Add to the answer what the net says of the tile under one symmetry. */
static enum septum_status
add_turned(struct spt_predictor *predictor, struct job *job,
           const struct spt_band *band, uint32_t top, uint32_t left, int s,
           struct septum_error *err)
{
    uint32_t window = spt_net_spec(predictor->net)->window, tile = predictor->tile;
    uint32_t side = spt_pass_side(predictor->pass);
    size_t outputs = (size_t)tile * tile;
    /* The pixel is not in the middle of an even window: where the turned image runs
     * backwards, what lies after the pixel comes first. */
    uint32_t above = s & 2 ? window - 1 - window / 2 : window / 2;
    uint32_t beside = s & 1 ? window - 1 - window / 2 : window / 2;
    bool transposed = spt_symmetry_transposes(s);
    const float count = (float)predictor->options.symmetries;
    enum septum_status status;

    spt_mirror_crop_band(band, (int64_t)top - (transposed ? beside : above),
                         (int64_t)left - (transposed ? above : beside), side, side,
                         predictor->crop);
    spt_symmetry_floats(predictor->crop, side, side, s,
                        spt_pass_input(predictor->pass));
    status = run_pass(predictor, job, predictor->turned[0], err);
    if (status != SEPTUM_OK)
        return status;
    spt_symmetry_floats(predictor->turned[0], tile, tile, spt_symmetry_inverse(s),
                        predictor->turned[1]);
    for (size_t i = 0; i < outputs; i++)
        predictor->answer[i] += predictor->turned[1][i] / count;
    return SEPTUM_OK;
}

/* The tile whose first corner is (top, left) into the answer. */
static enum septum_status
predict_tile(struct spt_predictor *predictor, struct job *job,
             const struct spt_band *band, uint32_t top, uint32_t left,
             struct septum_error *err)
{
    uint32_t margin = margin_of(predictor), side = spt_pass_side(predictor->pass);
    enum septum_status status = SEPTUM_OK;

    if (!job->average) {
        spt_mirror_crop_band(band, (int64_t)top - margin, (int64_t)left - margin, side,
                             side, spt_pass_input(predictor->pass));
        return run_pass(predictor, job, predictor->answer, err);
    }
    memset(predictor->answer, 0,
           (size_t)predictor->tile * predictor->tile * sizeof *predictor->answer);
    for (int s = 0; s < (int)predictor->options.symmetries && status == SEPTUM_OK; s++)
        status = add_turned(predictor, job, band, top, left, s, err);
    return status;
}

/* Where the row of tiles begins that holds row `y`, a multiple of the tile: the last
 * one inside the box, where there is room, or as far as pixels with answers allow. */
static uint32_t
begin_tile(const struct spt_predictor *predictor, uint32_t y, uint32_t size)
{
    uint32_t tile = predictor->tile;

    return size - y < tile && size > tile ? round_up(size - tile, predictor->every) : y;
}

/* Add up the features of the pixels from (y, x) on that the tile at (top, left) has
 * answered and no tile before it. */
static void
add_features(const struct spt_predictor *predictor, const struct job *job, uint32_t y,
             uint32_t x, uint32_t top, uint32_t left)
{
    const struct spt_grid *grid = job->grid;
    size_t count = spt_pass_feature_count(predictor->pass);
    uint32_t end_y = least(top + predictor->tile, grid->rows * (uint64_t)grid->side);
    uint32_t end_x =
        least(left + predictor->tile, grid->columns * (uint64_t)grid->side);

    for (uint32_t row = y; row < end_y; row++)
        for (uint32_t column = x; column < end_x; column++) {
            size_t window =
                (size_t)(row / grid->side) * grid->columns + column / grid->side;
            size_t at = (size_t)(row - top) * predictor->tile + column - left;

            spt_pass_add_features(predictor->pass, at, job->features + window * count);
        }
}

/* The rows of one row of tiles, from the box's row `y` on, into `out`. */
static enum septum_status
predict_rows(struct spt_predictor *predictor, struct job *job,
             const struct spt_band *band, uint32_t y, float *out,
             struct septum_error *err)
{
    const struct spt_box *box = &job->box;
    uint32_t tile = predictor->tile, every = predictor->every, width = box->width;
    uint32_t top = begin_tile(predictor, y, box->height);
    uint32_t rows = divide_up(least(box->height - y, tile), every);

    for (uint32_t x = 0; x < width; x += tile) {
        uint32_t left = begin_tile(predictor, x, width);
        uint32_t columns = divide_up(least(width - left, tile), every);
        enum septum_status status =
            predict_tile(predictor, job, band, box->top + top, box->left + left, err);

        if (status != SEPTUM_OK)
            return status;
        for (uint32_t row = 0; row < rows; row++)
            memcpy(out + (size_t)row * divide_up(width, every) + left / every,
                   predictor->answer +
                       (size_t)((y - top) / every + row) * answer_side(predictor),
                   columns * sizeof *out);
        if (job->grid != NULL)
            add_features(predictor, job, y, x, top, left);
    }
    return SEPTUM_OK;
}

/* ---- whole images ---------------------------------------------------------------- */

static enum septum_status
predict_image(struct spt_predictor *predictor, struct job *job, const float *image,
              float *membrane, struct septum_error *err)
{
    const struct spt_band all = {
        .pixels = image, .height = job->height, .width = job->width};
    enum septum_status status = prepare(predictor, job, err);

    for (uint32_t y = 0; y < job->box.height && status == SEPTUM_OK;
         y += predictor->tile)
        status = predict_rows(predictor, job, &all, y,
                              membrane + (size_t)(y / job->every) *
                                             divide_up(job->box.width, job->every),
                              err);
    return status;
}

enum septum_status
spt_predict(struct spt_predictor *predictor, const float *image, uint32_t height,
            uint32_t width, float *membrane, struct septum_error *err)
{
    struct job job = {.height = height,
                      .width = width,
                      .average = predictor->options.average,
                      .every = 1};

    return predict_image(predictor, &job, image, membrane, err);
}

enum septum_status
spt_predict_box(struct spt_predictor *predictor, const float *image, uint32_t height,
                uint32_t width, const struct spt_box *box, float *membrane,
                struct septum_error *err)
{
    struct job job = {.height = height,
                      .width = width,
                      .box = *box,
                      .average = predictor->options.average,
                      .every = 1};

    return predict_image(predictor, &job, image, membrane, err);
}

enum septum_status
spt_predict_coarse(struct spt_predictor *predictor, const float *image, uint32_t height,
                   uint32_t width, uint32_t every, float *membrane,
                   struct septum_error *err)
{
    struct job job = {.height = height, .width = width, .every = every};

    return predict_image(predictor, &job, image, membrane, err);
}

uint32_t
spt_predict_every(const struct spt_predictor *predictor, uint32_t most, uint32_t side)
{
    return predictor->options.average
               ? 1
               : spt_spec_every(spt_net_spec(predictor->net), most, side);
}

enum septum_status
spt_predict_dropout(struct spt_predictor *predictor, const float *image,
                    uint32_t height, uint32_t width, double dropout, uint64_t key,
                    float *membrane, struct septum_error *err)
{
    struct job job = {
        .height = height, .width = width, .every = 1, .dropout = dropout, .key = key};

    return predict_image(predictor, &job, image, membrane, err);
}

enum septum_status
spt_predict_symmetries(struct spt_predictor *predictor, const float *image,
                       uint32_t height, uint32_t width, float *membrane,
                       struct septum_error *err)
{
    struct job job = {.height = height, .width = width, .every = 1, .average = true};

    return predict_image(predictor, &job, image, membrane, err);
}

uint32_t
spt_predict_feature_count(const struct spt_predictor *predictor)
{
    const struct spt_spec *spec = spt_net_spec(predictor->net);
    const struct spt_layer *last = &spec->layer[spec->layer_count - 1];

    return last->size == 1 ? last->in_channels : 0;
}

enum septum_status
spt_predict_features(struct spt_predictor *predictor, const float *image,
                     uint32_t height, uint32_t width, const struct spt_grid *grid,
                     float *membrane, float *features, struct septum_error *err)
{
    struct job job = {.height = height,
                      .width = width,
                      .every = 1,
                      .grid = grid,
                      .features = features};
    size_t values = spt_grid_count(grid) * spt_predict_feature_count(predictor);
    enum septum_status status;

    if (spt_predict_feature_count(predictor) == 0)
        return spt_fail(err, SEPTUM_EINVAL,
                        "the net's last layer looks at more than one place, so that "
                        "no features belong to a pixel; a net that ends in two or "
                        "more FC layers has them");
    memset(features, 0, values * sizeof *features);
    status = predict_image(predictor, &job, image, membrane, err);
    for (size_t i = 0; i < values && status == SEPTUM_OK; i++)
        features[i] /= (float)grid->side * (float)grid->side;
    return status;
}

/* ---- bands ----------------------------------------------------------------------- */

/* Move the band on to what the tiles that begin at row `top` see. */
static enum septum_status
advance(const struct spt_predictor *predictor, const struct spt_predict_stream *stream,
        uint32_t top, float *pixels, struct spt_band *band, uint32_t *end,
        struct septum_error *err)
{
    uint32_t margin = margin_of(predictor), from = *end;
    uint32_t first = top > margin ? top - margin : 0;
    size_t width = stream->width;

    *end = least((uint64_t)top + predictor->tile + margin, stream->height);
    memmove(pixels, pixels + (first - band->first) * width,
            (from - first) * width * sizeof *pixels);
    band->first = first;
    if (from == *end) /* the last band needs no more than the one before it */
        return SEPTUM_OK;
    return stream->read(stream->user, from, *end - from,
                        pixels + (from - first) * width, err);
}

static enum septum_status
predict_bands(struct spt_predictor *predictor, struct job *job,
              const struct spt_predict_stream *stream, float *pixels, float *membrane,
              struct septum_error *err)
{
    uint32_t height = stream->height, tile = predictor->tile, end = 0;
    struct spt_band band = {.pixels = pixels, .height = height, .width = stream->width};
    enum septum_status status = SEPTUM_OK;

    for (uint32_t y = 0; y < height && status == SEPTUM_OK; y += tile) {
        status = advance(predictor, stream, begin_tile(predictor, y, height), pixels,
                         &band, &end, err);
        if (status == SEPTUM_OK)
            status = predict_rows(predictor, job, &band, y, membrane, err);
        if (status == SEPTUM_OK)
            status =
                stream->write(stream->user, least(height - y, tile), membrane, err);
    }
    return status;
}

enum septum_status
spt_predict_stream(struct spt_predictor *predictor,
                   const struct spt_predict_stream *stream, struct septum_error *err)
{
    struct job job = {.name = stream->name,
                      .height = stream->height,
                      .width = stream->width,
                      .every = 1,
                      .streamed = true,
                      .taken = stream->taken,
                      .average = predictor->options.average,
                      .watch = stream->watch};
    enum septum_status status = prepare(predictor, &job, err);
    float *pixels, *membrane;
    uint64_t seen, found;

    if (status != SEPTUM_OK)
        return status;
    seen = seen_floats(predictor, &job, predictor->tile);
    found = found_floats(&job, predictor->tile);
    pixels = spt_alloc_array(seen, sizeof *pixels);
    membrane = spt_alloc_array(found, sizeof *membrane);
    status = pixels != NULL && membrane != NULL
                 ? predict_bands(predictor, &job, stream, pixels, membrane, err)
                 : spt_fail_memory(err, "prediction", (seen + found) * sizeof *pixels);
    free(pixels);
    free(membrane);
    return status;
}
