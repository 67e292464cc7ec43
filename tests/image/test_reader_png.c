/*
 * The PNG reader: every kind of grey, and everything that is not.
 */
#include <math.h>
#include <png.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/random.h"
#include "image/craft.h"
#include "support/scratch.h"

#define HEIGHT 19
#define WIDTH 23

/* Random bytes, which any depth can read as pixels. */
struct picture {
    uint8_t bytes[HEIGHT][4 * WIDTH];
    const uint8_t *rows[HEIGHT];
};

static struct picture
draw_picture(uint64_t seed)
{
    struct picture picture = {0};
    struct spt_random random;

    spt_random_init(&random, seed, 5);
    for (int y = 0; y < HEIGHT; y++)
        for (int i = 0; i < 4 * WIDTH; i++)
            picture.bytes[y][i] = (uint8_t)spt_random_bits(&random);
    return picture;
}

static const char *
save_picture(const char *name, struct picture *picture, int depth, int colour,
             bool interlaced)
{
    struct craft_png png = {
        .height = HEIGHT,
        .width = WIDTH,
        .depth = depth,
        .colour = colour,
        .interlaced = interlaced,
        .rows = picture->rows,
    };

    for (int y = 0; y < HEIGHT; y++)
        picture->rows[y] = picture->bytes[y];
    return craft_png(name, &png);
}

/* PNG packs the first pixel into the highest bits, and has the high byte first. */
static unsigned
find_value(const uint8_t *row, unsigned x, unsigned depth)
{
    unsigned bit = x * depth;

    if (depth == 16)
        return (unsigned)row[2 * x] << 8 | row[2 * x + 1];
    return row[bit / 8] >> (8 - depth - bit % 8) & ((1u << depth) - 1);
}

static void
reads_every_depth_as_the_file_has_it(void **state)
{
    static const unsigned depths[] = {1, 2, 4, 8, 16};
    struct picture picture = draw_picture(1);

    (void)state;
    for (int d = 0; d < 5; d++) {
        for (int interlaced = 0; interlaced < 2; interlaced++) {
            const char *path = save_picture("grey.png", &picture, (int)depths[d],
                                            PNG_COLOR_TYPE_GRAY, interlaced != 0);
            struct spt_set set = craft_open(path);
            float *pixels = craft_read(&set, 0);

            assert_int_equal(set.count, 1);
            assert_int_equal(set.pages[0].height, HEIGHT);
            assert_int_equal(set.pages[0].width, WIDTH);
            assert_true(set.pages[0].nm_per_pixel == 0);
            assert_true(set.pages[0].white == (double)((1u << depths[d]) - 1));
            for (unsigned y = 0; y < HEIGHT; y++)
                for (unsigned x = 0; x < WIDTH; x++)
                    assert_true(pixels[y * WIDTH + x] ==
                                (float)find_value(picture.bytes[y], x, depths[d]));
            free(pixels);
            spt_set_clear(&set);
        }
    }
}

static void
refuses_colour(void **state)
{
    struct picture picture = draw_picture(2);

    (void)state;
    for (int y = 0; y < HEIGHT; y++) /* palette indices must be in the palette */
        for (int x = 0; x < WIDTH; x++)
            picture.bytes[y][x] &= 1;
    assert_string_equal(
        craft_refusal(save_picture("rgb.png", &picture, 8, PNG_COLOR_TYPE_RGB, false),
                      SEPTUM_EFORMAT),
        ": has 3 channels; Septum reads grey images, so convert it to grey");
    assert_string_equal(
        craft_refusal(
            save_picture("rgba.png", &picture, 8, PNG_COLOR_TYPE_RGB_ALPHA, false),
            SEPTUM_EFORMAT),
        ": has 4 channels; Septum reads grey images, so convert it to grey");
    assert_string_equal(
        craft_refusal(
            save_picture("palette.png", &picture, 8, PNG_COLOR_TYPE_PALETTE, false),
            SEPTUM_EFORMAT),
        ": has a colour palette; Septum reads grey images, so convert it to grey");
    assert_string_equal(craft_refusal(save_picture("alpha.png", &picture, 8,
                                                   PNG_COLOR_TYPE_GRAY_ALPHA, false),
                                      SEPTUM_EFORMAT),
                        ": has 2 channels (grey and transparency); Septum reads grey "
                        "images, so convert "
                        "it to grey");
}

static double
read_scale(uint32_t pixels_per_metre)
{
    static const uint8_t pixel[1] = {7};
    const uint8_t *rows[] = {pixel};
    struct craft_png png = {
        .height = 1,
        .width = 1,
        .depth = 8,
        .pixels_per_metre = pixels_per_metre,
        .rows = rows,
    };
    struct spt_set set = craft_open(craft_png("scale.png", &png));
    double nm = set.pages[0].nm_per_pixel;

    spt_set_clear(&set);
    return nm;
}

static void
reads_the_pixel_size_of_a_microscope_only(void **state)
{
    (void)state;
    assert_true(read_scale(0) == 0);
    assert_true(fabs(read_scale(10000000) - 100) < 1e-9);
    assert_true(fabs(read_scale(250000000) - 4) < 1e-9);
    assert_true(read_scale(2835) == 0);  /* 72 dots per inch */
    assert_true(read_scale(47244) == 0); /* 1200 */
}

static void
refuses_sizes_that_the_file_cannot_hold(void **state)
{
    struct craft_png png = {
        .height = INT32_MAX, .width = INT32_MAX, .depth = 8, .header_only = true};
    const char *text;

    (void)state;
    text = craft_refusal(craft_png("huge.png", &png), SEPTUM_EFORMAT);
    assert_string_equal(text, ": claims 2147483647 x 2147483647 pixels, more than its "
                              "47 bytes can hold");
}

static void
says_that_a_file_is_cut_short(void **state)
{
    struct picture picture = draw_picture(3);
    const char *path =
        save_picture("whole.png", &picture, 8, PNG_COLOR_TYPE_GRAY, false);
    struct spt_bytes bytes = {0};
    struct spt_set set;
    char wanted[100];

    (void)state;
    assert_int_equal(spt_file_read(path, 10000, &bytes, NULL), SEPTUM_OK);
    set = craft_open(scratch_write("cut.png", bytes.at, bytes.count - 100));
    snprintf(wanted, sizeof wanted, ": is cut short; it ends after %zu bytes",
             bytes.count - 100);
    assert_string_equal(craft_read_refusal(&set, SEPTUM_EFORMAT), wanted);
    spt_set_clear(&set);

    /* Even when only the closing chunk is missing. */
    set = craft_open(scratch_write("cut.png", bytes.at, bytes.count - 1));
    assert_non_null(strstr(craft_read_refusal(&set, SEPTUM_EFORMAT), "is cut short"));
    spt_set_clear(&set);
    assert_string_equal(
        craft_refusal(scratch_write("cut.png", bytes.at, 20), SEPTUM_EFORMAT),
        ": is cut short; it ends after 20 bytes");
    spt_bytes_clear(&bytes);
}

static void
passes_on_what_libpng_finds_damaged(void **state)
{
    struct picture picture = draw_picture(4);
    const char *path =
        save_picture("sound.png", &picture, 8, PNG_COLOR_TYPE_GRAY, false);
    struct spt_bytes bytes = {0};
    struct spt_set set;

    (void)state;
    assert_int_equal(spt_file_read(path, 10000, &bytes, NULL), SEPTUM_OK);
    bytes.at[bytes.count / 2] ^= 0xff; /* in the pixels */
    set = craft_open(scratch_write("damaged.png", bytes.at, bytes.count));
    assert_non_null(
        strstr(craft_read_refusal(&set, SEPTUM_EFORMAT), ": is a damaged PNG file ("));
    spt_set_clear(&set);
    bytes.at[bytes.count / 2] ^= 0xff;
    bytes.at[29] ^= 0xff; /* the header's check sum */
    assert_string_equal(
        craft_refusal(scratch_write("damaged.png", bytes.at, bytes.count),
                      SEPTUM_EFORMAT),
        ": is a damaged PNG file (IHDR: CRC error)");
    spt_bytes_clear(&bytes);
}

static void
refuses_a_file_that_changed_its_size(void **state)
{
    struct picture picture = draw_picture(5);
    struct craft_png other = {
        .height = 5, .width = 7, .depth = 8, .rows = picture.rows};
    struct spt_set set = craft_open(
        save_picture("changing.png", &picture, 8, PNG_COLOR_TYPE_GRAY, false));

    (void)state;
    craft_png("changing.png", &other);
    assert_string_equal(craft_read_refusal(&set, SEPTUM_EFORMAT),
                        ": now has 7 x 5 pixels, but had 23 x 19 a moment ago; "
                        "something is changing it");
    spt_set_clear(&set);
}

static void
survives_any_damage_in_silence(void **state)
{
    struct picture picture = draw_picture(6);

    (void)state;
    craft_torture(save_picture("a.png", &picture, 8, PNG_COLOR_TYPE_GRAY, false), 1,
                  400);
    craft_torture(save_picture("b.png", &picture, 16, PNG_COLOR_TYPE_GRAY, true), 1,
                  400);
    craft_torture(save_picture("c.png", &picture, 1, PNG_COLOR_TYPE_GRAY, true), 1,
                  400);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_depth_as_the_file_has_it),
        cmocka_unit_test(refuses_colour),
        cmocka_unit_test(reads_the_pixel_size_of_a_microscope_only),
        cmocka_unit_test(refuses_sizes_that_the_file_cannot_hold),
        cmocka_unit_test(says_that_a_file_is_cut_short),
        cmocka_unit_test(passes_on_what_libpng_finds_damaged),
        cmocka_unit_test(refuses_a_file_that_changed_its_size),
        cmocka_unit_test(survives_any_damage_in_silence),
    };

    return cmocka_run_group_tests_name("reader_png", tests, NULL, NULL);
}
