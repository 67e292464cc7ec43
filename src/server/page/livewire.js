// livewire.js - the cheapest way along membranes from one pixel to others.
//
// A step into a pixel costs 1 + 31 (1 - P), P the probability of membrane there, times
// the length of the step (10 straight, 14 aslant, so that costs are whole numbers): where
// the net is sure, a detour of up to 32 times the length is worth its while.  Dijkstra's
// search from the anchor, once, over a window around it; each end then only follows its
// way back (E. Mortensen and W. Barrett, "Intelligent scissors for image composition",
// SIGGRAPH 1995).

const STEPS = [[1, 0, 10], [-1, 0, 10], [0, 1, 10], [0, -1, 10],
               [1, 1, 14], [1, -1, 14], [-1, 1, 14], [-1, -1, 14]];
const BUCKETS = 512; // more than the dearest step, 14 * 32

// What a step into a pixel of probability p / 255 costs, per unit of length.
export function stepCost(p) {
    return 1 + Math.round(31 * (1 - p / 255));
}

export class Livewire {
    // Search from pixel (x, y) over the part of `grey` (probability, 0..255, width x
    // height) that is at most `reach` pixels away in row and column.
    constructor(grey, width, height, x, y, reach = 256) {
        this.left = Math.max(0, x - reach);
        this.top = Math.max(0, y - reach);
        this.width = Math.min(width, x + reach + 1) - this.left;
        this.height = Math.min(height, y + reach + 1) - this.top;
        this.anchor = [x, y];
        const count = this.width * this.height;
        this.costs = new Uint8Array(count);
        for (let j = 0; j < this.height; j++) {
            for (let i = 0; i < this.width; i++)
                this.costs[j * this.width + i] =
                    stepCost(grey[(this.top + j) * width + this.left + i]);
        }
        this.distance = new Int32Array(count).fill(0x7fffffff);
        this.from = new Int8Array(count).fill(-1); // index of the step that led here
        this.search((y - this.top) * this.width + x - this.left);
    }

    // Dial's form of Dijkstra's search: costs are small whole numbers, so the queue is a
    // ring of buckets, one per distance.
    search(start) {
        const { width, height, costs, distance, from } = this;
        const ring = Array.from({ length: BUCKETS }, () => []);
        distance[start] = 0;
        ring[0].push(start);
        let waiting = 1;
        for (let d = 0; waiting > 0; d++) {
            const bucket = ring[d % BUCKETS];
            for (const at of bucket) { // no step is free, so it does not grow meanwhile
                if (distance[at] !== d)
                    continue;
                const x = at % width, y = (at - x) / width;
                for (let s = 0; s < 8; s++) {
                    const nx = x + STEPS[s][0], ny = y + STEPS[s][1];
                    if (nx < 0 || ny < 0 || nx >= width || ny >= height)
                        continue;
                    const next = ny * width + nx;
                    const cost = d + costs[next] * STEPS[s][2];
                    if (cost < distance[next]) {
                        distance[next] = cost;
                        from[next] = s;
                        ring[cost % BUCKETS].push(next);
                        waiting++;
                    }
                }
            }
            waiting -= bucket.length;
            bucket.length = 0;
        }
    }

    reaches(x, y) {
        return x >= this.left && y >= this.top && x < this.left + this.width &&
               y < this.top + this.height;
    }

    // The pixels from the anchor to (x, y), both included.  Beyond the window: straight
    // on from the anchor.
    path(x, y) {
        if (!this.reaches(x, y))
            return [this.anchor, [x, y]];
        const points = [];
        let i = x - this.left, j = y - this.top;
        for (;;) {
            points.push([i + this.left, j + this.top]);
            const s = this.from[j * this.width + i];
            if (s < 0)
                return points.reverse();
            i -= STEPS[s][0];
            j -= STEPS[s][1];
        }
    }
}
