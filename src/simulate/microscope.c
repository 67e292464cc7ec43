/*
 * microscope.c - see microscope.h.
 *
 * Rows and blocks of pixels are worked on in parallel; whatever is random about a pixel
 * depends on its place alone, so that the number of threads does not matter.
 */
#include "simulate/microscope.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/random.h"

#define BLOCK 8        /* side of the squares that share a list of cells, pixels */
#define PLANES 4       /* looked at on either side of the slice */
#define TAPS 64        /* of the blur at most, on either side */
#define SHADOWS 7      /* cast from the side */
#define MAX_POISSON 60 /* above it a normal is indistinguishable at 8 bits */

enum purpose {
    PURPOSE_WALLS = 1,
    PURPOSE_STAIN,
    PURPOSE_GRAIN,
    PURPOSE_CELLS,
    PURPOSE_SHADOWS,
    PURPOSE_STRIPES,
    PURPOSE_CAMERA,
};

/* A picture in the making: `side` pixels, `margin` of them around the image, so that
 * the blur finds light beyond the edge. */
struct exposure {
    const struct spt_microscope *microscope;
    const struct spt_embryo *embryo;
    double z;
    uint64_t key;
    size_t size, margin, side;
    float *light, *blurred;
    uint8_t *membrane;
};

static float
unit(uint64_t bits)
{
    return (float)(bits >> 40) * 0x1p-24F;
}

static float
mix(float a, float b, float t)
{
    return a + (b - a) * t;
}

/* Smooth noise in [0, 1] with features of size 1: random values at the integer points
 * and a smooth way between them. */
static float
smooth_noise(uint64_t key, float x, float y, float z)
{
    float fx = floorf(x), fy = floorf(y), fz = floorf(z), sum[4];
    float tx = x - fx, ty = y - fy, tz = z - fz;
    uint64_t ix = (uint64_t)(int64_t)fx, iy = (uint64_t)(int64_t)fy,
             iz = (uint64_t)(int64_t)fz;

    tx = tx * tx * (3 - 2 * tx);
    ty = ty * ty * (3 - 2 * ty);
    tz = tz * tz * (3 - 2 * tz);
    for (uint64_t i = 0; i < 4; i++) {
        uint64_t row =
            spt_random_hash(spt_random_hash(key, iz + (i >> 1)), iy + (i & 1));

        sum[i] =
            mix(unit(spt_random_hash(row, ix)), unit(spt_random_hash(row, ix + 1)), tx);
    }
    return mix(mix(sum[0], sum[1], ty), mix(sum[2], sum[3], ty), tz);
}

static float
clip(float x)
{
    return x > 1 ? 1 : x > 0 ? x : 0;
}

/* A wall has its own brightness, which varies along it and in places nearly fades. */
static float
stain_of_wall(const struct exposure *exposure, const struct spt_place *place,
              const float at[3])
{
    const struct spt_embryo *embryo = exposure->embryo;
    uint64_t key = embryo->key;
    uint32_t first = place->cell < place->other ? place->cell : place->other;
    uint32_t second = place->cell < place->other ? place->other : place->cell;
    float wall = unit(spt_random_hash(
        spt_random_hash(spt_random_hash(key, PURPOSE_WALLS), first), second));
    float scale = 3 / (float)embryo->spacing, weak, grain;

    weak = smooth_noise(spt_random_hash(key, PURPOSE_STAIN), at[0] * scale,
                        at[1] * scale, at[2] * scale);
    weak = clip((0.45F - weak) * 5) * (float)exposure->microscope->weakness;
    scale *= 4;
    grain = smooth_noise(spt_random_hash(key, PURPOSE_GRAIN), at[0] * scale,
                         at[1] * scale, at[2] * scale);
    return (0.7F + 0.6F * wall) * (0.7F + 0.6F * grain) * (1 - weak);
}

/* Each cell has its own level; nuclei, at the sites, are darker. */
static float
light_of_cell(const struct exposure *exposure, const struct spt_place *place,
              const float at[3])
{
    const struct spt_embryo *embryo = exposure->embryo;
    uint64_t key = spt_random_hash(embryo->key, PURPOSE_CELLS);
    float level = 0.6F + 0.8F * unit(spt_random_hash(key, place->cell));
    float nucleus = clip((0.3F - place->centre) * 12);
    float scale = 9 / (float)embryo->spacing;
    float grain = smooth_noise(key, at[0] * scale, at[1] * scale, at[2] * scale);

    return (float)exposure->microscope->cytoplasm * level * (0.6F + 0.8F * grain) *
           (1 - 0.55F * nucleus);
}

static float
light_at(const struct exposure *exposure, const struct spt_place *place,
         const float at[3])
{
    float thickness = (float)exposure->microscope->thickness;
    float across = place->distance / thickness, light = 0;

    if (place->cell != SPT_CELL_OUTSIDE)
        light = light_of_cell(exposure, place, at);
    if (across < 3)
        light += stain_of_wall(exposure, place, at) * expf(-across * across / 2);
    return light;
}

/* Distance of a plane from the slice, in standard deviations of the point-spread. */
static float
plane_offset(int plane)
{
    return (float)plane * 2.5F / PLANES;
}

static float
plane_weight(int plane)
{
    float off = plane_offset(plane);

    return expf(-off * off / 2);
}

/* Add the light of one plane in one block of pixels, and in the slice's own plane set
 * the truth. */
static void
expose_block(const struct exposure *exposure, size_t row, size_t column, int plane)
{
    const struct spt_microscope *microscope = exposure->microscope;
    const float weight = plane_weight(plane);
    const float reach =
        (float)fmax(3 * microscope->thickness, microscope->truth / 2 + 1);
    const float middle = (float)exposure->side / 2 - 0.5F;
    const float z = (float)(exposure->z + plane_offset(plane) * microscope->axial);
    const float centre[3] = {(float)column + BLOCK / 2.0F - 0.5F - middle,
                             (float)row + BLOCK / 2.0F - 0.5F - middle, z};
    size_t bottom = row + BLOCK < exposure->side ? row + BLOCK : exposure->side;
    size_t right = column + BLOCK < exposure->side ? column + BLOCK : exposure->side;
    struct spt_cells cells;

    spt_embryo_near(exposure->embryo, centre, BLOCK * 0.7072F, reach, &cells);
    for (size_t y = row; y < bottom; y++)
        for (size_t x = column; x < right; x++) {
            const float at[3] = {(float)x - middle, (float)y - middle, z};
            struct spt_place place =
                spt_embryo_look(exposure->embryo, &cells, at, reach);
            size_t i = y - exposure->margin, j = x - exposure->margin;

            exposure->light[y * exposure->side + x] +=
                weight * light_at(exposure, &place, at);
            if (plane == 0 && i < exposure->size && j < exposure->size)
                exposure->membrane[i * exposure->size + j] =
                    place.trace <= (float)microscope->truth / 2 ? 255 : 0;
        }
}

static void
expose_planes(const struct exposure *exposure)
{
    size_t blocks = (exposure->side + BLOCK - 1) / BLOCK;
    float sum = 0;

    for (int plane = -PLANES; plane <= PLANES; plane++)
        sum += plane_weight(plane);
#pragma omp parallel for schedule(dynamic, 4)
    for (size_t row = 0; row < blocks; row++) {
        for (size_t column = 0; column < blocks; column++)
            for (int plane = -PLANES; plane <= PLANES; plane++)
                expose_block(exposure, row * BLOCK, column * BLOCK, plane);
        for (size_t i = row * BLOCK * exposure->side;
             i < (row + 1) * BLOCK * exposure->side &&
             i < exposure->side * exposure->side;
             i++)
            exposure->light[i] /= sum;
    }
}

struct shadow {
    float from, at, width, depth;
};

static void
cast_shadows(const struct exposure *exposure, struct shadow *shadows)
{
    const struct spt_embryo_shape *shape = &exposure->embryo->shape;
    struct spt_random random;

    spt_random_init(&random, exposure->key, PURPOSE_SHADOWS);
    for (int k = 0; k < SHADOWS; k++)
        shadows[k] = (struct shadow){
            .from = (float)(shape->x * (1.2 * spt_random_uniform(&random) - 1)),
            .at = (float)(shape->y * (2 * spt_random_uniform(&random) - 1)),
            .width = (float)(1 + 4 * spt_random_uniform(&random)),
            .depth = (float)(exposure->microscope->stripes *
                             (0.5 + spt_random_uniform(&random)))};
}

/* How much of the light is left where it meets the pixel. */
static float
illumination_at(const struct exposure *exposure, const struct shadow *shadows,
                const float at[3])
{
    const struct spt_microscope *microscope = exposure->microscope;
    float path = spt_embryo_path(exposure->embryo, at, microscope->shade_axis);
    float left = expf(-path / (float)microscope->shade), fine;

    if (microscope->stripes <= 0)
        return left;
    fine = smooth_noise(spt_random_hash(exposure->key, PURPOSE_STRIPES), at[0] / 150,
                        at[1] / 2, 0);
    left *= 1 - 0.8F * (float)microscope->stripes * fine;
    for (int k = 0; k < SHADOWS; k++) {
        float off = (at[1] - shadows[k].at) / shadows[k].width;

        if (fabsf(off) < 4)
            left *= 1 - shadows[k].depth * expf(-off * off / 2) *
                            clip((at[0] - shadows[k].from) / 15);
    }
    return left;
}

static void
illuminate(const struct exposure *exposure)
{
    const float middle = (float)exposure->side / 2 - 0.5F;
    struct shadow shadows[SHADOWS];

    cast_shadows(exposure, shadows);
#pragma omp parallel for
    for (size_t y = 0; y < exposure->side; y++)
        for (size_t x = 0; x < exposure->side; x++) {
            const float at[3] = {(float)x - middle, (float)y - middle,
                                 (float)exposure->z};

            exposure->light[y * exposure->side + x] *=
                illumination_at(exposure, shadows, at);
        }
}

/* Blur along rows from `in` into the columns of `out`: twice makes both directions, and
 * leaves the picture upright. */
static void
blur_rows(const float *in, float *out, size_t side, const float *taps, size_t reach)
{
#pragma omp parallel for
    for (size_t y = 0; y < side; y++)
        for (size_t x = 0; x < side; x++) {
            size_t first = x > reach ? x - reach : 0;
            size_t last = x + reach < side ? x + reach : side - 1;
            float sum = 0;

            for (size_t k = first; k <= last; k++)
                sum += in[y * side + k] * taps[reach + k - x];
            out[x * side + y] = sum;
        }
}

static void
blur(const struct exposure *exposure)
{
    float taps[2 * TAPS + 1], sum = 0;
    float sigma = (float)exposure->microscope->lateral;
    size_t reach = exposure->margin;

    assert(reach <= TAPS);
    for (size_t k = 0; k <= 2 * reach; k++) {
        float off = ((float)k - (float)reach) / sigma;

        taps[k] = expf(-off * off / 2);
        sum += taps[k];
    }
    for (size_t k = 0; k <= 2 * reach; k++)
        taps[k] /= sum;
    blur_rows(exposure->light, exposure->blurred, exposure->side, taps, reach);
    blur_rows(exposure->blurred, exposure->light, exposure->side, taps, reach);
}

static double
count_photons(struct spt_random *random, double mean)
{
    double product = 1, limit = exp(-mean), count = -1;

    if (mean > MAX_POISSON)
        return fmax(0, mean + sqrt(mean) * spt_random_normal(random));
    do {
        product *= 1 - spt_random_uniform(random);
        count++;
    } while (product > limit);
    return count;
}

static void
record(const struct exposure *exposure, uint8_t *image)
{
    const struct spt_microscope *microscope = exposure->microscope;
    uint64_t key = spt_random_hash(exposure->key, PURPOSE_CAMERA);

#pragma omp parallel for
    for (size_t y = 0; y < exposure->size; y++) {
        const float *light = exposure->light + (y + exposure->margin) * exposure->side +
                             exposure->margin;
        struct spt_random random;

        spt_random_init(&random, key, y);
        for (size_t x = 0; x < exposure->size; x++) {
            double mean = microscope->photons * (light[x] + microscope->background);
            double count = count_photons(&random, mean) +
                           microscope->read_noise * spt_random_normal(&random);
            double grey = microscope->offset + microscope->gain * count;

            image[y * exposure->size + x] = (uint8_t)fmin(fmax(grey + 0.5, 0), 255);
        }
    }
}

enum septum_status
spt_microscope_expose(const struct spt_microscope *microscope,
                      const struct spt_embryo *embryo, double z, uint64_t key,
                      uint32_t size, uint8_t *image, uint8_t *membrane,
                      struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;
    struct exposure exposure = {.microscope = microscope,
                                .embryo = embryo,
                                .z = z,
                                .key = key,
                                .size = size,
                                .margin = (size_t)ceil(3 * microscope->lateral)};
    size_t pixels;

    exposure.membrane = membrane;
    exposure.side = size + 2 * exposure.margin;
    pixels = exposure.side * exposure.side;
    exposure.light = spt_alloc_array(pixels, sizeof *exposure.light);
    exposure.blurred = spt_alloc_array(pixels, sizeof *exposure.blurred);
    if (exposure.light == NULL || exposure.blurred == NULL) {
        status = spt_fail_memory(err, "a simulated slice",
                                 2 * pixels * sizeof *exposure.light);
        goto done;
    }
    expose_planes(&exposure);
    illuminate(&exposure);
    blur(&exposure);
    record(&exposure, image);
done:
    free(exposure.light);
    free(exposure.blurred);
    return status;
}
