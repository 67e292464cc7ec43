// store.js - the browser's own copy of changes that the server does not have yet.
//
// One entry of localStorage per change, since that is written before the call returns:
// it holds even when the tab dies at the next instruction.  Its name says the sheet, by
// a fingerprint of all that makes it that sheet (another project on the same port must
// not take it for its own), and the tab.  A tab shows that it is alive by holding a lock
// of its name; entries of dead tabs are orphans, which any tab on the same sheet takes up.
// Those whose sheet nobody opens again end by their date, which their order begins with.

const PREFIX = 'septum|';
const KEPT_MS = 90 * 24 * 3600 * 1000;

export class Store {
    // `storage` is localStorage or what behaves like it; `alive()` resolves to the set
    // of the names of the tabs that live.
    constructor(storage, tab, alive) {
        Object.assign(this, { storage, tab, alive });
        this.names = new Map(); // change -> name of its entry
        this.next = 1000 * Date.now();
        this.full = false; // an entry did not fit
        this.place = '';
    }

    // `scope` says the project and the expert.
    open(scope, sheet, base) {
        this.place = PREFIX + fingerprint(JSON.stringify([
            scope, sheet.id, sheet.kind, sheet.image, sheet.box,
            sheet.windows ?? [], base]));
        this.names.clear();
        this.full = false;
    }

    put(change) {
        const order = String(this.next++).padStart(16, '0');
        const name = `${this.place}|${this.tab}|${order}`;
        try {
            this.storage.setItem(name, JSON.stringify(change));
            this.names.set(change, name);
        } catch {
            this.full = true;
        }
    }

    remove(change) {
        const name = this.names.get(change);
        if (name !== undefined)
            this.storage.removeItem(name);
        this.names.delete(change);
        if (this.names.size === 0)
            this.full = false;
    }

    // Make the entries of this tab and sheet those of `changes`.
    replace(changes) {
        for (const name of this.entries(`${this.place}|${this.tab}|`))
            this.storage.removeItem(name);
        this.names.clear();
        changes.forEach((change) => this.put(change));
    }

    entries(start) {
        const names = [];
        for (let i = 0; i < this.storage.length; i++) {
            const name = this.storage.key(i);
            if (name.startsWith(start))
                names.push(name);
        }
        return names.sort();
    }

    // What this tab, before it was reloaded, and tabs that are gone have left on this
    // sheet, in order.  It becomes ours with the replace() that follows.
    async orphans() {
        const living = await this.alive();
        const found = [];
        for (const name of this.entries(`${this.place}|`)) {
            const tab = name.split('|')[2];
            if (tab !== this.tab && living.has(tab))
                continue;
            try {
                found.push(JSON.parse(this.storage.getItem(name)));
            } catch {
                // Not of our making; what cannot be read cannot be sent.
            }
            if (tab !== this.tab)
                this.storage.removeItem(name);
        }
        return found;
    }
}

// Remove what has waited for a season: its sheet was closed or its project is gone.
export function sweep(storage, now = Date.now()) {
    const old = Object.keys(storage).filter((name) => {
        const order = /^septum\|\w+\|\w+\|(\d{16})$/.exec(name)?.[1];
        return order !== undefined && now - Number(order) / 1000 > KEPT_MS;
    });
    old.forEach((name) => storage.removeItem(name));
}

// 53 bits of two 32-bit FNV-1a sums: not against malice, only against mistaking.
function fingerprint(text) {
    let a = 0x811c9dc5, b = 0x9dc5811c;
    for (let i = 0; i < text.length; i++) {
        a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
        b = Math.imul(b ^ text.charCodeAt(i), 0x01000193) + i;
    }
    return (a >>> 0).toString(36) + (b >>> 0).toString(36);
}

// The name of this tab, which outlives a reload, and who else is alive.  A duplicated tab
// inherits the name of the first, and must not keep it: the lock tells.
export async function nameTab() {
    let tab = sessionStorage.getItem('septum-tab') ?? newName();
    const locks = navigator.locks; // absent where the page is not in a secure context
    if (locks !== undefined) {
        while (!await holdLock(locks, PREFIX + tab))
            tab = newName();
    }
    sessionStorage.setItem('septum-tab', tab);
    const alive = async () => {
        const held = (await locks?.query())?.held ?? [];
        return new Set(held.map((lock) => lock.name.slice(PREFIX.length)));
    };
    return { tab, alive };
}

function newName() {
    return Math.random().toString(36).slice(2, 10);
}

// Take a lock for as long as the tab lives; false when another keeps it for a second (a
// reload finds that of its own predecessor for a moment).
function holdLock(locks, name) {
    return new Promise((resolve) => {
        locks.request(name, { signal: AbortSignal.timeout(1000) }, () => {
            resolve(true);
            return new Promise(() => {});
        }).catch(() => resolve(false));
    });
}
