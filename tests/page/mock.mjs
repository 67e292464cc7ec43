// mock.mjs - a stand-in for `septum label`: the routes of the page, in memory, over images
// made on the spot.  For work on the page without a build, and for what a real server does
// not do on demand: a slow disk, a state of our choice.
//
//     node tests/page/mock.mjs [--port N] [--size PIXELS] [--images N]

import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';

const PAGE = new URL('../../src/server/page/', import.meta.url);
const TYPES = { html: 'text/html', css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' };
const SIDE = 64;

function crc32(bytes) {
    let crc = ~0;
    for (const byte of bytes) {
        crc ^= byte;
        for (let k = 0; k < 8; k++)
            crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
    }
    return ~crc >>> 0;
}

// An 8-bit grey PNG.
export function png(grey, width, height) {
    const chunk = (type, data) => {
        const body = Buffer.concat([Buffer.from(type), data]);
        const whole = Buffer.alloc(body.length + 8);
        whole.writeUInt32BE(data.length, 0);
        body.copy(whole, 4);
        whole.writeUInt32BE(crc32(body), body.length + 4);
        return whole;
    };
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    header.set([8, 0, 0, 0, 0], 8);
    const rows = Buffer.alloc((width + 1) * height);
    for (let y = 0; y < height; y++)
        rows.set(grey.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
    return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', header),
                          chunk('IDAT', deflateSync(rows, { level: 1 })),
                          chunk('IEND', Buffer.alloc(0))]);
}

// Cells around random seeds; P falls off with the distance from the wall, and is wrong in
// places, as a net's is.  `period` pixels a side, which large images repeat.
function makeCells(id, period) {
    let seed = id * 7919 + 1;
    const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
    const cell = 48, across = Math.ceil(period / cell);
    const seeds = Array.from({ length: across * across }, (_, i) =>
        [(i % across + random()) * cell, (Math.floor(i / across) + random()) * cell]);
    const grey = new Uint8Array(period * period), probability = new Uint8Array(period * period);
    for (let at = 0; at < period * period; at++) {
        const x = at % period, y = Math.floor(at / period);
        const [first, second] = seeds.map(([sx, sy]) => Math.hypot(x - sx, y - sy))
            .sort((a, b) => a - b);
        const wall = Math.exp(-(((second - first) / 4) ** 2));
        const gap = Math.sin(x / 31) * Math.cos(y / 27) > 0.75 ? 0.4 : 1;
        grey[at] = Math.max(0, Math.min(255, 190 - 130 * wall + 40 * (random() - 0.5)));
        probability[at] = Math.max(0, Math.min(255, 255 * (0.06 + 0.9 * wall * gap)));
    }
    return { grey, probability };
}

function repeat(tile, period, size) {
    const whole = new Uint8Array(size * size);
    for (let y = 0; y < size; y++) {
        for (let x = 0; x < size; x += period)
            whole.set(tile.subarray((y % period) * period,
                                    (y % period) * period + Math.min(period, size - x)),
                      y * size + x);
    }
    return whole;
}

function makeImage(id, size) {
    const period = 256;
    const { grey, probability } = makeCells(id, period);
    return { id, name: id === 2 ? '<b>002 & "two"</b>' : String(id).padStart(3, '0'), size,
             grey: repeat(grey, period, size), probability: repeat(probability, period, size),
             known: new Uint8Array(size * size).fill(127) };
}

export class Mock {
    constructor({ size = 512, images = 3 } = {}) {
        this.images = Array.from({ length: images }, (_, i) => makeImage(i + 1, size));
        this.sheets = [];
        this.version = 1;
        this.rounds = 0;
        this.curve = [];
        this.answers = [];
        this.delay = 0; // milliseconds before each answer
    }

    routes(method, path, query, body, who) {
        const sheet = () => this.sheets.find((s) => s.id === Number(path.split('/')[3]));
        const table = [
            [/^GET \/api\/state$/, () => this.state(who)],
            [/^GET \/api\/sheet\/\d+\/journal$/,
             () => this.journal(sheet(), Number(query.get('after')))],
            [/^POST \/api\/sheet\/\d+\/change$/, () => this.change(sheet(), body)],
            [/^POST \/api\/sheet\/\d+\/confirm$/, () => this.confirm(sheet(), body, who)],
            [/^POST \/api\/sheet\/\d+\/skip$/, () => this.skip(sheet(), who)],
            [/^POST \/api\/sheet\/\d+\/close$/, () => { sheet().open = false; return {}; }],
            [/^POST \/api\/ask$/, () => ({ sheet: this.show(this.ask(who)) })],
            [/^POST \/api\/free$/, () => ({ sheet: this.show(this.free(who, body.image)) })],
            [/^GET \/api\/image\/\d+\.png$/, () => this.picture(path, 'grey')],
            [/^GET \/api\/probability\/\d+\.png$/, () => this.picture(path, 'probability')],
            [/^GET \/api\/labels\/\d+\.png$/, () => this.picture(path, 'known')],
            [/^GET \/api\/abundance\/\d+$/, () => this.abundance(path)],
        ];
        const route = table.find(([pattern]) => pattern.test(`${method} ${path}`));
        return route === undefined ? [404, { error: 'there is nothing here' }] : route[1]();
    }

    imageOf(path) {
        return this.images[Number(/\d+/.exec(path)[0]) - 1];
    }

    picture(path, what) {
        const image = this.imageOf(path);
        return png(image[what], image.size, image.size);
    }

    abundance(path) {
        const n = Math.floor(this.imageOf(path).size / SIDE);
        const values = Array.from({ length: n * n }, (_, i) => 0.5 + 0.5 * Math.sin(i * 0.7));
        return { side: SIDE, rows: n, columns: n, abundance: values, uncertainty: values };
    }

    state(who) {
        const mine = this.sheets.filter((s) => s.open && s.who === who);
        return { version: this.version, project: 'worms.septum', who, side: SIDE,
                 rounds: this.rounds, expert_seconds: this.answers.length * 40,
                 labelled_pixels: 0,
                 images: this.images.map(({ id, name, size, known }) => ({
                     id, name, width: size, height: size, validation: id === 3,
                     labelled_pixels: known.reduce((n, v) => n + (v !== 127), 0), predicted: 1 })),
                 model: { id: 1, threshold: 0.5, rounds: this.rounds },
                 learning: { running: this.rounds % 2 === 1, what: 'learning from 6 regions',
                             fraction: 0.4, seconds_left: 12 },
                 curve: this.curve, sheet: this.show(mine.at(-1)), choosing: false,
                 done: false, finer_pixels: false, error: '' };
    }

    show(sheet) {
        if (sheet === undefined)
            return null;
        const { open, answer, who, base, changes, values, ...rest } = sheet;
        return { ...rest, lease: rest.id, last: changes.length };
    }

    open(sheet, valueAt, paintable) {
        const [top, left, height, width] = sheet.box;
        const image = this.images[sheet.image - 1];
        const values = new Uint8Array(width * height).fill(255);
        const base = [];
        for (let i = 0; i < values.length; i++) {
            const x = left + i % width, y = top + Math.floor(i / width);
            if (!paintable(x, y))
                continue;
            values[i] = valueAt(image, y * image.size + x);
            const last = base.at(-1);
            if (last && last[0] + last[1] === i && last[2] === values[i])
                last[1]++;
            else
                base.push([i, 1, values[i]]);
        }
        const whole = { ...sheet, id: this.sheets.length + 1, side: SIDE, model: 1,
                        threshold: 0.5, seconds: 0, open: true, base, values, changes: [] };
        this.sheets.push(whole);
        this.version++;
        return whole;
    }

    ask(who) {
        const mine = this.sheets.find((s) => s.open && s.who === who && s.kind === 'region');
        if (mine)
            return mine;
        const n = Math.floor(this.images[0].size / SIDE);
        const k = this.sheets.length;
        const row = (k * 3) % (n - 1), column = (k * 5 + 1) % (n - 1);
        const windows = [[row, column], [row, column + 1], [row + 1, column]];
        return this.open(
            { kind: 'region', who, image: k % this.images.length + 1, windows,
              box: [row * SIDE, column * SIDE, 2 * SIDE, 2 * SIDE],
              why: 'The net is less sure here than elsewhere, and a third of all windows look like this.',
              objective: 0.2, uncertainty: 0.11, abundance: 0.33 },
            (image, at) => Number(image.probability[at] >= 128),
            (x, y) => windows.some(([r, c]) => Math.floor(y / SIDE) === r &&
                                               Math.floor(x / SIDE) === c));
    }

    free(who, id) {
        const { size } = this.images[id - 1];
        return this.sheets.find((s) => s.open && s.who === who && s.kind === 'free' &&
                                       s.image === id) ??
            this.open({ kind: 'free', who, image: id, box: [0, 0, size, size],
                        why: 'labelled where you want' },
                      (image, at) => ({ 0: 0, 127: 2, 255: 1 })[image.known[at]], () => true);
    }

    journal(sheet, after) {
        if (!sheet?.open)
            return [410, { error: 'this sheet is no longer open' }];
        return { ...(after ? {} : { base: sheet.base }), changes: sheet.changes.slice(after) };
    }

    change(sheet, { seconds, ...change }) {
        if (!sheet?.open)
            return [410, { error: 'this sheet is no longer open' }];
        const last = sheet.changes.length;
        sheet.seconds = seconds;
        if (change.number === last &&
            JSON.stringify(sheet.changes[last - 1]) === JSON.stringify(change))
            return { saved: last };
        if (change.number !== last + 1)
            return [409, { error: `the next change is ${last + 1}`, last }];
        sheet.changes.push(change);
        for (const [start, length, value] of change.runs)
            sheet.values.fill(value, start, start + length);
        this.version++;
        return { saved: change.number };
    }

    confirm(sheet, { number, seconds }, who) {
        if (sheet?.answer !== undefined) // the first answer was lost
            return { answer: sheet.answer, next: this.show(this.ask(who)) };
        if (!sheet?.open)
            return [410, { error: 'this sheet is no longer open' }];
        if (number !== sheet.changes.length)
            return [409, { error: 'changed meanwhile', last: sheet.changes.length }];
        const image = this.images[sheet.image - 1];
        const [top, left, , width] = sheet.box;
        sheet.values.forEach((value, i) => {
            if (value !== 255)
                image.known[(top + Math.floor(i / width)) * image.size + left + i % width] =
                    [0, 255, 127][value];
        });
        sheet.open = false;
        this.answers.push({ sheet, seconds });
        this.rounds++;
        const t = this.answers.length;
        this.curve.push({ round: t, expert_seconds: 40 * t, train_seconds: 20 * t,
                          loss: 0.5 / Math.sqrt(t), f_score: 0.9 - 0.3 / (t + 0.5),
                          agreement: 0.85 - 0.3 / (t + 0.3) + 0.03 * Math.sin(5 * t) });
        sheet.answer = t;
        return { answer: t, next: sheet.kind === 'region' ? this.show(this.ask(who)) : null };
    }

    skip(sheet, who) {
        sheet.open = false;
        return { next: this.show(this.ask(who)) };
    }
}

export function serve(mock, port = 0) {
    const token = 'feed';
    const server = createServer((request, response) => {
        const url = new URL(request.url, 'http://127.0.0.1');
        let body = '';
        request.on('data', (data) => (body += data));
        request.on('end', () => setTimeout(() => {
            if (url.searchParams.get('token') === token) {
                response.writeHead(303, { Location: '/', 'Set-Cookie':
                    'septum=s; HttpOnly; SameSite=Strict; Path=/' }).end();
                return;
            }
            if (!url.pathname.startsWith('/api/')) {
                file(url.pathname, response);
                return;
            }
            const who = decodeURIComponent(request.headers['septum-who'] ??
                                           url.searchParams.get('who') ?? 'alice');
            const answer = mock.routes(request.method, url.pathname, url.searchParams,
                                       body === '' ? null : JSON.parse(body), who);
            const [status, content] = Array.isArray(answer) ? answer : [200, answer];
            const picture = Buffer.isBuffer(content);
            response.writeHead(status, {
                'Content-Type': picture ? 'image/png' : 'application/json',
                'Cache-Control': picture ? 'max-age=86400, immutable' : 'no-store' });
            response.end(picture ? content : JSON.stringify(content));
        }, mock.delay));
    });
    return new Promise((resolve) => {
        server.listen(port, '127.0.0.1', () => resolve({
            server, address: `http://127.0.0.1:${server.address().port}/?token=${token}` }));
    });
}

function file(path, response) {
    const name = path === '/' ? 'index.html' : path.slice(1);
    const type = TYPES[name.split('.').pop()];
    if (type === undefined || name.includes('/')) {
        response.writeHead(404).end();
        return;
    }
    response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8`,
        'Content-Security-Policy': "default-src 'none'; script-src 'self'; style-src 'self'; " +
            "img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; " +
            "frame-ancestors 'none'" });
    response.end(readFileSync(new URL(name, PAGE)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const option = (name, value) => {
        const at = process.argv.indexOf(`--${name}`);
        return at < 0 ? value : Number(process.argv[at + 1]);
    };
    const mock = new Mock({ size: option('size', 512), images: option('images', 3) });
    console.log((await serve(mock, option('port', 0))).address);
}
