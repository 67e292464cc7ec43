/*
 * patience.c - see patience.h.
 */
#include "server/patience.h"

#include <sys/socket.h>

void
spt_patience_init(struct spt_patience *patience)
{
    *patience = (struct spt_patience){0};
    pthread_mutex_init(&patience->lock, NULL);
}

void
spt_patience_clear(struct spt_patience *patience)
{
    pthread_mutex_destroy(&patience->lock);
}

struct spt_client *
spt_patience_watch(struct spt_patience *patience, int file, double now)
{
    struct spt_client *found = NULL;

    pthread_mutex_lock(&patience->lock);
    for (size_t i = 0; i < SPT_PATIENCE_CLIENTS && found == NULL; i++)
        if (!patience->client[i].there)
            found = &patience->client[i];
    if (found != NULL)
        *found = (struct spt_client){
            .file = file, .there = true, .asking = true, .since = now};
    pthread_mutex_unlock(&patience->lock);
    return found;
}

/* Note what a client does. */
static void
note(struct spt_patience *patience, struct spt_client *client, bool there, bool asking,
     double now)
{
    if (client == NULL)
        return;
    pthread_mutex_lock(&patience->lock);
    client->there = there;
    client->asking = asking;
    client->since = now;
    pthread_mutex_unlock(&patience->lock);
}

void
spt_patience_let_go(struct spt_patience *patience, struct spt_client *client)
{
    note(patience, client, false, false, 0);
}

void
spt_patience_heard(struct spt_patience *patience, struct spt_client *client)
{
    note(patience, client, true, false, 0);
}

void
spt_patience_answered(struct spt_patience *patience, struct spt_client *client,
                      double now)
{
    note(patience, client, true, true, now);
}

void
spt_patience_put_out(struct spt_patience *patience, double now)
{
    pthread_mutex_lock(&patience->lock);
    for (size_t i = 0; i < SPT_PATIENCE_CLIENTS; i++) {
        const struct spt_client *client = &patience->client[i];

        if (client->there && client->asking &&
            now - client->since > SPT_PATIENCE_SECONDS)
            shutdown(client->file, SHUT_RDWR);
    }
    pthread_mutex_unlock(&patience->lock);
}
