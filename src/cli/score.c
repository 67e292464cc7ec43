/*
 * score.c - septum score: how well probability maps agree with truth.
 */
#include "cli/command.h"
#include "cli/fields.h"
#include "cli/rows.h"

struct score {
    struct septum_score_options options;
    bool json;
};

#define AT(member) offsetof(struct score, member)

static const struct spt_option rows[] = {
    {SPT_ROW("truth", SOURCE, "SRC...", options.truth.source,
             "masks that say where membrane is"),
     .required = true},
    {SPT_ROW("probability", SOURCE, "SRC...", options.probability,
             "probability maps: floats from 0 to 1, 8 or 16 bit")},
    {SPT_ROW("cells", SOURCE, "SRC...", options.cells,
             "cell numbers, 0 = membrane, as segment --cells writes them")},
    {SPT_ROW("threshold", FRACTION, "T", options.threshold,
             "membrane from this probability on (default: 0.5)"),
     .given = AT(options.has_threshold)},
    {SPT_ROW("model", TEXT, "MODEL", options.model,
             "also score at this model's own threshold"),
     .letter = 'm'},
    SPT_ROWS_MASKS(options.truth, "all but 0"),
    SPT_ROW_JSON(json),
};

static const struct spt_usage usage = {
    .command = "score",
    .synopsis = "--truth SRC... [--probability SRC...] [--cells SRC...] [OPTION...]",
    .about =
        "Compare probability maps with truth at a threshold and at the best one: pixel "
        "by\npixel, over all images together (precision, recall and F-score of the "
        "membrane,\nthe share of wrong pixels), and cell by cell, averaged over images "
        "(V_rand and\nV_info of the ISBI 2012 challenge, after thinning of membranes). "
        " "
        "With --cells these\ntwo are of the cells given, and all else is of the maps: "
        "none without --probability.",
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
        NUMBER("v_rand", "V_rand", score->v_rand),
        NUMBER("v_info", "V_info", score->v_info),
        NUMBER("best_v_rand", "best V_rand", score->best_v_rand),
        NUMBER("best_v_rand_threshold", "at threshold", score->best_v_rand_threshold),
        NUMBER("best_v_info", "best V_info", score->best_v_info),
        NUMBER("best_v_info_threshold", "at threshold", score->best_v_info_threshold),
        /* The last five only when a model was given. */
        NUMBER("model_threshold", "model's threshold", score->model_threshold),
        NUMBER("model_f_score", "model's F-score", score->model_f_score),
        NUMBER("model_pixel_error", "model's pixel error", score->model_pixel_error),
        NUMBER("model_v_rand", "model's V_rand", score->model_v_rand),
        NUMBER("model_v_info", "model's V_info", score->model_v_info),
    };
#undef NUMBER
    const size_t count = sizeof fields / sizeof fields[0];

    return spt_fields_print(fields, score->has_model ? count : count - 5, json)
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
    if (arguments.options.probability.count == 0 && arguments.options.cells.count == 0)
        return spt_options_misuse(&usage, "--probability SRC... is missing, or --cells "
                                          "SRC...");
    if (arguments.options.probability.count == 0 &&
        (arguments.options.has_threshold || arguments.options.model != NULL))
        return spt_options_misuse(&usage, "%s needs --probability SRC...",
                                  arguments.options.model != NULL ? "--model"
                                                                  : "--threshold");
    status = septum_score(&arguments.options, &score, &err);
    if (status != SEPTUM_OK)
        return spt_command_end(&usage, status, &err);
    return print_score(&score, arguments.json);
}
