/*
 * command.h - what all subcommands share: exit statuses, and the table's functions.
 */
#ifndef SEPTUM_CLI_COMMAND_H
#define SEPTUM_CLI_COMMAND_H

#include "cli/options.h"
#include "septum.h"

enum spt_exit {
    SPT_EXIT_DONE = 0,
    SPT_EXIT_FAILED = 1,
    SPT_EXIT_MISUSED = 2,
    SPT_EXIT_STOPPED = 3,
};

/* A subcommand: argv[0] is its name, argv[1..argc) its arguments.  Returns an exit
 * status. */
typedef int (*spt_command_fn)(int argc, char **argv);

int spt_command_bench(int argc, char **argv);
int spt_command_experiment(int argc, char **argv);
int spt_command_label(int argc, char **argv);
int spt_command_model(int argc, char **argv);
int spt_command_next(int argc, char **argv);
int spt_command_project(int argc, char **argv);
int spt_command_score(int argc, char **argv);
int spt_command_segment(int argc, char **argv);
int spt_command_simulate(int argc, char **argv);
int spt_command_train(int argc, char **argv);

/* The exit status that belongs to how the reading of arguments ended. */
int spt_command_exit(enum spt_options_outcome outcome);

/* Tell on standard error how a command's work ended, unless it went well, and return
 * the exit status. */
int spt_command_end(const struct spt_usage *usage, enum septum_status status,
                    const struct septum_error *err);

/* SPT_EXIT_DONE when the numbers given for a region go together, or else
 * SPT_EXIT_MISUSED after a word on standard error. */
int spt_command_check_region(const struct spt_usage *usage,
                             const struct septum_region_options *region);

/* Who works here, for the record: the --who that was given, or else the user's login
 * name.  Static text or the argument. */
const char *spt_command_who(const char *given);

#endif
