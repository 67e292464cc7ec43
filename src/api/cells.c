/*
 * cells.c - a probability map in memory cut into cells.
 */
#include "api/cells.h"

#include "api/arguments.h"
#include "image/probability.h"

enum septum_status
spt_cells_rule(const struct septum_cells_options *options, double threshold,
               struct spt_cells_rule *out, struct septum_error *err)
{
    const struct spt_cells_rule rule = {
        .threshold = options->has_threshold ? options->threshold : threshold,
        .depth = options->depth != 0 ? options->depth : SPT_CELLS_DEPTH,
        .least = options->min_size > 0 ? options->min_size : SPT_CELLS_LEAST,
    };

    if (!(rule.threshold >= 0 && rule.threshold <= 1))
        return spt_fail(err, SEPTUM_EINVAL, "the threshold is %g, not from 0 to 1",
                        rule.threshold);
    if (!(rule.depth > 0 && rule.depth <= 1))
        return spt_fail(err, SEPTUM_EINVAL,
                        "the depth of a cell is %g, not above 0 and up to 1",
                        rule.depth);
    *out = rule;
    return SEPTUM_OK;
}

enum septum_status
septum_cells(const float *membrane, uint32_t height, uint32_t width,
             const struct septum_cells_options *options, uint32_t *cells,
             uint32_t *count, struct septum_error *err)
{
    struct spt_cells_rule rule;
    size_t fault;

    if (SPT_REQUIRE(err, {"membrane", membrane}, {"options", options}, {"cells", cells},
                    {"count", count}) != SEPTUM_OK ||
        spt_cells_rule(options, 0.5, &rule, err) != SEPTUM_OK)
        return SEPTUM_EINVAL;
    if (!spt_probability_check(membrane, (size_t)height * width, &fault))
        return spt_fail(err, SEPTUM_EINVAL,
                        "the value at row %zu, column %zu is %g, which is no "
                        "probability; give numbers from 0 to 1",
                        fault / width, fault % width, (double)membrane[fault]);
    return spt_cells_cut("the map", membrane, height, width, &rule, cells, count, err);
}
