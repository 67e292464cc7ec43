/*
 * project.c - septum project: one file of images, labels and models.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/fields.h"
#include "cli/progress.h"
#include "cli/rows.h"
#include "cli/subcommand.h"

/* All that the subcommands take; each has a table of its own. */
struct project {
    const char *from, *directory, *who;
    struct septum_source images;
    struct septum_masks labels;
    double seconds;
    int pixel_size; /* SAME_SIZE, HALF_SIZE */
    bool has_seconds, validation, force, json, quiet;
};

/* As the words of --pixel-size. */
enum {
    SAME_SIZE,
    HALF_SIZE
};

#define AT(member) offsetof(struct project, member)

#define WHO                                                                            \
    {                                                                                  \
        SPT_ROW("who", TEXT, "NAME", who,                                              \
                "whose labels they are (default: your login name)")                    \
    }

static const struct spt_option create_rows[] = {
    {SPT_ROW("from", TEXT, "MODEL", from, "the model to begin with")},
    {SPT_ROW("pixel-size", CHOICE, "same|half", pixel_size,
             "half: let it see images at half their size (default: same)")},
};

static const struct spt_option add_rows[] = {
    {SPT_ROW("images", SOURCE, "SRC...", images,
             "images: directories, PNG or TIFF files"),
     .required = true},
    {SPT_ROW("labels", SOURCE, "SRC...", labels.source,
             "their masks, where there are some already")},
    SPT_ROWS_MASKS(labels, "all but 0"),
    {SPT_ROW("validation", FLAG, NULL, validation,
             "only score on these images: never ask about them")},
    WHO,
    SPT_ROW_QUIET(quiet),
};

static const struct spt_option status_rows[] = {
    SPT_ROW_JSON(json),
};

static const struct spt_option export_rows[] = {
    {SPT_ROW("output", TEXT, "DIR", directory,
             "directory for labels/, labels.csv and model.onnx"),
     .letter = 'o', .required = true},
    SPT_ROW_FORCE(force),
};

static const struct spt_option import_rows[] = {
    {SPT_ROW("labels", SOURCE, "SRC...", labels.source,
             "masks that bear the names of the project's images"),
     .required = true},
    WHO,
    {SPT_ROW("seconds", AMOUNT, "S", seconds,
             "how long they took (default: not known)"),
     .given = AT(has_seconds)},
    SPT_ROWS_MASKS(labels, "255; 127 is unknown"),
};

static const struct spt_option relink_rows[] = {
    {SPT_ROW("images", SOURCE, "SRC...", images,
             "where to look for images that were moved"),
     .required = true},
};

static int
run_create(const struct spt_usage *usage, const char *file, void *given)
{
    struct project *project = given;
    struct septum_error err = {0};

    if (project->pixel_size == HALF_SIZE && project->from == NULL)
        return spt_options_misuse(usage, "--pixel-size needs --from MODEL");
    return spt_command_end(usage,
                           septum_project_create(file, project->from,
                                                 project->pixel_size == HALF_SIZE,
                                                 &err),
                           &err);
}

static int
run_add(const struct spt_usage *usage, const char *file, void *given)
{
    struct project *project = given;
    struct septum_project_add_options options = {
        .project = file,
        .images = project->images,
        .labels = project->labels,
        .validation = project->validation,
        .who = spt_command_who(project->who),
        .progress = spt_progress_show,
    };
    struct septum_project_added added;
    struct spt_progress progress;
    struct septum_error err = {0};
    enum septum_status status;

    if (project->validation && project->labels.source.count == 0)
        return spt_options_misuse(usage, "--validation needs --labels SRC to score by");
    spt_progress_begin(&progress, project->quiet);
    options.user = &progress;
    status = septum_project_add(&options, &added, &err);
    spt_progress_end(&progress);
    if (status != SEPTUM_OK)
        return spt_command_end(usage, status, &err);
    printf("%" PRIu64 " images added, %" PRIu64 " were there; %" PRIu64
           " pixels labelled\n",
           added.images, added.known_images, added.labelled_pixels);
    return SPT_EXIT_DONE;
}

static int
run_status(const struct spt_usage *usage, const char *file, void *given)
{
    struct project *project = given;
    struct septum_project_status about;
    struct septum_error err = {0};
    enum septum_status status = septum_project_status(file, &about, &err);
#define COUNT(name, words, of, value)                                                  \
    {                                                                                  \
        .key = (name), .label = (words), .unit = (of), .kind = SPT_FIELD_COUNT,        \
        .count = (value)                                                               \
    }

    if (status != SEPTUM_OK)
        return spt_command_end(usage, status, &err);
    const struct spt_field fields[] = {
        COUNT("images", "images", NULL, about.images),
        COUNT("validation_images", "  to score on", NULL, about.validation_images),
        COUNT("labelled_pixels", "labelled", "pixels", about.labelled_pixels),
        COUNT("rounds", "rounds", NULL, about.rounds),
        COUNT("models", "models", NULL, about.models),
        {.key = "expert_seconds",
         .label = "expert's time",
         .unit = "seconds",
         .kind = SPT_FIELD_NUMBER,
         .decimals = 1,
         .number = about.expert_seconds},
        {.key = "f_score",
         .label = "F-score",
         .kind = about.has_f_score ? SPT_FIELD_NUMBER : SPT_FIELD_NOTHING,
         .decimals = 4,
         .number = about.f_score},
        COUNT("missing_files", about.missing_files > 0 ? "MISSING" : NULL,
              "files (see septum project relink)", about.missing_files),
        COUNT("changed_files", about.changed_files > 0 ? "CHANGED" : NULL,
              "files (they hold other bytes than when they were added)",
              about.changed_files),
    };
#undef COUNT

    return spt_fields_print(fields, sizeof fields / sizeof fields[0], project->json)
               ? SPT_EXIT_DONE
               : SPT_EXIT_FAILED;
}

static int
run_export(const struct spt_usage *usage, const char *file, void *given)
{
    struct project *project = given;
    struct septum_error err = {0};

    return spt_command_end(
        usage, septum_project_export(file, project->directory, project->force, &err),
        &err);
}

static int
run_import(const struct spt_usage *usage, const char *file, void *given)
{
    struct project *project = given;
    const struct septum_project_import_options options = {
        .project = file,
        .labels = project->labels,
        .who = spt_command_who(project->who),
        .seconds = project->seconds,
        .has_seconds = project->has_seconds,
    };
    struct septum_project_imported imported;
    struct septum_error err = {0};
    enum septum_status status = septum_project_import(&options, &imported, &err);

    if (status != SEPTUM_OK)
        return spt_command_end(usage, status, &err);
    printf("%" PRIu64 " masks read: %" PRIu64 " pixels recorded, %" PRIu64
           " regions answered\n",
           imported.masks, imported.labelled_pixels, imported.regions);
    return SPT_EXIT_DONE;
}

static int
run_relink(const struct spt_usage *usage, const char *file, void *given)
{
    struct project *project = given;
    struct septum_project_relinked relinked;
    struct septum_error err = {0};
    enum septum_status status =
        septum_project_relink(file, &project->images, &relinked, &err);

    if (status != SEPTUM_OK)
        return spt_command_end(usage, status, &err);
    printf("%" PRIu64 " files found, %" PRIu64 " still missing%s%s\n", relinked.found,
           relinked.missing, relinked.missing > 0 ? ": first " : "",
           relinked.first_missing);
    return SPT_EXIT_DONE;
}

#define TABLE(table)                                                                   \
    .options = (table), .option_count = sizeof(table) / sizeof(table)[0]
#define FILE_ALONE .positional = "FILE", .least = 1, .most = 1

static const struct spt_subcommand subcommands[] = {
    {"create",
     {.command = "project create",
      .synopsis = "FILE [--from MODEL]",
      .about = "Make a project, an empty one.",
      TABLE(create_rows),
      FILE_ALONE},
     run_create},
    {"add",
     {.command = "project add",
      .synopsis = "FILE --images SRC... [--labels SRC...] [OPTION...]",
      .about =
          "Add images, and labels where there are some.  The images stay where they "
          "are;\nthe project knows them by path and by content.  What is in the "
          "project already\nis passed over.",
      TABLE(add_rows),
      FILE_ALONE},
     run_add},
    {"status",
     {.command = "project status",
      .synopsis = "FILE [--json]",
      .about =
          "Say how far the labelling is, and whether all images are where they were.",
      TABLE(status_rows),
      FILE_ALONE},
     run_status},
    {"export",
     {.command = "project export",
      .synopsis = "FILE -o DIR [--force]",
      .about =
          "Write DIR/labels/NAME.png of every image (255 membrane, 0 other, 127 not\n"
          "labelled), DIR/labels.csv (who said what, when, in how long) and the "
          "current\nmodel, DIR/model.onnx.",
      TABLE(export_rows),
      FILE_ALONE},
     run_export},
    {"import",
     {.command = "project import",
      .synopsis = "FILE --labels SRC... [OPTION...]",
      .about =
          "Take masks in, all or none: pixels that say something else than is known, "
          "and\nthe whole region that septum next has lent to you.  255 is membrane, "
          "0 other,\n127 says nothing; in your region it says that you are unsure.",
      TABLE(import_rows),
      FILE_ALONE},
     run_import},
    {"relink",
     {.command = "project relink",
      .synopsis = "FILE --images SRC...",
      .about = "Find images that were moved, by their content.",
      TABLE(relink_rows),
      FILE_ALONE},
     run_relink},
};

int
spt_command_project(int argc, char **argv)
{
    static const struct spt_subcommands all = {
        .command = "project",
        .file = "FILE",
        .about =
            "A project is one file that holds images (by path), labels, and models.",
        .examples = ", such as create or add",
        .list = subcommands,
        .count = sizeof subcommands / sizeof subcommands[0],
    };
    struct project project = {0};

    return spt_subcommand_run(&all, argc, argv, &project);
}
