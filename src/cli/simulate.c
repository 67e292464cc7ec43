/*
 * simulate.c - septum simulate: made-up slices and their membranes, to try things on.
 */
#include <string.h>

#include "cli/command.h"
#include "cli/progress.h"
#include "cli/rows.h"

struct simulate {
    struct septum_simulate_options options;
    bool quiet;
};

#define AT(member) offsetof(struct simulate, member)

static const struct spt_option rows[] = {
    {SPT_ROW("output", TEXT, "DIR", options.directory,
             "directory for the pictures; made if it is missing"),
     .letter = 'o', .required = true},
    {SPT_ROW("count", COUNT, "N", options.count, "slices of the embryo (default: 10)")},
    {SPT_ROW("size", COUNT, "N", options.size,
             "side of a slice, pixels (default: the microscope's own)")},
    {SPT_ROW("seed", SEED, "N", options.seed, "which embryo (default: 0)")},
    {SPT_ROW("cells", COUNT, "N", options.cells,
             "few large or many small ones, at most 1024 (default: 180)")},
    {SPT_ROW("weak", FRACTION, "F", options.weak,
             "light that membranes lose in places (spim .8, confocal .85)"),
     .given = AT(options.has_weak)},
    {SPT_ROW("merged", FRACTION, "F", options.merged,
             "how much of them is broad and blurred (.25, .35)"),
     .given = AT(options.has_merged)},
    {SPT_ROW("ghosts", FRACTION, "F", options.ghosts,
             "light of cells in other planes (.3, .55)"),
     .given = AT(options.has_ghosts)},
    {SPT_ROW("force", FLAG, NULL, options.force,
             "replace the slices of an earlier run")},
    SPT_ROW_QUIET(quiet),
};

static const struct spt_usage usage = {
    .command = "simulate",
    .synopsis = "spim|confocal -o DIR [OPTION...]",
    .about =
        "Write slices of a simulated embryo as a microscope would show them, into\n"
        "DIR/images, their true membranes (255 = membrane) into DIR/labels, the "
        "cells'\n"
        "numbers into DIR/cells, and what they were made with into "
        "DIR/parameters.json.\n"
        "Both microscopes see the same embryo of a seed.  Equal seeds give equal "
        "files.",
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
    .positional = "spim|confocal",
    .least = 1,
    .most = 1,
    .when_stopped = "the slices written so far are whole; run the same command with "
                    "--force to make all of them",
};

int
spt_command_simulate(int argc, char **argv)
{
    struct simulate simulate = {0};
    struct septum_simulate_options *options = &simulate.options;
    struct spt_progress progress;
    struct septum_error err = {0};
    enum septum_status status;
    size_t positionals;
    enum spt_options_outcome outcome =
        spt_options_read(&usage, argc, argv, &simulate, &positionals);

    if (outcome != SPT_OPTIONS_READ)
        return spt_command_exit(outcome);
    options->microscope = argv[1];
    if (strcmp(argv[1], "spim") != 0 && strcmp(argv[1], "confocal") != 0)
        return spt_options_misuse(&usage, "there is no microscope \"%s\", only %s",
                                  argv[1], "spim and confocal");
    spt_progress_begin(&progress, simulate.quiet);
    options->progress = spt_progress_show;
    options->user = &progress;
    status = septum_simulate(options, &err);
    spt_progress_end(&progress);
    return spt_command_end(&usage, status, &err);
}
