import assert from 'node:assert';
import { test } from 'node:test';
import { Viewport } from '../../../src/server/page/viewport.js';

function make(width, height, imageWidth, imageHeight) {
    const view = new Viewport();
    Object.assign(view, { imageWidth, imageHeight });
    view.resize(width, height);
    return view;
}

test('keeps_the_point_under_the_pointer_when_it_zooms', () => {
    const view = make(800, 600, 1000, 1000);
    view.fit([400, 400, 100, 100], 0);
    const before = view.toImage(300, 200);
    view.zoomAt(300, 200, 1.7);
    const after = view.toImage(300, 200);
    before.forEach((v, i) => assert.ok(Math.abs(v - after[i]) < 1e-9));
    view.toScreen(...after).forEach((v, i) => assert.ok(Math.abs(v - [300, 200][i]) < 1e-9));
});

test('fits_a_box_with_room_around_it', () => {
    const view = make(800, 600, 10000, 10000);
    view.fit([5000, 6000, 100, 50], 0.5); // 200 x 100 with its margins: 4 pixels each
    assert.strictEqual(view.scale, 4);
    assert.deepStrictEqual(view.toScreen(5050, 6025), [400, 300]);
});

test('shows_little_beyond_the_image_when_it_fits_a_box_at_the_border', () => {
    const view = make(800, 800, 1000, 1000);
    view.fit([950, 0, 50, 50], 1.5); // 200 image pixels on the screen
    assert.strictEqual(view.scale, 4);
    assert.deepStrictEqual([view.left, view.top], [810, -10]); // 10 of them beyond
});

test('fits_again_what_was_fitted_when_the_screen_changes', () => {
    const view = make(800, 600, 10000, 10000);
    view.fit([5000, 6000, 100, 50], 0.5);
    view.resize(400, 600);
    assert.strictEqual(view.scale, 2);
    assert.deepStrictEqual(view.toScreen(5050, 6025), [200, 300]);
});

test('keeps_the_middle_when_the_screen_changes_after_a_move', () => {
    const view = make(800, 600, 10000, 10000);
    view.fit([5000, 6000, 100, 50], 0.5);
    view.pan(40, 0); // ten pixels of the image
    view.resize(400, 600);
    assert.strictEqual(view.scale, 4);
    assert.deepStrictEqual(view.toScreen(5040, 6025), [200, 300]);
});

test('centres_an_image_that_is_smaller_than_the_screen', () => {
    const view = make(800, 400, 100, 100);
    view.fit([0, 0, 100, 100], 0);
    assert.deepStrictEqual([view.scale, view.left, view.top], [4, -50, 0]);
});

test('keeps_the_image_in_sight_and_zoom_within_bounds', () => {
    const view = make(800, 600, 100, 100);
    view.pan(1e6, -1e6);
    assert.deepStrictEqual(view.toImage(400, 300), [0, 100]);
    view.zoom(1e9);
    assert.strictEqual(view.scale, 64);
    view.zoom(1e-9);
    assert.strictEqual(view.scale, 1);
    const large = make(800, 600, 16000, 16000);
    large.zoom(1e-9);
    assert.strictEqual(large.scale, 0.5 * 600 / 16000);
});
