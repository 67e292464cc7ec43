/*
 * What is written: read back, byte for byte the same each time, whole or not there.
 */
#include "image/write.h"

#include <dirent.h>
#include <math.h>
#include <png.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <tiffio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/random.h"
#include "image/craft.h"
#include "support/scratch.h"
#include "support/whole_tiff.h"

#define HEIGHT 300
#define WIDTH 331
#define COUNT ((size_t)HEIGHT * WIDTH)

static float floats[COUNT];
static uint8_t grey[COUNT], colours[3 * COUNT];

static int
draw_pictures(void **state)
{
    struct spt_random random;

    (void)state;
    spt_random_init(&random, 1, 8);
    for (size_t i = 0; i < COUNT; i++) {
        floats[i] = (float)spt_random_uniform(&random);
        grey[i] = (uint8_t)spt_random_bits(&random);
    }
    for (size_t i = 0; i < 3 * COUNT; i++)
        colours[i] = (uint8_t)spt_random_bits(&random);
    return 0;
}

static void
assert_reads_back(const char *path, bool of_floats, double nm)
{
    struct spt_set set = craft_open(path);
    float *pixels = craft_read(&set, 0);

    assert_int_equal(set.count, 1);
    assert_int_equal(set.pages[0].height, HEIGHT);
    assert_int_equal(set.pages[0].width, WIDTH);
    assert_true(fabs(set.pages[0].nm_per_pixel - nm) <= 1e-6 * nm);
    if (of_floats)
        assert_memory_equal(pixels, floats, sizeof floats);
    else
        for (size_t i = 0; i < COUNT; i++)
            assert_true(pixels[i] == grey[i]);
    free(pixels);
    spt_set_clear(&set);
}

static void
reads_back_what_it_wrote(void **state)
{
    static const double scales[] = {0, 4.6, 100, 162.5, 1e-3};
    const char *path = scratch_path("back");

    (void)state;
    for (int i = 0; i < 5; i++) {
        double nm = scales[i];

        assert_int_equal(whole_tiff_floats(path, floats, HEIGHT, WIDTH, nm, true, NULL),
                         SEPTUM_OK);
        assert_reads_back(path, true, nm);
        assert_int_equal(whole_tiff_bytes(path, grey, HEIGHT, WIDTH, nm, true, NULL),
                         SEPTUM_OK);
        assert_reads_back(path, false, nm);
    }
    assert_int_equal(spt_write_png(path, grey, HEIGHT, WIDTH, 1, true, NULL),
                     SEPTUM_OK);
    assert_reads_back(path, false, 0);
}

static void
writes_colours_that_libpng_reads(void **state)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    uint8_t *pixels = malloc(3 * COUNT);
    const char *path = scratch_path("colour.png");

    (void)state;
    assert_non_null(pixels);
    assert_int_equal(spt_write_png(path, colours, HEIGHT, WIDTH, 3, true, NULL),
                     SEPTUM_OK);
    assert_int_equal(png_image_begin_read_from_file(&image, path), 1);
    assert_int_equal(image.width, WIDTH);
    assert_int_equal(image.height, HEIGHT);
    assert_int_equal(image.format, PNG_FORMAT_RGB);
    assert_int_equal(png_image_finish_read(&image, NULL, pixels, 0, NULL), 1);
    assert_memory_equal(pixels, colours, 3 * COUNT);
    free(pixels);
}

static void
writes_one_pixel_and_one_row(void **state)
{
    static const float one = 0.25f;
    const char *path = scratch_path("one.tif");
    struct spt_set set;
    float *pixels;

    (void)state;
    assert_int_equal(whole_tiff_floats(path, &one, 1, 1, 5, true, NULL), SEPTUM_OK);
    set = craft_open(path);
    pixels = craft_read(&set, 0);
    assert_true(*pixels == one);
    free(pixels);
    spt_set_clear(&set);
    /* A row longer than a strip is meant to be. */
    assert_int_equal(whole_tiff_floats(path, floats, 1, COUNT, 5, true, NULL),
                     SEPTUM_OK);
    set = craft_open(path);
    pixels = craft_read(&set, 0);
    assert_memory_equal(pixels, floats, sizeof floats);
    free(pixels);
    spt_set_clear(&set);
}

static void
assert_description(const char *path, const char *wanted)
{
    TIFF *tiff = TIFFOpen(path, "r");
    char *description = NULL;
    float resolution = 0;
    uint16_t unit = 0, compression = 0, predictor = 1;

    assert_non_null(tiff);
    assert_int_equal(TIFFGetField(tiff, TIFFTAG_IMAGEDESCRIPTION, &description), 1);
    assert_string_equal(description, wanted);
    assert_int_equal(TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &resolution), 1);
    assert_true(fabsf(resolution - 10) < 1e-5f);
    assert_int_equal(TIFFGetField(tiff, TIFFTAG_YRESOLUTION, &resolution), 1);
    assert_true(fabsf(resolution - 10) < 1e-5f);
    assert_int_equal(TIFFGetField(tiff, TIFFTAG_RESOLUTIONUNIT, &unit), 1);
    assert_int_equal(unit, RESUNIT_NONE);
    assert_int_equal(TIFFGetField(tiff, TIFFTAG_COMPRESSION, &compression), 1);
    assert_int_equal(compression, COMPRESSION_ADOBE_DEFLATE);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PREDICTOR, &predictor);
    assert_int_equal(predictor, PREDICTOR_NONE);
    assert_int_equal(TIFFGetField(tiff, TIFFTAG_DATETIME, &description), 0);
    TIFFClose(tiff);
}

static void
says_to_imagej_what_range_and_pixel_size_are(void **state)
{
    const char *path = scratch_path("ij.tif");

    (void)state;
    assert_int_equal(whole_tiff_floats(path, floats, HEIGHT, WIDTH, 100, true, NULL),
                     SEPTUM_OK);
    assert_description(path, "ImageJ=1.54f\nimages=1\nslices=1\nunit=um\n"
                             "min=0.0\nmax=1.0\n");
    assert_int_equal(whole_tiff_bytes(path, grey, HEIGHT, WIDTH, 100, true, NULL),
                     SEPTUM_OK);
    assert_description(path, "ImageJ=1.54f\nimages=1\nslices=1\nunit=um\n");
}

static void
writes_equal_bytes_for_equal_pixels(void **state)
{
    struct spt_bytes first = {0}, second = {0};

    (void)state;
    assert_int_equal(
        whole_tiff_floats(scratch_path("1.tif"), floats, HEIGHT, WIDTH, 4, true, NULL),
        SEPTUM_OK);
    assert_int_equal(whole_tiff_floats(scratch_path("other-name.tif"), floats, HEIGHT,
                                       WIDTH, 4, true, NULL),
                     SEPTUM_OK);
    spt_file_read(scratch_path("1.tif"), SIZE_MAX, &first, NULL);
    spt_file_read(scratch_path("other-name.tif"), SIZE_MAX, &second, NULL);
    assert_true(first.count > COUNT);
    assert_int_equal(first.count, second.count);
    assert_memory_equal(first.at, second.at, first.count);
    assert_memory_equal(first.at, "II*\0", 4);
    spt_bytes_clear(&first);
    spt_bytes_clear(&second);
}

static void
writes_the_png_that_it_encodes(void **state)
{
    struct spt_bytes encoded = {0}, written = {0};

    (void)state;
    assert_int_equal(spt_encode_png(grey, HEIGHT, WIDTH, 1, &encoded, NULL), SEPTUM_OK);
    assert_int_equal(
        spt_write_png(scratch_path("w.png"), grey, HEIGHT, WIDTH, 1, true, NULL),
        SEPTUM_OK);
    spt_file_read(scratch_path("w.png"), SIZE_MAX, &written, NULL);
    assert_int_equal(encoded.count, written.count);
    assert_memory_equal(encoded.at, written.at, encoded.count);
    spt_bytes_clear(&encoded);
    spt_bytes_clear(&written);
}

static void
refuses_pictures_that_cannot_be(void **state)
{
    struct spt_bytes out = {0};
    struct septum_error err;

    (void)state;
    assert_int_equal(spt_encode_png(grey, 2, 2, 4, &out, &err), SEPTUM_EINVAL);
    assert_string_equal(err.text, "a PNG picture has 1 channel or 3, not 4");
    assert_int_equal(spt_encode_png(grey, 0, 2, 1, &out, &err), SEPTUM_EINVAL);
    assert_non_null(strstr(err.text, "no PNG picture of 2 x 0 pixels can be made ("));
    assert_null(out.at);
    assert_int_equal(
        whole_tiff_bytes(scratch_path("none.tif"), grey, 0, 2, 0, true, &err),
        SEPTUM_EINVAL);
    assert_non_null(
        strstr(err.text, "none.tif: an image without pixels is not written"));
    assert_false(spt_file_exists(scratch_path("none.tif")));
}

static void
replaces_a_file_only_when_told(void **state)
{
    const char *path = scratch_write("kept", "mine", 4);
    struct septum_error err;
    struct spt_bytes bytes = {0};

    (void)state;
    assert_int_equal(whole_tiff_floats(path, floats, 5, 5, 0, false, &err),
                     SEPTUM_EINVAL);
    assert_non_null(strstr(err.text, "kept: exists already"));
    assert_int_equal(whole_tiff_bytes(path, grey, 5, 5, 0, false, NULL), SEPTUM_EINVAL);
    assert_int_equal(spt_write_png(path, grey, 5, 5, 1, false, NULL), SEPTUM_EINVAL);
    assert_int_equal(spt_file_read(path, 100, &bytes, NULL), SEPTUM_OK);
    assert_memory_equal(bytes.at, "mine", 4);
    spt_bytes_clear(&bytes);
    assert_int_equal(spt_write_png(path, grey, 5, 5, 1, true, NULL), SEPTUM_OK);
}

static void
refuses_a_directory_that_is_not_there(void **state)
{
    const char *path = scratch_path("no/such.tif");
    struct septum_error err;

    (void)state;
    assert_int_equal(whole_tiff_floats(path, floats, 5, 5, 0, false, &err), SEPTUM_EIO);
    assert_non_null(strstr(err.text, "no/such.tif: No such file or directory"));
}

static int
count_entries(const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, NULL);

    assert_true(count >= 2); /* . and .. */
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return count - 2;
}

/* The temporary name leads to a device on which nothing has room. */
static void
assert_full_disk(const char *path, size_t height)
{
    char temporary[600];
    struct septum_error err = {0};
    enum septum_status status;

    snprintf(temporary, sizeof temporary, "%s.%ld.part", path, (long)getpid());
    assert_int_equal(symlink("/dev/full", temporary), 0);
    craft_mute();
    status = whole_tiff_floats(path, floats, (uint32_t)height, WIDTH, 0, false, &err);
    assert_int_equal(craft_unmute(), 0);
    assert_int_equal(status, SEPTUM_ENOMEM);
    assert_non_null(strstr(err.text, "full.tif: No space left on device"));
}

static void
says_that_the_disk_is_full_and_leaves_nothing(void **state)
{
    const char *directory = scratch_path("full");
    const char *path = scratch_path("full/full.tif");

    (void)state;
    assert_int_equal(mkdir(directory, 0700), 0);
    assert_full_disk(path, HEIGHT);
    assert_int_equal(count_entries(directory), 0);
    assert_full_disk(path, 1);
    assert_int_equal(count_entries(directory), 0);
}

/* A limit at every size: the write that fails is the header's, a strip's or the
 * directory's. */
static void
leaves_nothing_wherever_the_disk_fills(void **state)
{
    const char *directory = scratch_path("limited");
    const char *path = scratch_path("limited/p.tif");
    struct rlimit limit, old;
    struct stat about;
    size_t failed = 0;

    (void)state;
    assert_int_equal(mkdir(directory, 0700), 0);
    assert_int_equal(whole_tiff_floats(path, floats, 40, WIDTH, 4, false, NULL),
                     SEPTUM_OK);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(remove(path), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    signal(SIGXFSZ, SIG_IGN);
    for (long most = 0; most < about.st_size;
         most += most + 997 < about.st_size - 400 ? 997 : 7) {
        struct septum_error err = {0};
        enum septum_status status;

        limit = (struct rlimit){.rlim_cur = (rlim_t)most, .rlim_max = old.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        status = whole_tiff_floats(path, floats, 40, WIDTH, 4, false, &err);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
        assert_int_not_equal(status, SEPTUM_OK);
        assert_non_null(strstr(err.text, "p.tif: File too large"));
        assert_int_equal(count_entries(directory), 0);
        failed++;
    }
    signal(SIGXFSZ, SIG_DFL);
    assert_true(failed > 50);
}

static void
writes_numbers_of_16_bits_that_read_back(void **state)
{
    static const uint16_t numbers[] = {0, 1, 255, 256, 4660, 65535};
    const char *path = scratch_path("numbers.png");
    struct spt_set set = {0};
    float pixels[6];

    (void)state;
    assert_int_equal(spt_write_png_numbers(path, numbers, 2, 3, false, NULL),
                     SEPTUM_OK);
    assert_int_equal(spt_set_open(&path, 1, &set, NULL), SEPTUM_OK);
    assert_int_equal(set.pages[0].height, 2);
    assert_int_equal(set.pages[0].width, 3);
    assert_true(set.pages[0].white == 65535);
    assert_int_equal(spt_page_read(&set.pages[0], pixels, NULL), SEPTUM_OK);
    for (int i = 0; i < 6; i++)
        assert_true(pixels[i] == numbers[i]);
    spt_set_clear(&set);
    assert_int_not_equal(spt_write_png_numbers(path, numbers, 2, 3, false, NULL),
                         SEPTUM_OK);
    assert_int_equal(spt_write_png_numbers(path, numbers, 3, 2, true, NULL), SEPTUM_OK);
}

/* The file `from` has the very bytes of `wanted`. */
static void
assert_same_file(const char *from, const char *wanted)
{
    struct spt_bytes a = {0}, b = {0};

    assert_int_equal(spt_file_read(from, 1 << 24, &a, NULL), SEPTUM_OK);
    assert_int_equal(spt_file_read(wanted, 1 << 24, &b, NULL), SEPTUM_OK);
    assert_int_equal(a.count, b.count);
    assert_memory_equal(a.at, b.at, a.count);
    spt_bytes_clear(&a);
    spt_bytes_clear(&b);
}

static void
write_in_pieces(const char *path, enum spt_picture_kind kind, const void *pixels,
                uint32_t piece)
{
    const struct spt_picture picture = {kind, HEIGHT, WIDTH, 7};
    size_t row_bytes = WIDTH * (kind == SPT_PICTURE_FLOAT_TIFF ? 4 : 1);
    struct spt_writer *writer;

    assert_int_equal(spt_writer_open(path, &picture, true, &writer, NULL), SEPTUM_OK);
    for (uint32_t y = 0; y < HEIGHT; y += piece)
        assert_int_equal(spt_writer_rows(writer, (const char *)pixels + y * row_bytes,
                                         HEIGHT - y < piece ? HEIGHT - y : piece, NULL),
                         SEPTUM_OK);
    assert_int_equal(spt_writer_commit(writer, NULL), SEPTUM_OK);
    spt_writer_free(writer);
}

static void
writes_the_same_bytes_row_by_row(void **state)
{
    static const uint32_t pieces[] = {1, 7, HEIGHT};
    const char *whole = scratch_path("whole"), *path = scratch_path("pieces");

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(whole_tiff_floats(whole, floats, HEIGHT, WIDTH, 7, true, NULL),
                         SEPTUM_OK);
        write_in_pieces(path, SPT_PICTURE_FLOAT_TIFF, floats, pieces[i]);
        assert_same_file(path, whole);
        assert_int_equal(whole_tiff_bytes(whole, grey, HEIGHT, WIDTH, 7, true, NULL),
                         SEPTUM_OK);
        write_in_pieces(path, SPT_PICTURE_BYTE_TIFF, grey, pieces[i]);
        assert_same_file(path, whole);
        assert_int_equal(spt_write_png(whole, grey, HEIGHT, WIDTH, 1, true, NULL),
                         SEPTUM_OK);
        write_in_pieces(path, SPT_PICTURE_BYTE_PNG, grey, pieces[i]);
        assert_same_file(path, whole);
    }
}

static void
writes_numbers_of_16_and_32_bits(void **state)
{
    static const struct {
        enum spt_picture_kind kind;
        uint32_t most;
    } kinds[] = {{SPT_PICTURE_SHORT_TIFF, 65535}, {SPT_PICTURE_LONG_TIFF, 16777216}};
    const char *path = scratch_path("numbers.tif");

    (void)state;
    for (size_t k = 0; k < 2; k++) {
        const uint32_t longs[6] = {0, 1, 2, kinds[k].most, 300, 5};
        const uint16_t shorts[6] = {0, 1, 2, 65535, 300, 5};
        const struct spt_picture picture = {kinds[k].kind, 2, 3, 7};
        struct spt_set set = {0};
        struct spt_writer *writer;
        float found[6];

        assert_int_equal(spt_writer_open(path, &picture, true, &writer, NULL),
                         SEPTUM_OK);
        assert_int_equal(
            spt_writer_rows(writer, k == 0 ? (const void *)shorts : longs, 2, NULL),
            SEPTUM_OK);
        assert_int_equal(spt_writer_commit(writer, NULL), SEPTUM_OK);
        spt_writer_free(writer);
        assert_int_equal(spt_set_open(&path, 1, &set, NULL), SEPTUM_OK);
        assert_true(fabs(set.pages[0].nm_per_pixel - 7) < 1e-6);
        assert_int_equal(spt_page_read(&set.pages[0], found, NULL), SEPTUM_OK);
        for (int i = 0; i < 6; i++)
            assert_true(found[i] == (float)longs[i]);
        spt_set_clear(&set);
    }
}

static void
leaves_nothing_of_a_picture_that_is_given_up(void **state)
{
    const char *directory = scratch_path("given-up");
    const char *path = scratch_path("given-up/p");
    struct septum_error err = {0};
    struct spt_writer *writer;

    (void)state;
    assert_int_equal(mkdir(directory, 0700), 0);
    for (int kind = SPT_PICTURE_FLOAT_TIFF; kind <= SPT_PICTURE_BYTE_PNG; kind++) {
        struct spt_picture picture = {(enum spt_picture_kind)kind, HEIGHT, WIDTH, 0};

        assert_int_equal(spt_writer_open(path, &picture, false, &writer, NULL),
                         SEPTUM_OK);
        assert_int_equal(spt_writer_rows(writer, floats, 3, NULL), SEPTUM_OK);
        assert_int_equal(count_entries(directory), 1);
        spt_writer_free(writer);
        assert_int_equal(count_entries(directory), 0);
        picture.height = 0;
        assert_int_equal(spt_writer_open(path, &picture, false, &writer, &err),
                         SEPTUM_EINVAL);
        assert_null(writer);
        assert_non_null(strstr(err.text, "/p: an image without pixels is not written"));
    }
    spt_writer_free(NULL);
}

/* As libpng meets the limit only when its buffer is full, the picture is of noise. */
static void
says_that_the_disk_fills_under_a_png(void **state)
{
    const char *directory = scratch_path("png-limited");
    const char *path = scratch_path("png-limited/p.png");
    const struct spt_picture picture = {SPT_PICTURE_BYTE_PNG, 400, WIDTH, 0};
    struct rlimit limit, old;

    (void)state;
    assert_int_equal(mkdir(directory, 0700), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    signal(SIGXFSZ, SIG_IGN);
    for (rlim_t most = 0; most < 20000; most += 4999) {
        struct septum_error err = {0};
        struct spt_writer *writer;
        enum septum_status status;

        limit = (struct rlimit){.rlim_cur = most, .rlim_max = old.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        status = spt_writer_open(path, &picture, false, &writer, &err);
        for (uint64_t y = 0; status == SEPTUM_OK && y < 400; y++) {
            uint8_t row[WIDTH];

            for (uint64_t x = 0; x < WIDTH; x++)
                row[x] = (uint8_t)spt_random_hash(y, x);
            status = spt_writer_rows(writer, row, 1, &err);
        }
        if (status == SEPTUM_OK)
            status = spt_writer_commit(writer, &err);
        spt_writer_free(writer);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
        assert_int_not_equal(status, SEPTUM_OK);
        assert_non_null(strstr(err.text, "p.png: File too large"));
        assert_int_equal(count_entries(directory), 0);
    }
    signal(SIGXFSZ, SIG_DFL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_back_what_it_wrote),
        cmocka_unit_test(writes_colours_that_libpng_reads),
        cmocka_unit_test(writes_one_pixel_and_one_row),
        cmocka_unit_test(says_to_imagej_what_range_and_pixel_size_are),
        cmocka_unit_test(writes_equal_bytes_for_equal_pixels),
        cmocka_unit_test(writes_the_png_that_it_encodes),
        cmocka_unit_test(writes_numbers_of_16_bits_that_read_back),
        cmocka_unit_test(refuses_pictures_that_cannot_be),
        cmocka_unit_test(replaces_a_file_only_when_told),
        cmocka_unit_test(refuses_a_directory_that_is_not_there),
        cmocka_unit_test(says_that_the_disk_is_full_and_leaves_nothing),
        cmocka_unit_test(leaves_nothing_wherever_the_disk_fills),
        cmocka_unit_test(writes_the_same_bytes_row_by_row),
        cmocka_unit_test(writes_numbers_of_16_and_32_bits),
        cmocka_unit_test(leaves_nothing_of_a_picture_that_is_given_up),
        cmocka_unit_test(says_that_the_disk_fills_under_a_png),
    };

    return cmocka_run_group_tests_name("write", tests, draw_pictures, NULL);
}
