/*
 * products.h - the files that segmenting an image gives, and how they are named.
 */
#ifndef SEPTUM_API_PRODUCTS_H
#define SEPTUM_API_PRODUCTS_H

#include "image/set.h"
#include "image/write.h"
#include "septum.h"

#define SPT_PRODUCTS 4

enum spt_wanted {
    SPT_WANTED_ALWAYS,
    SPT_WANTED_MASK,
    SPT_WANTED_UNCERTAINTY,
    SPT_WANTED_CELLS,
};

struct spt_product {
    const char *ending; /* of the file's name, behind the image's */
    enum spt_wanted wanted;
    enum spt_picture_kind kind;
    /* A value from each probability; NULL: not of each pixel alone, but of the whole
     * map. */
    float (*make)(float probability, float threshold);
};

extern const struct spt_product spt_products[SPT_PRODUCTS];

/* Is product number `product` asked for? */
bool spt_product_wanted(const struct septum_segment_options *options, size_t product);

/* "DIRECTORY/NAME-mask.png" and the like; the caller's to free; NULL for want of
 * memory. */
char *spt_product_path(const struct septum_segment_options *options,
                       const struct spt_page *page, size_t product);

/* Drop from a set of maps what was written beside them: pages whose names are another's
 * with the ending of a mask, of an uncertainty map or of cells. */
void spt_products_sift(struct spt_set *maps);

/* Where some pages of a set have the names of cells, keep only these, under the names
 * of the images that they are of. */
void spt_products_sift_cells(struct spt_set *cells);

#endif
