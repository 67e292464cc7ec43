/*
 * microscope.c - see microscope.h.
 *
 * Rows and blocks of pixels are worked on in parallel; whatever is random about a pixel
 * depends on its place alone, so that the number of threads does not matter.
 */
#include "simulate/microscope.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/random.h"

#define BLOCK 8        /* side of the squares that share a list of cells, samples */
#define PLANES 3       /* looked at on either side of the slice */
#define TAPS 64        /* of the blur at most, on either side */
#define GHOST_BLUR 3   /* of the ghosts, in lateral spreads */
#define SHADOWS 7      /* cast from the side */
#define MAX_POISSON 60 /* above it a normal is indistinguishable at 8 bits */

enum purpose {
    PURPOSE_SHADOWS = 1,
    PURPOSE_STRIPES,
    PURPOSE_CAMERA,
};

/* A plane that adds to the light. */
struct plane {
    float offset; /* from the slice, in axial spreads */
    float weight;
};

/* Far planes, whose light is blurred. */
static const struct plane far_planes[] = {
    {-5.5F, 0.2F}, {-3.5F, 0.3F}, {3.5F, 0.3F}, {5.5F, 0.2F}};

#define FAR_PLANES (sizeof far_planes / sizeof *far_planes)

/* A square of samples around the embryo's middle. */
struct canvas {
    size_t side;
    float step; /* distance of two samples, micrometres */
    float *light;
};

/* A picture in the making: a canvas of a sample a pixel with `margin` of them around
 * the image, so that the blur finds light beyond the edge. */
struct exposure {
    const struct spt_microscope *microscope;
    const struct spt_view *view;
    const struct spt_slice *out;
    size_t margin;
    struct canvas canvas, ghosts; /* the ghosts have half as many samples a side */
    float *spare;
};

static float
clip(float x)
{
    return x > 1 ? 1 : x > 0 ? x : 0;
}

/* Micrometres from the embryo's middle. */
static float
place_sample(const struct canvas *canvas, size_t index)
{
    return ((float)index - (float)canvas->side / 2 + 0.5F) * canvas->step;
}

/* The axial spread where light has come to x. */
static float
spread_at(const struct spt_microscope *microscope, float x)
{
    float ways = microscope->waist > 0 ? x / (float)microscope->waist : 0;

    return (float)microscope->axial * sqrtf(1 + ways * ways);
}

/* `place` is NULL where there is nothing. */
static void
note_truth(const struct exposure *exposure, const struct spt_place *place, size_t y,
           size_t x)
{
    const struct spt_view *view = exposure->view;
    size_t i = y - exposure->margin, j = x - exposure->margin;
    bool membrane =
        place != NULL && place->trace <= (float)exposure->microscope->truth / 2;
    bool cell = place != NULL && !membrane && place->cell != SPT_CELL_OUTSIDE &&
                !view->embryo->gap[place->cell];

    if (i >= view->size || j >= view->size)
        return;
    exposure->out->membrane[i * view->size + j] = membrane ? 255 : 0;
    exposure->out->cells[i * view->size + j] =
        cell ? (uint16_t)(place->cell + 1) : (uint16_t)0;
}

/* Add the light of one plane in one block of samples; with `truth`, note the truth. */
static void
expose_block(const struct exposure *exposure, const struct canvas *canvas, size_t row,
             size_t column, const struct plane *plane, bool truth)
{
    const struct spt_microscope *microscope = exposure->microscope;
    const struct spt_embryo *embryo = exposure->view->embryo;
    const float reach = fmaxf(spt_stain_reach(&exposure->view->stain),
                              (float)(microscope->truth / 2 + microscope->pixel));
    const float half = (BLOCK - 1) / 2.0F * canvas->step;
    const float left = place_sample(canvas, column), top = place_sample(canvas, row);
    const float z = (float)exposure->view->z, offset = plane->offset;
    const float centre[3] = {left + half, top + half,
                             z + offset * spread_at(microscope, left + half)};
    /* What the plane's depth changes over half a block, where a sheet is thick. */
    const float tilt = fabsf(offset * (spread_at(microscope, left + 2 * half) -
                                       spread_at(microscope, left)));
    size_t bottom = row + BLOCK < canvas->side ? row + BLOCK : canvas->side;
    size_t right = column + BLOCK < canvas->side ? column + BLOCK : canvas->side;
    struct spt_cells cells;

    spt_embryo_near(embryo, centre, half * 1.4143F + tilt, reach, &cells);
    for (size_t y = row; y < bottom && (truth || !cells.dark); y++)
        for (size_t x = column; x < right; x++) {
            const float across = place_sample(canvas, x);
            const float at[3] = {across, place_sample(canvas, y),
                                 z + offset * spread_at(microscope, across)};
            struct spt_place place;

            if (cells.dark) {
                note_truth(exposure, NULL, y, x);
                continue;
            }
            place = spt_embryo_look(embryo, &cells, at, reach);
            canvas->light[y * canvas->side + x] +=
                plane->weight *
                spt_stain_light(&exposure->view->stain, embryo, &place, at);
            if (truth)
                note_truth(exposure, &place, y, x);
        }
}

static void
expose_planes(const struct exposure *exposure, const struct canvas *canvas,
              const struct plane *planes, size_t count)
{
    size_t blocks = (canvas->side + BLOCK - 1) / BLOCK;

#pragma omp parallel for schedule(dynamic, 2)
    for (size_t row = 0; row < blocks; row++)
        for (size_t column = 0; column < blocks; column++)
            for (size_t k = 0; k < count; k++)
                expose_block(exposure, canvas, row * BLOCK, column * BLOCK, &planes[k],
                             canvas == &exposure->canvas && planes[k].offset == 0);
}

/* The planes in focus, weighted by the point-spread, which adds up to 1. */
static void
choose_planes(struct plane planes[2 * PLANES + 1])
{
    float sum = 0;

    for (int k = -PLANES; k <= PLANES; k++) {
        float off = (float)k * 2.5F / PLANES;

        planes[k + PLANES] = (struct plane){off, expf(-off * off / 2)};
        sum += planes[k + PLANES].weight;
    }
    for (int k = 0; k <= 2 * PLANES; k++)
        planes[k].weight /= sum;
}

struct shadow {
    float from, at, width, depth;
};

static void
cast_shadows(const struct exposure *exposure, struct shadow *shadows)
{
    const struct spt_embryo_shape *shape = &exposure->view->embryo->shape;
    struct spt_random random;

    spt_random_init(&random, exposure->view->key, PURPOSE_SHADOWS);
    for (int k = 0; k < SHADOWS; k++)
        shadows[k] = (struct shadow){
            .from = (float)(shape->x * (1.2 * spt_random_uniform(&random) - 1)),
            .at = (float)(shape->y * (2 * spt_random_uniform(&random) - 1)),
            .width = (float)(0.7 + 2.6 * spt_random_uniform(&random)),
            .depth = (float)(exposure->microscope->stripes *
                             (0.5 + spt_random_uniform(&random)))};
}

/* How much of the light is left where it meets the pixel. */
static float
illumination_at(const struct exposure *exposure, const struct shadow *shadows,
                const float at[3])
{
    const struct spt_microscope *microscope = exposure->microscope;
    float path = spt_embryo_path(exposure->view->embryo, at, microscope->shade_axis);
    float left = expf(-path / (float)microscope->shade), fine;

    left *= 1 - (float)exposure->view->bleached;
    if (microscope->stripes <= 0)
        return left;
    fine = spt_stain_noise(spt_random_hash(exposure->view->key, PURPOSE_STRIPES),
                           at[0] / 100, at[1] / (2 * (float)microscope->pixel), 0);
    left *= 1 - 0.8F * (float)microscope->stripes * fine;
    for (int k = 0; k < SHADOWS; k++) {
        float off = (at[1] - shadows[k].at) / shadows[k].width;

        if (fabsf(off) < 4)
            left *= 1 - shadows[k].depth * expf(-off * off / 2) *
                            clip((at[0] - shadows[k].from) / 10);
    }
    return left;
}

/* Add the ghosts, half as fine, to the light, and dim all of it by what light gets
 * there. */
static void
illuminate(const struct exposure *exposure)
{
    const struct canvas *canvas = &exposure->canvas, *ghosts = &exposure->ghosts;
    const float share = (float)exposure->view->ghosts;
    struct shadow shadows[SHADOWS];

    cast_shadows(exposure, shadows);
#pragma omp parallel for
    for (size_t y = 0; y < canvas->side; y++)
        for (size_t x = 0; x < canvas->side; x++) {
            const float at[3] = {place_sample(canvas, x), place_sample(canvas, y),
                                 (float)exposure->view->z};
            float *light = &canvas->light[y * canvas->side + x];

            if (share > 0)
                *light += share * ghosts->light[y / 2 * ghosts->side + x / 2];
            *light *= illumination_at(exposure, shadows, at);
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

/* Blur a canvas by a normal curve of standard deviation `sigma`, in samples. */
static void
blur(const struct canvas *canvas, float *spare, float sigma)
{
    float taps[2 * TAPS + 1], sum = 0;
    size_t reach = (size_t)ceilf(3 * sigma);

    assert(reach <= TAPS);
    for (size_t k = 0; k <= 2 * reach; k++) {
        float off = ((float)k - (float)reach) / sigma;

        taps[k] = expf(-off * off / 2);
        sum += taps[k];
    }
    for (size_t k = 0; k <= 2 * reach; k++)
        taps[k] /= sum;
    blur_rows(canvas->light, spare, canvas->side, taps, reach);
    blur_rows(spare, canvas->light, canvas->side, taps, reach);
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
record(const struct exposure *exposure)
{
    const struct spt_microscope *microscope = exposure->microscope;
    const size_t size = exposure->view->size, side = exposure->canvas.side;
    uint64_t key = spt_random_hash(exposure->view->key, PURPOSE_CAMERA);

#pragma omp parallel for
    for (size_t y = 0; y < size; y++) {
        const float *light =
            exposure->canvas.light + (y + exposure->margin) * side + exposure->margin;
        struct spt_random random;

        spt_random_init(&random, key, y);
        for (size_t x = 0; x < size; x++) {
            double mean =
                microscope->photons * ((double)light[x] + microscope->background);
            double count = count_photons(&random, mean) +
                           microscope->read_noise * spt_random_normal(&random);
            double grey = microscope->offset + microscope->gain * count;

            exposure->out->image[y * size + x] =
                (uint8_t)fmin(fmax(grey + 0.5, 0), 255);
        }
    }
}

static bool
make_canvas(struct canvas *canvas, size_t side, double step)
{
    *canvas = (struct canvas){.side = side, .step = (float)step};
    canvas->light = spt_alloc_array(side * side, sizeof *canvas->light);
    return canvas->light != NULL;
}

enum septum_status
spt_microscope_expose(const struct spt_microscope *microscope,
                      const struct spt_view *view, const struct spt_slice *out,
                      struct septum_error *err)
{
    struct exposure exposure = {.microscope = microscope, .view = view, .out = out};
    const float sigma = (float)(microscope->lateral / microscope->pixel);
    struct plane planes[2 * PLANES + 1];
    enum septum_status status = SEPTUM_OK;
    size_t side;

    /* Even, so that ghosts have two samples of the picture each. */
    exposure.margin = 2 * (size_t)ceilf(2 * GHOST_BLUR * sigma / 2);
    side = view->size + 2 * exposure.margin;
    exposure.spare = spt_alloc_array(side * side, sizeof *exposure.spare);
    if (!make_canvas(&exposure.canvas, side, microscope->pixel) ||
        !make_canvas(&exposure.ghosts, (side + 1) / 2, 2 * microscope->pixel) ||
        exposure.spare == NULL) {
        status = spt_fail_memory(err, "a simulated slice", side * side * 9);
        goto done;
    }
    choose_planes(planes);
    expose_planes(&exposure, &exposure.canvas, planes, 2 * PLANES + 1);
    if (view->ghosts > 0) {
        expose_planes(&exposure, &exposure.ghosts, far_planes, FAR_PLANES);
        blur(&exposure.ghosts, exposure.spare, GHOST_BLUR * sigma / 2);
    }
    illuminate(&exposure);
    blur(&exposure.canvas, exposure.spare, sigma);
    record(&exposure);
done:
    free(exposure.canvas.light);
    free(exposure.ghosts.light);
    free(exposure.spare);
    return status;
}
