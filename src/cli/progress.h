/*
 * progress.h - how far a long command is, on standard error, and Ctrl-C.
 *
 * On a terminal one line is redrawn in place and wiped at the end; elsewhere (a log
 * file, a batch system) milestones become lines of their own.
 */
#ifndef SEPTUM_CLI_PROGRESS_H
#define SEPTUM_CLI_PROGRESS_H

#include <stdbool.h>

#include "septum.h"

struct spt_progress {
    bool quiet;      /* show nothing; Ctrl-C works nonetheless */
    bool terminal;   /* standard error is one that can move its cursor */
    bool drawn;      /* a line stands there that must be wiped */
    double drawn_at; /* when, in seconds of a clock of its own */
};

/* Start a long command: from here on the first SIGINT or SIGTERM asks
 * spt_progress_show() to stop the work, and the second kills the process. */
void spt_progress_begin(struct spt_progress *progress, bool quiet);

/* The septum_progress_fn; `user` is a struct spt_progress. */
bool spt_progress_show(void *user, const struct septum_progress *now);

/* Wipe the line, so that what follows on standard error starts on a clean one. */
void spt_progress_end(struct spt_progress *progress);

#endif
