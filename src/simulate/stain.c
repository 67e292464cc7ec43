/*
 * stain.c - see stain.h.
 */
#include "simulate/stain.h"

#include <math.h>

#include "base/random.h"

#define CUT 3        /* standard deviations beyond which a wall is dark */
#define BROADENING 2 /* by which a wall is thicker where it is broadest */

enum purpose {
    PURPOSE_WALLS = 11,
    PURPOSE_WEAK,
    PURPOSE_GRAIN,
    PURPOSE_CELLS,
    PURPOSE_MERGED,
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

static float
clip(float x)
{
    return x > 1 ? 1 : x > 0 ? x : 0;
}

float
spt_stain_noise(uint64_t key, float x, float y, float z)
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

/* Noise of the embryo with `features` of them between neighbouring cells. */
static float
noise_of(const struct spt_embryo *embryo, enum purpose purpose, float features,
         const float at[3])
{
    float scale = features / (float)embryo->spacing;

    return spt_stain_noise(spt_random_hash(embryo->key, purpose), at[0] * scale,
                           at[1] * scale, at[2] * scale);
}

float
spt_stain_reach(const struct spt_stain *stain)
{
    double broadest = stain->merged > 0 ? 1 + BROADENING : 1;

    return (float)(CUT * stain->thickness * broadest);
}

static float
light_of_wall(const struct spt_stain *stain, const struct spt_embryo *embryo,
              const struct spt_place *place, const float at[3])
{
    uint32_t first = place->cell < place->other ? place->cell : place->other;
    uint32_t second = place->cell < place->other ? place->other : place->cell;
    float thickness = (float)stain->thickness, broad = 0, weak, grain, wall, across;

    if (stain->merged > 0)
        broad = clip((noise_of(embryo, PURPOSE_MERGED, 2.3F, at) - 0.8F +
                      0.5F * (float)stain->merged) *
                     6);
    across = place->distance / (thickness * (1 + BROADENING * broad));
    if (across >= CUT)
        return 0;
    wall = unit(spt_random_hash(
        spt_random_hash(spt_random_hash(embryo->key, PURPOSE_WALLS), first), second));
    weak =
        clip((0.45F - noise_of(embryo, PURPOSE_WEAK, 3, at)) * 5) * (float)stain->weak;
    grain = noise_of(embryo, PURPOSE_GRAIN, 12, at);
    return (0.7F + 0.6F * wall) * (0.7F + 0.6F * grain) * (1 - weak) *
           (1 - 0.35F * broad) * expf(-across * across / 2);
}

/* Each cell has its own level; nuclei, at the sites, are darker. */
static float
light_of_cell(const struct spt_stain *stain, const struct spt_embryo *embryo,
              const struct spt_place *place, const float at[3])
{
    uint64_t key = spt_random_hash(embryo->key, PURPOSE_CELLS);
    float level = 0.6F + 0.8F * unit(spt_random_hash(key, place->cell));
    float nucleus = clip((0.3F - place->centre) * 12);
    float grain = noise_of(embryo, PURPOSE_CELLS, 9, at);

    return (float)stain->cytoplasm * level * (0.6F + 0.8F * grain) *
           (1 - 0.55F * nucleus);
}

float
spt_stain_light(const struct spt_stain *stain, const struct spt_embryo *embryo,
                const struct spt_place *place, const float at[3])
{
    float light = 0;

    if (place->cell != SPT_CELL_OUTSIDE && !embryo->gap[place->cell])
        light = light_of_cell(stain, embryo, place, at);
    if (place->distance < spt_stain_reach(stain))
        light += light_of_wall(stain, embryo, place, at);
    return light;
}
