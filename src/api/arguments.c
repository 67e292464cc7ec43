/*
 * arguments.c - see arguments.h.
 */
#include "api/arguments.h"

enum septum_status
spt_arguments_require(const char *call, const struct spt_required *required,
                      size_t count, struct septum_error *err)
{
    for (size_t i = 0; i < count; i++)
        if (required[i].value == NULL)
            return spt_fail(err, SEPTUM_EINVAL, "%s: %s is required, and is not given",
                            call, required[i].name);
    return SEPTUM_OK;
}

const void *
spt_arguments_paths(const struct septum_source *source)
{
    const void *paths = source->count > 0 ? source->paths : NULL;

    for (size_t i = 0; paths != NULL && i < source->count; i++)
        if (source->paths[i] == NULL)
            return NULL;
    return paths;
}

enum septum_status
spt_arguments_enums(const struct spt_enum *enums, size_t count,
                    struct septum_error *err)
{
    for (size_t i = 0; i < count; i++)
        if (enums[i].value > enums[i].last)
            return spt_fail(err, SEPTUM_EINVAL,
                            "%s is %u, which is no value of enum septum_%s",
                            enums[i].name, enums[i].value, enums[i].name);
    return SEPTUM_OK;
}
