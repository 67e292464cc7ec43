// planner.mjs - where a person would draw: from what is painted and what is true to the
// next stroke, line or fill.
//
// Rasters are those of a sheet's box: 0 other, 1 membrane, 2 unsure, 255 not to be painted.

import { SIZES } from '../../src/server/page/tools.js';

const DEEPEST = 25;

// Of each pixel of `mask`: how far the nearest pixel that is not in it, 0 outside; what
// lies beyond the raster does not count (chamfer distance, 3 straight and 4 aslant).
export function depths(mask, width, height) {
    const depth = Float32Array.from(mask, (inside) => (inside ? 3 * DEEPEST : 0));
    const relax = (x, y, dx, dy, cost) => {
        if (x + dx < 0 || y + dy < 0 || x + dx >= width || y + dy >= height)
            return;
        const at = y * width + x, other = depth[(y + dy) * width + x + dx] + cost;
        depth[at] = Math.min(depth[at], other);
    };
    for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
            relax(x, y, -1, 0, 3);
            relax(x, y, -1, -1, 4);
            relax(x, y, 0, -1, 3);
            relax(x, y, 1, -1, 4);
        }
    }
    for (let y = height - 1; y >= 0; y--) {
        for (let x = width - 1; x >= 0; x--) {
            relax(x, y, 1, 0, 3);
            relax(x, y, 1, 1, 4);
            relax(x, y, 0, 1, 3);
            relax(x, y, -1, 1, 4);
        }
    }
    return depth.map((d) => d / 3);
}

// The way along the middle of a mask from `seed`, in one direction.
function walk(depth, width, height, seed, radius, covered) {
    const step = Math.max(2, radius), points = [];
    let here = seed, heading = null;
    for (let i = 0; i < 80; i++) {
        let best = null;
        for (let turn = 0; turn < 32; turn++) {
            const angle = turn * Math.PI / 16;
            const x = Math.round(here[0] + step * Math.cos(angle));
            const y = Math.round(here[1] + step * Math.sin(angle));
            const at = y * width + x;
            if (x < 0 || y < 0 || x >= width || y >= height || covered[at] ||
                heading !== null && Math.cos(angle - heading) < 0)
                continue;
            if (depth[at] >= Math.max(1.3, 0.5 * radius) && !(best && best.depth >= depth[at]))
                best = { depth: depth[at], angle, point: [x, y] };
        }
        if (best === null)
            break;
        cover(covered, width, height, here, 0.8 * step);
        points.push(best.point);
        here = best.point;
        heading = best.angle;
    }
    cover(covered, width, height, here, 0.8 * step);
    return points;
}

function cover(covered, width, height, [cx, cy], radius) {
    for (let y = Math.max(0, Math.ceil(cy - radius)); y <= Math.min(height - 1, cy + radius); y++)
        for (let x = Math.max(0, Math.ceil(cx - radius)); x <= Math.min(width - 1, cx + radius); x++)
            if (Math.hypot(x - cx, y - cy) <= radius)
                covered[y * width + x] = 1;
}

// The stroke that takes most of the widest place of `mask`: { points, size, depth }, null
// when nothing as wide as a person would care for is left.  `tried` has the seeds of
// earlier strokes, and takes this one's.
export function nextStroke(mask, width, height, tried, least = 2) {
    const depth = depths(mask, width, height);
    let at = -1;
    depth.forEach((d, i) => {
        if (d >= least && !tried.has(i) && (at < 0 || d > depth[at]))
            at = i;
    });
    if (at < 0)
        return null;
    tried.add(at);
    const seed = [at % width, Math.floor(at / width)], radius = depth[at];
    const covered = new Uint8Array(width * height);
    const forth = walk(depth, width, height, seed, radius, covered);
    const back = walk(depth, width, height, seed, radius, covered);
    const wanted = 2 * radius - 1;
    const size = SIZES.reduce((a, b) => (Math.abs(b - wanted) < Math.abs(a - wanted) ? b : a));
    return { points: [...back.reverse(), seed, ...forth], size, depth: radius };
}

// What hangs together with (x, y), 4 neighbours, as pixel numbers.
export function component(raster, width, height, at) {
    const value = raster[at], seen = new Set([at]), todo = [at];
    while (todo.length > 0) {
        const here = todo.pop(), x = here % width;
        const next = [];
        if (x > 0)
            next.push(here - 1);
        if (x < width - 1)
            next.push(here + 1);
        if (here >= width)
            next.push(here - width);
        if (here < width * (height - 1))
            next.push(here + width);
        for (const other of next) {
            if (raster[other] === value && !seen.has(other)) {
                seen.add(other);
                todo.push(other);
            }
        }
    }
    return [...seen];
}

// A blob that is all wrong, or nearly, and small: { at, pixels, value }, for one click of
// the fill tool; null when there is none.
export function nextFill(painted, truth, width, height) {
    const seen = new Set();
    for (let at = 0; at < painted.length; at++) {
        if (painted[at] > 1 || painted[at] === truth[at] || seen.has(at))
            continue;
        const pixels = component(painted, width, height, at);
        pixels.forEach((pixel) => seen.add(pixel));
        const wrong = pixels.filter((pixel) => truth[pixel] !== painted[pixel]).length;
        if (pixels.length >= 15 && wrong >= 0.9 * pixels.length)
            return { at, pixels, value: truth[at] };
    }
    return null;
}
