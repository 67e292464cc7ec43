/*
 * image.c - any bytes as an image file: listed, read as a whole, and read again from
 * its last row to its first, which must give the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "image/reader.h"
#include "image/rows.h"

/* Larger pages are listed only: to read them would take long. */
#define PIXELS_MAX ((size_t)1 << 18)
#define PAGES_MAX 8
#define ROWS_MAX 32

static void
read_backwards(const struct spt_page *page, const float *whole, const char *path)
{
    struct septum_error err;
    struct spt_rows *rows;
    float *row = malloc(page->width * sizeof *row);
    uint32_t step = page->height / ROWS_MAX + 1;

    fuzz_require(row != NULL, "memory for a row");
    if (spt_rows_open(page, &rows, &err) != SEPTUM_OK) {
        fuzz_require_sentence(&err, path);
        fuzz_require(false, "a page that could be read can be read again");
    }
    for (uint32_t y = page->height; y > 0; y -= y < step ? y : step) {
        fuzz_require(spt_rows_read(rows, y - 1, 1, row, &err) == SEPTUM_OK,
                     "each row of a page that could be read can be read");
        fuzz_require(memcmp(row, whole + (size_t)(y - 1) * page->width,
                            page->width * sizeof *row) == 0,
                     "a row is the same from whichever side it is reached");
    }
    spt_rows_close(rows);
    free(row);
}

static void
try_page(const struct spt_page *page, const char *path)
{
    size_t count = (size_t)page->height * page->width;
    struct septum_error err;
    float *pixels;

    fuzz_require(count > 0, "a page has pixels");
    if (count > PIXELS_MAX)
        return;
    pixels = malloc(count * sizeof *pixels);
    fuzz_require(pixels != NULL, "memory for a page");
    if (spt_page_read(page, pixels, &err) == SEPTUM_OK)
        read_backwards(page, pixels, path);
    else
        fuzz_require_sentence(&err, path);
    free(pixels);
}

void
fuzz_image(const struct spt_reader *reader, const uint8_t *data, size_t size)
{
    struct septum_error err;
    struct spt_set set = {0};
    char path[32];
    const char *source = path;
    int file;

    if (!reader->recognise(data, size))
        return;
    file = memfd_create("image", MFD_CLOEXEC);
    fuzz_require(file >= 0 && write(file, data, size) == (ssize_t)size,
                 "memory for the file");
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    if (spt_set_open(&source, 1, &set, &err) != SEPTUM_OK)
        fuzz_require_sentence(&err, path);
    for (size_t i = 0; i < set.count && i < PAGES_MAX; i++)
        try_page(&set.pages[i], path);
    spt_set_clear(&set);
    close(file);
}
