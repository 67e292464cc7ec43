/*
 * mask.c - see mask.h.
 */
#include "image/mask.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "image/input.h"

static void
label_values(const float *values, size_t count, const struct spt_mask_rule *rule,
             uint8_t *labels)
{
    for (size_t i = 0; i < count; i++) {
        bool membrane = rule->has_membrane_value
                            ? (double)values[i] == rule->membrane_value
                            : values[i] != 0;

        labels[i] = membrane ? SPT_LABEL_MEMBRANE : SPT_LABEL_OTHER;
    }
}

static bool
is_unlabelled(const struct spt_mask_rule *rule, float value)
{
    return rule->has_unlabelled_value && (double)value == rule->unlabelled_value;
}

/* True when `value` and a neighbour's are numbers of different cells. */
static bool
differs(const struct spt_mask_rule *rule, float value, float neighbour)
{
    return neighbour != value && !is_unlabelled(rule, neighbour);
}

static void
label_instances(const float *values, uint32_t height, uint32_t width,
                const struct spt_mask_rule *rule, uint8_t *labels)
{
    for (uint32_t y = 0; y < height; y++) {
        for (uint32_t x = 0; x < width; x++) {
            size_t i = (size_t)y * width + x;
            float value = values[i];
            bool membrane =
                value == 0 || (y > 0 && differs(rule, value, values[i - width])) ||
                (y + 1 < height && differs(rule, value, values[i + width])) ||
                (x > 0 && differs(rule, value, values[i - 1])) ||
                (x + 1 < width && differs(rule, value, values[i + 1]));

            labels[i] = membrane ? SPT_LABEL_MEMBRANE : SPT_LABEL_OTHER;
        }
    }
}

static enum septum_status
check_instances(const struct spt_page *page, const struct spt_mask_rule *rule,
                const float *values, struct septum_error *err)
{
    size_t count = (size_t)page->height * page->width;

    if (rule->has_membrane_value)
        return spt_fail(err, SEPTUM_EINVAL,
                        "%s: cannot be read both as cell numbers and by a membrane "
                        "value; choose one",
                        page->path);
    for (size_t i = 0; i < count; i++) {
        if (values[i] > SPT_MASK_NUMBER_MAX)
            return spt_fail(err, SEPTUM_EFORMAT,
                            "%s%s: the cell number at row %zu, column %zu is above "
                            "%.0f, the largest that is told apart; number the cells "
                            "from 1",
                            page->path, spt_input_page_text(page->index).text,
                            i / page->width, i % page->width,
                            (double)SPT_MASK_NUMBER_MAX);
    }
    return SEPTUM_OK;
}

/* The values of a mask, cell numbers checked where it holds them; the caller's to free.
 */
static enum septum_status
read_values(const struct spt_page *page, const struct spt_mask_rule *rule, float **out,
            struct septum_error *err)
{
    size_t count = (size_t)page->height * page->width;
    float *values = spt_alloc_array(count, sizeof *values);
    enum septum_status status =
        values != NULL ? spt_page_read(page, values, err)
                       : spt_fail_memory(err, page->path, count * sizeof *values);

    if (status == SEPTUM_OK && rule->instances)
        status = check_instances(page, rule, values, err);
    if (status == SEPTUM_OK)
        *out = values;
    else
        free(values);
    return status;
}

enum septum_status
spt_mask_read_cells(const struct spt_page *page, uint32_t *cells,
                    struct septum_error *err)
{
    const struct spt_mask_rule rule = {.instances = true};
    size_t count = (size_t)page->height * page->width;
    float *values = NULL;
    enum septum_status status = read_values(page, &rule, &values, err);

    for (size_t i = 0; i < count && status == SEPTUM_OK; i++)
        if (values[i] < 0 || values[i] != floorf(values[i]))
            status = spt_fail(err, SEPTUM_EFORMAT,
                              "%s%s: row %zu, column %zu: %g is no cell number; give "
                              "whole numbers, 0 for membrane",
                              page->path, spt_input_page_text(page->index).text,
                              i / page->width, i % page->width, (double)values[i]);
    for (size_t i = 0; i < count && status == SEPTUM_OK; i++)
        cells[i] = (uint32_t)values[i];
    free(values);
    return status;
}

enum septum_status
spt_mask_read(const struct spt_page *page, const struct spt_mask_rule *rule,
              uint8_t *labels, struct septum_error *err)
{
    size_t count = (size_t)page->height * page->width;
    float *values = NULL;
    enum septum_status status = read_values(page, rule, &values, err);

    if (status != SEPTUM_OK)
        return status;
    if (rule->instances)
        label_instances(values, page->height, page->width, rule, labels);
    else
        label_values(values, count, rule, labels);
    if (rule->has_unlabelled_value) {
        for (size_t i = 0; i < count; i++)
            if (is_unlabelled(rule, values[i]))
                labels[i] = SPT_LABEL_UNKNOWN;
    }
    free(values);
    return SEPTUM_OK;
}
