/*
 * segment_page.h - one image of any size into the files that segmenting it gives.
 *
 * The image is read three times: twice for its percentiles, once to be predicted.  At
 * no time is more of it in memory than a row of tiles sees.
 */
#ifndef SEPTUM_API_SEGMENT_PAGE_H
#define SEPTUM_API_SEGMENT_PAGE_H

#include "image/set.h"
#include "predict/predict.h"

/* The files that an image gives, in the order of spt_product_path()'s numbers. */
#define SPT_PRODUCTS 3

/* Is product number `product` asked for? */
bool spt_product_wanted(const struct septum_segment_options *options, size_t product);

/* "DIRECTORY/NAME-mask.png" and the like; the caller's to free; NULL for want of
 * memory. */
char *spt_product_path(const struct septum_segment_options *options,
                       const struct spt_page *page, size_t product);

/* Drop from a set of maps what septum segment wrote beside them: pages whose names are
 * another's with the ending of a mask or of an uncertainty map. */
void spt_segment_sift(struct spt_set *maps);

/* Refuse a page whose file can only be read with more memory than is allowed. */
enum septum_status
spt_segment_check(const struct septum_segment_options *options,
                  const struct spt_page *page, struct septum_error *err);

struct spt_segmentation {
    const struct septum_segment_options *options;
    struct spt_predictor *predictor;
    double threshold;       /* of membrane, for the mask */
    struct spt_watch watch; /* told how much of the page is done */
};

/* Segment `page`: all its files appear whole, or none of them. */
enum septum_status
spt_segment_page(const struct spt_segmentation *segmentation,
                 const struct spt_page *page, struct septum_error *err);

#endif
