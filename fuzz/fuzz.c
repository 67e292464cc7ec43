/*
 * fuzz.c - see fuzz.h.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
fuzz_require(bool kept, const char *promise)
{
    if (kept)
        return;
    fprintf(stderr, "not kept: %s\n", promise);
    abort();
}

void
fuzz_require_sentence(const struct septum_error *err, const char *name)
{
    bool plain = err->text[0] != '\0';

    for (const char *c = err->text; *c != '\0'; c++)
        plain = plain && (unsigned char)*c >= ' ' && *c != 0x7f;
    if (!plain || strstr(err->text, name) == NULL)
        fprintf(stderr, "the error: %s\n", err->text);
    fuzz_require(plain, "an error is one line of text");
    fuzz_require(strstr(err->text, name) != NULL, "an error names the file");
}
