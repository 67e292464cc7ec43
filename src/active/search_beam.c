/*
 * search_beam.c - the beam search of search.h, and the improvement of one region.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "active/search.h"
#include "base/alloc.h"

#define BEAM 8

/* Sets of equal size, the best first; their windows ascend, so that equal sets are
 * equal lists. */
struct beam {
    struct spt_draft *drafts;
    size_t count, room;
    size_t *windows; /* of all of them */
};

struct work {
    const struct spt_search *search;
    struct spt_draft *best;
    struct spt_draft here; /* an image's best */
    struct beam now, next;
    size_t *list; /* room for a set */
};

/* ---- the beam -------------------------------------------------------------------- */

/* Where the set of `draft` and `window` belongs in the beam; its room when nowhere:
 * there already, or not good enough. */
static size_t
find_place(const struct work *work, const struct beam *beam,
           const struct spt_draft *draft, double objective)
{
    size_t place = beam->count;

    for (size_t i = 0; i < beam->count; i++) {
        const struct spt_draft *other = &beam->drafts[i];

        if (fabs(other->objective - objective) <= SPT_REGION_TIE &&
            memcmp(other->windows, work->list,
                   (draft->count + 1) * sizeof *work->list) == 0)
            return beam->room;
        if (place == beam->count && objective < other->objective - SPT_REGION_TIE)
            place = i;
    }
    return place;
}

static void
offer(struct work *work, struct beam *beam, const struct spt_draft *draft,
      size_t window)
{
    double objective = spt_draft_with(work->search, draft, window);
    size_t at = 0, place, *windows;
    struct spt_draft made;

    if (beam->count == beam->room &&
        objective >= beam->drafts[beam->room - 1].objective - SPT_REGION_TIE)
        return;
    for (; at < draft->count && draft->windows[at] < window; at++)
        work->list[at] = draft->windows[at];
    work->list[at] = window;
    for (; at < draft->count; at++)
        work->list[at + 1] = draft->windows[at];
    place = find_place(work, beam, draft, objective);
    if (place == beam->room)
        return;
    if (beam->count < beam->room)
        beam->count++;
    windows = beam->drafts[beam->count - 1].windows;
    memmove(beam->drafts + place + 1, beam->drafts + place,
            (beam->count - 1 - place) * sizeof *beam->drafts);
    made = *draft;
    spt_draft_add(work->search, &made, window, false);
    memcpy(windows, work->list, made.count * sizeof *windows);
    made.windows = windows;
    beam->drafts[place] = made;
}

static void
grow_beam(struct work *work, size_t image, size_t seed)
{
    const struct spt_candidate *candidate = &work->search->candidates[image];
    struct spt_draft empty = {.image = image};

    work->now.count = 0;
    offer(work, &work->now, &empty, seed);
    while (work->now.count > 0) {
        struct beam swap = work->now;

        work->next.count = 0;
        for (size_t i = 0; i < work->now.count; i++) {
            const struct spt_draft *draft = &work->now.drafts[i];

            if (spt_draft_is_better(work->search, draft, &work->here))
                spt_draft_copy(&work->here, draft);
            for (size_t k = 0; k < draft->count; k++) {
                size_t neighbours[4];
                size_t count = spt_grid_neighbours(&candidate->grid, draft->windows[k],
                                                   neighbours);

                for (size_t n = 0; n < count; n++)
                    if (candidate->askable[neighbours[n]] &&
                        !spt_draft_has(draft, neighbours[n]) &&
                        spt_draft_fits(work->search, draft, neighbours[n]))
                        offer(work, &work->next, draft, neighbours[n]);
            }
        }
        work->now = work->next;
        work->next = swap;
    }
}

/* ---- improvement ----------------------------------------------------------------- */

static bool
is_beside(const struct spt_grid *grid, size_t a, size_t b)
{
    long down = labs((long)(a / grid->columns) - (long)(b / grid->columns));
    long across = labs((long)(a % grid->columns) - (long)(b % grid->columns));

    return down + across == 1;
}

/* Reorders the set on the way: what is reached comes first. */
static bool
hangs_together(const struct work *work, struct spt_draft *draft)
{
    const struct spt_grid *grid = &work->search->candidates[draft->image].grid;
    size_t reached = 1;

    for (size_t i = 0; i < reached && i < draft->count; i++)
        for (size_t k = reached; k < draft->count; k++)
            if (is_beside(grid, draft->windows[i], draft->windows[k])) {
                size_t window = draft->windows[k];

                draft->windows[k] = draft->windows[reached];
                draft->windows[reached++] = window;
            }
    return reached >= draft->count;
}

/* Try `draft` with each neighbour; the first that is better becomes the image's best.
 */
static bool
improve_by_adding(struct work *work, struct spt_draft *draft)
{
    const struct spt_candidate *candidate = &work->search->candidates[draft->image];

    for (size_t i = 0; i < draft->count; i++) {
        size_t neighbours[4];
        size_t count =
            spt_grid_neighbours(&candidate->grid, draft->windows[i], neighbours);

        for (size_t n = 0; n < count; n++) {
            if (!candidate->askable[neighbours[n]] ||
                spt_draft_has(draft, neighbours[n]) ||
                !spt_draft_fits(work->search, draft, neighbours[n]))
                continue;
            spt_draft_add(work->search, draft, neighbours[n], true);
            if (spt_draft_is_better(work->search, draft, &work->here)) {
                spt_draft_copy(&work->here, draft);
                return true;
            }
            spt_draft_remove(work->search, draft, draft->count - 1);
        }
    }
    return false;
}

/* One change for the better; false when there is none. */
static bool
improve(struct work *work)
{
    struct spt_draft *draft = &work->now.drafts[0]; /* any room will do */

    spt_draft_copy(draft, &work->here);
    if (improve_by_adding(work, draft))
        return true;
    for (size_t i = 0; i < work->here.count && work->here.count > 1; i++) {
        spt_draft_copy(draft, &work->here);
        spt_draft_remove(work->search, draft, i);
        if (!hangs_together(work, draft))
            continue;
        if (spt_draft_is_better(work->search, draft, &work->here)) {
            spt_draft_copy(&work->here, draft);
            return true;
        }
        if (improve_by_adding(work, draft))
            return true;
    }
    return false;
}

/* ---- all images ------------------------------------------------------------------ */

static bool
take_beam(struct beam *beam, size_t room, size_t largest)
{
    beam->room = room;
    beam->drafts = spt_alloc_array(room, sizeof *beam->drafts);
    beam->windows = spt_alloc_array(room, (largest + 1) * sizeof *beam->windows);
    if (beam->drafts == NULL || beam->windows == NULL)
        return false;
    for (size_t i = 0; i < room; i++)
        beam->drafts[i].windows = beam->windows + i * (largest + 1);
    return true;
}

static enum septum_status
search_image(struct work *work, size_t image, struct septum_error *err)
{
    const struct spt_candidate *candidate = &work->search->candidates[image];
    size_t windows = spt_grid_count(&candidate->grid);

    work->here.count = 0;
    for (size_t seed = 0; seed < windows; seed++) {
        if (!candidate->askable[seed])
            continue;
        if (!spt_search_alive(work->search, image, seed))
            return spt_fail(err, SEPTUM_ESTOPPED, "stopped");
        grow_beam(work, image, seed);
    }
    while (work->here.count > 0 && improve(work))
        if (!spt_search_alive(work->search, image, windows))
            return spt_fail(err, SEPTUM_ESTOPPED, "stopped");
    if (work->here.count > 0 &&
        spt_draft_is_better(work->search, &work->here, work->best))
        spt_draft_copy(work->best, &work->here);
    return SEPTUM_OK;
}

enum septum_status
spt_search_beam(const struct spt_search *search, struct spt_draft *best,
                struct septum_error *err)
{
    struct work work = {.search = search, .best = best};
    size_t room = search->options->beam > 0 ? search->options->beam : BEAM;
    size_t largest = search->largest;
    bool ready = take_beam(&work.now, room, largest);
    enum septum_status status = SEPTUM_OK;

    ready = take_beam(&work.next, room, largest) && ready;
    work.here.windows = spt_alloc_array(largest + 1, sizeof *work.here.windows);
    work.list = spt_alloc_array(largest + 1, sizeof *work.list);
    if (!ready || work.here.windows == NULL || work.list == NULL) {
        status = spt_fail_memory(err, "choosing a region",
                                 2 * room * (largest + 1) * sizeof *work.list);
        goto done;
    }
    for (size_t image = 0; image < search->count && status == SEPTUM_OK; image++)
        status = search_image(&work, image, err);
done:
    free(work.now.drafts);
    free(work.now.windows);
    free(work.next.drafts);
    free(work.next.windows);
    free(work.here.windows);
    free(work.list);
    return status;
}
