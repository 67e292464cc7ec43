/*
 * train.c - septum train: learn a model from images and their masks.
 */
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/rows.h"

struct train {
    struct septum_train_options options;
    bool has_transfer, quiet;
};

#define AT(member) offsetof(struct train, member)

static const struct spt_option rows[] = {
    {SPT_ROW("images", SOURCE, "SRC...", options.images,
             "images: directories, PNG or TIFF files"),
     .required = true},
    {SPT_ROW("labels", SOURCE, "SRC...", options.labels.source,
             "their masks, one for each image"),
     .required = true},
    {SPT_ROW("output", TEXT, "MODEL", options.output, "model file to write (ONNX)"),
     .letter = 'o', .required = true},
    {SPT_ROW("validate-images", SOURCE, "SRC...", options.validation_images,
             "images to measure progress on, not learnt from")},
    {SPT_ROW("validate-labels", SOURCE, "SRC...", options.validation_labels.source,
             "their masks")},
    SPT_ROWS_MASKS(options.labels, "all but 0"),
    {SPT_ROW("from", TEXT, "MODEL", options.from,
             "start from the first layers of this model")},
    {SPT_ROW("transfer", LAYERS, "N|all", options.transfer,
             "layers with weights to take from it (default: all)"),
     .given = AT(has_transfer)},
    {SPT_ROW("freeze", FLAG, NULL, options.freeze,
             "keep the layers taken as they are")},
    SPT_ROW_POLARITY(options.polarity),
    SPT_ROW_PIXEL_SIZE(options.pixel_size),
    {SPT_ROW("net", TEXT, "SPEC|PRESET", options.net,
             "the net, such as \"conv5-48 pool2 ... FC-200 FC-1\"")},
    SPT_ROW_PRESET(options.preset),
    {SPT_ROW("symmetries", CHOICE, "all|mirror|none", options.symmetries,
             "how else each image is shown (default: all, turned as well)")},
    {SPT_ROW("form", CHOICE, "dense|patch", options.form,
             "learn from tiles or single windows (default: the preset's)"),
     .given = AT(options.has_form)},
    SPT_ROW_PRECISION(options.precision),
    {SPT_ROW("epochs", AMOUNT, "N", options.epochs,
             "passes over the images (default: the preset's)")},
    {SPT_ROW("minutes", AMOUNT, "M", options.minutes, "end after so many minutes")},
    {SPT_ROW("seed", SEED, "N", options.seed, "of all random choices (default: 0)")},
    {SPT_ROW("log", TEXT, "CSV", options.log, "write a row an epoch to this file")},
    {SPT_ROW("resume", FLAG, NULL, options.resume,
             "go on where an interrupted run stopped")},
    {SPT_ROW("force", FLAG, NULL, options.force, "replace an existing model file")},
    SPT_ROW_THREADS(options.threads),
    SPT_ROW_QUIET(quiet),
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
    const struct {
        bool given;
        const char *name;
    } of_source[] = {
        {has_transfer, "--transfer"},
        {options->freeze, "--freeze"},
        {options->polarity != SEPTUM_POLARITY_AUTO, "--polarity"},
        {options->pixel_size != SEPTUM_PIXEL_SIZE_AUTO, "--pixel-size"},
    };

    for (size_t i = 0; i < sizeof of_source / sizeof of_source[0]; i++)
        if (options->from == NULL && of_source[i].given)
            return spt_options_misuse(
                &usage, "%s needs --from MODEL to take layers from", of_source[i].name);
    if (options->net != NULL && options->pixel_size == SEPTUM_PIXEL_SIZE_HALF)
        return spt_options_misuse(&usage,
                                  "--pixel-size half and --net exclude each other: a "
                                  "net that begins with mean2 sees half the size");
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
