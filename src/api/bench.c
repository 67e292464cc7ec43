/*
 * bench.c - how fast this machine is: the matrix product's peak, and both forms of a
 * net.
 *
 * Every figure is the median of several runs, taken in turn, so that a passing
 * disturbance of the machine meets them alike.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/arguments.h"
#include "api/precision.h"
#include "api/threads.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/random.h"
#include "net/activation.h"
#include "net/conv.h"
#include "net/matmul.h"
#include "net/net.h"
#include "predict/tile_choice.h"

#define ROUNDS 5
#define DEFAULT_TILE 512
#define MATRIX 2048 /* side of the product whose speed is called the peak */
#define WINDOWS 256 /* batch of the patch form */

/* What is timed, in the order of a round. */
enum measure {
    PEAK,
    DENSE,
    PATCH,
    TRAIN,
    PATCH_TRAIN,
    MEASURES
};

struct bench {
    enum spt_precision precision;
    struct spt_net *net;
    struct spt_pass *dense, *patch, *train, *patch_train;
    struct spt_engine *engine; /* of the product in bf16, with its scratch memory */
    struct spt_conv *product;
    void *scratch;
    uint32_t tile;
    float *matrix[3];
    float *gradient, *logit_gradient, *weights;
    uint8_t *labels;
    double seconds[MEASURES][ROUNDS];
};

static void
fill_random(float *values, size_t count, uint64_t seed)
{
    for (size_t i = 0; i < count; i++)
        values[i] = (float)(spt_random_hash(seed, i) >> 40) * 0x1p-23F - 1.0F;
}

/* The product in bf16 is a convolution of 1 x 1 pixels, there being none of matrices
 * alone. */
static enum septum_status
prepare_product(struct bench *bench, struct septum_error *err)
{
    const struct spt_conv_shape shape = {
        .batch = 1,
        .height = MATRIX,
        .width = 1,
        .in_channels = MATRIX,
        .out_channels = MATRIX,
        .kernel = 1,
        .precision = bench->precision,
    };
    enum septum_status status;

    if (bench->precision == SPT_PRECISION_F32)
        return SEPTUM_OK;
    status = spt_engine_create(&bench->engine, err);
    if (status == SEPTUM_OK)
        status = spt_conv_create(bench->engine, &shape, &bench->product, err);
    if (status != SEPTUM_OK)
        return status;
    bench->scratch = spt_alloc_aligned(spt_conv_scratch(bench->product), 1);
    if (bench->scratch == NULL)
        return spt_fail_memory(err, "bench", spt_conv_scratch(bench->product));
    status = spt_conv_load(bench->product, bench->matrix[0], bench->matrix[1], err);
    spt_convert(bench->precision, bench->matrix[1], (size_t)MATRIX * MATRIX,
                bench->matrix[0]);
    return status;
}

/* All but the product. */
static enum septum_status
prepare(struct bench *bench, const char *net, struct septum_error *err)
{
    struct spt_spec spec;
    size_t area = (size_t)MATRIX * MATRIX, outputs, side;
    enum septum_status status = spt_spec_parse(net, &spec, err);
    struct spt_pass_shape dense = {
        .form = SPT_FORM_DENSE, .batch = 1, .precision = bench->precision};
    struct spt_pass_shape patch = {
        .form = SPT_FORM_PATCH, .batch = WINDOWS, .precision = bench->precision};
    struct spt_pass_shape train, patch_train;

    if (status == SEPTUM_OK)
        status = spt_net_create(&spec, &bench->net, err);
    if (status != SEPTUM_OK)
        return status;
    spt_net_initialise(bench->net, 0, 0);
    bench->tile = spt_spec_tile(&spec, bench->tile);
    dense.tile = bench->tile;
    train = dense;
    patch_train = patch;
    train.training = patch_train.training = true;
    status = spt_pass_create(bench->net, &dense, &bench->dense, err);
    if (status == SEPTUM_OK)
        status = spt_pass_create(bench->net, &patch, &bench->patch, err);
    if (status == SEPTUM_OK)
        status = spt_pass_create(bench->net, &train, &bench->train, err);
    if (status == SEPTUM_OK)
        status = spt_pass_create(bench->net, &patch_train, &bench->patch_train, err);
    if (status != SEPTUM_OK)
        return status;
    outputs = (size_t)bench->tile * bench->tile;
    outputs = outputs > WINDOWS ? outputs : WINDOWS;
    bench->gradient = spt_alloc_array(spec.parameter_count, sizeof(float));
    bench->logit_gradient = spt_alloc_array(outputs, sizeof(float));
    bench->weights = spt_alloc_array(outputs, sizeof(float));
    bench->labels = spt_alloc_array(outputs, 1);
    for (int i = 0; i < 3; i++)
        bench->matrix[i] = spt_alloc_aligned(area, sizeof(float));
    if (bench->gradient == NULL || bench->logit_gradient == NULL ||
        bench->weights == NULL || bench->labels == NULL || bench->matrix[0] == NULL ||
        bench->matrix[1] == NULL || bench->matrix[2] == NULL)
        return spt_fail_memory(err, "bench", 3 * area * sizeof(float));
    fill_random(bench->matrix[0], area, 1);
    fill_random(bench->matrix[1], area, 2);
    side = spt_pass_side(bench->dense);
    fill_random(spt_pass_input(bench->dense), side * side, 3);
    memcpy(spt_pass_input(bench->train), spt_pass_input(bench->dense),
           side * side * sizeof(float));
    for (size_t i = 0; i < outputs; i++)
        bench->weights[i] = 1;
    return SEPTUM_OK;
}

/* The windows of the first outputs of the dense pass, for the patch pass. */
static void
cut_windows(struct bench *bench)
{
    uint32_t window = spt_net_spec(bench->net)->window;
    size_t side = spt_pass_side(bench->dense);
    float *to = spt_pass_input(bench->patch);

    for (size_t i = 0; i < WINDOWS; i++)
        for (size_t y = 0; y < window; y++, to += window)
            memcpy(to,
                   spt_pass_input(bench->dense) + (i / bench->tile + y) * side +
                       i % bench->tile,
                   window * sizeof *to);
    memcpy(spt_pass_input(bench->patch_train), spt_pass_input(bench->patch),
           sizeof *to * WINDOWS * window * window);
}

/* A step of one form, but for the optimiser. */
static enum septum_status
train_once(struct bench *bench, struct spt_pass *pass, size_t outputs,
           struct septum_error *err)
{
    const float *logits;
    enum septum_status status;

    spt_net_changed(bench->net); /* as after an optimiser's step */
    status = spt_pass_forward(pass, 0.5, 1, &logits, err);
    if (status != SEPTUM_OK)
        return status;
    spt_logistic_loss(logits, bench->labels, bench->weights, outputs, (double)outputs,
                      bench->logit_gradient);
    return spt_pass_backward(pass, bench->logit_gradient, bench->gradient, err);
}

static enum septum_status
multiply_once(struct bench *bench, struct septum_error *err)
{
    const struct spt_matrix a = {bench->matrix[0], MATRIX, MATRIX, MATRIX};
    const struct spt_matrix b = {bench->matrix[1], MATRIX, MATRIX, MATRIX};

    if (bench->product == NULL)
        return spt_matmul_abt(&a, &b, bench->matrix[2], MATRIX, err);
    return spt_conv_forward(bench->product, bench->matrix[0], bench->matrix[2],
                            bench->scratch, err);
}

/* One round: each measure once.  The two forms' logits are compared in passing. */
static enum septum_status
run_round(struct bench *bench, int round, double *difference, struct septum_error *err)
{
    const float *dense = NULL, *patch = NULL;
    double at[MEASURES + 1];
    enum septum_status status;

    at[PEAK] = spt_clock_seconds();
    status = multiply_once(bench, err);
    at[DENSE] = spt_clock_seconds();
    if (status == SEPTUM_OK)
        status = spt_pass_forward(bench->dense, 0, 0, &dense, err);
    at[PATCH] = spt_clock_seconds();
    if (status == SEPTUM_OK)
        status = spt_pass_forward(bench->patch, 0, 0, &patch, err);
    at[TRAIN] = spt_clock_seconds();
    if (status == SEPTUM_OK)
        status =
            train_once(bench, bench->train, (size_t)bench->tile * bench->tile, err);
    at[PATCH_TRAIN] = spt_clock_seconds();
    if (status == SEPTUM_OK)
        status = train_once(bench, bench->patch_train, WINDOWS, err);
    at[MEASURES] = spt_clock_seconds();
    for (int m = 0; m < MEASURES; m++)
        bench->seconds[m][round] = at[m + 1] - at[m];
    for (size_t i = 0; status == SEPTUM_OK && i < WINDOWS; i++) {
        float probabilities[2];

        spt_logistic(&dense[i], 1, &probabilities[0]);
        spt_logistic(&patch[i], 1, &probabilities[1]);
        if (!(fabsf(probabilities[0] - probabilities[1]) <= *difference)) /* or NaN */
            *difference = fabsf(probabilities[0] - probabilities[1]);
    }
    return status;
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double
median(double *seconds)
{
    qsort(seconds, ROUNDS, sizeof *seconds, compare);
    return seconds[ROUNDS / 2];
}

/* Operations of training: forward, weight gradients, and data gradients of all layers
 * but the first. */
static double
training_operations(const struct spt_spec *spec, const struct spt_pass_shape *shape)
{
    struct spt_spec first = *spec;

    first.layer_count = 1;
    return 3 * spt_pass_operations(spec, shape) - spt_pass_operations(&first, shape);
}

static struct septum_bench
summarise(struct bench *bench, double difference)
{
    const struct spt_spec *spec = spt_net_spec(bench->net);
    const struct spt_pass_shape tile = {
        .form = SPT_FORM_DENSE, .batch = 1, .tile = bench->tile};
    double seconds[MEASURES], outputs = (double)bench->tile * bench->tile;

    for (int m = 0; m < MEASURES; m++)
        seconds[m] = median(bench->seconds[m]);
    return (struct septum_bench){
        .peak_gflops = 2e-9 * pow(MATRIX, 3) / seconds[PEAK],
        .dense_pixels_per_second = outputs / seconds[DENSE],
        .patch_windows_per_second = WINDOWS / seconds[PATCH],
        .train_pixels_per_second = outputs / seconds[TRAIN],
        .patch_train_windows_per_second = WINDOWS / seconds[PATCH_TRAIN],
        .dense_gflops = 2e-9 * spt_pass_operations(spec, &tile) / seconds[DENSE],
        .train_gflops = 2e-9 * training_operations(spec, &tile) / seconds[TRAIN],
        .largest_difference = difference,
        .isa = spt_engine_isa(),
        .precision = bench->precision == SPT_PRECISION_BF16 ? "bf16" : "f32",
        .threads = spt_engine_threads_now(),
    };
}

static void
free_passes(struct bench *bench)
{
    struct spt_pass **passes[] = {&bench->dense, &bench->patch, &bench->train,
                                  &bench->patch_train};

    for (size_t i = 0; i < sizeof passes / sizeof passes[0]; i++) {
        spt_pass_free(*passes[i]);
        *passes[i] = NULL;
    }
}

static bool
report(const struct septum_bench_options *options, double fraction, const char *what)
{
    const struct septum_progress about = {
        .fraction = fraction, .seconds_left = -1, .what = what};

    return options->progress == NULL || options->progress(options->user, &about);
}

static bool
trying(void *user, double fraction)
{
    return report(user, fraction, "trying tiles");
}

/* For the user's own images: `segment` will take the tile that is fastest here.  Its
 * memory takes the place of that of the other measures. */
static enum septum_status
choose_tile(struct bench *bench, const struct septum_bench_options *options,
            struct septum_bench *out, struct septum_error *err)
{
    const struct spt_watch watch = {trying, (void *)options};
    enum septum_status status;

    free_passes(bench);
    status =
        spt_tile_measure(bench->net, bench->precision, &watch, &out->best_tile, err);
    if (status == SEPTUM_OK)
        out->tile_kept = spt_tile_keep(spt_net_spec(bench->net), bench->precision,
                                       out->threads, out->best_tile);
    return status;
}

static enum septum_status
run_bench(const struct septum_bench_options *options, struct septum_bench *out,
          struct septum_error *err)
{
    struct bench bench = {.tile = options->tile > 0 ? options->tile : DEFAULT_TILE};
    struct septum_bench found = {0};
    double difference = 0;
    enum septum_status status;

    bench.precision = spt_engine_precision(spt_choose_precision(options->precision));
    status = prepare(&bench, options->net != NULL ? options->net : "default", err);
    if (status == SEPTUM_OK)
        status = prepare_product(&bench, err);
    if (status == SEPTUM_OK) {
        cut_windows(&bench);
        status = run_round(&bench, 0, &difference, err); /* to warm up */
    }
    for (int round = 0; round < ROUNDS && status == SEPTUM_OK; round++) {
        status = report(options, (double)round / ROUNDS, "measuring")
                     ? run_round(&bench, round, &difference, err)
                     : spt_fail(err, SEPTUM_ESTOPPED, "stopped");
    }
    if (status == SEPTUM_OK)
        found = summarise(&bench, difference);
    if (status == SEPTUM_OK && options->tile == 0)
        status = choose_tile(&bench, options, &found, err);
    if (status == SEPTUM_OK)
        *out = found;
    free_passes(&bench);
    spt_net_free(bench.net);
    spt_conv_free(bench.product);
    spt_engine_free(bench.engine);
    free(bench.scratch);
    for (int i = 0; i < 3; i++)
        free(bench.matrix[i]);
    free(bench.gradient);
    free(bench.logit_gradient);
    free(bench.weights);
    free(bench.labels);
    return status;
}

enum septum_status
septum_bench(const struct septum_bench_options *options, struct septum_bench *out,
             struct septum_error *err)
{
    uint32_t before;
    enum septum_status status;

    if (SPT_REQUIRE(err, {"options", options}, {"out", out}) != SEPTUM_OK ||
        SPT_ENUMS(err, {"precision", options->precision, SEPTUM_PRECISION_BF16}) !=
            SEPTUM_OK)
        return SEPTUM_EINVAL;
    before = spt_threads_begin(options->threads);
    status = run_bench(options, out, err);
    spt_threads_end(before);
    return status;
}
