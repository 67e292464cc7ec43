/*
 * test_microscope.c - light, blur and noise, each seen alone.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "simulate/microscope.h"

#define SIZE 96

/* One round cell of radius 24, and a microscope without noise or shade. */
static const struct spt_microscope plain = {
    .name = "plain",
    .size = SIZE,
    .pixel = 1,
    .truth = 4,
    .axial = 0.01,
    .lateral = 0.2,
    .shade = 1e9,
    .photons = 40000, /* so many that their noise is below a grey level */
    .gain = 100.0 / 40000,
};

static const struct spt_stain stain = {.thickness = 1.5};

static enum septum_status
expose(const struct spt_microscope *microscope, const struct spt_embryo *embryo,
       double z, uint8_t *image, uint8_t *membrane)
{
    static uint16_t cells[SIZE * SIZE];
    const struct spt_view view = {
        .embryo = embryo, .stain = stain, .z = z, .key = 1, .size = SIZE};
    struct spt_slice slice = {.cells = cells};

    slice.image = image;
    slice.membrane = membrane;
    return spt_microscope_expose(microscope, &view, &slice, NULL);
}

static void
make_ball(struct spt_embryo *embryo)
{
    *embryo = (struct spt_embryo){
        .shape = {.x = 24, .y = 24, .z = 24, .cells = 1},
        .spacing = 40,
        .crust = 24,
        .key = 3,
        .count = 1,
    };
}

static void
draws_the_outline_of_a_ball_where_it_is(void **state)
{
    static struct spt_embryo embryo;
    static uint8_t image[SIZE * SIZE], membrane[SIZE * SIZE];

    (void)state;
    make_ball(&embryo);
    assert_int_equal(expose(&plain, &embryo, 0, image, membrane), SEPTUM_OK);
    for (int y = 0; y < SIZE; y++)
        for (int x = 0; x < SIZE; x++) {
            double off = hypot(x - 47.5, y - 47.5) - 24;
            int grey = image[y * SIZE + x];

            assert_int_equal(membrane[y * SIZE + x], fabs(off) <= 2 ? 255 : 0);
            if (fabs(off) > 6)
                assert_true(grey < 2);
            if (fabs(off) < 0.3)
                assert_true(grey > 40);
        }
}

static void
sees_a_smaller_ring_above_the_middle(void **state)
{
    static struct spt_embryo embryo;
    static uint8_t image[SIZE * SIZE], membrane[SIZE * SIZE];
    int first = 0;

    (void)state;
    make_ball(&embryo);
    assert_int_equal(expose(&plain, &embryo, 14.4, image, membrane), SEPTUM_OK);
    while (membrane[48 * SIZE + first] == 0)
        first++;
    /* Radius 26 at height 14.4: sqrt(26^2 - 14.4^2) = 21.6 from the centre 47.5. */
    assert_int_equal(first, 26);
}

static void
lets_the_axial_spread_show_what_is_out_of_focus(void **state)
{
    static struct spt_embryo embryo;
    static uint8_t sharp[SIZE * SIZE], ghost[SIZE * SIZE], truth[SIZE * SIZE];
    struct spt_microscope deep = plain;

    (void)state;
    make_ball(&embryo);
    deep.axial = 6;
    /* Just above the ball there is nothing in focus, but its top is near. */
    assert_int_equal(expose(&plain, &embryo, 32, sharp, truth), SEPTUM_OK);
    assert_int_equal(expose(&deep, &embryo, 32, ghost, truth), SEPTUM_OK);
    assert_int_equal(sharp[48 * SIZE + 48], 0);
    assert_int_equal(truth[48 * SIZE + 48], 0);
    assert_true(ghost[48 * SIZE + 48] > 5);
}

static void
dims_what_lies_behind_the_embryo(void **state)
{
    static struct spt_embryo embryo;
    static uint8_t image[SIZE * SIZE], truth[SIZE * SIZE];
    struct spt_microscope shaded = plain;
    long left = 0, right = 0;

    (void)state;
    make_ball(&embryo);
    shaded.shade = 40;
    assert_int_equal(expose(&shaded, &embryo, 0, image, truth), SEPTUM_OK);
    for (int i = 0; i < SIZE * SIZE; i++)
        *(i % SIZE < SIZE / 2 ? &left : &right) += image[i];
    assert_true(left > right + right / 2);
}

static void
counts_photons_as_a_camera_does(void **state)
{
    /* Nothing but background: mean and variance follow from the settings. */
    const struct {
        double photons, read_noise, gain, offset;
    } cameras[] = {{30, 1.5, 4, 10}, {400, 2, 1, 5}};
    static struct spt_embryo embryo;
    static uint8_t image[SIZE * SIZE], truth[SIZE * SIZE];

    (void)state;
    make_ball(&embryo);
    for (size_t k = 0; k < 2; k++) {
        struct spt_microscope noisy = plain;
        double mean = 0, square = 0, light = 0.3 * cameras[k].photons;
        double variance;

        noisy.photons = cameras[k].photons;
        noisy.read_noise = cameras[k].read_noise;
        noisy.gain = cameras[k].gain;
        noisy.offset = cameras[k].offset;
        noisy.background = 0.3;
        assert_int_equal(expose(&noisy, &embryo, 90, image, truth), SEPTUM_OK);
        for (int i = 0; i < SIZE * SIZE; i++) {
            assert_int_equal(truth[i], 0);
            mean += image[i] / (double)(SIZE * SIZE);
            square += (double)image[i] * image[i] / (SIZE * SIZE);
        }
        variance = cameras[k].gain * cameras[k].gain *
                   (light + cameras[k].read_noise * cameras[k].read_noise);
        assert_true(fabs(mean - cameras[k].offset - cameras[k].gain * light) < 0.8);
        assert_true(fabs((square - mean * mean) / variance - 1) < 0.08);
    }
}

/* Sum of the greys right and left of the middle, and in all. */
static void
sum_halves(const uint8_t *image, double sums[2])
{
    sums[0] = sums[1] = 0;
    for (int i = 0; i < SIZE * SIZE; i++)
        sums[i % SIZE < SIZE / 2] += image[i];
}

static void
numbers_cells_but_neither_membrane_nor_gap_nor_outside(void **state)
{
    static struct spt_embryo embryo;
    static uint8_t image[SIZE * SIZE], membrane[SIZE * SIZE];
    static uint16_t cells[SIZE * SIZE];
    struct spt_view view = {.embryo = &embryo, .stain = stain, .size = SIZE};
    const struct spt_slice slice = {image, membrane, cells};

    (void)state;
    make_ball(&embryo);
    for (int gap = 0; gap < 2; gap++) {
        embryo.gap[0] = gap;
        memset(cells, 7, sizeof cells);
        assert_int_equal(spt_microscope_expose(&plain, &view, &slice, NULL), SEPTUM_OK);
        for (int y = 0; y < SIZE; y++)
            for (int x = 0; x < SIZE; x++) {
                double off = hypot(x - 47.5, y - 47.5) - 24;

                assert_int_equal(cells[y * SIZE + x], off < -2 && !gap ? 1 : 0);
            }
    }
}

static void
lays_blurred_ghosts_of_far_planes_over_the_slice(void **state)
{
    static struct spt_embryo embryo;
    static uint8_t image[2][SIZE * SIZE], truth[2][SIZE * SIZE];
    static uint16_t cells[SIZE * SIZE];
    struct spt_microscope deep = plain;
    struct spt_view view = {.embryo = &embryo, .stain = stain, .size = SIZE};
    struct spt_slice slice = {.cells = cells};
    double halves[2];

    (void)state;
    make_ball(&embryo);
    deep.axial = 2;
    for (int k = 0; k < 2; k++) {
        view.ghosts = k;
        view.z = 31; /* 7 above the ball: 3.5 axial spreads */
        slice.image = image[k];
        slice.membrane = truth[k];
        assert_int_equal(spt_microscope_expose(&deep, &view, &slice, NULL), SEPTUM_OK);
    }
    sum_halves(image[0], halves);
    assert_true(halves[0] + halves[1] < 2000);
    assert_true(image[1][48 * SIZE + 48] > 10);
    assert_memory_equal(truth[0], truth[1], sizeof truth[0]);
}

static void
bleaches_what_it_has_scanned(void **state)
{
    static struct spt_embryo embryo;
    static uint8_t image[SIZE * SIZE], truth[SIZE * SIZE];
    static uint16_t cells[SIZE * SIZE];
    struct spt_view view = {.embryo = &embryo, .stain = stain, .size = SIZE};
    const struct spt_slice slice = {image, truth, cells};
    double fresh[2], late[2];

    (void)state;
    make_ball(&embryo);
    assert_int_equal(spt_microscope_expose(&plain, &view, &slice, NULL), SEPTUM_OK);
    sum_halves(image, fresh);
    view.bleached = 0.5;
    assert_int_equal(spt_microscope_expose(&plain, &view, &slice, NULL), SEPTUM_OK);
    sum_halves(image, late);
    assert_true(fabs(late[0] / fresh[0] - 0.5) < 0.03);
}

static void
thickens_a_light_sheet_away_from_its_waist(void **state)
{
    /* A ball whose side a thick sheet blurs; sharp in the middle, where its rim is cut
     * upright whatever the sheet. Above the ball, only a thick sheet meets it. */
    static struct spt_embryo embryo;
    static uint8_t image[SIZE * SIZE], truth[SIZE * SIZE];
    struct spt_microscope sheet = plain;
    double thin[2], thick[2];

    (void)state;
    make_ball(&embryo);
    embryo.x[0] = 20;
    embryo.shape.x = 60;
    sheet.axial = 2;
    sheet.waist = 1e6;
    assert_int_equal(expose(&sheet, &embryo, 32, image, truth), SEPTUM_OK);
    sum_halves(image, thin);
    sheet.waist = 8; /* at x = 20 2.7 times as thick */
    assert_int_equal(expose(&sheet, &embryo, 32, image, truth), SEPTUM_OK);
    sum_halves(image, thick);
    assert_true(thick[0] > 5 * (thin[0] + 1));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_the_outline_of_a_ball_where_it_is),
        cmocka_unit_test(sees_a_smaller_ring_above_the_middle),
        cmocka_unit_test(lets_the_axial_spread_show_what_is_out_of_focus),
        cmocka_unit_test(dims_what_lies_behind_the_embryo),
        cmocka_unit_test(counts_photons_as_a_camera_does),
        cmocka_unit_test(numbers_cells_but_neither_membrane_nor_gap_nor_outside),
        cmocka_unit_test(lays_blurred_ghosts_of_far_planes_over_the_slice),
        cmocka_unit_test(bleaches_what_it_has_scanned),
        cmocka_unit_test(thickens_a_light_sheet_away_from_its_waist),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
