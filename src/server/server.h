/*
 * server.h - the labelling page on the network.
 */
#ifndef SEPTUM_SERVER_SERVER_H
#define SEPTUM_SERVER_SERVER_H

#include "server/answers.h"

struct spt_server;

struct spt_server_options {
    const char *address;           /* to listen on: numeric, IPv4 or IPv6 */
    uint16_t port;                 /* 0 = one that is free */
    const char *certificate, *key; /* PEM files for TLS, or both NULL */
    bool insecure;                 /* let others than this machine in without TLS */
    const char *who;               /* whose work it is where the page does not say */
};

/*
 * Serve `desk` from threads of its own until spt_server_stop().  Text of the options
 * is borrowed until then.  `name` is the project's, for the page.
 */
enum septum_status
spt_server_start(const struct spt_server_options *options, struct spt_desk *desk,
                 const char *name, struct spt_server **out, struct septum_error *err);

/* The address to open, with the token; borrowed. */
const char *spt_server_address(const struct spt_server *server);

/* Put out who takes too long over a request; for every now and then. */
void spt_server_tend(struct spt_server *server);

/* Finish what is being answered and close; NULL is allowed. */
void spt_server_stop(struct spt_server *server);

#endif
