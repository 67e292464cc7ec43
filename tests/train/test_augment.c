/*
 * test_augment.c - varied tiles: labels stay with their pixels, and nothing changes
 * where nothing is asked for.
 */
#include "train/augment.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define SIDE 60
#define MARGIN 10
#define LABEL_SIDE 40

struct fixture {
    struct spt_tile from, to;
    uint32_t reach;
};

/* A tile to vary: pixel = f(y, x) of its place relative to the middle, label = 1 where
 * the pixel is above 0. */
static void
begin(struct fixture *fixture, const struct spt_augmentation *how,
      float (*f)(float y, float x))
{
    uint32_t reach = spt_augment_reach(how, SIDE), side = SIDE + 2 * reach;
    float middle = (float)(side - 1) / 2;

    *fixture = (struct fixture){
        .from = {.pixels = malloc(sizeof(float) * side * side),
                 .labels = malloc((size_t)side * side),
                 .side = side,
                 .label_side = side},
        .to = {.pixels = malloc(sizeof(float) * SIDE * SIDE),
               .labels = malloc((size_t)LABEL_SIDE * LABEL_SIDE),
               .side = SIDE,
               .margin = MARGIN,
               .label_side = LABEL_SIDE},
        .reach = reach,
    };
    for (uint32_t y = 0; y < side; y++)
        for (uint32_t x = 0; x < side; x++) {
            float value = f((float)y - middle, (float)x - middle);

            fixture->from.pixels[y * side + x] = value;
            fixture->from.labels[y * side + x] = value > 0;
        }
}

static void
end(struct fixture *fixture)
{
    free(fixture->from.pixels);
    free(fixture->from.labels);
    free(fixture->to.pixels);
    free(fixture->to.labels);
}

static void
vary(struct fixture *fixture, const struct spt_augmentation *how, uint64_t seed)
{
    struct spt_random random;

    spt_random_init(&random, seed, 0);
    spt_augment(how, &random, &fixture->from, &fixture->to);
}

static float
slope_down(float y, float x)
{
    return y + 0 * x;
}

static float
slope_right(float y, float x)
{
    return x + 0 * y;
}

static float
waves(float y, float x)
{
    return sinf(y / 3) + cosf(x / 5 + y / 7);
}

static float
constant(float y, float x)
{
    return 1 + 0 * y * x;
}

static void
changes_nothing_where_nothing_is_asked_for(void **state)
{
    const struct spt_augmentation none = {0};
    struct fixture fixture;

    (void)state;
    begin(&fixture, &none, waves);
    vary(&fixture, &none, 1);
    for (uint32_t y = 0; y < SIDE; y++)
        for (uint32_t x = 0; x < SIDE; x++) {
            size_t at =
                (size_t)(y + fixture.reach) * fixture.from.side + x + fixture.reach;
            uint32_t row = y - MARGIN, column = x - MARGIN;

            assert_true(fixture.to.pixels[y * SIDE + x] == fixture.from.pixels[at]);
            if (row < LABEL_SIDE && column < LABEL_SIDE)
                assert_int_equal(fixture.to.labels[row * LABEL_SIDE + column],
                                 fixture.from.labels[at]);
        }
    end(&fixture);
}

static void
varies_fewer_tiles_the_more_is_labelled(void **state)
{
    const struct spt_augmentation how = {.half = 1000}, none = {.zoom = 1};

    (void)state;
    assert_float_equal(spt_augment_share(&how, 0), 1, 1e-9);
    assert_float_equal(spt_augment_share(&how, 1000), 0.5, 1e-9);
    assert_float_equal(spt_augment_share(&how, 9000), 0.1, 1e-9);
    assert_float_equal(spt_augment_share(&none, 0), 0, 1e-9);
}

/* Interpolation is exact on a slope, so that the slope that comes out is the motion. */
static void
zooms_and_turns_within_its_bounds(void **state)
{
    const struct spt_augmentation how = {.zoom = 0.1, .turn = 0.4};
    double least = 9, most = 0, left = 9, right = -9;

    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct fixture down, across;
        double a, b, scale, angle;

        begin(&down, &how, slope_down);
        begin(&across, &how, slope_right);
        vary(&down, &how, seed);
        vary(&across, &how, seed);
        /* Steps of a pixel to the right, seen by both slopes: scale and angle. */
        a = across.to.pixels[30 * SIDE + 31] - across.to.pixels[30 * SIDE + 30];
        b = down.to.pixels[30 * SIDE + 31] - down.to.pixels[30 * SIDE + 30];
        scale = hypot(a, b);
        angle = atan2(b, a);
        least = fmin(least, scale);
        most = fmax(most, scale);
        left = fmin(left, angle);
        right = fmax(right, angle);
        /* The same everywhere, and turned about the middle. */
        assert_float_equal(
            down.to.pixels[7 * SIDE + 50] - down.to.pixels[7 * SIDE + 49], b, 1e-4);
        assert_float_equal(
            down.to.pixels[29 * SIDE + 29] + down.to.pixels[30 * SIDE + 30], 0, 1e-4);
        end(&down);
        end(&across);
    }
    assert_true(least > exp(-0.2) - 1e-3 && least < 0.87);
    assert_true(most < exp(0.2) + 1e-3 && most > 1.15);
    assert_true(left > -0.4 - 1e-3 && left < -0.36);
    assert_true(right < 0.4 + 1e-3 && right > 0.36);
}

static void
bends_differently_from_place_to_place(void **state)
{
    const struct spt_augmentation how = {.bend = 3};
    double moved = 0, most = 0, neighbours = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct fixture fixture;
        double first = 0, last = 0;

        begin(&fixture, &how, slope_down);
        vary(&fixture, &how, seed);
        for (uint32_t y = 0; y < SIDE; y++) {
            double by = fixture.to.pixels[y * SIDE] - ((double)y - (SIDE - 1) / 2.0);

            if (y == 0)
                first = by;
            else
                neighbours = fmax(neighbours, fabs(by - last));
            last = by;
            most = fmax(most, fabs(by));
        }
        moved = fmax(moved, fabs(last - first));
        end(&fixture);
    }
    assert_true(most <= 6 && most > 3);
    assert_true(moved > 3);
    assert_true(neighbours <= 12.0 / 32 + 1e-3); /* it bends, it does not tear */
}

/* Where a label says 1 the pixel that came there is above 0, but for the half pixel
 * between a label and an interpolated value. */
static void
labels_stay_with_their_pixels(void **state)
{
    const struct spt_augmentation how = {.zoom = 0.1, .turn = 0.4, .bend = 3};
    size_t ones = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct fixture fixture;

        begin(&fixture, &how, waves);
        vary(&fixture, &how, seed);
        for (uint32_t y = 0; y < LABEL_SIDE; y++)
            for (uint32_t x = 0; x < LABEL_SIDE; x++) {
                float pixel = fixture.to.pixels[(y + MARGIN) * SIDE + x + MARGIN];
                uint8_t label = fixture.to.labels[y * LABEL_SIDE + x];

                if (fabsf(pixel) > 0.4F)
                    assert_int_equal(label, pixel > 0);
                ones += label;
            }
        end(&fixture);
    }
    assert_in_range(ones, 20 * 400, 20 * 1200);
}

static void
changes_contrast_brightness_and_noise(void **state)
{
    const struct spt_augmentation light = {.contrast = 0.2, .brightness = 0.3};
    const struct spt_augmentation noisy = {.noise = 0.5};
    double mean = 0, square = 0, spread = 0;
    struct fixture fixture;

    (void)state;
    begin(&fixture, &light, slope_down);
    for (uint64_t seed = 0; seed < 400; seed++) {
        double contrast, brightness;

        vary(&fixture, &light, seed);
        contrast = fixture.to.pixels[31 * SIDE] - fixture.to.pixels[30 * SIDE];
        brightness = (fixture.to.pixels[29 * SIDE] + fixture.to.pixels[30 * SIDE]) / 2;
        mean += brightness;
        square += brightness * brightness;
        spread += log(contrast) * log(contrast);
    }
    end(&fixture);
    assert_float_equal(mean / 400, 0, 0.06);
    assert_float_equal(sqrt(square / 400), 0.3, 0.04);
    assert_float_equal(sqrt(spread / 400), 0.2, 0.03);

    begin(&fixture, &noisy, constant);
    mean = spread = 0;
    for (uint64_t seed = 0; seed < 40; seed++) {
        double sum = 0, squares = 0;

        vary(&fixture, &noisy, seed);
        for (size_t i = 0; i < SIDE * SIDE; i++) {
            sum += fixture.to.pixels[i];
            squares += fixture.to.pixels[i] * fixture.to.pixels[i];
        }
        sum /= SIDE * SIDE;
        squares = sqrt(squares / (SIDE * SIDE) - sum * sum);
        assert_float_equal(sum, 1, 0.05);
        assert_true(squares < 0.52);
        spread += squares;
    }
    end(&fixture);
    assert_float_equal(spread / 40, 0.25, 0.08); /* uniform up to 0.5 */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_nothing_where_nothing_is_asked_for),
        cmocka_unit_test(varies_fewer_tiles_the_more_is_labelled),
        cmocka_unit_test(zooms_and_turns_within_its_bounds),
        cmocka_unit_test(bends_differently_from_place_to_place),
        cmocka_unit_test(labels_stay_with_their_pixels),
        cmocka_unit_test(changes_contrast_brightness_and_noise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
