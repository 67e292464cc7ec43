/*
 * round.c - what an expert waits for: one round of learning, predicting the pool and
 * choosing the next region, each part timed on real images.
 *
 *	bench-round MODEL IMAGES MASKS FIRST COUNT [THREADS]
 *
 * The first image and its mask are learnt from, COUNT images from number FIRST on are
 * the pool.  The pool is measured at every pixel and at fewer; for those the table says
 * how the windows' order agrees with the full one (Spearman), how far the largest of
 * the errors of f goes, and by how much the region that is chosen so is worse than the
 * best, as a share of the distance from the best to a mean single window.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "active/region.h"
#include "base/clock.h"
#include "loop/abundance.h"
#include "loop/measure.h"
#include "material.h"
#include "net/engine.h"
#include "train/model_file.h"
#include "train/trainer.h"

#define STEPS 150 /* of an epoch of the experiment, and so of a round */
#define ROUNDS 3
#define LAMBDA 0.8
#define MOST 6
#define LEAST 5

static const uint32_t everies[] = {1, 2, 4, 8};
#define EVERIES (sizeof everies / sizeof everies[0])

struct pool {
    const struct spt_sample *image;
    size_t count, windows;
    struct spt_grid *grid;
    struct spt_candidate *candidate;
    float *f[EVERIES];
    uint8_t *askable;
    struct spt_abundance abundance;
};

static struct septum_error err = {.text = "no memory"};

static void
stop_on(enum septum_status status)
{
    bench_stop_on(status, &err);
}

static struct spt_samples
read_samples(const char *images, const char *masks, uint32_t window)
{
    const struct spt_mask_rule rule = {0};
    struct spt_set image_set = {0}, mask_set = {0};
    struct spt_samples samples = {0};
    size_t *mask_of;

    stop_on(spt_set_open(&images, 1, &image_set, &err));
    stop_on(spt_set_open(&masks, 1, &mask_set, &err));
    mask_of = bench_alloc(image_set.count, sizeof *mask_of);
    stop_on(spt_set_pair(&image_set, &mask_set, mask_of, &err));
    stop_on(spt_samples_load(&image_set, &mask_set, mask_of, &rule, window, &samples,
                             &err));
    spt_set_clear(&image_set);
    spt_set_clear(&mask_set);
    free(mask_of);
    return samples;
}

/* Seconds of a round's steps, worked out from some of them. */
static double
learn(struct spt_net *net, const struct spt_samples *labelled, uint64_t steps)
{
    const struct spt_settings *settings = spt_settings_find("default");
    struct spt_trainer *trainer;
    double seconds, loss;

    stop_on(spt_trainer_create(net, labelled, settings, 0, 0, &trainer, &err));
    stop_on(spt_trainer_step(trainer, settings->rate, &loss, &err)); /* to warm up */
    seconds = spt_clock_seconds();
    for (uint64_t step = 1; step < steps; step++)
        stop_on(spt_trainer_step(trainer,
                                 spt_settings_rate(settings, step, 0), &loss, &err));
    seconds = spt_clock_seconds() - seconds;
    spt_trainer_publish(trainer, net);
    spt_trainer_free(trainer);
    return seconds * STEPS / (double)(steps - 1);
}

static void
open_pool(struct pool *pool, uint32_t window)
{
    const struct spt_abundance_options options = spt_abundance_defaults(window);
    size_t at = 0;

    pool->grid = bench_alloc(pool->count, sizeof *pool->grid);
    pool->candidate = bench_alloc(pool->count, sizeof *pool->candidate);
    for (size_t i = 0; i < pool->count; i++) {
        pool->grid[i] =
            spt_grid_of(pool->image[i].height, pool->image[i].width, window);
        pool->windows += spt_grid_count(&pool->grid[i]);
    }
    for (size_t e = 0; e < EVERIES; e++)
        pool->f[e] = bench_alloc(pool->windows, sizeof *pool->f[e]);
    pool->askable = bench_alloc(pool->windows, 1);
    memset(pool->askable, 1, pool->windows);
    stop_on(spt_abundance_find(pool->image, pool->count, window, &options,
                               &pool->abundance, &err));
    for (size_t i = 0; i < pool->count; i++) {
        pool->candidate[i] =
            (struct spt_candidate){.grid = pool->grid[i],
                                   .abundance = pool->abundance.scores + at,
                                   .askable = pool->askable + at};
        at += spt_grid_count(&pool->grid[i]);
    }
}

/* Seconds to measure the pool at the pixels of everies[e]. */
static double
measure(struct pool *pool, struct spt_predictor *predictor, size_t e)
{
    const struct spt_measure_options options = {.every = everies[e]};
    double seconds = spt_clock_seconds();
    size_t at = 0;

    for (size_t i = 0; i < pool->count; i++) {
        const struct spt_measured measured = {.f = pool->f[e] + at};

        stop_on(spt_measure_windows(predictor, &pool->image[i], &pool->grid[i],
                                    &options, &measured, &err));
        at += spt_grid_count(&pool->grid[i]);
    }
    return spt_clock_seconds() - seconds;
}

/* The region that f as measured at everies[e] chooses; its objective by the full f. */
static double
choose(struct pool *pool, size_t e, double *seconds, size_t *image)
{
    const struct spt_region_options options = {
        .lambda = LAMBDA, .most_windows = MOST, .least_windows = LEAST,
        .search = SPT_SEARCH_EXACT};
    struct spt_region region = {0};
    double full = 0;
    size_t at = 0;

    for (size_t i = 0; i < pool->count; i++) {
        pool->candidate[i].f = pool->f[e] + at;
        at += spt_grid_count(&pool->grid[i]);
    }
    *seconds = spt_clock_seconds();
    stop_on(spt_region_search(pool->candidate, pool->count, &options, &region, &err));
    *seconds = spt_clock_seconds() - *seconds;
    at = 0;
    for (size_t i = 0; i < region.image; i++)
        at += spt_grid_count(&pool->grid[i]);
    for (size_t w = 0; w < region.count; w++)
        full += (double)pool->f[0][at + region.windows[w]] / (double)region.count;
    full = spt_region_objective(LAMBDA, full, region.abundance);
    *image = region.image;
    spt_region_clear(&region);
    return full;
}

static double
largest_error(const struct pool *pool, size_t e)
{
    float largest = 0;

    for (size_t w = 0; w < pool->windows; w++)
        largest = fmaxf(largest, fabsf(pool->f[e][w] - pool->f[0][w]));
    return (double)largest;
}

static double
mean_objective(const struct pool *pool)
{
    double sum = 0;

    for (size_t w = 0; w < pool->windows; w++)
        sum += spt_region_objective(LAMBDA, (double)pool->f[0][w],
                                    (double)pool->abundance.scores[w]);
    return sum / (double)pool->windows;
}

/* Seconds of one whole image: the proposal for the region that was chosen. */
static double
propose(const struct pool *pool, size_t i, struct spt_predictor *predictor)
{
    const struct spt_sample *image = &pool->image[i];
    float *membrane =
        bench_alloc((size_t)image->height * image->width, sizeof *membrane);
    double seconds = spt_clock_seconds();

    stop_on(spt_predict(predictor, image->pixels, image->height, image->width, membrane,
                        &err));
    free(membrane);
    return spt_clock_seconds() - seconds;
}

static void
tell(struct pool *pool, struct spt_predictor *predictor)
{
    double seconds[EVERIES], best = 0, mean;

    for (size_t e = 0; e < EVERIES; e++)
        seconds[e] = measure(pool, predictor, e);
    mean = mean_objective(pool);
    printf("| every | measure, s | choose, s | propose, s | order | largest error of f | "
           "region worse by |\n|---|---|---|---|---|---|---|\n");
    for (size_t e = 0; e < EVERIES; e++) {
        double searched, found;
        size_t image;

        found = choose(pool, e, &searched, &image);
        best = e == 0 ? found : best;
        printf("| %u | %.2f | %.3f | %.2f | %.4f | %.4f | %.2f %% |\n", everies[e],
               seconds[e], searched, propose(pool, image, predictor),
               bench_spearman(pool->f[0], pool->f[e], pool->windows),
               largest_error(pool, e), 100 * (found - best) / (mean - best));
    }
}

int
main(int argc, char **argv)
{
    const struct spt_predict_options options = {0};
    struct spt_samples samples, labelled;
    struct spt_predictor *predictor;
    struct spt_model model = {0};
    struct pool pool = {0};
    struct spt_net *net;
    double seconds;

    if (argc < 6) {
        fprintf(stderr,
                "usage: bench-round MODEL IMAGES MASKS FIRST COUNT [THREADS]\n");
        return 2;
    }
    printf("%u threads\n",
           spt_engine_threads(argc > 6 ? (uint32_t)strtoul(argv[6], NULL, 10) : 0));
    stop_on(spt_model_read(argv[1], &model, &err));
    stop_on(spt_net_create(&model.spec, &net, &err));
    memcpy(spt_net_parameters(net), model.parameters,
           model.spec.parameter_count * sizeof(float));
    spt_net_changed(net);
    samples = read_samples(argv[2], argv[3], model.spec.window);
    pool.image = samples.sample + strtoul(argv[4], NULL, 10);
    pool.count = strtoul(argv[5], NULL, 10);
    if (pool.image + pool.count > samples.sample + samples.count) {
        fprintf(stderr, "there are %zu images only\n", samples.count);
        return 2;
    }
    labelled = (struct spt_samples){.sample = samples.sample,
                                    .count = 1,
                                    .known = samples.sample[0].known,
                                    .membrane = samples.sample[0].membrane};
    seconds = spt_clock_seconds();
    open_pool(&pool, model.spec.window);
    printf("%zu images, %zu windows; clustered, once, in %.1f s\n", pool.count,
           pool.windows, spt_clock_seconds() - seconds);
    stop_on(spt_predictor_create(net, &options, &predictor, &err));
    for (int round = 0; round < ROUNDS; round++) {
        seconds = learn(net, &labelled, STEPS / ROUNDS);
        printf("\nround %d: %d steps of learning %.1f s\n\n", round + 1, STEPS,
               seconds);
        tell(&pool, predictor);
    }
    printf("\n%.0f MB at most\n", bench_peak_megabytes());
    return 0;
}
