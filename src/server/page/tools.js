// tools.js - what the expert paints with: brush, eraser, fill and line, on the open sheet.
//
// Pointer and keyboard both come here, with pixels of the image.

import { MEMBRANE, OTHER, UNSURE, Coverage } from './labels.js';
import { eachRow } from './brush.js';
import { Livewire } from './livewire.js';
import { Stroke } from './stroke.js';

export const TOOLS = ['brush', 'eraser', 'fill', 'line'];
export const SIZES = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 70, 100];

export class Tools {
    constructor(scene) {
        this.scene = scene;
        this.work = null;
        this.frozen = false; // nothing is taken while the sheet is being handed in
        this.tool = 'brush';
        this.label = MEMBRANE;
        this.size = 5;
        this.stroke = null;
        this.points = [];   // of the line: { at: pixel of the image, drew: to there }
        this.onChange = () => {};
    }

    // Where the line goes on from; null without one.
    get anchor() {
        return this.points.at(-1)?.at ?? null;
    }

    // Take up a sheet; null for none.
    setWork(work) {
        this.endStroke();
        this.endLine();
        this.work = work;
        this.frozen = false;
    }

    choose(tool) {
        this.endStroke();
        this.endLine();
        this.tool = tool;
        this.onChange();
    }

    chooseLabel(label) {
        this.label = label;
        if (this.tool === 'eraser')
            this.tool = 'brush';
        this.onChange();
    }

    swapLabel() {
        this.chooseLabel(this.label === MEMBRANE ? OTHER : MEMBRANE);
    }

    setSize(size) {
        this.size = size;
        this.onChange();
    }

    stepSize(step) {
        const at = SIZES.findIndex((size) => size >= this.size);
        this.setSize(SIZES[Math.min(Math.max(at + step, 0), SIZES.length - 1)]);
    }

    // What the eraser leaves: no membrane in a region, no label on a free sheet.
    get erased() {
        return this.work.sheet.kind === 'free' ? UNSURE : OTHER;
    }

    // ---- gestures; x and y are pixels of the image -----------------------------------

    get ready() {
        return this.work !== null && !this.frozen && !this.work.closed;
    }

    // Pixel of the image to pixel of the sheet's box.
    local([x, y]) {
        const [top, left] = this.work.sheet.box;
        return [x - left, y - top];
    }

    down(x, y, erase = false) {
        if (!this.ready)
            return;
        if (!this.scene.shown.labels)
            this.scene.setShown('labels', true); // nobody paints blindly
        const tool = erase ? 'eraser' : this.tool;
        if (tool === 'fill') {
            this.fill(x, y);
        } else if (tool === 'line') {
            this.click(x, y);
        } else {
            const value = tool === 'eraser' ? this.erased : this.label;
            this.endStroke(); // that the keyboard holds the pen down for
            this.stroke = new Stroke(this.work, { tool, value, size: this.size });
            this.move(x, y);
        }
    }

    move(x, y) {
        if (this.stroke !== null) {
            const box = this.stroke.to(...this.local([x, y]));
            this.scene.spoil(this.global(box));
        } else if (this.anchor !== null) {
            this.scene.setLine(this.wire.path(x, y));
        }
    }

    global([left, top, right, bottom]) {
        const [dy, dx] = this.work.sheet.box;
        return [left + dx, top + dy, right + dx, bottom + dy];
    }

    // The same without a button held.
    hover(x, y) {
        if (this.stroke === null)
            this.move(x, y);
    }

    up() {
        this.endStroke();
    }

    // Once a frame.
    tick() {
        this.stroke?.tick();
    }

    endStroke() {
        this.stroke?.cut();
        this.stroke = null;
    }

    // A second finger came down: what the first began was no stroke.
    cancelStroke() {
        const drew = this.stroke !== null &&
            (this.stroke.first !== null || this.stroke.before.runs.length > 0);
        this.endStroke();
        if (drew)
            this.undo();
    }

    fill(x, y) {
        const { labels } = this.work;
        const [i, j] = this.local([x, y]);
        if (i < 0 || j < 0 || i >= labels.width || j >= labels.height)
            return;
        const runs = labels.flood(i, j, this.label);
        if (runs.length > 0)
            this.work.add({ kind: 'paint', tool: 'fill', runs });
    }

    // ---- the line -------------------------------------------------------------------

    click(x, y) {
        const drew = this.anchor !== null && this.drawLine(this.wire.path(x, y));
        this.points.push({ at: [x, y], drew });
        this.startLine();
    }

    // Draw on from the last point.
    startLine() {
        this.wire = this.search(...this.anchor);
        this.scene.setLine([this.anchor]);
    }

    // Ways from (x, y): along the membranes of the probability map; until it is there, of
    // what is proposed for the region; straight where there is neither.
    search(x, y) {
        const { values, width, height, left, top } = this.scene.guide ?? { width: 0, height: 0 };
        const [i, j] = [x - left, y - top];
        if (!(i >= 0 && j >= 0 && i < width && j < height))
            return { path: (toX, toY) => [[x, y], [toX, toY]] };
        const wire = new Livewire(values, width, height, i, j);
        return { path: (toX, toY) => wire.path(toX - left, toY - top)
            .map(([u, v]) => [u + left, v + top]) };
    }

    // Returns whether that changed anything.
    drawLine(path) {
        const { labels } = this.work;
        const covered = new Coverage();
        const points = path.map((point) => this.local(point));
        points.forEach(([x, y], i) => {
            const [fromX, fromY] = points[Math.max(i - 1, 0)];
            eachRow(this.size, fromX, fromY, x, y, labels.width, labels.height,
                    (row, left, right) => labels.eachPaintable(row, left, right,
                        (start, length) => covered.add(start, length)));
        });
        const runs = covered.runs(this.label);
        if (runs.length > 0)
            this.work.add({ kind: 'paint', tool: 'line', runs });
        return runs.length > 0;
    }

    endLine() {
        this.points = [];
        this.wire = null;
        this.scene.setLine(null);
    }

    // ---- undo and redo --------------------------------------------------------------

    // Of a line that goes on, the last click.
    undo() {
        if (!this.ready || this.anchor === null) {
            this.step('undo');
            return;
        }
        if (this.points.pop().drew)
            this.work.undo();
        if (this.anchor !== null)
            this.startLine();
        else
            this.endLine();
    }

    redo() {
        this.step('redo');
    }

    step(way) {
        if (!this.ready)
            return;
        this.endStroke();
        this.endLine();
        this.work[way]();
    }
}
