/*
 * range.c - see range.h.
 */
#include "api/range.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"

/* A whole number at *text, which moves behind it. */
static bool
parse_number(const char **text, size_t *out)
{
    char *end;

    if (!isdigit((unsigned char)**text))
        return false;
    errno = 0;
    *out = strtoull(*text, &end, 10);
    *text = end;
    return errno == 0;
}

static bool
holds(const struct spt_range *range, size_t position)
{
    for (size_t i = 0; i < range->count; i++)
        if (range->at[i] == position)
            return true;
    return false;
}

/* "3" or "3-7" at *text, which moves behind it and the comma that may follow. */
static bool
parse_part(const char **text, size_t *first, size_t *last)
{
    if (!parse_number(text, first))
        return false;
    *last = *first;
    if (**text == '-') {
        ++*text;
        if (!parse_number(text, last))
            return false;
    }
    if (**text == ',' && (*text)[1] != '\0')
        ++*text;
    else if (**text != '\0')
        return false;
    return *last >= *first;
}

enum septum_status
spt_range_parse(const char *text, const char *name, size_t limit, struct spt_range *out,
                struct septum_error *err)
{
    const char *at = text;
    struct spt_range range = {.at = spt_alloc_array(limit, sizeof *range.at)};
    enum septum_status status = SEPTUM_OK;

    if (range.at == NULL)
        return spt_fail_memory(err, name, limit * sizeof *range.at);
    if (*at == '\0')
        status = spt_fail(err, SEPTUM_EINVAL, "--%s: the range is empty", name);
    while (*at != '\0' && status == SEPTUM_OK) {
        size_t first = 0, last = 0;

        if (!parse_part(&at, &first, &last))
            status =
                spt_fail(err, SEPTUM_EINVAL,
                         "--%s %s: not a range of positions such as 0-4,9", name, text);
        else if (last >= limit)
            status =
                spt_fail(err, SEPTUM_EINVAL,
                         "--%s %s: there is no image %zu among the %zu, which count "
                         "from 0",
                         name, text, last, limit);
        for (size_t i = first; status == SEPTUM_OK && i <= last; i++) {
            if (holds(&range, i))
                status = spt_fail(err, SEPTUM_EINVAL,
                                  "--%s %s: image %zu is named twice", name, text, i);
            else
                range.at[range.count++] = i;
        }
    }
    if (status == SEPTUM_OK)
        *out = range;
    else
        spt_range_clear(&range);
    return status;
}

void
spt_range_clear(struct spt_range *range)
{
    free(range->at);
    *range = (struct spt_range){0};
}

enum septum_status
spt_range_refuse_overlap(const struct spt_range *a, const char *a_name,
                         const struct spt_range *b, const char *b_name,
                         struct septum_error *err)
{
    for (size_t i = 0; i < a->count; i++)
        if (holds(b, a->at[i]))
            return spt_fail(err, SEPTUM_EINVAL,
                            "image %zu is in both --%s and --%s; an image can have one "
                            "role only",
                            a->at[i], a_name, b_name);
    return SEPTUM_OK;
}
