/*
 * sheets.c - contact sheets of the largest clusters, to look at.
 *
 *	bench-sheets FOLDER DIRECTORY [CUT]
 *
 * DIRECTORY (there already) gets sheet.png: a row for each of the twelve largest
 * clusters, its windows in order of their mean distance from the others, evenly from
 * the most typical to the least.  The sizes are printed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abundance/cluster.h"
#include "abundance/ncc.h"
#include "image/write.h"
#include "loop/pictures.h"
#include "material.h"

#define SIDE 64
#define AREA ((size_t)SIDE * SIDE)
#define ROWS 12
#define COLUMNS 14

struct member {
    double distance;
    size_t window;
};

static int
compare_members(const void *left, const void *right)
{
    const struct member *a = left, *b = right;

    return (a->distance > b->distance) - (a->distance < b->distance);
}

static double
distance_of(const float *distances, size_t count, size_t i, size_t j)
{
    return i == j ? 0
                  : (double)distances[i < j ? spt_condensed_index(count, i, j)
                                            : spt_condensed_index(count, j, i)];
}

/* Copy a row's windows; what is left of it stays blank. */
static void
fill_row(const struct bench_windows *windows, const float *distances,
         const uint32_t *cluster_of, uint32_t cluster, float *row)
{
    struct member *members = bench_alloc(windows->count, sizeof *members);
    size_t size = 0, shown;

    for (size_t w = 0; w < windows->count; w++)
        if (cluster_of[w] == cluster)
            members[size++].window = w;
    for (size_t i = 0; i < size; i++)
        for (size_t j = 0; j < size; j++)
            members[i].distance += distance_of(distances, windows->count,
                                               members[i].window, members[j].window);
    qsort(members, size, sizeof *members, compare_members);
    shown = size < COLUMNS ? size : COLUMNS;
    for (size_t i = 0; i < shown; i++)
        memcpy(row + i * AREA,
               windows->at +
                   members[i * (size - 1) / (shown > 1 ? shown - 1 : 1)].window * AREA,
               AREA * sizeof *row);
    free(members);
}

int
main(int argc, char **argv)
{
    struct spt_ncc_options ncc = {.max_shift = 8, .shift_step = 1};
    float cut = argc > 3 ? strtof(argv[3], NULL) : 0.75F;
    struct bench_windows windows;
    struct septum_error err = {.text = "no memory"};
    struct spt_figure figure = {0};
    size_t clusters = 0, *sizes;
    float *distances, *copy, *sheet;
    struct spt_merge *merges;
    uint32_t *cluster_of;
    char path[4096];

    if (argc < 3) {
        fprintf(stderr, "bench-sheets FOLDER DIRECTORY [CUT]\n");
        return 2;
    }
    windows = bench_windows_read(argv[1], SIDE, SIZE_MAX / 2);
    distances = bench_alloc(spt_condensed_count(windows.count), sizeof *distances);
    copy = bench_alloc(spt_condensed_count(windows.count), sizeof *copy);
    merges = bench_alloc(windows.count, sizeof *merges);
    cluster_of = bench_alloc(windows.count, sizeof *cluster_of);
    sheet = bench_alloc(ROWS * COLUMNS * AREA, sizeof *sheet);
    if (spt_ncc_distances(windows.at, windows.count, SIDE, &ncc, distances, &err) !=
        SEPTUM_OK)
        goto failed;
    memcpy(copy, distances, spt_condensed_count(windows.count) * sizeof *copy);
    if (spt_cluster_tree(copy, windows.count, merges, &err) != SEPTUM_OK ||
        spt_cluster_cut(merges, windows.count, cut, cluster_of, &clusters, &err) !=
            SEPTUM_OK)
        goto failed;
    sizes = bench_alloc(clusters, sizeof *sizes);
    for (size_t w = 0; w < windows.count; w++)
        sizes[cluster_of[w]]++;
    printf("%zu windows, %zu clusters at %g; the largest:", windows.count, clusters,
           (double)cut);
    for (size_t row = 0; row < ROWS && row < clusters; row++) {
        uint32_t largest = 0;

        for (uint32_t c = 1; c < clusters; c++)
            if (sizes[c] > sizes[largest])
                largest = c;
        printf(" %zu", sizes[largest]);
        fill_row(&windows, distances, cluster_of, largest,
                 sheet + row * COLUMNS * AREA);
        sizes[largest] = 0;
    }
    printf("\n");
    snprintf(path, sizeof path, "%s/sheet.png", argv[2]);
    if (spt_picture_windows(sheet, ROWS * COLUMNS, SIDE, COLUMNS, &figure, &err) !=
            SEPTUM_OK ||
        spt_write_png(path, figure.pixels, figure.height, figure.width, 3, true,
                      &err) != SEPTUM_OK)
        goto failed;
    return 0;
failed:
    fprintf(stderr, "%s\n", err.text);
    return 1;
}
