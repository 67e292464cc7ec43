/*
 * choosing.c - see choosing.h.
 */
#include "api/choosing.h"

#include "active/novelty.h"
#include "api/arguments.h"

#define DEFAULT_LAMBDA 0.8 /* the paper's */

/* The paper's regions have about 22 thousand pixels, which are 5.4 windows. */
#define DEFAULT_WINDOWS 6
#define DEFAULT_LEAST_WINDOWS 5

static const enum spt_region_search searches[] = {
    [SEPTUM_SEARCH_AUTO] = SPT_SEARCH_AUTO,
    [SEPTUM_SEARCH_GREEDY] = SPT_SEARCH_GREEDY,
    [SEPTUM_SEARCH_BEAM] = SPT_SEARCH_BEAM,
    [SEPTUM_SEARCH_EXACT] = SPT_SEARCH_EXACT,
};

static const struct {
    double fade;
    bool distinct;
} novelties[] = {
    [SEPTUM_NOVELTY_NONE] = {1, false},
    [SEPTUM_NOVELTY_FADE] = {SPT_NOVELTY_FADE, false},
    [SEPTUM_NOVELTY_DISTINCT] = {1, true},
    [SEPTUM_NOVELTY_BOTH] = {SPT_NOVELTY_FADE, true},
};

static const enum spt_measure measures[] = {
    [SEPTUM_MEASURE_ONCE] = SPT_MEASURE_ONCE,
    [SEPTUM_MEASURE_SYMMETRIES] = SPT_MEASURE_SYMMETRIES,
    [SEPTUM_MEASURE_DROPOUT] = SPT_MEASURE_DROPOUT,
};

#define LAST(table) (sizeof(table) / sizeof(table)[0] - 1)

enum septum_status
spt_region_read(const struct septum_region_options *options,
                struct spt_region_options *out, struct septum_error *err)
{
    uint32_t most = options->windows > 0 ? options->windows : DEFAULT_WINDOWS;
    uint32_t least = most < DEFAULT_LEAST_WINDOWS ? most : DEFAULT_LEAST_WINDOWS;

    if (SPT_ENUMS(err, {"search", options->search, LAST(searches)}) != SEPTUM_OK)
        return SEPTUM_EINVAL;
    *out = (struct spt_region_options){
        .lambda = options->lambda > 0 ? options->lambda : DEFAULT_LAMBDA,
        .most_windows = most,
        .least_windows = options->least_windows > 0 ? options->least_windows : least,
        .rescale = options->rescale,
        .search = searches[options->search],
    };
    return spt_region_check(out, err);
}

enum septum_status
spt_choosing_read(const struct septum_choosing *choosing, struct spt_choosing *out,
                  struct septum_error *err)
{
    enum septum_status status;

    if (SPT_ENUMS(err, {"abundance", choosing->abundance, SEPTUM_ABUNDANCE_DENSITY},
                  {"novelty", choosing->novelty, LAST(novelties)},
                  {"measure", choosing->measure, LAST(measures)}) != SEPTUM_OK)
        return SEPTUM_EINVAL;
    *out = (struct spt_choosing){
        .measure = {.from = measures[choosing->measure],
                    .every = choosing->every > 0 ? choosing->every : SPT_MEASURE_EVERY},
        .fade = novelties[choosing->novelty].fade,
        .density = choosing->abundance == SEPTUM_ABUNDANCE_DENSITY,
        .calibrate = choosing->calibrate,
    };
    status = spt_region_read(&choosing->region, &out->region, err);
    out->region.distinct = novelties[choosing->novelty].distinct;
    return status;
}
