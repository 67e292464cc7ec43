/*
 * patience.h - how long a client may take to say what it wants.
 *
 * The HTTP library puts out who is silent.  Who sends a byte now and then could still
 * hold a connection for as long as it likes, and keep others out.
 */
#ifndef SEPTUM_SERVER_PATIENCE_H
#define SEPTUM_SERVER_PATIENCE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/* From one answer, or from the beginning, to the end of the next request. */
#define SPT_PATIENCE_SECONDS 120.0

#define SPT_PATIENCE_CLIENTS 96

/* A connection. */
struct spt_client {
    int file; /* its socket */
    bool there, asking;
    double since; /* it is asking, in seconds of any one clock */
};

struct spt_patience {
    pthread_mutex_t lock;
    struct spt_client client[SPT_PATIENCE_CLIENTS];
};

void spt_patience_init(struct spt_patience *patience);
void spt_patience_clear(struct spt_patience *patience);

/* A client has come, with the socket `file`; NULL when there are too many to watch.  It
 * is to be let go before its socket is closed. */
struct spt_client *
spt_patience_watch(struct spt_patience *patience, int file, double now);
void spt_patience_let_go(struct spt_patience *patience, struct spt_client *client);

/* The client has come to the end of its request; it has its answer, and may ask again.
 * Nothing is done for NULL. */
void spt_patience_heard(struct spt_patience *patience, struct spt_client *client);
void spt_patience_answered(struct spt_patience *patience, struct spt_client *client,
                           double now);

/* Shut down the sockets of those who have been asking for too long. */
void spt_patience_put_out(struct spt_patience *patience, double now);

#endif
