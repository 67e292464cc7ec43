/*
 * command.c - see command.h.
 */
#include "cli/command.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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

int
spt_command_check_region(const struct spt_usage *usage,
                         const struct septum_region_options *region)
{
    if (region->lambda > 1)
        return spt_options_misuse(usage, "--lambda takes a number up to 1, not %g",
                                  region->lambda);
    if (region->windows > 0 && region->least_windows > region->windows)
        return spt_options_misuse(usage, "--least-windows %u is more than --windows %u",
                                  region->least_windows, region->windows);
    return SPT_EXIT_DONE;
}

const char *
spt_command_who(const char *given)
{
    static const char *const names[] = {"LOGNAME", "USER"};
    const struct passwd *login;

    if (given != NULL)
        return given;
    for (int i = 0; i < 2; i++) {
        const char *name = getenv(names[i]); /* NOLINT(concurrency-mt-unsafe) */

        if (name != NULL && name[0] != '\0')
            return name;
    }
    login = getpwuid(getuid()); /* NOLINT(concurrency-mt-unsafe) */
    return login != NULL ? login->pw_name : "unknown";
}
