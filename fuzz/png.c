/*
 * png.c - any bytes as a PNG file: as they are, and with right checksums, without which
 * libpng would look at little of them.
 */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "fuzz.h"
#include "image/reader.h"

#define SIGNATURE 8
#define CHUNK 12 /* length, name and checksum */

static uint32_t
get_number(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Set the checksum of each chunk that is whole. */
static void
mend_checksums(uint8_t *file, size_t size)
{
    size_t at = SIGNATURE;

    while (at + CHUNK <= size) {
        uint32_t length = get_number(file + at), sum;

        if (length > size - at - CHUNK)
            return;
        sum = (uint32_t)crc32(0, file + at + 4, length + 4);
        at += CHUNK + length;
        for (size_t i = 0; i < 4; i++)
            file[at - 4 + i] = (uint8_t)(sum >> (24 - 8 * i));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *mended = malloc(size + 1);

    fuzz_require(mended != NULL, "memory for the file");
    if (size > 0)
        memcpy(mended, data, size);
    mend_checksums(mended, size);
    fuzz_image(&spt_reader_png, data, size);
    fuzz_image(&spt_reader_png, mended, size);
    free(mended);
    return 0;
}
