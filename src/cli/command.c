/*
 * command.c - see command.h.
 */
#include "cli/command.h"

#include <stdio.h>

int
spt_command_exit(enum spt_options_outcome outcome)
{
    return outcome == SPT_OPTIONS_MISUSE ? SPT_EXIT_MISUSED : SPT_EXIT_DONE;
}

int
spt_command_end(const struct spt_usage *usage, enum septum_status status,
                const struct septum_error *err)
{
    if (status == SEPTUM_OK)
        return SPT_EXIT_DONE;
    if (status == SEPTUM_ESTOPPED) {
        fprintf(stderr, "septum %s: stopped%s%s\n", usage->command,
                usage->when_stopped != NULL ? "; " : "",
                usage->when_stopped != NULL ? usage->when_stopped : "");
        return SPT_EXIT_STOPPED;
    }
    fprintf(stderr, "septum %s: %s\n", usage->command, err->text);
    return SPT_EXIT_FAILED;
}
