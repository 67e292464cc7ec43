/*
 * predict.c - see predict.h.
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
    uint32_t tile;         /* outputs a side of `pass` */
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
    *out = predictor;
    return SEPTUM_OK;
}

void
spt_predictor_free(struct spt_predictor *predictor)
{
    if (predictor == NULL)
        return;
    spt_pass_free(predictor->pass);
    free(predictor);
}

static uint32_t
round_up(uint32_t value, uint32_t multiple)
{
    return (value + multiple - 1) / multiple * multiple;
}

/* The largest tile that the options and the image have use for and memory bears. */
static enum septum_status
choose_tile(const struct spt_predictor *predictor, uint32_t longest, uint32_t *out,
            struct septum_error *err)
{
    const struct spt_spec *spec = spt_net_spec(predictor->net);
    uint32_t wanted =
        predictor->options.tile > 0 ? predictor->options.tile : DEFAULT_TILE;
    uint32_t stride = spec->stride;
    uint32_t tile = round_up(wanted < longest ? wanted : longest, stride);
    struct spt_pass_shape shape = {.form = SPT_FORM_DENSE,
                                   .batch = 1,
                                   .tile = tile,
                                   .precision = predictor->options.precision};

    while (spt_pass_memory(spec, &shape) > predictor->options.memory &&
           shape.tile > stride)
        shape.tile -= stride;
    if (spt_pass_memory(spec, &shape) > predictor->options.memory)
        return spt_fail(
            err, SEPTUM_EINVAL,
            "the smallest tile needs %zu bytes of working memory, more than "
            "the %llu allowed",
            spt_pass_memory(spec, &shape),
            (unsigned long long)predictor->options.memory);
    *out = shape.tile;
    return SEPTUM_OK;
}

static enum septum_status
prepare(struct spt_predictor *predictor, uint32_t longest, struct septum_error *err)
{
    struct spt_pass_shape shape = {
        .form = SPT_FORM_DENSE, .batch = 1, .precision = predictor->options.precision};
    enum septum_status status = choose_tile(predictor, longest, &shape.tile, err);

    if (status != SEPTUM_OK ||
        (predictor->pass != NULL && predictor->tile == shape.tile))
        return status;
    spt_pass_free(predictor->pass);
    predictor->tile = shape.tile;
    return spt_pass_create(predictor->net, &shape, &predictor->pass, err);
}

/* How to run the tiles of an image. */
struct run {
    double dropout;
    uint64_t key;
    const struct spt_grid
        *grid; /* whose windows' features are to be added up, or NULL */
    float *features;
};

/* Part of an image that one pass answers, and where it lies. */
struct part {
    uint32_t top, left, rows, columns;
    uint32_t fresh_top, fresh_left; /* no tile before it answers from here on */
};

static struct part
place_part(uint32_t y, uint32_t x, uint32_t height, uint32_t width, uint32_t tile)
{
    struct part part = {.fresh_top = y, .fresh_left = x};

    /* The last tiles begin inside the image, where there is room. */
    part.top = y + tile > height && height > tile ? height - tile : y;
    part.left = x + tile > width && width > tile ? width - tile : x;
    part.rows = height - part.top < tile ? height - part.top : tile;
    part.columns = width - part.left < tile ? width - part.left : tile;
    return part;
}

static void
add_features(const struct spt_predictor *predictor, const struct part *part,
             const struct run *run)
{
    const struct spt_grid *grid = run->grid;
    size_t count = spt_pass_feature_count(predictor->pass);
    uint32_t end_y = part->top + part->rows, end_x = part->left + part->columns;

    end_y = end_y < grid->rows * grid->side ? end_y : grid->rows * grid->side;
    end_x = end_x < grid->columns * grid->side ? end_x : grid->columns * grid->side;
    for (uint32_t y = part->fresh_top; y < end_y; y++)
        for (uint32_t x = part->fresh_left; x < end_x; x++) {
            size_t window = (size_t)(y / grid->side) * grid->columns + x / grid->side;
            size_t at = (size_t)(y - part->top) * predictor->tile + x - part->left;

            spt_pass_add_features(predictor->pass, at, run->features + window * count);
        }
}

static enum septum_status
run_tiles(struct spt_predictor *predictor, const float *image, uint32_t height,
          uint32_t width, const struct run *run, float *out, struct septum_error *err)
{
    uint32_t before = spt_net_spec(predictor->net)->window / 2, tile = predictor->tile;
    uint32_t side = spt_pass_side(predictor->pass);
    uint64_t number = 0;

    for (uint32_t y = 0; y < height; y += tile)
        for (uint32_t x = 0; x < width; x += tile) {
            struct part part = place_part(y, x, height, width, tile);
            const float *logits;
            enum septum_status status;

            spt_mirror_crop(image, height, width, (int64_t)part.top - before,
                            (int64_t)part.left - before, side, side,
                            spt_pass_input(predictor->pass));
            status =
                spt_pass_forward(predictor->pass, run->dropout,
                                 spt_random_hash(run->key, number++), &logits, err);
            if (status != SEPTUM_OK)
                return status;
            for (uint32_t row = 0; row < part.rows; row++)
                spt_logistic(logits + (size_t)row * tile, part.columns,
                             out + (size_t)(part.top + row) * width + part.left);
            if (run->grid != NULL)
                add_features(predictor, &part, run);
        }
    return SEPTUM_OK;
}

static enum septum_status
predict_once(struct spt_predictor *predictor, const float *image, uint32_t height,
             uint32_t width, float *out, struct septum_error *err)
{
    const struct run run = {0};

    return run_tiles(predictor, image, height, width, &run, out, err);
}

/* The mean over the 8 symmetries: turn, predict, turn back, add. */
static enum septum_status
predict_average(struct spt_predictor *predictor, const float *image, uint32_t height,
                uint32_t width, float *membrane, struct septum_error *err)
{
    size_t count = (size_t)height * width;
    float *turned = spt_alloc_array(count, sizeof *turned);
    float *answer = spt_alloc_array(count, sizeof *answer);
    enum septum_status status = SEPTUM_OK;

    if (turned == NULL || answer == NULL) {
        status = spt_fail_memory(err, "prediction", 2 * count * sizeof *turned);
        goto done;
    }
    memset(membrane, 0, count * sizeof *membrane);
    for (int s = 0; s < SPT_SYMMETRIES && status == SEPTUM_OK; s++) {
        bool transposed = spt_symmetry_transposes(s);
        uint32_t rows = transposed ? width : height,
                 columns = transposed ? height : width;

        spt_symmetry_floats(image, height, width, s, turned);
        status = predict_once(predictor, turned, rows, columns, answer, err);
        spt_symmetry_floats(answer, rows, columns, spt_symmetry_inverse(s), turned);
        for (size_t i = 0; i < count; i++)
            membrane[i] += turned[i] / SPT_SYMMETRIES;
    }
done:
    free(turned);
    free(answer);
    return status;
}

/* Refuse what is too small, and compile the net for the image's tiles. */
static enum septum_status
begin(struct spt_predictor *predictor, uint32_t height, uint32_t width,
      struct septum_error *err)
{
    uint32_t window = spt_net_spec(predictor->net)->window;

    if (height < window || width < window)
        return spt_fail(err, SEPTUM_EINVAL,
                        "%u x %u pixels, smaller than the net's window of %u x %u",
                        width, height, window, window);
    return prepare(predictor, height > width ? height : width, err);
}

enum septum_status
spt_predict(struct spt_predictor *predictor, const float *image, uint32_t height,
            uint32_t width, float *membrane, struct septum_error *err)
{
    enum septum_status status = begin(predictor, height, width, err);

    if (status != SEPTUM_OK)
        return status;
    return predictor->options.average
               ? predict_average(predictor, image, height, width, membrane, err)
               : predict_once(predictor, image, height, width, membrane, err);
}

enum septum_status
spt_predict_dropout(struct spt_predictor *predictor, const float *image,
                    uint32_t height, uint32_t width, double dropout, uint64_t key,
                    float *membrane, struct septum_error *err)
{
    const struct run run = {.dropout = dropout, .key = key};
    enum septum_status status = begin(predictor, height, width, err);

    return status == SEPTUM_OK
               ? run_tiles(predictor, image, height, width, &run, membrane, err)
               : status;
}

enum septum_status
spt_predict_symmetries(struct spt_predictor *predictor, const float *image,
                       uint32_t height, uint32_t width, float *membrane,
                       struct septum_error *err)
{
    enum septum_status status = begin(predictor, height, width, err);

    return status == SEPTUM_OK
               ? predict_average(predictor, image, height, width, membrane, err)
               : status;
}

enum septum_status
spt_predict_features(struct spt_predictor *predictor, const float *image,
                     uint32_t height, uint32_t width, const struct spt_grid *grid,
                     float *membrane, float *features, struct septum_error *err)
{
    const struct run run = {.grid = grid, .features = features};
    size_t values = spt_grid_count(grid) * spt_predict_feature_count(predictor);
    enum septum_status status = begin(predictor, height, width, err);

    if (status == SEPTUM_OK && spt_predict_feature_count(predictor) == 0)
        status = spt_fail(err, SEPTUM_EINVAL,
                          "the net's last layer looks at more than one place, so that "
                          "no features belong to a pixel; a net that ends in two or "
                          "more FC layers has them");
    if (status != SEPTUM_OK)
        return status;
    memset(features, 0, values * sizeof *features);
    status = run_tiles(predictor, image, height, width, &run, membrane, err);
    for (size_t i = 0; i < values && status == SEPTUM_OK; i++)
        features[i] /= (float)grid->side * (float)grid->side;
    return status;
}

uint32_t
spt_predict_feature_count(const struct spt_predictor *predictor)
{
    const struct spt_spec *spec = spt_net_spec(predictor->net);
    const struct spt_layer *last = &spec->layer[spec->layer_count - 1];

    return last->size == 1 ? last->in_channels : 0;
}
