import assert from 'node:assert';
import { test } from 'node:test';
import { Store, sweep } from '../../../src/server/page/store.js';

// What behaves like localStorage: entries are its own properties.
function memory() {
    return Object.defineProperties({}, {
        setItem: { value(name, value) { this[name] = String(value); } },
        removeItem: { value(name) { delete this[name]; } },
    });
}

test('removes_what_nobody_came_back_for_and_nothing_else', () => {
    const storage = memory(), day = 24 * 3600 * 1000;
    storage.setItem('septum-who', 'ann');
    const store = new Store(storage, 'tab', async () => new Set());
    store.open('project|ann', { id: 1, kind: 'region', image: 1, box: [0, 0, 2, 2] }, []);
    store.put({ number: 1 });
    sweep(storage, Date.now() + 80 * day);
    assert.strictEqual(Object.keys(storage).length, 2);
    sweep(storage, Date.now() + 100 * day);
    assert.deepStrictEqual(Object.keys(storage), ['septum-who']);
});
