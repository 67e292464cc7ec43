/*
 * cluster.c - see cluster.h.
 *
 * A cluster lives in the slot of one of its items, the last in order; its distances are
 * the row and column of that slot.  A chain runs from any cluster to its nearest, to
 * the nearest of that, and so on, until two are each other's nearest: those are merged,
 * and because average linkage is reducible what is left of the chain stays valid.
 * Merges are found out of order, therefore sorted and only then named.
 *
 * The new distances are averaged in double and kept as floats.  Rounding keeps order,
 * so that an average still lies between its terms: no later distance is below that of a
 * merge, neither for the chain nor for the sorting, which needs parts before the whole.
 */
#include "abundance/cluster.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "abundance/ncc.h"
#include "base/alloc.h"

/* So many windows ahead distances are asked for. */
#define AHEAD 32

struct work {
    float *distances;
    size_t count;
    uint32_t *size;  /* by slot: items in the cluster */
    uint32_t *alive; /* slots that have not been merged away, ascending */
    size_t left;     /* of them */
    uint32_t *chain;
    size_t length; /* of the chain */
};

static inline float *
distance_between(const struct work *work, size_t i, size_t j)
{
    return work->distances + (i < j ? spt_condensed_index(work->count, i, j)
                                    : spt_condensed_index(work->count, j, i));
}

static inline void
prefer(const struct work *work, uint32_t slot, uint32_t k, uint32_t *nearest,
       float *least)
{
    float distance = *distance_between(work, slot, k);

    if (distance < *least || *nearest == slot) {
        *least = distance;
        *nearest = k;
    }
}

/* The cluster nearest to `slot`; `previous` (or `slot`, for none) wins ties, or else
 * the chain might run in circles. */
static uint32_t
find_nearest(const struct work *work, uint32_t slot, uint32_t previous)
{
    uint32_t nearest = previous;
    float least = previous != slot ? *distance_between(work, slot, previous) : INFINITY;
    size_t i = 0;

    /* Those of lower slots lie in rows far apart, which memory is asked for early. */
    for (; work->alive[i] < slot; i++) {
        size_t soon = i + AHEAD < work->left ? i + AHEAD : i;

        if (work->alive[soon] < slot)
            __builtin_prefetch(distance_between(work, slot, work->alive[soon]));
        prefer(work, slot, work->alive[i], &nearest, &least);
    }
    for (i++; i < work->left; i++)
        prefer(work, slot, work->alive[i], &nearest, &least);
    return nearest;
}

/* Follow the chain to its end: the last two of it are each other's nearest. */
static void
extend_chain(struct work *work)
{
    if (work->length == 0)
        work->chain[work->length++] = work->alive[0];
    for (;;) {
        uint32_t last = work->chain[work->length - 1];
        uint32_t previous = work->length > 1 ? work->chain[work->length - 2] : last;
        uint32_t nearest = find_nearest(work, last, previous);

        if (work->length > 1 && nearest == previous)
            return;
        work->chain[work->length++] = nearest;
    }
}

static void
take_away(struct work *work, uint32_t slot)
{
    size_t i = 0;

    while (work->alive[i] != slot)
        i++;
    work->left--;
    memmove(work->alive + i, work->alive + i + 1,
            (work->left - i) * sizeof *work->alive);
}

/* Merge the clusters in slots a < b into b. */
static void
merge_slots(struct work *work, uint32_t a, uint32_t b)
{
    double in_a = work->size[a], in_b = work->size[b];

    work->size[b] += work->size[a];
    take_away(work, a);
    for (size_t i = 0; i < work->left; i++) {
        uint32_t k = work->alive[i];
        double of_a;
        float *to;

        if (k == b)
            continue;
        of_a = (double)*distance_between(work, a, k);
        to = distance_between(work, b, k);
        *to = (float)((in_a * of_a + in_b * (double)*to) / (in_a + in_b));
    }
}

/* All merges in the order of finding: `a` and `b` are slots, `size` the number of the
 * merge, which sorting takes to settle ties. */
static void
find_merges(struct work *work, struct spt_merge *merges)
{
    for (uint32_t i = 0; i < work->count; i++) {
        work->size[i] = 1;
        work->alive[i] = i;
    }
    work->left = work->count;
    for (uint32_t k = 0; k + 1 < work->count; k++) {
        uint32_t x, y, a, b;

        extend_chain(work);
        x = work->chain[--work->length];
        y = work->chain[--work->length];
        a = x < y ? x : y;
        b = x < y ? y : x;
        merges[k] = (struct spt_merge){a, b, *distance_between(work, a, b), k};
        merge_slots(work, a, b);
    }
}

static int
compare_merges(const void *left, const void *right)
{
    const struct spt_merge *a = left, *b = right;

    if (a->distance != b->distance)
        return a->distance < b->distance ? -1 : 1;
    return (a->size > b->size) - (a->size < b->size);
}

/* The cluster that holds `item` by now; the path to it is halved on the way. */
static uint32_t
find_root(uint32_t *parent, uint32_t item)
{
    while (parent[item] != item) {
        parent[item] = parent[parent[item]];
        item = parent[item];
    }
    return item;
}

/* Turn slots, each an item of its cluster, into the numbers of clusters. */
static void
name_clusters(struct spt_merge *merges, size_t count, uint32_t *parent)
{
    for (uint32_t i = 0; i < 2 * count - 1; i++)
        parent[i] = i;
    for (size_t k = 0; k + 1 < count; k++) {
        uint32_t x = find_root(parent, merges[k].a);
        uint32_t y = find_root(parent, merges[k].b);
        uint32_t made = (uint32_t)(count + k);

        merges[k].a = x < y ? x : y;
        merges[k].b = x < y ? y : x;
        merges[k].size = (x < count ? 1 : merges[x - count].size) +
                         (y < count ? 1 : merges[y - count].size);
        parent[x] = parent[y] = made;
    }
}

enum septum_status
spt_cluster_tree(float *distances, size_t count, struct spt_merge *merges,
                 struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;
    struct work work = {.count = count};
    uint32_t *parent;

    assert(count >= 1 && count <= UINT32_MAX / 2);
    work.distances = distances;
    work.size = spt_alloc_array(count, sizeof *work.size);
    work.alive = spt_alloc_array(count, sizeof *work.alive);
    work.chain = spt_alloc_array(count, sizeof *work.chain);
    parent = spt_alloc_array(2 * count, sizeof *parent);
    if (work.size == NULL || work.alive == NULL || work.chain == NULL ||
        parent == NULL) {
        status = spt_fail_memory(err, "clustering windows", 5 * count * sizeof *parent);
        goto done;
    }
    find_merges(&work, merges);
    qsort(merges, count - 1, sizeof *merges, compare_merges);
    name_clusters(merges, count, parent);
done:
    free(work.size);
    free(work.alive);
    free(work.chain);
    free(parent);
    return status;
}

enum septum_status
spt_cluster_cut(const struct spt_merge *merges, size_t count, float distance,
                uint32_t *cluster_of, size_t *clusters, struct septum_error *err)
{
    size_t nodes = 2 * count - 1, done = 0, found = 0;
    uint32_t *top = spt_alloc_array(nodes, sizeof *top);
    uint32_t *number = spt_alloc_array(nodes, sizeof *number);

    assert(count >= 1 && count <= UINT32_MAX / 2);
    if (top == NULL || number == NULL) {
        free(top);
        free(number);
        return spt_fail_memory(err, "cutting the tree of clusters",
                               2 * nodes * sizeof *top);
    }
    for (size_t i = 0; i < nodes; i++) {
        top[i] = (uint32_t)i;
        number[i] = UINT32_MAX;
    }
    while (done + 1 < count && merges[done].distance <= distance)
        done++;
    /* From the root down, so that a node knows its own top before its parts ask. */
    for (size_t k = done; k-- > 0;)
        top[merges[k].a] = top[merges[k].b] = top[count + k];
    for (size_t i = 0; i < count; i++) {
        if (number[top[i]] == UINT32_MAX)
            number[top[i]] = (uint32_t)found++;
        cluster_of[i] = number[top[i]];
    }
    *clusters = found;
    free(top);
    free(number);
    return SEPTUM_OK;
}

enum septum_status
spt_cluster_abundance(const uint32_t *cluster_of, size_t count, size_t clusters,
                      float *abundance, struct septum_error *err)
{
    size_t *size = spt_alloc_array(clusters, sizeof *size);

    if (size == NULL)
        return spt_fail_memory(err, "counting clusters", clusters * sizeof *size);
    for (size_t i = 0; i < count; i++)
        size[cluster_of[i]]++;
    for (size_t i = 0; i < count; i++)
        abundance[i] = (float)((double)size[cluster_of[i]] / (double)count);
    free(size);
    return SEPTUM_OK;
}
