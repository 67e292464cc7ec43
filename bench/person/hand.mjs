// hand.mjs - the hand that corrects: an Expert of the browser tests that knows the truth,
// shakes, pauses, and remembers what it painted.

import { Livewire } from '../../src/server/page/livewire.js';
import { OUTSIDE } from '../../src/server/page/labels.js';
import { TILE } from '../../src/server/page/tiles.js';
import { SIZES } from '../../src/server/page/tools.js';
import { Expert, decodePng } from '../../tests/page/harness.mjs';
import { component, nextFill, nextStroke } from './planner.mjs';

const OTHER = 0, MEMBRANE = 1, UNSURE = 2;
const SIZE = 5; // of the brush when the page opens
const KEYS = { brush: 'b', eraser: 'e', line: 'l', fill: 'f' };
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// The device pixel in the middle of an image pixel.  The page draws tiles whose borders
// lie on whole device pixels, which shifts what is inside by up to half of one.
function middle(pixel, toScreen) {
    const first = pixel - pixel % TILE;
    const from = Math.round(toScreen(first)), to = Math.round(toScreen(first + TILE));
    return Math.floor(from + (pixel - first + 0.5) * (to - from) / TILE);
}

export class Hand extends Expert {
    static async open(place, server, { random, pace, most, truths }) {
        const hand = Object.assign(new Hand(), {
            server, random, pace, most, truths, faults: [], known: new Map(), times: [],
            story: [], strokes: 0, undone: 0, page: await place.newPage(),
            shown: { compared: 0, different: 0 }, saves: { compared: 0, different: 0 } });
        hand.page.on('pageerror', (error) => hand.faults.push(error.stack));
        hand.rest = Promise.resolve(); // while it is not resolved, the hand is still
        hand.resting = false;
        const start = Date.now();
        await hand.page.goto(server.address);
        await hand.take();
        hand.times.push(Date.now() - start);
        hand.fresh();
        return hand;
    }

    // The page's tools as they are when it was loaded.
    fresh() {
        Object.assign(this, { tool: 'brush', label: MEMBRANE, size: SIZE });
    }

    // On a busy machine the first region of a large project takes minutes.
    async take() {
        await this.page.waitForFunction((old) => {
            const { sheet } = document.getElementById('stage').dataset;
            return sheet && sheet !== old;
        }, String(this.sheet?.id ?? ''), { timeout: 1800000 });
        return this.retake();
    }

    // The server may be dead at the moment.
    async retake() {
        const { size } = this;
        for (let attempt = 0; ; attempt++) {
            try {
                await super.retake();
                break;
            } catch (error) {
                if (attempt === 300)
                    throw error;
                await sleep(100);
            }
        }
        this.size = size ?? SIZE;
        const { name } = (await this.ask(() => this.server.json('/api/state'))).images
            .find(({ id }) => id === this.sheet.image);
        const [top, left, height, width] = this.sheet.box;
        this.name = name;
        this.grey = await this.map();
        const whole = this.truths.get(name), across = this.view.imageWidth;
        this.truth = Uint8Array.from({ length: height * width }, (_, i) =>
            whole[(top + Math.floor(i / width)) * across + left + i % width]);
        return this.sheet;
    }

    // An answer of the server's, as soon as it lives.
    async ask(question) {
        for (let attempt = 0; ; attempt++) {
            try {
                return await question();
            } catch (error) {
                if (attempt === 300)
                    throw error;
                await sleep(100);
            }
        }
    }

    // Between two gestures: a moment's pause, longer while somebody holds the hand.
    async pause(from, to) {
        this.resting = true;
        await sleep(this.pace * (from + (to - from) * this.random()));
        await this.rest;
        this.resting = false;
    }

    async choose(tool, label = this.label) {
        if (label !== this.label) {
            await this.press(['2', '1', '3'][label]);
            if (this.tool === 'eraser')
                this.tool = 'brush';
        }
        if (tool !== this.tool)
            await this.press(KEYS[tool]);
        Object.assign(this, { tool, label });
    }

    shake([x, y]) {
        const shift = () => Math.round(1.7 * (this.random() + this.random() - 1));
        return [x + shift(), y + shift()];
    }

    // ---- gestures -----------------------------------------------------------------------

    // Draw along `points` and keep what was there before, for a change of mind.
    async draw(points, value, button = 'left') {
        const before = this.record.slice();
        await this.down(points[0], button);
        this.mark(points[0], points[0], value);
        for (const point of points.slice(1)) {
            await this.drag(point, value);
            if (this.pace > 0)
                await sleep(this.pace * 12 * this.random());
        }
        await this.up(button);
        this.strokes++;
        return before;
    }

    async undo(before) {
        if (Buffer.compare(before, this.record) === 0)
            return; // a stroke that changed nothing is none
        await this.press(this.random() < 0.5 ? 'z' : 'Control+z');
        this.record = before;
        this.undone++;
    }

    async mayRegret(before) {
        if (this.random() >= 0.06 || Buffer.compare(before, this.record) === 0)
            return;
        const after = this.record;
        await this.pause(200, 500);
        await this.undo(before);
        await this.pause(200, 500);
        await this.press('y');
        this.record = after;
    }

    async add({ points, size }) {
        await this.choose('brush', MEMBRANE);
        await this.setSize(size, SIZES);
        return this.draw(points.map((point) => this.shake(point)), MEMBRANE);
    }

    async takeAway({ points, size }) {
        const right = this.random() < 0.3;
        if (!right)
            await this.choose('eraser');
        else if (this.tool !== 'brush' && this.tool !== 'eraser')
            await this.choose('brush');
        await this.setSize(size, SIZES);
        return this.draw(points.map((point) => this.shake(point)), OTHER,
                         right ? 'right' : 'left');
    }

    async fill({ at, value }) {
        const [, , height, width] = this.sheet.box, before = this.record.slice();
        await this.choose('fill', value);
        await this.down([at % width, Math.floor(at / width)]);
        await this.up();
        component(before, width, height, at).forEach((pixel) => { this.record[pixel] = value; });
        this.strokes++;
        return before;
    }

    // A line between the ends of a stroke: it follows the map, if the page has it by now,
    // and is straight if not.  The canvas tells which; nothing else will do.
    async line({ points, size }) {
        const ends = [points[0], points.at(-1)], before = this.record.slice();
        const [top, left] = this.sheet.box;
        await this.choose('line', MEMBRANE);
        await this.setSize(size, SIZES);
        for (const end of ends) {
            await this.move(end);
            await this.down(end);
            await this.up();
        }
        await this.press('Escape');
        this.strokes++;
        const ways = [ends];
        if (this.grey !== null) {
            const { grey, width, height } = this.grey;
            ways.unshift(new Livewire(grey, width, height, left + ends[0][0],
                                      top + ends[0][1])
                .path(left + ends[1][0], top + ends[1][1])
                .map(([x, y]) => [x - left, y - top]));
        }
        const candidates = ways.map((path) => {
            this.record = before.slice();
            path.forEach((step, k) => this.mark(path[Math.max(k - 1, 0)], step, MEMBRANE));
            return this.record;
        });
        const seen = await this.look();
        this.record = candidates.find((record) => this.unlike(record, seen) === 0) ??
            candidates[0];
        return before;
    }

    // The probability map of the sheet's model; null when a newer model has taken its
    // place meanwhile, and the server has it no more.
    async map() {
        const path = `/api/probability/${this.sheet.image}.png?model=${this.sheet.model}`;
        try {
            return decodePng(await this.server.raw(path));
        } catch {
            return null;
        }
    }

    // A place that nobody could tell.
    async doubt() {
        await this.choose('brush', UNSURE);
        await this.setSize(8, SIZES);
        const spot = this.somewhere(this.random);
        await this.draw([spot, this.shake(spot), this.shake(this.shake(spot))], UNSURE);
        await this.choose('brush', MEMBRANE);
    }

    // ---- what is seen ---------------------------------------------------------------------

    // What the canvas shows in the middle of each pixel of the box: 0 nothing, 1 orange,
    // 2 blue.
    async look() {
        await this.page.evaluate(() => new Promise((done) =>
            requestAnimationFrame(() => requestAnimationFrame(done))));
        const [top, left, height, width] = this.sheet.box;
        const xs = Array.from({ length: width }, (_, x) =>
            middle(left + x, (at) => this.view.toScreen(at, 0)[0]));
        const ys = Array.from({ length: height }, (_, y) =>
            middle(top + y, (at) => this.view.toScreen(0, at)[1]));
        const seen = await this.page.evaluate(([columns, rows]) => {
            const { canvas } = document.querySelector('canvas.paint').getContext('2d');
            const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width,
                                                                 canvas.height);
            let text = '';
            for (const y of rows) {
                for (const x of columns) {
                    const at = 4 * (y * canvas.width + x);
                    text += data[at + 3] === 0 ? 0 : data[at] > data[at + 2] ? 1 : 2;
                }
            }
            return text;
        }, [xs, ys]);
        return Uint8Array.from(seen, Number);
    }

    // In how many pixels a record is not what is seen.  Unsure pixels are hatched.
    unlike(record, seen) {
        const like = { [OTHER]: [0], [MEMBRANE]: [1], [UNSURE]: [0, 2], [OUTSIDE]: [0] };
        let count = 0;
        record.forEach((value, i) => { count += like[value].includes(seen[i]) ? 0 : 1; });
        return count;
    }

    async checkShown(when) {
        const seen = await this.look(), different = this.unlike(this.record, seen);
        this.shown.compared += this.record.length;
        this.shown.different += different;
        if (different === 0)
            return;
        const later = this.unlike(this.record, await sleep(1000).then(() => this.look()));
        console.log(`${when}: ${different} pixels shown otherwise, ${later} a second later: ` +
                    this.where(seen));
    }

    where(seen) {
        const width = this.sheet.box[3], places = [];
        this.record.forEach((value, i) => {
            if (places.length < 8 && this.unlike([value], [seen[i]]) > 0)
                places.push(`(${i % width}, ${Math.floor(i / width)}) ${value} as ${seen[i]}`);
        });
        return places.join('; ');
    }

    // "Saved" is true: the journal amounts to the record.
    async checkSaved() {
        await this.saved();
        const { values } = await this.ask(() => this.server.valuesOf(this.sheet));
        this.saves.compared += values.length;
        values.forEach((value, i) => {
            this.saves.different += value !== this.record[i] ? 1 : 0;
        });
    }

    agreement() {
        let hit = 0, said = 0, is = 0;
        this.record.forEach((value, i) => {
            if (value > MEMBRANE)
                return;
            hit += value & this.truth[i];
            said += value;
            is += this.truth[i];
        });
        return said + is === 0 ? 1 : 2 * hit / (said + is);
    }

    // ---- a region ---------------------------------------------------------------------------

    async region(number) {
        const before = this.agreement(), begun = this.strokes;
        await this.pause(1000, 2500); // looks at the proposal
        await this.checkShown('proposal');
        if (number === 3) {
            await this.add({ points: [this.somewhere(this.random)], size: SIZE });
            await this.handIn('skip');
            this.story.push('region 3: skipped');
            return;
        }
        if (number % 3 === 1)
            await this.doubt();
        const reload = number === 2 ? 5 : -1;
        const tried = new Set();
        for (let i = 0; i < this.most; i++) {
            if (i === reload)
                await this.reload();
            if (!await this.correct(tried))
                break;
            await this.pause(150, 600);
        }
        await this.checkShown('answer');
        await this.checkSaved();
        this.story.push(`region ${number}: ${this.sheet.windows.length} windows of ` +
            `${this.name}, proposal ${before.toFixed(3)}, answer ` +
            `${this.agreement().toFixed(3)}, ${this.strokes - begun} strokes`);
        await this.handIn('confirm');
    }

    // Correct the widest thing that is wrong; false when nothing is left.
    async correct(tried) {
        const { record, truth } = this, [, , height, width] = this.sheet.box;
        const blob = nextFill(record, truth, width, height);
        if (blob !== null) {
            await this.mayRegret(await this.fill(blob));
            return true;
        }
        const plan = (painted, wanted) => nextStroke(
            record.map((value, i) => (value === painted && truth[i] === wanted ? 1 : 0)),
            width, height, tried);
        const missing = plan(OTHER, MEMBRANE), excess = plan(MEMBRANE, OTHER);
        if (missing === null && excess === null)
            return false;
        if (missing === null || excess !== null && excess.depth > missing.depth) {
            await this.mayRegret(await this.takeAway(excess));
        } else if (missing.points.length >= 6 && this.random() < 0.25) {
            const was = this.agreement(), before = await this.line(missing);
            if (this.agreement() < was) {
                await this.pause(300, 800);
                await this.undo(before);
            }
        } else {
            await this.mayRegret(await this.add(missing));
        }
        return true;
    }

    async reload() {
        await this.page.reload();
        await this.page.waitForSelector(`#stage[data-sheet="${this.sheet.id}"]`);
        this.fresh();
        await this.checkShown('reloaded');
    }

    // Confirm or skip, and wait for the next region.  When the server died meanwhile, the
    // page asks for the new address and then wants the button again.
    async handIn(way) {
        await this.timeNext();
        const { id } = this.sheet;
        await this.press(way === 'confirm' ? 'Enter' : 's');
        while (await this.page.locator('#stage').getAttribute('data-sheet') === String(id)) {
            await sleep(this.killed ? 500 : 20);
            if (this.killed) {
                await this.page.evaluate(([sheet, button]) => {
                    const element = document.getElementById(button);
                    if (document.getElementById('stage').dataset.sheet === sheet &&
                        !element.disabled)
                        element.click();
                }, [String(id), way]);
            }
        }
        if (way === 'confirm')
            this.remember();
        this.sheet = { id };
        await this.take();
        await this.choose('brush');
        this.times.push(await this.tookToNext());
    }

    // What was confirmed, as the pictures of known labels have it.
    remember() {
        const [top, left, , width] = this.sheet.box, { imageWidth, imageHeight } = this.view;
        const known = this.known.get(this.name) ??
            new Uint8Array(imageWidth * imageHeight).fill(127);
        this.record.forEach((value, i) => {
            if (value !== OUTSIDE)
                known[(top + Math.floor(i / width)) * imageWidth + left + i % width] =
                    [0, 255, 127][value];
        });
        this.known.set(this.name, known);
    }
}
