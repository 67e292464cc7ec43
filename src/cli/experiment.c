/*
 * experiment.c - septum experiment: the paper's comparison on given data.
 */
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/rows.h"

struct experiment {
    struct septum_experiment_options options;
    bool has_transfer, quiet;
};

#define AT(member) offsetof(struct experiment, member)

static const struct spt_option rows[] = {
    {SPT_ROW("output", TEXT, "DIR", options.directory,
             "directory for curves.csv, figure.svg and report.html"),
     .letter = 'o', .required = true},
    {SPT_ROW("source", TEXT, "MODEL", options.source_model,
             "model of the source domain, or else:")},
    {SPT_ROW("source-images", SOURCE, "SRC...", options.source_images,
             "images of the source domain to train one on")},
    {SPT_ROW("source-labels", SOURCE, "SRC...", options.source_labels.source,
             "their masks")},
    {SPT_ROW("target-images", SOURCE, "SRC...", options.target_images,
             "images of the target domain"),
     .required = true},
    {SPT_ROW("target-labels", SOURCE, "SRC...", options.target_labels.source,
             "their masks"),
     .required = true},
    {SPT_ROW("labelled", TEXT, "RANGE", options.labelled,
             "target images labelled from the start, such as 0-4,9"),
     .required = true},
    {SPT_ROW("labelled-windows", COUNT, "N", options.labelled_windows,
             "only so many of their windows are labelled, drawn at random")},
    {SPT_ROW("pool", TEXT, "RANGE", options.pool,
             "target images that the expert may be asked about"),
     .required = true},
    {SPT_ROW("test", TEXT, "RANGE", options.test, "target images to score on"),
     .required = true},
    SPT_ROWS_MASKS(options.target_labels, "all but 0"),
    {SPT_ROW("strategies", TEXT, "LIST", options.strategies,
             "what to compare (default: frozen,finetune,expert)")},
    SPT_ROW_PRESET(options.preset),
    SPT_ROW_PRECISION(options.precision),
    {SPT_ROW("seeds", COUNT, "N", options.seeds,
             "repeat with so many seeds (default: 1)")},
    {SPT_ROW("epochs", COUNT, "N", options.epochs,
             "rounds of training, scoring and asking (default: 10)")},
    {SPT_ROW("epoch-steps", COUNT, "N", options.epoch_steps,
             "training steps of an epoch (default: 150)")},
    {SPT_ROW("source-epochs", AMOUNT, "N", options.source_epochs,
             "passes over the source images (default: the preset's)")},
    {SPT_ROW("minutes", AMOUNT, "M", options.minutes,
             "limit of each ConvNet's training")},
    {SPT_ROW("transfer", LAYERS, "N|all", options.transfer,
             "layers with weights to copy (default: 3, the paper's)"),
     .given = AT(has_transfer)},
    SPT_ROW_POLARITY(options.polarity),
    SPT_ROW_PIXEL_SIZE(options.pixel_size),
    SPT_ROWS_CHOOSING(options.choosing),
    {SPT_ROW("resume", FLAG, NULL, options.resume,
             "go on where an interrupted run stopped")},
    SPT_ROW_FORCE(options.force),
    SPT_ROW_THREADS(options.threads),
    SPT_ROW_QUIET(quiet),
};

static const struct spt_usage usage = {
    .command = "experiment",
    .synopsis =
        "-o DIR (--source MODEL | --source-images SRC... --source-labels SRC...)\n"
        "         --target-images SRC... --target-labels SRC...\n"
        "         --labelled RANGE --pool RANGE --test RANGE [OPTION...]",
    .about = "Move a net from the source domain to the target domain in several ways, "
             "with and\n"
             "without an expert who is asked for one region after each epoch, and "
             "compare how\n"
             "well each finds membranes.  A RANGE is positions among the target "
             "images, from 0.",
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
    .when_stopped = "run the same command with --resume to go on",
};

/* The source is a model or images with labels, one of the two. */
static int
check(const struct septum_experiment_options *options)
{
    bool images = options->source_images.count > 0;
    bool labels = options->source_labels.source.count > 0;

    if (options->source_model != NULL && (images || labels))
        return spt_options_misuse(&usage, "--source and --source-%s exclude each other",
                                  images ? "images" : "labels");
    if (options->source_model == NULL && !(images && labels))
        return spt_options_misuse(
            &usage, "a source is missing: --source MODEL, or --source-images SRC with "
                    "--source-labels SRC");
    if (options->source_model != NULL && options->source_epochs > 0)
        return spt_options_misuse(&usage, "--source-epochs needs --source-images");
    return spt_command_check_region(&usage, &options->choosing.region);
}

int
spt_command_experiment(int argc, char **argv)
{
    struct experiment experiment = {0};
    struct septum_experiment_options *options = &experiment.options;
    struct spt_progress progress;
    struct septum_error err = {0};
    struct septum_source source;
    enum septum_status status;
    size_t positionals;
    enum spt_options_outcome outcome =
        spt_options_read(&usage, argc, argv, &experiment, &positionals);

    if (outcome != SPT_OPTIONS_READ)
        return spt_command_exit(outcome);
    if (check(options) != SPT_EXIT_DONE)
        return SPT_EXIT_MISUSED;
    if (experiment.has_transfer && options->transfer == 0)
        options->transfer = -1; /* "all", where 0 is the default */
    /* Both sets of masks are read by the same rule. */
    source = options->source_labels.source;
    options->source_labels = options->target_labels;
    options->source_labels.source = source;

    spt_progress_begin(&progress, experiment.quiet);
    options->progress = spt_progress_show;
    options->user = &progress;
    status = septum_experiment(options, &err);
    spt_progress_end(&progress);
    return spt_command_end(&usage, status, &err);
}
