/*
 * npy.c - see npy.h.
 *
 * A magic number, the version, the length of the header as 16 bits, the header (a
 * Python dictionary, filled up with blanks so that the values begin at a multiple of 64
 * bytes, and a newline), and the values.
 */
#include "package/npy.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

#define START 10             /* bytes before the header */
#define HEADER (128 - START) /* two times 64 in all: room for any two sizes */

enum septum_status
spt_npy_encode(const float *values, uint32_t height, uint32_t width,
               struct spt_bytes *out, struct septum_error *err)
{
    static const uint8_t start[START] = "\x93NUMPY\x01\x00";
    const size_t count = (size_t)height * width;
    struct spt_bytes bytes = {.count = START + HEADER + count * sizeof *values};
    char header[HEADER + 1];
    int length;

    bytes.at = spt_alloc_array(bytes.count, 1);
    if (bytes.at == NULL)
        return spt_fail_memory(err, "an array for numpy", bytes.count);
    memcpy(bytes.at, start, START);
    bytes.at[START - 2] = HEADER; /* less than 256 */
    length = snprintf(header, sizeof header,
                      "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, "
                      "%" PRIu32 ", %" PRIu32 "), }",
                      height, width);
    memset(header + length, ' ', (size_t)(HEADER - length));
    header[HEADER - 1] = '\n';
    memcpy(bytes.at + START, header, HEADER);
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;

        memcpy(&bits, &values[i], sizeof bits);
        bits = htole32(bits);
        memcpy(bytes.at + START + HEADER + i * sizeof bits, &bits, sizeof bits);
    }
    *out = bytes;
    return SEPTUM_OK;
}
