/*
 * abundance.c - what cheaper ways to abundance cost and change, on real windows.
 *
 *	bench-abundance FOLDER WINDOWS SHIFT [CUT]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "abundance/subset.h"
#include "material.h"

static enum septum_status
read_window(void *self, size_t window, float *out, struct septum_error *err)
{
    const struct bench_windows *windows = self;
    size_t area = (size_t)windows->side * windows->side;

    (void)err;
    memcpy(out, windows->at + window * area, area * sizeof *out);
    return SEPTUM_OK;
}

/* S and density of each window. */
struct scores {
    float *abundance, *density;
    size_t clusters;
};

static struct scores
run(struct bench_windows *windows, const struct spt_ncc_options *ncc, float cut,
    size_t most, double *seconds)
{
    struct spt_window_source source = {read_window, windows, windows->count,
                                       windows->side};
    struct spt_subset_options options = {.ncc = *ncc, .cut = cut, .most = most};
    struct spt_subset_scores scores = {
        .cluster_of = bench_alloc(windows->count, sizeof *scores.cluster_of),
        .density = bench_alloc(windows->count, sizeof *scores.density)};
    float *abundance = bench_alloc(windows->count, sizeof *abundance);
    struct septum_error err = {0};
    clock_t start = clock();

    bench_stop_on(spt_subset_abundance(&source, &options, &scores, &err), &err);
    bench_stop_on(spt_cluster_abundance(scores.cluster_of, windows->count,
                                        scores.clusters, abundance, &err),
                  &err);
    *seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    free(scores.cluster_of);
    return (struct scores){abundance, scores.density, scores.clusters};
}

int
main(int argc, char **argv)
{
    struct spt_ncc_options full = {.shift_step = 1}, quick, coarse;
    struct bench_windows windows;
    struct scores exact;
    float cut = argc > 4 ? strtof(argv[4], NULL) : 0.75F;
    double seconds;

    if (argc < 4) {
        fprintf(stderr, "usage: bench-abundance FOLDER WINDOWS SHIFT [CUT]\n");
        return 2;
    }
    windows = bench_windows_read(argv[1], 64, strtoul(argv[2], NULL, 10));
    full.max_shift = (uint32_t)strtoul(argv[3], NULL, 10);
    quick = coarse = full;
    quick.bandwidth = 0.4;
    quick.near = cut + 0.05F;
    coarse.bandwidth = 0.25;
    exact = run(&windows, &full, cut, windows.count, &seconds);
    printf("| way | sample | CPU s | clusters | rho of S | rho of density |\n"
           "|---|---|---|---|---|---|\n"
           "| full | all %zu | %.2f | %zu | 1 | 1 |\n",
           windows.count, seconds, exact.clusters);
    for (size_t k = 0; k < 2; k++)
        for (size_t part = 1; part <= 10; part += part == 1 ? 1 : part == 2 ? 2 : 6) {
            const struct spt_ncc_options *ncc = k == 0 ? &quick : &coarse;
            struct scores found =
                run(&windows, ncc, cut, windows.count / part, &seconds);

            printf("| bandwidth %g, near %g | 1/%zu | %.2f | %zu | %.4f | %.4f |\n",
                   ncc->bandwidth, (double)ncc->near, part, seconds, found.clusters,
                   bench_spearman(exact.abundance, found.abundance, windows.count),
                   bench_spearman(exact.density, found.density, windows.count));
            free(found.abundance);
            free(found.density);
        }
    printf("most memory held: %.0f MB\n", bench_peak_megabytes());
    free(exact.abundance);
    free(exact.density);
    free(windows.at);
    return 0;
}
