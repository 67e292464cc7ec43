// session.js - the way of the work: which sheet is open, what the server is doing, and how
// an answer is handed in and the next region comes.

import { Refused, STRANGER, Unreachable } from './api.js';
import { showMessage, showNotice, showSaved, showState, showTask,
         showTrouble } from './panels.js';
import { Work } from './work.js';

const POLL_MS = 1000, EAGER_POLL_MS = 150, HIDDEN_POLL_MS = 5000;
const GLANCE_MS = 500; // what is answered sooner has not been looked at

export class Session {
    constructor(parts) {
        // api, newStore(), clock, scene, tools, pictures; onOpen() when a sheet or image
        // has come to the screen, onScene() when more of it has
        Object.assign(this, parts);
        this.state = null;
        this.work = null;
        this.works = new Set(); // with those put away before all of them was saved
        this.image = null;      // what is looked at without a sheet
        this.handed = null;     // whose answer is on its way, which
        this.handing = null;    // resolves with
        this.shownAt = 0;       // when the sheet in hand came to the screen
        this.refusedLast = false; // by the server, the last poll
        this.opening = 0;       // counts what was opened; an older one that arrives is late
        this.reachable = true;
        this.hurries = new Set();
        this.more = () => {};   // asks for what may be laid over the image and is missing
    }

    // Is what is open being handed in?
    get busy() {
        return this.work !== null && this.handed === this.work;
    }

    // ---- waiting ----------------------------------------------------------------------

    // Resolves after a while, or as soon as hurry() is called.
    wait(ms) {
        return new Promise((resolve) => {
            const done = () => {
                clearTimeout(timer);
                this.hurries.delete(done);
                resolve();
            };
            const timer = setTimeout(done, ms);
            this.hurries.add(done);
        });
    }

    hurry() {
        for (const done of [...this.hurries])
            done();
    }

    // ---- the server's state -------------------------------------------------------------

    async run() {
        for (;;) {
            await this.poll();
            const eager = this.work === null && this.image === null && !this.refusedLast;
            await this.wait(document.hidden ? HIDDEN_POLL_MS : eager ? EAGER_POLL_MS : POLL_MS);
        }
    }

    async poll() {
        try {
            const state = await this.api.get('/api/state');
            const changed = state.version !== this.state?.version;
            this.state = state;
            this.reachable = true;
            showState(state);
            if (this.work === null && this.image === null)
                await this.findWork();
            else if (changed)
                await this.lookAround();
            this.refusedLast = false;
            showTrouble(state.error);
        } catch (error) {
            this.refusedLast = true;
            this.failed(error, showTrouble);
            if (this.work === null && this.image === null && !(error instanceof Unreachable))
                showNotice('The next region cannot be shown.', 'It is tried again.');
        }
        this.showSaved();
    }

    // A request failed outside of the work's own queue.  What the expert asked for is told
    // for a while, what the polls run into until one of them goes well.
    failed(error, tell = showMessage) {
        if (error instanceof Unreachable)
            this.reachable = false;
        else if (error instanceof Refused && error.status === 403)
            tell(STRANGER);
        else
            tell(error.message);
    }

    // Whether all that was drawn is saved, here and on the sheets put away.
    showSaved() {
        for (const work of this.works) {
            if (work !== this.work && work.queue.length === 0)
                this.works.delete(work);
        }
        showSaved([...this.works], this.reachable);
    }

    // Others may have drawn on our sheet, or closed it.
    async lookAround() {
        const { work, state } = this;
        if (state.ahead)
            this.pictures.get(imageUrl(state.ahead)).catch(() => {});
        const image = this.image && this.imageOf(this.image.id);
        if (image && image.predicted !== this.image.predicted) {
            this.image = image; // a newer net has looked at it
            this.scene.probability = null;
            this.showMore(this.opening, image.id, image.predicted, this.threshold);
        }
        this.more();
        if (work === null || this.busy || work.closed || work.queue.length > 0)
            return;
        if (state.sheet?.id === work.sheet.id) {
            await work.notice(state.sheet.last);
            return;
        }
        try {
            await work.catchUp();
        } catch (error) {
            if (!(error instanceof Refused) || error.status === 403)
                throw error;
            if (work === this.work) {
                if (work.last > 0)
                    showMessage(error.message);
                this.leave();
            }
        }
    }

    // ---- opening ------------------------------------------------------------------------

    async findWork() {
        const { state } = this;
        const sheet = state.sheet ?? (await this.api.post('/api/ask', {})).sheet;
        if (sheet !== null)
            await this.openSheet(sheet);
        else if (state.done)
            showNotice('Nothing is left to ask.',
                       'Every region has been labelled or skipped. You can still open any ' +
                       'image and label freely.');
        else if (state.images.length === 0)
            showNotice('The project has no images.', 'Add some with: septum project add');
        else
            showNotice('Choosing the next region…', whatIsDone(state.learning));
    }

    // Put away what is open; what comes next is found by the next poll.
    leave() {
        this.opening++;
        this.more = () => {};
        this.work = null;
        this.image = null;
        this.tools.setWork(null);
        this.scene.clear();
        this.scene.redraw();
        showTask({ kind: 'none' });
        this.onScene();
        this.hurry();
    }

    // Where the present net's membrane begins.
    get threshold() {
        return this.state.model?.threshold ?? 0.5;
    }

    imageOf(id) {
        return this.state.images.find((image) => image.id === id);
    }

    async openSheet(sheet) {
        const turn = ++this.opening;
        const old = [...this.works].find((work) => work.sheet.id === sheet.id && !work.closed);
        const work = old ?? new Work(sheet, {
            api: this.api, store: this.newStore(),
            scope: `${this.state.project}|${this.state.who}`,
            seconds: () => this.clock.seconds, wait: (ms) => this.wait(ms) });
        // One after the other would add up: confirm to next region is what counts.
        const [picture] = await Promise.all([this.pictures.get(imageUrl(sheet.image)),
                                             old === undefined ? work.open() : null]);
        if (turn !== this.opening)
            return;
        this.image = null;
        this.work = work;
        this.works.add(work);
        this.tools.setWork(work);
        this.clock.restart(sheet.seconds);
        this.connect(work);
        this.show(picture);
        this.scene.setWork(work);
        this.fit();
        this.showTask();
        this.shownAt = performance.now();
        this.onOpen();
        if (sheet.kind === 'region')
            this.showMore(turn, sheet.image, sheet.model, sheet.threshold);
        else
            this.showMore(turn, sheet.image, this.imageOf(sheet.image).predicted,
                          this.threshold);
    }

    connect(work) {
        work.beforeReplay = () => work === this.work && this.tools.stroke?.cut();
        work.onChange = (runs) => {
            if (work !== this.work)
                return;
            if (runs === null)
                this.scene.spoilAll();
            else if (runs.length > 0)
                this.scene.spoil(this.tools.global(work.labels.boxOf(runs)));
            this.onScene();
        };
        work.onStatus = () => this.showSaved();
    }

    // Look at an image without painting.
    async look(image) {
        const turn = ++this.opening;
        const picture = await this.pictures.get(imageUrl(image.id));
        if (turn !== this.opening)
            return;
        this.tools.setWork(null);
        this.work = null;
        this.image = image;
        this.show(picture);
        this.scene.view.fit([0, 0, image.width, image.height], 0.02);
        this.showTask();
        this.onOpen();
        this.showMore(turn, image.id, image.predicted, this.threshold);
    }

    show(picture) {
        showNotice('');
        this.scene.clear();
        this.scene.setImage(picture);
    }

    // What may be laid over the image comes when it comes: what is not there yet is asked
    // for again when the state changes.
    showMore(turn, image, model, threshold) {
        this.more = () => this.showMore(turn, image, model, threshold);
        const { scene } = this;
        const put = (missing, ask, use) => missing && ask().then((thing) => {
            if (turn === this.opening) {
                use(thing);
                this.onScene();
            }
        }, () => {});
        this.onScene();
        put(model && scene.probability === null,
            () => this.pictures.get(`/api/probability/${image}.png?model=${model}`),
            (picture) => scene.setProbability(picture, threshold));
        put(model && scene.abundance === null, () => this.api.get(`/api/abundance/${image}`),
            (abundance) => scene.setAbundance(abundance));
        // On a free sheet, what is known is what it began with.
        put(scene.layers.known === null && this.work?.sheet.kind !== 'free',
            () => this.pictures.get(`/api/labels/${image}.png?after=${this.state.version}`,
                                    { halve: false }),
            (picture) => scene.setKnown(picture));
    }

    fit() {
        if (this.work !== null) {
            const [top, left, height, width] = this.work.sheet.box;
            this.scene.view.fit([left, top, width, height],
                                this.work.sheet.kind === 'region' ? 0.3 : 0.02);
        } else if (this.image !== null) {
            this.scene.view.fit([0, 0, this.image.width, this.image.height], 0.02);
        }
        this.scene.redraw();
    }

    showTask() {
        const { work, image, busy } = this;
        const of = image ?? this.imageOf(work?.sheet.image);
        showTask({ kind: work?.sheet.kind ?? (image !== null ? 'look' : 'none'), busy,
                   name: of?.name ?? '', why: work === null ? whatIsSeen(image) : work.sheet.why || FREELY,
                   asked: work === null || work.sheet.kind === 'free' });
        const stage = this.scene.stage;
        stage.dataset.sheet = String(work?.sheet.id ?? '');
        stage.dataset.image = String(of?.id ?? '');
    }

    // ---- handing in -----------------------------------------------------------------------

    confirm() {
        return this.handIn((work) => ['confirm', { number: work.last }]);
    }

    skip() {
        if (this.work?.sheet.kind !== 'region')
            return Promise.resolve();
        return this.handIn(() => ['skip', {}]);
    }

    // The next region comes so soon that the second half of a double click would answer it
    // unseen.
    async handIn(answer) {
        const { work, tools } = this;
        if (work === null || this.busy || performance.now() - this.shownAt < GLANCE_MS)
            return;
        this.handed = work;
        tools.choose(tools.tool); // ends stroke and line
        tools.frozen = true;
        this.showTask();
        this.handing = this.finish(work, answer);
        await this.handing;
    }

    async finish(work, answer) {
        try {
            const next = await this.deliver(work, answer);
            if (work !== this.work)
                return; // the expert has gone on to something else
            if (next)
                await this.openSheet(next);
            else
                this.leave();
        } catch (error) {
            await this.refused(work, error);
        }
    }

    // Send all that is queued, then the answer, again until it is taken.  One that was taken
    // before, and whose answer was lost, is taken again: a region's by the server, which
    // goes by the lease; a free sheet is closed by its own expert alone.
    async deliver(work, answer) {
        for (;;) {
            await work.drain();
            if (work.closed)
                throw new Refused(410, { error: work.trouble.text });
            const [way, body] = answer(work);
            try {
                const path = `/api/sheet/${work.sheet.id}/${way}`;
                return (await this.api.post(path, { ...body, lease: work.sheet.lease,
                                                    seconds: this.clock.seconds })).next;
            } catch (error) {
                if (error instanceof Refused && error.status === 410) {
                    if (work.sheet.kind === 'free')
                        return null;
                    work.close(error);
                }
                if (!(error instanceof Unreachable))
                    throw error;
                this.reachable = false;
                this.showSaved();
            }
            await this.wait(POLL_MS);
        }
    }

    async refused(work, error) {
        this.handed = null;
        if (work === this.work)
            this.tools.frozen = false;
        this.showTask();
        this.showSaved();
        if (work.closed)
            return; // which is shown for as long as the sheet is
        if (!(error instanceof Refused) || error.status !== 409) {
            this.failed(error);
            return;
        }
        showMessage('This sheet was changed in another tab meanwhile: look again, then ' +
                    'confirm.');
        try {
            await work.catchUp();
        } catch (second) {
            this.failed(second);
        }
    }

    // Put away what takes nothing any more, with what could not be saved of it.
    giveUp() {
        for (const work of this.works) {
            if (work.closed) {
                work.dropQueue();
                this.works.delete(work);
            }
        }
        if (this.work?.closed)
            this.leave();
        this.showSaved();
    }

    // ---- free sheets ------------------------------------------------------------------------

    async labelHere() {
        await this.handing;
        if (this.image === null)
            return;
        try {
            const { sheet } = await this.api.post('/api/free', { image: this.image.id });
            await this.openSheet(sheet);
        } catch (error) {
            this.failed(error);
        }
    }

    // Back to the region that was asked for.  A free sheet that was only looked at is put
    // away; one with changes stays open for later.
    async backToTask() {
        await this.handing;
        const { work } = this;
        this.tools.endStroke();
        try {
            await work?.drain();
            if (work?.sheet.kind === 'free' && work.last === 0)
                await this.api.post(`/api/sheet/${work.sheet.id}/close`, {});
            const { sheet } = await this.api.post('/api/ask', {});
            if (sheet !== null)
                await this.openSheet(sheet);
            else
                this.leave();
        } catch (error) {
            this.failed(error);
        }
    }

    // The page is going away: what is queued lies in the browser's store, and is also sent
    // for as long as the browser lets it.
    async farewell() {
        this.tools.stroke?.cut();
        for (const work of this.works) {
            for (const change of work.queue) {
                this.api.post(`/api/sheet/${work.sheet.id}/change`,
                              { ...change, seconds: this.clock.seconds }, true).catch(() => {});
            }
        }
    }
}

const FREELY = 'Paint membrane and "not membrane"; the rest stays without a label.';

const imageUrl = (id) => `/api/image/${id}.png`;

function whatIsDone({ running, what, fraction }) {
    const share = fraction > 0 ? `, ${Math.round(100 * fraction)} %` : '';
    return running ? what + share : '';
}

function whatIsSeen(image) {
    return image?.predicted ? 'Orange is what the net takes for membrane now.'
                            : 'The net has not looked at this image yet.';
}
