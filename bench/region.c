/*
 * region.c - how far the greedy and the beam search stay behind the exact one.
 *
 *	bench-region random
 *	bench-region IMAGES PROBABILITIES [CUT]
 *
 * An instance is an image's grid of windows, some of them not askable: of random
 * values, or a random part of a real image with f from a probability map of it (as
 * "septum segment" writes them) and S from all windows of all images.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "abundance/cluster.h"
#include "abundance/ncc.h"
#include "active/region.h"
#include "active/uncertainty.h"
#include "base/random.h"
#include "image/set.h"
#include "material.h"

#define INSTANCES 500
#define SIDE 64
#define ROWS_MOST 16
#define WINDOWS (ROWS_MOST * ROWS_MOST)

struct instance {
    float f[WINDOWS], abundance[WINDOWS];
    uint8_t askable[WINDOWS];
    struct spt_candidate candidate;
};

/* All windows of the real images, image by image. */
struct material {
    size_t images;
    struct spt_grid grid;
    float *f, *abundance;
};

static void
begin_instance(struct instance *instance, struct spt_random *random)
{
    instance->candidate = (struct spt_candidate){
        .grid = {SIDE, 6 + (uint32_t)spt_random_below(random, 11),
                 6 + (uint32_t)spt_random_below(random, 11)},
        .f = instance->f,
        .abundance = instance->abundance,
        .askable = instance->askable};
    for (size_t w = 0; w < WINDOWS; w++)
        instance->askable[w] = spt_random_below(random, 8) > 0;
}

static void
draw_instance(struct instance *instance, struct spt_random *random)
{
    begin_instance(instance, random);
    for (size_t w = 0; w < WINDOWS; w++) {
        double u = spt_random_uniform(random);

        instance->f[w] = (float)(0.5 * spt_random_uniform(random));
        instance->abundance[w] = (float)(0.1 * u * u);
    }
}

static void
cut_instance(struct instance *instance, const struct material *material,
             struct spt_random *random)
{
    const struct spt_grid *all = &material->grid;
    struct spt_grid *grid = &instance->candidate.grid;
    size_t first = spt_random_below(random, material->images) * spt_grid_count(all);
    size_t top, left;

    begin_instance(instance, random);
    if (grid->rows > all->rows)
        grid->rows = all->rows;
    if (grid->columns > all->columns)
        grid->columns = all->columns;
    top = spt_random_below(random, all->rows - grid->rows + 1);
    left = spt_random_below(random, all->columns - grid->columns + 1);
    for (size_t w = 0; w < spt_grid_count(grid); w++) {
        size_t at =
            first + (top + w / grid->columns) * all->columns + left + w % grid->columns;

        instance->f[w] = material->f[at];
        instance->abundance[w] = material->abundance[at];
    }
}

static float *
read_abundance(const char *folder, float cut, size_t *count)
{
    struct spt_ncc_options ncc = {
        .max_shift = 8, .shift_step = 1, .bandwidth = 0.4, .near = cut + 0.05F};
    struct bench_windows windows = bench_windows_read(folder, SIDE, SIZE_MAX / 2);
    size_t clusters = 0;
    float *distances =
        bench_alloc(spt_condensed_count(windows.count), sizeof *distances);
    struct spt_merge *merges = bench_alloc(windows.count, sizeof *merges);
    uint32_t *cluster_of = bench_alloc(windows.count, sizeof *cluster_of);
    float *abundance = bench_alloc(windows.count, sizeof *abundance);

    if (spt_ncc_distances(windows.at, windows.count, SIDE, &ncc, distances, NULL) !=
            SEPTUM_OK ||
        spt_cluster_tree(distances, windows.count, merges, NULL) != SEPTUM_OK ||
        spt_cluster_cut(merges, windows.count, cut, cluster_of, &clusters, NULL) !=
            SEPTUM_OK ||
        spt_cluster_abundance(cluster_of, windows.count, clusters, abundance, NULL) !=
            SEPTUM_OK)
        exit(1);
    printf("%zu windows, %zu clusters at %g\n", windows.count, clusters, (double)cut);
    *count = windows.count;
    free(windows.at);
    free(distances);
    free(merges);
    free(cluster_of);
    return abundance;
}

static struct material
read_material(const char *images, const char *probabilities, float cut)
{
    struct material material = {0};
    struct spt_set set = {0};
    struct septum_error err = {0};
    size_t windows = 0;

    material.abundance = read_abundance(images, cut, &windows);
    if (spt_set_open(&probabilities, 1, &set, &err) != SEPTUM_OK) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    material.images = set.count;
    material.grid = spt_grid_of(set.pages[0].height, set.pages[0].width, SIDE);
    material.f = bench_alloc(windows, sizeof *material.f);
    if (set.count * spt_grid_count(&material.grid) > windows) {
        fprintf(stderr, "there are more probability maps than images\n");
        exit(1);
    }
    for (size_t i = 0; i < set.count; i++) {
        const struct spt_page *page = &set.pages[i];
        float *map = bench_alloc((size_t)page->height * page->width, sizeof *map);

        if (spt_page_read(page, map, &err) != SEPTUM_OK) {
            fprintf(stderr, "%s\n", err.text);
            exit(1);
        }
        spt_uncertainty_windows(map, page->width, &material.grid,
                                material.f + i * spt_grid_count(&material.grid));
        free(map);
    }
    spt_set_clear(&set);
    return material;
}

static int
compare_gaps(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

struct told {
    double gaps[INSTANCES];
    double seconds;
};

static double
search(const struct instance *instance, const struct spt_region_options *options,
       struct told *told, size_t *unproved)
{
    struct spt_region region = {0};
    clock_t start = clock();
    double objective;

    if (spt_region_search(&instance->candidate, 1, options, &region, NULL) != SEPTUM_OK)
        exit(1);
    told->seconds += (double)(clock() - start) / CLOCKS_PER_SEC;
    objective = region.objective;
    *unproved += !region.proved;
    spt_region_clear(&region);
    return objective;
}

static void
tell(const char *name, struct told *told, double closed)
{
    double sum = 0;
    size_t exact = 0;

    for (size_t i = 0; i < INSTANCES; i++) {
        sum += told->gaps[i];
        exact += told->gaps[i] < 1e-9;
    }
    qsort(told->gaps, INSTANCES, sizeof *told->gaps, compare_gaps);
    printf("| %s | %zu | %.5f | %.5f | %.5f | %.5f | %.1f %% | %.2f |\n", name, exact,
           told->gaps[INSTANCES / 2], sum / INSTANCES, told->gaps[INSTANCES * 95 / 100],
           told->gaps[INSTANCES - 1], 100 * closed, 1000 * told->seconds / INSTANCES);
}

static double
sum_gaps(const struct told *told)
{
    double sum = 0;

    for (size_t i = 0; i < INSTANCES; i++)
        sum += told->gaps[i];
    return sum;
}

static void
measure(const struct material *material, size_t most)
{
    static struct told greedy, beam, exact;
    struct spt_region_options options = {.lambda = 0.8, .most_windows = most};
    struct spt_random random;
    size_t unproved = 0, ignored = 0;
    double behind;

    greedy = beam = exact = (struct told){0};
    spt_random_init(&random, 1, 0);
    for (size_t i = 0; i < INSTANCES; i++) {
        static struct instance instance;
        double best;

        if (material != NULL)
            cut_instance(&instance, material, &random);
        else
            draw_instance(&instance, &random);
        options.search = SPT_SEARCH_EXACT;
        best = search(&instance, &options, &exact, &unproved);
        options.search = SPT_SEARCH_GREEDY;
        greedy.gaps[i] = search(&instance, &options, &greedy, &ignored) - best;
        options.search = SPT_SEARCH_BEAM;
        beam.gaps[i] = search(&instance, &options, &beam, &ignored) - best;
    }
    printf("\nup to %zu windows, %d instances, %zu of them not proved\n\n", most,
           INSTANCES, unproved);
    printf("| search | exact in | median gap | mean | 95 %% | worst | closed | ms |\n"
           "|---|---|---|---|---|---|---|---|\n");
    behind = sum_gaps(&greedy);
    tell("greedy", &greedy, 0);
    tell("beam", &beam, behind > 0 ? 1 - sum_gaps(&beam) / behind : 1);
    tell("exact", &exact, 1);
}

int
main(int argc, char **argv)
{
    const size_t sizes[] = {6, 8, 10};
    struct material material = {0};
    bool real = argc > 2;

    if (argc < 2) {
        fprintf(stderr, "usage: bench-region random | IMAGES PROBABILITIES [CUT]\n");
        return 2;
    }
    if (real)
        material =
            read_material(argv[1], argv[2], argc > 3 ? strtof(argv[3], NULL) : 0.7F);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        measure(real ? &material : NULL, sizes[i]);
    free(material.f);
    free(material.abundance);
    return 0;
}
