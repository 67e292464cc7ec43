/*
 * ncc.c - the two ways to compare all pairs of windows, measured on real ones.
 *
 *	bench-ncc FOLDER WINDOWS SHIFT [STEP [BANDWIDTH NEAR]]
 *
 * Products are left out above 600 windows.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "abundance/ncc.h"
#include "material.h"
#include "ncc_by_products.h"

/* CPU time: other work on the machine does not count. */
static double
cpu_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

int
main(int argc, char **argv)
{
    struct spt_ncc_options options = {.shift_step = 1};
    struct bench_windows windows;
    size_t pairs;
    bool products_too;
    float *one, *other;
    double start, spectra, products, worst = 0;

    if (argc < 4) {
        fprintf(stderr,
                "usage: bench-ncc FOLDER WINDOWS SHIFT [STEP [BANDWIDTH NEAR]]\n");
        return 2;
    }
    windows = bench_windows_read(argv[1], 64, strtoul(argv[2], NULL, 10));
    options.max_shift = (uint32_t)strtoul(argv[3], NULL, 10);
    if (argc > 4)
        options.shift_step = (uint32_t)strtoul(argv[4], NULL, 10);
    products_too = windows.count <= 600;
    if (argc > 5)
        options.bandwidth = strtod(argv[5], NULL);
    if (argc > 6)
        options.near = strtof(argv[6], NULL);
    pairs = spt_condensed_count(windows.count);
    one = bench_alloc(pairs, sizeof *one);
    other = bench_alloc(pairs, sizeof *other);
    start = cpu_seconds();
    if (spt_ncc_distances(windows.at, windows.count, 64, &options, one, NULL) !=
        SEPTUM_OK)
        return 1;
    spectra = cpu_seconds() - start;
    start = cpu_seconds();
    if (products_too && ncc_by_products(windows.at, windows.count, 64, &options, other,
                                        NULL) != SEPTUM_OK)
        return 1;
    products = cpu_seconds() - start;
    for (size_t i = 0; i < pairs && products_too; i++)
        worst = fmax(worst, fabs((double)one[i] - (double)other[i]));
    printf("windows %zu, shifts up to %u in steps of %u: spectra %.2f s CPU (%.2f us a "
           "pair), products %.2f s CPU (%.2f us a pair), largest difference %.1e\n",
           windows.count, options.max_shift, options.shift_step, spectra,
           1e6 * spectra / (double)pairs, products, 1e6 * products / (double)pairs,
           worst);
    free(windows.at);
    free(one);
    free(other);
    return 0;
}
