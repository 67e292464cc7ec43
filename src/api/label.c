/*
 * label.c - the labelling page, served until told to stop.
 */
#include <string.h>
#include <time.h>

#include "api/arguments.h"
#include "api/choosing.h"
#include "server/server.h"

#define DEFAULT_MINUTES 60
#define DEFAULT_LEARN_SECONDS 30

/* How often a request to stop is looked for. */
#define TICK_NANOSECONDS 100000000

static void
wait_for_end(const struct septum_label_options *options, struct spt_server *server)
{
    const struct timespec tick = {.tv_nsec = TICK_NANOSECONDS};

    while (options->go_on == NULL || options->go_on(options->user)) {
        spt_server_tend(server);
        nanosleep(&tick, NULL);
    }
}

static enum septum_status
serve(const struct septum_label_options *options, struct septum_error *err)
{
    struct spt_desk_options work = {
        .project = options->project,
        .minutes = options->minutes > 0 ? options->minutes : DEFAULT_MINUTES,
        .learn_seconds = options->no_learning         ? 0
                         : options->learn_seconds > 0 ? options->learn_seconds
                                                      : DEFAULT_LEARN_SECONDS,
        .threads = options->threads,
    };
    const struct spt_server_options how = {
        .address = options->listen != NULL ? options->listen : "127.0.0.1",
        .port = options->port,
        .certificate = options->certificate,
        .key = options->key,
        .insecure = options->insecure,
        .who = options->who != NULL ? options->who : "unknown",
    };
    const char *slash = strrchr(options->project, '/');
    struct spt_server *server = NULL;
    struct spt_desk *desk = NULL;
    enum septum_status status = spt_region_read(&options->region, &work.region, err);

    if (status == SEPTUM_OK)
        status = spt_desk_open(&work, &desk, err);
    if (status == SEPTUM_OK)
        status = spt_server_start(
            &how, desk, slash != NULL ? slash + 1 : options->project, &server, err);
    if (status == SEPTUM_OK &&
        (options->ready == NULL ||
         options->ready(options->user, spt_server_address(server))))
        wait_for_end(options, server);
    spt_server_stop(server);
    spt_desk_close(desk);
    return status;
}

enum septum_status
septum_label(const struct septum_label_options *options, struct septum_error *err)
{
    if (SPT_REQUIRE(err, {"options", options}) != SEPTUM_OK ||
        SPT_REQUIRE(err, {"options->project", options->project}) != SEPTUM_OK)
        return SEPTUM_EINVAL;
    return serve(options, err);
}
