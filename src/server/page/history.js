// history.js - what was done to a sheet, in order, and what undo and redo would do next.
//
// A stroke is one gesture.  It may have been sent in several changes: the first has no
// `of`, the others name the first there.  An undo names the first change of its stroke
// and carries the values that come back; a redo carries those of the stroke again.  So
// whoever replays a journal only ever applies runs in order, and the history is rebuilt
// from the journal alone.

export class History {
    constructor(labels) {
        this.labels = labels;
        this.done = [];   // strokes: { changes, befores }, changes in order
        this.undone = []; // strokes that redo brings back, the next one last
    }

    get canUndo() {
        return this.done.length > 0;
    }

    get canRedo() {
        return this.undone.length > 0;
    }

    // Apply a change.  `before` is given when its pixels have been painted already.
    // Returns whether it meant anything: an undo of what is undone does not.
    apply(change, before = null) {
        if (change.kind === 'paint') {
            this.addPaint(change, before ?? this.labels.apply(change.runs));
            return true;
        }
        const [from, to] = change.kind === 'undo' ? [this.done, this.undone]
                                                  : [this.undone, this.done];
        const at = from.findLastIndex((stroke) => stroke.changes[0].number === change.of);
        if (at < 0)
            return false;
        this.labels.apply(change.runs);
        to.push(...from.splice(at, 1));
        return true;
    }

    addPaint(change, before) {
        const last = this.done.at(-1);
        if (change.of && last?.changes[0].number === change.of) {
            last.changes.push(change);
            last.befores.push(before);
        } else {
            this.done.push({ changes: [change], befores: [before] });
        }
        this.undone = [];
    }

    // The change, still without a number, that would take the last stroke back; null
    // when there is none.
    undo() {
        const stroke = this.done.at(-1);
        if (stroke === undefined)
            return null;
        return { kind: 'undo', tool: stroke.changes[0].tool, of: stroke.changes[0].number,
                 runs: stroke.befores.slice().reverse().flat() };
    }

    redo() {
        const stroke = this.undone.at(-1);
        if (stroke === undefined)
            return null;
        return { kind: 'redo', tool: stroke.changes[0].tool, of: stroke.changes[0].number,
                 runs: stroke.changes.flatMap((change) => change.runs) };
    }
}
