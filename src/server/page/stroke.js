// stroke.js - one gesture of brush or eraser, from pointer down to pointer up.
//
// It paints into the labels at once, and hands what it covered to the work in pieces, so
// that a long stroke is saved while it is drawn.

import { eachRow } from './brush.js';
import { Coverage, RunMaker } from './labels.js';

const PIECE_MS = 200;

export class Stroke {
    // tool: 'brush' or 'eraser'; coordinates are pixels of the sheet's box.
    constructor(work, { tool, value, size }, now = () => performance.now()) {
        Object.assign(this, { work, tool, value, size, now });
        this.first = null;    // the change that began this stroke
        this.at = null;       // where it is, [x, y]
        this.startPiece();
    }

    startPiece() {
        this.covered = new Coverage();
        this.before = new RunMaker();
        this.begun = this.now();
    }

    // Draw on to pixel (x, y); returns the box painted, [left, top, right, bottom].
    to(x, y) {
        const { labels } = this.work;
        const { values, width, height } = labels;
        const [fromX, fromY] = this.at ?? [x, y];
        this.at = [x, y];
        eachRow(this.size, fromX, fromY, x, y, width, height, (row, left, right) => {
            labels.eachPaintable(row, left, right, (start, length) => {
                this.covered.add(start, length);
                for (let at = start; at < start + length; at++) {
                    if (values[at] !== this.value) {
                        this.before.add(at, values[at]);
                        values[at] = this.value;
                    }
                }
            });
        });
        const reach = Math.ceil(this.size / 2);
        return [Math.min(fromX, x) - reach, Math.min(fromY, y) - reach,
                Math.max(fromX, x) + reach + 1, Math.max(fromY, y) + reach + 1];
    }

    // Time to hand over a piece?
    tick() {
        if (this.now() - this.begun >= PIECE_MS)
            this.cut();
    }

    // Hand over what was covered since the last piece.  A piece that changed no pixel is
    // no change.
    cut() {
        if (this.before.runs.length > 0) {
            const change = { kind: 'paint', tool: this.tool,
                             runs: this.covered.runs(this.value) };
            if (this.first !== null)
                change.of = this.first.number;
            this.work.add(change, sorted(this.before.runs));
            this.first ??= change;
        }
        this.startPiece();
    }
}

// Runs in reading order, neighbours of one value joined.
function sorted(runs) {
    const joined = [];
    for (const run of runs.sort((a, b) => a[0] - b[0])) {
        const last = joined.at(-1);
        if (last !== undefined && last[2] === run[2] && last[0] + last[1] === run[0])
            last[1] += run[1];
        else
            joined.push(run);
    }
    return joined;
}
