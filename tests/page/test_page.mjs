// The page in a real browser, against the program: what is painted is what the project
// holds, whatever happens on the way.

import assert from 'node:assert';
import { Livewire } from '../../src/server/page/livewire.js';
import { SIZES } from '../../src/server/page/tools.js';
import { REAL, Expert, context, decodePng, differences, note, randomFrom, restart, runAll,
         startServer, test } from './harness.mjs';

const OTHER = 0, MEMBRANE = 1, UNSURE = 2;

async function begin(t, options) {
    const server = await startServer(t, options);
    const place = await context(t);
    const expert = await Expert.open(place, server);
    await expert.take();
    return { server, place, expert };
}

// The sheet's journal on the server is the expert's own record, pixel by pixel.
async function assertSaved(expert) {
    await expert.saved();
    const { values } = await expert.server.valuesOf(expert.sheet, expert.who);
    assert.deepStrictEqual(values, expert.record);
    assert.deepStrictEqual(expert.faults, []);
}

test('shows the region that was chosen, why, and the proposal', async (t) => {
    const { server, expert } = await begin(t);
    const { page, sheet } = expert;
    assert.strictEqual(await page.locator('#why').textContent(), sheet.why);
    const name = (await server.json('/api/state')).images.find((i) => i.id === sheet.image).name;
    assert.strictEqual(await page.locator('#task-name').textContent(),
                       `Correct the region in ${name}`);
    const { base } = await server.valuesOf(sheet);
    const ones = base.filter(([, , value]) => value === 1).reduce((n, run) => n + run[1], 0);
    // Orange where the proposal has membrane, at every tenth such pixel.
    const points = [];
    expert.record.forEach((value, i) => {
        if (value === 1 && i % 10 === 0)
            points.push(expert.at([i % sheet.box[3], Math.floor(i / sheet.box[3])])
                .map(Math.floor));
    });
    const painted = await page.evaluate((places) => {
        const at = document.querySelector('canvas.paint').getContext('2d');
        return places.filter(([x, y]) => at.getImageData(x, y, 1, 1).data[3] > 0).length;
    }, points);
    assert.strictEqual(painted, points.length);
    note(`the proposal has ${ones} pixels of membrane`);
    await expert.shoot('region');
    assert.deepStrictEqual(expert.faults, []);
});

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

test('makes a label of what was confirmed, exactly, and shows the next region', async (t) => {
    const { server, expert } = await begin(t);
    const random = randomFrom(21);
    const times = [];
    for (let round = 0; round < 4; round++) {
        await expert.stroke([expert.somewhere(random), expert.somewhere(random)], MEMBRANE);
        await expert.press('3');
        await expert.stroke([expert.somewhere(random), expert.somewhere(random)], UNSURE);
        await expert.press('1');
        await expert.page.evaluate(() => {
            const stage = document.getElementById('stage');
            const old = stage.dataset.sheet;
            addEventListener('keydown', () => {
                const start = performance.now();
                new MutationObserver((_, watcher) => {
                    if (stage.dataset.sheet !== '' && stage.dataset.sheet !== old) {
                        watcher.disconnect();
                        requestAnimationFrame(() => setTimeout(() => {
                            window.tookToNext = performance.now() - start;
                        }));
                    }
                }).observe(stage, { attributeFilter: ['data-sheet'] });
            }, { once: true, capture: true });
        });
        const done = await expert.confirm();
        assert.strictEqual(differences(done, await server.known(done.sheet.image)), 0);
        await expert.take();
        times.push(await (await expert.page.waitForFunction(() => window.tookToNext)).jsonValue());
        await expert.page.evaluate(() => { window.tookToNext = undefined; });
        assert.notStrictEqual(expert.sheet.id, done.sheet.id);
    }
    note(`from confirm to the next region on the screen: ${times.map(Math.round).join(', ')} ms`);
    assert.deepStrictEqual(expert.faults, []);
});

test('asks for another region when one is skipped', async (t) => {
    const { expert } = await begin(t);
    const first = expert.sheet;
    await expert.stroke([expert.somewhere(randomFrom(2))], MEMBRANE);
    await expert.press('s');
    const second = await expert.take();
    assert.notDeepStrictEqual([second.image, second.windows], [first.image, first.windows]);
    assert.deepStrictEqual(expert.faults, []);
});

test('keeps all but the last moment when it is reloaded in the middle of a stroke', async (t) => {
    const { expert } = await begin(t);
    const random = randomFrom(13);
    for (let round = 0; round < 3; round++) {
        const way = Array.from({ length: 25 }, () => expert.somewhere(random));
        await expert.down(way[0]);
        expert.mark(way[0], way[0], MEMBRANE);
        for (const point of way.slice(1))
            await expert.drag(point, MEMBRANE);
        await expert.page.reload(); // the page is told, and hands over what it has
        await expert.page.waitForSelector(`#stage[data-sheet="${expert.sheet.id}"]`);
        await expert.page.mouse.up();
        await assertSaved(expert);
        await expert.press('1', round % 2 ? '2' : '3');
        await expert.stroke([way[0], way[1]], round % 2 ? OTHER : UNSURE);
        await expert.press('1');
    }
});

test('loses nothing when the server is killed in the middle of a stroke', async (t) => {
    const { server, place, expert } = await begin(t);
    const random = randomFrom(17);
    for (let round = 0; round < Number(process.env.SEPTUM_KILLS ?? 3); round++) {
        const way = Array.from({ length: 30 }, () => expert.somewhere(random));
        const moment = Math.floor(29 * random());
        const value = [MEMBRANE, UNSURE, OTHER][round % 3];
        await expert.press(['1', '3', '2'][round % 3]);
        await expert.down(way[0]);
        expert.mark(way[0], way[0], value);
        for (const [i, point] of way.slice(1).entries()) {
            if (i === moment)
                await server.kill();
            await expert.drag(point, value);
        }
        await expert.up();
        await expert.page.waitForFunction(() => /^not connected(: \d+ changes? waits? here)?$/
            .test(document.getElementById('saved-text').textContent));
        if (round === 0)
            await expert.shoot('not-connected');
        await restart(server);
        const other = await place.newPage(); // the new address is opened in another tab
        await other.goto(server.address);
        await assertSaved(expert);
        await other.close();
    }
    const done = await expert.confirm();
    assert.strictEqual(differences(done, await server.known(done.sheet.image)), 0);
});

test('takes up the work where it was when server and browser both died', async (t) => {
    const { server, place, expert } = await begin(t);
    const random = randomFrom(23);
    await expert.stroke([expert.somewhere(random), expert.somewhere(random)], MEMBRANE);
    await expert.saved();
    await server.kill();
    await expert.stroke([expert.somewhere(random), expert.somewhere(random)], MEMBRANE);
    await expert.page.close({ runBeforeUnload: false });
    await restart(server);
    const again = await Expert.open(place, server);
    await again.page.waitForSelector(`#stage[data-sheet="${expert.sheet.id}"]`);
    Object.assign(again, { sheet: expert.sheet, record: expert.record });
    await assertSaved(again);
});

test('merges what two tabs paint on one sheet', async (t) => {
    const { server, place, expert: one } = await begin(t);
    const two = await Expert.open(place, server);
    await two.take();
    const random = randomFrom(29);
    for (let round = 0; round < 6; round++) {
        await one.stroke([one.somewhere(random), one.somewhere(random)], MEMBRANE);
        await two.press('3');
        await two.stroke([two.somewhere(random), two.somewhere(random)], UNSURE);
    }
    await one.saved();
    await two.saved();
    const { values, changes } = await server.valuesOf(one.sheet);
    assert.ok(changes.length >= 12);
    // Every pixel is what one of the two painted, or what it was: the order is the server's.
    values.forEach((value, i) => {
        assert.ok(value === one.record[i] || value === two.record[i] ||
                  value === UNSURE || value === MEMBRANE);
    });
    for (const expert of [one, two]) { // and both show the same
        await expert.page.reload();
        await expert.page.waitForSelector(`#stage[data-sheet="${one.sheet.id}"]`);
    }
    one.record = values;
    const done = await one.confirm();
    assert.strictEqual(differences(done, await server.known(done.sheet.image)), 0);
    // The other tab finds out by itself.
    await two.page.waitForFunction((id) =>
        document.getElementById('stage').dataset.sheet !== String(id), done.sheet.id);
    assert.deepStrictEqual([...one.faults, ...two.faults], []);
});

test('asks two experts about different regions', async (t) => {
    const { server, expert: one } = await begin(t);
    const two = await Expert.open(await context(t), server, { who: 'bob' });
    await two.take();
    assert.strictEqual(await two.page.locator('#open-who').textContent(), 'You are bob');
    const windows = ({ sheet }) => sheet.windows.map((w) => `${sheet.image}:${w}`);
    assert.deepStrictEqual(windows(one).filter((w) => windows(two).includes(w)), []);
    const random = randomFrom(31);
    for (const expert of [one, two])
        await expert.stroke([expert.somewhere(random), expert.somewhere(random)], MEMBRANE);
    for (const expert of [one, two]) {
        await assertSaved(expert);
        const done = await expert.confirm();
        assert.strictEqual(differences(done, await server.known(done.sheet.image)), 0);
    }
});

test('is used by keyboard alone', async (t) => {
    const { server, expert } = await begin(t);
    const { page, view, sheet } = expert;
    const [top, left, , width] = sheet.box;
    // The cross stands in the middle of what is seen.
    let here = view.toImage(view.width / 2, view.height / 2).map(Math.floor);
    const local = () => [here[0] - left, here[1] - top];
    const go = async (key, step, count = 1, value = null) => {
        for (let i = 0; i < count; i++) {
            await page.keyboard.press(key);
            const from = local();
            here = [here[0] + step[0], here[1] + step[1]];
            if (value !== null)
                expert.mark(from, local(), value);
        }
    };
    await expert.press('k');
    await expert.press('Space');
    expert.mark(local(), local(), MEMBRANE);
    await go('ArrowLeft', [-1, 0], 4);
    await expert.press('3', 'd');
    expert.mark(local(), local(), UNSURE);
    await go('ArrowDown', [0, 1], 5, UNSURE);
    await go('Shift+ArrowRight', [8, 0], 1, UNSURE);
    await expert.press('d');
    await expert.shoot('keyboard');
    await assertSaved(expert);
    await expert.press('k');
    // The panels open and close by keys, and Tab reaches every button.
    await expert.press('?');
    assert.ok(await page.locator('#help').evaluate((dialog) => dialog.open));
    await expert.shoot('help');
    await expert.press('Escape');
    const reached = new Set();
    for (let i = 0; i < 60; i++) {
        await page.keyboard.press('Tab');
        reached.add(await page.evaluate(() => document.activeElement.id ||
            document.activeElement.dataset.tool || document.activeElement.dataset.layer));
    }
    for (const id of ['stage', 'confirm', 'skip', 'undo', 'brush', 'fill', 'size', 'abundance',
                      'contrast', 'fit', 'open-images'])
        assert.ok(reached.has(id), `Tab reaches ${id}`);
    await page.evaluate(() => document.activeElement.blur());
    const done = await expert.confirm();
    assert.strictEqual(differences(done, await server.known(done.sheet.image)), 0);
    assert.ok(width > 0);
});

test('bears lost questions, lost answers and a slow server', async (t) => {
    const { server, expert } = await begin(t);
    const random = randomFrom(37);
    await expert.page.route('**/change', async (route) => {
        const luck = random();
        if (luck < 0.2) {
            await route.abort();
        } else if (luck < 0.4) {
            await route.fetch();
            await route.abort();
        } else {
            await new Promise((done) => setTimeout(done, 200 * random()));
            await route.continue();
        }
    });
    for (let i = 0; i < 10; i++) {
        await expert.press(['1', '3'][i % 2]);
        await expert.stroke([expert.somewhere(random), expert.somewhere(random)],
                            [MEMBRANE, UNSURE][i % 2]);
    }
    await assertSaved(expert);
    await expert.page.unroute('**/change');
    // The answer to a confirm is lost: the label is there, and the next region comes.
    let lost = 0;
    await expert.page.route('**/confirm', async (route) => {
        await route.fetch();
        lost++;
        await route.abort();
        await expert.page.unroute('**/confirm');
    });
    const done = await expert.confirm();
    assert.strictEqual(lost, 1);
    assert.strictEqual(differences(done, await server.known(done.sheet.image)), 0);
    await expert.take();
    assert.deepStrictEqual(expert.faults, []);
});

test('says when pixels are finer than those the model knows', async (t) => {
    const { expert } = await begin(t);
    const { page } = expert;
    assert.ok(await page.locator('#finer-pixels').isHidden());
    await page.route('**/api/state*', async (route) => {
        const answer = await (await route.fetch()).json();
        await route.fulfill({ json: { ...answer, finer_pixels: true } });
    });
    await page.waitForSelector('#finer-pixels:not([hidden])');
    assert.deepStrictEqual(expert.faults, []);
});

test('opens any image, to look at and to label freely', async (t) => {
    const { server, expert } = await begin(t);
    const { page } = expert;
    await expert.press('g');
    await expert.shoot('images');
    const names = await page.locator('#image-rows tr td:first-child').allTextContents();
    assert.ok(names.some((name) => name.includes('<b>')), 'names are text, not markup');
    await page.locator('#image-rows button').nth(1).click();
    await page.waitForSelector('#label-here:not([hidden])');
    await expert.shoot('looking');
    await page.locator('#label-here').click();
    await expert.take();
    assert.strictEqual(expert.sheet.kind, 'free');
    const random = randomFrom(41);
    for (const [key, value] of [['1', MEMBRANE], ['2', OTHER], ['3', UNSURE]]) {
        await expert.press(key);
        await expert.stroke([expert.somewhere(random), expert.somewhere(random)], value);
    }
    await expert.press('e');
    await expert.stroke([expert.somewhere(random), expert.somewhere(random)], UNSURE);
    await assertSaved(expert);
    await expert.shoot('free');
    // The question can be gone back to, and the free sheet is still there afterwards.
    const free = { sheet: expert.sheet, record: expert.record };
    await page.locator('#back-to-task').click();
    await expert.take();
    assert.strictEqual(expert.sheet.kind, 'region');
    await expert.press('g');
    await page.locator('#image-rows button').nth(1).click();
    await page.locator('#label-here').click();
    await expert.take();
    assert.deepStrictEqual(expert.record, free.record);
    await expert.confirm();
    assert.strictEqual(differences(free, await server.known(free.sheet.image)), 0);
    assert.deepStrictEqual(expert.faults, []);
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

if (!REAL)
    note('SEPTUM is not set: driving the stand-in for the server');
await runAll();
