/*
 * lines.h - models made by hand that find bright lines, and images of such lines.
 */
#ifndef SEPTUM_TESTS_LINES_H
#define SEPTUM_TESTS_LINES_H

#include "net/model.h"
#include "train/samples.h"

/* Side of the images. */
#define LINES_SIDE 64

/* Says membrane where a pixel is above 1 (`sign` 1) or below -1 (-1); window of 3. */
struct spt_model lines_bright_model(float sign);

/* Says membrane where a pixel is brighter than those above and below it: it finds lines
 * one pixel thick, and not the inside of thicker ones. */
struct spt_model lines_thin_model(void);

/* One image with lines of `thickness` rows, 8 rows apart. */
void lines_samples(struct spt_samples *samples, uint32_t thickness);

#endif
