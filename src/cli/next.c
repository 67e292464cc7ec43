/*
 * next.c - septum next: the region to label next, and why.
 */
#include <stdio.h>

#include "cli/command.h"
#include "cli/fields.h"
#include "cli/progress.h"
#include "cli/rows.h"

struct next {
    struct septum_next_options options;
    bool json, quiet;
};

#define AT(member) offsetof(struct next, member)

static const struct spt_option rows[] = {
    {SPT_ROW("model", TEXT, "MODEL", options.model,
             "predict with this model, and make it the project's current one"),
     .letter = 'm'},
    {SPT_ROW("output", TEXT, "DIR", options.directory,
             "write pictures, and a mask to edit"),
     .letter = 'o'},
    {SPT_ROW("force", FLAG, NULL, options.force, "replace what is there")},
    SPT_ROW_JSON(json),
    {SPT_ROW("who", TEXT, "NAME", options.who,
             "to whom the region is lent (default: your login name)")},
    {SPT_ROW("minutes", AMOUNT, "M", options.minutes,
             "for how long; others are asked elsewhere (default: 60)")},
    SPT_ROWS_CHOOSING(options.choosing),
    SPT_ROW_THREADS(options.threads),
    SPT_ROW_QUIET(quiet),
};

static const struct spt_usage usage = {
    .command = "next",
    .synopsis = "FILE [-m MODEL] [--json] [-o DIR] [OPTION...]",
    .about =
        "Say which region of a project's images is best to label next: where the net "
        "is\n"
        "unsure and of which there is much.  With -o, DIR/labels/NAME.png is a mask "
        "to\n"
        "correct in any painting program (255 membrane, 0 other, 127 not labelled);\n"
        "septum project import FILE --labels DIR/labels takes it back.",
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
    .positional = "FILE",
    .least = 1,
    .most = 1,
};

static void
print_places(const struct septum_question *question)
{
    printf("%s\n\nWindows (row, column):", question->why);
    for (size_t i = 0; i < question->count; i++)
        printf(" (%u, %u)", question->windows[2 * i], question->windows[2 * i + 1]);
    printf("\n");
}

static int
print_question(const struct septum_question *question, bool json)
{
#define NUMBER(name, value)                                                            \
    {                                                                                  \
        .key = (name), .kind = SPT_FIELD_NUMBER, .number = (value)                     \
    }
#define COUNT(name, value)                                                             \
    {                                                                                  \
        .key = (name), .kind = SPT_FIELD_COUNT, .count = (value)                       \
    }
#define TEXT(name, value)                                                              \
    {                                                                                  \
        .key = (name), .kind = SPT_FIELD_TEXT, .text = (value)                         \
    }
    const struct spt_field second[] = {
        TEXT("image", question->runner_up),
        {.key = "windows",
         .kind = SPT_FIELD_PAIRS,
         .count = question->runner_up_count,
         .pairs = question->runner_up_windows},
        NUMBER("objective", question->runner_up_objective),
    };
    const struct spt_field fields[] = {
        TEXT("image", question->image),
        {.key = "windows",
         .kind = SPT_FIELD_PAIRS,
         .count = question->count,
         .pairs = question->windows},
        COUNT("side", question->side),
        COUNT("pixels", question->pixels),
        NUMBER("objective", question->objective),
        NUMBER("uncertainty", question->uncertainty),
        NUMBER("abundance", question->abundance),
        {.key = "clusters",
         .kind = SPT_FIELD_COUNTS,
         .count = question->cluster_count,
         .counts = question->clusters},
        COUNT("all_windows", question->all_windows),
        {.key = "runner_up",
         .kind = SPT_FIELD_OBJECT,
         .count = question->runner_up != NULL ? 3 : 0,
         .fields = second},
        TEXT("why", question->why),
        TEXT("until", question->until),
    };
#undef NUMBER
#undef COUNT
#undef TEXT

    if (!json) {
        print_places(question);
        return SPT_EXIT_DONE;
    }
    return spt_fields_print(fields, sizeof fields / sizeof fields[0], true)
               ? SPT_EXIT_DONE
               : SPT_EXIT_FAILED;
}

int
spt_command_next(int argc, char **argv)
{
    struct next next = {0};
    struct septum_next_options *options = &next.options;
    struct septum_question *question;
    struct spt_progress progress;
    struct septum_error err = {0};
    enum septum_status status;
    size_t positionals;
    int code;
    enum spt_options_outcome outcome =
        spt_options_read(&usage, argc, argv, &next, &positionals);

    if (outcome != SPT_OPTIONS_READ)
        return spt_command_exit(outcome);
    if (spt_command_check_region(&usage, &options->choosing.region) != SPT_EXIT_DONE)
        return SPT_EXIT_MISUSED;
    options->project = argv[1];
    options->who = spt_command_who(options->who);
    spt_progress_begin(&progress, next.quiet);
    options->progress = spt_progress_show;
    options->user = &progress;
    status = septum_next(options, &question, &err);
    spt_progress_end(&progress);
    if (status != SEPTUM_OK)
        return spt_command_end(&usage, status, &err);
    code = print_question(question, next.json);
    septum_question_free(question);
    return code;
}
