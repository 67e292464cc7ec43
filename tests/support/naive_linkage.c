/*
 * naive_linkage.c - see naive_linkage.h.
 */
#include "support/naive_linkage.h"

#include <math.h>
#include <stdlib.h>

#include "abundance/ncc.h"

/* Clusters by number, with the sums of the distances between them: those of a union are
 * the sums of its parts', so that the averages are exact in double. */
struct clusters {
    size_t nodes;
    size_t *size; /* 0 = not there, or not any more */
    double *sums; /* nodes x nodes */
};

static struct clusters
begin(const float *distances, size_t count)
{
    struct clusters all = {.nodes = 2 * count - 1};

    all.size = calloc(all.nodes, sizeof *all.size);
    all.sums = calloc(all.nodes * all.nodes, sizeof *all.sums);
    if (all.size == NULL || all.sums == NULL)
        abort();
    for (size_t i = 0; i < count; i++) {
        all.size[i] = 1;
        for (size_t j = i + 1; j < count; j++)
            all.sums[i * all.nodes + j] = all.sums[j * all.nodes + i] =
                (double)distances[spt_condensed_index(count, i, j)];
    }
    return all;
}

static double
average(const struct clusters *all, size_t a, size_t b)
{
    return all->sums[a * all->nodes + b] / (double)(all->size[a] * all->size[b]);
}

static void
merge(struct clusters *all, size_t a, size_t b, size_t made)
{
    for (size_t k = 0; k < made; k++)
        all->sums[made * all->nodes + k] = all->sums[k * all->nodes + made] =
            all->sums[a * all->nodes + k] + all->sums[b * all->nodes + k];
    all->size[made] = all->size[a] + all->size[b];
    all->size[a] = all->size[b] = 0;
}

static struct spt_merge
find_closest(const struct clusters *all)
{
    struct spt_merge closest = {.distance = INFINITY};
    double least = INFINITY;

    for (size_t a = 0; a < all->nodes; a++)
        for (size_t b = a + 1; b < all->nodes; b++)
            if (all->size[a] > 0 && all->size[b] > 0 && average(all, a, b) < least) {
                least = average(all, a, b);
                closest = (struct spt_merge){(uint32_t)a, (uint32_t)b, (float)least,
                                             (uint32_t)(all->size[a] + all->size[b])};
            }
    return closest;
}

static void
end(struct clusters *all)
{
    free(all->size);
    free(all->sums);
}

void
naive_linkage_tree(const float *distances, size_t count, struct spt_merge *merges)
{
    struct clusters all = begin(distances, count);

    for (size_t k = 0; k + 1 < count; k++) {
        merges[k] = find_closest(&all);
        merge(&all, merges[k].a, merges[k].b, count + k);
    }
    end(&all);
}

bool
naive_linkage_allows(const float *distances, size_t count,
                     const struct spt_merge *merges, double slack)
{
    struct clusters all = begin(distances, count);
    bool allowed = true;

    for (size_t k = 0; k + 1 < count && allowed; k++) {
        struct spt_merge closest = find_closest(&all);
        struct spt_merge told = merges[k];

        allowed = told.a < told.b && told.b < count + k && all.size[told.a] > 0 &&
                  all.size[told.b] > 0 &&
                  all.size[told.a] + all.size[told.b] == told.size;
        if (!allowed)
            break;
        allowed =
            fabs(average(&all, told.a, told.b) - (double)told.distance) <= slack &&
            (double)told.distance <= (double)closest.distance + slack;
        merge(&all, told.a, told.b, count + k);
    }
    end(&all);
    return allowed;
}
