/*
 * partition.h - how well the cells of a segmentation agree with the true ones: the
 * foreground-restricted scores of the ISBI 2012 challenge after thinning of borders
 * (Arganda-Carreras et al. 2015).
 *
 * Over the pixels of true cells, n of them, let p(i, j) be how many lie in true cell i
 * and found cell j, a(i) and b(j) its sums.  A found border is thinned to the lines
 * where cells meet; each pixel of a line counts as a cell of its own, d of them.  Then
 *
 *	V_rand = 2 (sum p(i, j)^2 + d) / (sum a(i)^2 + sum b(j)^2 + d)
 *	V_info = 2 I(A; B) / (H(A) + H(B))
 *
 * the F-measures of a split and a merge score: of pairs of pixels, and of mutual
 * information with entropies.  Both are 1 for equal partitions; V_info of two single
 * cells, 0 / 0, counts as 1.
 *
 * An image's scores at a threshold are averaged over images, each counting the same.
 */
#ifndef SEPTUM_SCORE_PARTITION_H
#define SEPTUM_SCORE_PARTITION_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct spt_partition_score {
    double v_rand, v_info;
};

#define SPT_PARTITION_THRESHOLDS 16

/* Sums over images, at several thresholds.  All zero is a valid, empty tally. */
struct spt_partition_tally {
    double threshold[SPT_PARTITION_THRESHOLDS];
    struct spt_partition_score sum[SPT_PARTITION_THRESHOLDS];
    size_t thresholds;
    size_t images; /* that have a true cell; others say nothing */
};

/* Score at `threshold`, too; returns its index.  Call it before any image is added,
 * at most SPT_PARTITION_THRESHOLDS times. */
size_t spt_partition_threshold(struct spt_partition_tally *tally, double threshold);

/*
 * Score one image at all thresholds.  Membrane is where P reaches the threshold, as
 * floats compare, but 0 counts as the least P above 0; labels are enum spt_label, and
 * pixels of unknown truth do not count.  Fails for want of memory, and above
 * SPT_SEGMENTS_PIXELS_MAX pixels; the tally is then as it was.
 */
enum septum_status
spt_partition_add(struct spt_partition_tally *tally, const float *probabilities,
                  const uint8_t *labels, uint32_t height, uint32_t width,
                  struct septum_error *err);

/*
 * Score one image whose found cells are given, a number each and 0 for what is to be
 * thinned, in a tally of its own, without thresholds: as index 0.  Room for the largest
 * number is taken.  Fails as spt_partition_add() does.
 */
enum septum_status
spt_partition_add_cells(struct spt_partition_tally *tally, const uint32_t *cells,
                        const uint8_t *labels, uint32_t height, uint32_t width,
                        struct septum_error *err);

/* The mean at threshold `index` over images; NAN where there were none. */
struct spt_partition_score
spt_partition_mean(const struct spt_partition_tally *tally, size_t index);

#endif
