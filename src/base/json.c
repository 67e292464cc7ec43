/*
 * json.c - see json.h.
 */
#include "base/json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEEPEST 16

/* ---- reading --------------------------------------------------------------------- */

struct spt_json
spt_json_read(const void *data, size_t count)
{
    const char *at = data;

    return (struct spt_json){.at = at, .end = at + count};
}

/* The next character that is no blank; 0 at the end and after a failure. */
static char
look(struct spt_json *json)
{
    while (json->at < json->end && strchr(" \t\r\n", *json->at) != NULL &&
           *json->at != '\0')
        json->at++;
    if (json->at == json->end || json->failed)
        return '\0';
    return *json->at;
}

static bool
take(struct spt_json *json, char wanted)
{
    if (look(json) != wanted) {
        json->failed = true;
        return false;
    }
    json->at++;
    return true;
}

/* Take the opening bracket or the comma before the next item; false at the end. */
static bool
go_on(struct spt_json *json, bool *started, char open, char close)
{
    bool first = !*started;

    if (first && !take(json, open))
        return false;
    *started = true;
    if (look(json) == close) {
        json->at++;
        return false;
    }
    return first ? look(json) != '\0' || take(json, close) : take(json, ',');
}

double
spt_json_number(struct spt_json *json)
{
    char text[64], *end;
    size_t length = 0;
    char first = look(json);
    double number;

    while (json->at + length < json->end && length < sizeof text - 1 &&
           strchr("+-.0123456789eE", json->at[length]) != NULL &&
           json->at[length] != '\0') {
        text[length] = json->at[length];
        length++;
    }
    text[length] = '\0';
    number = strtod(text, &end);
    if (length == 0 || *end != '\0' || !isfinite(number) || first == '+' ||
        first == '.') {
        json->failed = true;
        return 0;
    }
    json->at += length;
    return number;
}

int64_t
spt_json_whole(struct spt_json *json, int64_t least, int64_t most)
{
    double number = spt_json_number(json);

    /* Whole numbers up to 2^53 are exact in a double. */
    if (json->failed || number != floor(number) || number < (double)least ||
        number > (double)most || fabs(number) > 9007199254740992.0) {
        json->failed = true;
        return least;
    }
    return (int64_t)number;
}

static unsigned
take_hex(struct spt_json *json)
{
    unsigned value = 0;

    for (int i = 0; i < 4; i++) {
        static const char digits[] = "0123456789abcdefABCDEF";
        const char *digit = json->at < json->end && *json->at != '\0'
                                ? strchr(digits, *json->at)
                                : NULL;
        unsigned which;

        if (digit == NULL) {
            json->failed = true;
            return 0;
        }
        which = (unsigned)(digit - digits);
        value = value << 4 | (which > 15 ? which - 6 : which);
        json->at++;
    }
    return value;
}

/* What follows a backslash, as UTF-8; the number of bytes. */
static size_t
take_escape(struct spt_json *json, char out[4])
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    char name = '\0';
    const char *which;
    unsigned code;

    if (json->at < json->end)
        name = *json->at++;
    which = name != '\0' ? strchr(names, name) : NULL;
    if (which != NULL) {
        out[0] = values[which - names];
        return 1;
    }
    code = name == 'u' ? take_hex(json) : 0;
    if (code >= 0xd800 && code < 0xdc00 && json->end - json->at >= 2 &&
        json->at[0] == '\\' && json->at[1] == 'u') {
        unsigned low;

        json->at += 2;
        low = take_hex(json);
        code = low >= 0xdc00 && low < 0xe000
                   ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)
                   : 0;
    }
    if (code == 0 || (code >= 0xd800 && code < 0xe000)) {
        json->failed = true;
        return 0;
    }
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

size_t
spt_utf8_length(const char *at)
{
    const unsigned char *byte = (const unsigned char *)at;
    unsigned first = byte[0];
    size_t length = first < 0x80   ? 1
                    : first < 0xc2 ? 0
                    : first < 0xe0 ? 2
                    : first < 0xf0 ? 3
                    : first < 0xf5 ? 4
                                   : 0;

    for (size_t i = 1; i < length; i++)
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
    /* Longer than need be, halves of pairs, and beyond the last character. */
    if ((first == 0xe0 && byte[1] < 0xa0) || (first == 0xed && byte[1] > 0x9f) ||
        (first == 0xf0 && byte[1] < 0x90) || (first == 0xf4 && byte[1] > 0x8f))
        return 0;
    return length;
}

/* *cut says that there was no room for all of it. */
static void
read_text(struct spt_json *json, char *text, size_t size, bool *cut)
{
    size_t used = 0;

    *cut = false;
    text[0] = '\0';
    if (!take(json, '"'))
        return;
    while (!json->failed && json->at < json->end && *json->at != '"') {
        char four[5] = {0};
        size_t count, left = (size_t)(json->end - json->at);

        if (*json->at == '\\') {
            json->at++;
            count = take_escape(json, four);
        } else {
            memcpy(four, json->at, left < 4 ? left : 4);
            count = (unsigned char)*json->at >= 0x20 ? spt_utf8_length(four) : 0;
            json->at += count;
        }
        json->failed = json->failed || count == 0;
        *cut = *cut || used + count >= size;
        if (!*cut) {
            memcpy(text + used, four, count);
            used += count;
        }
    }
    text[used] = '\0';
    if (json->at < json->end && !json->failed)
        json->at++;
    else
        json->failed = true;
}

void
spt_json_text(struct spt_json *json, char *text, size_t size)
{
    bool cut;

    read_text(json, text, size, &cut);
    json->failed = json->failed || cut;
}

bool
spt_json_member(struct spt_json *json, bool *started, char *name, size_t size)
{
    bool cut;

    if (!go_on(json, started, '{', '}'))
        return false;
    read_text(json, name, size, &cut);
    return take(json, ':');
}

bool
spt_json_item(struct spt_json *json, bool *started)
{
    return go_on(json, started, '[', ']');
}

/* Skip a text of any length, or one of the words true, false and null. */
static void
skip_simple(struct spt_json *json)
{
    static const char *const words[] = {"true", "false", "null"};
    char text[8];
    bool cut;

    if (look(json) == '"') {
        read_text(json, text, sizeof text, &cut);
        return;
    }
    for (int i = 0; i < 3; i++) {
        size_t length = strlen(words[i]);

        if ((size_t)(json->end - json->at) >= length &&
            strncmp(json->at, words[i], length) == 0) {
            json->at += length;
            return;
        }
    }
    spt_json_number(json);
}

void
spt_json_skip(struct spt_json *json)
{
    char open[DEEPEST]; /* the brackets around what is read */
    int depth = 0;

    do {
        char next = look(json);

        if (next == '{' || next == '[') {
            if (depth == DEEPEST) {
                json->failed = true;
                return;
            }
            open[depth++] = next;
            json->at++;
        } else if (depth > 0 && next == (open[depth - 1] == '{' ? '}' : ']')) {
            depth--;
            json->at++;
        } else if (depth > 0 && (next == ',' || next == ':')) {
            json->at++;
        } else {
            skip_simple(json);
        }
    } while (depth > 0 && !json->failed);
}

bool
spt_json_ends(struct spt_json *json)
{
    return look(json) == '\0' && json->at == json->end && !json->failed;
}

/* ---- writing --------------------------------------------------------------------- */

void
spt_text_add_json(struct spt_text *text, const char *string)
{
    spt_text_add(text, "\"");
    while (*string != '\0' && !text->failed) {
        size_t plain = 0, length;

        while (string[plain] != '"' && string[plain] != '\\' &&
               (unsigned char)string[plain] >= 0x20 && string[plain] != 0x7f &&
               (length = spt_utf8_length(string + plain)) > 0)
            plain += length;
        spt_text_add(text, "%.*s", (int)plain, string);
        string += plain;
        if (*string == '\0')
            break;
        if (*string == '"' || *string == '\\')
            spt_text_add(text, "\\%c", *string);
        else if ((unsigned char)*string < 0x80)
            spt_text_add(text, "\\u%04x", (unsigned)(unsigned char)*string);
        else
            spt_text_add(text, "\\ufffd");
        string++;
    }
    spt_text_add(text, "\"");
}
