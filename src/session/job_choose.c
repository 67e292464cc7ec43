/*
 * job_choose.c - clustering the windows, once, and choosing the regions to ask about.
 */
#include "session/worker_jobs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* So long are regions kept back at the start until all images are measured. */
#define PATIENCE_SECONDS 10.0

bool
spt_cluster_is_due(struct spt_worker *worker)
{
    return worker->survey.clusters == 0;
}

/* A search asks thousands of times a second: the board, which pages wait for, changes
 * by whole hundredths only. */
static bool
is_wanted(void *user, double fraction)
{
    struct spt_worker *worker = user;
    const double told = floor(100 * fraction) / 100;
    const bool news = spt_worker_look(worker)->fraction != told;
    const bool stop = worker->shared->stop;

    spt_worker_leave(worker);
    if (news) {
        spt_worker_lock(worker)->fraction = told;
        spt_worker_unlock(worker);
    }
    return !stop;
}

enum septum_status
spt_cluster_all(struct spt_worker *worker, struct septum_error *err)
{
    struct spt_survey *survey = &worker->survey;
    const struct spt_watch watch = {is_wanted, worker};
    enum septum_status status = spt_survey_cluster(survey, false, &watch, err);

    for (size_t i = 0; i < survey->samples.count && status == SEPTUM_OK; i++) {
        const struct spt_grid *grid = &survey->candidates[i].grid;
        float *copy =
            spt_worker_copy(survey->abundance + survey->first[i], spt_grid_count(grid));
        struct spt_board_image *image;

        if (copy == NULL)
            return spt_fail_memory(err, "windows", spt_grid_count(grid));
        image = &spt_worker_lock(worker)->image[survey->which[i]];
        free(image->abundance);
        image->abundance = copy;
        image->rows = grid->rows;
        image->columns = grid->columns;
        spt_worker_unlock(worker);
    }
    worker->old_picks = true;
    worker->ready = spt_clock_seconds();
    return status;
}

/* Images that no model has measured. */
static size_t
count_unknown(const struct spt_worker *worker)
{
    size_t count = 0;

    for (size_t i = 0; i < worker->survey.samples.count; i++)
        count += !worker->survey.measured[i];
    return count;
}

bool
spt_choose_is_due(struct spt_worker *worker)
{
    size_t picks, unmeasured;

    if (worker->survey.clusters == 0)
        return false;
    unmeasured = count_unknown(worker);
    if (unmeasured == worker->survey.samples.count ||
        (unmeasured > 0 && spt_clock_seconds() - worker->ready < PATIENCE_SECONDS))
        return false;
    picks = spt_worker_look(worker)->pick_count;
    spt_worker_leave(worker);
    return worker->old_picks || (picks < SPT_BOARD_PICKS / 2 && !worker->exhausted);
}

/* Why this region, in a line. */
static enum septum_status
explain(const struct spt_worker *worker, const struct spt_region *region, double mean,
        struct spt_pick *pick, struct septum_error *err)
{
    struct spt_covered covered;
    uint64_t alike = 0;
    enum septum_status status =
        spt_survey_covered(&worker->survey, region, &covered, err);

    if (status != SEPTUM_OK)
        return status;
    for (size_t c = 0; c < covered.count; c++)
        alike += covered.size[c];
    spt_covered_clear(&covered);
    snprintf(pick->why, sizeof pick->why,
             "The net is %s here than elsewhere (%.2f, mean %.2f; 0 is a guess, 0.5 "
             "certain), and %llu of %zu windows look like this.",
             region->uncertainty < mean ? "less sure" : "surer", region->uncertainty,
             mean, (unsigned long long)alike, worker->survey.windows);
    return SEPTUM_OK;
}

static enum septum_status
make_pick(const struct spt_worker *worker, const struct spt_region *region, double mean,
          struct spt_pick *pick, struct septum_error *err)
{
    enum septum_status status =
        spt_survey_lease(&worker->survey, region, NULL, &pick->lease, err);

    pick->image = worker->survey.which[region->image];
    return status == SEPTUM_OK ? explain(worker, region, mean, pick, err) : status;
}

static void
publish_picks(struct spt_worker *worker, struct spt_pick *picks, size_t count)
{
    struct spt_board *board = spt_worker_lock(worker);

    for (size_t i = 0; i < board->pick_count; i++)
        spt_pick_clear(&board->picks[i]);
    memcpy(board->picks, picks, count * sizeof *picks);
    board->pick_count = count;
    memcpy(board->error, worker->notice, sizeof board->error);
    board->choosing = count == 0 && count_unknown(worker) > 0;
    board->done = count == 0 && !board->choosing;
    spt_worker_unlock(worker);
}

enum septum_status
spt_choose_regions(struct spt_worker *worker, struct septum_error *err)
{
    struct spt_region_options how = worker->shared->options.region;
    struct spt_region regions[SPT_BOARD_PICKS] = {0};
    struct spt_pick picks[SPT_BOARD_PICKS] = {0};
    size_t found = 0;
    enum septum_status status = SEPTUM_OK;

    how.watch = (struct spt_watch){is_wanted, worker};
    /* What was skipped is asked for when nothing else is left. */
    for (int again = 0; again < 2 && found == 0 && status == SEPTUM_OK; again++) {
        double mean;

        status = spt_survey_find_askable(&worker->survey, NULL, again == 1, err);
        mean = spt_survey_mean(&worker->survey);
        if (status == SEPTUM_OK)
            status = spt_survey_search(&worker->survey, &how, SPT_BOARD_PICKS, regions,
                                       &found, err);
        for (size_t i = 0; i < found && status == SEPTUM_OK; i++)
            status = make_pick(worker, &regions[i], mean, &picks[i], err);
        for (size_t i = 0; i < found; i++)
            spt_region_clear(&regions[i]);
    }
    if (status != SEPTUM_OK) {
        for (size_t i = 0; i < found; i++)
            spt_pick_clear(&picks[i]);
        return status;
    }
    worker->old_picks = false;
    worker->exhausted = found < SPT_BOARD_PICKS / 2;
    publish_picks(worker, picks, found);
    return SEPTUM_OK;
}
