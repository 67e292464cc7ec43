/*
 * partition.c - see partition.h.
 *
 * The pixels of the true cells are listed cell by cell once an image.  Each threshold
 * then goes through that list, so that the table p(i, j) needs one row at a time.
 */
#include "score/partition.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "image/mask.h"
#include "score/segments.h"

/* One image, and room to work on it. */
struct desk {
    const float *probabilities;
    uint32_t height, width;
    size_t pixels;   /* of the image */
    size_t known;    /* of them in true cells */
    uint32_t cells;  /* true ones */
    uint32_t *order; /* the known pixels, cell by cell */
    uint32_t *first; /* of each cell in `order`, and the end: cells + 1 */
    uint8_t *inside;
    uint32_t *numbers, *queue;
    uint32_t *row;      /* p(i, j) of one i; all 0 in between */
    uint64_t *in_found; /* b(j) */
};

static void
clear_desk(struct desk *desk)
{
    free(desk->order);
    free(desk->first);
    free(desk->inside);
    free(desk->numbers);
    free(desk->queue);
    free(desk->row);
    free(desk->in_found);
}

/* List the pixels of true cells, cell by cell (a counting sort). */
static void
list_truth(struct desk *desk, const uint8_t *labels)
{
    for (size_t i = 0; i < desk->pixels; i++)
        desk->inside[i] = labels[i] == SPT_LABEL_OTHER ? 1 : 0;
    desk->cells = spt_segments_label(desk->inside, desk->height, desk->width,
                                     desk->numbers, desk->queue);
    for (size_t i = 0; i < desk->pixels; i++)
        if (desk->numbers[i] > 0)
            desk->first[desk->numbers[i] + 1]++;
    for (size_t cell = 2; cell <= desk->cells + (size_t)1; cell++)
        desk->first[cell] += desk->first[cell - 1];
    for (size_t i = 0; i < desk->pixels; i++)
        if (desk->numbers[i] > 0)
            desk->order[desk->first[desk->numbers[i]]++] = (uint32_t)i;
    /* Entry k has moved on to where cell k ends, and number k, from 0, begins. */
    desk->known = desk->first[desk->cells];
}

/* Take the room that scoring needs, where found cells are numbered up to `most`, and
 * list the true ones. */
static enum septum_status
prepare_desk(struct desk *desk, size_t most, const uint8_t *labels,
             struct septum_error *err)
{
    size_t pixels = desk->pixels;

    if (pixels > SPT_SEGMENTS_PIXELS_MAX)
        return spt_fail(err, SEPTUM_EINVAL,
                        "%u x %u pixels are too many to score cells on; %zu are "
                        "possible",
                        desk->height, desk->width, SPT_SEGMENTS_PIXELS_MAX);
    desk->order = spt_alloc_array(pixels, sizeof *desk->order);
    desk->first = spt_alloc_array(pixels + 2, sizeof *desk->first);
    desk->inside = spt_alloc_array(pixels, 1);
    desk->numbers = spt_alloc_array(pixels, sizeof *desk->numbers);
    desk->queue = spt_alloc_array(pixels, sizeof *desk->queue);
    desk->row = spt_alloc_array(most + 1, sizeof *desk->row);
    desk->in_found = spt_alloc_array(most + 1, sizeof *desk->in_found);
    if (desk->order == NULL || desk->first == NULL || desk->inside == NULL ||
        desk->numbers == NULL || desk->queue == NULL || desk->row == NULL ||
        desk->in_found == NULL)
        return spt_fail_memory(err, "the cells of an image", pixels * 17 + most * 12);
    list_truth(desk, labels);
    return SEPTUM_OK;
}

/* Number the cells that a threshold finds, and return how many there are. */
static uint32_t
find_cells(struct desk *desk, double threshold)
{
    const float least = (float)fmax(threshold, FLT_TRUE_MIN);
    uint32_t cells;

    for (size_t i = 0; i < desk->pixels; i++)
        desk->inside[i] =
            (uint8_t) !(desk->probabilities[i] >= least); /* as is a NaN */
    cells = spt_segments_label(desk->inside, desk->height, desk->width, desk->numbers,
                               desk->queue);
    return spt_segments_thin(desk->numbers, desk->height, desk->width, cells,
                             desk->queue);
}

/* What is summed over a table: squares of the counts, and count times its logarithm. */
struct sums {
    double square, entropy;
};

static void
add_count(struct sums *sums, double count)
{
    sums->square += count * count;
    sums->entropy += count > 0 ? count * log(count) : 0;
}

/* Go through the pixels of true cell `cell`: its row of the table, into `both`. */
static void
add_row(struct desk *desk, uint32_t cell, struct sums *both, uint64_t *lines)
{
    size_t begin = desk->first[cell], end = desk->first[cell + 1];

    for (size_t k = begin; k < end; k++)
        desk->row[desk->numbers[desk->order[k]]]++;
    *lines += desk->row[0];
    desk->row[0] = 0;
    for (size_t k = begin; k < end; k++) {
        uint32_t found = desk->numbers[desk->order[k]];

        add_count(both, desk->row[found]); /* nothing the second time */
        desk->in_found[found] += desk->row[found];
        desk->row[found] = 0;
    }
}

static double
divide(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

/* Score the found cells in `numbers`, of numbers up to `most`. */
static struct spt_partition_score
score_cells(struct desk *desk, uint32_t most)
{
    struct sums truth = {0}, found = {0}, both = {0};
    const double n = (double)desk->known;
    double log_n = log(n), h_truth, h_found, h_both;
    uint64_t lines = 0;

    memset(desk->in_found, 0, (most + (size_t)1) * sizeof *desk->in_found);
    for (uint32_t cell = 0; cell < desk->cells; cell++) {
        add_row(desk, cell, &both, &lines);
        add_count(&truth, desk->first[cell + 1] - desk->first[cell]);
    }
    for (size_t j = 1; j <= most; j++)
        add_count(&found, (double)desk->in_found[j]);
    /* A line pixel is a cell of one: 1 to the squares, 1 log 1 = 0 to the entropies. */
    both.square += (double)lines;
    found.square += (double)lines;
    /* H = - sum (c / n) log (c / n) = log n - (sum c log c) / n. */
    h_truth = fmax(0, log_n - truth.entropy / n);
    h_found = fmax(0, log_n - found.entropy / n);
    h_both = fmax(0, log_n - both.entropy / n);
    return (struct spt_partition_score){
        .v_rand = 2 * both.square / (truth.square + found.square),
        .v_info = h_both > 0 ? fmax(0, divide(2 * (h_truth + h_found - h_both),
                                              h_truth + h_found))
                             : 1,
    };
}

static void
add_score(struct spt_partition_score *sum, struct spt_partition_score score)
{
    sum->v_rand += score.v_rand;
    sum->v_info += score.v_info;
}

size_t
spt_partition_threshold(struct spt_partition_tally *tally, double threshold)
{
    assert(tally->thresholds < SPT_PARTITION_THRESHOLDS && tally->images == 0);
    tally->threshold[tally->thresholds] = threshold;
    return tally->thresholds++;
}

enum septum_status
spt_partition_add(struct spt_partition_tally *tally, const float *probabilities,
                  const uint8_t *labels, uint32_t height, uint32_t width,
                  struct septum_error *err)
{
    struct desk desk = {.probabilities = probabilities,
                        .height = height,
                        .width = width,
                        .pixels = (size_t)height * width};
    enum septum_status status = prepare_desk(&desk, desk.pixels, labels, err);

    if (status == SEPTUM_OK && desk.known > 0) {
        tally->images++;
        for (size_t k = 0; k < tally->thresholds; k++)
            add_score(&tally->sum[k],
                      score_cells(&desk, find_cells(&desk, tally->threshold[k])));
    }
    clear_desk(&desk);
    return status;
}

enum septum_status
spt_partition_add_cells(struct spt_partition_tally *tally, const uint32_t *cells,
                        const uint8_t *labels, uint32_t height, uint32_t width,
                        struct septum_error *err)
{
    struct desk desk = {
        .height = height, .width = width, .pixels = (size_t)height * width};
    uint32_t most = 0;
    enum septum_status status;

    for (size_t i = 0; i < desk.pixels; i++)
        most = cells[i] > most ? cells[i] : most;
    status = prepare_desk(&desk, most > 0 ? most : 1, labels, err);
    if (status == SEPTUM_OK && desk.known > 0) {
        tally->images++;
        memcpy(desk.numbers, cells, desk.pixels * sizeof *cells);
        add_score(&tally->sum[0],
                  score_cells(&desk, spt_segments_thin(desk.numbers, height, width,
                                                       most, desk.queue)));
    }
    clear_desk(&desk);
    return status;
}

struct spt_partition_score
spt_partition_mean(const struct spt_partition_tally *tally, size_t index)
{
    const double n = tally->images > 0 ? (double)tally->images : (double)NAN;

    return (struct spt_partition_score){.v_rand = tally->sum[index].v_rand / n,
                                        .v_info = tally->sum[index].v_info / n};
}
