/*
 * segment.c - septum segment: membrane probabilities of images, by a model.
 */
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/rows.h"

struct segment {
    struct septum_segment_options options;
    bool quiet;
};

#define AT(member) offsetof(struct segment, member)

static const struct spt_option rows[] = {
    {SPT_ROW("model", TEXT, "MODEL", options.model,
             "model file, as septum train writes it"),
     .letter = 'm', .required = true},
    {SPT_ROW("output", TEXT, "DIR", options.directory,
             "directory for the results; made if it is missing"),
     .letter = 'o', .required = true},
    {SPT_ROW("mask", FLAG, NULL, options.mask, "also write masks, 255 = membrane")},
    {SPT_ROW("uncertainty", FLAG, NULL, options.uncertainty,
             "also write how uncertain each pixel is")},
    {SPT_ROW("cells", FLAG, NULL, options.cells,
             "also write cells, numbered from 1; 0 = membrane")},
    {SPT_ROW("min-cell", COUNT, "N", options.cutting.min_size,
             "pixels of a cell at least (default: 20)")},
    {SPT_ROW("cell-depth", FRACTION, "D", options.cutting.depth,
             "contrast that divides cells; less divides more (default: 0.3)")},
    {SPT_ROW("average", FLAG, NULL, options.average,
             "mean over turned and mirrored images: better, 8 times the work")},
    {SPT_ROW("tile", COUNT, "N", options.tile,
             "side computed at once, pixels (default: from bench and memory)")},
    {SPT_ROW("memory", BYTES, "BYTES", options.memory,
             "memory to take in all, such as 500M or 2G (default: 1G)")},
    SPT_ROW_PRECISION(options.precision),
    SPT_ROW_FORCE(options.force),
    SPT_ROW_THREADS(options.threads),
    SPT_ROW_QUIET(quiet),
};

static const struct spt_usage usage = {
    .command = "segment",
    .synopsis = "-m MODEL SRC... -o DIR [OPTION...]",
    .about = "Write for each image NAME a probability map NAME.tif (32-bit float, 1 = "
             "membrane)\n"
             "into DIR, and what else the options ask for.  SRC are directories, PNG "
             "or TIFF\n"
             "files; each page of a TIFF is an image.",
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
    .positional = "SRC",
    .least = 1,
    .most = SIZE_MAX,
    .when_stopped = "the results written so far are whole; run the same command with "
                    "--force to do all images",
};

int
spt_command_segment(int argc, char **argv)
{
    struct segment segment = {0};
    struct septum_segment_options *options = &segment.options;
    struct spt_progress progress;
    struct septum_error err = {0};
    enum septum_status status;
    enum spt_options_outcome outcome =
        spt_options_read(&usage, argc, argv, &segment, &options->images.count);

    if (outcome != SPT_OPTIONS_READ)
        return spt_command_exit(outcome);
    options->images.paths = (const char *const *)argv + 1;
    spt_progress_begin(&progress, segment.quiet);
    options->progress = spt_progress_show;
    options->user = &progress;
    status = septum_segment(options, &err);
    spt_progress_end(&progress);
    return spt_command_end(&usage, status, &err);
}
