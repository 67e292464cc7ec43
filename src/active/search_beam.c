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
    struct spt_trial *trials;
    size_t count, room;
    size_t *windows; /* of all of them */
};

struct work {
    const struct spt_search *search;
    struct spt_trial *best;
    struct spt_trial here; /* an image's best */
    struct beam now, next;
    size_t *list; /* room for a set */
};

/* ---- the beam -------------------------------------------------------------------- */

static bool
has_window(const struct spt_trial *trial, size_t window)
{
    for (size_t i = 0; i < trial->count; i++)
        if (trial->windows[i] == window)
            return true;
    return false;
}

/* Where the set of `trial` and `window` belongs in the beam; its room when nowhere:
 * there already, or not good enough. */
static size_t
find_place(const struct work *work, const struct beam *beam,
           const struct spt_trial *trial, double objective)
{
    size_t place = beam->count;

    for (size_t i = 0; i < beam->count; i++) {
        const struct spt_trial *other = &beam->trials[i];

        if (fabs(other->objective - objective) <= SPT_REGION_TIE &&
            memcmp(other->windows, work->list,
                   (trial->count + 1) * sizeof *work->list) == 0)
            return beam->room;
        if (place == beam->count && objective < other->objective - SPT_REGION_TIE)
            place = i;
    }
    return place;
}

static void
offer(struct work *work, struct beam *beam, const struct spt_trial *trial,
      size_t window)
{
    double objective = spt_trial_with(work->search, trial, window);
    size_t at = 0, place, *windows;
    struct spt_trial made;

    if (beam->count == beam->room &&
        objective >= beam->trials[beam->room - 1].objective - SPT_REGION_TIE)
        return;
    for (; at < trial->count && trial->windows[at] < window; at++)
        work->list[at] = trial->windows[at];
    work->list[at] = window;
    for (; at < trial->count; at++)
        work->list[at + 1] = trial->windows[at];
    place = find_place(work, beam, trial, objective);
    if (place == beam->room)
        return;
    if (beam->count < beam->room)
        beam->count++;
    windows = beam->trials[beam->count - 1].windows;
    memmove(beam->trials + place + 1, beam->trials + place,
            (beam->count - 1 - place) * sizeof *beam->trials);
    made = *trial;
    spt_trial_add(work->search, &made, window, false);
    memcpy(windows, work->list, made.count * sizeof *windows);
    made.windows = windows;
    beam->trials[place] = made;
}

static void
grow_beam(struct work *work, size_t image, size_t seed)
{
    const struct spt_candidate *candidate = &work->search->candidates[image];
    struct spt_trial empty = {.image = image};

    work->now.count = 0;
    offer(work, &work->now, &empty, seed);
    while (work->now.count > 0) {
        struct beam swap = work->now;

        work->next.count = 0;
        for (size_t i = 0; i < work->now.count; i++) {
            const struct spt_trial *trial = &work->now.trials[i];

            if (spt_trial_is_better(work->search, trial, &work->here))
                spt_trial_copy(&work->here, trial);
            for (size_t k = 0; k < trial->count; k++) {
                size_t neighbours[4];
                size_t count = spt_grid_neighbours(&candidate->grid, trial->windows[k],
                                                   neighbours);

                for (size_t n = 0; n < count; n++)
                    if (candidate->askable[neighbours[n]] &&
                        !has_window(trial, neighbours[n]) &&
                        spt_trial_fits(work->search, trial, neighbours[n]))
                        offer(work, &work->next, trial, neighbours[n]);
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
hangs_together(const struct work *work, struct spt_trial *trial)
{
    const struct spt_grid *grid = &work->search->candidates[trial->image].grid;
    size_t reached = 1;

    for (size_t i = 0; i < reached && i < trial->count; i++)
        for (size_t k = reached; k < trial->count; k++)
            if (is_beside(grid, trial->windows[i], trial->windows[k])) {
                size_t window = trial->windows[k];

                trial->windows[k] = trial->windows[reached];
                trial->windows[reached++] = window;
            }
    return reached >= trial->count;
}

/* Try `trial` with each neighbour; the first that is better becomes the image's best.
 */
static bool
improve_by_adding(struct work *work, struct spt_trial *trial)
{
    const struct spt_candidate *candidate = &work->search->candidates[trial->image];

    for (size_t i = 0; i < trial->count; i++) {
        size_t neighbours[4];
        size_t count =
            spt_grid_neighbours(&candidate->grid, trial->windows[i], neighbours);

        for (size_t n = 0; n < count; n++) {
            if (!candidate->askable[neighbours[n]] ||
                has_window(trial, neighbours[n]) ||
                !spt_trial_fits(work->search, trial, neighbours[n]))
                continue;
            spt_trial_add(work->search, trial, neighbours[n], true);
            if (spt_trial_is_better(work->search, trial, &work->here)) {
                spt_trial_copy(&work->here, trial);
                return true;
            }
            spt_trial_remove(work->search, trial, trial->count - 1);
        }
    }
    return false;
}

/* One change for the better; false when there is none. */
static bool
improve(struct work *work)
{
    struct spt_trial *trial = &work->now.trials[0]; /* any room will do */

    spt_trial_copy(trial, &work->here);
    if (improve_by_adding(work, trial))
        return true;
    for (size_t i = 0; i < work->here.count && work->here.count > 1; i++) {
        spt_trial_copy(trial, &work->here);
        spt_trial_remove(work->search, trial, i);
        if (!hangs_together(work, trial))
            continue;
        if (spt_trial_is_better(work->search, trial, &work->here)) {
            spt_trial_copy(&work->here, trial);
            return true;
        }
        if (improve_by_adding(work, trial))
            return true;
    }
    return false;
}

/* ---- all images ------------------------------------------------------------------ */

static bool
take_beam(struct beam *beam, size_t room, size_t largest)
{
    beam->room = room;
    beam->trials = spt_alloc_array(room, sizeof *beam->trials);
    beam->windows = spt_alloc_array(room, (largest + 1) * sizeof *beam->windows);
    if (beam->trials == NULL || beam->windows == NULL)
        return false;
    for (size_t i = 0; i < room; i++)
        beam->trials[i].windows = beam->windows + i * (largest + 1);
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
        spt_trial_is_better(work->search, &work->here, work->best))
        spt_trial_copy(work->best, &work->here);
    return SEPTUM_OK;
}

enum septum_status
spt_search_beam(const struct spt_search *search, struct spt_trial *best,
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
    free(work.now.trials);
    free(work.now.windows);
    free(work.next.trials);
    free(work.next.windows);
    free(work.here.windows);
    free(work.list);
    return status;
}
