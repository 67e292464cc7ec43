/*
 * forms.c - the two forms of one net on a real image: do they agree, and at what price.
 *
 *	bench-forms MODEL IMAGE [ROWS]
 *
 * Predicts the first page of IMAGE in dense form, as `segment` does, and then each
 * pixel's window on its own, in batches of 256; of the first ROWS rows where that is
 * given.  Prints the largest difference of the probabilities and the time of each.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "image/mirror.h"
#include "image/normalise.h"
#include "image/set.h"
#include "material.h"
#include "predict/predict.h"
#include "train/model_file.h"

#define BATCH 256

struct image {
    uint32_t height, width;
    float *pixels;
};

static struct image
read_image(const char *path)
{
    struct septum_error err = {0};
    struct spt_set set = {0};
    struct image image;
    size_t count;

    bench_stop_on(spt_set_open(&path, 1, &set, &err), &err);
    image = (struct image){.height = set.pages[0].height, .width = set.pages[0].width};
    count = (size_t)image.height * image.width;
    image.pixels = bench_alloc(count, sizeof *image.pixels);
    bench_stop_on(spt_page_read(&set.pages[0], image.pixels, &err), &err);
    bench_stop_on(spt_normalise(image.pixels, count, &err), &err);
    spt_set_clear(&set);
    return image;
}

static double
predict_dense(struct spt_net *net, const struct image *image, float *membrane)
{
    const struct spt_predict_options options = {0};
    struct spt_predictor *predictor = NULL;
    struct septum_error err = {0};
    double started;

    bench_stop_on(spt_predictor_create(net, &options, &predictor, &err), &err);
    for (int warm = 0; warm < 2; warm++) { /* the first makes the net's primitives */
        started = spt_clock_seconds();
        bench_stop_on(spt_predict(predictor, image->pixels, image->height, image->width,
                                  membrane, &err),
                      &err);
    }
    spt_predictor_free(predictor);
    return spt_clock_seconds() - started;
}

/* The window around pixel number `at` has it at its middle. */
static void
cut_window(const struct image *image, uint32_t side, size_t at, float *out)
{
    const struct spt_band all = {
        .pixels = image->pixels, .height = image->height, .width = image->width};

    spt_mirror_crop_band(&all, (int64_t)(at / image->width) - side / 2,
                         (int64_t)(at % image->width) - side / 2, side, side, out);
}

static double
predict_patches(struct spt_net *net, const struct image *image, size_t count,
                float *membrane)
{
    const struct spt_pass_shape shape = {.form = SPT_FORM_PATCH, .batch = BATCH};
    const uint32_t side = spt_net_spec(net)->window;
    struct spt_pass *pass = NULL;
    struct septum_error err = {0};
    const float *logits;
    double started;

    bench_stop_on(spt_pass_create(net, &shape, &pass, &err), &err);
    started = spt_clock_seconds();
    for (size_t first = 0; first < count; first += BATCH) {
        size_t filled = count - first < BATCH ? count - first : BATCH;

        for (size_t i = 0; i < filled; i++)
            cut_window(image, side, first + i,
                       spt_pass_input(pass) + i * side * side);
        bench_stop_on(spt_pass_forward(pass, 0, 0, &logits, &err), &err);
        for (size_t i = 0; i < filled; i++)
            membrane[first + i] = 1 / (1 + expf(-logits[i]));
    }
    started = spt_clock_seconds() - started;
    spt_pass_free(pass);
    return started;
}

int
main(int argc, char **argv)
{
    struct spt_model model = {0};
    struct septum_error err = {0};
    struct spt_net *net = NULL;
    struct image image;
    size_t all, count;
    float *dense, *patches, largest = 0;
    double dense_seconds, patch_seconds;

    if (argc < 3 || argc > 4) {
        fprintf(stderr, "usage: bench-forms MODEL IMAGE [ROWS]\n");
        return 2;
    }
    bench_stop_on(spt_model_read(argv[1], &model, &err), &err);
    bench_stop_on(spt_model_net(&model, argv[1], &net, &err), &err);
    image = read_image(argv[2]);
    all = (size_t)image.height * image.width;
    count = argc > 3 ? strtoul(argv[3], NULL, 10) * image.width : all;
    count = count < all ? count : all;
    dense = bench_alloc(all, sizeof *dense);
    patches = bench_alloc(all, sizeof *patches);
    dense_seconds = predict_dense(net, &image, dense);
    patch_seconds = predict_patches(net, &image, count, patches);
    for (size_t at = 0; at < count; at++)
        largest = fmaxf(largest, fabsf(dense[at] - patches[at]));
    printf("%zu pixels in dense form: %.2f s; %zu windows in patch form: %.1f s; dense "
           "is %.0f times as fast a window; largest difference %.2g\n",
           all, dense_seconds, count, patch_seconds,
           patch_seconds / (double)count / (dense_seconds / (double)all), largest);
    free(dense);
    free(patches);
    free(image.pixels);
    spt_net_free(net);
    spt_model_clear(&model);
    return 0;
}
