/*
 * choosing.c - see choosing.h.
 */
#include "api/choosing.h"

#include "active/novelty.h"

#define DEFAULT_LAMBDA 0.8 /* the paper's */
#define DEFAULT_WINDOWS 6  /* the paper's 22 thousand pixels are 5.4 windows */

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

struct spt_choosing
spt_choosing_of(const struct septum_choosing *choosing, double lambda, uint32_t windows)
{
    return (struct spt_choosing){
        .region = {.lambda = lambda > 0 ? lambda : DEFAULT_LAMBDA,
                   .most_windows = windows > 0 ? windows : DEFAULT_WINDOWS,
                   .distinct = novelties[choosing->novelty].distinct,
                   .rescale = choosing->rescale,
                   .search = searches[choosing->search]},
        .measure = {.from = measures[choosing->measure]},
        .fade = novelties[choosing->novelty].fade,
        .calibrate = choosing->calibrate,
    };
}
