/*
 * expert.c - see expert.h.
 */
#include "loop/expert.h"

#include <string.h>

#include "image/mask.h"

/* Is there a contour to trace between two labels?  Around what truth leaves unknown,
 * none is. */
static bool
differ(uint8_t a, uint8_t b)
{
    return a != b && a != SPT_LABEL_UNKNOWN && b != SPT_LABEL_UNKNOWN;
}

/* Pixel sides between membrane and other inside a window. */
static size_t
count_sides(const uint8_t *labels, uint32_t width, uint32_t side)
{
    size_t sides = 0;

    for (uint32_t y = 0; y < side; y++)
        for (uint32_t x = 0; x < side; x++) {
            const uint8_t *at = labels + (size_t)y * width + x;

            sides += x + 1 < side && differ(at[0], at[1]);
            sides += y + 1 < side && differ(at[0], at[width]);
        }
    return sides;
}

static enum septum_status
answer_from_truth(const void *self, const struct spt_question *question,
                  uint8_t *labels, double *seconds, struct septum_error *err)
{
    const struct spt_truth *truth = self;
    uint32_t side = question->grid.side;

    (void)err;
    *seconds = 0;
    for (size_t w = 0; w < question->count; w++) {
        size_t row = question->windows[w] / question->grid.columns;
        size_t column = question->windows[w] % question->grid.columns;
        size_t first = row * side * question->width + column * side;
        const uint8_t *known = truth->labels[question->image] + first;

        for (uint32_t y = 0; y < side; y++)
            memcpy(labels + first + (size_t)y * question->width,
                   known + (size_t)y * question->width, side);
        *seconds += SPT_EXPERT_SECONDS_PER_WINDOW +
                    SPT_EXPERT_SECONDS_PER_SIDE *
                        (double)count_sides(known, question->width, side);
    }
    return SEPTUM_OK;
}

struct spt_expert
spt_expert_simulated(const struct spt_truth *truth)
{
    return (struct spt_expert){.answer = answer_from_truth, .self = truth};
}
