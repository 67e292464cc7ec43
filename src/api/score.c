/*
 * score.c - probability maps against truth, a page at a time.
 */
#include <math.h>
#include <stdlib.h>

#include "api/arguments.h"
#include "api/products.h"
#include "api/source.h"
#include "base/alloc.h"
#include "image/input.h"
#include "image/probability.h"
#include "score/fscore.h"
#include "score/partition.h"
#include "train/model_file.h"

#define COMMON_THRESHOLDS 11 /* of cells: 0, 0.1, ... 1, as the challenge has them */
#define MIDDLE 5

/* Everything that is counted. */
struct counts {
    struct spt_tally pixels;
    struct spt_partition_tally cells;
    size_t asked, model; /* thresholds of `cells`, behind the common ones */
};

/* Bring the values of a map to [0, 1]; `page` says how they are stored. */
static enum septum_status
scale_map(const struct spt_page *page, float *map, struct septum_error *err)
{
    const float white = (float)page->white;
    const size_t count = (size_t)page->height * page->width;

    size_t fault;

    for (size_t i = 0; i < count; i++)
        map[i] /= white; /* exact for 51 of 255, as a product would not be */
    if (spt_probability_check(map, count, &fault))
        return SEPTUM_OK;
    return spt_fail(err, SEPTUM_EFORMAT,
                    "%s%s: row %zu, column %zu: %g is no probability; give floats from "
                    "0 to 1, or 8-bit or 16-bit integers",
                    page->path, spt_input_page_text(page->index).text,
                    fault / page->width, fault % page->width, (double)map[fault]);
}

static enum septum_status
count_page(const struct spt_labelled *labelled, size_t index, struct counts *counts,
           struct septum_error *err)
{
    const struct spt_page *page = &labelled->images.pages[index];
    const size_t count = (size_t)page->height * page->width;
    float *map = spt_alloc_array(count, sizeof *map);
    uint8_t *labels = spt_alloc_array(count, 1);
    enum septum_status status;

    if (map == NULL || labels == NULL) {
        status = spt_fail_memory(err, page->path, count * (sizeof *map + 1));
        goto done;
    }
    status = spt_page_read(page, map, err);
    if (status == SEPTUM_OK)
        status = scale_map(page, map, err);
    if (status == SEPTUM_OK)
        status = spt_labelled_read(labelled, index, labels, err);
    if (status == SEPTUM_OK)
        status = spt_partition_add(&counts->cells, map, labels, page->height,
                                   page->width, err);
    if (status == SEPTUM_OK)
        spt_tally_add(&counts->pixels, map, labels, count);
done:
    free(map);
    free(labels);
    return status;
}

static uint64_t
count_pixels(const struct spt_tally *tally)
{
    uint64_t count = 0;

    for (size_t bin = 0; bin <= SPT_SCORE_BINS; bin++)
        count += tally->membrane[bin] + tally->other[bin];
    return count;
}

/* The threshold of the best F-score need not be that of the fewest wrong pixels. */
static double
find_least_error(const struct spt_tally *tally)
{
    double least = 1;

    for (int k = 0; k <= SPT_SCORE_BINS; k++) {
        double error = spt_tally_score(tally, (double)k / SPT_SCORE_BINS).pixel_error;

        least = error < least ? error : least;
    }
    return least;
}

/* The threshold of best mean V_rand, or V_info, among the common ones and the one asked
 * for; of equals, the one nearest to 0.5, and of two equally near the lower. */
static void
find_best_cells(const struct counts *counts, bool info, double *best,
                double *best_threshold)
{
    const size_t order[] = {MIDDLE, 4, 6, 3, 7, 2, 8, 1, 9, 0, 10, counts->asked};

    *best = NAN;
    *best_threshold = NAN;
    for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
        struct spt_partition_score mean = spt_partition_mean(&counts->cells, order[k]);
        double score = info ? mean.v_info : mean.v_rand;

        if (isnan(*best) ? isnan(score) : !(score > *best))
            continue;
        *best = score;
        *best_threshold = counts->cells.threshold[order[k]];
    }
}

static struct septum_score
summarise(const struct counts *counts, double threshold)
{
    struct spt_score at = spt_tally_score(&counts->pixels, threshold);
    struct spt_score best = spt_tally_best(&counts->pixels);
    struct spt_partition_score cells =
        spt_partition_mean(&counts->cells, counts->asked);
    struct septum_score score = {
        .pixels = count_pixels(&counts->pixels),
        .threshold = at.threshold,
        .precision = at.precision,
        .recall = at.recall,
        .f_score = at.f_score,
        .pixel_error = at.pixel_error,
        .best_f_score = best.f_score,
        .best_threshold = best.threshold,
        .best_pixel_error = find_least_error(&counts->pixels),
        .v_rand = cells.v_rand,
        .v_info = cells.v_info,
    };

    find_best_cells(counts, false, &score.best_v_rand, &score.best_v_rand_threshold);
    find_best_cells(counts, true, &score.best_v_info, &score.best_v_info_threshold);
    return score;
}

static void
add_model_scores(const struct counts *counts, double threshold,
                 struct septum_score *score)
{
    struct spt_score at = spt_tally_score(&counts->pixels, threshold);
    struct spt_partition_score cells =
        spt_partition_mean(&counts->cells, counts->model);

    score->has_model = true;
    score->model_threshold = at.threshold;
    score->model_f_score = at.f_score;
    score->model_pixel_error = at.pixel_error;
    score->model_v_rand = cells.v_rand;
    score->model_v_info = cells.v_info;
}

/* The threshold that counts for the pixels, for the cells, too. */
static double
round_threshold(double threshold)
{
    return round(threshold * SPT_SCORE_BINS) / SPT_SCORE_BINS;
}

static enum septum_status
refuse_unknown(const struct spt_labelled *labelled, struct septum_error *err)
{
    return spt_fail(err, SEPTUM_EINVAL,
                    "%s: no pixel of the truth is known, so there is nothing to score",
                    labelled->masks.pages[0].path);
}

/* ---- maps ------------------------------------------------------------------------ */

static enum septum_status
score_maps(const struct septum_score_options *options, struct septum_score *out,
           struct septum_error *err)
{
    const double threshold = options->has_threshold ? options->threshold : 0.5;
    struct spt_labelled labelled = {0};
    struct spt_model model = {0};
    struct counts *counts = spt_alloc_array(1, sizeof *counts);
    enum septum_status status = SEPTUM_OK;

    if (counts == NULL)
        return spt_fail_memory(err, "the scores", sizeof *counts);
    if (options->model != NULL)
        status = spt_model_read(options->model, &model, err);
    if (status == SEPTUM_OK)
        status = spt_labelled_open(&options->probability, &options->truth,
                                   spt_products_sift, &labelled, err);
    if (status != SEPTUM_OK)
        goto done;
    for (int k = 0; k < COMMON_THRESHOLDS; k++)
        spt_partition_threshold(&counts->cells, k / 10.0);
    counts->asked = spt_partition_threshold(&counts->cells, round_threshold(threshold));
    if (options->model != NULL)
        counts->model =
            spt_partition_threshold(&counts->cells, round_threshold(model.threshold));
    for (size_t i = 0; status == SEPTUM_OK && i < labelled.images.count; i++)
        status = count_page(&labelled, i, counts, err);
    if (status == SEPTUM_OK && count_pixels(&counts->pixels) == 0)
        status = refuse_unknown(&labelled, err);
    if (status != SEPTUM_OK)
        goto done;
    *out = summarise(counts, threshold);
    out->images = labelled.images.count;
    if (options->model != NULL)
        add_model_scores(counts, model.threshold, out);
done:
    spt_labelled_clear(&labelled);
    spt_model_clear(&model);
    free(counts);
    return status;
}

/* ---- cells ----------------------------------------------------------------------- */

static enum septum_status
count_cells(const struct spt_labelled *labelled, size_t index,
            struct spt_partition_tally *tally, uint64_t *pixels,
            struct septum_error *err)
{
    const struct spt_page *page = &labelled->images.pages[index];
    const size_t count = (size_t)page->height * page->width;
    uint32_t *cells = spt_alloc_array(count, sizeof *cells);
    uint8_t *labels = spt_alloc_array(count, 1);
    enum septum_status status;

    if (cells == NULL || labels == NULL) {
        status = spt_fail_memory(err, page->path, count * (sizeof *cells + 1));
        goto done;
    }
    status = spt_mask_read_cells(page, cells, err);
    if (status == SEPTUM_OK)
        status = spt_labelled_read(labelled, index, labels, err);
    if (status == SEPTUM_OK)
        status = spt_partition_add_cells(tally, cells, labels, page->height,
                                         page->width, err);
    for (size_t i = 0; i < count && status == SEPTUM_OK; i++)
        *pixels += labels[i] != SPT_LABEL_UNKNOWN;
done:
    free(cells);
    free(labels);
    return status;
}

static enum septum_status
score_cells(const struct septum_score_options *options, struct septum_score *out,
            struct septum_error *err)
{
    struct spt_labelled labelled = {0};
    struct spt_partition_tally tally = {0};
    struct spt_partition_score mean;
    uint64_t pixels = 0;
    enum septum_status status = spt_labelled_open(
        &options->cells, &options->truth, spt_products_sift_cells, &labelled, err);

    for (size_t i = 0; status == SEPTUM_OK && i < labelled.images.count; i++)
        status = count_cells(&labelled, i, &tally, &pixels, err);
    if (status == SEPTUM_OK && pixels == 0)
        status = refuse_unknown(&labelled, err);
    if (status != SEPTUM_OK)
        goto done;
    mean = spt_partition_mean(&tally, 0);
    out->images = labelled.images.count;
    out->pixels = pixels;
    out->v_rand = mean.v_rand;
    out->v_info = mean.v_info;
done:
    spt_labelled_clear(&labelled);
    return status;
}

/* What nobody asked for: the scores of maps that are not there. */
static const struct septum_score no_maps = {
    .threshold = NAN,
    .precision = NAN,
    .recall = NAN,
    .f_score = NAN,
    .pixel_error = NAN,
    .best_f_score = NAN,
    .best_threshold = NAN,
    .best_pixel_error = NAN,
    .best_v_rand = NAN,
    .best_v_rand_threshold = NAN,
    .best_v_info = NAN,
    .best_v_info_threshold = NAN,
};

enum septum_status
septum_score(const struct septum_score_options *options, struct septum_score *out,
             struct septum_error *err)
{
    struct septum_score score = no_maps;
    bool maps, cells;
    enum septum_status status = SEPTUM_OK;

    if (SPT_REQUIRE(err, {"options", options}, {"out", out}) != SEPTUM_OK)
        return SEPTUM_EINVAL;
    maps = spt_arguments_paths(&options->probability) != NULL;
    cells = spt_arguments_paths(&options->cells) != NULL;
    if (SPT_REQUIRE(err, {"options->truth",
                          spt_arguments_paths(&options->truth.source)}) != SEPTUM_OK)
        return SEPTUM_EINVAL;
    if (!maps && !cells)
        return spt_fail(err, SEPTUM_EINVAL,
                        "there is nothing to score; give probability maps, cells, or "
                        "both");
    if (!maps && (options->has_threshold || options->model != NULL))
        return spt_fail(err, SEPTUM_EINVAL,
                        "a threshold is one of probability maps, and a model has one; "
                        "give the maps, too");
    if (options->has_threshold && !(options->threshold >= 0 && options->threshold <= 1))
        return spt_fail(err, SEPTUM_EINVAL, "the threshold is %g, not from 0 to 1",
                        options->threshold);
    if (maps)
        status = score_maps(options, &score, err);
    if (cells && status == SEPTUM_OK)
        status = score_cells(options, &score, err);
    if (status == SEPTUM_OK)
        *out = score;
    return status;
}
