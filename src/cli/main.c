/*
 * main.c - the septum program: a table of subcommands.
 */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/waiting.h"

static const struct {
    const char *name, *summary;
    spt_command_fn run;
} commands[] = {
    {"train", "learn a model from images and their masks", spt_command_train},
    {"segment", "find membranes in images with a model", spt_command_segment},
    {"score", "compare probability maps with truth", spt_command_score},
    {"experiment", "compare ways of moving to a new domain", spt_command_experiment},
    {"simulate", "make up slices of an embryo, and their membranes",
     spt_command_simulate},
    {"project", "keep images, labels and models in one file", spt_command_project},
    {"next", "choose the region to label next", spt_command_next},
    {"label", "label in the browser, while the net learns", spt_command_label},
    {"model", "look into a model file, or export it for other programs",
     spt_command_model},
    {"bench", "measure how fast this machine is", spt_command_bench},
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static spt_command_fn
find_command(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run;
    }
    return NULL;
}

static void
print_overview(FILE *to)
{
    fprintf(to, "usage: septum COMMAND [ARGUMENT...]\n\n"
                "Find cell membranes in microscopy images of a kind that has almost no "
                "labels.\n\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(to, "  %-12s%s\n", commands[i].name, commands[i].summary);
    fprintf(to, "  %-12s%s\n\n", "help", "explain a command: septum help train");
    fprintf(to, "septum --version prints the version.\n");
}

static int
complain_of_command(const char *name)
{
    fprintf(stderr, "septum: there is no %s \"%s\"; see septum --help\n",
            name[0] == '-' ? "option" : "command", name);
    return SPT_EXIT_MISUSED;
}

/* septum help [COMMAND] */
static int
run_help(int argc, char **argv)
{
    char help[] = "--help";
    char *arguments[] = {argc > 1 ? argv[1] : NULL, help, NULL};
    spt_command_fn run;

    if (argc < 2) {
        print_overview(stdout);
        return SPT_EXIT_DONE;
    }
    run = find_command(argv[1]);
    return run != NULL ? run(2, arguments) : complain_of_command(argv[1]);
}

static int
run_command(int argc, char **argv)
{
    spt_command_fn run;

    if (argc < 2) {
        print_overview(stderr);
        return SPT_EXIT_MISUSED;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("septum %s\n", septum_version());
        return SPT_EXIT_DONE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0)
        return run_help(argc - 1, argv + 1);
    run = find_command(argv[1]);
    return run != NULL ? run(argc - 1, argv + 1) : complain_of_command(argv[1]);
}

int
main(int argc, char **argv)
{
    int code;

    spt_waiting_sleeps(argv);
    code = run_command(argc, argv);
    /* A full disk behind standard output shows only here. */
    if (fflush(stdout) != 0 && code == SPT_EXIT_DONE) {
        perror("septum: standard output");
        code = SPT_EXIT_FAILED;
    }
    return code;
}
