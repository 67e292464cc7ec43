/*
 * train.c - septum train: learn a model from images and their masks.
 */
#include "cli/command.h"
#include "cli/progress.h"

struct train {
    struct septum_train_options options;
    int precision; /* which word of "auto|f32|bf16" */
    bool has_transfer, quiet;
    int form; /* which word of "dense|patch" */
};

#define AT(member) offsetof(struct train, member)

static const struct spt_option rows[] = {
    {.name = "images",
     .kind = SPT_OPTION_SOURCE,
     .placeholder = "SRC...",
     .required = true,
     .help = "images: directories, PNG or TIFF files",
     .target = AT(options.images)},
    {.name = "labels",
     .kind = SPT_OPTION_SOURCE,
     .placeholder = "SRC...",
     .required = true,
     .help = "their masks, one for each image",
     .target = AT(options.labels.source)},
    {.name = "output",
     .letter = 'o',
     .kind = SPT_OPTION_TEXT,
     .placeholder = "MODEL",
     .required = true,
     .help = "model file to write (ONNX)",
     .target = AT(options.output)},
    {.name = "validate-images",
     .kind = SPT_OPTION_SOURCE,
     .placeholder = "SRC...",
     .help = "images to measure progress on, not learnt from",
     .target = AT(options.validation_images)},
    {.name = "validate-labels",
     .kind = SPT_OPTION_SOURCE,
     .placeholder = "SRC...",
     .help = "their masks",
     .target = AT(options.validation_labels.source)},
    {.name = "membrane-value",
     .kind = SPT_OPTION_NUMBER,
     .placeholder = "V",
     .help = "only this value of a mask is membrane (else: all but 0)",
     .target = AT(options.labels.membrane_value),
     .given = AT(options.labels.has_membrane_value)},
    {.name = "unlabelled-value",
     .kind = SPT_OPTION_NUMBER,
     .placeholder = "V",
     .help = "mask pixels of this value have no answer",
     .target = AT(options.labels.unlabelled_value),
     .given = AT(options.labels.has_unlabelled_value)},
    {.name = "instances",
     .kind = SPT_OPTION_FLAG,
     .help = "masks hold cell numbers; membranes are their borders",
     .target = AT(options.labels.instances)},
    {.name = "from",
     .kind = SPT_OPTION_TEXT,
     .placeholder = "MODEL",
     .help = "start from the first layers of this model",
     .target = AT(options.from)},
    {.name = "transfer",
     .kind = SPT_OPTION_LAYERS,
     .placeholder = "N|all",
     .help = "layers with weights to take from it (default: all)",
     .target = AT(options.transfer),
     .given = AT(has_transfer)},
    {.name = "freeze",
     .kind = SPT_OPTION_FLAG,
     .help = "keep the layers taken as they are",
     .target = AT(options.freeze)},
    {.name = "net",
     .kind = SPT_OPTION_TEXT,
     .placeholder = "SPEC|PRESET",
     .help = "the net, such as \"conv5-48 pool2 ... FC-200 FC-1\"",
     .target = AT(options.net)},
    {.name = "preset",
     .kind = SPT_OPTION_TEXT,
     .placeholder = "NAME",
     .help = "training settings: default or paper",
     .target = AT(options.preset)},
    {.name = "form",
     .kind = SPT_OPTION_CHOICE,
     .placeholder = "dense|patch",
     .help = "learn from tiles or single windows (default: the preset's)",
     .target = AT(form),
     .given = AT(options.has_form)},
    {.name = "precision",
     .kind = SPT_OPTION_CHOICE,
     .placeholder = "auto|f32|bf16",
     .help = "bf16: nearly twice as fast where the processor has it (default: f32)",
     .target = AT(precision)},
    {.name = "epochs",
     .kind = SPT_OPTION_AMOUNT,
     .placeholder = "N",
     .help = "passes over the images (default: the preset's)",
     .target = AT(options.epochs)},
    {.name = "minutes",
     .kind = SPT_OPTION_AMOUNT,
     .placeholder = "M",
     .help = "end after so many minutes",
     .target = AT(options.minutes)},
    {.name = "seed",
     .kind = SPT_OPTION_SEED,
     .placeholder = "N",
     .help = "of all random choices (default: 0)",
     .target = AT(options.seed)},
    {.name = "log",
     .kind = SPT_OPTION_TEXT,
     .placeholder = "CSV",
     .help = "write a row an epoch to this file",
     .target = AT(options.log)},
    {.name = "resume",
     .kind = SPT_OPTION_FLAG,
     .help = "go on where an interrupted run stopped",
     .target = AT(options.resume)},
    {.name = "force",
     .kind = SPT_OPTION_FLAG,
     .help = "replace an existing model file",
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
    .command = "train",
    .synopsis = "--images SRC... --labels SRC... -o MODEL [OPTION...]",
    .about =
        "Train a net to tell membrane from the rest, from scratch or from a model of\n"
        "another domain (--from).  A source is a directory, one file or several "
        "files;\n"
        "images and masks pair by name or else by order.",
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
    .when_stopped = "run the same command with --resume to go on",
};

/* What the table of options cannot tell: which of them belong together. */
static int
check(const struct septum_train_options *options, bool has_transfer)
{
    if (options->from == NULL && (has_transfer || options->freeze))
        return spt_options_misuse(&usage, "%s needs --from MODEL to take layers from",
                                  has_transfer ? "--transfer" : "--freeze");
    if (options->validation_images.count > 0 &&
        options->validation_labels.source.count == 0)
        return spt_options_misuse(&usage,
                                  "--validate-images needs --validate-labels SRC");
    if (options->validation_labels.source.count > 0 &&
        options->validation_images.count == 0)
        return spt_options_misuse(&usage,
                                  "--validate-labels needs --validate-images SRC");
    return SPT_EXIT_DONE;
}

int
spt_command_train(int argc, char **argv)
{
    struct train train = {0};
    struct septum_train_options *options = &train.options;
    struct spt_progress progress;
    struct septum_error err = {0};
    struct septum_source validation;
    enum septum_status status;
    size_t positionals;
    enum spt_options_outcome outcome =
        spt_options_read(&usage, argc, argv, &train, &positionals);

    if (outcome != SPT_OPTIONS_READ)
        return spt_command_exit(outcome);
    if (check(options, train.has_transfer) != SPT_EXIT_DONE)
        return SPT_EXIT_MISUSED;
    options->precision = (enum septum_precision)train.precision;
    options->form = train.form == 1 ? SEPTUM_FORM_PATCH : SEPTUM_FORM_DENSE;
    /* Both sets of masks are read by the same rule. */
    validation = options->validation_labels.source;
    options->validation_labels = options->labels;
    options->validation_labels.source = validation;

    spt_progress_begin(&progress, train.quiet);
    options->progress = spt_progress_show;
    options->user = &progress;
    status = septum_train(options, &err);
    spt_progress_end(&progress);
    return spt_command_end(&usage, status, &err);
}
