/*
 * text.c - see text.h.
 */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
add_bytes(struct spt_text *text, const void *data, size_t count)
{
    if (!text->failed && !spt_bytes_append(&text->bytes, data, count))
        text->failed = true;
}

void
spt_text_add(struct spt_text *text, const char *format, ...)
{
    char *line = NULL;
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vasprintf(&line, format, arguments);
    va_end(arguments);
    if (length < 0) {
        text->failed = true;
        return;
    }
    add_bytes(text, line, (size_t)length);
    free(line);
}

void
spt_text_add_escaped(struct spt_text *text, const char *string)
{
    static const char special[] = "&<>\"'";
    static const char *const written[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};

    for (; *string != '\0'; string++) {
        const char *which = strchr(special, *string);

        if (which != NULL)
            add_bytes(text, written[which - special], strlen(written[which - special]));
        else
            add_bytes(text, string, 1);
    }
}

void
spt_text_add_base64(struct spt_text *text, const uint8_t *data, size_t count)
{
    static const char digit[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

    for (size_t i = 0; i < count; i += 3) {
        size_t left = count - i;
        unsigned bits = (unsigned)data[i] << 16 |
                        (left > 1 ? (unsigned)data[i + 1] << 8 : 0) |
                        (left > 2 ? (unsigned)data[i + 2] : 0);
        char four[4] = {digit[bits >> 18], digit[bits >> 12 & 63],
                        digit[left > 1 ? bits >> 6 & 63 : 64],
                        digit[left > 2 ? bits & 63 : 64]};

        add_bytes(text, four, sizeof four);
    }
}

void
spt_text_clear(struct spt_text *text)
{
    spt_bytes_clear(&text->bytes);
    *text = (struct spt_text){0};
}

enum septum_status
spt_text_write(const struct spt_text *text, const char *path, bool force,
               struct septum_error *err)
{
    if (text->failed)
        return spt_fail_memory(err, path, text->bytes.count);
    return spt_file_write(path, text->bytes.at, text->bytes.count, force, err);
}
