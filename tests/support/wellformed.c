/*
 * wellformed.c - see wellformed.h.
 */
#include "support/wellformed.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define DEPTH 64

static const char *
skip_name(const char *at)
{
    while (isalnum((unsigned char)*at) || *at == '-' || *at == ':')
        at++;
    return at;
}

static const char *
skip_space(const char *at)
{
    while (isspace((unsigned char)*at))
        at++;
    return at;
}

/* After an entity such as &amp; or &#39;, or NULL. */
static const char *
skip_entity(const char *at)
{
    const char *end = at + 1;

    if (*end == '#')
        end++;
    while (isalnum((unsigned char)*end))
        end++;
    return *end == ';' && end > at + 1 ? end + 1 : NULL;
}

/* After all text up to a character of `ends`, or NULL at a bare special one. */
static const char *
skip_text(const char *at, const char *ends)
{
    while (at != NULL && *at != '\0' && strchr(ends, *at) == NULL)
        if (*at == '<')
            return NULL;
        else
            at = *at == '&' ? skip_entity(at) : at + 1;
    return at;
}

/* After the attributes of a tag, or NULL. */
static const char *
skip_attributes(const char *at)
{
    for (at = skip_space(at); *at != '>' && *at != '/'; at = skip_space(at)) {
        const char *end = skip_name(at);

        if (end == at || end[0] != '=' || end[1] != '"')
            return NULL;
        at = skip_text(end + 2, "\"");
        if (at == NULL || *at != '"')
            return NULL;
        at++;
    }
    return at;
}

struct name {
    const char *at;
    size_t length;
};

/* After the tag at `at`, or NULL. */
static const char *
read_tag(const char *at, struct name *open, size_t *depth)
{
    bool closes = at[1] == '/';
    const char *start = at + 1 + closes, *end = skip_name(start);
    size_t length = (size_t)(end - start);

    if (length == 0)
        return NULL;
    if (closes) {
        const struct name *last = *depth > 0 ? &open[--*depth] : NULL;

        if (last == NULL || last->length != length ||
            strncmp(last->at, start, length) != 0)
            return NULL;
        return *end == '>' ? end + 1 : NULL;
    }
    end = skip_attributes(end);
    if (end == NULL)
        return NULL;
    if (*end == '/')
        return end[1] == '>' ? end + 2 : NULL;
    if (*depth == DEPTH)
        return NULL;
    open[(*depth)++] = (struct name){start, length};
    return end + 1;
}

const char *
wellformed_until(const char *text)
{
    struct name open[DEPTH];
    size_t depth = 0;
    const char *at = text;

    if (strncmp(at, "<!DOCTYPE", 9) == 0)
        at = strchr(at, '>') + 1;
    while (*at != '\0') {
        const char *next = *at == '<' ? read_tag(at, open, &depth) : skip_text(at, "<");

        if (next == NULL)
            return at;
        at = next;
    }
    return depth == 0 ? NULL : at;
}

size_t
count_of(const char *text, const char *part)
{
    size_t count = 0;

    for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
        count++;
    return count;
}
