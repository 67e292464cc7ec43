import assert from 'node:assert';
import { test } from 'node:test';
import { Coverage, Labels, OUTSIDE, RunMaker } from '../../../src/server/page/labels.js';

const draw = (labels) => Array.from({ length: labels.height }, (_, y) =>
    [...labels.values.subarray(y * labels.width, (y + 1) * labels.width)]
        .map((v) => (v === OUTSIDE ? '.' : v)).join(''));

function make(rows) {
    const labels = new Labels(rows[0].length, rows.length);
    labels.reset([...rows.join('')].flatMap((c, i) => (c === '.' ? [] : [[i, 1, Number(c)]])));
    return labels;
}

test('takes_its_first_values_from_the_base', () => {
    const labels = new Labels(4, 2);
    labels.reset([[1, 2, 0], [4, 1, 1]]);
    assert.deepStrictEqual(draw(labels), ['.00.', '1...']);
});

test('gives_the_runs_that_take_a_change_back', () => {
    const labels = make(['0012', '00..']);
    const before = labels.apply([[1, 5, 2]]);
    assert.deepStrictEqual(draw(labels), ['0222', '22..']);
    assert.deepStrictEqual(before, [[1, 1, 0], [2, 1, 1], [4, 2, 0]]);
    labels.apply(before);
    assert.deepStrictEqual(draw(labels), ['0012', '00..']);
});

test('leaves_alone_what_may_not_be_painted', () => {
    const labels = make(['0..0']);
    labels.apply([[-3, 100, 1]]);
    assert.deepStrictEqual(draw(labels), ['1..1']);
    const spans = [];
    labels.eachPaintable(0, 0, 3, (start, length) => spans.push([start, length]));
    assert.deepStrictEqual(spans, [[0, 1], [3, 1]]);
});

test('fills_what_hangs_together_by_sides_up_to_other_labels', () => {
    const labels = make(['00100',
                         '01010',
                         '10010',
                         '2.000']);
    assert.deepStrictEqual(labels.flood(1, 3, 2), []); // outside
    assert.deepStrictEqual(labels.flood(0, 0, 0), []); // has the label already
    labels.apply(labels.flood(2, 1, 2));
    assert.deepStrictEqual(draw(labels), ['00122',
                                          '01212',
                                          '12212',
                                          '2.222']);
});

test('fills_as_a_plain_search_does', () => {
    let seed = 7;
    const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
    for (let run = 0; run < 60; run++) {
        const width = 1 + random(20), height = 1 + random(20);
        const labels = make(Array.from({ length: height }, () => Array.from({ length: width },
            () => '0001.'[random(5)]).join('')));
        const x = random(width), y = random(height);
        const old = labels.values[y * width + x];
        const want = labels.values.slice();
        if (old !== OUTSIDE) {
            const todo = [[x, y]];
            while (todo.length) {
                const [i, j] = todo.pop();
                if (i < 0 || j < 0 || i >= width || j >= height || want[j * width + i] !== old)
                    continue;
                want[j * width + i] = 2;
                todo.push([i + 1, j], [i - 1, j], [i, j + 1], [i, j - 1]);
            }
        }
        labels.apply(labels.flood(x, y, 2));
        assert.deepStrictEqual(labels.values, want);
    }
});

test('knows_the_box_around_runs', () => {
    const labels = new Labels(10, 5);
    assert.deepStrictEqual(labels.boxOf([[12, 3, 1], [24, 2, 1]]), [2, 1, 6, 3]);
    assert.deepStrictEqual(labels.boxOf([[18, 5, 1]]), [0, 1, 10, 3]);
});

test('joins_overlapping_spans_into_one_shape', () => {
    const covered = new Coverage();
    for (const span of [[5, 3], [6, 4], [1, 2], [10, 1], [3, 1]])
        covered.add(...span);
    assert.deepStrictEqual(covered.runs(1), [[1, 3, 1], [5, 6, 1]]);
});

test('joins_pixels_of_one_value_that_follow_each_other', () => {
    const maker = new RunMaker();
    [[4, 1], [5, 1], [6, 0], [8, 0]].forEach(([at, value]) => maker.add(at, value));
    assert.deepStrictEqual(maker.runs, [[4, 2, 1], [6, 1, 0], [8, 1, 0]]);
});
