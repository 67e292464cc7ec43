/*
 * Pages read some rows at a time, however they are stored: in blocks of any height,
 * forward and back, against the values that were written.
 */
#include "image/rows.h"

#include <math.h>
#include <png.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

#include <cmocka.h>

#include "base/random.h"
#include "image/craft.h"
#include "support/scratch.h"

/* Of 16 bits a pixel, more than a strip may have to be decoded as a whole. */
#define HEIGHT 811
#define WIDTH 701

static uint16_t values[HEIGHT * WIDTH];

static void
draw_values(void)
{
    /* Patterns with some noise, so that compression has something to do. */
    for (size_t i = 0; i < (size_t)HEIGHT * WIDTH; i++)
        values[i] = (uint16_t)(i / 97 % 251 + 256 * (spt_random_hash(3, i / 16) % 5));
}

static void
check_rows(struct spt_rows *rows, uint32_t top, uint32_t count)
{
    float *found = malloc(((size_t)count * WIDTH + 1) * sizeof *found);

    assert_non_null(found);
    assert_int_equal(spt_rows_read(rows, top, count, found, NULL), SEPTUM_OK);
    for (size_t i = 0; i < (size_t)count * WIDTH; i++)
        assert_true(found[i] == (float)values[(size_t)top * WIDTH + i]);
    free(found);
}

/* Forward in equal blocks, then to and fro. */
static void
check_page(const struct spt_page *page)
{
    static const uint32_t blocks[] = {130, HEIGHT};
    static const uint32_t jumps[][2] = {{400, 20},       {410, 1}, {3, 9},
                                        {HEIGHT - 1, 1}, {0, 2},   {500, 300}};
    struct spt_rows *rows;

    assert_int_equal(page->height, HEIGHT);
    assert_int_equal(spt_rows_open(page, &rows, NULL), SEPTUM_OK);
    for (size_t b = 0; b < sizeof blocks / sizeof blocks[0]; b++)
        for (uint32_t top = 0; top < HEIGHT; top += blocks[b])
            check_rows(rows, top, HEIGHT - top < blocks[b] ? HEIGHT - top : blocks[b]);
    for (size_t j = 0; j < sizeof jumps / sizeof jumps[0]; j++)
        check_rows(rows, jumps[j][0], jumps[j][1]);
    spt_rows_close(rows);
}

/* Returns the page, whose numbers outlive the set. */
static struct spt_page
check_tiff(const char *mode, uint16_t compression, uint32_t rows, uint32_t tile)
{
    struct craft_tiff page = {
        .height = HEIGHT,
        .width = WIDTH,
        .bits = 16,
        .photometric = PHOTOMETRIC_MINISBLACK,
        .compression = compression,
        .rows_per_strip = rows,
        .tile = tile,
        .pixels = values,
    };
    struct spt_set set = craft_open(craft_tiff("rows.tif", mode, &page, 1));
    struct spt_page found = set.pages[0];

    check_page(&set.pages[0]);
    spt_set_clear(&set);
    return found;
}

static void
reads_rows_of_tiff_however_it_is_stored(void **state)
{
    static const uint16_t compressions[] = {COMPRESSION_NONE, COMPRESSION_LZW,
                                            COMPRESSION_ADOBE_DEFLATE,
                                            COMPRESSION_PACKBITS};

    (void)state;
    draw_values();
    for (size_t c = 0; c < sizeof compressions / sizeof compressions[0]; c++) {
        check_tiff("wl", compressions[c], 0, 0);
        check_tiff("wb8", compressions[c], 30, 0);
        check_tiff("wb", compressions[c], 780, 0);
        check_tiff("wl8", compressions[c], 0, 256);
    }
}

static void
says_what_reading_takes(void **state)
{
    uint64_t row = 2 * WIDTH;
    struct spt_page page;

    (void)state;
    draw_values();
    page = check_tiff("wl", COMPRESSION_NONE, 30, 0);
    assert_int_equal(page.reading_bytes, 30 * row);
    assert_int_equal(page.reading_rows, 30);
    page = check_tiff("wl", COMPRESSION_NONE, 0, 256);
    assert_int_equal(page.reading_bytes, 2 * 256 * 256);
    assert_int_equal(page.reading_rows, 256);
    /* One strip, of which libtiff has the compressed bytes in memory, and we a row. */
    page = check_tiff("wl", COMPRESSION_LZW, 0, 0);
    assert_in_range(page.reading_bytes, row + 1, HEIGHT * row / 2 + row);
    assert_int_equal(page.reading_rows, 1);
    page = check_tiff("wl", COMPRESSION_LZW, 30, 0);
    assert_in_range(page.reading_bytes, 30 * row + 1, 60 * row);
    assert_int_equal(page.reading_rows, 30);
}

static void
reads_rows_of_png_interlaced_or_not(void **state)
{
    static uint8_t bytes[HEIGHT][2 * WIDTH];
    const uint8_t *rows[HEIGHT];

    (void)state;
    draw_values();
    for (size_t y = 0; y < HEIGHT; y++) {
        rows[y] = bytes[y];
        for (size_t x = 0; x < WIDTH; x++) {
            bytes[y][2 * x] = (uint8_t)(values[y * WIDTH + x] >> 8);
            bytes[y][2 * x + 1] = (uint8_t)values[y * WIDTH + x];
        }
    }
    for (int interlaced = 0; interlaced < 2; interlaced++) {
        const struct craft_png png = {
            .height = HEIGHT,
            .width = WIDTH,
            .depth = 16,
            .colour = PNG_COLOR_TYPE_GRAY,
            .interlaced = interlaced != 0,
            .rows = rows,
        };
        struct spt_set set = craft_open(craft_png("rows.png", &png));

        assert_int_equal(set.pages[0].reading_bytes,
                         2 * WIDTH * (interlaced ? HEIGHT : 1));
        check_page(&set.pages[0]);
        spt_set_clear(&set);
    }
}

static void
names_the_row_of_what_is_not_a_number(void **state)
{
    static float floats[40 * 3];
    const struct craft_tiff page = {
        .height = 40,
        .width = 3,
        .bits = 32,
        .format = SAMPLEFORMAT_IEEEFP,
        .photometric = PHOTOMETRIC_MINISBLACK,
        .pixels = floats,
    };
    struct septum_error err = {0};
    struct spt_rows *rows;
    struct spt_set set;
    float found[40 * 3];

    (void)state;
    floats[31 * 3 + 2] = NAN;
    set = craft_open(craft_tiff("nan.tif", "wl", &page, 1));
    assert_int_equal(spt_rows_open(&set.pages[0], &rows, NULL), SEPTUM_OK);
    assert_int_equal(spt_rows_read(rows, 0, 31, found, &err), SEPTUM_OK);
    assert_int_equal(spt_rows_read(rows, 30, 10, found, &err), SEPTUM_EFORMAT);
    assert_non_null(strstr(err.text, "nan.tif: the value at row 31, column 2 is not a "
                                     "number (NaN); Septum needs a number for every "
                                     "pixel"));
    spt_rows_close(rows);
    spt_rows_close(NULL);
    spt_set_clear(&set);
}

/* The rows before the damage are read, those after it refused. */
static void
says_that_a_large_strip_is_damaged(void **state)
{
    struct craft_tiff page = {
        .height = HEIGHT,
        .width = WIDTH,
        .bits = 16,
        .photometric = PHOTOMETRIC_MINISBLACK,
        .compression = COMPRESSION_ADOBE_DEFLATE,
        .pixels = values,
    };
    struct septum_error err = {0};
    struct spt_rows *rows;
    struct spt_set set;
    const char *path;
    float *found = malloc(sizeof *found * HEIGHT * WIDTH);

    (void)state;
    assert_non_null(found);
    draw_values();
    path = craft_tiff("damaged.tif", "wl", &page, 1);
    set = craft_open(path);
    assert_int_equal(spt_rows_open(&set.pages[0], &rows, NULL), SEPTUM_OK);
    check_rows(rows, 0, 5);
    {
        /* Noise over the middle of the strip: deflate cannot go on there. */
        FILE *file = fopen(path, "r+b");
        uint64_t noise[2048];

        for (size_t i = 0; i < 2048; i++)
            noise[i] = spt_random_hash(5, i);

        assert_non_null(file);
        assert_int_equal(fseek(file, 20000, SEEK_SET), 0);
        assert_int_equal(fwrite(noise, 1, sizeof noise, file), sizeof noise);
        assert_int_equal(fclose(file), 0);
    }
    spt_rows_close(rows);
    assert_int_equal(spt_rows_open(&set.pages[0], &rows, NULL), SEPTUM_OK);
    check_rows(rows, 0, 5);
    assert_int_equal(spt_rows_read(rows, 0, HEIGHT, found, &err), SEPTUM_EFORMAT);
    assert_non_null(strstr(err.text, "damaged.tif: is a damaged TIFF file ("));
    spt_rows_close(rows);
    spt_set_clear(&set);
    free(found);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_rows_of_tiff_however_it_is_stored),
        cmocka_unit_test(says_what_reading_takes),
        cmocka_unit_test(reads_rows_of_png_interlaced_or_not),
        cmocka_unit_test(names_the_row_of_what_is_not_a_number),
        cmocka_unit_test(says_that_a_large_strip_is_damaged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
