import assert from 'node:assert';
import { test } from 'node:test';
import { Livewire, stepCost } from '../../../src/server/page/livewire.js';

// Distances by relaxing every edge until nothing changes (Bellman and Ford).
function distances(grey, width, height, x, y) {
    const far = new Array(width * height).fill(Infinity);
    far[y * width + x] = 0;
    for (let changed = true; changed;) {
        changed = false;
        for (let at = 0; at < far.length; at++) {
            const i = at % width, j = (at - i) / width;
            for (let dj = -1; dj <= 1; dj++) {
                for (let di = -1; di <= 1; di++) {
                    if (di === 0 && dj === 0 || i + di < 0 || j + dj < 0 || i + di >= width ||
                        j + dj >= height)
                        continue;
                    const next = (j + dj) * width + i + di;
                    const cost = far[at] + stepCost(grey[next]) * (di && dj ? 14 : 10);
                    if (cost < far[next]) {
                        far[next] = cost;
                        changed = true;
                    }
                }
            }
        }
    }
    return far;
}

function costOf(path, grey, width) {
    return path.slice(1).reduce((sum, [x, y], k) => {
        const [px, py] = path[k];
        assert.ok(Math.max(Math.abs(x - px), Math.abs(y - py)) === 1, 'steps to a neighbour');
        return sum + stepCost(grey[y * width + x]) * (x !== px && y !== py ? 14 : 10);
    }, 0);
}

test('costs_one_on_sure_membrane_and_thirty_two_off_it', () => {
    assert.deepStrictEqual([stepCost(255), stepCost(0)], [1, 32]);
});

test('finds_paths_as_cheap_as_brute_force', () => {
    let seed = 3;
    const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
    for (let run = 0; run < 20; run++) {
        const width = 2 + random(14), height = 2 + random(14);
        const grey = Uint8Array.from({ length: width * height }, () => random(256));
        const x = random(width), y = random(height);
        const wire = new Livewire(grey, width, height, x, y);
        const want = distances(grey, width, height, x, y);
        for (let at = 0; at < want.length; at++) {
            const end = [at % width, Math.floor(at / width)];
            const path = wire.path(...end);
            assert.deepStrictEqual([path[0], path.at(-1)], [[x, y], end]);
            assert.strictEqual(costOf(path, grey, width), want[at]);
        }
    }
});

test('follows_a_ridge_rather_than_the_straight_way', () => {
    const size = 40, grey = new Uint8Array(size * size);
    for (let x = 0; x < size; x++) // a bow from (0, 20) over (20, 5) to (39, 20)
        grey[Math.round(20 - 15 * Math.sin(x / 39 * Math.PI)) * size + x] = 255;
    const path = new Livewire(grey, size, size, 0, 20).path(39, 20);
    const on = path.filter(([x, y]) => grey[y * size + x] === 255).length;
    assert.ok(on / path.length > 0.6 && Math.min(...path.map(([, y]) => y)) === 5);
});

test('goes_straight_beyond_its_window', () => {
    const grey = new Uint8Array(100 * 100);
    const wire = new Livewire(grey, 100, 100, 50, 50, 10);
    assert.deepStrictEqual(wire.path(80, 50), [[50, 50], [80, 50]]);
    assert.strictEqual(wire.path(60, 60).length, 11);
    assert.ok(!wire.reaches(61, 50) && wire.reaches(40, 60));
});
