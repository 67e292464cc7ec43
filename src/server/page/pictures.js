// pictures.js - images, probability maps and known labels as grey bytes, kept by address
// up to a bound.

const LIMIT = 512 * 2 ** 20; // bytes

export class Pictures {
    constructor() {
        this.worker = new Worker('picture-worker.js');
        this.worker.onmessage = ({ data }) => this.arrived(data);
        this.waiting = new Map(); // id -> { resolve, reject }
        this.kept = new Map();    // url -> promise of a picture, least recently used first
        this.bytes = 0;
        this.next = 1;
    }

    // Resolves to { width, height, levels: [{ grey, width, height }] }.
    get(url, { halve = true } = {}) {
        const kept = this.kept.get(url);
        this.kept.delete(url);
        const promise = kept ?? this.fetch(url, halve);
        this.kept.set(url, promise);
        return promise;
    }

    fetch(url, halve) {
        const id = this.next++;
        const promise = new Promise((resolve, reject) => {
            this.waiting.set(id, { url, resolve, reject });
        });
        promise.catch(() => this.kept.delete(url)); // to be asked again
        this.worker.postMessage({ id, url: new URL(url, location.href).href, halve });
        return promise;
    }

    arrived(answer) {
        const { url, resolve, reject } = this.waiting.get(answer.id);
        this.waiting.delete(answer.id);
        if (answer.error !== undefined) {
            reject(new Error(answer.error));
            return;
        }
        answer.bytes = answer.levels.reduce((sum, level) => sum + level.grey.length, 0);
        this.bytes += answer.bytes;
        this.shrink(url);
        resolve(answer);
    }

    shrink(newest) {
        for (const [url, promise] of this.kept) {
            if (this.bytes <= LIMIT || url === newest)
                break;
            this.kept.delete(url);
            promise.then((picture) => { this.bytes -= picture.bytes; }, () => {});
        }
    }
}
