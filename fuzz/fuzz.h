/*
 * fuzz.h - what a fuzzer is: one function that takes any bytes, and aborts when what it
 * tries does not keep its promises.  The sanitizers look for the rest.
 */
#ifndef SEPTUM_FUZZ_FUZZ_H
#define SEPTUM_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* libFuzzer's name for it.  Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Abort, saying what was promised, unless `kept`. */
void fuzz_require(bool kept, const char *promise);

/* Abort unless the error is one line without control characters that holds `name`. */
void fuzz_require_sentence(const struct septum_error *err, const char *name);

/* Try the bytes as an image file of the format whose reader recognises them. */
struct spt_reader;
void fuzz_image(const struct spt_reader *reader, const uint8_t *data, size_t size);

#endif
