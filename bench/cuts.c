/*
 * cuts.c - what the cut of the cluster tree does to abundance and to the regions asked.
 *
 *	bench-cuts IMAGES PROBABILITIES SHIFT STEP [ROUNDS]
 *
 * PROBABILITIES are maps of the images, in the same order, as `septum segment` writes
 * them.  For each cut: clusters, the median S, and what equation 1 (lambda 0.8, at most
 * 6 windows, searched exactly) asks in so many rounds with a net that does not learn in
 * between; then the same with abundance that fades and with uncertainty rescaled.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abundance/cluster.h"
#include "abundance/ncc.h"
#include "active/novelty.h"
#include "active/uncertainty.h"
#include "image/set.h"
#include "material.h"

#define SIDE 64

struct scene {
    struct bench_windows windows;
    float *distances; /* full resolution */
    float *f, *abundance, *faded;
    uint8_t *askable;
    uint32_t *cluster_of, *answered;
    struct spt_candidate *candidates;
    size_t images;
};

static void
read_scene(struct scene *scene, const char *images, const char *probabilities,
           const struct spt_ncc_options *ncc)
{
    struct septum_error err = {0};
    struct spt_set set = {0};
    size_t count, at = 0;

    scene->windows = bench_windows_read(images, SIDE, SIZE_MAX / 2);
    count = scene->windows.count;
    scene->distances = bench_alloc(spt_condensed_count(count), sizeof(float));
    scene->f = bench_alloc(count, sizeof(float));
    scene->abundance = bench_alloc(count, sizeof(float));
    scene->faded = bench_alloc(count, sizeof(float));
    scene->askable = bench_alloc(count, 1);
    scene->cluster_of = bench_alloc(count, sizeof(uint32_t));
    scene->answered = bench_alloc(count, sizeof(uint32_t));
    bench_stop_on(
        spt_ncc_distances(scene->windows.at, count, SIDE, ncc, scene->distances, &err),
        &err);
    bench_stop_on(spt_set_open(&probabilities, 1, &set, &err), &err);
    scene->images = set.count;
    scene->candidates = bench_alloc(set.count, sizeof *scene->candidates);
    for (size_t i = 0; i < set.count; i++) {
        const struct spt_page *page = &set.pages[i];
        float *membrane =
            bench_alloc((size_t)page->height * page->width, sizeof(float));
        struct spt_grid grid = spt_grid_of(page->height, page->width, SIDE);

        if (at + spt_grid_count(&grid) > count) {
            fprintf(stderr, "more maps than images\n");
            exit(1);
        }
        bench_stop_on(spt_page_read(page, membrane, &err), &err);
        spt_uncertainty_windows(membrane, page->width, &grid, scene->f + at);
        scene->candidates[i] =
            (struct spt_candidate){.grid = grid,
                                   .f = scene->f + at,
                                   .abundance = scene->faded + at,
                                   .askable = scene->askable + at,
                                   .cluster = scene->cluster_of + at};
        at += spt_grid_count(&grid);
        free(membrane);
    }
    spt_set_clear(&set);
}

struct asked {
    size_t windows, clusters, images; /* different ones */
};

/* Ask so many times, each the best of what is left. */
static struct asked
ask(struct scene *scene, const struct spt_region_options *options, double fade,
    size_t rounds)
{
    struct asked asked = {0};
    uint8_t *seen = bench_alloc(scene->images, 1);

    memset(scene->askable, 1, scene->windows.count);
    memset(scene->answered, 0, scene->windows.count * sizeof *scene->answered);
    for (size_t round = 0; round < rounds; round++) {
        struct septum_error err = {0};
        struct spt_region region = {0};

        spt_novelty_fade(scene->abundance, scene->cluster_of, scene->windows.count,
                         scene->answered, fade, scene->faded);
        bench_stop_on(
            spt_region_search(scene->candidates, scene->images, options, &region, &err),
            &err);
        asked.windows += region.count;
        if (region.count > 0)
            seen[region.image] = 1;
        spt_novelty_answer(&scene->candidates[region.image], &region, scene->answered);
        for (size_t w = 0; w < region.count; w++)
            scene->askable[scene->candidates[region.image].askable - scene->askable +
                           (ptrdiff_t)region.windows[w]] = 0;
        spt_region_clear(&region);
    }
    for (size_t i = 0; i < scene->windows.count; i++)
        asked.clusters += scene->answered[i] > 0;
    for (size_t i = 0; i < scene->images; i++)
        asked.images += seen[i];
    free(seen);
    return asked;
}

static int
compare_floats(const void *left, const void *right)
{
    float a = *(const float *)left, b = *(const float *)right;

    return (a > b) - (a < b);
}

int
main(int argc, char **argv)
{
    static const float cuts[] = {0.55F, 0.6F, 0.65F, 0.7F, 0.75F, 0.8F, 0.85F, 0.9F};
    struct spt_ncc_options ncc = {.bandwidth = 1};
    struct spt_region_options plain = {
        .lambda = 0.8, .most_windows = 6, .search = SPT_SEARCH_EXACT};
    struct spt_region_options stretched = plain, greedy = plain;
    struct scene scene = {0};
    size_t rounds = argc > 5 ? strtoul(argv[5], NULL, 10) : 9, count;
    struct spt_merge *merges;
    float *sorted;

    if (argc < 5) {
        fprintf(stderr, "bench-cuts IMAGES PROBABILITIES SHIFT STEP [ROUNDS]\n");
        return 2;
    }
    stretched.rescale = true;
    greedy.search = SPT_SEARCH_GREEDY;
    ncc.max_shift = (uint32_t)strtoul(argv[3], NULL, 10);
    ncc.shift_step = (uint32_t)strtoul(argv[4], NULL, 10);
    read_scene(&scene, argv[1], argv[2], &ncc);
    count = scene.windows.count;
    merges = bench_alloc(count, sizeof *merges);
    sorted = bench_alloc(count, sizeof *sorted);
    bench_stop_on(spt_cluster_tree(scene.distances, count, merges, NULL),
                  &(struct septum_error){.text = "no memory"});
    printf("%zu windows of %zu images, shifts up to %u in steps of %u, %zu rounds\n",
           count, scene.images, ncc.max_shift, ncc.shift_step, rounds);
    printf("cut   clusters  median S | windows/clusters/images: greedy, exact, fading, "
           "rescaled, rescaled and fading\n");
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        struct asked asked[5];
        size_t clusters = 0;

        bench_stop_on(
            spt_cluster_cut(merges, count, cuts[i], scene.cluster_of, &clusters, NULL),
            &(struct septum_error){.text = "no memory"});
        bench_stop_on(spt_cluster_abundance(scene.cluster_of, count, clusters,
                                      scene.abundance, NULL),
                &(struct septum_error){.text = "no memory"});
        memcpy(sorted, scene.abundance, count * sizeof *sorted);
        qsort(sorted, count, sizeof *sorted, compare_floats);
        asked[0] = ask(&scene, &greedy, 1, rounds);
        asked[1] = ask(&scene, &plain, 1, rounds);
        asked[2] = ask(&scene, &plain, SPT_NOVELTY_FADE, rounds);
        asked[3] = ask(&scene, &stretched, 1, rounds);
        asked[4] = ask(&scene, &stretched, SPT_NOVELTY_FADE, rounds);
        printf("%.2f  %8zu  %8.3f |", (double)cuts[i], clusters,
               (double)sorted[count / 2]);
        for (size_t k = 0; k < 5; k++)
            printf("  %zu/%zu/%zu", asked[k].windows, asked[k].clusters,
                   asked[k].images);
        printf("\n");
    }
    return 0;
}
