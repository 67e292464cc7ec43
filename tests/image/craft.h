/*
 * craft.h - image files of every kind, sound and broken, made with libpng and libtiff
 * directly; and what tests of readers share.
 *
 * A file that cannot be made ends the test program: the fault is then the test's.
 */
#ifndef SEPTUM_TESTS_CRAFT_H
#define SEPTUM_TESTS_CRAFT_H

#include <stddef.h>
#include <stdint.h>

#include "image/set.h"

struct craft_png {
    uint32_t height, width;
    int depth, colour;          /* bits; PNG_COLOR_TYPE_* */
    bool interlaced;            /* Adam7 */
    bool header_only;           /* an empty IDAT follows the header, and no more */
    uint32_t pixels_per_metre;  /* 0 = not said */
    const uint8_t *const *rows; /* as libpng wants them */
};

const char *craft_png(const char *name, const struct craft_png *make);

struct craft_tiff {
    uint32_t height, width;
    uint16_t bits, format, channels; /* 0 = 8, SAMPLEFORMAT_UINT, 1 */
    uint16_t photometric;            /* 0 = MINISWHITE, as in the file */
    uint16_t compression;            /* 0 = none */
    uint32_t tile;                   /* side; 0 = strips */
    uint32_t rows_per_strip;         /* 0 = all */
    uint32_t subfile;
    const char *description;
    float resolution;
    uint16_t unit;      /* of the resolution; 0 = not said */
    const void *pixels; /* rows of whole bytes, this machine's byte order */
};

/* `mode` is TIFFOpen's: "w", then l or b, and 8 for BigTIFF. */
const char *craft_tiff(const char *name, const char *mode,
                       const struct craft_tiff *pages, size_t count);

/* Open one source, which must succeed. */
struct spt_set craft_open(const char *path);

/* The sentence with which opening `path` fails; it must begin with the path.  Valid
 * until the next call. */
const char *craft_refusal(const char *path, enum septum_status status);

/* The same for reading page 0 of a set. */
const char *craft_read_refusal(const struct spt_set *set, enum septum_status status);

/* Read page `index`; the caller frees. */
float *craft_read(const struct spt_set *set, size_t index);

/*
 * Write `count` bytes of a file, whole or not, and list and read all its pages.  True
 * when that succeeds; otherwise it must have failed with a sentence that begins with
 * the path.
 */
bool craft_try(const void *bytes, size_t count);

/* Send standard error to a file, and back again; craft_unmute() returns the number of
 * bytes that were printed. */
void craft_mute(void);
size_t craft_unmute(void);

/*
 * Try a file cut at every `step`th length, then with `changes` random changes of a byte
 * each.  Nothing may crash, print, or leave a failure unexplained.
 */
void craft_torture(const char *path, size_t step, int changes);

#endif
