/*
 * scale.c - time and memory of abundance and of the search for a large set of images.
 *
 *	bench-scale exact FOLDER [WINDOWS]
 *	bench-scale sampled FOLDER [WINDOWS [SAMPLE]]
 *	bench-scale choose FOLDER PROBABILITIES [IMAGES]
 *
 * Windows are cut at random places of the folder's images, as many as wanted.
 * "exact" compares all pairs (10,240) at full resolution and at a lower one, clusters
 * them, and says how well samples of them tell densities; "sampled" streams them
 * (100,000) past a sample of 5,000; "choose" searches a region in so many images (40),
 * which repeat those of the maps with their windows drawn anew.  Seconds are those of
 * the clock, for which the machine is to be quiet, and those of the processor, all
 * threads together.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "abundance/cluster.h"
#include "abundance/density.h"
#include "abundance/subset.h"
#include "active/strategy.h"
#include "active/uncertainty.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/random.h"
#include "image/normalise.h"
#include "image/set.h"
#include "material.h"

#define SIDE 64
#define AREA ((size_t)SIDE * SIDE)
#define CUT 0.75F
#define SAMPLE 5000
#define REPEATS 5

struct images {
    float **pixels;
    uint32_t *height, *width;
    size_t count;
};

static double
cpu_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static struct images
read_images(const char *folder, bool normalise)
{
    struct septum_error err = {0};
    struct spt_set set = {0};
    struct images images;

    bench_stop_on(spt_set_open(&folder, 1, &set, &err), &err);
    images.count = set.count;
    images.pixels = bench_alloc(set.count, sizeof *images.pixels);
    images.height = bench_alloc(set.count, sizeof *images.height);
    images.width = bench_alloc(set.count, sizeof *images.width);
    for (size_t i = 0; i < set.count; i++) {
        size_t pixels = (size_t)set.pages[i].height * set.pages[i].width;

        images.height[i] = set.pages[i].height;
        images.width[i] = set.pages[i].width;
        images.pixels[i] = bench_alloc(pixels, sizeof(float));
        bench_stop_on(spt_page_read(&set.pages[i], images.pixels[i], &err), &err);
        if (normalise)
            bench_stop_on(spt_normalise(images.pixels[i], pixels, &err), &err);
    }
    spt_set_clear(&set);
    return images;
}

/* Window number `window`: where it lies depends on its number alone. */
static enum septum_status
read_window(void *self, size_t window, float *out, struct septum_error *err)
{
    const struct images *images = self;
    struct spt_random random;
    size_t i, y, x;

    (void)err;
    spt_random_init(&random, 1, window);
    i = spt_random_below(&random, images->count);
    y = spt_random_below(&random, images->height[i] - SIDE + 1);
    x = spt_random_below(&random, images->width[i] - SIDE + 1);
    for (size_t row = 0; row < SIDE; row++)
        memcpy(out + row * SIDE, images->pixels[i] + (y + row) * images->width[i] + x,
               SIDE * sizeof *out);
    return SEPTUM_OK;
}

/* S of each window; `density` may be NULL. */
static float *
measure_exact(const char *name, const float *windows, size_t count,
              const struct spt_ncc_options *ncc, float *density)
{
    float *distances = spt_alloc_aligned(spt_condensed_count(count), sizeof *distances);
    struct spt_merge *merges = bench_alloc(count, sizeof *merges);
    uint32_t *cluster_of = bench_alloc(count, sizeof *cluster_of);
    float *abundance = bench_alloc(count, sizeof *abundance);
    struct septum_error err = {0};
    double start = spt_clock_seconds(), busy = cpu_seconds(), compared;
    size_t clusters = 0;

    bench_stop_on(spt_ncc_distances(windows, count, SIDE, ncc, distances, &err), &err);
    compared = spt_clock_seconds();
    busy = cpu_seconds() - busy;
    if (density != NULL)
        spt_density_find(distances, count, CUT, density);
    bench_stop_on(spt_cluster_tree(distances, count, merges, &err), &err);
    bench_stop_on(spt_cluster_cut(merges, count, CUT, cluster_of, &clusters, &err), &err);
    bench_stop_on(spt_cluster_abundance(cluster_of, count, clusters, abundance, &err), &err);
    printf("%s: %zu windows, comparing %.1f s (%.1f CPU s), clustering %.2f s, %zu "
           "clusters, most memory held %.0f MB\n",
           name, count, compared - start, busy, spt_clock_seconds() - compared,
           clusters, bench_peak_megabytes());
    fflush(stdout);
    free(distances);
    free(merges);
    free(cluster_of);
    return abundance;
}

/* The density of each window. */
static float *
measure_sampled(struct images *images, size_t count, size_t sample)
{
    struct spt_window_source source = {read_window, images, count, SIDE};
    struct spt_subset_options options = {
        .ncc = {.max_shift = 8, .shift_step = 1, .bandwidth = 0.4},
        .cut = CUT,
        .most = sample};
    struct spt_subset_scores scores = {
        .cluster_of = bench_alloc(count, sizeof *scores.cluster_of),
        .density = bench_alloc(count, sizeof *scores.density)};
    struct septum_error err = {0};
    double start = spt_clock_seconds(), busy = cpu_seconds();

    bench_stop_on(spt_subset_abundance(&source, &options, &scores, &err), &err);
    printf("sampled: %zu windows past %zu, %.1f s (%.1f CPU s), %zu clusters, most "
           "memory held %.0f MB\n",
           count, sample, spt_clock_seconds() - start, cpu_seconds() - busy,
           scores.clusters, bench_peak_megabytes());
    fflush(stdout);
    free(scores.cluster_of);
    return scores.density;
}

static void
measure_all_pairs(const char *folder, size_t count)
{
    struct images images = read_images(folder, true);
    struct spt_ncc_options full = {.max_shift = 8, .shift_step = 1}, quick = full;
    float *windows = bench_alloc(count, AREA * sizeof *windows), *exact, *found;
    float *density = bench_alloc(count, sizeof *density);

    quick.bandwidth = 0.4;
    quick.near = CUT + 0.05F;
    for (size_t w = 0; w < count; w++)
        read_window(&images, w, windows + w * AREA, NULL);
    found = measure_exact("bandwidth 0.4", windows, count, &quick, NULL);
    exact = measure_exact("full", windows, count, &full, density);
    printf("Spearman's rho of S: %.4f\n", bench_spearman(exact, found, count));
    for (size_t sample = SAMPLE; sample >= SAMPLE / 4; sample /= 2)
        printf("Spearman's rho of density: %.4f\n",
               bench_spearman(density, measure_sampled(&images, count, sample), count));
}

/* Candidates with f of the maps and S of the windows' clusters in `folder`. */
static struct spt_candidate *
make_candidates(const char *folder, const char *maps, size_t count)
{
    struct images probabilities = read_images(maps, false);
    struct bench_windows windows = bench_windows_read(folder, SIDE, SIZE_MAX / 2);
    struct spt_ncc_options ncc = {
        .max_shift = 8, .shift_step = 1, .bandwidth = 0.4, .near = CUT + 0.05F};
    float *s = measure_exact("abundance", windows.at, windows.count, &ncc, NULL);
    struct spt_candidate *candidates = bench_alloc(count, sizeof *candidates);
    struct spt_random random;

    spt_random_init(&random, 2, 3);
    for (size_t i = 0; i < count; i++) {
        size_t from = i % probabilities.count;
        struct spt_grid grid =
            spt_grid_of(probabilities.height[from], probabilities.width[from], SIDE);
        size_t here = spt_grid_count(&grid);
        float *f = bench_alloc(here, sizeof *f), *drawn = bench_alloc(here, sizeof *f);
        float *abundance = bench_alloc(here, sizeof *abundance);
        uint8_t *askable = bench_alloc(here, 1);

        spt_uncertainty_windows(probabilities.pixels[from], probabilities.width[from],
                                &grid, f);
        for (size_t w = 0; w < here; w++) {
            /* The first images as they are, then windows drawn from all over them. */
            size_t at = i < probabilities.count ? w : spt_random_below(&random, here);

            drawn[w] = f[at];
            abundance[w] = s[(from * here + at) % windows.count];
            askable[w] = 1;
        }
        candidates[i] = (struct spt_candidate){
            .grid = grid, .f = drawn, .abundance = abundance, .askable = askable};
        free(f);
    }
    return candidates;
}

static int
compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static void
measure_choice(const char *folder, const char *maps, size_t count)
{
    static const char *const searches[] = {
        [SPT_SEARCH_GREEDY] = "greedy",
        [SPT_SEARCH_BEAM] = "beam",
        [SPT_SEARCH_EXACT] = "exact",
    };
    struct spt_candidate *candidates = make_candidates(folder, maps, count);
    static const size_t caps[] = {6, 10};

    for (size_t strategy = 0; strategy < 3; strategy++)
        for (size_t search = 0; search < 3; search++)
            for (size_t cap = 0; cap < 2; cap++) {
                struct spt_region_options options = {
                    .lambda = 0.8,
                    .most_windows = caps[cap],
                    .search = (enum spt_region_search)search};
                double seconds[REPEATS];
                struct spt_region region = {0};
                struct septum_error err = {0};

                for (size_t i = 0; i < REPEATS; i++) {
                    double start = spt_clock_seconds();

                    spt_region_clear(&region);
                    bench_stop_on(spt_strategies[strategy].choose(candidates, count, &options,
                                                            NULL, &region, &err),
                            &err);
                    seconds[i] = spt_clock_seconds() - start;
                }
                qsort(seconds, REPEATS, sizeof *seconds, compare_doubles);
                printf("%s, %s, at most %zu windows of %zu images: median %.1f ms%s\n",
                       spt_strategies[strategy].name, searches[search], caps[cap],
                       count, 1000 * seconds[REPEATS / 2],
                       region.proved ? " (proved)" : "");
                fflush(stdout);
                spt_region_clear(&region);
            }
}

static size_t
number(int argc, char **argv, int at, size_t otherwise)
{
    return argc > at ? strtoul(argv[at], NULL, 10) : otherwise;
}

int
main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "exact") == 0) {
        measure_all_pairs(argv[2], number(argc, argv, 3, 10240));
    } else if (argc > 2 && strcmp(argv[1], "sampled") == 0) {
        struct images images = read_images(argv[2], true);

        measure_sampled(&images, number(argc, argv, 3, 100000),
                        number(argc, argv, 4, SAMPLE));
    } else if (argc > 3 && strcmp(argv[1], "choose") == 0) {
        measure_choice(argv[2], argv[3], number(argc, argv, 4, 40));
    } else {
        fprintf(stderr, "bench-scale exact|sampled FOLDER [WINDOWS [SAMPLE]]\n"
                        "bench-scale choose FOLDER PROBABILITIES [IMAGES]\n");
        return 2;
    }
    return 0;
}
