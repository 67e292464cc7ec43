/*
 * test_simulate.c - stacks of both microscopes.
 */
#include "simulate/simulate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined _OPENMP && __has_include(<omp.h>)
#    define HAS_THREADS 1
#    include <omp.h>
#else
#    define HAS_THREADS 0
#endif

#include <cmocka.h>

#define SIZE 128
#define PIXELS ((size_t)SIZE * SIZE)

static const char *const names[] = {"spim", "confocal"};

static void
make_one(const struct spt_simulation_settings *settings, uint32_t slice,
         const struct spt_slice *out)
{
    struct spt_simulation *simulation;
    struct septum_error err = {0};

    if (spt_simulation_create(settings, &simulation, &err) != SEPTUM_OK ||
        spt_simulation_slice(simulation, slice, out, &err) != SEPTUM_OK)
        fail_msg("%s", err.text);
    spt_simulation_free(simulation);
}

static void
make_slice(const char *name, uint64_t seed, uint32_t slice, uint32_t size,
           uint8_t *image, uint8_t *membrane)
{
    static uint16_t cells[301 * 301];
    struct spt_slice out = {.cells = cells};

    out.image = image;
    out.membrane = membrane;
    make_one(
        &(const struct spt_simulation_settings){
            .microscope = name, .seed = seed, .count = 40, .size = size},
        slice, &out);
}

static double
share_of_membrane(const uint8_t *membrane, size_t count)
{
    size_t on = 0;

    for (size_t i = 0; i < count; i++) {
        assert_true(membrane[i] == 0 || membrane[i] == 255);
        on += membrane[i] == 255;
    }
    return (double)on / (double)count;
}

static void
knows_two_microscopes_by_name(void **state)
{
    (void)state;
    assert_int_equal(spt_microscope_find("spim")->size, 301);
    assert_int_equal(spt_microscope_find("confocal")->size, 1024);
    assert_null(spt_microscope_find("SPIM"));
    assert_null(spt_microscope_find(""));
}

static void
makes_the_same_slice_again_however_many_threads_there_are(void **state)
{
    static uint8_t image[2][PIXELS], membrane[2][PIXELS];

    (void)state;
    for (size_t k = 0; k < 2; k++) {
        make_slice(names[k], 9, 20, SIZE, image[0], membrane[0]);
#if HAS_THREADS
        int threads = omp_get_max_threads();

        omp_set_num_threads(threads == 1 ? 3 : 1);
#endif
        make_slice(names[k], 9, 3, SIZE, image[1], membrane[1]); /* another between */
        make_slice(names[k], 9, 20, SIZE, image[1], membrane[1]);
        assert_memory_equal(image[0], image[1], PIXELS);
        assert_memory_equal(membrane[0], membrane[1], PIXELS);
#if HAS_THREADS
        omp_set_num_threads(threads);
#endif
    }
}

static void
makes_another_embryo_of_another_seed(void **state)
{
    static uint8_t image[2][PIXELS], membrane[2][PIXELS];
    size_t unlike = 0;

    (void)state;
    make_slice("spim", 1, 20, SIZE, image[0], membrane[0]);
    make_slice("spim", 2, 20, SIZE, image[1], membrane[1]);
    assert_memory_not_equal(image[0], image[1], PIXELS);
    for (size_t i = 0; i < PIXELS; i++)
        unlike += membrane[0][i] != membrane[1][i];
    assert_true(unlike > PIXELS / 6);
}

/* Intersection over union of two truths. */
static double
overlap(const uint8_t *a, const uint8_t *b)
{
    size_t both = 0, either = 0;

    for (size_t i = 0; i < PIXELS; i++) {
        both += a[i] && b[i];
        either += a[i] || b[i];
    }
    return (double)both / (double)either;
}

static void
makes_neighbouring_slices_alike_but_not_equal(void **state)
{
    static uint8_t image[3][PIXELS], membrane[3][PIXELS];

    (void)state;
    for (size_t k = 0; k < 2; k++) {
        make_slice(names[k], 4, 20, SIZE, image[0], membrane[0]);
        make_slice(names[k], 4, 21, SIZE, image[1], membrane[1]);
        make_slice(names[k], 4, 35, SIZE, image[2], membrane[2]);
        assert_true(overlap(membrane[0], membrane[1]) < 0.95);
        assert_true(overlap(membrane[0], membrane[1]) >
                    1.3 * overlap(membrane[0], membrane[2]));
        assert_memory_not_equal(image[0], image[1], PIXELS);
    }
}

static void
has_the_share_of_membrane_that_such_images_have(void **state)
{
    static uint8_t image[301 * 301], membrane[301 * 301];
    double share = 0;

    (void)state;
    for (uint32_t slice = 0; slice < 40; slice += 13) {
        make_slice("spim", 6, slice, 301, image, membrane);
        share += share_of_membrane(membrane, sizeof membrane) / 4;
    }
    assert_true(share > 0.12 && share < 0.25);
    make_slice("confocal", 6, 20, SIZE, image, membrane);
    share = share_of_membrane(membrane, PIXELS);
    assert_true(share > 0.15 && share < 0.35);
}

static void
shows_membranes_brighter_than_the_rest(void **state)
{
    static uint8_t image[PIXELS], membrane[PIXELS];

    (void)state;
    for (size_t k = 0; k < 2; k++) {
        double sum[2] = {0}, square[2] = {0}, count[2] = {0}, spread;

        make_slice(names[k], 11, 22, SIZE, image, membrane);
        for (size_t i = 0; i < PIXELS; i++) {
            sum[membrane[i] > 0] += image[i];
            square[membrane[i] > 0] += (double)image[i] * image[i];
            count[membrane[i] > 0]++;
        }
        for (size_t on = 0; on < 2; on++) {
            sum[on] /= count[on];
            square[on] = square[on] / count[on] - sum[on] * sum[on];
        }
        spread = sqrt((square[0] + square[1]) / 2);
        assert_true(sum[1] - sum[0] > 0.8 * spread);
        assert_true(sum[1] - sum[0] > 20);
    }
}

static void
crops_the_field_of_view_around_the_centre(void **state)
{
    static uint8_t image[PIXELS], large[PIXELS], small[100 * 100];
    size_t unlike = 0;

    (void)state;
    make_slice("spim", 3, 20, SIZE, image, large);
    make_slice("spim", 3, 20, 100, image, small);
    for (size_t y = 0; y < 100; y++)
        for (size_t x = 0; x < 100; x++)
            unlike += small[y * 100 + x] != large[(y + 14) * SIZE + x + 14];
    assert_int_equal(unlike, 0);
}

static void
makes_images_of_any_size_and_writes_no_further(void **state)
{
    static const uint32_t sizes[] = {1, 2, 7, 8, 9, 65};

    (void)state;
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        size_t pixels = (size_t)sizes[k] * sizes[k];
        uint8_t *image = malloc(pixels), *membrane = malloc(pixels);

        assert_non_null(image);
        assert_non_null(membrane);
        memset(membrane, 7, pixels);
        make_slice(names[k % 2], 3, 0, sizes[k], image, membrane);
        share_of_membrane(membrane, pixels);
        free(image);
        free(membrane);
    }
}

static void
makes_a_stack_of_one(void **state)
{
    static uint8_t image[PIXELS], membrane[PIXELS];
    static uint16_t cells[PIXELS];

    (void)state;
    make_one(
        &(const struct spt_simulation_settings){
            .microscope = "spim", .seed = 1, .count = 1, .size = SIZE},
        0, &(const struct spt_slice){image, membrane, cells});
    assert_true(share_of_membrane(membrane, PIXELS) > 0.1);
}

static void
shows_one_embryo_to_both_microscopes(void **state)
{
    /* The middle slice of either; a place of one is looked up in the other. */
    static uint8_t image[301 * 301], membrane[2][301 * 301];
    static uint16_t cells[2][301 * 301];
    size_t same = 0, known = 0;

    (void)state;
    for (int k = 0; k < 2; k++)
        make_one(
            &(const struct spt_simulation_settings){
                .microscope = names[k], .seed = 8, .count = 1, .size = 301},
            0, &(const struct spt_slice){image, membrane[k], cells[k]});
    for (int y = 0; y < 301; y++)
        for (int x = 0; x < 301; x++) {
            int i = (int)lround(150 + (y - 150) * 0.308 / 0.66);
            int j = (int)lround(150 + (x - 150) * 0.308 / 0.66);
            int far = cells[1][y * 301 + x], near = cells[0][i * 301 + j];

            if (far == 0 || near == 0)
                continue;
            known++;
            same += far == near;
        }
    assert_true(known > 301 * 301 / 2);
    assert_true(same > known - known / 200);
}

static void
numbers_a_cell_alike_in_every_slice_and_never_on_membrane(void **state)
{
    static uint8_t image[PIXELS], membrane[PIXELS];
    static uint16_t cells[2][PIXELS];
    size_t kept = 0, both = 0;

    (void)state;
    for (uint32_t k = 0; k < 2; k++) {
        make_one(
            &(const struct spt_simulation_settings){
                .microscope = "spim", .seed = 3, .count = 60, .size = SIZE},
            30 + k, &(const struct spt_slice){image, membrane, cells[k]});
        for (size_t i = 0; i < PIXELS; i++) {
            assert_true(membrane[i] == 0 || cells[k][i] == 0);
            assert_true(cells[k][i] <= SPT_SIMULATION_CELLS);
        }
    }
    for (size_t i = 0; i < PIXELS; i++) {
        both += cells[0][i] > 0 && cells[1][i] > 0;
        kept += cells[0][i] > 0 && cells[0][i] == cells[1][i];
    }
    assert_true(both > PIXELS / 3 && kept > both - both / 10);
}

static void
has_few_large_or_many_small_cells(void **state)
{
    static uint8_t image[PIXELS], membrane[PIXELS];
    static uint16_t cells[PIXELS];
    const uint32_t stages[] = {1, 16, 180, SPT_EMBRYO_CELLS};
    double before = 0;

    (void)state;
    for (size_t k = 0; k < 4; k++) {
        double share;

        make_one(
            &(const struct spt_simulation_settings){
                .microscope = "spim", .count = 1, .size = SIZE, .cells = stages[k]},
            0, &(const struct spt_slice){image, membrane, cells});
        share = share_of_membrane(membrane, PIXELS);
        assert_true(k == 0 ? share < 0.01 : share > before + 0.04);
        before = share;
    }
}

/* Of a slice without the other two difficulties. */
static void
measure_light(double weak, double merged, double ghosts, double *mean, double *contrast)
{
    static uint8_t image[PIXELS], membrane[PIXELS];
    static uint16_t cells[PIXELS];
    double sum[2] = {0}, count[2] = {0};

    make_one(&(const struct spt_simulation_settings){.microscope = "confocal",
                                                     .count = 3,
                                                     .size = SIZE,
                                                     .has_weak = true,
                                                     .has_merged = true,
                                                     .has_ghosts = true,
                                                     .weak = weak,
                                                     .merged = merged,
                                                     .ghosts = ghosts},
             1, &(const struct spt_slice){image, membrane, cells});
    for (size_t i = 0; i < PIXELS; i++) {
        sum[membrane[i] > 0] += image[i];
        count[membrane[i] > 0]++;
    }
    *mean = (sum[0] + sum[1]) / PIXELS;
    *contrast = sum[1] / count[1] - sum[0] / count[0];
}

static void
makes_each_difficulty_as_great_as_asked(void **state)
{
    double easy, contrast, mean, worse;

    (void)state;
    measure_light(0, 0, 0, &easy, &contrast);
    measure_light(1, 0, 0, &mean, &worse);
    assert_true(mean < easy && worse < 0.9 * contrast);
    measure_light(0, 1, 0, &mean, &worse);
    assert_true(mean > 1.03 * easy);
    measure_light(0, 0, 1, &mean, &worse);
    assert_true(mean > 1.2 * easy);
}

static void
describes_itself_in_json(void **state)
{
    struct spt_simulation *simulation;
    struct spt_text text = {0};

    (void)state;
    assert_int_equal(spt_simulation_create(
                         &(const struct spt_simulation_settings){
                             .microscope = "confocal", .seed = 77, .count = 3},
                         &simulation, NULL),
                     SEPTUM_OK);
    assert_int_equal(spt_simulation_size(simulation), 1024);
    spt_simulation_describe(simulation, &text);
    assert_true(spt_bytes_append(&text.bytes, "", 1));
    assert_non_null(strstr((const char *)text.bytes.at, "\"simulated\": true,"));
    assert_non_null(strstr((const char *)text.bytes.at, "\"seed\": 77,"));
    assert_non_null(strstr((const char *)text.bytes.at, "\"pixel_um\": 0.308,"));
    assert_non_null(strstr((const char *)text.bytes.at, "\"ghosts\": 0.55\n"));
    spt_text_clear(&text);
    spt_simulation_free(simulation);
}

static void
refuses_what_is_out_of_bounds(void **state)
{
    const struct {
        struct spt_simulation_settings settings;
        const char *text;
    } rows[] = {
        {{.microscope = "light", .count = 1},
         "there is no microscope \"light\", only spim and confocal"},
        {{.microscope = "spim"}, "a simulated stack has no slice"},
        {{.microscope = "spim", .count = 1, .size = 8193},
         "a simulated slice of 8193 pixels a side: 1 to 8192 are possible"},
        {{.microscope = "spim", .count = 1, .cells = 1025},
         "a simulated embryo of 1025 cells: 1 to 1024 are possible"},
        {{.microscope = "spim", .count = 1, .has_weak = true, .weak = 1.5},
         "weak: 1.5 is not from 0 to 1"},
        {{.microscope = "spim", .count = 1, .has_merged = true, .merged = -1},
         "merged: -1 is not from 0 to 1"},
        {{.microscope = "spim", .count = 1, .has_ghosts = true, .ghosts = NAN},
         "ghosts: nan is not from 0 to 1"},
    };
    struct spt_simulation *simulation;
    struct septum_error err = {0};
    uint8_t pixel = 1;
    uint16_t cell = 1;
    const struct spt_slice out = {&pixel, &pixel, &cell};

    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        assert_int_equal(spt_simulation_create(&rows[k].settings, &simulation, &err),
                         SEPTUM_EINVAL);
        assert_string_equal(err.text, rows[k].text);
        assert_null(simulation);
    }
    assert_int_equal(spt_simulation_create(
                         &(const struct spt_simulation_settings){
                             .microscope = "spim", .count = 5, .size = 1},
                         &simulation, &err),
                     SEPTUM_OK);
    assert_int_equal(spt_simulation_slice(simulation, 5, &out, &err), SEPTUM_EINVAL);
    assert_string_equal(err.text,
                        "slice 5 is not in a stack of 5 slices, counted from 0");
    assert_int_equal(pixel, 1);
    spt_simulation_free(simulation);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_two_microscopes_by_name),
        cmocka_unit_test(makes_the_same_slice_again_however_many_threads_there_are),
        cmocka_unit_test(makes_another_embryo_of_another_seed),
        cmocka_unit_test(makes_neighbouring_slices_alike_but_not_equal),
        cmocka_unit_test(has_the_share_of_membrane_that_such_images_have),
        cmocka_unit_test(shows_membranes_brighter_than_the_rest),
        cmocka_unit_test(crops_the_field_of_view_around_the_centre),
        cmocka_unit_test(makes_images_of_any_size_and_writes_no_further),
        cmocka_unit_test(makes_a_stack_of_one),
        cmocka_unit_test(shows_one_embryo_to_both_microscopes),
        cmocka_unit_test(numbers_a_cell_alike_in_every_slice_and_never_on_membrane),
        cmocka_unit_test(has_few_large_or_many_small_cells),
        cmocka_unit_test(makes_each_difficulty_as_great_as_asked),
        cmocka_unit_test(describes_itself_in_json),
        cmocka_unit_test(refuses_what_is_out_of_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
