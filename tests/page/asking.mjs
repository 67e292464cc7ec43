// Regions that are asked about: shown, confirmed, skipped, and any image opened freely.

import assert from 'node:assert';
import { Expert, MEMBRANE, OTHER, UNSURE, assertSaved, begin, context, differences, note,
         randomFrom, test } from './harness.mjs';

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

test('makes a label of what was confirmed, exactly, and shows the next region', async (t) => {
    const { server, expert } = await begin(t);
    const random = randomFrom(21);
    const times = [];
    for (let round = 0; round < 4; round++) {
        await expert.stroke([expert.somewhere(random), expert.somewhere(random)], MEMBRANE);
        await expert.press('3');
        await expert.stroke([expert.somewhere(random), expert.somewhere(random)], UNSURE);
        await expert.press('1');
        await expert.timeNext();
        const done = await expert.confirm();
        assert.strictEqual(differences(done, await server.known(done.sheet.image)), 0);
        await expert.take();
        times.push(await expert.tookToNext());
        assert.notStrictEqual(expert.sheet.id, done.sheet.id);
    }
    note(`from confirm to the next region on the screen: ${times.map(Math.round).join(', ')} ms`);
    assert.deepStrictEqual(expert.faults, []);
});

test('asks for another region when one is skipped', async (t) => {
    const { expert } = await begin(t);
    const first = expert.sheet;
    await expert.stroke([expert.somewhere(randomFrom(2))], MEMBRANE);
    await expert.look();
    await expert.press('s');
    const second = await expert.take();
    assert.notDeepStrictEqual([second.image, second.windows], [first.image, first.windows]);
    assert.deepStrictEqual(expert.faults, []);
});

test('takes no answer to a region that nobody can have seen', async (t) => {
    const { expert } = await begin(t);
    const { page } = expert;
    const answers = [];
    page.on('request', (request) => {
        if (/\/(confirm|skip)$/.test(request.url()))
            answers.push(request.url());
    });
    // A key that is held comes again and again: the first counts.
    for (const [count, key] of [[1, 'Enter'], [2, 's']]) {
        await expert.look();
        for (let i = 0; i < 24; i++) {
            await page.keyboard.down(key);
            await page.waitForTimeout(50);
        }
        await page.keyboard.up(key);
        assert.strictEqual(answers.length, count);
        await expert.take();
    }
    // A double click, as slow as they come; the region has arrived between its two halves.
    await expert.look();
    await page.locator('#confirm').click();
    await expert.take();
    await page.evaluate(() => document.getElementById('confirm').click());
    await page.waitForTimeout(100);
    assert.strictEqual(answers.length, 3);
    assert.deepStrictEqual(expert.faults, []);
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

test('leaves no key to the button that opened a panel', async (t) => {
    const { expert } = await begin(t);
    const { page } = expert;
    await page.locator('#open-help').click();
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.activeElement.id === 'stage');
    await expert.confirm();
    assert.ok(!await page.locator('#help').evaluate((dialog) => dialog.open));
});
