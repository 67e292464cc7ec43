/*
 * guard.c - see guard.h.
 */
#include "server/guard.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/json.h"

/* ---- secrets --------------------------------------------------------------------- */

static bool
draw_secret(char text[SPT_SECRET_TEXT])
{
    unsigned char bytes[(SPT_SECRET_TEXT - 1) / 2];

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return false;
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

/* In a time that does not tell how much of it is right. */
static bool
is_secret(const char *secret, const char *text, size_t length)
{
    unsigned differ = 0;

    if (length != SPT_SECRET_TEXT - 1)
        return false;
    for (size_t i = 0; i < length; i++)
        differ |= (unsigned)(unsigned char)(secret[i] ^ text[i]);
    return differ == 0;
}

static bool
is_wildcard(const char *address)
{
    return strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;
}

enum septum_status
spt_guard_init(struct spt_guard *guard, const char *address, uint16_t port, bool tls,
               struct septum_error *err)
{
    *guard = (struct spt_guard){.tls = tls};
    if (!draw_secret(guard->token) || !draw_secret(guard->session))
        return spt_fail_errno(err, "random numbers");
    snprintf(guard->cookie, sizeof guard->cookie, "septum-%u", (unsigned)port);
    if (!is_wildcard(address))
        snprintf(guard->names[0], sizeof guard->names[0],
                 strchr(address, ':') != NULL ? "[%s]" : "%s", address);
    if (!spt_address_is_loopback(address) &&
        gethostname(guard->names[1], sizeof guard->names[1] - 1) != 0)
        guard->names[1][0] = '\0';
    return SEPTUM_OK;
}

bool
spt_guard_knows_token(const struct spt_guard *guard, const char *token)
{
    return token != NULL && is_secret(guard->token, token, strlen(token));
}

bool
spt_guard_knows_cookie(const struct spt_guard *guard, const char *cookies)
{
    size_t name = strlen(guard->cookie);

    while (cookies != NULL && *cookies != '\0') {
        size_t length = strcspn(cookies, ";");

        if (length > name && strncmp(cookies, guard->cookie, name) == 0 &&
            cookies[name] == '=' &&
            is_secret(guard->session, cookies + name + 1, length - name - 1))
            return true;
        cookies += length;
        cookies += strspn(cookies, "; ");
    }
    return false;
}

/* ---- names ----------------------------------------------------------------------- */

bool
spt_address_is_loopback(const char *address)
{
    struct in_addr four;

    return strcasecmp(address, "localhost") == 0 || strcmp(address, "::1") == 0 ||
           strcmp(address, "[::1]") == 0 ||
           (inet_pton(AF_INET, address, &four) == 1 && ntohl(four.s_addr) >> 24 == 127);
}

bool
spt_guard_knows_host(const struct spt_guard *guard, const char *host)
{
    char name[256];
    const char *port;
    size_t length;

    if (host == NULL)
        return false;
    port = host[0] == '[' ? strchr(host, ']') : strchr(host, ':');
    port = port != NULL && *port == ']' ? port + 1 : port;
    length = port != NULL ? (size_t)(port - host) : strlen(host);
    if (length == 0 || length >= sizeof name ||
        (port != NULL && *port != '\0' &&
         (port[0] != ':' || strspn(port + 1, "0123456789") != strlen(port + 1))))
        return false;
    memcpy(name, host, length);
    name[length] = '\0';
    /* Any port: it may be forwarded from another machine's loopback. */
    if (spt_address_is_loopback(name))
        return true;
    for (int i = 0; i < SPT_GUARD_NAMES; i++)
        if (guard->names[i][0] != '\0' && strcasecmp(guard->names[i], name) == 0)
            return true;
    return false;
}

bool
spt_guard_knows_origin(const struct spt_guard *guard, const char *origin,
                       const char *host)
{
    const char *scheme = guard->tls ? "https://" : "http://";
    size_t length = strlen(scheme);

    return origin != NULL && host != NULL && strncmp(origin, scheme, length) == 0 &&
           strcasecmp(origin + length, host) == 0;
}

static int
read_digit(char digit)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *at = digit != '\0' ? strchr(digits, digit) : NULL;
    int value = at != NULL ? (int)(at - digits) : -1;

    return value > 15 ? value - 6 : value;
}

bool
spt_guard_check_name(const char *text, char name[SPT_NAME_BYTES])
{
    size_t used = strlen(text), characters = 0;

    if (used >= SPT_NAME_BYTES)
        return false;
    memcpy(name, text, used + 1);
    for (size_t at = 0, length; at < used; at += length, characters++) {
        length = spt_utf8_length(name + at);
        if (length == 0 || (unsigned char)name[at] < 0x20 || name[at] == 0x7f)
            return false;
    }
    return characters >= 1 && characters <= 64;
}

bool
spt_guard_read_name(const char *text, char name[SPT_NAME_BYTES])
{
    char plain[SPT_NAME_BYTES];
    size_t used = 0;

    for (; *text != '\0'; text++) {
        char byte = *text;

        if (used + 1 >= sizeof plain)
            return false;
        if (byte == '%') {
            int high = read_digit(text[1]);
            int low = high >= 0 ? read_digit(text[2]) : -1;

            if (low < 0 || (high == 0 && low == 0))
                return false;
            byte = (char)(high << 4 | low);
            text += 2;
        }
        plain[used++] = byte;
    }
    plain[used] = '\0';
    return spt_guard_check_name(plain, name);
}
