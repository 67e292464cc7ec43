// Painting, with mouse, keys, fingers and pens: what is painted is what the project holds.

import assert from 'node:assert';
import { Livewire } from '../../src/server/page/livewire.js';
import { SIZES } from '../../src/server/page/tools.js';
import { Expert, MEMBRANE, OTHER, UNSURE, assertSaved, begin, context, decodePng, differences,
         note, randomFrom, startServer, test } from './harness.mjs';

test('paints, erases, fills, follows membranes, marks as unsure', async (t) => {
    const { server, expert } = await begin(t);
    const random = randomFrom(5);
    const spot = () => expert.somewhere(random);
    await expert.stroke([spot(), spot(), spot()], MEMBRANE);
    await expert.press('3');
    await expert.setSize(8, SIZES);
    await expert.stroke([spot(), spot()], UNSURE);
    await expert.press('2');
    await expert.setSize(3, SIZES);
    await expert.stroke([spot(), spot()], OTHER);
    await expert.press('1', 'e');
    await expert.stroke([spot(), spot()], OTHER);
    await expert.press('b');
    await expert.stroke([spot(), spot()], OTHER, 'right');
    await assertSaved(expert);

    // Fill, by a plain search of our own.
    await expert.press('f', '3');
    const seed = spot(), [, , height, width] = expert.sheet.box;
    const old = expert.record[seed[1] * width + seed[0]];
    const todo = old === UNSURE ? [] : [seed];
    while (todo.length > 0) {
        const [x, y] = todo.pop();
        if (x < 0 || y < 0 || x >= width || y >= height || expert.record[y * width + x] !== old)
            continue;
        expert.record[y * width + x] = UNSURE;
        todo.push([x + 1, y], [x - 1, y], [x, y + 1], [x, y - 1]);
    }
    await expert.down(seed);
    await expert.up();
    await assertSaved(expert);

    // A line of three clicks along the probability map.
    const { grey, width: across, height: down } = decodePng(
        await server.raw(`/api/probability/${expert.sheet.image}.png?model=${expert.sheet.model}`));
    await expert.page.waitForTimeout(500); // the map is fetched after the region is shown
    await expert.press('l', '1');
    const [top, left] = expert.sheet.box;
    const clicks = [spot(), spot(), spot()];
    for (const [i, point] of clicks.entries()) {
        await expert.move(point);
        await expert.down(point);
        await expert.up();
        if (i === 0)
            continue;
        const [fromX, fromY] = clicks[i - 1];
        const path = new Livewire(grey, across, down, left + fromX, top + fromY)
            .path(left + point[0], top + point[1]).map(([x, y]) => [x - left, y - top]);
        path.forEach((step, k) => expert.mark(path[Math.max(k - 1, 0)], step, MEMBRANE));
    }
    await expert.shoot('painted');
    await expert.press('Escape');
    await assertSaved(expert);
});

test('undoes and redoes without limit, also after a reload', async (t) => {
    const { expert } = await begin(t);
    const random = randomFrom(9);
    const states = [expert.record.slice()];
    for (let i = 0; i < 12; i++) {
        await expert.press(['1', '2', '3'][i % 3]);
        await expert.stroke([expert.somewhere(random), expert.somewhere(random)],
                            [MEMBRANE, OTHER, UNSURE][i % 3]);
        if (Buffer.compare(expert.record, states.at(-1)) !== 0)
            states.push(expert.record.slice());
    }
    await assertSaved(expert);
    await expert.page.reload();
    await expert.page.waitForSelector(`#stage[data-sheet="${expert.sheet.id}"]`);
    for (let i = states.length - 2; i >= 0; i--) {
        await expert.press('Control+z');
        expert.record = states[i];
        if (i % 4 === 0)
            await assertSaved(expert);
    }
    assert.ok(await expert.page.locator('#undo').isDisabled());
    for (let i = 1; i < states.length; i++)
        await expert.press(i % 2 ? 'Control+y' : 'Control+Shift+z');
    expert.record = states.at(-1);
    await assertSaved(expert);
    assert.ok(await expert.page.locator('#redo').isDisabled());
});

// Painted pixels of the screen that lie beyond the image: what a move has left behind.
function paintOutside(page, view) {
    const [left, top] = view.toScreen(0, 0), [right, bottom] =
        view.toScreen(view.imageWidth, view.imageHeight);
    return page.evaluate(([x0, y0, x1, y1]) => {
        const canvas = document.querySelector('canvas.paint');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width,
                                                              canvas.height);
        let painted = 0;
        for (let at = 0; at < canvas.width * canvas.height; at++) {
            const x = at % canvas.width, y = Math.floor(at / canvas.width);
            if ((x < x0 || y < y0 || x > x1 || y > y1) && data[4 * at + 3] > 0)
                painted++;
        }
        return painted;
    }, [left - 1, top - 1, right + 1, bottom + 1]);
}

test('paints where one points, at any zoom', async (t) => {
    const { expert } = await begin(t);
    const { page, view } = expert;
    const random = randomFrom(3);
    const inside = () => {
        for (;;) {
            const point = expert.somewhere(random), [px, py] = expert.at(point);
            if (px > 0 && py > 0 && px < view.width && py < view.height)
                return point;
        }
    };
    for (const wheel of [-300, -200, 400, 500]) {
        const [x, y] = expert.at(inside()).map(Math.round);
        await page.mouse.move(x, y);
        await page.mouse.wheel(0, wheel);
        view.zoomAt(x, y, 2 ** (-wheel / 300));
        await expert.zoomed();
        // Pan by the middle button.
        await page.mouse.down({ button: 'middle' });
        await page.mouse.move(x + 30, y - 20);
        await page.mouse.up({ button: 'middle' });
        view.pan(30, -20);
        await expert.stroke([inside(), inside()], MEMBRANE);
        await assertSaved(expert);
        assert.strictEqual(await paintOutside(page, view), 0);
    }
    await expert.shoot('zoomed');
});

test('takes fingers and pens: one paints, two zoom, the pen\'s other end erases', async (t) => {
    const server = await startServer(t);
    const expert = await Expert.open(await context(t, { hasTouch: true }), server);
    await expert.take();
    const cdp = await expert.page.context().newCDPSession(expert.page);
    const touch = (type, ...points) => cdp.send('Input.dispatchTouchEvent', { type,
        touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
    const random = randomFrom(43);
    const [a, b] = [expert.somewhere(random), expert.somewhere(random)];
    await touch('touchStart', expert.at(a));
    expert.mark(a, a, MEMBRANE);
    await touch('touchMove', expert.at(b));
    expert.mark(a, b, MEMBRANE);
    await touch('touchEnd');
    await assertSaved(expert);
    const before = await expert.page.locator('#zoom').textContent();
    await touch('touchStart', [300, 300]);
    await touch('touchStart', [300, 300], [400, 300]);
    await touch('touchMove', [250, 300], [450, 300]);
    await touch('touchEnd');
    await expert.page.waitForFunction((old) =>
        document.getElementById('zoom').textContent !== old, before);
    await expert.saved();
    assert.deepStrictEqual((await server.valuesOf(expert.sheet)).values, expert.record);
    await expert.press('0');
    await expert.page.waitForFunction((old) =>
        document.getElementById('zoom').textContent === old, before);
    const pen = (type, point, buttons) => cdp.send('Input.dispatchMouseEvent', { type,
        x: expert.at(point)[0], y: expert.at(point)[1], pointerType: 'pen', buttons,
        button: buttons ? 'left' : 'none', clickCount: 1 });
    await pen('mouseMoved', b, 0);
    await pen('mousePressed', b, 1);
    await pen('mouseMoved', a, 1);
    await pen('mouseReleased', a, 1);
    expert.mark(b, a, MEMBRANE);
    await assertSaved(expert);
    // The driver knows no pen that is turned round: its events are made in the page.
    const c = expert.somewhere(random);
    await expert.page.evaluate(([from, to]) => {
        const send = (type, [x, y], button, buttons) =>
            document.getElementById('stage').dispatchEvent(new PointerEvent(type, {
                bubbles: true, cancelable: true, pointerId: 1, pointerType: 'pen',
                clientX: x, clientY: y, button, buttons }));
        send('pointerdown', from, 5, 32);
        send('pointermove', to, -1, 32);
        send('pointerup', to, 5, 0);
    }, [expert.at(a), expert.at(c)]);
    expert.mark(a, a, OTHER);
    expert.mark(a, c, OTHER);
    await assertSaved(expert);
    // Now that a pen was seen, a finger moves the image and paints nothing.
    await touch('touchStart', expert.at(a));
    await touch('touchMove', expert.at(b));
    await touch('touchEnd');
    await assertSaved(expert);
});

test('holds a long session', async (t) => {
    const { server, expert } = await begin(t);
    const count = Number(process.env.SEPTUM_STROKES ?? 500);
    const random = randomFrom(47);
    const cdp = await expert.page.context().newCDPSession(expert.page);
    const mouse = (type, point) => cdp.send('Input.dispatchMouseEvent', { type,
        x: expert.at(point)[0], y: expert.at(point)[1], button: 'left', buttons: 1,
        clickCount: 1 });
    const start = Date.now();
    for (let i = 0; i < count; i++) {
        if (i % 7 === 0)
            await expert.press(['1', '2', '3'][(i / 7) % 3]);
        const value = [MEMBRANE, OTHER, UNSURE][Math.floor(i / 7) % 3];
        const [a, b] = [expert.somewhere(random), expert.somewhere(random)];
        await Promise.all([mouse('mousePressed', a), mouse('mouseMoved', b),
                           mouse('mouseReleased', b)]);
        expert.mark(a, a, value);
        expert.mark(a, b, value);
    }
    const painted = Date.now();
    // They are painted faster than any hand does; the last may wait in a long queue.
    await expert.saved({ timeout: 120000 + 100 * count });
    note(`${count} strokes in ${Math.round((painted - start) / 1000)} s, all saved ` +
         `${Math.round((Date.now() - painted) / 1000)} s later`);
    await assertSaved(expert);
    const again = Date.now();
    await expert.page.reload();
    await expert.page.waitForSelector(`#stage[data-sheet="${expert.sheet.id}"]`);
    note(`on the screen again ${Date.now() - again} ms after a reload`);
    const done = await expert.confirm();
    assert.strictEqual(differences(done, await server.known(done.sheet.image)), 0);
});

test('paints on a 4096 x 4096 image, frame by frame', async (t) => {
    // Large windows, so that the server has few of them to compare.
    const server = await startServer(t, { size: 4096, images: 1,
        net: 'window62 conv3-4 pool2 conv3-4 pool2 FC-8 FC-1' });
    const expert = await Expert.open(await context(t), server);
    const { page } = expert;
    await page.waitForFunction(() => document.title.startsWith('p.septum') ||
                                     document.title.startsWith('worms'));
    await expert.press('g');
    await page.locator('#image-rows button').first().click();
    await page.locator('#label-here').click();
    await expert.take();
    await expert.setSize(20, SIZES);
    for (const zoom of ['whole', 'close']) {
        if (zoom === 'close') {
            await page.mouse.wheel(0, -1500);
            await page.waitForTimeout(500);
        }
        await page.evaluate(() => {
            const times = window.frames_ = [];
            let last = performance.now();
            const tick = (now) => {
                times.push(now - last);
                last = now;
                if (window.frames_ === times)
                    requestAnimationFrame(tick);
            };
            requestAnimationFrame(tick);
        });
        await page.mouse.move(200, 200);
        await page.mouse.down();
        for (let i = 0; i < 240; i++)
            await page.mouse.move(400 + 180 * Math.cos(i / 9), 400 + 180 * Math.sin(i / 7));
        await page.mouse.up();
        const times = await page.evaluate(() => {
            const found = window.frames_.slice(2);
            window.frames_ = null;
            return found;
        });
        times.sort((a, b) => a - b);
        note(`${zoom}: ${times.length} frames, median ${times[times.length >> 1].toFixed(1)} ms, ` +
             `95 of 100 within ${times[Math.floor(times.length * 0.95)].toFixed(1)} ms`);
        await expert.saved();
    }
    await expert.shoot('large');
    assert.deepStrictEqual(expert.faults, []);
    assert.ok((await server.valuesOf(expert.sheet)).changes.length > 1);
});

// Events of a pen or a finger, made in the page: the driver knows no two at once.
const pointers = (page, events) => page.evaluate((all) => all.forEach(
    ([type, pointerType, [x, y], buttons, pointerId = 7]) =>
        document.getElementById('stage').dispatchEvent(new PointerEvent(type, {
            bubbles: true, cancelable: true, pointerId, pointerType, clientX: x, clientY: y,
            button: type === 'pointermove' ? -1 : 0, buttons }))), events);

test('paints with a pen whatever the hand that holds it does', async (t) => {
    const { expert } = await begin(t);
    const { page } = expert;
    const random = randomFrom(61);
    const [a, b, c] = [0, 1, 2].map(() => expert.somewhere(random));
    const zoom = await page.locator('#zoom').textContent();
    await page.evaluate(() => { // the browser knows nothing of these, and would not have it
        document.getElementById('stage').setPointerCapture = () => {};
    });
    await pointers(page, [['pointerdown', 'touch', [400, 500], 1, 11],
                          ['pointerdown', 'pen', expert.at(a), 1],
                          ['pointermove', 'touch', [420, 500], 1, 11],
                          ['pointermove', 'pen', expert.at(b), 1],
                          ['pointerdown', 'touch', [300, 500], 1, 12],
                          ['pointermove', 'touch', [250, 400], 1, 12],
                          ['pointermove', 'pen', expert.at(c), 1],
                          ['pointerup', 'touch', [250, 400], 0, 12],
                          ['pointerup', 'touch', [420, 500], 0, 11],
                          ['pointerup', 'pen', expert.at(c), 0]]);
    expert.mark(a, a, MEMBRANE);
    expert.mark(a, b, MEMBRANE);
    expert.mark(b, c, MEMBRANE);
    await assertSaved(expert);
    assert.strictEqual(await page.locator('#zoom').textContent(), zoom);
});

test('keeps the cross\'s pen and the mouse apart', async (t) => {
    const { expert } = await begin(t);
    const { page, view, sheet } = expert;
    const random = randomFrom(67);
    const [top, left] = sheet.box;
    const middle = view.toImage(view.width / 2, view.height / 2).map(Math.floor);
    const here = [middle[0] - left, middle[1] - top];
    await expert.press('k', 'd');
    expert.mark(here, here, MEMBRANE);
    await expert.move(expert.somewhere(random)); // without a button: nothing is painted
    await expert.press('ArrowLeft');
    expert.mark(here, [here[0] - 1, here[1]], MEMBRANE);
    await page.waitForTimeout(400); // the pen is still down: a piece goes every 200 ms
    await assertSaved(expert);
    // A stroke of the mouse ends that of the cross, and both are saved.
    await expert.stroke([expert.somewhere(random), expert.somewhere(random)], MEMBRANE);
    await expert.press('ArrowLeft');
    await assertSaved(expert);
});

test('takes the cross along to the next region', async (t) => {
    const { expert } = await begin(t);
    await expert.press('k');
    await expert.confirm();
    await expert.take();
    const { view, sheet } = expert;
    const [top, left] = sheet.box;
    const middle = view.toImage(view.width / 2, view.height / 2).map(Math.floor);
    await expert.press('Space');
    expert.mark([middle[0] - left, middle[1] - top], [middle[0] - left, middle[1] - top],
                MEMBRANE);
    await assertSaved(expert);
    const seen = await expert.page.evaluate(() => {
        const canvas = document.querySelector('canvas.front');
        return canvas.getContext('2d').getImageData(canvas.width / 2 - 20, canvas.height / 2 - 20,
                                                    40, 40).data.some((value) => value > 0);
    });
    assert.ok(seen, 'the cross is on the screen');
});

test('takes a line back click by click, and goes on from the one before', async (t) => {
    const { expert } = await begin(t);
    const { page } = expert;
    // Without a map, the line follows what is proposed.
    const proposed = expert.record.map((value) => value === MEMBRANE ? 255 : 0);
    await page.route('**/api/probability/*', (route) => route.abort());
    await page.reload();
    await page.waitForSelector(`#stage[data-sheet="${expert.sheet.id}"]`);
    await expert.press('l');
    const random = randomFrom(71);
    const [a, b, c, d] = [0, 1, 2, 3].map(() => expert.somewhere(random));
    for (const point of [a, b, c]) {
        await expert.down(point);
        await expert.up();
    }
    await expert.press('z');
    await expert.down(d);
    await expert.up();
    const [, , height, width] = expert.sheet.box;
    for (const [from, to] of [[a, b], [b, d]]) {
        const path = new Livewire(proposed, width, height, ...from).path(...to);
        path.forEach((step, k) => expert.mark(path[Math.max(k - 1, 0)], step, MEMBRANE));
    }
    await assertSaved(expert);
});

test('takes brackets and their neighbours however the keyboard types them', async (t) => {
    const { expert } = await begin(t);
    const { page } = expert;
    const size = () => page.locator('#size').getAttribute('aria-valuetext');
    const type = (key, modifiers) => page.evaluate(([name, more]) => document.body.dispatchEvent(
        new KeyboardEvent('keydown', { key: name, bubbles: true, ...more })), [key, modifiers]);
    assert.strictEqual(await size(), '5 pixels');
    await type(']', { altKey: true, ctrlKey: true });
    assert.strictEqual(await size(), '6 pixels');
    await type('[', { altKey: true });
    assert.strictEqual(await size(), '5 pixels');
    await type('[', { metaKey: true }); // the browser's own
    assert.strictEqual(await size(), '5 pixels');
    await expert.press('.', '.');
    assert.strictEqual(await size(), '8 pixels');
    await expert.press(',');
    assert.strictEqual(await size(), '6 pixels');
});

test('zooms as far as fingers on a touchpad spread, and the ring follows', async (t) => {
    const { expert } = await begin(t);
    const { page, view } = expert;
    await page.mouse.move(400, 400);
    const ring = () => page.evaluate(() => parseFloat(document.getElementById('ring').style.width));
    const before = await ring();
    await page.evaluate(() => document.getElementById('stage').dispatchEvent(new WheelEvent(
        'wheel', { deltaY: -50, ctrlKey: true, clientX: 400, clientY: 400, bubbles: true,
                   cancelable: true })));
    view.zoomAt(400, 400, Math.exp(0.5));
    await expert.zoomed();
    await expert.press('+');
    view.zoomAt(400, 400, 1.5);
    await expert.zoomed();
    const after = await ring();
    assert.ok(Math.abs(after / before - 1.5 * Math.exp(0.5)) < 0.02, `${before}, ${after}`);
});

test('remembers the sliders, and shows labels to who paints', async (t) => {
    const { expert } = await begin(t);
    const { page } = expert;
    await expert.press(']', 'h');
    await page.locator('#contrast').fill('0.3');
    await page.locator('#contrast').evaluate((slider) => slider.blur());
    assert.ok(!await page.locator('[data-layer=labels]').isChecked());
    await expert.stroke([expert.somewhere(randomFrom(73))], MEMBRANE);
    await page.waitForFunction(() => document.querySelector('[data-layer=labels]').checked);
    await page.reload();
    await page.waitForSelector(`#stage[data-sheet="${expert.sheet.id}"]`);
    assert.strictEqual(await page.locator('#size').getAttribute('aria-valuetext'), '6 pixels');
    assert.strictEqual(await page.locator('#contrast').inputValue(), '0.3');
    await expert.press('g');
    const current = await page.locator('#image-rows [aria-current] td').first().textContent();
    assert.strictEqual(await page.locator('#task-name').textContent(),
                       `Correct the region in ${current}`);
    assert.deepStrictEqual(expert.faults, []);
});
