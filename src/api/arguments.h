/*
 * arguments.h - what every public call asks of its arguments before it begins.
 */
#ifndef SEPTUM_API_ARGUMENTS_H
#define SEPTUM_API_ARGUMENTS_H

#include <stddef.h>

#include "base/error.h"

/* A pointer that a call cannot do without, and what its caller knows it by. */
struct spt_required {
    const char *name;
    const void *value;
};

/* Fail (SEPTUM_EINVAL) where one is NULL, naming the first such and the `call`. */
enum septum_status
spt_arguments_require(const char *call, const struct spt_required *required,
                      size_t count, struct septum_error *err);

/* The same in the body of a public function: SPT_REQUIRE(err, {"path", path}, ...). */
#define SPT_REQUIRE(err, ...)                                                          \
    spt_arguments_require(__func__, (const struct spt_required[]){__VA_ARGS__},        \
                          sizeof((const struct spt_required[]){__VA_ARGS__}) /         \
                              sizeof(struct spt_required),                             \
                          err)

/* A source as such a pointer: NULL when it has no path, or one that is NULL. */
const void *spt_arguments_paths(const struct septum_source *source);

/* A value of enum septum_NAME. */
struct spt_enum {
    const char *name;
    unsigned value, last; /* what it is, and the largest that it may be */
};

/* Fail (SEPTUM_EINVAL) where one is no value of its enum, naming the first such. */
enum septum_status spt_arguments_enums(const struct spt_enum *enums, size_t count,
                                       struct septum_error *err);

#define SPT_ENUMS(err, ...)                                                            \
    spt_arguments_enums(                                                               \
        (const struct spt_enum[]){__VA_ARGS__},                                        \
        sizeof((const struct spt_enum[]){__VA_ARGS__}) / sizeof(struct spt_enum), err)

#endif
