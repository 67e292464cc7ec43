/*
 * judge.c - see judge.h.
 */
#include "session/judge.h"

#include <stdlib.h>

#include "base/alloc.h"

/* Is one of the eight neighbours of (y, x) known to be of the other class? */
static bool
is_beside_other(const struct spt_sample *sample, uint32_t y, uint32_t x)
{
    const uint32_t bottom = y + 2 < sample->height ? y + 2 : sample->height;
    const uint32_t right = x + 2 < sample->width ? x + 2 : sample->width;
    const uint8_t label = sample->labels[(size_t)y * sample->width + x];

    for (uint32_t v = y > 0 ? y - 1 : 0; v < bottom; v++)
        for (uint32_t u = x > 0 ? x - 1 : 0; u < right; u++) {
            const uint8_t near = sample->labels[(size_t)v * sample->width + u];

            if (near != SPT_LABEL_UNKNOWN && near != label)
                return true;
        }
    return false;
}

enum septum_status
spt_judged_add(struct spt_judged *judged, const float *membrane,
               const struct spt_sample *sample, struct septum_error *err)
{
    const size_t pixels = (size_t)sample->height * sample->width;
    uint8_t *inner = spt_alloc_array(pixels, sizeof *inner);

    if (inner == NULL)
        return spt_fail_memory(err, "labels", pixels);
    for (uint32_t y = 0; y < sample->height; y++)
        for (uint32_t x = 0; x < sample->width; x++) {
            const size_t at = (size_t)y * sample->width + x;

            inner[at] = is_beside_other(sample, y, x) ? (uint8_t)SPT_LABEL_UNKNOWN
                                                      : sample->labels[at];
        }
    spt_tally_add(&judged->whole, membrane, sample->labels, pixels);
    spt_tally_add(&judged->inner, membrane, inner, pixels);
    free(inner);
    return SEPTUM_OK;
}

bool
spt_judge_by_images(const struct spt_judged *ours, const struct spt_judged *theirs)
{
    if (spt_tally_has_membrane(&ours->whole))
        return spt_tally_best(&ours->whole).f_score >=
               spt_tally_best(&theirs->whole).f_score;
    return spt_tally_score(&ours->whole, ours->threshold).pixel_error <=
           spt_tally_score(&theirs->whole, theirs->threshold).pixel_error;
}

bool
spt_judge_by_answers(const struct spt_judged *ours, const struct spt_judged *theirs)
{
    if (spt_tally_has_membrane(&ours->inner))
        return spt_tally_best(&ours->inner).f_score >=
               spt_tally_best(&theirs->inner).f_score;
    return spt_judge_by_images(ours, theirs);
}
