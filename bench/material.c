/*
 * material.c - see material.h.
 */
#include "material.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "image/grid.h"
#include "image/normalise.h"
#include "image/set.h"

void *
bench_alloc(size_t count, size_t size)
{
    void *block = calloc(count + 1, size);

    if (block == NULL) {
        fprintf(stderr, "no memory for %zu times %zu bytes\n", count, size);
        exit(1);
    }
    return block;
}

void
bench_stop_on(enum septum_status status, const struct septum_error *err)
{
    if (status == SEPTUM_OK)
        return;
    fprintf(stderr, "%s\n", err->text);
    exit(1);
}

struct bench_windows
bench_windows_read(const char *folder, uint32_t side, size_t most)
{
    struct bench_windows all = {.side = side};
    struct spt_set set = {0};
    struct septum_error err = {0};
    size_t area = (size_t)side * side, at = 0, kept = 0;

    bench_stop_on(spt_set_open(&folder, 1, &set, &err), &err);
    for (size_t i = 0; i < set.count; i++) {
        struct spt_grid grid =
            spt_grid_of(set.pages[i].height, set.pages[i].width, side);

        all.count += spt_grid_count(&grid);
    }
    if (most > all.count)
        most = all.count;
    all.at = bench_alloc(most * area, sizeof *all.at);
    for (size_t i = 0; i < set.count; i++) {
        const struct spt_page *page = &set.pages[i];
        struct spt_grid grid = spt_grid_of(page->height, page->width, side);
        size_t pixels = (size_t)page->height * page->width;
        float *image = bench_alloc(pixels, sizeof *image);

        bench_stop_on(spt_page_read(page, image, &err), &err);
        bench_stop_on(spt_normalise(image, pixels, &err), &err);
        for (size_t w = 0; w < spt_grid_count(&grid); w++, at++)
            if ((at + 1) * most / all.count > kept)
                spt_grid_window(&grid, image, page->width, w, all.at + area * kept++);
        free(image);
    }
    spt_set_clear(&set);
    all.count = kept;
    return all;
}

struct place {
    float value;
    size_t index;
};

static int
compare_places(const void *left, const void *right)
{
    const struct place *a = left, *b = right;

    return (a->value > b->value) - (a->value < b->value);
}

static double *
rank(const float *values, size_t count)
{
    struct place *places = bench_alloc(count, sizeof *places);
    double *ranks = bench_alloc(count, sizeof *ranks);

    for (size_t i = 0; i < count; i++)
        places[i] = (struct place){values[i], i};
    qsort(places, count, sizeof *places, compare_places);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i; end < count && places[end].value <= places[i].value;)
            end++;
        for (size_t k = i; k < end; k++)
            ranks[places[k].index] = (double)(i + end - 1) / 2;
    }
    free(places);
    return ranks;
}

double
bench_spearman(const float *a, const float *b, size_t count)
{
    double *x = rank(a, count), *y = rank(b, count), mean = ((double)count - 1) / 2;
    double xx = 0, yy = 0, xy = 0;

    for (size_t i = 0; i < count; i++) {
        xx += (x[i] - mean) * (x[i] - mean);
        yy += (y[i] - mean) * (y[i] - mean);
        xy += (x[i] - mean) * (y[i] - mean);
    }
    free(x);
    free(y);
    return xy / sqrt(xx * yy);
}

double
bench_peak_megabytes(void)
{
    struct rusage usage = {0};

    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}
