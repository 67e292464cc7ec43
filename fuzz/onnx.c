/*
 * onnx.c - any bytes as a model.  One that is taken must be written as a file that is
 * read and written again to the same bytes.
 */
#include <string.h>

#include "fuzz.h"
#include "net/onnx.h"

#define NAME "model.onnx"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct spt_bytes given = {(uint8_t *)data, size}, once = {0}, twice = {0};
    struct spt_model model = {0}, again = {0};
    struct septum_error err;

    if (spt_onnx_decode(&given, NAME, &model, &err) != SEPTUM_OK) {
        fuzz_require_sentence(&err, NAME);
        return 0;
    }
    fuzz_require(spt_onnx_encode(&model, &once, &err) == SEPTUM_OK,
                 "a model that was read can be written");
    fuzz_require(spt_onnx_decode(&once, NAME, &again, &err) == SEPTUM_OK,
                 "a model that was written can be read");
    fuzz_require(spt_onnx_encode(&again, &twice, &err) == SEPTUM_OK &&
                     once.count == twice.count &&
                     memcmp(once.at, twice.at, once.count) == 0,
                 "equal models are equal files");
    spt_model_clear(&model);
    spt_model_clear(&again);
    spt_bytes_clear(&once);
    spt_bytes_clear(&twice);
    return 0;
}
