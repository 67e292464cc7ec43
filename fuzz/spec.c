/*
 * spec.c - any text as the specification of a net.  One that is taken must be written
 * as a text that means the same.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "net/spec.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = calloc(size + 1, 1), once[SPT_SPEC_TEXT], twice[SPT_SPEC_TEXT];
    struct spt_spec spec, again;
    struct septum_error err;

    fuzz_require(text != NULL, "memory for the text");
    if (size > 0)
        memcpy(text, data, size);
    if (spt_spec_parse(text, &spec, &err) == SEPTUM_OK) {
        spt_spec_format(&spec, once);
        fuzz_require(spt_spec_parse(once, &again, &err) == SEPTUM_OK,
                     "a specification that was written can be read");
        spt_spec_format(&again, twice);
        fuzz_require(strcmp(once, twice) == 0 &&
                         spec.parameter_count == again.parameter_count &&
                         spt_spec_common(&spec, &again) == spec.weighted_count,
                     "a specification that was written means the same");
    } else {
        fuzz_require_sentence(&err, "");
    }
    free(text);
    return 0;
}
