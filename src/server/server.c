/*
 * server.c - see server.h; the only file that knows the HTTP library.
 *
 * A thread a connection: a large picture in the making, or a client that reads slowly,
 * holds up nobody else.
 */
#include "server/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "server/patience.h"

/* The page uses 6 connections a tab. */
#define CONNECTIONS SPT_PATIENCE_CLIENTS
#define CONNECTIONS_OF_ONE 48
#define IDLE_SECONDS 30

/* A fill of a whole large image is some megabytes of runs. */
#define LARGEST_BODY ((size_t)32 << 20)

#define LARGEST_KEY_FILE ((size_t)1 << 20)

struct spt_server {
    struct spt_site site;
    struct spt_server_options options;
    struct MHD_Daemon *daemon;
    struct spt_patience patience;
    struct spt_bytes certificate, key; /* texts, ended by 0 */
    char who[SPT_NAME_BYTES];
    char address[320];
};

/* What is kept of a request while its body comes in. */
struct exchange {
    struct spt_bytes body;
    bool too_large, starved;
};

/* ---- answering ------------------------------------------------------------------- */

static const char *
header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static const char *
query(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);
}

/* Every answer says so much: what is shown here may load from here alone, is shown in
 * no other page's frame, and tells nobody where it came from. */
static const struct {
    const char *name, *value;
} fixed_headers[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
     "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Vary", "Cookie"},
};

static void
add_headers(const struct spt_server *server, const struct spt_response *response,
            struct MHD_Response *out)
{
    const struct spt_guard *guard = &server->site.guard;
    char cookie[160];

    for (size_t i = 0; i < sizeof fixed_headers / sizeof fixed_headers[0]; i++)
        MHD_add_response_header(out, fixed_headers[i].name, fixed_headers[i].value);
    MHD_add_response_header(out, "Cache-Control",
                            response->keeping == SPT_KEEP_DAY
                                ? "private, max-age=86400, immutable"
                                : "no-store");
    if (response->type != NULL)
        MHD_add_response_header(out, "Content-Type", response->type);
    if (!response->lets_in)
        return;
    snprintf(cookie, sizeof cookie, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s",
             guard->cookie, guard->session, guard->tls ? "; Secure" : "");
    MHD_add_response_header(out, "Set-Cookie", cookie);
    MHD_add_response_header(out, "Location", "/");
}

/* Send a response, which is taken. */
static enum MHD_Result
send_response(const struct spt_server *server, struct MHD_Connection *connection,
              struct spt_response *response)
{
    struct MHD_Response *out;
    enum MHD_Result sent;

    if (response->fixed != NULL) {
        void *bytes; /* that the library only reads */

        memcpy(&bytes, &response->fixed, sizeof bytes);
        out = MHD_create_response_from_buffer(response->fixed_count, bytes,
                                              MHD_RESPMEM_PERSISTENT);
    } else {
        out = MHD_create_response_from_buffer(response->body.count, response->body.at,
                                              MHD_RESPMEM_MUST_FREE);
        if (out != NULL)
            response->body = (struct spt_bytes){0};
    }
    if (out == NULL) {
        spt_response_clear(response);
        return MHD_NO;
    }
    add_headers(server, response, out);
    sent = MHD_queue_response(connection, response->code, out);
    MHD_destroy_response(out);
    spt_response_clear(response);
    return sent;
}

/* False, and *response says why, when the request names nobody. */
static bool
read_request(const struct spt_server *server, struct MHD_Connection *connection,
             const char *path, bool post, char who[SPT_NAME_BYTES],
             struct spt_request *request, struct spt_response *response)
{
    const char *named = post ? header(connection, "Septum-Who") : NULL;
    const char *asked = post ? NULL : query(connection, "who");

    *request = (struct spt_request){
        .post = post,
        .path = path,
        .host = header(connection, MHD_HTTP_HEADER_HOST),
        .origin = header(connection, MHD_HTTP_HEADER_ORIGIN),
        .cookie = header(connection, MHD_HTTP_HEADER_COOKIE),
        .type = header(connection, MHD_HTTP_HEADER_CONTENT_TYPE),
        .token = query(connection, "token"),
        .model = query(connection, "model"),
        .after = query(connection, "after"),
        .who = server->who,
    };
    if (named == NULL && asked == NULL)
        return true;
    /* The library has decoded what is in the query. */
    if (named != NULL ? spt_guard_read_name(named, who)
                      : spt_guard_check_name(asked, who)) {
        request->who = who;
        return true;
    }
    spt_respond_error(response, 400, "a name has 1 to 64 characters");
    return false;
}

static void
take_body(struct exchange *exchange, const char *data, size_t count)
{
    if (count > LARGEST_BODY - exchange->body.count)
        exchange->too_large = true;
    if (exchange->too_large || exchange->starved)
        return;
    if (!spt_bytes_append(&exchange->body, data, count))
        exchange->starved = true;
}

static enum MHD_Result
refuse(const struct spt_server *server, struct MHD_Connection *connection,
       unsigned code, const char *sentence)
{
    struct spt_response response = {0};

    spt_respond_error(&response, code, sentence);
    return send_response(server, connection, &response);
}

/* Is a body announced that is too large? */
static bool
announces_much(struct MHD_Connection *connection)
{
    const char *length = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);

    return length != NULL &&
           (strlen(length) > 15 || strtoull(length, NULL, 10) > LARGEST_BODY);
}

static struct spt_client *
client_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info != NULL ? info->socket_context : NULL;
}

static enum MHD_Result
handle(void *user, struct MHD_Connection *connection, const char *path,
       const char *method, const char *version, const char *data, size_t *count,
       void **kept)
{
    struct spt_server *server = user;
    struct exchange *exchange = *kept;
    bool post = strcmp(method, MHD_HTTP_METHOD_POST) == 0, first = exchange == NULL;
    char who[SPT_NAME_BYTES];
    struct spt_request request;
    struct spt_response response = {0};

    (void)version;
    if (!first && *count > 0) {
        take_body(exchange, data, *count);
        *count = 0;
        return MHD_YES;
    }
    if (!post && strcmp(method, MHD_HTTP_METHOD_GET) != 0)
        return refuse(server, connection, 405, "not by this method");
    if (!read_request(server, connection, path, post, who, &request, &response) ||
        !spt_site_admits(&server->site, &request, &response))
        return send_response(server, connection, &response);
    if (first) {
        if (announces_much(connection))
            return refuse(server, connection, 413, "that is too much at once");
        *kept = spt_alloc_array(1, sizeof *exchange);
        return *kept != NULL ? MHD_YES : MHD_NO;
    }
    spt_patience_heard(&server->patience, client_of(connection));
    if (exchange->too_large)
        return refuse(server, connection, 413, "that is too much at once");
    if (exchange->starved)
        return refuse(server, connection, 500, "the server has no memory left");
    request.body = exchange->body.at;
    request.body_bytes = exchange->body.count;
    spt_site_answer(&server->site, &request, &response);
    return send_response(server, connection, &response);
}

static void
forget(void *user, struct MHD_Connection *connection, void **kept,
       enum MHD_RequestTerminationCode code)
{
    struct spt_server *server = user;
    struct exchange *exchange = *kept;

    (void)code;
    spt_patience_answered(&server->patience, client_of(connection),
                          spt_clock_seconds());
    if (exchange == NULL)
        return;
    spt_bytes_clear(&exchange->body);
    free(exchange);
    *kept = NULL;
}

/* A connection begins or ends. */
static void
meet(void *user, struct MHD_Connection *connection, void **client,
     enum MHD_ConnectionNotificationCode code)
{
    struct spt_server *server = user;

    if (code == MHD_CONNECTION_NOTIFY_CLOSED)
        spt_patience_let_go(&server->patience, *client);
    else
        *client = spt_patience_watch(
            &server->patience,
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)
                ->connect_fd,
            spt_clock_seconds());
}

/* ---- starting -------------------------------------------------------------------- */

/* A file as a text that ends with 0. */
static enum septum_status
read_text(const char *path, struct spt_bytes *out, struct septum_error *err)
{
    struct spt_bytes bytes = {0};
    enum septum_status status = spt_file_read(path, LARGEST_KEY_FILE, &bytes, err);

    if (status == SEPTUM_OK && (!spt_bytes_append(out, bytes.at, bytes.count) ||
                                !spt_bytes_append(out, "", 1)))
        status = spt_fail_memory(err, path, bytes.count);
    spt_bytes_clear(&bytes);
    return status;
}

static enum septum_status
check_options(const struct spt_server_options *options, struct septum_error *err)
{
    bool tls = options->certificate != NULL;

    if (tls != (options->key != NULL))
        return spt_fail(err, SEPTUM_EINVAL,
                        "a certificate and its key go together: name both or none");
    if (tls && MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
        return spt_fail(err, SEPTUM_EINVAL,
                        "the libmicrohttpd of this system was built without TLS");
    if (!tls && !options->insecure && !spt_address_is_loopback(options->address))
        return spt_fail(err, SEPTUM_EINVAL,
                        "%s: others could read along what goes there without TLS; name "
                        "a certificate and its key, or say that this is to be insecure",
                        options->address);
    return SEPTUM_OK;
}

/* A socket to listen on; -1 with a sentence when there can be none. */
static int
open_socket(const struct spt_server_options *options, uint16_t *port,
            struct septum_error *err)
{
    union {
        struct sockaddr any;
        struct sockaddr_in four;
        struct sockaddr_in6 six;
    } where = {0};
    socklen_t size = sizeof where.four;
    int file, on = 1;

    if (inet_pton(AF_INET, options->address, &where.four.sin_addr) == 1) {
        where.four.sin_family = AF_INET;
        where.four.sin_port = htons(options->port);
    } else if (inet_pton(AF_INET6, options->address, &where.six.sin6_addr) == 1) {
        where.six.sin6_family = AF_INET6;
        where.six.sin6_port = htons(options->port);
        size = sizeof where.six;
    } else {
        spt_fail(err, SEPTUM_EINVAL,
                 "%s: is no address of numbers, such as 127.0.0.1 or ::1",
                 options->address);
        return -1;
    }
    file = socket(where.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (file >= 0)
        setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (file < 0 || bind(file, &where.any, size) != 0 || listen(file, 64) != 0 ||
        getsockname(file, &where.any, &size) != 0) {
        char name[96];

        snprintf(name, sizeof name, "%s, port %u", options->address,
                 (unsigned)options->port);
        spt_fail_errno(err, name);
        if (file >= 0)
            close(file);
        return -1;
    }
    *port = ntohs(where.any.sa_family == AF_INET ? where.four.sin_port
                                                 : where.six.sin6_port);
    return file;
}

static enum septum_status
start_daemon(struct spt_server *server, int file, struct septum_error *err)
{
    bool tls = server->certificate.at != NULL;
    char priorities[] = "NORMAL:-VERS-TLS1.0:-VERS-TLS1.1"; /* read at the start */
    unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
                     MHD_USE_POLL | (tls ? MHD_USE_TLS : 0U);
    const struct MHD_OptionItem tls_options[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, server->certificate.at},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, server->key.at},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, priorities},
        {MHD_OPTION_END, 0, NULL},
    };
    const struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};

    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, handle, server, MHD_OPTION_LISTEN_SOCKET, file,
        MHD_OPTION_NOTIFY_COMPLETED, forget, server, MHD_OPTION_NOTIFY_CONNECTION, meet,
        server, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)CONNECTIONS_OF_ONE,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_ARRAY,
        tls ? tls_options : none, MHD_OPTION_END);
    if (server->daemon != NULL)
        return SEPTUM_OK;
    close(file);
    return tls ? spt_fail(err, SEPTUM_EFORMAT,
                          "%s: is no certificate in PEM form that goes with the key %s",
                          server->options.certificate, server->options.key)
               : spt_fail(err, SEPTUM_EIO, "the server cannot start: %s",
                          strerror(errno)); /* NOLINT(concurrency-mt-unsafe) */
}

/* What the user opens: a wildcard is no address, the loopback always works. */
static void
write_address(struct spt_server *server, uint16_t port)
{
    const char *address = server->options.address;
    bool six = strchr(address, ':') != NULL;

    if (strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0) {
        address = server->site.guard.names[1];
        six = false;
    }
    snprintf(server->address, sizeof server->address, "%s://%s%s%s:%u/?token=%s",
             server->site.guard.tls ? "https" : "http", six ? "[" : "", address,
             six ? "]" : "", (unsigned)port, server->site.guard.token);
}

enum septum_status
spt_server_start(const struct spt_server_options *options, struct spt_desk *desk,
                 const char *name, struct spt_server **out, struct septum_error *err)
{
    struct spt_server *server;
    enum septum_status status = check_options(options, err);
    uint16_t port = 0;
    int file;

    *out = NULL;
    if (status != SEPTUM_OK)
        return status;
    server = spt_alloc_array(1, sizeof *server);
    if (server == NULL)
        return spt_fail_memory(err, "the server", sizeof *server);
    spt_patience_init(&server->patience);
    server->options = *options;
    server->site.desk = desk;
    server->site.name = name;
    if (!spt_guard_check_name(options->who, server->who))
        status =
            spt_fail(err, SEPTUM_EINVAL,
                     "\"%s\": a name has 1 to 64 characters of UTF-8", options->who);
    if (status == SEPTUM_OK && options->certificate != NULL)
        status = read_text(options->certificate, &server->certificate, err);
    if (status == SEPTUM_OK && options->key != NULL)
        status = read_text(options->key, &server->key, err);
    if (status != SEPTUM_OK)
        goto done;
    file = open_socket(options, &port, err);
    status = file >= 0 ? spt_guard_init(&server->site.guard, options->address, port,
                                        options->certificate != NULL, err)
                       : SEPTUM_EIO;
    if (status == SEPTUM_OK)
        status = start_daemon(server, file, err);
    else if (file >= 0)
        close(file);
    if (status == SEPTUM_OK)
        write_address(server, port);
done:
    if (status == SEPTUM_OK)
        *out = server;
    else
        spt_server_stop(server);
    return status;
}

const char *
spt_server_address(const struct spt_server *server)
{
    return server->address;
}

void
spt_server_tend(struct spt_server *server)
{
    spt_patience_put_out(&server->patience, spt_clock_seconds());
}

void
spt_server_stop(struct spt_server *server)
{
    if (server == NULL)
        return;
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
    spt_patience_clear(&server->patience);
    spt_bytes_clear(&server->certificate);
    spt_bytes_clear(&server->key);
    free(server);
}
