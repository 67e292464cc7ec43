/*
 * desk.h - a project that experts work on at the moment, through any number of threads,
 * while a worker thread predicts, chooses and learns for them.
 *
 * Two things are shared.  The project file, through spt_desk_take(): one thread at a
 * time, and only for as long as it takes to write a stroke.  The board, through
 * spt_desk_lock(): what the worker has found so far, in memory; held for moments only.
 * Who takes both takes the project first.  The worker has a connection to the file of
 * its own and never waits for a thread that serves, nor one of those for the net.
 */
#ifndef SEPTUM_SESSION_DESK_H
#define SEPTUM_SESSION_DESK_H

#include "active/region.h"
#include "project/answer.h"
#include "project/lease.h"
#include "project/sheet.h"
#include "session/board.h"

struct spt_desk;

struct spt_desk_options {
    const char *project;
    struct spt_region_options region; /* that is asked about */
    double minutes;       /* that a region is lent for after its last change */
    double learn_seconds; /* of each round of learning; 0 = never learn */
    uint32_t threads;     /* of the worker; 0 = all cores */
};

/*
 * Open a project and start the worker.  Refuses what cannot be worked on: no images,
 * images that are not what they were.  `options` are copied but for the path, which
 * outlives the desk.
 */
enum septum_status spt_desk_open(const struct spt_desk_options *options,
                                 struct spt_desk **out, struct septum_error *err);

/* Stop the worker and close.  What the worker had learnt but not recorded is lost. */
void spt_desk_close(struct spt_desk *desk);

/* The images, which do not change while the desk is open. */
const struct spt_project_images *spt_desk_images(const struct spt_desk *desk);

struct spt_project *spt_desk_take(struct spt_desk *desk);
void spt_desk_give(struct spt_desk *desk);

struct spt_board *spt_desk_lock(struct spt_desk *desk);
void spt_desk_unlock(struct spt_desk *desk);

/* Tell that something was changed: the board's version grows and the worker looks. */
void spt_desk_tell(struct spt_desk *desk);

/* Somebody looks at an image of that id, if there is one: where it has no map, it gets
 * one before others do. */
void spt_desk_see(struct spt_desk *desk, int64_t image);

/* Until when a region is lent that is worked on now. */
int64_t spt_desk_until(const struct spt_desk *desk);

/*
 * The calls below want the project taken.  They open sheets; each clears *out first and
 * leaves it with id 0 when there is none.
 */

/* The region that `who` has, or a new one: the first on the board that nobody else has
 * taken meanwhile. */
enum septum_status spt_desk_ask(struct spt_desk *desk, const char *who,
                                struct spt_sheet *out, struct septum_error *err);

/* The sheet of the whole image `image` (an id). */
enum septum_status spt_desk_free(struct spt_desk *desk, const char *who, int64_t image,
                                 struct spt_sheet *out, struct septum_error *err);

#endif
