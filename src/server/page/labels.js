// labels.js - the labels of a sheet: one number per pixel of its box, and the runs in
// which changes of them travel.
//
// A run is [start, length, value]: `length` pixels in reading order from `start` become
// `value`.

export const OTHER = 0, MEMBRANE = 1, UNSURE = 2;
export const OUTSIDE = 255; // not to be painted

export class Labels {
    constructor(width, height) {
        this.width = width;
        this.height = height;
        this.values = new Uint8Array(width * height).fill(OUTSIDE);
    }

    // Make the raster what the base of a sheet says.
    reset(base) {
        this.values.fill(OUTSIDE);
        for (const [start, length, value] of base)
            this.values.fill(value, start, start + length);
    }

    // Apply runs, and return those that take it back: the earlier values of the pixels
    // that changed.  Pixels outside of what may be painted are left alone.
    apply(runs) {
        const { values } = this;
        const before = new RunMaker();
        for (const [start, length, value] of runs) {
            const end = Math.min(start + length, values.length);
            for (let at = Math.max(start, 0); at < end; at++) {
                const old = values[at];
                if (old !== value && old !== OUTSIDE) {
                    before.add(at, old);
                    values[at] = value;
                }
            }
        }
        return before.runs;
    }

    // The stretches of one row that may be painted, as span(start, length).
    eachPaintable(y, left, right, span) {
        const { values } = this;
        const end = y * this.width + right + 1;
        let at = y * this.width + left;
        while (at < end) {
            while (at < end && values[at] === OUTSIDE)
                at++;
            const start = at;
            while (at < end && values[at] !== OUTSIDE)
                at++;
            if (at > start)
                span(start, at - start);
        }
    }

    // The smallest box, as [left, top, right, bottom] with the ends outside, around runs.
    boxOf(runs) {
        let left = this.width, top = this.height, right = 0, bottom = 0;
        for (const [start, length] of runs) {
            const y0 = Math.floor(start / this.width);
            const y1 = Math.floor((start + length - 1) / this.width);
            top = Math.min(top, y0);
            bottom = Math.max(bottom, y1 + 1);
            left = Math.min(left, y0 === y1 ? start - y0 * this.width : 0);
            right = Math.max(right, y0 === y1 ? start + length - y0 * this.width : this.width);
        }
        return [left, top, right, bottom];
    }

    // The runs of the 4-connected pixels of one value around (x, y), as if they became
    // `value`; none when they have it already or may not be painted.
    flood(x, y, value) {
        const { values, width, height } = this;
        const seed = y * width + x;
        const old = values[seed];
        if (old === OUTSIDE || old === value)
            return [];
        const seen = new Uint8Array(values.length);
        const runs = [], stack = [seed];
        while (stack.length > 0) {
            const at = stack.pop();
            if (seen[at])
                continue;
            const first = at - at % width, last = first + width - 1;
            let left = at, right = at;
            while (left > first && values[left - 1] === old)
                left--;
            while (right < last && values[right + 1] === old)
                right++;
            seen.fill(1, left, right + 1);
            runs.push([left, right - left + 1, value]);
            for (const step of [-width, width]) {
                if (left + step < 0 || left + step >= width * height)
                    continue;
                for (let i = left + step; i <= right + step; i++) {
                    if (values[i] === old && !seen[i] &&
                        (i === left + step || values[i - 1] !== old))
                        stack.push(i);
                }
            }
        }
        return runs.sort((a, b) => a[0] - b[0]);
    }
}

// Collects pixels in the order given, and joins neighbours of one value.
export class RunMaker {
    constructor() {
        this.runs = [];
        this.last = [-1, 0, -1];
    }

    add(at, value) {
        const { last } = this;
        if (last[2] === value && last[0] + last[1] === at) {
            last[1]++;
        } else {
            this.last = [at, 1, value];
            this.runs.push(this.last);
        }
    }
}

// What spans cover together, as runs of one value in reading order: brush marks that
// overlap a hundredfold become one shape.
export class Coverage {
    constructor() {
        this.spans = [];
    }

    add(start, length) {
        this.spans.push([start, length]);
        if (this.spans.length > 4096) // bounds what a stroke without end would hold
            this.spans = this.joined();
    }

    joined() {
        const spans = this.spans.sort((a, b) => a[0] - b[0]);
        const result = [];
        let last = null;
        for (const [start, length] of spans) {
            if (last !== null && start <= last[0] + last[1]) {
                last[1] = Math.max(last[1], start + length - last[0]);
            } else {
                last = [start, length];
                result.push(last);
            }
        }
        return result;
    }

    runs(value) {
        return this.joined().map(([start, length]) => [start, length, value]);
    }
}
