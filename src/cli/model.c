/*
 * model.c - septum model: look into model files.
 */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/fields.h"
#include "cli/rows.h"

struct info_arguments {
    const char *filters;
    bool json, force;
};

#define AT(member) offsetof(struct info_arguments, member)

static const struct spt_option rows[] = {
    {SPT_ROW("filters", TEXT, "PNG", filters, "also draw the first layer's filters")},
    SPT_ROW_FORCE(force),
    SPT_ROW_JSON(json),
};

static const struct spt_usage usage = {
    .command = "model",
    .synopsis = "info MODEL [OPTION...]",
    .about =
        "Say what a model file holds: its net, what it learnt from, and how it reads\n"
        "images.",
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
    .positional = "info MODEL",
    .least = 2,
    .most = 2,
};

static int
print_info(const struct septum_model_info *info, bool json)
{
    const struct spt_field fields[] = {
        {.key = "net", .label = "net", .kind = SPT_FIELD_TEXT, .text = info->net},
        {.key = "window",
         .label = "window",
         .unit = "pixels",
         .kind = SPT_FIELD_COUNT,
         .count = info->window},
        {.key = "layers",
         .label = "layers with weights",
         .kind = SPT_FIELD_COUNT,
         .count = info->layers},
        {.key = "parameters",
         .label = "parameters",
         .kind = SPT_FIELD_COUNT,
         .count = info->parameters},
        {.key = "threshold",
         .label = "threshold",
         .kind = SPT_FIELD_NUMBER,
         .decimals = 3,
         .number = info->threshold},
        {.key = "trained_epochs",
         .label = "trained epochs",
         .kind = SPT_FIELD_NUMBER,
         .decimals = 1,
         .number = info->trained_epochs},
        {.key = "trained_windows",
         .label = "trained windows",
         .kind = SPT_FIELD_COUNT,
         .count = info->trained_windows},
        {.key = "symmetries",
         .label = "symmetries seen",
         .kind = SPT_FIELD_COUNT,
         .count = info->symmetries},
        {.key = "normalisation",
         .label = "normalisation",
         .kind = SPT_FIELD_TEXT,
         .text = info->normalisation},
        {.key = "history",
         .label = "history",
         .kind = SPT_FIELD_TEXT,
         .text = info->history},
    };

    return spt_fields_print(fields, sizeof fields / sizeof fields[0], json)
               ? SPT_EXIT_DONE
               : SPT_EXIT_FAILED;
}

int
spt_command_model(int argc, char **argv)
{
    struct info_arguments arguments = {0};
    struct septum_model *model = NULL;
    struct septum_model_info info;
    struct septum_error err = {0};
    enum septum_status status;
    size_t positionals;
    int code;
    enum spt_options_outcome outcome =
        spt_options_read(&usage, argc, argv, &arguments, &positionals);

    if (outcome != SPT_OPTIONS_READ)
        return spt_command_exit(outcome);
    if (strcmp(argv[1], "info") != 0)
        return spt_options_misuse(
            &usage, "there is no \"model %s\", only \"model info\"", argv[1]);
    status = septum_model_load(argv[2], &model, &err);
    if (status != SEPTUM_OK)
        return spt_command_end(&usage, status, &err);
    if (arguments.filters != NULL)
        status = septum_model_filters(model, arguments.filters, arguments.force, &err);
    info = septum_model_info(model);
    code = status == SEPTUM_OK ? print_info(&info, arguments.json)
                               : spt_command_end(&usage, status, &err);
    septum_model_free(model);
    return code;
}
