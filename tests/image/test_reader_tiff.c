/*
 * The TIFF reader: every kind of grey, every way to store it, and everything else.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/random.h"
#include "image/craft.h"
#include "support/scratch.h"

#define HEIGHT 37
#define WIDTH 45

static uint8_t
    bytes[4 * HEIGHT * WIDTH]; /* random, which any width can read as pixels */

static void
fill_bytes(void *at, size_t count)
{
    struct spt_random random;

    spt_random_init(&random, 1, 6);
    for (size_t i = 0; i < count; i++)
        ((uint8_t *)at)[i] = (uint8_t)spt_random_bits(&random);
}

/* Pixel (y, x) of `bytes`, whose rows are whole bytes. */
static float
find_value(unsigned y, unsigned x, unsigned bits)
{
    const uint8_t *row = bytes + y * ((WIDTH * bits + 7) / 8);
    uint32_t whole;
    uint16_t half;

    memcpy(&whole, row + 4 * (size_t)(bits == 32 ? x : 0), 4);
    memcpy(&half, row + 2 * (size_t)(bits == 16 ? x : 0), 2);
    if (bits == 32)
        return (float)whole;
    if (bits == 16)
        return half;
    return (float)(row[x * bits / 8] >> (8 - bits - x * bits % 8) & ((1u << bits) - 1));
}

static void
assert_reads_back(const char *mode, const struct craft_tiff *page)
{
    struct spt_set set = craft_open(craft_tiff("kind.tif", mode, page, 1));
    float *pixels = craft_read(&set, 0);

    assert_int_equal(set.count, 1);
    assert_int_equal(set.pages[0].height, HEIGHT);
    assert_int_equal(set.pages[0].width, WIDTH);
    assert_true(set.pages[0].white ==
                (page->bits < 32 ? (double)((1u << page->bits) - 1) : 1));
    if (page->format == SAMPLEFORMAT_IEEEFP)
        assert_memory_equal(pixels, page->pixels, sizeof(float) * HEIGHT * WIDTH);
    else
        for (unsigned y = 0; y < HEIGHT; y++)
            for (unsigned x = 0; x < WIDTH; x++)
                assert_true(pixels[y * WIDTH + x] == find_value(y, x, page->bits));
    free(pixels);
    spt_set_clear(&set);
}

static void
reads_every_kind_however_it_is_stored(void **state)
{
    static const uint16_t widths[] = {1, 2, 4, 8, 16, 32};
    static const uint16_t compressions[] = {COMPRESSION_NONE, COMPRESSION_LZW,
                                            COMPRESSION_ADOBE_DEFLATE,
                                            COMPRESSION_PACKBITS};
    static const char *const modes[] = {"wl", "wb", "wl8", "wb8"};

    (void)state;
    fill_bytes(bytes, sizeof bytes);
    for (int w = 0; w < 6; w++) {
        for (int c = 0; c < 4; c++) {
            for (int m = 0; m < 4; m++) {
                struct craft_tiff page = {
                    .height = HEIGHT,
                    .width = WIDTH,
                    .bits = widths[w],
                    .photometric = PHOTOMETRIC_MINISBLACK,
                    .compression = compressions[c],
                    .pixels = bytes,
                };

                assert_reads_back(modes[m], &page);
                page.rows_per_strip = 5;
                assert_reads_back(modes[m], &page);
                page.rows_per_strip = 0;
                page.tile = 16;
                assert_reads_back(modes[m], &page);
            }
        }
    }
}

static void
reads_floats_as_they_are(void **state)
{
    static float values[HEIGHT * WIDTH];
    static const char *const modes[] = {"wl", "wb", "wl8", "wb8"};

    (void)state;
    for (int i = 0; i < HEIGHT * WIDTH; i++)
        values[i] = (float)sin(i) * 1e6f;
    for (int m = 0; m < 4; m++) {
        struct craft_tiff page = {
            .height = HEIGHT,
            .width = WIDTH,
            .bits = 32,
            .format = SAMPLEFORMAT_IEEEFP,
            .photometric = PHOTOMETRIC_MINISBLACK,
            .compression = COMPRESSION_ADOBE_DEFLATE,
            .rows_per_strip = 8,
            .pixels = values,
        };

        assert_reads_back(modes[m], &page);
        page.tile = 32;
        assert_reads_back(modes[m], &page);
    }
}

static void
inverts_what_has_0_as_white(void **state)
{
    static const uint8_t eight[] = {0, 1, 200, 255};
    static const uint16_t sixteen[] = {0, 1, 200, 65535};
    static const uint8_t bits[] = {0x50}; /* 0 1 0 1 */
    struct craft_tiff pages[] = {
        {.height = 1, .width = 4, .bits = 8, .pixels = eight},
        {.height = 1, .width = 4, .bits = 16, .pixels = sixteen},
        {.height = 1, .width = 4, .bits = 1, .pixels = bits},
    };
    static const float expected[3][4] = {
        {255, 254, 55, 0}, {65535, 65534, 65335, 0}, {1, 0, 1, 0}};
    struct spt_set set = craft_open(craft_tiff("white.tif", "w", pages, 3));

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        float *pixels = craft_read(&set, i);

        assert_memory_equal(pixels, expected[i], sizeof expected[i]);
        free(pixels);
    }
    spt_set_clear(&set);
}

/* Page i is i + 2 high, i + 1 wide, and all i. */
static void
reads_each_page_of_a_stack_and_no_thumbnail(void **state)
{
    static uint8_t even[6][64];
    struct craft_tiff pages[6];
    struct spt_set set;
    size_t listed = 0;

    (void)state;
    for (uint32_t i = 0; i < 6; i++) {
        memset(even[i], (int)i, sizeof even[i]);
        pages[i] = (struct craft_tiff){
            .height = i + 2,
            .width = i + 1,
            .photometric = PHOTOMETRIC_MINISBLACK,
            .subfile = i == 3   ? FILETYPE_REDUCEDIMAGE
                       : i == 4 ? FILETYPE_MASK
                                : FILETYPE_PAGE,
            .pixels = even[i],
        };
    }
    set = craft_open(craft_tiff("stack.ome.tif", "w", pages, 6));
    assert_int_equal(set.count, 4);
    for (uint32_t i = 0; i < 6; i++) {
        char name[20];
        float *pixels;

        if (i == 3 || i == 4)
            continue;
        snprintf(name, sizeof name, "stack-%04u", i);
        assert_string_equal(set.pages[listed].name, name);
        assert_int_equal(set.pages[listed].index, i);
        assert_int_equal(set.pages[listed].height, i + 2);
        assert_int_equal(set.pages[listed].width, i + 1);
        pixels = craft_read(&set, listed++);
        assert_true(pixels[0] == (float)i && pixels[(i + 2) * (i + 1) - 1] == (float)i);
        free(pixels);
    }
    spt_set_clear(&set);
}

/* ---- stacks with one directory --------------------------------------------------- */

#define STACK_HEADER 512

/* A TIFF writer's own bytes, in either order. */
struct writer {
    uint8_t data[STACK_HEADER + 2 * 3 * 5 * 7];
    size_t at;
    bool big;
};

static void
put(struct writer *to, uint32_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        to->data[to->at++] = (uint8_t)(value >> 8 * (to->big ? size - 1 - i : i));
}

static void
put_entry(struct writer *to, uint32_t tag, uint32_t type, uint32_t count,
          uint32_t value)
{
    put(to, tag, 2);
    put(to, type, 2);
    put(to, count, 4);
    put(to, value, type == 3 ? 2 : 4);
    if (type == 3)
        put(to, 0, 2);
}

/* As ImageJ writes large stacks: one directory, then 3 images of 7 x 5 x 16 bits, of
 * which pixel i of image k is 1000 k + i. */
static struct writer
make_imagej_stack(bool big)
{
    static const char description[] = "ImageJ=1.54f\nimages=3\nslices=3\nunit=nm\n";
    struct writer to = {.big = big};

    put(&to, big ? 0x4d4d : 0x4949, 2);
    put(&to, 42, 2);
    put(&to, 8, 4);
    put(&to, 9, 2);
    put_entry(&to, 256, 4, 1, 7);
    put_entry(&to, 257, 4, 1, 5);
    put_entry(&to, 258, 3, 1, 16);
    put_entry(&to, 259, 3, 1, 1);
    put_entry(&to, 262, 3, 1, 1);
    put_entry(&to, 270, 2, sizeof description, 256);
    put_entry(&to, 273, 4, 1, STACK_HEADER);
    put_entry(&to, 278, 4, 1, 5);
    put_entry(&to, 279, 4, 1, 70);
    put(&to, 0, 4);
    memcpy(to.data + 256, description, sizeof description);
    to.at = STACK_HEADER;
    for (uint32_t k = 0; k < 3; k++)
        for (uint32_t i = 0; i < 35; i++)
            put(&to, 1000 * k + i, 2);
    return to;
}

static void
reads_large_imagej_stacks(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        struct writer file = make_imagej_stack(big != 0);
        struct spt_set set = craft_open(scratch_write("ij.tif", file.data, file.at));

        assert_int_equal(set.count, 3);
        assert_string_equal(set.pages[2].name, "ij-0002");
        for (uint32_t k = 0; k < 3; k++) {
            float *pixels = craft_read(&set, k);

            for (uint32_t i = 0; i < 35; i++)
                assert_true(pixels[i] == (float)(1000 * k + i));
            free(pixels);
        }
        spt_set_clear(&set);
    }
}

static void
tells_a_cut_imagej_stack_from_a_page_taken_out_of_one(void **state)
{
    struct writer file = make_imagej_stack(false);
    struct spt_set set;
    struct spt_page gone;
    struct septum_error err;
    float pixels[35];

    (void)state;
    assert_string_equal(
        craft_refusal(scratch_write("ij.tif", file.data, file.at - 1), SEPTUM_EFORMAT),
        ": is cut short; it speaks of 3 images and holds 2");
    set = craft_open(scratch_write("ij.tif", file.data, file.at - 140));
    assert_int_equal(set.count, 1);
    assert_string_equal(set.pages[0].name, "ij");
    spt_set_clear(&set);

    set = craft_open(scratch_write("ij.tif", file.data, file.at));
    gone = set.pages[2];
    scratch_write("ij.tif", file.data, file.at - 1);
    assert_int_equal(spt_page_read(&gone, pixels, &err), SEPTUM_EFORMAT);
    assert_non_null(strstr(err.text, "ij.tif, page 2 (counted from 0): is cut short"));
    spt_set_clear(&set);
}

/* ---- what is not read ------------------------------------------------------------ */

static const char *
refuse(const struct craft_tiff *page)
{
    return craft_refusal(craft_tiff("refused.tif", "w", page, 1), SEPTUM_EFORMAT);
}

static void
refuses_what_is_not_grey(void **state)
{
    struct craft_tiff page = {.height = 4,
                              .width = 4,
                              .channels = 3,
                              .photometric = PHOTOMETRIC_RGB,
                              .pixels = bytes};

    (void)state;
    assert_string_equal(refuse(&page),
                        ": has 3 channels; Septum reads grey images, so convert it to "
                        "grey or split the channels");
    page.channels = 1;
    page.photometric = PHOTOMETRIC_PALETTE;
    assert_string_equal(
        refuse(&page),
        ": has a colour palette; Septum reads grey images, so convert it to grey");
    page.photometric = PHOTOMETRIC_CIELAB;
    assert_string_equal(refuse(&page),
                        ": is not a grey image (photometric interpretation 8)");
}

static void
refuses_numbers_it_does_not_read(void **state)
{
    struct craft_tiff page = {.height = 4,
                              .width = 4,
                              .bits = 16,
                              .format = SAMPLEFORMAT_INT,
                              .photometric = PHOTOMETRIC_MINISBLACK,
                              .pixels = bytes};

    (void)state;
    assert_string_equal(refuse(&page),
                        ": has signed values of 16 bits; Septum reads unsigned whole "
                        "numbers of 8, 16 or 32 bits and floats of 32");
    page.format = SAMPLEFORMAT_IEEEFP;
    assert_non_null(strstr(refuse(&page), ": has floating values of 16 bits; "));
    page.bits = 64;
    assert_non_null(strstr(refuse(&page), ": has floating values of 64 bits; "));
    page.format = SAMPLEFORMAT_UINT;
    assert_non_null(strstr(refuse(&page), ": has unsigned values of 64 bits; "));
    page.format = SAMPLEFORMAT_COMPLEXIEEEFP;
    assert_non_null(strstr(refuse(&page), ": has complex values of 64 bits; "));
    page.format = SAMPLEFORMAT_IEEEFP;
    page.bits = 32;
    page.photometric = PHOTOMETRIC_MINISWHITE;
    assert_string_equal(refuse(&page),
                        ": has floats of which 0 is white, whose range is not known; "
                        "save it with 0 as black");
}

static void
names_the_page_that_it_refuses(void **state)
{
    struct craft_tiff pages[] = {
        {.height = 4,
         .width = 4,
         .photometric = PHOTOMETRIC_MINISBLACK,
         .pixels = bytes},
        {.height = 4,
         .width = 4,
         .channels = 3,
         .photometric = PHOTOMETRIC_RGB,
         .pixels = bytes},
    };

    (void)state;
    assert_string_equal(
        craft_refusal(craft_tiff("mixed.tif", "w", pages, 2), SEPTUM_EFORMAT),
        ", page 1 (counted from 0): has 3 channels; Septum reads grey images, so "
        "convert "
        "it to grey or split the channels");
}

/* Change the value of one entry of the stack's directory. */
static const char *
refuse_changed(uint32_t tag, uint32_t value)
{
    struct writer file = make_imagej_stack(false);

    for (file.at = 10; file.data[file.at] + 256u * file.data[file.at + 1] != tag;)
        file.at += 12;
    file.at += 8;
    put(&file, value, 4);
    return craft_refusal(scratch_write("changed.tif", file.data, sizeof file.data),
                         SEPTUM_EFORMAT);
}

static void
refuses_what_cannot_be(void **state)
{
    (void)state;
    assert_string_equal(
        refuse_changed(256, 0x7fffffff),
        ": claims 2147483647 x 5 pixels, more than the file's 722 bytes "
        "can hold");
    refuse_changed(256, 0);
    refuse_changed(257, 0);
    assert_string_equal(refuse_changed(259, 4321),
                        ": is compressed by method 4321, which this libtiff does not "
                        "know; save it with deflate or LZW");
}

static void
refuses_more_pixels_than_memory_should_take(void **state)
{
    struct writer file = make_imagej_stack(false);
    char *all = calloc(1, 1 << 24);

    (void)state;
    assert_non_null(all);
    file.at = 18;
    put(&file, 40000, 4);
    file.at = 30;
    put(&file, 40000, 4);
    file.at = 54;
    put(&file, COMPRESSION_ADOBE_DEFLATE, 2);
    memcpy(all, file.data, sizeof file.data);
    assert_string_equal(
        craft_refusal(scratch_write("large.tif", all, 1 << 24), SEPTUM_EFORMAT),
        ": claims 40000 x 40000 pixels; Septum takes images of 1 to 1073741824 pixels");
    free(all);
}

static void
refuses_a_file_without_a_directory(void **state)
{
    (void)state;
    assert_non_null(
        strstr(craft_refusal(scratch_write("short.tif", "II*\0", 4), SEPTUM_EFORMAT),
               ": is a damaged TIFF file ("));
    assert_non_null(
        strstr(craft_refusal(scratch_write("away.tif", "II*\0\xff\xff\0\0", 8),
                             SEPTUM_EFORMAT),
               ": is a damaged TIFF file ("));
}

static void
refuses_a_file_that_changed(void **state)
{
    struct craft_tiff page = {.height = 4,
                              .width = 6,
                              .photometric = PHOTOMETRIC_MINISBLACK,
                              .pixels = bytes};
    struct spt_set set = craft_open(craft_tiff("changing.tif", "w", &page, 1));

    (void)state;
    page.height = 5;
    craft_tiff("changing.tif", "w", &page, 1);
    set.pages[0].place = 0; /* wherever its directory is now */
    craft_read_refusal(&set, SEPTUM_EFORMAT);
    spt_set_clear(&set);
    set = craft_open(craft_tiff("changing.tif", "w", &page, 1));
    page.height = 3;
    page.width = 10; /* as many pixels: the directory keeps its place */
    craft_tiff("changing.tif", "w", &page, 1);
    assert_string_equal(
        craft_read_refusal(&set, SEPTUM_EFORMAT),
        ": now has 10 x 3 pixels, but had 6 x 5 a moment ago; something "
        "is changing it");
    scratch_write("changing.tif", "II*\0", 4);
    assert_non_null(
        strstr(craft_read_refusal(&set, SEPTUM_EFORMAT), ": is a damaged TIFF file ("));
    spt_set_clear(&set);
}

static void
names_the_place_of_what_is_not_a_number(void **state)
{
    float values[3 * 5] = {0};
    struct craft_tiff page = {
        .height = 3,
        .width = 5,
        .bits = 32,
        .format = SAMPLEFORMAT_IEEEFP,
        .photometric = PHOTOMETRIC_MINISBLACK,
        .pixels = values,
    };
    struct spt_set set;

    (void)state;
    values[2 * 5 + 3] = -INFINITY;
    set = craft_open(craft_tiff("nan.tif", "w", &page, 1));
    assert_string_equal(craft_read_refusal(&set, SEPTUM_EFORMAT),
                        ": the value at row 2, column 3 is infinite; Septum needs a "
                        "number for every pixel");
    spt_set_clear(&set);
    values[1 * 5 + 4] = NAN;
    set = craft_open(craft_tiff("nan.tif", "w", &page, 1));
    assert_string_equal(craft_read_refusal(&set, SEPTUM_EFORMAT),
                        ": the value at row 1, column 4 is not a number (NaN); Septum "
                        "needs a number for every pixel");
    spt_set_clear(&set);
}

/* ---- damage ---------------------------------------------------------------------- */

static void
says_that_the_pixels_are_cut_short(void **state)
{
    struct writer file = make_imagej_stack(false);
    struct spt_set set =
        craft_open(scratch_write("cut.tif", file.data, file.at - 140 - 1));

    (void)state;
    assert_non_null(strstr(craft_read_refusal(&set, SEPTUM_EFORMAT),
                           ": is a damaged TIFF file (Read error"));
    spt_set_clear(&set);
}

static void
survives_any_damage_in_silence(void **state)
{
    static const uint16_t compressions[] = {COMPRESSION_NONE, COMPRESSION_LZW,
                                            COMPRESSION_ADOBE_DEFLATE,
                                            COMPRESSION_PACKBITS};
    struct writer file = make_imagej_stack(true);

    (void)state;
    fill_bytes(bytes, sizeof bytes);
    for (int c = 0; c < 4; c++) {
        struct craft_tiff pages[3];

        for (int i = 0; i < 3; i++)
            pages[i] = (struct craft_tiff){
                .height = 20,
                .width = 17,
                .bits = (uint16_t)(8 << i),
                .format = i == 2 ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT,
                .photometric = PHOTOMETRIC_MINISBLACK,
                .compression = compressions[c],
                .tile = i == 1 ? 16 : 0,
                .rows_per_strip = 3,
                .description = "ImageJ=1.54f\nimages=3\nunit=um\n",
                .pixels = bytes + 2, /* not a NaN among the first */
            };
        for (size_t i = 0; i < 17 * 20; i++)
            bytes[2 + 4 * i + 3] = 0x3f; /* sound floats all over */
        craft_torture(craft_tiff("t.tif", c % 2 == 0 ? "wl" : "wb8", pages, 3), 16,
                      400);
    }
    craft_torture(scratch_write("ij.tif", file.data, file.at), 1, 400);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_kind_however_it_is_stored),
        cmocka_unit_test(reads_floats_as_they_are),
        cmocka_unit_test(inverts_what_has_0_as_white),
        cmocka_unit_test(reads_each_page_of_a_stack_and_no_thumbnail),
        cmocka_unit_test(reads_large_imagej_stacks),
        cmocka_unit_test(tells_a_cut_imagej_stack_from_a_page_taken_out_of_one),
        cmocka_unit_test(refuses_what_is_not_grey),
        cmocka_unit_test(refuses_numbers_it_does_not_read),
        cmocka_unit_test(names_the_page_that_it_refuses),
        cmocka_unit_test(refuses_what_cannot_be),
        cmocka_unit_test(refuses_more_pixels_than_memory_should_take),
        cmocka_unit_test(refuses_a_file_without_a_directory),
        cmocka_unit_test(refuses_a_file_that_changed),
        cmocka_unit_test(names_the_place_of_what_is_not_a_number),
        cmocka_unit_test(says_that_the_pixels_are_cut_short),
        cmocka_unit_test(survives_any_damage_in_silence),
    };

    return cmocka_run_group_tests_name("reader_tiff", tests, NULL, NULL);
}
