/*
 * experiment.c - septum experiment: the paper's comparison on given data.
 */
#include "cli/command.h"
#include "cli/progress.h"

struct experiment {
    struct septum_experiment_options options;
    struct {
        int search, novelty, measure; /* which word of each choice */
    } choosing;
    bool has_transfer, quiet;
    int precision; /* which word of "auto|f32|bf16" */
};

#define AT(member) offsetof(struct experiment, member)

static const struct spt_option rows[] = {
    {.name = "output",
     .letter = 'o',
     .kind = SPT_OPTION_TEXT,
     .placeholder = "DIR",
     .required = true,
     .help = "directory for curves.csv, figure.svg and report.html",
     .target = AT(options.directory)},
    {.name = "source",
     .kind = SPT_OPTION_TEXT,
     .placeholder = "MODEL",
     .help = "model of the source domain, or else:",
     .target = AT(options.source_model)},
    {.name = "source-images",
     .kind = SPT_OPTION_SOURCE,
     .placeholder = "SRC...",
     .help = "images of the source domain to train one on",
     .target = AT(options.source_images)},
    {.name = "source-labels",
     .kind = SPT_OPTION_SOURCE,
     .placeholder = "SRC...",
     .help = "their masks",
     .target = AT(options.source_labels.source)},
    {.name = "target-images",
     .kind = SPT_OPTION_SOURCE,
     .placeholder = "SRC...",
     .required = true,
     .help = "images of the target domain",
     .target = AT(options.target_images)},
    {.name = "target-labels",
     .kind = SPT_OPTION_SOURCE,
     .placeholder = "SRC...",
     .required = true,
     .help = "their masks",
     .target = AT(options.target_labels.source)},
    {.name = "labelled",
     .kind = SPT_OPTION_TEXT,
     .placeholder = "RANGE",
     .required = true,
     .help = "target images labelled from the start, such as 0-4,9",
     .target = AT(options.labelled)},
    {.name = "pool",
     .kind = SPT_OPTION_TEXT,
     .placeholder = "RANGE",
     .required = true,
     .help = "target images that the expert may be asked about",
     .target = AT(options.pool)},
    {.name = "test",
     .kind = SPT_OPTION_TEXT,
     .placeholder = "RANGE",
     .required = true,
     .help = "target images to score on",
     .target = AT(options.test)},
    {.name = "membrane-value",
     .kind = SPT_OPTION_NUMBER,
     .placeholder = "V",
     .help = "only this value of a mask is membrane (else: all but 0)",
     .target = AT(options.target_labels.membrane_value),
     .given = AT(options.target_labels.has_membrane_value)},
    {.name = "unlabelled-value",
     .kind = SPT_OPTION_NUMBER,
     .placeholder = "V",
     .help = "mask pixels of this value have no answer",
     .target = AT(options.target_labels.unlabelled_value),
     .given = AT(options.target_labels.has_unlabelled_value)},
    {.name = "instances",
     .kind = SPT_OPTION_FLAG,
     .help = "masks hold cell numbers; membranes are their borders",
     .target = AT(options.target_labels.instances)},
    {.name = "strategies",
     .kind = SPT_OPTION_TEXT,
     .placeholder = "LIST",
     .help = "what to compare (default: frozen,finetune,expert)",
     .target = AT(options.strategies)},
    {.name = "preset",
     .kind = SPT_OPTION_TEXT,
     .placeholder = "NAME",
     .help = "training settings: default or paper",
     .target = AT(options.preset)},
    {.name = "precision",
     .kind = SPT_OPTION_CHOICE,
     .placeholder = "auto|f32|bf16",
     .help = "bf16: nearly twice as fast where the processor has it (default: f32)",
     .target = AT(precision)},
    {.name = "seeds",
     .kind = SPT_OPTION_COUNT,
     .placeholder = "N",
     .help = "repeat with so many seeds (default: 1)",
     .target = AT(options.seeds)},
    {.name = "epochs",
     .kind = SPT_OPTION_COUNT,
     .placeholder = "N",
     .help = "rounds of training, scoring and asking (default: 10)",
     .target = AT(options.epochs)},
    {.name = "epoch-steps",
     .kind = SPT_OPTION_COUNT,
     .placeholder = "N",
     .help = "training steps of an epoch (default: 150)",
     .target = AT(options.epoch_steps)},
    {.name = "source-epochs",
     .kind = SPT_OPTION_AMOUNT,
     .placeholder = "N",
     .help = "passes over the source images (default: the preset's)",
     .target = AT(options.source_epochs)},
    {.name = "windows",
     .kind = SPT_OPTION_COUNT,
     .placeholder = "N",
     .help = "most windows of a region (default: 6)",
     .target = AT(options.windows)},
    {.name = "minutes",
     .kind = SPT_OPTION_AMOUNT,
     .placeholder = "M",
     .help = "limit of each ConvNet's training",
     .target = AT(options.minutes)},
    {.name = "transfer",
     .kind = SPT_OPTION_LAYERS,
     .placeholder = "N|all",
     .help = "layers with weights to copy (default: 3, the paper's)",
     .target = AT(options.transfer),
     .given = AT(has_transfer)},
    {.name = "lambda",
     .kind = SPT_OPTION_AMOUNT,
     .placeholder = "L",
     .help = "weight of uncertainty against abundance (default: 0.8)",
     .target = AT(options.lambda)},
    {.name = "search",
     .kind = SPT_OPTION_CHOICE,
     .placeholder = "auto|greedy|beam|exact",
     .help = "how the best region is found (default: exact up to 10 windows)",
     .target = AT(choosing.search)},
    {.name = "novelty",
     .kind = SPT_OPTION_CHOICE,
     .placeholder = "none|fade|distinct|both",
     .help = "ask less for what was answered, or for no cluster twice (default: none)",
     .target = AT(choosing.novelty)},
    {.name = "measure",
     .kind = SPT_OPTION_CHOICE,
     .placeholder = "once|symmetries|dropout",
     .help = "predictions that uncertainty is measured on (default: once)",
     .target = AT(choosing.measure)},
    {.name = "rescale",
     .kind = SPT_OPTION_FLAG,
     .help = "stretch uncertainty to its range before it is weighed",
     .target = AT(options.choosing.rescale)},
    {.name = "calibrate",
     .kind = SPT_OPTION_FLAG,
     .help = "calibrate probabilities on known labels before it is measured",
     .target = AT(options.choosing.calibrate)},
    {.name = "resume",
     .kind = SPT_OPTION_FLAG,
     .help = "go on where an interrupted run stopped",
     .target = AT(options.resume)},
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
    if (options->lambda > 1)
        return spt_options_misuse(&usage, "--lambda takes a number up to 1, not %g",
                                  options->lambda);
    return SPT_EXIT_DONE;
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

    options->precision = (enum septum_precision)experiment.precision;
    options->choosing.search = (enum septum_search)experiment.choosing.search;
    options->choosing.novelty = (enum septum_novelty)experiment.choosing.novelty;
    options->choosing.measure = (enum septum_measure)experiment.choosing.measure;
    spt_progress_begin(&progress, experiment.quiet);
    options->progress = spt_progress_show;
    options->user = &progress;
    status = septum_experiment(options, &err);
    spt_progress_end(&progress);
    return spt_command_end(&usage, status, &err);
}
