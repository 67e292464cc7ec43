/*
 * rows.h - the rows of option tables, short to write, and those that several commands
 * share.
 *
 * Who includes this defines AT(member), the place of a member in the command's struct.
 */
#ifndef SEPTUM_CLI_ROWS_H
#define SEPTUM_CLI_ROWS_H

#include "cli/options.h"

/* What every row has; a row is {SPT_ROW(...), and what else it has}. */
#define SPT_ROW(words, type, value, member, line)                                      \
    .name = (words), .kind = SPT_OPTION_##type, .placeholder = (value),                \
    .target = AT(member), .help = (line)

#define SPT_ROW_FORCE(member)                                                          \
    {                                                                                  \
        SPT_ROW("force", FLAG, NULL, member, "replace existing results")               \
    }
#define SPT_ROW_JSON(member)                                                           \
    {                                                                                  \
        SPT_ROW("json", FLAG, NULL, member, "print one JSON object")                   \
    }
#define SPT_ROW_QUIET(member)                                                          \
    {                                                                                  \
        SPT_ROW("quiet", FLAG, NULL, member, "show no progress")                       \
    }
#define SPT_ROW_THREADS(member)                                                        \
    {                                                                                  \
        SPT_ROW("threads", COUNT, "N", member, "threads to use (default: all cores)")  \
    }
#define SPT_ROW_PRECISION(member)                                                      \
    {                                                                                  \
        SPT_ROW("precision", CHOICE, "auto|f32|bf16", member,                          \
                "bf16: half the bits, faster where the CPU has it (default: f32)")     \
    }
#define SPT_ROW_POLARITY(member)                                                       \
    {                                                                                  \
        SPT_ROW("polarity", CHOICE, "auto|same|inverse", member,                       \
                "is membrane dark in both domains? (default: auto, measured)")         \
    }
#define SPT_ROW_PIXEL_SIZE(member)                                                     \
    {                                                                                  \
        SPT_ROW("pixel-size", CHOICE, "auto|same|half", member,                        \
                "half: see images at half their size (default: auto, measured)")       \
    }
#define SPT_ROW_PRESET(member)                                                         \
    {                                                                                  \
        SPT_ROW("preset", TEXT, "NAME", member, "training settings: default or paper") \
    }

/* NOLINTBEGIN(bugprone-macro-parentheses): the path of a member stands in none. */

/* How the values of a struct septum_masks are read; `else_text` says what is membrane
 * without a word. */
#define SPT_ROWS_MASKS(masks, else_text)                                               \
    {SPT_ROW("membrane-value", NUMBER, "V", masks.membrane_value,                      \
             "only this value of a mask is membrane (else: " else_text ")"),           \
     .given = AT(masks.has_membrane_value)},                                           \
        {SPT_ROW("unlabelled-value", NUMBER, "V", masks.unlabelled_value,              \
                 "mask pixels of this value have no answer"),                          \
         .given = AT(masks.has_unlabelled_value)},                                     \
    {                                                                                  \
        SPT_ROW("instances", FLAG, NULL, masks.instances,                              \
                "masks hold cell numbers; membranes are their borders")                \
    }

/* What regions are like: a struct septum_region_options. */
#define SPT_ROWS_REGION(region)                                                        \
    {SPT_ROW("lambda", AMOUNT, "L", region.lambda,                                     \
             "weight of uncertainty against abundance (default: 0.8)")},               \
        {SPT_ROW("windows", COUNT, "N", region.windows,                                \
                 "windows of a region at most (default: 6)")},                         \
        {SPT_ROW("least-windows", COUNT, "N", region.least_windows,                    \
                 "and at least, where so many fit (default: 5)")},                     \
        {SPT_ROW("search", CHOICE, "auto|greedy|beam|exact", region.search,            \
                 "how the best region is found (default: exact up to 10 windows)")},   \
    {                                                                                  \
        SPT_ROW("rescale", FLAG, NULL, region.rescale,                                 \
                "stretch uncertainty to its range before it is weighed")               \
    }

/* How regions are chosen: a struct septum_choosing. */
#define SPT_ROWS_CHOOSING(choosing)                                                    \
    SPT_ROWS_REGION(choosing.region),                                                  \
        {SPT_ROW("abundance", CHOICE, "clusters|density", choosing.abundance,          \
                 "what makes a window common (default: clusters)")},                   \
        {SPT_ROW("novelty", CHOICE, "none|fade|distinct|both", choosing.novelty,       \
                 "ask less, or no two alike, of one cluster (default: none)")},        \
        {SPT_ROW("measure", CHOICE, "once|symmetries|dropout", choosing.measure,       \
                 "predictions that uncertainty is measured on (default: once)")},      \
        {SPT_ROW("every", COUNT, "N", choosing.every,                                  \
                 "measured once: on every so many-th pixel (default: 4; 1: all)")},    \
    {                                                                                  \
        SPT_ROW("calibrate", FLAG, NULL, choosing.calibrate,                           \
                "calibrate probabilities on known labels first")                       \
    }

/* NOLINTEND(bugprone-macro-parentheses) */

#endif
