/*
 * mask.h - what an expert or a truth file says of each pixel.
 */
#ifndef SEPTUM_IMAGE_MASK_H
#define SEPTUM_IMAGE_MASK_H

#include <stdint.h>

#include "image/set.h"

/* One byte a pixel. */
enum spt_label {
    SPT_LABEL_OTHER = 0,
    SPT_LABEL_MEMBRANE = 1,
    SPT_LABEL_UNKNOWN = 2, /* nobody has said */
};

/* The largest cell number: beyond it a float no longer tells each from the next. */
#define SPT_MASK_NUMBER_MAX 16777215.0F

/* How mask values become labels.  A zero struct: non-zero is membrane, all is known. */
struct spt_mask_rule {
    bool has_membrane_value, has_unlabelled_value;
    double membrane_value;   /* only this value is membrane */
    double unlabelled_value; /* this value is SPT_LABEL_UNKNOWN */
    bool instances;          /* values are cell numbers, 0 is membrane or outside:
                                membrane is 0 and every pixel that touches (4
                                neighbours) a pixel of another number, bar the
                                unlabelled; not together with a membrane value */
};

/* Read a mask page into height * width labels, which a failure leaves as they were. */
enum septum_status
spt_mask_read(const struct spt_page *page, const struct spt_mask_rule *rule,
              uint8_t *labels, struct septum_error *err);

/* Read a page of cell numbers, whole and from 0 to SPT_MASK_NUMBER_MAX, into height *
 * width numbers, which a failure leaves as they were. */
enum septum_status spt_mask_read_cells(const struct spt_page *page, uint32_t *cells,
                                       struct septum_error *err);

#endif
