/*
 * label.c - septum label: the labelling page, in the browser.
 */
#include <stdio.h>

#include "cli/command.h"
#include "cli/progress.h"
#include "cli/rows.h"

struct label {
    struct septum_label_options options;
    uint32_t port;
    struct spt_progress progress;
};

#define AT(member) offsetof(struct label, member)

static const struct spt_option rows[] = {
    {SPT_ROW("port", COUNT, "N", port,
             "port to listen on (default: one that is free)")},
    {SPT_ROW("who", TEXT, "NAME", options.who,
             "who labels (default: your login name)")},
    {SPT_ROW("listen", TEXT, "ADDRESS", options.listen,
             "let others in: 0.0.0.0 for all; wants a certificate")},
    {SPT_ROW("cert", TEXT, "FILE", options.certificate, "certificate for TLS, PEM")},
    {SPT_ROW("key", TEXT, "FILE", options.key, "the certificate's private key, PEM")},
    {SPT_ROW("insecure", FLAG, NULL, options.insecure,
             "let others in without TLS: whoever listens can label, too")},
    {SPT_ROW("learn", AMOUNT, "SECONDS", options.learn_seconds,
             "of learning after an answer (default: 30)")},
    {SPT_ROW("no-learning", FLAG, NULL, options.no_learning,
             "leave the model as it is")},
    {SPT_ROW("minutes", AMOUNT, "M", options.minutes,
             "a region is lent for, after the last stroke (default: 60)")},
    SPT_ROWS_REGION(options.region),
    {SPT_ROW("threads", COUNT, "N", options.threads,
             "threads to learn with (default: all cores)")},
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
    if (spt_command_check_region(&usage, &options->region) != SPT_EXIT_DONE)
        return SPT_EXIT_MISUSED;
    options->project = argv[1];
    options->port = (uint16_t)label.port;
    options->who = spt_command_who(options->who);
    options->ready = print_address;
    options->go_on = go_on;
    options->user = &label;
    spt_progress_begin(&label.progress, true);
    return spt_command_end(&usage, septum_label(options, &err), &err);
}
