/*
 * segment_page.h - one image of any size into the files that segmenting it gives.
 *
 * The image is read three times: twice for its percentiles, once to be predicted.  At
 * no time is more of it in memory than a row of tiles sees, unless cells are wanted.
 */
#ifndef SEPTUM_API_SEGMENT_PAGE_H
#define SEPTUM_API_SEGMENT_PAGE_H

#include "api/products.h"
#include "cells/cells.h"
#include "predict/predict.h"

/* Refuse a page whose file can only be read with more memory than is allowed. */
enum septum_status
spt_segment_check(const struct septum_segment_options *options,
                  const struct spt_page *page, struct septum_error *err);

struct spt_segmentation {
    const struct septum_segment_options *options;
    struct spt_predictor *predictor;
    double threshold; /* of membrane, for the mask */
    struct spt_cells_rule rule;
    struct spt_watch watch; /* told how much of the page is done */
};

/* Refuse a page that has no room for its map beside the smallest tile, if it is to be
 * cut into cells. */
enum septum_status
spt_segment_check_cells(const struct spt_segmentation *segmentation,
                        const struct spt_page *page, struct septum_error *err);

/* Segment `page`: all its files appear whole, or none of them. */
enum septum_status
spt_segment_page(const struct spt_segmentation *segmentation,
                 const struct spt_page *page, struct septum_error *err);

#endif
