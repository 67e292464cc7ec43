/*
 * symmetry.c - see symmetry.h.
 */
#include "image/symmetry.h"

#include <stddef.h>

/* Where the value of an output pixel comes from: start + y * down + x * right. */
struct walk {
    size_t height, width; /* of the output */
    ptrdiff_t start, down, right;
};

static struct walk
plan_walk(uint32_t height, uint32_t width, int s)
{
    struct walk walk = {.height = height, .width = width, .down = width, .right = 1};

    if (spt_symmetry_transposes(s)) {
        walk =
            (struct walk){.height = width, .width = height, .down = 1, .right = width};
    }
    if (s & 2) {
        walk.start += walk.down * ((ptrdiff_t)walk.height - 1);
        walk.down = -walk.down;
    }
    if (s & 1) {
        walk.start += walk.right * ((ptrdiff_t)walk.width - 1);
        walk.right = -walk.right;
    }
    return walk;
}

void
spt_symmetry_floats(const float *in, uint32_t height, uint32_t width, int s, float *out)
{
    struct walk walk = plan_walk(height, width, s);

    for (size_t y = 0; y < walk.height; y++) {
        ptrdiff_t at = walk.start + (ptrdiff_t)y * walk.down;

        for (size_t x = 0; x < walk.width; x++, at += walk.right)
            *out++ = in[at];
    }
}

int
spt_symmetry_inverse(int s)
{
    /* A reversal of rows before the transposition is one of columns after it. */
    if (spt_symmetry_transposes(s))
        return 4 | (s & 1) << 1 | (s & 2) >> 1;
    return s;
}
