/*
 * worker.h - the thread that owns the model: it predicts, chooses and learns.
 */
#ifndef SEPTUM_SESSION_WORKER_H
#define SEPTUM_SESSION_WORKER_H

#include <pthread.h>

#include "session/board.h"
#include "session/desk.h"

/* What the worker and the desk share; `lock` guards the board and the two flags. */
struct spt_shared {
    struct spt_desk_options options;
    const struct spt_project_images *images; /* as the board has them: what another
                                                process adds meanwhile is not there */
    pthread_mutex_t lock;
    pthread_cond_t news; /* something was told, or `stop` set */
    struct spt_board board;
    uint64_t told; /* how often something was */
    bool stop;
};

/* The thread's function; `shared` is a struct spt_shared.  Returns NULL. */
void *spt_worker_run(void *shared);

#endif
