// harness.mjs - what the browser tests share: a server with a small project, a browser, an
// expert's hand that records what it painted, and TAP.
//
// $SEPTUM is the program under test.  Without it, the stand-in of mock.mjs is driven.

import assert from 'node:assert';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { Labels, OUTSIDE } from '../../src/server/page/labels.js';
import { Viewport } from '../../src/server/page/viewport.js';
import { Mock, png, serve } from './mock.mjs';

export const REAL = process.env.SEPTUM !== undefined;
export const OTHER = 0, MEMBRANE = 1, UNSURE = 2; // values of a pixel
const SHOTS = process.env.SEPTUM_SHOTS; // a folder: a picture of each state goes there
const WAIT = { timeout: 120000 };       // for a machine with much else to do

// ---- TAP ------------------------------------------------------------------------------

const tests = [];
export const test = (name, run) => tests.push([name, run]);
export const note = (text) => console.log(`# ${text}`);

// Run the tests, or those whose names have one of the program's arguments in them.
export async function runAll() {
    let failed = 0;
    const words = process.argv.slice(2);
    const chosen = tests.filter(([name]) =>
        words.length === 0 || words.some((word) => name.includes(word)));
    for (const [i, [name, run]] of chosen.entries()) {
        const ends = [];
        try {
            await run({ defer: (end) => ends.push(end) });
            console.log(`ok ${i + 1} - ${name}`);
        } catch (error) {
            failed++;
            console.log(`not ok ${i + 1} - ${name}`);
            console.log(String(error.stack).replace(/^/gm, '# '));
        }
        for (const end of ends.reverse())
            await end();
    }
    await (await browserPromise)?.close();
    console.log(`1..${chosen.length}`);
    process.exit(failed > 0 ? 1 : 0);
}

// ---- the server -------------------------------------------------------------------------

// An 8-bit grey PNG's pixels.
export function decodePng(bytes) {
    const width = bytes.readUInt32BE(16), height = bytes.readUInt32BE(20);
    const parts = [];
    for (let at = 8; at < bytes.length;) {
        const length = bytes.readUInt32BE(at);
        if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT')
            parts.push(bytes.subarray(at + 8, at + 8 + length));
        at += length + 12;
    }
    const raw = inflateSync(Buffer.concat(parts)), grey = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
        const filter = raw[y * (width + 1)];
        for (let x = 0; x < width; x++) {
            const a = x > 0 ? grey[y * width + x - 1] : 0;
            const b = y > 0 ? grey[(y - 1) * width + x] : 0;
            const c = x > 0 && y > 0 ? grey[(y - 1) * width + x - 1] : 0;
            const p = a + b - c;
            const paeth = Math.abs(p - a) <= Math.abs(p - b) && Math.abs(p - a) <= Math.abs(p - c)
                ? a : Math.abs(p - b) <= Math.abs(p - c) ? b : c;
            grey[y * width + x] = raw[y * (width + 1) + 1 + x] +
                [0, a, b, (a + b) >> 1, paeth][filter];
        }
    }
    return { width, height, grey };
}

export class Server {
    async connect() {
        const answer = await fetch(this.address, { redirect: 'manual' });
        this.cookie = answer.headers.get('set-cookie').split(';')[0];
    }

    get origin() {
        return new URL(this.address).origin;
    }

    async raw(path) {
        const answer = await fetch(this.origin + path, { headers: { cookie: this.cookie } });
        if (!answer.ok)
            throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
        return Buffer.from(await answer.arrayBuffer());
    }

    async json(path) {
        return JSON.parse(await this.raw(path));
    }

    async sheetOf(who) {
        return (await this.json(`/api/state${who ? `?who=${who}` : ''}`)).sheet;
    }

    // What the server's journal of a sheet amounts to.
    async valuesOf(sheet, who) {
        const { base, changes } = await this.json(
            `/api/sheet/${sheet.id}/journal?after=0${who ? `&who=${who}` : ''}`);
        const labels = new Labels(sheet.box[3], sheet.box[2]);
        labels.reset(base);
        changes.forEach((change) => labels.apply(change.runs));
        return { values: labels.values, base, changes };
    }

    // What the project knows of an image: 0, 255 or 127.
    async known(image) {
        const { version } = await this.json('/api/state');
        return decodePng(await this.raw(`/api/labels/${image}.png?after=${version}`));
    }
}

class MockServer extends Server {
    constructor(options) {
        super();
        this.mock = new Mock(options);
    }

    async start(port = 0) {
        const { server, address } = await serve(this.mock, port);
        Object.assign(this, { server, address });
        await this.connect();
    }

    async kill() {
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
    }

    async stop() {
        await this.kill();
    }
}

// `septum label` with these words, in a folder with a project.
export class ProgramServer extends Server {
    constructor(program, folder, words) {
        super();
        Object.assign(this, { program, folder, words });
    }

    async start(port = 0) {
        this.child = spawn(this.program,
            ['label', ...this.words, ...(port ? ['--port', String(port)] : [])],
            { cwd: this.folder, stdio: ['ignore', 'pipe', 'inherit'] });
        this.address = await new Promise((resolve, reject) => {
            let said = '';
            this.child.stdout.on('data', (data) => {
                said += data;
                const found = /http:\S+/.exec(said);
                if (found && said.includes('\n'))
                    resolve(found[0]);
            });
            this.child.on('exit', (code) => reject(new Error(`the server ended with ${code}`)));
        });
        await this.connect();
    }

    end(signal) {
        const gone = new Promise((resolve) => this.child.on('exit', resolve));
        this.child.kill(signal);
        return gone;
    }

    kill() {
        return this.end('SIGKILL');
    }

    async stop() {
        if (this.child.exitCode === null && this.child.signalCode === null)
            await this.end('SIGINT');
    }
}

class RealServer extends ProgramServer {
    constructor({ size, images, net = 'window16 conv3-4 pool2 conv3-6 FC-8 FC-1' }) {
        super(process.env.SEPTUM, mkdtempSync(join(tmpdir(), 'septum-page.')),
              ['p.septum', '--threads', '1', '--who', 'alice']);
        const septum = (...words) => execFileSync(process.env.SEPTUM, words,
            { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
        septum('simulate', 'spim', '-o', 'stack', '--count', '2', '--size', '96', '--seed', '2',
               '--quiet');
        septum('train', '--images', 'stack/images', '--labels', 'stack/labels', '-o', 'm.onnx',
               '--epochs', '1', '--quiet', '--threads', '1', '--net', net);
        const { images: made } = new Mock({ size, images });
        mkdirSync(join(this.folder, 'pool'));
        made.forEach((image, i) => writeFileSync(
            join(this.folder, 'pool', i === 1 ? '<b>1 & "x".png' : `${i}.png`),
            png(image.grey, size, size)));
        septum('project', 'create', 'p.septum', '--from', 'm.onnx');
        septum('project', 'add', 'p.septum', '--images', 'pool', '--quiet');
    }

    async stop() {
        await super.stop();
        rmSync(this.folder, { recursive: true, force: true });
    }
}

export async function startServer(t, options = { size: 256, images: 3 }) {
    const server = REAL ? new RealServer(options) : new MockServer(options);
    t.defer(() => server.stop());
    await server.start();
    return server;
}

// The same server again, after kill(), where it was.
export async function restart(server) {
    await server.start(Number(new URL(server.address).port));
}

// ---- the browser --------------------------------------------------------------------------

let browserPromise = null;

export function browser() {
    browserPromise ??= chromium.launch({
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        args: process.getuid() === 0 ? ['--no-sandbox'] : [], timeout: 300000 });
    return browserPromise;
}

// A browser of one's own: cookies and storage are shared by its pages only.
export async function context(t, options = {}) {
    const it = await (await browser()).newContext({ viewport: { width: 1200, height: 800 },
                                                    ...options });
    it.setDefaultTimeout(WAIT.timeout);
    t.defer(() => it.close());
    return it;
}

// ---- the expert's hand ----------------------------------------------------------------------

// A pixel is under the brush when its centre is within half the size of the segment.
function isUnder(size, [ax, ay], [bx, by], x, y) {
    const dx = bx - ax, dy = by - ay, length2 = dx * dx + dy * dy;
    const t = length2 === 0 ? 0
        : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length2));
    return Math.hypot(x - ax - t * dx, y - ay - t * dy) <= size / 2 + 1e-9;
}

// One expert at one page: moves the mouse and presses keys as a person does, and keeps a
// record of its own of what must come of it.
export class Expert {
    static async open(place, server, { who, path } = {}) {
        const expert = new Expert();
        Object.assign(expert, { server, who, faults: [], page: await place.newPage() });
        expert.page.on('pageerror', (error) => expert.faults.push(error.stack));
        expert.page.on('console', (message) => {
            if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
                expert.faults.push(message.text());
        });
        if (who) {
            await expert.page.addInitScript(
                (name) => sessionStorage.setItem('septum-who', name), who);
        }
        await expert.page.goto(path ?? server.address);
        return expert;
    }

    // Wait for a sheet, other than the one in hand, and begin its record.
    async take() {
        const old = this.sheet?.id ?? '';
        await this.page.waitForFunction((id) => {
            const { sheet } = document.getElementById('stage').dataset;
            return sheet && sheet !== String(id);
        }, old, WAIT);
        return this.retake();
    }

    async retake() {
        const id = await this.page.locator('#stage').getAttribute('data-sheet');
        this.sheet = await this.server.sheetOf(this.who);
        if (String(this.sheet?.id) !== id)
            throw new Error(`the page has sheet ${id}, the server ${this.sheet?.id}`);
        this.record = (await this.server.valuesOf(this.sheet, this.who)).values;
        this.size = 5;
        const { width, height } = await this.page.locator('#stage').boundingBox();
        this.view = new Viewport();
        this.view.resize(Math.round(width), Math.round(height));
        const image = (await this.server.json('/api/state')).images
            .find(({ id: number }) => number === this.sheet.image);
        Object.assign(this.view, { imageWidth: image.width, imageHeight: image.height });
        await this.page.keyboard.press('0');
        this.fit();
        return this.sheet;
    }

    fit() {
        const [top, left, height, width] = this.sheet.box;
        this.view.fit([left, top, width, height], this.sheet.kind === 'region' ? 0.3 : 0.02);
    }

    // Screen coordinates of the centre of pixel (x, y) of the sheet's box.
    at([x, y]) {
        const [top, left] = this.sheet.box;
        return this.view.toScreen(left + x + 0.5, top + y + 0.5);
    }

    // Where the hand may paint: some pixel of the sheet, by a random number.
    somewhere(random) {
        for (;;) {
            const at = Math.floor(random() * this.record.length);
            if (this.record[at] !== OUTSIDE)
                return [at % this.sheet.box[3], Math.floor(at / this.sheet.box[3])];
        }
    }

    async press(...keys) {
        for (const key of keys)
            await this.page.keyboard.press(key);
    }

    async setSize(size, sizes) {
        const steps = sizes.indexOf(size) - sizes.indexOf(this.size);
        for (let i = 0; i < Math.abs(steps); i++)
            await this.page.keyboard.press(steps > 0 ? ']' : '[');
        this.size = size;
    }

    async down(point, button = 'left') {
        this.here = point;
        await this.page.mouse.move(...this.at(point));
        await this.page.mouse.down({ button });
    }

    async up(button = 'left') {
        await this.page.mouse.up({ button });
    }

    async move(point) {
        await this.page.mouse.move(...this.at(point));
    }

    // Wait until the page is zoomed as our own view is: wheels are taken up late.
    async zoomed() {
        const text = `${Math.round(100 * this.view.scale)} %`;
        await this.page.waitForFunction((wanted) =>
            document.getElementById('zoom').textContent === wanted, text, WAIT);
    }

    // Draw from point to point, and record it as `value`.
    async stroke(points, value, button = 'left') {
        await this.down(points[0], button);
        this.mark(points[0], points[0], value);
        for (const point of points.slice(1))
            await this.drag(point, value);
        await this.up(button);
    }

    async drag(point, value) {
        await this.move(point);
        this.mark(this.here, point, value);
        this.here = point;
    }

    mark(from, to, value) {
        const [, , height, width] = this.sheet.box, reach = this.size / 2;
        const x0 = Math.max(0, Math.floor(Math.min(from[0], to[0]) - reach));
        const x1 = Math.min(width - 1, Math.ceil(Math.max(from[0], to[0]) + reach));
        const y0 = Math.max(0, Math.floor(Math.min(from[1], to[1]) - reach));
        const y1 = Math.min(height - 1, Math.ceil(Math.max(from[1], to[1]) + reach));
        for (let y = y0; y <= y1; y++) {
            for (let x = x0; x <= x1; x++) {
                const i = y * width + x;
                if (this.record[i] !== OUTSIDE && isUnder(this.size, from, to, x, y))
                    this.record[i] = value;
            }
        }
    }

    // Wait until the page says that all is saved, after it had the time to say otherwise.
    async saved(wait = WAIT) {
        await this.page.evaluate(() => new Promise((done) =>
            requestAnimationFrame(() => requestAnimationFrame(done))));
        await this.page.waitForFunction(
            () => document.getElementById('saved-text').textContent === 'saved', null, wait);
    }

    // A person looks at a region before saying what it is; the page takes nothing sooner.
    async look() {
        await this.page.waitForTimeout(600);
    }

    async confirm() {
        await this.look();
        await this.press('Enter');
        const { sheet, record } = this;
        await this.page.waitForFunction((id) =>
            document.getElementById('stage').dataset.sheet !== String(id), sheet.id, WAIT);
        return { sheet, record };
    }

    // Measure how long it takes from the next key to another region on the screen.
    async timeNext() {
        await this.page.evaluate(() => {
            const stage = document.getElementById('stage'), old = stage.dataset.sheet;
            window.tookToNext = undefined;
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
    }

    // What that was, milliseconds; waits for it.
    async tookToNext() {
        return (await this.page.waitForFunction(() => window.tookToNext)).jsonValue();
    }

    async shoot(name) {
        if (SHOTS) {
            await this.page.waitForTimeout(300);
            await this.page.screenshot({ path: join(SHOTS, `${name}.png`) });
        }
    }
}

// An expert at a region of a project of his own.
export async function begin(t, options) {
    const server = await startServer(t, options);
    const place = await context(t);
    const expert = await Expert.open(place, server);
    await expert.take();
    return { server, place, expert };
}

// The sheet's journal on the server is the expert's own record, pixel by pixel.
export async function assertSaved(expert) {
    await expert.saved();
    const { values } = await expert.server.valuesOf(expert.sheet, expert.who);
    assert.deepStrictEqual(values, expert.record);
    assert.deepStrictEqual(expert.faults, []);
}

// The pixels in which a record and what the project knows of the image differ.
export function differences({ sheet, record }, { grey, width }) {
    const [top, left, , across] = sheet.box;
    let count = 0;
    record.forEach((value, i) => {
        if (value === OUTSIDE)
            return;
        const at = (top + Math.floor(i / across)) * width + left + i % across;
        if (grey[at] !== [0, 255, 127][value])
            count++;
    });
    return count;
}

export function randomFrom(seed) {
    let state = seed;
    return () => (state = (state * 48271) % 2147483647) / 2147483647;
}
