// The queue of changes against a server that loses questions and answers, and against
// other tabs.
import assert from 'node:assert';
import { test } from 'node:test';
import { Refused, Unreachable } from '../../../src/server/page/api.js';
import { Store } from '../../../src/server/page/store.js';
import { Stroke } from '../../../src/server/page/stroke.js';
import { Work } from '../../../src/server/page/work.js';

const WIDTH = 12, HEIGHT = 10;
const SHEET = { id: 1, kind: 'region', image: 1, box: [0, 0, HEIGHT, WIDTH] };
const BASE = [[0, WIDTH * HEIGHT, 0]];

// One sheet, as the contract has it.  lose() says what happens to a request: '' nothing,
// 'question' or 'answer' lost.
class FakeServer {
    constructor() {
        this.changes = [];
        this.lose = () => '';
        this.open = true;
    }

    api() {
        const lossy = async (run) => {
            const lost = this.lose();
            await null;
            if (lost === 'question')
                throw new Unreachable('lost');
            const answer = run();
            await null;
            if (lost === 'answer')
                throw new Unreachable('lost');
            return answer;
        };
        return { get: (path) => lossy(() => this.journal(Number(/after=(\d+)/.exec(path)[1]))),
                 post: (path, body) => lossy(() => this.change(JSON.parse(JSON.stringify(body)))) };
    }

    journal(after) {
        return JSON.parse(JSON.stringify({ base: after ? undefined : BASE,
                                           changes: this.changes.slice(after) }));
    }

    change({ seconds, ...change }) {
        assert.strictEqual(typeof seconds, 'number');
        const last = this.changes.length;
        if (!this.open)
            throw new Refused(410, { error: 'closed' });
        if (change.number === last &&
            JSON.stringify(change) === JSON.stringify(this.changes[last - 1]))
            return { saved: last };
        if (change.number !== last + 1)
            throw new Refused(409, { error: 'not the next', last });
        if (change.of !== undefined)
            assert.ok(change.of >= 1 && change.of <= last, 'names an earlier change');
        this.changes.push(change);
        return { saved: change.number };
    }

    values() {
        const values = new Uint8Array(WIDTH * HEIGHT);
        for (const { runs } of this.changes)
            runs.forEach(([start, length, value]) => values.fill(value, start, start + length));
        return values;
    }
}

class MemoryStorage {
    constructor(entries = []) {
        this.map = new Map(entries);
        this.room = Infinity;
    }

    get length() { return this.map.size; }
    key(i) { return [...this.map.keys()][i]; }
    getItem(name) { return this.map.get(name) ?? null; }
    removeItem(name) { this.map.delete(name); }
    setItem(name, value) {
        if (this.map.size >= this.room)
            throw new Error('quota');
        this.map.set(name, value);
    }
}

function makeWork(server, storage = null, tab = 'a', living = []) {
    const store = storage && new Store(storage, tab, async () => new Set(living));
    return new Work(SHEET, { api: server.api(), store, scope: 'p|w', seconds: () => 1,
                             wait: () => Promise.resolve() });
}

const paint = (start, length, value) => ({ kind: 'paint', tool: 'brush',
                                           runs: [[start, length, value]] });

let seed = 11;
const random = (n) => (seed = (seed * 48271) % 2147483647) % n;

test('brings_every_change_to_the_server_in_order', async () => {
    const server = new FakeServer(), work = makeWork(server);
    await work.open();
    for (let i = 0; i < 5; i++)
        work.add(paint(i, 3, i % 3));
    await work.drain();
    assert.deepStrictEqual(server.changes.map((c) => c.number), [1, 2, 3, 4, 5]);
    assert.deepStrictEqual(server.values(), work.labels.values);
    assert.strictEqual(work.last, 5);
});

test('loses_and_doubles_nothing_when_questions_and_answers_are_lost', async () => {
    for (let run = 0; run < 40; run++) {
        const server = new FakeServer(), work = makeWork(server, new MemoryStorage());
        await work.open();
        server.lose = () => ['', '', 'question', 'answer'][random(4)];
        for (let i = 0; i < 30; i++) {
            [() => work.add(paint(random(100), 1 + random(20), random(3))), () => work.undo(),
             () => work.redo()][Math.max(0, random(5) - 2)]();
            if (random(3) === 0)
                await null;
        }
        await work.drain();
        assert.deepStrictEqual(server.values(), work.labels.values);
        assert.strictEqual(work.store.storage.length, 0);
    }
});

test('undoes_and_redoes_whole_strokes_and_does_so_after_a_reload', async () => {
    const server = new FakeServer(), work = makeWork(server);
    await work.open();
    let now = 0;
    const stroke = new Stroke(work, { tool: 'brush', value: 1, size: 3 }, () => now);
    for (const x of [1, 4, 7, 9]) {
        stroke.to(x, 5);
        now += 250;
        stroke.tick(); // each of these a piece
    }
    work.add(paint(0, 2, 2));
    const all = work.labels.values.slice();
    await work.drain();
    assert.deepStrictEqual(server.changes.map((c) => c.of), [undefined, 1, 1, 1, undefined]);

    const again = makeWork(server);
    await again.open();
    assert.deepStrictEqual(again.labels.values, all);
    again.undo();
    again.undo();
    assert.deepStrictEqual(again.labels.values, new Uint8Array(WIDTH * HEIGHT));
    assert.ok(!again.history.canUndo);
    await again.drain();
    assert.deepStrictEqual(server.changes.slice(5).map((c) => [c.kind, c.of]),
                           [['undo', 5], ['undo', 1]]);
    assert.deepStrictEqual(server.values(), again.labels.values);

    const third = makeWork(server);
    await third.open();
    third.redo();
    third.redo();
    third.redo(); // nothing is left
    assert.deepStrictEqual(third.labels.values, all);
    await third.drain();
    assert.deepStrictEqual(server.values(), all);
});

test('forgets_what_was_undone_when_something_new_is_painted', async () => {
    const work = makeWork(new FakeServer());
    await work.open();
    work.add(paint(0, 5, 1));
    work.undo();
    work.add(paint(20, 5, 1));
    assert.ok(!work.history.canRedo);
    work.undo();
    work.undo();
    assert.strictEqual(work.labels.values.reduce((n, v) => n + v), 0);
});

test('undoes_without_limit', async () => {
    const server = new FakeServer(), work = makeWork(server);
    await work.open();
    for (let i = 0; i < 1000; i++)
        work.add(paint(random(100), 1 + random(10), random(3)));
    for (let i = 0; i < 1000; i++)
        work.undo();
    await work.drain();
    assert.ok(!work.history.canUndo);
    assert.deepStrictEqual(server.values(), new Uint8Array(WIDTH * HEIGHT));
});

test('replays_what_another_tab_drew_and_puts_its_own_behind', async () => {
    for (let run = 0; run < 30; run++) {
        const server = new FakeServer(), one = makeWork(server), two = makeWork(server);
        await one.open();
        await two.open();
        server.lose = () => ['', '', '', 'question', 'answer'][random(5)];
        for (let i = 0; i < 20; i++) {
            const work = [one, two][random(2)];
            [() => work.add(paint(random(100), 1 + random(20), random(3))), () => work.undo(),
             () => work.redo()][Math.max(0, random(5) - 2)]();
            for (let k = random(6); k > 0; k--)
                await null;
        }
        await Promise.all([one.drain(), two.drain()]);
        server.lose = () => '';
        await one.notice(server.changes.length);
        await two.notice(server.changes.length);
        assert.deepStrictEqual(one.labels.values, server.values());
        assert.deepStrictEqual(two.labels.values, server.values());
        assert.deepStrictEqual(one.history.done.map((s) => s.changes.map((c) => c.number)),
                               two.history.done.map((s) => s.changes.map((c) => c.number)));
    }
});

test('takes_up_after_a_crash_what_was_never_sent', async () => {
    const server = new FakeServer(), storage = new MemoryStorage();
    const work = makeWork(server, storage);
    await work.open();
    work.add(paint(0, 5, 1));
    await work.drain();
    server.lose = () => 'question';
    work.add(paint(10, 5, 1));
    const stuck = work.add(paint(20, 5, 2));
    work.closed = true; // the tab is gone
    assert.strictEqual(storage.length, 2);

    server.lose = () => '';
    const again = makeWork(server, storage);
    await again.open();
    await again.drain();
    assert.strictEqual(stuck.number, 3);
    assert.deepStrictEqual(server.values(), work.labels.values);
    assert.strictEqual(storage.length, 0);
});

test('does_not_send_twice_what_arrived_before_the_crash', async () => {
    const server = new FakeServer(), storage = new MemoryStorage();
    const work = makeWork(server, storage);
    await work.open();
    server.lose = () => 'answer';
    work.add(paint(3, 5, 1));
    while (server.changes.length === 0)
        await null;
    work.closed = true;
    server.change({ ...paint(0, 100, 2), number: 2, seconds: 1 }); // someone paints over it
    server.lose = () => '';
    const again = makeWork(server, storage);
    await again.open();
    await again.drain();
    assert.strictEqual(server.changes.length, 2);
    assert.strictEqual(storage.length, 0);
});

test('leaves_alone_what_a_living_tab_has_queued', async () => {
    const server = new FakeServer(), storage = new MemoryStorage();
    const one = makeWork(server, storage, 'a');
    await one.open();
    server.lose = () => 'question';
    one.add(paint(0, 5, 1));
    one.closed = true;
    server.lose = () => '';
    const two = makeWork(server, storage, 'b', ['a', 'b']);
    await two.open();
    await two.drain();
    assert.strictEqual(server.changes.length, 0);
    const three = makeWork(server, storage, 'c', ['b', 'c']); // now a is gone
    await three.open();
    await three.drain();
    assert.strictEqual(server.changes.length, 1);
});

test('does_not_take_another_sheet_for_its_own', async () => {
    const storage = new MemoryStorage(), server = new FakeServer();
    const work = makeWork(server, storage);
    await work.open();
    server.lose = () => 'question';
    work.add(paint(0, 5, 1));
    work.closed = true;
    const other = new FakeServer(), there = makeWork(other, storage);
    there.scope = 'another project|w';
    await there.open();
    await there.drain();
    assert.strictEqual(other.changes.length, 0);
});

test('says_when_the_browser_has_no_room', async () => {
    const server = new FakeServer(), storage = new MemoryStorage();
    const work = makeWork(server, storage);
    await work.open();
    storage.room = 1;
    server.lose = () => 'question';
    work.add(paint(0, 5, 1));
    work.add(paint(9, 5, 1));
    assert.ok(work.store.full);
    server.lose = () => '';
    await work.drain();
    assert.ok(!work.store.full);
    assert.deepStrictEqual(server.values(), work.labels.values);
});

test('says_why_nothing_is_saved_and_stops_when_the_sheet_is_closed', async () => {
    const server = new FakeServer(), work = makeWork(server);
    await work.open();
    const kinds = new Set();
    work.onStatus = () => kinds.add(work.trouble?.kind ?? '');
    let failures = 3;
    server.lose = () => (failures-- > 0 ? 'question' : '');
    work.add(paint(0, 5, 1));
    await work.drain();
    assert.deepStrictEqual([...kinds].sort(), ['', 'unreachable']);
    server.open = false;
    work.add(paint(0, 5, 2));
    await work.drain();
    assert.ok(work.closed);
    assert.strictEqual(work.trouble.kind, 'closed');
    assert.strictEqual(work.queue.length, 1);
});
