/*
 * score.c - probability maps against truth, a page at a time.
 */
#include <stdlib.h>

#include "api/source.h"
#include "base/alloc.h"
#include "image/input.h"
#include "score/fscore.h"
#include "train/model_file.h"

/* Sharpened or averaged maps leave [0, 1] by rounding; by more, they are no
 * probabilities. */
#define TOLERANCE 1e-3F

/* Bring the values of a map to [0, 1]; `page` says how they are stored. */
static enum septum_status
scale_map(const struct spt_page *page, float *map, struct septum_error *err)
{
    const float white = (float)page->white;
    const size_t count = (size_t)page->height * page->width;

    for (size_t i = 0; i < count; i++) {
        map[i] /= white; /* exact for 51 of 255, as a product would not be */
        if (map[i] < -TOLERANCE || map[i] > 1 + TOLERANCE)
            return spt_fail(err, SEPTUM_EFORMAT,
                            "%s%s: row %zu, column %zu: %g is no probability; "
                            "give floats from 0 to 1, or 8-bit or 16-bit integers",
                            page->path, spt_input_page_text(page->index).text,
                            i / page->width, i % page->width, (double)map[i]);
    }
    return SEPTUM_OK;
}

static enum septum_status
tally_page(const struct spt_labelled *labelled, size_t index, struct spt_tally *tally,
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
        spt_tally_add(tally, map, labels, count);
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

static struct septum_score
summarise(const struct spt_tally *tally, double threshold)
{
    struct spt_score at = spt_tally_score(tally, threshold);
    struct spt_score best = spt_tally_best(tally);

    return (struct septum_score){
        .pixels = count_pixels(tally),
        .threshold = at.threshold,
        .precision = at.precision,
        .recall = at.recall,
        .f_score = at.f_score,
        .pixel_error = at.pixel_error,
        .best_f_score = best.f_score,
        .best_threshold = best.threshold,
        .best_pixel_error = find_least_error(tally),
    };
}

enum septum_status
septum_score(const struct septum_score_options *options, struct septum_score *out,
             struct septum_error *err)
{
    const double threshold = options->has_threshold ? options->threshold : 0.5;
    struct spt_labelled labelled = {0};
    struct spt_model model = {0};
    struct spt_tally *tally = spt_alloc_array(1, sizeof *tally);
    struct septum_score score;
    enum septum_status status = SEPTUM_OK;

    if (tally == NULL) {
        status = spt_fail_memory(err, "the scores", sizeof *tally);
        goto done;
    }
    if (!(threshold >= 0 && threshold <= 1)) {
        status = spt_fail(err, SEPTUM_EINVAL, "the threshold is %g, not from 0 to 1",
                          threshold);
        goto done;
    }
    if (options->model != NULL)
        status = spt_model_read(options->model, &model, err);
    if (status == SEPTUM_OK)
        status =
            spt_labelled_open(&options->probability, &options->truth, &labelled, err);
    for (size_t i = 0; status == SEPTUM_OK && i < labelled.images.count; i++)
        status = tally_page(&labelled, i, tally, err);
    if (status != SEPTUM_OK)
        goto done;
    score = summarise(tally, threshold);
    score.images = labelled.images.count;
    if (options->model != NULL) {
        struct spt_score at = spt_tally_score(tally, model.threshold);

        score.has_model = true;
        score.model_threshold = at.threshold;
        score.model_f_score = at.f_score;
        score.model_pixel_error = at.pixel_error;
    }
    *out = score;
done:
    spt_labelled_clear(&labelled);
    spt_model_clear(&model);
    free(tally);
    return status;
}
