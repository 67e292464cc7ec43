/*
 * subcommand.h - commands that do one of several things to a file, each with options of
 * its own: septum project add FILE.
 */
#ifndef SEPTUM_CLI_SUBCOMMAND_H
#define SEPTUM_CLI_SUBCOMMAND_H

#include "cli/options.h"

struct spt_subcommand {
    const char *name;
    struct spt_usage usage;
    /* Returns an exit status; `arguments` are those that the options were read into. */
    int (*run)(const struct spt_usage *usage, const char *file, void *arguments);
};

struct spt_subcommands {
    const char *command;  /* such as "project" */
    const char *file;     /* what the help calls the file */
    const char *about;    /* of the whole, a line */
    const char *examples; /* what to say is missing where none is named */
    const struct spt_subcommand *list;
    size_t count;
};

/* Run the one that argv[1] names, with `arguments` to read its options into, or print
 * what there is.  Returns an exit status. */
int spt_subcommand_run(const struct spt_subcommands *all, int argc, char **argv,
                       void *arguments);

#endif
