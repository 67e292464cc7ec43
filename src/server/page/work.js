// work.js - the open sheet: its labels, its history, and the changes on their way to the
// server.
//
// What is drawn is applied at once and queued; one change at a time is posted, in order,
// each again and again until the server says that it is on the disk.  Every queued change
// also lies in the browser's own store, so that a reload or a crash loses none.  When
// another tab has drawn on the same sheet, the server refuses our number: what it did is
// fetched, everything is replayed in the server's order, and ours is sent behind it.

import { Refused, STRANGER } from './api.js';
import { History } from './history.js';
import { Labels } from './labels.js';

const RETRY_MS = [250, 500, 1000, 2000, 4000];

export class Work {
    // `api` posts and fetches (see api.js); `store` keeps what is queued (store.js);
    // `seconds()` is the active time; `wait(ms)` resolves later or when hurry is called.
    constructor(sheet, { api, store, scope = '', seconds, wait }) {
        Object.assign(this, { sheet, api, store, scope, seconds, wait });
        const [, , height, width] = sheet.box;
        this.labels = new Labels(width, height);
        this.history = new History(this.labels);
        this.base = [];
        this.saved = [];  // changes on the server, in order
        this.queue = [];  // changes on their way, in order
        this.trouble = null;   // why nothing is being saved: { kind, text }
        this.closed = false;   // the sheet takes no more
        this.onChange = () => {};  // (runs or null for all): labels were replaced
        this.onStatus = () => {};
        this.beforeReplay = () => {}; // lets a stroke in progress be queued first
    }

    get last() {
        return this.saved.length > 0 ? this.saved.at(-1).number : 0;
    }

    // Fetch base and journal, and take up what an earlier visit could not send.
    async open() {
        const journal = await this.api.get(`/api/sheet/${this.sheet.id}/journal?after=0`);
        this.base = journal.base;
        this.saved = journal.changes;
        this.store?.open(this.scope, this.sheet, this.base);
        this.queue = this.withoutSaved(await this.store?.orphans() ?? []);
        this.replay();
        this.keepQueue();
        this.pump();
    }

    // What of `changes`, in order, the server does not have yet: the answer to a change
    // may have been lost.
    withoutSaved(changes) {
        const known = new Set(this.saved.map(describe));
        return changes.filter((change) => !known.has(describe(change)));
    }

    // Bring labels and history to base + saved + queue, renumbering the queue.  Queued
    // undos and redos that have lost their meaning are dropped.
    replay() {
        this.labels.reset(this.base);
        this.history = new History(this.labels);
        for (const change of this.saved)
            this.history.apply(change);
        let number = this.last;
        const renumbered = new Map();
        this.queue = this.queue.filter((change) => {
            const old = change.number;
            change.number = number + 1;
            if (renumbered.has(change.of))
                change.of = renumbered.get(change.of);
            if (!this.history.apply(change))
                return false;
            renumbered.set(old, ++number);
            return true;
        });
        this.onChange(null);
    }

    // Queue a change.  `before` tells that its pixels have been painted already, and what
    // they were.  Returns the change, whose number may still be moved.
    add(change, before = null) {
        change.number = (this.queue.at(-1)?.number ?? this.last) + 1;
        this.history.apply(change, before);
        this.queue.push(change);
        this.store?.put(change);
        this.onChange(change.runs);
        this.onStatus();
        this.pump();
        return change;
    }

    undo() {
        const change = this.history.undo();
        if (change !== null)
            this.add(change);
    }

    redo() {
        const change = this.history.redo();
        if (change !== null)
            this.add(change);
    }

    keepQueue() {
        this.store?.replace(this.queue);
        this.onStatus();
    }

    // Send the queue until it is empty.
    async pump() {
        if (this.pumping)
            return this.pumping;
        this.pumping = this.sendAll();
        try {
            await this.pumping;
        } finally {
            this.pumping = null;
        }
        return undefined;
    }

    async sendAll() {
        let failures = 0;
        while (this.queue.length > 0 && !this.closed) {
            const change = this.queue[0];
            try {
                await this.api.post(`/api/sheet/${this.sheet.id}/change`,
                                    { ...change, seconds: this.seconds() });
                this.trouble = null;
                failures = 0;
                // A replay meanwhile may have found it saved already.
                if (this.queue[0] === change) {
                    this.queue.shift();
                    this.saved.push(change);
                    this.store?.remove(change);
                }
            } catch (error) {
                failures++;
                await this.recover(error, failures);
            }
            this.onStatus();
        }
    }

    async recover(error, failures) {
        try {
            if (error instanceof Refused && error.status === 409) {
                await this.catchUp();
                this.trouble = null;
                if (failures < 4)
                    return; // at once: the numbers are new
            } else if (error instanceof Refused && error.status === 410) {
                this.close(error);
                return;
            } else {
                this.trouble = troubleOf(error);
            }
        } catch (second) {
            this.trouble = troubleOf(second);
        }
        this.onStatus();
        await this.wait(RETRY_MS[Math.min(failures, RETRY_MS.length) - 1]);
    }

    // Fetch what others did to this sheet, and put ours behind it.
    async catchUp() {
        const journal = await this.api.get(
            `/api/sheet/${this.sheet.id}/journal?after=${this.last}`);
        const fresh = journal.changes.filter((change) => change.number > this.last);
        if (fresh.length === 0)
            return;
        this.beforeReplay();
        this.saved.push(...fresh);
        this.queue = this.withoutSaved(this.queue);
        this.replay();
        this.keepQueue();
    }

    // The state says that the journal has grown: fetch it, unless we are sending.
    async notice(last) {
        if (last > this.last && this.queue.length === 0 && !this.noticing) {
            this.noticing = true;
            try {
                await this.catchUp();
            } finally {
                this.noticing = false;
            }
        }
    }

    // The server takes no more of this sheet.
    close(error) {
        this.closed = true;
        this.trouble = { kind: 'closed', text: error.message };
    }

    // Give up what waits, in the browser's store, too.
    dropQueue() {
        this.queue = [];
        this.keepQueue();
    }

    // All that was drawn is saved when this resolves.
    async drain() {
        while (this.queue.length > 0 && !this.closed)
            await this.pump();
    }
}

// A queued change that the server has after all (its answer was lost) is there under the
// number that it was posted with.
function describe(change) {
    return JSON.stringify([change.number, change.kind, change.tool, change.of ?? 0,
                           change.runs]);
}

function troubleOf(error) {
    if (error instanceof Refused && error.status === 403)
        return { kind: 'stranger', text: STRANGER };
    if (error instanceof Refused)
        return { kind: 'refused', text: error.message };
    return { kind: 'unreachable', text: 'not connected' };
}
