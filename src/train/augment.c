/*
 * augment.c - see augment.h.
 */
#include "train/augment.h"

#include <math.h>
#include <stddef.h>

#define KNOT 32       /* pixels from one knot of the lattice that bends to the next */
#define MOST_KNOTS 40 /* along an axis: tiles of up to 1216 pixels bend everywhere */
#define MOST 2        /* standard deviations that are drawn, of what moves pixels */

/* What moves pixels: position p of the new tile, from its middle, shows position
 * matrix * p + bend(p) of the old one. */
struct motion {
    float matrix[2][2];
    uint32_t knots;
    float bend[MOST_KNOTS][MOST_KNOTS][2];
};

double
spt_augment_share(const struct spt_augmentation *how, uint64_t known)
{
    return how->half > 0 ? how->half / (how->half + (double)known) : 0;
}

uint32_t
spt_augment_reach(const struct spt_augmentation *how, uint32_t side)
{
    double scale = exp(MOST * how->zoom) * (cos(how->turn) + sin(how->turn));

    /* One pixel more for interpolation. */
    return (uint32_t)ceil(side / 2.0 * (scale - 1) + MOST * how->bend) + 1;
}

static double
draw_bounded(struct spt_random *random)
{
    return fmax(-MOST, fmin(MOST, spt_random_normal(random)));
}

static void
draw_motion(const struct spt_augmentation *how, struct spt_random *random,
            uint32_t side, struct motion *out)
{
    double scale = exp(how->zoom * draw_bounded(random));
    double angle = how->turn * (2 * spt_random_uniform(random) - 1);
    uint32_t knots = side / KNOT + 2;

    out->matrix[0][0] = out->matrix[1][1] = (float)(scale * cos(angle));
    out->matrix[0][1] = (float)(-scale * sin(angle));
    out->matrix[1][0] = (float)(scale * sin(angle));
    out->knots = knots < MOST_KNOTS ? knots : MOST_KNOTS;
    for (uint32_t i = 0; i < out->knots; i++)
        for (uint32_t j = 0; j < out->knots; j++)
            for (int axis = 0; axis < 2; axis++)
                out->bend[i][j][axis] = (float)(how->bend * draw_bounded(random));
}

/* A value between four of its neighbours. */
static float
between(float a, float b, float c, float d, float down, float right)
{
    float upper = a + (b - a) * right, lower = c + (d - c) * right;

    return upper + (lower - upper) * down;
}

/* Along one axis, the knot before a pixel and how far the pixel is from it, from 0 to
 * 1; beyond the last knots nothing bends further. */
static uint32_t
find_knot(const struct motion *motion, uint32_t at, float *past)
{
    uint32_t knot = at / KNOT;

    *past = (float)(at % KNOT) / KNOT;
    if (knot + 1 < motion->knots)
        return knot;
    *past = 1;
    return motion->knots - 2;
}

/* Where pixel (y, x) of a tile of `side` is found in one of `from_side`. */
static void
move(const struct motion *motion, uint32_t side, uint32_t from_side, uint32_t y,
     uint32_t x, float place[2])
{
    float middle = (float)(side - 1) / 2, from_middle = (float)(from_side - 1) / 2;
    float dy = (float)y - middle, dx = (float)x - middle, down, right;
    uint32_t i = find_knot(motion, y, &down), j = find_knot(motion, x, &right);

    for (int axis = 0; axis < 2; axis++)
        place[axis] = from_middle + motion->matrix[axis][0] * dy +
                      motion->matrix[axis][1] * dx +
                      between(motion->bend[i][j][axis], motion->bend[i][j + 1][axis],
                              motion->bend[i + 1][j][axis],
                              motion->bend[i + 1][j + 1][axis], down, right);
}

static void
move_pixels(const struct motion *motion, const struct spt_tile *from,
            const struct spt_tile *to)
{
    float last = (float)(from->side - 1);
    size_t stride = from->side;

    for (uint32_t y = 0; y < to->side; y++)
        for (uint32_t x = 0; x < to->side; x++) {
            uint32_t label_y = y - to->margin, label_x = x - to->margin, row, column;
            const float *pixel;
            float place[2];

            move(motion, to->side, from->side, y, x, place);
            place[0] = fmaxf(0, fminf(last, place[0]));
            place[1] = fmaxf(0, fminf(last, place[1]));
            row = (uint32_t)fminf(place[0], last - 1);
            column = (uint32_t)fminf(place[1], last - 1);
            pixel = from->pixels + row * stride + column;
            to->pixels[(size_t)y * to->side + x] =
                between(pixel[0], pixel[1], pixel[stride], pixel[stride + 1],
                        place[0] - (float)row, place[1] - (float)column);
            if (label_y < to->label_side && label_x < to->label_side)
                to->labels[(size_t)label_y * to->label_side + label_x] =
                    from->labels[(size_t)(place[0] + 0.5F) * stride +
                                 (size_t)(place[1] + 0.5F)];
        }
}

static void
change_intensities(const struct spt_augmentation *how, struct spt_random *random,
                   const struct spt_tile *tile)
{
    size_t pixels = (size_t)tile->side * tile->side;
    float contrast = (float)exp(how->contrast * spt_random_normal(random));
    float brightness = (float)(how->brightness * spt_random_normal(random));
    double noise = how->noise * spt_random_uniform(random);

    for (size_t i = 0; i < pixels; i++)
        tile->pixels[i] = tile->pixels[i] * contrast + brightness;
    for (size_t i = 0; i < pixels && noise > 0; i++)
        tile->pixels[i] += (float)(noise * spt_random_normal(random));
}

void
spt_augment(const struct spt_augmentation *how, struct spt_random *random,
            const struct spt_tile *from, const struct spt_tile *to)
{
    struct motion motion;

    draw_motion(how, random, to->side, &motion);
    move_pixels(&motion, from, to);
    change_intensities(how, random, to);
}
