/*
 * test_microscope.c - light, blur and noise, each seen alone.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "simulate/microscope.h"

#define SIZE 96

/* One round cell of radius 24, and a microscope without noise or shade. */
static const struct spt_microscope plain = {
    .name = "plain",
    .size = SIZE,
    .truth = 4,
    .thickness = 1.5,
    .axial = 0.01,
    .lateral = 0.2,
    .shade = 1e9,
    .photons = 40000, /* so many that their noise is below a grey level */
    .gain = 100.0 / 40000,
};

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
    assert_int_equal(
        spt_microscope_expose(&plain, &embryo, 0, 1, SIZE, image, membrane, NULL),
        SEPTUM_OK);
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
    assert_int_equal(
        spt_microscope_expose(&plain, &embryo, 14.4, 1, SIZE, image, membrane, NULL),
        SEPTUM_OK);
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
    assert_int_equal(
        spt_microscope_expose(&plain, &embryo, 32, 1, SIZE, sharp, truth, NULL),
        SEPTUM_OK);
    assert_int_equal(
        spt_microscope_expose(&deep, &embryo, 32, 1, SIZE, ghost, truth, NULL),
        SEPTUM_OK);
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
    assert_int_equal(
        spt_microscope_expose(&shaded, &embryo, 0, 1, SIZE, image, truth, NULL),
        SEPTUM_OK);
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
        assert_int_equal(
            spt_microscope_expose(&noisy, &embryo, 90, 1, SIZE, image, truth, NULL),
            SEPTUM_OK);
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_the_outline_of_a_ball_where_it_is),
        cmocka_unit_test(sees_a_smaller_ring_above_the_middle),
        cmocka_unit_test(lets_the_axial_spread_show_what_is_out_of_focus),
        cmocka_unit_test(dims_what_lies_behind_the_embryo),
        cmocka_unit_test(counts_photons_as_a_camera_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
