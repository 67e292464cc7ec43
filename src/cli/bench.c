/*
 * bench.c - septum bench: how fast this machine runs and trains the net.
 */
#include "cli/command.h"
#include "cli/fields.h"
#include "cli/progress.h"
#include "cli/rows.h"

struct bench {
    struct septum_bench_options options;
    bool json, quiet;
};

#define AT(member) offsetof(struct bench, member)

static const struct spt_option rows[] = {
    {SPT_ROW("net", TEXT, "SPEC|PRESET", options.net,
             "the net to measure (default: \"default\")")},
    {SPT_ROW("tile", COUNT, "N", options.tile,
             "side of a tile, pixels (default: 512, and try others for segment)")},
    SPT_ROW_PRECISION(options.precision),
    SPT_ROW_THREADS(options.threads),
    SPT_ROW_JSON(json),
    SPT_ROW_QUIET(quiet),
};

static const struct spt_usage usage = {
    .command = "bench",
    .synopsis = "[OPTION...]",
    .about = "Measure the net on this machine: pixels a second of a whole tile at once "
             "(dense\n"
             "form), of windows one by one (patch form), and of training.",
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
};

static int
print_bench(const struct septum_bench *bench, bool json)
{
#define NUMBER(name, text, of, digits, value)                                          \
    {                                                                                  \
        .key = (name), .label = (text), .unit = (of), .kind = SPT_FIELD_NUMBER,        \
        .decimals = (digits), .number = (value)                                        \
    }
    const struct spt_field fields[] = {
        NUMBER("peak_gflops", "matrix product", "GFLOP/s", 1, bench->peak_gflops),
        NUMBER("dense_pixels_per_second", "dense form", "pixels/s", 0,
               bench->dense_pixels_per_second),
        NUMBER("dense_gflops", "dense form, arithmetic", "GFLOP/s", 1,
               bench->dense_gflops),
        NUMBER("dense_over_peak", "dense form, of the product's", NULL, 3,
               bench->dense_gflops / bench->peak_gflops),
        NUMBER("patch_windows_per_second", "patch form", "windows/s", 0,
               bench->patch_windows_per_second),
        NUMBER("dense_over_patch", "dense form is faster", "times", 1,
               bench->dense_pixels_per_second / bench->patch_windows_per_second),
        NUMBER("train_pixels_per_second", "training", "pixels/s", 0,
               bench->train_pixels_per_second),
        NUMBER("patch_train_windows_per_second", "training, patch form", "windows/s", 0,
               bench->patch_train_windows_per_second),
        NUMBER("train_dense_over_patch", "dense form trains faster", "times", 1,
               bench->train_pixels_per_second / bench->patch_train_windows_per_second),
        NUMBER("train_gflops", "training, arithmetic", "GFLOP/s", 1,
               bench->train_gflops),
        NUMBER("train_over_peak", "training, of the product's", NULL, 3,
               bench->train_gflops / bench->peak_gflops),
        NUMBER("largest_difference", "largest difference of the forms", NULL, 9,
               bench->largest_difference),
        {.key = "isa",
         .label = "instruction set",
         .kind = SPT_FIELD_TEXT,
         .text = bench->isa},
        {.key = "precision",
         .label = "precision",
         .kind = SPT_FIELD_TEXT,
         .text = bench->precision},
        {.key = "threads",
         .label = "threads",
         .kind = SPT_FIELD_COUNT,
         .count = bench->threads},
        {.key = "best_tile",
         .label = bench->tile_kept ? "tile for segment, kept" : "tile for segment",
         .unit = "pixels a side",
         .kind = bench->best_tile > 0 ? SPT_FIELD_COUNT : SPT_FIELD_NOTHING,
         .count = bench->best_tile},
    };
#undef NUMBER

    return spt_fields_print(fields, sizeof fields / sizeof fields[0], json)
               ? SPT_EXIT_DONE
               : SPT_EXIT_FAILED;
}

int
spt_command_bench(int argc, char **argv)
{
    struct bench arguments = {0};
    struct septum_bench bench = {0};
    struct spt_progress progress;
    struct septum_error err = {0};
    enum septum_status status;
    size_t positionals;
    enum spt_options_outcome outcome =
        spt_options_read(&usage, argc, argv, &arguments, &positionals);

    if (outcome != SPT_OPTIONS_READ)
        return spt_command_exit(outcome);
    spt_progress_begin(&progress, arguments.quiet);
    arguments.options.progress = spt_progress_show;
    arguments.options.user = &progress;
    status = septum_bench(&arguments.options, &bench, &err);
    spt_progress_end(&progress);
    if (status != SEPTUM_OK)
        return spt_command_end(&usage, status, &err);
    return print_bench(&bench, arguments.json);
}
