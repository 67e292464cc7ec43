/*
 * tiff.c - any bytes as a TIFF file.
 */
#include "fuzz.h"
#include "image/reader.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_image(&spt_reader_tiff, data, size);
    return 0;
}
