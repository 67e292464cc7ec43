/*
 * label.c - septum label: the labelling page, in the browser.
 */
#include <stdio.h>

#include "cli/command.h"
#include "cli/progress.h"

struct label {
    struct septum_label_options options;
    uint32_t port;
    struct spt_progress progress;
};

#define AT(member) offsetof(struct label, member)

static const struct spt_option rows[] = {
    {.name = "port",
     .kind = SPT_OPTION_COUNT,
     .placeholder = "N",
     .help = "port to listen on (default: one that is free)",
     .target = AT(port)},
    {.name = "who",
     .kind = SPT_OPTION_TEXT,
     .placeholder = "NAME",
     .help = "who labels (default: your login name)",
     .target = AT(options.who)},
    {.name = "listen",
     .kind = SPT_OPTION_TEXT,
     .placeholder = "ADDRESS",
     .help = "let others in: 0.0.0.0 for all; wants a certificate",
     .target = AT(options.listen)},
    {.name = "cert",
     .kind = SPT_OPTION_TEXT,
     .placeholder = "FILE",
     .help = "certificate for TLS, PEM",
     .target = AT(options.certificate)},
    {.name = "key",
     .kind = SPT_OPTION_TEXT,
     .placeholder = "FILE",
     .help = "the certificate's private key, PEM",
     .target = AT(options.key)},
    {.name = "insecure",
     .kind = SPT_OPTION_FLAG,
     .help = "let others in without TLS: whoever listens can label, too",
     .target = AT(options.insecure)},
    {.name = "learn",
     .kind = SPT_OPTION_AMOUNT,
     .placeholder = "SECONDS",
     .help = "of learning after an answer (default: 30)",
     .target = AT(options.learn_seconds)},
    {.name = "no-learning",
     .kind = SPT_OPTION_FLAG,
     .help = "leave the model as it is",
     .target = AT(options.no_learning)},
    {.name = "minutes",
     .kind = SPT_OPTION_AMOUNT,
     .placeholder = "M",
     .help = "a region is lent for, after the last stroke (default: 60)",
     .target = AT(options.minutes)},
    {.name = "windows",
     .kind = SPT_OPTION_COUNT,
     .placeholder = "N",
     .help = "windows of a region at most (default: 6)",
     .target = AT(options.windows)},
    {.name = "lambda",
     .kind = SPT_OPTION_AMOUNT,
     .placeholder = "L",
     .help = "weight of uncertainty against abundance (default: 0.8)",
     .target = AT(options.lambda)},
    {.name = "threads",
     .kind = SPT_OPTION_COUNT,
     .placeholder = "N",
     .help = "threads to learn with (default: all cores)",
     .target = AT(options.threads)},
};

static const struct spt_usage usage = {
    .command = "label",
    .synopsis = "FILE [--port N] [OPTION...]",
    .about =
        "Serve the labelling page of a project, and print the address to open in a\n"
        "browser on this machine.  Regions are asked for one after the other; every\n"
        "stroke is kept as it is drawn, and the net learns from what is confirmed.\n"
        "Ctrl-C ends it; what was drawn is there again next time.",
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
    .positional = "FILE",
    .least = 1,
    .most = 1,
};

static bool
print_address(void *user, const char *address)
{
    (void)user;
    printf("%s\n", address);
    return fflush(stdout) == 0;
}

static bool
go_on(void *user)
{
    static const struct septum_progress nothing = {.what = ""};
    struct label *label = user;

    return spt_progress_show(&label->progress, &nothing);
}

int
spt_command_label(int argc, char **argv)
{
    struct label label = {0};
    struct septum_label_options *options = &label.options;
    struct septum_error err = {0};
    size_t positionals;
    enum spt_options_outcome outcome =
        spt_options_read(&usage, argc, argv, &label, &positionals);

    if (outcome != SPT_OPTIONS_READ)
        return spt_command_exit(outcome);
    if (label.port > UINT16_MAX)
        return spt_options_misuse(&usage, "--port takes a number up to 65535, not %u",
                                  label.port);
    if (options->lambda > 1)
        return spt_options_misuse(&usage, "--lambda takes a number up to 1, not %g",
                                  options->lambda);
    options->project = argv[1];
    options->port = (uint16_t)label.port;
    options->who = spt_command_who(options->who);
    options->ready = print_address;
    options->go_on = go_on;
    options->user = &label;
    spt_progress_begin(&label.progress, true);
    return spt_command_end(&usage, septum_label(options, &err), &err);
}
