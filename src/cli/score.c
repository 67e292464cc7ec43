/*
 * score.c - septum score: how well probability maps agree with truth.
 */
#include "cli/command.h"
#include "cli/fields.h"

struct score {
    struct septum_score_options options;
    bool json;
};

#define AT(member) offsetof(struct score, member)

static const struct spt_option rows[] = {
    {.name = "truth",
     .kind = SPT_OPTION_SOURCE,
     .placeholder = "SRC...",
     .required = true,
     .help = "masks that say where membrane is",
     .target = AT(options.truth.source)},
    {.name = "probability",
     .kind = SPT_OPTION_SOURCE,
     .placeholder = "SRC...",
     .required = true,
     .help = "probability maps: floats from 0 to 1, 8 or 16 bit",
     .target = AT(options.probability)},
    {.name = "threshold",
     .kind = SPT_OPTION_FRACTION,
     .placeholder = "T",
     .help = "membrane from this probability on (default: 0.5)",
     .target = AT(options.threshold),
     .given = AT(options.has_threshold)},
    {.name = "model",
     .letter = 'm',
     .kind = SPT_OPTION_TEXT,
     .placeholder = "MODEL",
     .help = "also score at this model's own threshold",
     .target = AT(options.model)},
    {.name = "membrane-value",
     .kind = SPT_OPTION_NUMBER,
     .placeholder = "V",
     .help = "only this value of a mask is membrane (else: all but 0)",
     .target = AT(options.truth.membrane_value),
     .given = AT(options.truth.has_membrane_value)},
    {.name = "unlabelled-value",
     .kind = SPT_OPTION_NUMBER,
     .placeholder = "V",
     .help = "mask pixels of this value do not count",
     .target = AT(options.truth.unlabelled_value),
     .given = AT(options.truth.has_unlabelled_value)},
    {.name = "instances",
     .kind = SPT_OPTION_FLAG,
     .help = "masks hold cell numbers; membranes are their borders",
     .target = AT(options.truth.instances)},
    {.name = "json",
     .kind = SPT_OPTION_FLAG,
     .help = "print one JSON object",
     .target = AT(json)},
};

static const struct spt_usage usage = {
    .command = "score",
    .synopsis = "--truth SRC... --probability SRC... [OPTION...]",
    .about = "Compare probability maps with truth, pixel by pixel, over all images "
             "together:\n"
             "precision, recall and F-score of the membrane, and the share of wrong "
             "pixels,\n"
             "at a threshold and at the best one.",
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
};

static int
print_score(const struct septum_score *score, bool json)
{
#define NUMBER(name, text, value)                                                      \
    {                                                                                  \
        .key = (name), .label = (text), .kind = SPT_FIELD_NUMBER, .decimals = 4,       \
        .number = (value)                                                              \
    }
    const struct spt_field fields[] = {
        {.key = "images",
         .label = "images",
         .kind = SPT_FIELD_COUNT,
         .count = score->images},
        {.key = "pixels",
         .label = "pixels",
         .kind = SPT_FIELD_COUNT,
         .count = score->pixels},
        NUMBER("threshold", "threshold", score->threshold),
        NUMBER("precision", "precision", score->precision),
        NUMBER("recall", "recall", score->recall),
        NUMBER("f_score", "F-score", score->f_score),
        NUMBER("pixel_error", "pixel error", score->pixel_error),
        NUMBER("best_threshold", "best threshold", score->best_threshold),
        NUMBER("best_f_score", "best F-score", score->best_f_score),
        NUMBER("best_pixel_error", "best pixel error", score->best_pixel_error),
        {.key = "v_rand", .kind = SPT_FIELD_NOTHING},
        {.key = "v_info", .kind = SPT_FIELD_NOTHING},
        /* The last three only when a model was given. */
        NUMBER("model_threshold", "model's threshold", score->model_threshold),
        NUMBER("model_f_score", "model's F-score", score->model_f_score),
        NUMBER("model_pixel_error", "model's pixel error", score->model_pixel_error),
    };
#undef NUMBER
    const size_t count = sizeof fields / sizeof fields[0];

    return spt_fields_print(fields, score->has_model ? count : count - 3, json)
               ? SPT_EXIT_DONE
               : SPT_EXIT_FAILED;
}

int
spt_command_score(int argc, char **argv)
{
    struct score arguments = {0};
    struct septum_score score = {0};
    struct septum_error err = {0};
    enum septum_status status;
    size_t positionals;
    enum spt_options_outcome outcome =
        spt_options_read(&usage, argc, argv, &arguments, &positionals);

    if (outcome != SPT_OPTIONS_READ)
        return spt_command_exit(outcome);
    status = septum_score(&arguments.options, &score, &err);
    if (status != SEPTUM_OK)
        return spt_command_end(&usage, status, &err);
    return print_score(&score, arguments.json);
}
