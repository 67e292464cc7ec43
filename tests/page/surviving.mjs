// Whatever happens on the way, what was painted is kept: reloads, kills, lost answers, tabs.

import assert from 'node:assert';
import { Expert, MEMBRANE, OTHER, UNSURE, assertSaved, begin, context, differences, randomFrom,
         restart, startServer, test } from './harness.mjs';

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

// Answer requests to `path` in the server's place, until it is let go.
async function refuse(page, path, status, error) {
    await page.route(path, (route) => route.fulfill({ status, json: { error } }));
    return () => page.unroute(path);
}

const savedText = (page) => page.locator('#saved-text').textContent();

test('does not take a region for confirmed that was given to another', async (t) => {
    const { server, expert } = await begin(t);
    const { page, sheet } = expert;
    const random = randomFrom(51);
    await expert.stroke([expert.somewhere(random), expert.somewhere(random)], MEMBRANE);
    await expert.saved();
    const release = await refuse(page, '**/confirm', 410, 'that work is another\'s by now');
    await expert.look();
    await expert.press('Enter');
    await page.waitForSelector('#give-up:not([hidden])');
    assert.strictEqual(await savedText(page), 'Not confirmed: that work is another\'s by now');
    await page.waitForTimeout(1500); // polls come and go
    assert.strictEqual(await page.locator('#stage').getAttribute('data-sheet'),
                       String(sheet.id));
    await release();
    await page.locator('#give-up').click();
    await expert.saved();
    assert.deepStrictEqual((await server.valuesOf(sheet)).values, expert.record);
    assert.deepStrictEqual(expert.faults, []);
});

test('goes on from a region that was confirmed elsewhere, and says what was lost', async (t) => {
    const { place, expert, server } = await begin(t);
    const { page, sheet } = expert;
    const random = randomFrom(53);
    let release = await refuse(page, '**/change', 500, 'the disk is full');
    await expert.stroke([expert.somewhere(random), expert.somewhere(random)], MEMBRANE);
    const other = await Expert.open(place, server);
    await other.take();
    await other.confirm();
    await release();
    await page.waitForSelector('#give-up:not([hidden])');
    assert.match(await savedText(page), /closed elsewhere: \d+ changes? could not be saved/);
    await page.locator('#give-up').click();
    await page.waitForFunction((id) => {
        const now = document.getElementById('stage').dataset.sheet;
        return now !== '' && now !== id;
    }, String(sheet.id));
    await expert.saved();
    const kept = await page.evaluate(() => Object.keys(localStorage)
        .filter((name) => name.split('|').length === 4));
    assert.deepStrictEqual(kept, []);
});

test('opens an image while an answer is under way, and comes back', async (t) => {
    const { expert } = await begin(t);
    const { page, sheet } = expert;
    await page.route('**/confirm', async (route) => {
        await new Promise((done) => setTimeout(done, 2500));
        await route.continue();
    });
    await expert.look();
    await expert.press('Enter', 'g');
    await page.locator('#image-rows button').nth(1).click();
    await page.waitForSelector('#back-to-task:not([hidden])');
    await page.locator('#back-to-task').click();
    await page.waitForFunction((id) => {
        const now = document.getElementById('stage').dataset.sheet;
        return now !== '' && now !== id;
    }, String(sheet.id));
    assert.deepStrictEqual(expert.faults, []);
});

test('says that changes wait, also when their sheet is put away', async (t) => {
    const { expert } = await begin(t);
    const { page } = expert;
    const random = randomFrom(57);
    const release = await refuse(page, '**/change', 500, 'the disk is full');
    await expert.stroke([expert.somewhere(random), expert.somewhere(random)], MEMBRANE);
    await expert.press('g');
    await page.locator('#image-rows button').nth(1).click();
    await page.waitForSelector('#label-here:not([hidden])');
    await page.waitForTimeout(1500);
    assert.match(await savedText(page), /^not saved: \d+ changes? waits? here/);
    await release();
    await assertSaved(expert);
});

test('says why a region is not shown, for as long as it is not', async (t) => {
    const server = await startServer(t);
    const place = await context(t);
    await place.route('**/api/image/*', (route) =>
        route.fulfill({ status: 503, json: { error: 'the image is not there any more' } }));
    const expert = await Expert.open(place, server);
    const { page } = expert;
    await page.waitForFunction(() => document.getElementById('trouble').textContent ===
                                     'the image is not there any more');
    assert.ok(await page.locator('#notice').isVisible());
    const blinks = await page.evaluate(() => new Promise((done) => {
        let count = 0;
        new MutationObserver((all) => (count += all.length)).observe(
            document.getElementById('trouble'),
            { attributes: true, childList: true, characterData: true });
        setTimeout(() => done(count), 3000);
    }));
    assert.ok(blinks === 0, `${blinks} blinks`);
    await place.unroute('**/api/image/*');
    await expert.take();
    assert.ok(await page.locator('#trouble').isHidden());
});
