/*
 * geometry.c - see geometry.h.
 */
#include "simulate/geometry.h"

#include <assert.h>
#include <math.h>

#include "base/random.h"

#define PURPOSE_SITES 1
#define PURPOSE_RELAXATION 2
#define CRUST 0.6     /* how far a cell reaches where nobody stops it, in spacings */
#define GROOVE 0.33   /* depth of the surface's furrows at most, in spacings */
#define WIDENING 1.5F /* of the trace of a slanting membrane at most */
#define CANDIDATES 24 /* drawn for each site; the one furthest from others stays */
#define RELAXATIONS 4
#define PROBES 64       /* points a cell whose mean stands for its middle */
#define GAP_RADIUS 0.75 /* gaps lie within this share of the embryo's radius */
#define GAP_BULGE 0.22F /* by which a gap is smaller than a cell, in spacings */

static float
squared_distance(const struct spt_embryo *embryo, uint32_t i, const float at[3])
{
    float x = at[0] - embryo->x[i], y = at[1] - embryo->y[i], z = at[2] - embryo->z[i];

    return x * x + y * y + z * z;
}

/* 1 on the ellipsoid whose half axes are shorter than the embryo's by `margin`. */
static double
ellipsoid_radius(const struct spt_embryo_shape *shape, const float at[3], double margin)
{
    double x = at[0] / (shape->x - margin), y = at[1] / (shape->y - margin),
           z = at[2] / (shape->z - margin);

    return sqrt(x * x + y * y + z * z);
}

static void
draw_inside(const struct spt_embryo *embryo, struct spt_random *random, float at[3])
{
    const struct spt_embryo_shape *shape = &embryo->shape;

    do {
        at[0] = (float)(shape->x * (2 * spt_random_uniform(random) - 1));
        at[1] = (float)(shape->y * (2 * spt_random_uniform(random) - 1));
        at[2] = (float)(shape->z * (2 * spt_random_uniform(random) - 1));
    } while (ellipsoid_radius(shape, at, embryo->spacing / 2) > 1);
}

/* Best-candidate sampling (Mitchell 1991) spaces sites about as evenly as cells are. */
static void
place_site(struct spt_embryo *embryo, struct spt_random *random)
{
    uint32_t i = embryo->count++;
    float widest = -1;

    for (int k = 0; k < CANDIDATES; k++) {
        float at[3], nearest = INFINITY;

        draw_inside(embryo, random, at);
        for (uint32_t j = 0; j < i; j++) {
            float apart = squared_distance(embryo, j, at);

            nearest = apart < nearest ? apart : nearest;
        }
        if (nearest > widest) {
            widest = nearest;
            embryo->x[i] = at[0];
            embryo->y[i] = at[1];
            embryo->z[i] = at[2];
        }
    }
}

static uint32_t
find_owner(const struct spt_embryo *embryo, const float at[3])
{
    float nearest = INFINITY;
    uint32_t owner = 0;

    for (uint32_t i = 0; i < embryo->count; i++) {
        float apart = sqrtf(squared_distance(embryo, i, at)) - embryo->bulge[i];

        if (apart < nearest) {
            nearest = apart;
            owner = i;
        }
    }
    return owner;
}

/* Move each site to the middle of its cell. */
static void
relax(struct spt_embryo *embryo, struct spt_random *random)
{
    double sum[SPT_EMBRYO_CELLS][3] = {0};
    uint32_t hits[SPT_EMBRYO_CELLS] = {0};

    for (uint32_t k = 0; k < embryo->count * PROBES; k++) {
        float at[3];
        uint32_t owner;

        draw_inside(embryo, random, at);
        owner = find_owner(embryo, at);
        hits[owner]++;
        for (int axis = 0; axis < 3; axis++)
            sum[owner][axis] += (double)at[axis];
    }
    for (uint32_t i = 0; i < embryo->count; i++) {
        if (hits[i] == 0)
            continue;
        embryo->x[i] = (float)(sum[i][0] / hits[i]);
        embryo->y[i] = (float)(sum[i][1] / hits[i]);
        embryo->z[i] = (float)(sum[i][2] / hits[i]);
    }
}

/* Bounded, because a cell whose bulge exceeds its neighbours' by their distance would
 * swallow them. */
static void
draw_bulges(struct spt_embryo *embryo, struct spt_random *random)
{
    for (uint32_t i = 0; i < embryo->count; i++) {
        double bulge = fmax(-1.5, fmin(1.5, spt_random_normal(random)));

        embryo->bulge[i] = (float)(bulge * embryo->shape.unevenness * embryo->spacing);
    }
}

static void
open_gaps(struct spt_embryo *embryo, struct spt_random *random)
{
    for (uint32_t i = 0; i < embryo->count; i++) {
        const float site[3] = {embryo->x[i], embryo->y[i], embryo->z[i]};

        embryo->gap[i] = spt_random_uniform(random) < embryo->shape.gaps &&
                         ellipsoid_radius(&embryo->shape, site, 0) < GAP_RADIUS;
        if (embryo->gap[i])
            embryo->bulge[i] = -GAP_BULGE * (float)embryo->spacing;
    }
}

void
spt_embryo_grow(struct spt_embryo *embryo, const struct spt_embryo_shape *shape,
                uint64_t key)
{
    struct spt_random random;
    double volume = 4.18879 * shape->x * shape->y * shape->z;

    assert(shape->cells > 0 && shape->cells <= SPT_EMBRYO_CELLS);
    spt_random_init(&random, key, PURPOSE_SITES);
    embryo->shape = *shape;
    embryo->key = key;
    embryo->count = 0;
    /* Neighbours in a dense packing: 2^(1/6) times the cube root of a cell's volume. */
    embryo->spacing = 1.12 * cbrt(volume / shape->cells);
    embryo->crust = CRUST * embryo->spacing;
    while (embryo->count < shape->cells)
        place_site(embryo, &random);
    draw_bulges(embryo, &random);
    spt_random_init(&random, key, PURPOSE_RELAXATION);
    for (int k = 0; k < RELAXATIONS; k++)
        relax(embryo, &random);
    open_gaps(embryo, &random);
}

/* How deep a point lies in the core, the ellipsoid in which holes are closed; to first
 * order, and never more than it is. */
static float
core_distance(const struct spt_embryo *embryo, const float at[3])
{
    const struct spt_embryo_shape *shape = &embryo->shape;
    double margin = GROOVE * embryo->spacing;
    double least = fmin(fmin(shape->x, shape->y), shape->z) - margin;

    return (float)((1 - ellipsoid_radius(shape, at, margin)) * least);
}

void
spt_embryo_near(const struct spt_embryo *embryo, const float at[3], float radius,
                float reach, struct spt_cells *cells)
{
    float apart[SPT_EMBRYO_CELLS], nearest = INFINITY;

    for (uint32_t i = 0; i < embryo->count; i++) {
        apart[i] = sqrtf(squared_distance(embryo, i, at)) - embryo->bulge[i];
        nearest = apart[i] < nearest ? apart[i] : nearest; /* fminf is a call here */
    }
    /* Outside by more than that, for either of the two that bound the embryo. */
    cells->dark = nearest - (float)embryo->crust > radius + reach &&
                  core_distance(embryo, at) < -(radius + reach);
    cells->count = 0;
    /* Over `radius` either of two distances changes by that much at most, and at a wall
     * within `reach` they differ by twice that at most, as gradients have length 1. */
    for (uint32_t i = 0; i < embryo->count; i++)
        if (apart[i] <= nearest + 2 * radius + 2 * reach)
            cells->at[cells->count++] = (uint16_t)i;
}

/* A wall, or the surface, near a point. */
struct sheet {
    float distance; /* from the point */
    float slope;    /* |z| of its unit normal: 0 upright, 1 parallel to the slice */
};

/* The embryo's surface; its distance is negative outside. */
static struct sheet
find_surface(const struct spt_embryo *embryo, const float at[3], uint32_t cell,
             float length)
{
    const struct spt_embryo_shape *shape = &embryo->shape;
    double margin = GROOVE * embryo->spacing;
    float core = core_distance(embryo, at);
    float ball = (float)embryo->crust - (length - embryo->bulge[cell]);
    double x = at[0] / pow(shape->x - margin, 2), y = at[1] / pow(shape->y - margin, 2),
           z = at[2] / pow(shape->z - margin, 2);

    if (ball >= core)
        return (struct sheet){ball,
                              fabsf(at[2] - embryo->z[cell]) / fmaxf(length, 1e-6F)};
    return (struct sheet){core,
                          (float)(fabs(z) / fmax(1e-12, sqrt(x * x + y * y + z * z)))};
}

/*
 * The wall between cells i and j, whose reaches differ by `gap`, seen from `near` and
 * `far` away of their sites.  Its normal is the difference of the unit vectors u and v
 * that lead there: |u - v|^2 = 2 - 2 u.v, where the law of cosines gives u.v.
 */
static struct sheet
find_wall(const struct spt_embryo *embryo, const float at[3], const uint32_t pair[2],
          const float away[2], float gap)
{
    uint32_t i = pair[0], j = pair[1];
    const float site[3] = {embryo->x[i], embryo->y[i], embryo->z[i]};
    const float near = fmaxf(away[0], 1e-3F), far = fmaxf(away[1], 1e-3F);
    float square = squared_distance(embryo, j, site) - (near - far) * (near - far);
    float length = sqrtf(fmaxf(square / (near * far), 1e-6F));
    float z = (at[2] - embryo->z[i]) / near - (at[2] - embryo->z[j]) / far;

    return (struct sheet){gap / length, fminf(fabsf(z) / length, 1)};
}

static void
note_sheet(struct spt_place *place, const struct sheet *sheet, uint32_t other)
{
    float upright = sqrtf(fmaxf(1 - sheet->slope * sheet->slope, 1e-6F));
    float trace = sheet->distance * fmaxf(1, 1 / (WIDENING * upright));

    place->trace = fminf(place->trace, trace);
    if (sheet->distance < place->distance) {
        place->distance = sheet->distance;
        place->other = other;
    }
}

struct spt_place
spt_embryo_look(const struct spt_embryo *embryo, const struct spt_cells *cells,
                const float at[3], float reach)
{
    float apart[SPT_EMBRYO_CELLS], nearest = INFINITY, away[2];
    struct spt_place place = {.distance = reach, .trace = reach};
    struct sheet surface;
    uint32_t own = 0;
    bool outside;

    for (uint32_t k = 0; k < cells->count; k++) {
        uint32_t i = cells->at[k];

        apart[k] = sqrtf(squared_distance(embryo, i, at)) - embryo->bulge[i];
        if (apart[k] < nearest) {
            nearest = apart[k];
            own = k;
        }
    }
    place.cell = cells->at[own];
    away[0] = nearest + embryo->bulge[place.cell];
    place.centre = away[0] / (float)embryo->spacing;
    surface = find_surface(embryo, at, place.cell, away[0]);
    outside = surface.distance < 0;
    surface.distance = fabsf(surface.distance);
    if (outside) {
        place.other = SPT_CELL_OUTSIDE;
        note_sheet(&place, &surface, place.cell);
        place.cell = SPT_CELL_OUTSIDE;
        return place;
    }
    place.other = place.cell;
    note_sheet(&place, &surface, SPT_CELL_OUTSIDE);
    for (uint32_t k = 0; k < cells->count; k++) {
        uint32_t j = cells->at[k];
        float gap = apart[k] - nearest;
        struct sheet wall;

        /* A trace is never nearer than its wall. */
        if (k == own || gap >= 2 * fmaxf(place.distance, place.trace) ||
            (embryo->gap[place.cell] && embryo->gap[j]))
            continue;
        away[1] = apart[k] + embryo->bulge[j];
        wall = find_wall(embryo, at, (const uint32_t[2]){place.cell, j}, away, gap);
        note_sheet(&place, &wall, j);
    }
    return place;
}

float
spt_embryo_path(const struct spt_embryo *embryo, const float at[3], int axis)
{
    const struct spt_embryo_shape *shape = &embryo->shape;
    const double half[3] = {shape->x, shape->y, shape->z};
    double across = 0, entry;

    for (int i = 0; i < 3; i++)
        if (i != axis)
            across += at[i] * at[i] / (half[i] * half[i]);
    entry = half[axis] * sqrt(fmax(0, 1 - across));
    return (float)fmax(0, fmin(at[axis] + entry, 2 * entry));
}
