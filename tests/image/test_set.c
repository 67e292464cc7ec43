/*
 * Sources: which files a set takes, in which order, under which names.
 */
#include "image/set.h"

#include <png.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tiffio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "image/craft.h"
#include "image/source_root.h"
#include "support/scratch.h"

/* Make a directory of that name in the scratch directory. */
static void
make_directory(const char *name)
{
    assert_int_equal(mkdir(scratch_path(name), 0700), 0);
}

/* Make a picture of one pixel. */
static void
make_picture(const char *name)
{
    static const uint8_t pixel = 1;
    static const uint8_t *const rows[] = {&pixel};
    struct craft_png png = {.height = 1, .width = 1, .depth = 8, .rows = rows};

    craft_png(name, &png);
}

static void
lists_a_directory_in_natural_order(void **state)
{
    static const char *const ordered[] = {
        "1.png",
        "2.png",
        "10.png",
        "010.png",
        "a.png",
        "a1b2.png",
        "a1b10.png",
        "a01c.png",
        "a10.png",
        "b-99999999999999999999999.png",
        "b-100000000000000000000000.png",
    };
    static const int shuffled[] = {7, 3, 10, 0, 9, 5, 1, 8, 2, 6, 4};
    struct spt_set set;
    char name[100];

    (void)state;
    make_directory("natural");
    for (int i = 0; i < 11; i++) {
        snprintf(name, sizeof name, "natural/%s", ordered[shuffled[i]]);
        make_picture(name);
    }
    set = craft_open(scratch_path("natural"));
    assert_int_equal(set.count, 11);
    /* 10 and 010 are one number: then the plain order decides, 0 before 1. */
    assert_string_equal(set.pages[2].name, "010");
    assert_string_equal(set.pages[3].name, "10");
    for (size_t i = 0; i < 11; i++) {
        if (i != 2 && i != 3)
            assert_memory_equal(set.pages[i].name, ordered[i], strlen(ordered[i]) - 4);
    }
    spt_set_clear(&set);
}

static void
passes_over_what_is_no_image(void **state)
{
    struct spt_set set;

    (void)state;
    make_directory("mixed");
    make_directory("mixed/sub.png");
    make_picture("mixed/sub.png/inside.png");
    make_picture("mixed/.hidden.png");
    make_picture("mixed/image.png");
    make_picture("mixed/unusual-ending.dat");
    scratch_write("mixed/index.tsv", "n\tvolume\n", 9);
    scratch_write("mixed/empty.txt", "", 0);
    assert_int_equal(mkfifo(scratch_path("mixed/pipe.png"), 0600), 0);
    assert_int_equal(symlink("nowhere", scratch_path("mixed/dangling")), 0);
    set = craft_open(scratch_path("mixed"));
    assert_int_equal(set.count, 2);
    assert_string_equal(set.pages[0].name, "image");
    assert_string_equal(set.pages[1].name, "unusual-ending");
    spt_set_clear(&set);
    set = craft_open(scratch_path("mixed/.hidden.png")); /* when named itself */
    assert_string_equal(set.pages[0].name, ".hidden");
    spt_set_clear(&set);
}

static void
refuses_an_impostor_in_a_directory(void **state)
{
    struct septum_error err = {0};
    struct spt_set set = {0};
    const char *path;

    (void)state;
    make_directory("impostor");
    make_picture("impostor/1.png");
    path = scratch_write("impostor/2.TIFF", "", 0);
    assert_string_equal(
        strstr(craft_refusal(scratch_path("impostor"), SEPTUM_EFORMAT), "/2.TIFF"),
        "/2.TIFF: is empty; Septum reads PNG and TIFF files");
    scratch_write("impostor/2.TIFF", "\xff\xd8\xff\xe0", 4);
    assert_string_equal(
        strstr(craft_refusal(scratch_path("impostor"), SEPTUM_EFORMAT), "/2.TIFF"),
        "/2.TIFF: is neither a PNG nor a TIFF file");
    unlink(path);
    assert_int_equal(symlink("nowhere", scratch_path("impostor/3.png")), 0);
    path = scratch_path("impostor");
    assert_int_equal(spt_set_open(&path, 1, &set, &err), SEPTUM_EIO);
    assert_non_null(strstr(err.text, "impostor/3.png: No such file or directory"));
}

static void
refuses_sources_that_are_not_there_or_not_images(void **state)
{
    struct spt_set set = {0};
    struct septum_error err = {0};

    (void)state;
    assert_string_equal(craft_refusal(scratch_path("missing.png"), SEPTUM_EIO),
                        ": No such file or directory");
    assert_string_equal(craft_refusal("", SEPTUM_EIO), ": No such file or directory");
    assert_string_equal(craft_refusal("/dev/null", SEPTUM_EIO), ": not a regular file");
    assert_string_equal(
        craft_refusal(scratch_write("text.png", "hello", 5), SEPTUM_EFORMAT),
        ": is neither a PNG nor a TIFF file");
    assert_string_equal(
        craft_refusal(scratch_write("empty.png", "", 0), SEPTUM_EFORMAT),
        ": is empty; Septum reads PNG and TIFF files");
    make_directory("nothing");
    assert_string_equal(
        craft_refusal(scratch_path("nothing"), SEPTUM_EINVAL),
        ": holds no PNG or TIFF image (sub-directories are not entered)");
    assert_int_equal(spt_set_open(NULL, 0, &set, &err), SEPTUM_EINVAL);
    assert_string_equal(err.text, "no image file or directory is named");
    assert_int_equal(spt_set_open(NULL, 0, &set, NULL), SEPTUM_EINVAL);
}

static void
refuses_what_may_not_be_read(void **state)
{
    static const uid_t nobody = 65534;
    bool is_root = geteuid() == 0;
    const char *text;

    (void)state;
    make_picture("secret.png");
    assert_int_equal(chmod(scratch_path("secret.png"), 0), 0);
    if (is_root) /* to whom nothing is forbidden */
        assert_int_equal(seteuid(nobody), 0);
    text = craft_refusal(scratch_path("secret.png"), SEPTUM_EIO);
    if (is_root)
        assert_int_equal(seteuid(0), 0);
    assert_string_equal(text, ": Permission denied");
}

static void
keeps_the_order_of_several_sources(void **state)
{
    const char *paths[3];
    struct spt_set set = {0};

    (void)state;
    make_directory("later");
    make_picture("later/b.png");
    make_picture("later/a.png");
    make_picture("z.png");
    make_picture("y.x.png");
    paths[0] = scratch_path("z.png");
    paths[1] = scratch_path("later/"); /* a closing slash does not double */
    paths[2] = scratch_path("y.x.png");
    assert_int_equal(spt_set_open(paths, 3, &set, NULL), SEPTUM_OK);
    assert_int_equal(set.count, 4);
    assert_string_equal(set.pages[0].name, "z");
    assert_string_equal(set.pages[1].name, "a");
    assert_string_equal(set.pages[2].name, "b");
    assert_string_equal(set.pages[3].name, "y.x");
    assert_string_equal(set.pages[1].path, scratch_path("later/a.png"));
    spt_set_clear(&set);
    assert_null(set.pages);
    spt_set_clear(&set); /* an empty set is one, too */
}

static void
frees_what_it_has_listed_when_a_later_source_fails(void **state)
{
    const char *paths[2];
    struct spt_set set = {0};
    struct septum_error err;

    (void)state;
    make_picture("first.png");
    paths[0] = scratch_path("first.png");
    paths[1] = scratch_path("missing.png");
    assert_int_equal(spt_set_open(paths, 2, &set, &err), SEPTUM_EIO);
    assert_null(set.pages);
}

static void
lists_hundreds_of_pages(void **state)
{
    static const uint8_t pixel = 9;
    struct craft_tiff pages[300];
    struct spt_set set;
    float *last;

    (void)state;
    for (int i = 0; i < 300; i++)
        pages[i] = (struct craft_tiff){.height = 1,
                                       .width = 1,
                                       .photometric = PHOTOMETRIC_MINISBLACK,
                                       .pixels = &pixel};
    set = craft_open(craft_tiff("many.tiff", "w", pages, 300));
    assert_int_equal(set.count, 300);
    assert_string_equal(set.pages[299].name, "many-0299");
    last = craft_read(&set, 299);
    assert_true(*last == 9);
    free(last);
    spt_set_clear(&set);
}

/* ---- real images, when they lie beside the project --------------------------------
 */

#define DATA SOURCE_ROOT "/../shared/data"

struct data {
    const char *name;
    size_t count;
    uint32_t width, height; /* of the first */
};

static void
reads_real_images(void **state)
{
    static const struct data all[] = {
        {"isbi2012", 30, 512, 512},
        {"vnc", 20, 1024, 1024},
        {"celegans", 29, 356, 256},
        {"plant-ovule", 54, 224, 224},
        {"plant-root-lightsheet", 20, 170, 170},
    };

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char path[2][500];
        struct spt_set images, labels;
        size_t *pairs;

        snprintf(path[0], sizeof path[0], DATA "/%s/images", all[i].name);
        snprintf(path[1], sizeof path[1], DATA "/%s/labels", all[i].name);
        if (!spt_file_exists(path[0]))
            continue;
        images = craft_open(path[0]);
        labels = craft_open(path[1]);
        assert_int_equal(images.count, all[i].count);
        assert_int_equal(images.pages[0].width, all[i].width);
        assert_int_equal(images.pages[0].height, all[i].height);
        assert_string_equal(images.pages[9].name, "009");
        pairs = calloc(images.count, sizeof *pairs);
        assert_non_null(pairs);
        assert_int_equal(spt_set_pair(&images, &labels, pairs, NULL), SEPTUM_OK);
        for (size_t k = 0; k < images.count; k += 7) {
            size_t pixels = (size_t)images.pages[k].width * images.pages[k].height;
            float *image = craft_read(&images, k),
                  *label = craft_read(&labels, pairs[k]);

            assert_int_equal(pairs[k], k);
            for (size_t p = 0; p < pixels; p++) {
                assert_true(label[p] == 0 || label[p] == 255);
                assert_true(image[p] >= 0 && image[p] <= 255);
            }
            free(image);
            free(label);
        }
        free(pairs);
        spt_set_clear(&images);
        spt_set_clear(&labels);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_a_directory_in_natural_order),
        cmocka_unit_test(passes_over_what_is_no_image),
        cmocka_unit_test(refuses_an_impostor_in_a_directory),
        cmocka_unit_test(refuses_sources_that_are_not_there_or_not_images),
        cmocka_unit_test(refuses_what_may_not_be_read),
        cmocka_unit_test(keeps_the_order_of_several_sources),
        cmocka_unit_test(frees_what_it_has_listed_when_a_later_source_fails),
        cmocka_unit_test(lists_hundreds_of_pages),
        cmocka_unit_test(reads_real_images),
    };

    /* Left out by name: cmocka's skip() prints "not ok", which Meson takes for a
     * failure. */
    if (!spt_file_exists(DATA)) {
        print_message("# left out, for want of %s: reads_real_images\n", DATA);
        cmocka_set_skip_filter("reads_real_images");
    }
    return cmocka_run_group_tests_name("set", tests, NULL, NULL);
}
