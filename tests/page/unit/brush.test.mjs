// The brush against the distance of every pixel to the segment.
import assert from 'node:assert';
import { test } from 'node:test';
import { covers, eachRow } from '../../../src/server/page/brush.js';

// The definition, in exact whole numbers.
function isCovered(size, ax, ay, bx, by, x, y) {
    const big = (v) => BigInt(v);
    const dx = big(bx - ax), dy = big(by - ay), length2 = dx * dx + dy * dy;
    const along = big(x - ax) * dx + big(y - ay) * dy;
    const near = (px, py) => 4n * (px * px + py * py) <= big(size * size);
    if (along <= 0n)
        return near(big(x - ax), big(y - ay));
    if (along >= length2)
        return near(big(x - bx), big(y - by));
    const cross = big(x - ax) * dy - big(y - ay) * dx;
    return 4n * cross * cross <= big(size * size) * length2;
}

function raster(size, ax, ay, bx, by, width, height) {
    const found = new Uint8Array(width * height);
    eachRow(size, ax, ay, bx, by, width, height, (y, left, right) => {
        for (let x = left; x <= right; x++)
            found[y * width + x]++;
    });
    return found;
}

test('covers_what_is_no_farther_than_half_its_size', () => {
    const width = 60, height = 50;
    let seed = 1;
    const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
    for (let run = 0; run < 150; run++) {
        const size = 1 + random(25);
        const [ax, ay, bx, by] = [random(80) - 10, random(70) - 10, random(80) - 10,
                                  random(70) - 10];
        const found = raster(size, ax, ay, bx, by, width, height);
        for (let y = 0; y < height; y++) {
            for (let x = 0; x < width; x++) {
                assert.strictEqual(found[y * width + x],
                    Number(isCovered(size, ax, ay, bx, by, x, y)),
                    `size ${size} from ${ax},${ay} to ${bx},${by} at ${x},${y}`);
            }
        }
    }
});

test('is_one_pixel_at_size_one_and_a_cross_at_two', () => {
    assert.strictEqual(raster(1, 4, 4, 4, 4, 9, 9).reduce((n, v) => n + v), 1);
    const cross = raster(2, 4, 4, 4, 4, 9, 9);
    assert.deepStrictEqual([...cross.entries()].filter(([, v]) => v).map(([i]) => i),
                           [31, 39, 40, 41, 49]);
});

test('draws_a_thin_line_without_gaps', () => {
    const line = raster(1, 0, 0, 29, 11, 30, 12);
    for (let x = 0; x < 30; x++)
        assert.ok(Array.from({ length: 12 }, (_, y) => line[y * 30 + x]).some((v) => v));
});

test('paints_nothing_when_it_is_outside', () => {
    assert.strictEqual(raster(9, -20, -20, -10, -30, 30, 30).reduce((n, v) => n + v), 0);
    assert.ok(!covers(3, 0, 0, 0, 0, 2, 0));
});
