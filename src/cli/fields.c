/*
 * fields.c - see fields.h.
 */
#include "cli/fields.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Enough digits for any score or speed; more would show the noise of binary fractions
 * (0.10000000000000001). */
#define JSON_DIGITS 10

/* Paths may be in the text, and paths need not be UTF-8, which JSON insists on. */
static json_t *
value_of_text(const char *text)
{
    json_t *value = json_string(text);
    char *plain = value == NULL ? strdup(text) : NULL;

    if (plain == NULL)
        return value;
    for (char *at = plain; *at != '\0'; at++) {
        if ((unsigned char)*at >= 0x80)
            *at = '?';
    }
    value = json_string(plain);
    free(plain);
    return value;
}

static json_t *
value_of_counts(const struct spt_field *field)
{
    json_t *list = json_array();

    for (size_t i = 0; i < field->count; i++)
        json_array_append_new(list, json_integer((json_int_t)field->counts[i]));
    return list;
}

static json_t *
value_of_pairs(const struct spt_field *field)
{
    json_t *list = json_array();

    for (size_t i = 0; i < field->count; i++)
        json_array_append_new(list, json_pack("[II]", (json_int_t)field->pairs[2 * i],
                                              (json_int_t)field->pairs[2 * i + 1]));
    return list;
}

static json_t *object_of(const struct spt_field *fields, size_t count);

static json_t *
value_of(const struct spt_field *field) /* NOLINT(misc-no-recursion) */
{
    switch (field->kind) {
    case SPT_FIELD_COUNT:
        return json_integer((json_int_t)field->count);
    case SPT_FIELD_NUMBER:
        return isfinite(field->number) ? json_real(field->number) : json_null();
    case SPT_FIELD_TEXT:
        return value_of_text(field->text);
    case SPT_FIELD_COUNTS:
        return value_of_counts(field);
    case SPT_FIELD_PAIRS:
        return value_of_pairs(field);
    case SPT_FIELD_OBJECT:
        return field->count > 0 ? object_of(field->fields, field->count) : json_null();
    case SPT_FIELD_NOTHING:
        break;
    }
    return json_null();
}

/* NULL when memory runs out.  Objects are as deep as the caller has nested them. */
static json_t *
object_of(const struct spt_field *fields, size_t count) /* NOLINT(misc-no-recursion) */
{
    json_t *object = json_object();

    for (size_t i = 0; object != NULL && i < count; i++) {
        if (fields[i].key == NULL ||
            json_object_set_new(object, fields[i].key, value_of(&fields[i])) == 0)
            continue;
        json_decref(object);
        object = NULL;
    }
    return object;
}

static bool
print_json(const struct spt_field *fields, size_t count)
{
    json_t *object = object_of(fields, count);
    bool done = object != NULL;

    done = done && json_dumpf(object, stdout,
                              JSON_INDENT(2) | JSON_REAL_PRECISION(JSON_DIGITS)) == 0;
    json_decref(object);
    if (done)
        putchar('\n');
    return done;
}

static void
print_text(const char *text, int indent)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");

        printf("%.*s\n", (int)length, text);
        text += length;
        if (*text == '\n')
            text++;
        if (*text != '\0')
            printf("%*s", indent, "");
    }
}

static void
print_row(const struct spt_field *field, int width)
{
    const char *unit = field->unit != NULL ? field->unit : "";
    const char *space = field->unit != NULL ? " " : "";

    printf("%-*s  ", width, field->label);
    if (field->kind == SPT_FIELD_TEXT)
        print_text(*field->text != '\0' ? field->text : "-", width + 2);
    else if (field->kind == SPT_FIELD_COUNT)
        printf("%" PRIu64 "%s%s\n", field->count, space, unit);
    else if (isfinite(field->number))
        printf("%.*f%s%s\n", field->decimals, field->number, space, unit);
    else
        puts("none");
}

static void
print_table(const struct spt_field *fields, size_t count)
{
    int width = 0;

    for (size_t i = 0; i < count; i++) {
        int length = fields[i].label != NULL ? (int)strlen(fields[i].label) : 0;

        width = length > width ? length : width;
    }
    for (size_t i = 0; i < count; i++) {
        if (fields[i].label != NULL && fields[i].kind != SPT_FIELD_NOTHING)
            print_row(&fields[i], width);
    }
}

bool
spt_fields_print(const struct spt_field *fields, size_t count, bool json)
{
    bool done = true;

    errno = 0;
    if (json)
        done = print_json(fields, count);
    else
        print_table(fields, count);
    if (fflush(stdout) != 0 || ferror(stdout) || !done) {
        if (errno == 0) /* text that is no JSON */
            errno = EIO;
        perror("septum: the result could not be printed");
        return false;
    }
    return true;
}
