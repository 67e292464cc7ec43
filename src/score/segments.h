/*
 * segments.h - the cells of a picture of membranes: its connected parts, thinned.
 *
 * Cells are numbered from 1 in the order in which their first pixel is met, column by
 * column; 0 is no cell.  Pixels are neighbours across their four sides.  Pictures have
 * at most SPT_SEGMENTS_PIXELS_MAX pixels.
 */
#ifndef SEPTUM_SCORE_SEGMENTS_H
#define SEPTUM_SCORE_SEGMENTS_H

#include <stddef.h>
#include <stdint.h>

#define SPT_SEGMENTS_PIXELS_MAX ((size_t)1 << 30)

/*
 * Number the connected parts of the pixels whose `inside` is not 0.  `numbers` takes
 * height * width cell numbers; `queue` is room for as many.  Returns how many there
 * are.
 */
uint32_t spt_segments_label(const uint8_t *inside, uint32_t height, uint32_t width,
                            uint32_t *numbers, uint32_t *queue);

/*
 * Thin what lies between cells: flood it from all cells at equal speed, so that only
 * pixels where two cells meet stay 0.  This is the watershed of Soille and Vincent
 * (1990) on the two levels of a binary picture, with ties broken as the scoring of the
 * ISBI 2012 challenge breaks them: pixels are taken column by column, neighbours left,
 * above, right, below; a pixel that has met another line and no cell becomes line, too.
 * Where there is no cell at all, the whole picture becomes one.  Returns the number of
 * cells.
 */
uint32_t spt_segments_thin(uint32_t *numbers, uint32_t height, uint32_t width,
                           uint32_t cells, uint32_t *queue);

#endif
