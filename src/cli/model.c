/*
 * model.c - septum model: look into model files, and export them.
 */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/fields.h"
#include "cli/rows.h"
#include "cli/subcommand.h"

/* All that the subcommands take; each has a table of its own. */
struct arguments {
    struct septum_model_export_options package;
    const char *filters;
    bool json, force;
};

#define AT(member) offsetof(struct arguments, member)

static const struct spt_option info_rows[] = {
    {SPT_ROW("filters", TEXT, "PNG", filters, "also draw the first layer's filters")},
    SPT_ROW_FORCE(force),
    SPT_ROW_JSON(json),
};

static const struct spt_option export_rows[] = {
    {SPT_ROW("output", TEXT, "FILE.zip", package.output, "the package"), .letter = 'o',
     .required = true},
    {SPT_ROW("name", TEXT, "NAME", package.name,
             "of the model (default: from its file's)")},
    {SPT_ROW("description", TEXT, "TEXT", package.description,
             "what it is (default: that it finds membranes)")},
    {SPT_ROW("author", TEXT, "NAME", package.author,
             "who made it (default: not said)")},
    {SPT_ROW("github", TEXT, "USER", package.github, "the author's name on GitHub")},
    {SPT_ROW("license", TEXT, "ID", package.license,
             "its license, such as CC-BY-4.0 (default: not said)")},
    {SPT_ROW("cite", TEXT, "TEXT", package.cite, "a paper to cite; with --doi")},
    {SPT_ROW("doi", TEXT, "DOI", package.doi, "that paper's")},
    SPT_ROW_FORCE(package.force),
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

static int
run_info(const struct spt_usage *usage, const char *file, void *given)
{
    struct arguments *arguments = given;
    struct septum_model *model = NULL;
    struct septum_model_info info;
    struct septum_error err = {0};
    enum septum_status status = septum_model_load(file, &model, &err);
    int code;

    if (status != SEPTUM_OK)
        return spt_command_end(usage, status, &err);
    if (arguments->filters != NULL)
        status =
            septum_model_filters(model, arguments->filters, arguments->force, &err);
    info = septum_model_info(model);
    code = status == SEPTUM_OK ? print_info(&info, arguments->json)
                               : spt_command_end(usage, status, &err);
    septum_model_free(model);
    return code;
}

static int
run_export(const struct spt_usage *usage, const char *file, void *given)
{
    struct arguments *arguments = given;
    struct septum_error err = {0};

    if ((arguments->package.cite == NULL) != (arguments->package.doi == NULL))
        return spt_options_misuse(usage, "--cite and --doi need each other");
    if (arguments->package.github != NULL && arguments->package.author == NULL)
        return spt_options_misuse(usage, "--github needs --author NAME");
    arguments->package.model = file;
    return spt_command_end(usage, septum_model_export(&arguments->package, &err), &err);
}

#define TABLE(table)                                                                   \
    .options = (table), .option_count = sizeof(table) / sizeof(table)[0]
#define MODEL_ALONE .positional = "MODEL", .least = 1, .most = 1

static const struct spt_subcommand subcommands[] = {
    {"info",
     {.command = "model info",
      .synopsis = "MODEL [OPTION...]",
      .about = "Say what a model file holds: its net, what it learnt from, and how it "
               "reads\nimages.",
      TABLE(info_rows),
      MODEL_ALONE},
     run_info},
    {"export",
     {.command = "model export",
      .synopsis = "MODEL -o FILE.zip [OPTION...]",
      .about =
          "Write a BioImage.IO model package, which Fiji, ilastik, bioimageio.core "
          "and\n"
          "others load: the model file as it is, its description, a simulated picture\n"
          "to test with, and what the model says of it.",
      TABLE(export_rows),
      MODEL_ALONE},
     run_export},
};

int
spt_command_model(int argc, char **argv)
{
    static const struct spt_subcommands all = {
        .command = "model",
        .file = "MODEL",
        .about = "Look into a model file, or take it to other programs.",
        .examples = ": info or export",
        .list = subcommands,
        .count = sizeof subcommands / sizeof subcommands[0],
    };
    struct arguments arguments = {0};

    return spt_subcommand_run(&all, argc, argv, &arguments);
}
