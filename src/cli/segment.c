/*
 * segment.c - septum segment: membrane probabilities of images, by a model.
 */
#include "cli/command.h"
#include "cli/progress.h"

struct segment {
    struct septum_segment_options options;
    int precision; /* which word of "auto|f32|bf16" */
    bool quiet;
};

#define AT(member) offsetof(struct segment, member)

static const struct spt_option rows[] = {
    {.name = "model",
     .letter = 'm',
     .kind = SPT_OPTION_TEXT,
     .placeholder = "MODEL",
     .required = true,
     .help = "model file, as septum train writes it",
     .target = AT(options.model)},
    {.name = "output",
     .letter = 'o',
     .kind = SPT_OPTION_TEXT,
     .placeholder = "DIR",
     .required = true,
     .help = "directory for the results; made if it is missing",
     .target = AT(options.directory)},
    {.name = "mask",
     .kind = SPT_OPTION_FLAG,
     .help = "also write masks, 255 = membrane",
     .target = AT(options.mask)},
    {.name = "uncertainty",
     .kind = SPT_OPTION_FLAG,
     .help = "also write how uncertain each pixel is",
     .target = AT(options.uncertainty)},
    {.name = "average",
     .kind = SPT_OPTION_FLAG,
     .help = "mean over turned and mirrored images: better, 8 times the work",
     .target = AT(options.average)},
    {.name = "tile",
     .kind = SPT_OPTION_COUNT,
     .placeholder = "N",
     .help = "side computed at once, pixels (default: from memory)",
     .target = AT(options.tile)},
    {.name = "memory",
     .kind = SPT_OPTION_BYTES,
     .placeholder = "BYTES",
     .help = "memory to take in all, such as 500M or 2G (default: 1G)",
     .target = AT(options.memory)},
    {.name = "precision",
     .kind = SPT_OPTION_CHOICE,
     .placeholder = "auto|f32|bf16",
     .help = "bf16: nearly twice as fast where the processor has it (default: f32)",
     .target = AT(precision)},
    {.name = "force",
     .kind = SPT_OPTION_FLAG,
     .help = "replace existing results",
     .target = AT(options.force)},
    {.name = "threads",
     .kind = SPT_OPTION_COUNT,
     .placeholder = "N",
     .help = "threads to use (default: all cores)",
     .target = AT(options.threads)},
    {.name = "quiet",
     .kind = SPT_OPTION_FLAG,
     .help = "show no progress",
     .target = AT(quiet)},
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
    options->precision = (enum septum_precision)segment.precision;
    spt_progress_begin(&progress, segment.quiet);
    options->progress = spt_progress_show;
    options->user = &progress;
    status = septum_segment(options, &err);
    spt_progress_end(&progress);
    return spt_command_end(&usage, status, &err);
}
