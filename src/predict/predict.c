/*
 * predict.c - see predict.h.
 */
#include "predict/predict.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
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

/* Add the probabilities of one image to `sum`, tile by tile. */
static enum septum_status
predict_once(struct spt_predictor *predictor, const float *image, uint32_t height,
             uint32_t width, float *out, struct septum_error *err)
{
    uint32_t before = spt_net_spec(predictor->net)->window / 2, tile = predictor->tile;
    uint32_t side = spt_pass_side(predictor->pass);

    for (uint32_t y = 0; y < height; y += tile)
        for (uint32_t x = 0; x < width; x += tile) {
            /* The last tiles begin inside the image, where there is room. */
            uint32_t top = y + tile > height && height > tile ? height - tile : y;
            uint32_t left = x + tile > width && width > tile ? width - tile : x;
            uint32_t rows = height - top < tile ? height - top : tile;
            uint32_t columns = width - left < tile ? width - left : tile;
            const float *logits;
            enum septum_status status;

            spt_mirror_crop(image, height, width, (int64_t)top - before,
                            (int64_t)left - before, side, side,
                            spt_pass_input(predictor->pass));
            status = spt_pass_forward(predictor->pass, 0, 0, &logits, err);
            if (status != SEPTUM_OK)
                return status;
            for (uint32_t row = 0; row < rows; row++)
                spt_logistic(logits + (size_t)row * tile, columns,
                             out + (size_t)(top + row) * width + left);
        }
    return SEPTUM_OK;
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

enum septum_status
spt_predict(struct spt_predictor *predictor, const float *image, uint32_t height,
            uint32_t width, float *membrane, struct septum_error *err)
{
    uint32_t window = spt_net_spec(predictor->net)->window;
    enum septum_status status;

    if (height < window || width < window)
        return spt_fail(err, SEPTUM_EINVAL,
                        "%u x %u pixels, smaller than the net's window of %u x %u",
                        width, height, window, window);
    status = prepare(predictor, height > width ? height : width, err);
    if (status != SEPTUM_OK)
        return status;
    return predictor->options.average
               ? predict_average(predictor, image, height, width, membrane, err)
               : predict_once(predictor, image, height, width, membrane, err);
}
