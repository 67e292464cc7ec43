/*
 * subcommand.c - see subcommand.h.
 */
#include "cli/subcommand.h"

#include <stdio.h>
#include <string.h>

#include "cli/command.h"

static void
print_overview(const struct spt_subcommands *all)
{
    printf("usage: septum %s SUBCOMMAND %s [OPTION...]\n\n%s\n", all->command,
           all->file, all->about);
    for (size_t i = 0; i < all->count; i++) {
        printf("\n");
        spt_options_help(&all->list[i].usage);
    }
}

int
spt_subcommand_run(const struct spt_subcommands *all, int argc, char **argv,
                   void *arguments)
{
    const struct spt_usage any = {.command = all->command};
    size_t positionals;

    for (size_t i = 0; i < all->count && argc > 1; i++) {
        const struct spt_subcommand *one = &all->list[i];
        enum spt_options_outcome outcome;

        if (strcmp(argv[1], one->name) != 0)
            continue;
        outcome =
            spt_options_read(&one->usage, argc - 1, argv + 1, arguments, &positionals);
        return outcome == SPT_OPTIONS_READ ? one->run(&one->usage, argv[2], arguments)
                                           : spt_command_exit(outcome);
    }
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            print_overview(all);
            return SPT_EXIT_DONE;
        }
    if (argc < 2)
        return spt_options_misuse(&any, "what to do is missing%s", all->examples);
    return spt_options_misuse(&any, "there is no \"%s %s\"", all->command, argv[1]);
}
