/*
 * fields.h - the result of a command: one list of named values, printed as a JSON
 * object for scripts or as an aligned table for people.
 */
#ifndef SEPTUM_CLI_FIELDS_H
#define SEPTUM_CLI_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum spt_field_kind {
    SPT_FIELD_NOTHING, /* null; not in the table */
    SPT_FIELD_COUNT,
    SPT_FIELD_NUMBER, /* null and "none" when it is not finite */
    SPT_FIELD_COUNTS, /* list of counts; not in the table */
    SPT_FIELD_PAIRS,  /* list of lists of two numbers; not in the table */
    SPT_FIELD_OBJECT, /* of fields, or null without any; not in the table */
    SPT_FIELD_TEXT,   /* UTF-8; lines after the first are indented in the table */
};

struct spt_field {
    const char *key;   /* in JSON; NULL = not there */
    const char *label; /* in the table, NULL = not there */
    const char *unit;  /* in the table, or NULL */
    enum spt_field_kind kind;
    int decimals;   /* of a number in the table */
    uint64_t count; /* also of the items below */
    double number;
    const char *text;
    const uint64_t *counts;
    const uint32_t *pairs; /* 2 * count */
    const struct spt_field *fields;
};

/* Print to standard output.  False, and said so on standard error, when that fails. */
bool spt_fields_print(const struct spt_field *fields, size_t count, bool json);

#endif
