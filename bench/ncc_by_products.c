/*
 * ncc_by_products.c - the same distances by one matrix product for each shift: the
 * rival of abundance/ncc.c, kept to be measured against it.
 *
 * The pairs are computed in blocks of windows, so that the crops of two blocks and
 * their products are all the memory that is needed.  At each of half the shifts, every
 * ordered pair of blocks is multiplied once: (i, j) and (j, i) then stand for the two
 * opposite shifts of one pair.
 */
#include "ncc_by_products.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "net/matmul.h"

#define BLOCK 512

/* Both windows of a pair have their own corner of the overlap, which is of one size. */
enum role {
    FIRST,
    SECOND,
    ROLES,
};

struct overlap {
    uint32_t height, width;
    uint32_t top[ROLES], left[ROLES];
};

/* What brings an overlap to zero mean and unit energy. */
struct moments {
    double mean;
    double scale; /* 0 for a flat one */
};

struct work {
    const float *windows;
    size_t count;
    uint32_t side;
    uint8_t *flat; /* by window: is it so as a whole */
    struct moments *moments[ROLES];
    float *crops[ROLES]; /* a block each */
    float *products;     /* BLOCK x BLOCK */
};

/* A run of windows, at most BLOCK. */
struct block {
    size_t first, count;
};

static struct overlap
overlap_at(uint32_t side, int32_t dy, int32_t dx)
{
    uint32_t down = dy > 0 ? (uint32_t)dy : 0, up = dy < 0 ? (uint32_t)-dy : 0;
    uint32_t right = dx > 0 ? (uint32_t)dx : 0, left = dx < 0 ? (uint32_t)-dx : 0;

    return (struct overlap){
        .height = side - down - up,
        .width = side - right - left,
        .top = {down, up},
        .left = {right, left},
    };
}

static const float *
overlap_corner(const struct work *work, const struct overlap *overlap, enum role role,
               size_t window)
{
    size_t side = work->side;

    return work->windows + window * side * side + overlap->top[role] * side +
           overlap->left[role];
}

static struct moments
measure_overlap(const float *corner, size_t stride, const struct overlap *overlap)
{
    double pixels = (double)overlap->height * overlap->width;
    double sum = 0, energy = 0, mean, flat;

    for (uint32_t y = 0; y < overlap->height; y++)
        for (uint32_t x = 0; x < overlap->width; x++)
            sum += (double)corner[y * stride + x];
    mean = sum / pixels;
    for (uint32_t y = 0; y < overlap->height; y++)
        for (uint32_t x = 0; x < overlap->width; x++) {
            double value = (double)corner[y * stride + x] - mean;

            energy += value * value;
        }
    flat = 4 * (double)FLT_EPSILON;
    flat *= flat * (energy + pixels * mean * mean);
    /* Written so that an energy that is no number is flat too. */
    return (struct moments){mean, energy > flat ? 1 / sqrt(energy) : 0};
}

static void
measure_windows(struct work *work, const struct overlap *overlap, enum role role)
{
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < work->count; i++) {
        work->moments[role][i] = measure_overlap(overlap_corner(work, overlap, role, i),
                                                 work->side, overlap);
        if (work->flat[i])
            work->moments[role][i].scale = 0;
    }
}

static void
find_flat_windows(struct work *work)
{
    struct overlap whole = overlap_at(work->side, 0, 0);

    measure_windows(work, &whole, FIRST);
    for (size_t i = 0; i < work->count; i++)
        work->flat[i] = work->moments[FIRST][i].scale <= 0;
}

static void
crop_block(struct work *work, const struct overlap *overlap, enum role role,
           struct block block)
{
    size_t side = work->side, pixels = (size_t)overlap->height * overlap->width;

#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < block.count; i++) {
        const float *from = overlap_corner(work, overlap, role, block.first + i);
        struct moments moments = work->moments[role][block.first + i];
        float *to = work->crops[role] + i * pixels;

        if (!(moments.scale > 0)) { /* by hand: 0 times infinity would not be 0 */
            memset(to, 0, pixels * sizeof *to);
            continue;
        }
        for (uint32_t y = 0; y < overlap->height; y++)
            for (uint32_t x = 0; x < overlap->width; x++)
                *to++ = (float)(((double)from[y * side + x] - moments.mean) *
                                moments.scale);
    }
}

static struct block
block_at(const struct work *work, size_t first)
{
    size_t left = work->count - first;

    return (struct block){first, left < BLOCK ? left : BLOCK};
}

/* Lower the distances of the pairs i < j of `rows` x `columns` to what the products
 * say. */
static void
lower_distances(const struct work *work, struct block rows, struct block columns,
                float *distances)
{
    bool same = rows.first == columns.first;

#pragma omp parallel for schedule(dynamic, 16)
    for (size_t i = 0; i < rows.count; i++) {
        size_t start = same ? i + 1 : 0;
        float *out;

        if (start >= columns.count)
            continue;
        out = distances +
              spt_condensed_index(work->count, rows.first + i, columns.first + start);
        for (size_t j = start; j < columns.count; j++, out++) {
            float ncc = work->products[i * BLOCK + j];

            /* In a square block the opposite shift of the pair is there, too. */
            if (same && work->products[j * BLOCK + i] > ncc)
                ncc = work->products[j * BLOCK + i];
            if (1 - ncc < *out)
                *out = 1 - ncc;
        }
    }
}

/* The NCC of all rows with all columns: the rows are the first windows of their pairs
 * when `ordered`, and the second otherwise. */
static enum septum_status
multiply_blocks(const struct work *work, size_t rows, size_t columns, size_t pixels,
                bool ordered, struct septum_error *err)
{
    struct spt_matrix left = {work->crops[ordered ? FIRST : SECOND], rows, pixels,
                              pixels};
    struct spt_matrix right = {work->crops[ordered ? SECOND : FIRST], columns, pixels,
                               pixels};

    return spt_matmul_abt(&left, &right, work->products, BLOCK, err);
}

static enum septum_status
try_shift(struct work *work, int32_t dy, int32_t dx, float *distances,
          struct septum_error *err)
{
    struct overlap overlap = overlap_at(work->side, dy, dx);
    size_t pixels = (size_t)overlap.height * overlap.width;
    bool centred = dy == 0 && dx == 0; /* its own opposite */

    measure_windows(work, &overlap, FIRST);
    measure_windows(work, &overlap, SECOND);
    for (size_t p = 0; p < work->count; p += BLOCK) {
        struct block first = block_at(work, p);

        crop_block(work, &overlap, FIRST, first);
        for (size_t q = centred ? p : 0; q < work->count; q += BLOCK) {
            struct block second = block_at(work, q);
            bool ordered = p <= q; /* rows come before columns, either way */
            struct block rows = ordered ? first : second;
            struct block columns = ordered ? second : first;
            enum septum_status status;

            crop_block(work, &overlap, SECOND, second);
            status =
                multiply_blocks(work, rows.count, columns.count, pixels, ordered, err);
            if (status != SEPTUM_OK)
                return status;
            lower_distances(work, rows, columns, distances);
        }
    }
    return SEPTUM_OK;
}

static void
finish_distances(const struct work *work, float *distances)
{
    for (size_t i = 0; i < work->count; i++)
        for (size_t j = i + 1; j < work->count; j++, distances++) {
            if (work->flat[i] && work->flat[j])
                *distances = 0;
            *distances = fmaxf(*distances, 0); /* rounding: an NCC a little above 1 */
        }
}

static bool
take_memory(struct work *work)
{
    size_t rows = work->count < BLOCK ? work->count : BLOCK;
    size_t pixels = (size_t)work->side * work->side;

    for (int role = 0; role < ROLES; role++) {
        work->moments[role] = spt_alloc_aligned(work->count, sizeof **work->moments);
        work->crops[role] = spt_alloc_aligned(rows * pixels, sizeof **work->crops);
        if (work->moments[role] == NULL || work->crops[role] == NULL)
            return false;
    }
    work->products = spt_alloc_aligned((size_t)BLOCK * BLOCK, sizeof *work->products);
    work->flat = spt_alloc_array(work->count, sizeof *work->flat);
    return work->products != NULL && work->flat != NULL;
}

enum septum_status
ncc_by_products(const float *windows, size_t count, uint32_t side,
                const struct spt_ncc_options *options, float *distances,
                struct septum_error *err)
{
    struct work work = {.windows = windows, .count = count, .side = side};
    enum septum_status status = spt_ncc_check(options, side, err);
    int32_t reach;

    if (status != SEPTUM_OK)
        return status;
    if (!take_memory(&work)) {
        status = spt_fail_memory(err, "comparing windows",
                                 count * (ROLES * sizeof **work.moments + 1));
        goto done;
    }
    reach = (int32_t)(options->max_shift / options->shift_step);
    find_flat_windows(&work);
    for (size_t i = 0; i < spt_condensed_count(count); i++)
        distances[i] = INFINITY;
    for (int32_t y = 0; y <= reach; y++)
        for (int32_t x = y > 0 ? -reach : 0; x <= reach; x++) {
            status = try_shift(&work, y * (int32_t)options->shift_step,
                               x * (int32_t)options->shift_step, distances, err);
            if (status != SEPTUM_OK)
                goto done;
        }
    finish_distances(&work, distances);
done:
    for (int role = 0; role < ROLES; role++) {
        free(work.moments[role]);
        free(work.crops[role]);
    }
    free(work.flat);
    free(work.products);
    return status;
}
