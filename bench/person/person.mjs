// person.mjs - a person at the labelling page, played by a script, and what it brings.
//
//     bench/person/run DATA --model MODEL [--pool A-B] [--test A-B] [--regions N]
//                      [--kills N] [--seed N] [--pace P] [--strokes N] [--threads N]
//                      [--learn SECONDS] [--keep DIR]
//
// DATA has images/ and labels/, 8-bit grey PNG of the same names; A-B are places in their
// natural order, from 0.  A new project takes the pool's images without their labels; these
// only guide the hand.  In a browser, the hand looks at each proposal, then corrects what is
// wrong of it by brush, eraser, right button, line and fill, with a shake and pauses, now
// and then takes a stroke back or marks a place as unsure; it skips one region and reloads
// once.  --kills N kills the server N times at random moments and starts it again; regions
// go on until that is done.
//
// The script keeps a record of its own of what it painted.  Before each confirm that must
// be what the canvas shows and what the server's journal holds; in the end it must be, pixel
// by pixel of the whole pool, what `septum project export` writes.  Half of the kills
// come while the page says "saved" and the hand rests: what the restarted server holds must
// then be the record, before the page is let in again.  Exit status 0: nothing differed.
//
// With --test, the source model and the project's are scored on images that the project
// never saw.  --pace 2 makes all pauses twice as long, --pace 0 leaves them out.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Hand } from './hand.mjs';
import { Killer } from './killer.mjs';
import { ProgramServer, browser, context, decodePng, randomFrom } from
    '../../tests/page/harness.mjs';

const { values: options, positionals } = parseArgs({
    allowPositionals: true,
    options: {
        model: { type: 'string' }, pool: { type: 'string' }, test: { type: 'string' },
        regions: { type: 'string', default: '10' }, kills: { type: 'string', default: '0' },
        seed: { type: 'string', default: '1' }, pace: { type: 'string', default: '1' },
        strokes: { type: 'string', default: '60' }, threads: { type: 'string', default: '1' },
        learn: { type: 'string', default: '30' }, keep: { type: 'string' },
    },
});
if (positionals.length !== 1 || options.model === undefined) {
    console.error('usage: bench/person/run DATA --model MODEL [--pool A-B] [--test A-B] ' +
                  '[--regions N] [--kills N]');
    process.exit(2);
}

const folder = options.keep ?? mkdtempSync(join(tmpdir(), 'septum-person.'));
const program = resolve(process.env.SEPTUM), model = resolve(options.model);

function septum(...words) {
    return execFileSync(program, words, { cwd: folder, maxBuffer: 2 ** 26,
                                          stdio: ['ignore', 'pipe', 'inherit'] }).toString();
}

// ---- the images -------------------------------------------------------------------------

function files(kind) {
    const path = resolve(positionals[0], kind);
    return readdirSync(path).filter((name) => name.endsWith('.png'))
        .sort(new Intl.Collator('en', { numeric: true }).compare)
        .map((name) => join(path, name));
}

function part(list, range) {
    const [first, last] = (range ?? `0-${list.length - 1}`).split('-').map(Number);
    return list.slice(first, (last ?? first) + 1);
}

const pool = part(files('images'), options.pool);
const stem = (path) => basename(path, '.png');
const truths = new Map(part(files('labels'), options.pool).map((path) =>
    [stem(path), decodePng(readFileSync(path)).grey.map((value) => (value ? 1 : 0))]));

// ---- the score ----------------------------------------------------------------------------

function score(of, name) {
    septum('segment', '-m', of, ...part(files('images'), options.test), '-o', name,
           '--threads', options.threads, '--quiet');
    const whole = JSON.parse(septum('score', '--truth', ...part(files('labels'), options.test),
                                    '--probability', name, '-m', of, '--json'));
    console.log(`${name}: ${JSON.stringify(whole)}`);
}

// ---- the session ----------------------------------------------------------------------------

function median(numbers) {
    const sorted = numbers.slice().sort((a, b) => a - b);
    return sorted[sorted.length >> 1];
}

// Wait until the last answer was learnt from; images may still be predicted anew then.
async function learnt(server) {
    for (;;) {
        const { rounds, curve } = await server.json('/api/state');
        if (rounds === 0 || (curve.at(-1)?.round === rounds && curve.at(-1).loss !== null))
            return;
        await new Promise((done) => setTimeout(done, 1000));
    }
}

async function session(server, ends) {
    const killing = Number(options.kills);
    const place = await context({ defer: (end) => ends.push(end) });
    const hand = await Hand.open(place, server, {
        random: randomFrom(Number(options.seed)), pace: Number(options.pace),
        most: Number(options.strokes), truths });
    const killer = new Killer(server, place, hand, randomFrom(Number(options.seed) + 71),
                              killing);
    const killed = killer.run();
    let regions = 0;
    while (regions < Number(options.regions) || killer.count < killing) {
        await hand.region(regions);
        regions++;
        console.log(hand.story.at(-1) + (killing ? `, ${killer.count} kills` : ''));
    }
    await killed;
    await learnt(server);
    const { curve } = await server.json('/api/state');
    for (const round of curve)
        console.log(`round ${JSON.stringify(round)}`);
    return { hand, regions, killer };
}

// The pixels of the whole pool in which the exported masks differ from the record.
function compare(hand) {
    let compared = 0, different = 0;
    for (const path of pool) {
        const { grey } = decodePng(readFileSync(join(folder, 'out', 'labels',
                                                     `${stem(path)}.png`)));
        const record = hand.known.get(stem(path)) ?? new Uint8Array(grey.length).fill(127);
        grey.forEach((value, i) => {
            compared++;
            different += value !== record[i] ? 1 : 0;
        });
    }
    return { compared, different };
}

async function main(ends) {
    mkdirSync(folder, { recursive: true });
    if (options.test)
        score(model, 'before');
    septum('project', 'create', 'p.septum', '--from', model);
    septum('project', 'add', 'p.septum', '--images', ...pool, '--quiet');
    const server = new ProgramServer(program, folder, ['p.septum', '--threads',
        options.threads, '--learn', options.learn, '--who', 'person']);
    ends.push(() => server.stop());
    await server.start();
    const { hand, regions, killer } = await session(server, ends);
    await server.stop();
    septum('project', 'export', 'p.septum', '-o', 'out');
    const { compared, different } = compare(hand);
    const status = JSON.parse(septum('project', 'status', 'p.septum', '--json'));
    console.log(`regions ${regions}, rounds ${status.rounds}, strokes ${hand.strokes}, ` +
                `undone ${hand.undone}, expert seconds ${status.expert_seconds.toFixed(1)}`);
    const later = hand.times.slice(1);
    console.log(`first region on the screen ${Math.round(hand.times[0])} ms after opening; ` +
                `from confirm to the next: median ${Math.round(median(later))} ms, worst ` +
                `${Math.round(Math.max(...later))} ms, all ${later.map(Math.round).join(' ')}`);
    console.log(`shown: ${hand.shown.compared} pixels compared, ${hand.shown.different} ` +
                `different; journals: ${hand.saves.compared}, ${hand.saves.different}`);
    console.log(`kills ${killer.count}, of these ${killer.rested} while all was saved: ` +
                `${killer.compared} pixels compared, ${killer.different} different`);
    console.log(`exported: ${compared} pixels compared, ${different} different, ` +
                `${status.labelled_pixels} labelled`);
    hand.faults.forEach((fault) => console.log(`fault in the page: ${fault}`));
    if (options.test)
        score('out/model.onnx', 'after');
    return different + hand.shown.different + hand.saves.different + killer.different +
        hand.faults.length;
}

const ends = [];
let wrong = 1;
try {
    wrong = await main(ends);
} catch (error) {
    console.error(error.stack);
} finally {
    for (const end of ends.reverse())
        await end();
    await (await browser()).close();
    if (options.keep === undefined)
        rmSync(folder, { recursive: true, force: true });
}
process.exit(wrong === 0 ? 0 : 1);
