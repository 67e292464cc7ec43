/*
 * guard.h - who is let in: nobody without the secret that this server gave, and no page
 * but our own on behalf of one who has it.
 *
 * The address that is printed holds a token.  Whoever opens it gets a cookie, and only
 * requests that bring it back are answered.  Pages of others cannot read it (HttpOnly)
 * nor have it sent along (SameSite=Strict); what they could still try is stopped by two
 * checks: the Host must be one of this machine's own names (a name of theirs that they
 * let point here would not be), and the Origin of whatever changes something must be
 * our own.
 */
#ifndef SEPTUM_SERVER_GUARD_H
#define SEPTUM_SERVER_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define SPT_SECRET_TEXT 65 /* 32 random bytes as hexadecimal digits */
#define SPT_GUARD_NAMES 4

struct spt_guard {
    char token[SPT_SECRET_TEXT];      /* in the address */
    char session[SPT_SECRET_TEXT];    /* in the cookie */
    char cookie[32];                  /* its name: cookies know no ports, we do */
    char names[SPT_GUARD_NAMES][256]; /* that a Host may have beside the loopback's */
    bool tls;
};

/* Draw the secrets.  `address` is what is listened on; a wildcard stands for the
 * machine's own name. */
enum septum_status spt_guard_init(struct spt_guard *guard, const char *address,
                                  uint16_t port, bool tls, struct septum_error *err);

/* Each takes the header's text, or NULL when it was not sent. */
bool spt_guard_knows_token(const struct spt_guard *guard, const char *token);
bool spt_guard_knows_cookie(const struct spt_guard *guard, const char *cookies);
bool spt_guard_knows_host(const struct spt_guard *guard, const char *host);

/* The origin is ours: the scheme and the Host that the request itself was for. */
bool spt_guard_knows_origin(const struct spt_guard *guard, const char *origin,
                            const char *host);

/* Is it a loopback address, or the name of one? */
bool spt_address_is_loopback(const char *address);

/* Copy `text` to `name` and check that it can be a person's: 1 to 64 characters of
 * UTF-8, none of them a control character.  The second decodes percent signs first. */
#define SPT_NAME_BYTES 257
bool spt_guard_check_name(const char *text, char name[SPT_NAME_BYTES]);
bool spt_guard_read_name(const char *text, char name[SPT_NAME_BYTES]);

#endif
